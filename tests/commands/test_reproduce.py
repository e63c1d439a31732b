"""The paper's experiment from the command line, and every refusal of an input in one line."""

from __future__ import annotations

import gzip
import json
import os

import numpy as np
import pandas as pd
import pytest


def test_reproduce_on_the_simulated_panel(radiosens, tmp_path):
    out = tmp_path / "run"
    done = radiosens(
        "reproduce", "simulated", "--preset", "quick", "--rounds", 1, "--epochs", 2, "--out", out,
        "--beside", "ridge", "--beside", "mean,pls",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Simulated data" in done.stdout
    assert "nearest neighbour" in done.stdout
    assert "min left" in done.stderr
    assert list(json.loads((out / "summary.json").read_text())["beside"]) == [
        "ridge",
        "mean",
        "pls",
    ]
    assert {"config.json", "summary.json", "table1.csv", "figure3.svg"} <= {p.name for p in out.iterdir()}  # fmt: skip


def table(columns, index=None, values=None):
    rng = np.random.default_rng(0)
    index = index or [f"g{i}" for i in range(40)]
    values = rng.normal(7, 2, (len(index), len(columns))).round(3) if values is None else values
    return pd.DataFrame(values, index=index, columns=columns).to_csv()


LINES = ["HL-60", "M14", "MCF7", "A549", "786-O", "PC-3"]
GOOD = table(LINES)


def matrix(**changes):
    parts = {
        "title": "\t".join(f'"{n}"' for n in LINES),
        "platform": "\t".join(['"GPL570"'] * 6),
        "count": "3",
        "body": "".join(
            f'"p{i}"' + f"\t{i + 4}.5\t{i}.25\t{i + 2}\t{9 - i}\t{5 + i}\t{i + 6}\n"
            for i in range(3)
        ),
        "end": "!series_matrix_table_end\n",
        **changes,
    }
    names = "\t".join(f'"GSM{i}"' for i in range(6))
    return (
        f"!Sample_title\t{parts['title']}\n!Sample_geo_accession\t{names}\n"
        f"!Sample_platform_id\t{parts['platform']}\n!Sample_data_row_count\t"
        + "\t".join([f'"{parts["count"]}"'] * 6)
        + f'\n!series_matrix_table_begin\n"ID_REF"\t{names}\n{parts["body"]}{parts["end"]}'
    )


# What is given (file name to content), further options, and words of the one line that answers.
BAD = {
    "no such file": ({}, ["gone.csv"], "gone.csv: there is no such file"),
    "a folder": ({"d.csv/x": "1"}, ["d.csv"], "it is a folder"),
    "an empty file": ({"a.csv": ""}, [], "the file is empty"),
    "no table": ({"a.csv": "hello world\n"}, [], "not a table"),
    "only a header": ({"a.csv": "g,HL-60,M14\n"}, [], "a.csv"),
    "binary": ({"a.csv": b"\x00\x01\x02" * 99}, [], "it is not text"),
    "a web page": ({"a.csv": "<!DOCTYPE html><html>Not found</html>"}, [], "a web page"),
    "text among numbers": ({"a.csv": GOOD.replace(GOOD.split("\n")[3].split(",")[2], "high")}, [], "line 4, column 'M14': 'high' is not a number"),
    "a line cut short": ({"a.csv": GOOD[: GOOD.rindex(",")] + "\n"}, [], "line 41: it has 6 fields"),
    "a line too long": ({"a.csv": GOOD.rstrip() + ",5\n"}, [], "line 41: it has 8 fields"),
    "duplicated sample": ({"a.csv": table([*LINES[:5], "M14"])}, [], "duplicated sample identifier: M14"),
    "duplicated feature": ({"a.csv": table(LINES, ["g1", "g2", "g1"])}, [], "duplicated feature identifier: g1"),
    "a column of missing values": ({"a.csv": table(LINES, ["g1", "g2"], [[1, None, 3, 4, 5, 6], [6, None, 4, 3, 2, 1]])}, [], "no values at all: M14"),
    "a constant sample": ({"a.csv": table(LINES, ["g1", "g2"], [[1, 5, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]])}, [], "same value for every feature"),
    "infinite values": ({"a.csv": table(LINES, ["g1", "g2"], [[1, 5, 3, 4, 5, 6], [6, 5, "-inf", 3, 2, 1]])}, [], "sample 'MCF7': a value is infinite"),
    "mostly missing": ({"a.csv": table(LINES, ["g1", "g2", "g3"], [[1, "", 3, 4, 5, 6], [6, "", 4, 3, 2, 1], [1, 2, 3, 4, 5, 6]])}, [], "67% of the values of sample 'M14' are missing"),
    "unknown line": ({"a.csv": table([*LINES[:5], "MCF8"])}, [], "unknown cell line 'MCF8'; the nearest known names are MCF7"),
    "truncated gzip": ({"a.csv.gz": gzip.compress(GOOD.encode())[:200]}, [], "ends too early"),
    "damaged gzip": ({"a.csv.gz": b"\x1f\x8b" + bytes(100)}, [], "damaged"),
    "damaged parquet": ({"a.parquet": "not parquet"}, [], "not a readable Parquet file"),
    "damaged h5ad": ({"a.h5ad": "not hdf5"}, [], "not a readable h5ad file"),
    "another gct": ({"a.gct": "#1.3\n2\t2\t0\t0\n"}, [], "not GCT 1.2"),
    "truncated gct": ({"a.gct": "#1.2\n9\t2\nNAME\tDescription\tHL-60\tM14\ng1\tna\t1\t2\n"}, [], "promises 9 features and 1 follow"),
    "truncated series matrix": ({"a.txt": matrix(end="")}, [], "breaks off at line"),
    "rows missing": ({"a.txt": matrix(count="54675")}, [], "promises 54,675 probe sets and the table has 3"),
    "two platforms": ({"a.txt": matrix(platform="\t".join(['"GPL570"', '"GPL96"'] * 3))}, [], "several platforms: GPL570, GPL96"),
    "series of unknown lines": ({"a.txt": matrix(title="\t".join(f'"patient {i}"' for i in range(6)))}, [], "sample GSM0: unknown cell line 'patient 0'"),
    "no values in series": ({"a.txt": '!Series_title\t"x"\n'}, [], "no expression values"),
    "a digit group": ({"a.csv": GOOD.replace(GOOD.split("\n")[3].split(",")[2], "1_0")}, [], "line 4, column 'M14': '1_0' is not a number"),
    "a quote never closed": ({"a.csv": GOOD.replace("g7", '"g7') + "x" * 140_000}, [], "a.csv"),
    "gct without dimensions": ({"a.gct": "#1.2\n5\nNAME\tDescription\tHL-60\n"}, [], "not GCT 1.2"),
    "the same file twice": ({"a.csv": table(LINES, [f"g{i}" for i in range(120)])}, ["a.csv"], "hold the same values"),
    "no sample sheet": ({"a.csv": GOOD}, ["--samples", "gone.csv"], "gone.csv: there is no such file"),
    "sheet without line": ({"a.csv": GOOD, "s.csv": "sample,cell\nM14,M14\n"}, ["--samples", "s.csv"], "no column 'line'"),
    "negative SF2": ({"a.csv": GOOD, "s.csv": "sample,line,sf2\nM14,M14,-0.4\n"}, ["--samples", "s.csv"], "s.csv, line 2, column 'sf2': the SF2 '-0.4' is not a positive number"),
    "SF2 in words": ({"a.csv": GOOD, "s.csv": "sample,line,sf2\nM14,M14,low\n"}, ["--samples", "s.csv"], "the SF2 'low'"),
    "sheet of other samples": ({"a.csv": GOOD, "s.csv": "sample,line\nx,M14\n"}, ["--samples", "s.csv"], "is in the sample sheet"),
    "nothing in common": ({"a.csv": GOOD, "b.csv": table(LINES, ["x", "y"])}, ["b.csv"], "only 0 features in common"),
    "not fetched": ({}, ["gse32474"], "radiosens data fetch gse32474"),
    "unknown preset": ({"a.csv": GOOD}, ["--preset", "huge"], "'huge' is no preset; input should be 'paper' or 'quick'"),
    "unknown beside": ({"a.csv": GOOD}, ["--beside", "ridge,nobody"], "there is no predictor 'nobody'"),
    "too many folds": ({"a.csv": GOOD}, ["--folds", "7"], "7 folds for 6 samples"),
    "out is a file": ({"a.csv": GOOD, "out": "x"}, [], "out: it is a file"),
    "out holds other files": ({"a.csv": GOOD, "out/thesis.txt": "x"}, [], "not a run"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_refusals(radiosens, case, tmp_path):
    files, options, message = BAD[case]
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = sorted(tmp_path.rglob("*"))
    first = [n for n in files if n.startswith("a.")]
    done = radiosens(
        "reproduce", *first[:1], *options, "--preset", "quick",
        *(options if "--preset" in options else []), "--out", "out", cwd=tmp_path,
    )  # fmt: skip
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 2, done.stderr
    assert message in last
    assert last.startswith("radiosens: ")
    assert ";" in last  # what is wrong; what to do
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_there_are_thirty_of_them():
    assert len(BAD) >= 30


def test_read_only_folder(radiosens, tmp_path):
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("root may write anywhere")
    done = radiosens("reproduce", "simulated", "--preset", "quick", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
