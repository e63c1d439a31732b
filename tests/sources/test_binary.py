"""Parquet, workbooks and packed files."""

from __future__ import annotations

import bz2
import contextlib
import decimal
import gzip
import io
import lzma
import zipfile

import pandas as pd
import pytest

from radiosens.errors import InputError, RadiosensError, TruncatedError


def zipped(raw, *names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, raw)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, lambda r: zipped(r, "t.csv")]
)
def test_packed_files_are_told_by_what_they_hold(read, same, genes, pack):
    same(read(pack(genes.to_csv().encode()), "no-name"), genes)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_cut_packed_file_is_refused(read, genes, pack):
    raw = pack(genes.to_csv().encode())
    with pytest.raises(TruncatedError, match="ends too early"):
        read(raw[: len(raw) // 2])


def test_an_archive_of_several_files_is_refused_with_their_names(read, genes):
    raw = zipped(genes.to_csv(), "a.csv", "b.csv")
    with pytest.raises(InputError, match=r"holds 2 files \(a\.csv, b\.csv\)"):
        read(raw)
    same_one = zipped(genes.to_csv(), "a.csv", "__MACOSX/._a.csv")
    assert read(same_one).n_vars == 600


def test_a_file_that_unpacks_to_more_than_it_could_hold_is_refused(read):
    with pytest.raises(InputError, match="unpack to over"):
        read(gzip.compress(bytes(10**8)))
    with pytest.raises(InputError, match="unpack to over"):
        read(gzip.compress(b"g,A549,MCF7\n" + b"0,0,0\n" * 10**7))


def test_old_excel_is_refused_by_name(read):
    with pytest.raises(InputError, match=r"old Excel \(\.xls\)"):
        read(b"\xd0\xcf\x11\xe0" + bytes(600), "t.xls")


def book(tmp_path, **sheets):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name)
    return tmp_path / "t.xlsx"


@pytest.mark.parametrize("turned", [False, True])
def test_the_one_sheet_with_a_table_is_read(read, same, genes, tmp_path, turned):
    empty = pd.DataFrame()
    same(read(book(tmp_path, notes=empty, data=genes.T if turned else genes)), genes)


def test_of_several_sheets_one_is_named(read, same, genes, tmp_path):
    path = book(tmp_path, arrays=genes, rna=genes + 1)
    with pytest.raises(InputError, match="2 sheets hold tables: arrays, rna; name one"):
        read(path)
    same(read(path, sheet="RNA"), genes + 1)
    with pytest.raises(InputError, match="there is no sheet 'x'; it has arrays, rna"):
        read(path, sheet="x")


def test_genes_that_a_workbook_holds_as_dates_are_told(read, genes, tmp_path):
    frame = genes.copy()
    frame.index = [pd.Timestamp("2026-03-01"), pd.Timestamp("2026-09-02"), *genes.index[2:]]
    assert read(book(tmp_path, data=frame)).var_names.tolist()[:2] == ["1-Mar", "2-Sep"]
    assert "2 names look like dates" in read.said


def test_parquet_of_several_levels_bytes_and_decimals(read, same, genes, tmp_path):
    few, path = genes.head(30), tmp_path / "t.parquet"
    rows = few.T.set_axis(pd.MultiIndex.from_arrays([few.columns, list("aabb")]))
    rows.to_parquet(path)
    same(read(path), few)
    few.set_axis(pd.MultiIndex.from_arrays([few.columns, list("0123")]), axis=1).to_parquet(path)
    same(read(path), few)
    few.map(lambda v: decimal.Decimal(str(v))).to_parquet(path)
    same(read(path), few)
    few.set_axis([g.encode() for g in few.index]).reset_index(names="gene").to_parquet(path)
    same(read(path), few)


@pytest.mark.parametrize("name", ["t.parquet", "t.xlsx", "t.csv.gz", "t.h5ad", "t.gct", "t.zip"])
def test_noise_and_cuts_are_refused_in_one_line(read, genes, tmp_path, name):
    genes.head(20).to_parquet(tmp_path / "a.parquet")
    whole = {
        "t.parquet": (tmp_path / "a.parquet").read_bytes(),
        "t.xlsx": book(tmp_path, data=genes.head(20)).read_bytes(),
        "t.zip": zipped(genes.to_csv(), "t.csv"),
    }.get(name, gzip.compress(genes.to_csv().encode()))
    for raw in (whole[:-20], whole[: len(whole) // 3], whole[:8] + bytes(200), b"\xff" * 99, b"\n"):
        with contextlib.suppress(RadiosensError):
            read(raw, name)
            continue
        assert name in one_line(lambda raw=raw: read(raw, name))


def one_line(call):
    """Return what a refusal says."""
    with pytest.raises(RadiosensError) as caught:
        call()
    assert len(str(caught.value)) <= 400
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_what_is_no_file_is_refused(read, tmp_path):
    with pytest.raises(InputError, match="it is a folder"):
        read(tmp_path)
    with pytest.raises(InputError, match="there is no such file"):
        read(tmp_path / "gone.csv")
