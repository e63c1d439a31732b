from __future__ import annotations

import builtins
import gzip

import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.survival import read_counts

ROWS = [
    ("HeLa", "e1", d, c, n)
    for d, c, n in [(0, 200, 90), (0.5, 300, 110), (2, 500, 101), (4, 2000, 120)]
]
FRAME = pd.DataFrame(ROWS, columns=["line", "experiment", "dose", "cells", "colonies"])


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", " "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_separator_and_encoding_reads_the_same(tmp_path, separator, encoding):
    path = tmp_path / "counts.csv"
    path.write_bytes(FRAME.to_csv(index=False, sep=separator).encode(encoding))
    rows = read_counts(path).rows
    assert rows["dose"].tolist() == [0, 0.5, 2, 4]
    assert rows["colonies"].tolist() == [90, 110, 101, 120]
    assert rows["line"].unique().tolist() == ["HeLa"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_understood(tmp_path, separator):
    path = tmp_path / "counts.csv"
    FRAME.to_csv(path, index=False, sep=separator, decimal=",")
    assert read_counts(path).rows["dose"].tolist() == [0, 0.5, 2, 4]


def test_decimal_commas_in_quotes_are_understood(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text('dose,cells,colonies\n0,"1,200",500\n"0,5","1,500",480\n2,"2,000",300\n')
    rows = read_counts(path).rows
    assert rows["dose"].tolist() == [0, 0.5, 2]
    assert rows["cells"].tolist() == [1200, 1500, 2000]


def test_gzip_is_told_by_its_content(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_bytes(gzip.compress(FRAME.to_csv(index=False).encode()))
    assert len(read_counts(path).rows) == 4


def test_a_spreadsheet_is_read_with_merged_names_and_a_title_above(tmp_path, caplog):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Clonogenic assay, March", None, None, None, None])
    sheet.append([None] * 5)
    sheet.append(["Cell line", "Exp", "Dose [Gy]", "# cells", "Colonies"])
    for i, row in enumerate(ROWS):
        sheet.append([row[0] if i == 0 else None, row[1] if i == 0 else None, *row[2:]])
    book.create_sheet("notes").append(["nothing"])
    path = tmp_path / "counts.xlsx"
    book.save(path)
    with caplog.at_level("INFO", "radiosens"):
        rows = read_counts(path).rows
    assert rows["line"].tolist() == ["HeLa"] * 4
    assert rows["dose"].tolist() == [0, 0.5, 2, 4]
    assert "begins in row 3" in caplog.text
    assert "of its sheets 'Sheet' is read" in caplog.text
    assert "taken from the row above" in caplog.text


def test_without_openpyxl_the_message_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "counts.xlsx"
    path.write_bytes(b"PK\x03\x04rest")
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "openpyxl":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"need openpyxl; pip install 'radiosens\[excel\]'"):
        read_counts(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b"  \n\n", "the file is empty"),
        (b"PK\x03\x04 no zip at all", "the compressed file is damaged"),
        (b"\xd0\xcf\x11\xe0old", "workbook of old Excel"),
        (b"\x1f\x8bdamaged", "compressed file"),
        (gzip.compress(b"dose,cells,colonies\n" * 99, mtime=0)[:-9], "ends too early"),
        (b"a\x00\x01\x02b", "it is not text"),
        (b"<!DOCTYPE html><p>Not found", "web page"),
        (b"justoneword\nanother\n", "not a table"),
        (b"dose,cells,colonies\n", "has no rows"),
        (b"1,2,3\n4,5,6\n", "first row holds numbers"),
    ],
)
def test_what_is_no_table_is_refused_with_its_cause(tmp_path, content, what):
    path = tmp_path / "counts.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=what) as caught:
        read_counts(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_counts(tmp_path / "none.csv")
    with pytest.raises(InputError, match="it is a folder"):
        read_counts(tmp_path)
    with pytest.raises(InputError, match="no table of colonies was named"):
        read_counts([])
