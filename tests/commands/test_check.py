"""`radiosens check` as its user meets it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

LINES = ["HL-60", "M14", "MCF7", "A549", "786-O", "PC-3", "my own line"]


def write(path, labels, seed=0):
    """Write replicates of seven lines, columns in the order of `labels`, and a sheet."""
    profiles = np.random.default_rng(9).normal(7, 2, (len(LINES), 300))
    rng = np.random.default_rng(seed)
    values = [profiles[LINES.index(line)] + rng.normal(0, 0.4, 300) for line in labels]
    names = [f"s{i}" for i in range(len(labels))]
    frame = pd.DataFrame(np.array(values).T, columns=names, index=[f"g{i}" for i in range(300)])
    frame.round(4).to_csv(path)
    return names


def test_a_wrong_label_is_named_without_any_sf2(radiosens, tmp_path):
    true = [line for line in LINES for _ in range(3)]
    names = write(tmp_path / "a.csv", true)
    given = true.copy()
    given[4] = "my own line"
    sheet = pd.DataFrame({"sample": names, "line": given})
    sheet.to_csv(tmp_path / "sheet.csv", index=False)
    done = radiosens("check", "a.csv", "--samples", "sheet.csv", "--out", "o", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "s4, labelled my own line, looks like M14" in done.stdout
    table = pd.read_csv(tmp_path / "o" / "check.csv").set_index("sample")
    assert dict(table["verdict"].value_counts()) == {"ok": 20, "mislabelled": 1}
    assert (tmp_path / "o" / "suspects.svg").exists()


def test_an_array_that_is_there_twice_is_said_not_refused(radiosens, tmp_path):
    names = write(tmp_path / "a.csv", [line for line in LINES[:6] for _ in range(2)])
    frame = pd.read_csv(tmp_path / "a.csv", index_col=0)
    frame["s1"] = frame["s0"]
    frame.columns = [f"{LINES[i // 2]} {name}" for i, name in enumerate(names)]
    frame.to_csv(tmp_path / "a.csv")
    done = radiosens("check", "a.csv", "--out", "o", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "are all but the same array" in done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "a.csv"], "a.csv: it is a file"),
        (["--reference", "gone.csv", "--out", "o"], "gone.csv: there is no such file"),
        (["--reference", "other.csv", "--out", "o"], "holds none of the panel's lines"),
    ],
)
def test_refusals(radiosens, options, message, tmp_path):
    for name, lines in {"a.csv": LINES[:3], "other.csv": LINES[3:6]}.items():
        write(tmp_path / name, lines)
        frame = pd.read_csv(tmp_path / name, index_col=0).set_axis(lines, axis=1)
        frame.to_csv(tmp_path / name)
    done = radiosens("check", "a.csv", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "o").exists()


def test_a_reference_of_lines_that_nobody_knows_brings_its_own_sheet(radiosens, tmp_path):
    for name, seed in (("a", 1), ("b", 2)):
        names = write(tmp_path / f"{name}.csv", LINES, seed)
        sheet = pd.DataFrame({"sample": names, "line": LINES})
        if name == "a":
            sheet.loc[[0, 6], "line"] = sheet.loc[[6, 0], "line"].to_numpy()
        sheet.to_csv(tmp_path / f"{name}_sheet.csv", index=False)
    given = ["check", "a.csv", "--samples", "a_sheet.csv", "--out", "o"]
    sheets = ["--reference", "b.csv", "--reference-samples", "b_sheet.csv"]
    done = radiosens(*given, *sheets, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "o" / "check.csv")
    assert list(table.loc[table["verdict"] != "ok", "sample"]) == ["s0", "s6"]
    refused = radiosens(*given, *sheets[2:], cwd=tmp_path)
    assert refused.returncode == 2
    assert "--reference" in refused.stderr


def test_a_folder_with_its_own_input_is_refused(radiosens, tmp_path):
    write(tmp_path / "check.csv", LINES)
    before = (tmp_path / "check.csv").read_bytes()
    done = radiosens("check", "check.csv", "--out", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "holds 'check.csv', which is no result of 'radiosens check'" in done.stderr
    assert (tmp_path / "check.csv").read_bytes() == before


def test_json(radiosens, tmp_path):
    names = write(tmp_path / "a.csv", LINES)
    sheet = pd.DataFrame({"sample": names, "line": LINES})
    sheet.to_csv(tmp_path / "sheet.csv", index=False)
    given = ["check", "a.csv", "--samples", "sheet.csv", "--out", "o", "--json"]
    found = json.loads(radiosens(*given, cwd=tmp_path).stdout)
    assert [row["sample"] for row in found["samples"]] == names
