from __future__ import annotations

import json

import anndata as ad
import numpy as np
import pandas as pd
from typer.testing import CliRunner

from radiosens.cli import app
from radiosens.report.contents import contents_of, contents_text


def adata(features, titles):
    rng = np.random.default_rng(0)
    names = [f"s{i}" for i in range(len(titles))]
    return ad.AnnData(
        rng.normal(7, 2, (len(titles), len(features))).astype(np.float32),
        obs=pd.DataFrame({"title": titles}, index=names),
        var=pd.DataFrame(index=features),
        uns={"source": "a.csv", "scale": "log2"},
    )


def test_it_lists_lines_that_are_unknown_and_derived_by_name():
    contents = contents_of(adata(["TP53", "AR"], ["HL.60.TB.", "X786.0", "MCF-7/ADR", "U2OS"]))
    assert contents["lines"] == {
        "known": {"HL-60": 1, "786-O": 1},
        "derived": {"MCF-7/ADR": 1},
        "unknown": {"U2OS": 1},
    }
    text = contents_text(contents)
    assert "unknown      U2OS" in text
    assert "derived      MCF-7/ADR" in text


def test_it_says_what_the_names_are_and_which_are_spoilt():
    contents = contents_of(adata(["TP53", "SEPT2", "1-Mar", "2-Sep", "nonsense"], ["HL-60"]))
    assert contents["identifiers"]["kind"] == "symbols"
    assert contents["identifiers"]["repaired"] == {"2-Sep": "SEPTIN2"}
    text = contents_text(contents)
    assert "3 of 5 are known" in text
    assert "spoilt       1-Mar" in text


def test_a_sheet_says_the_lines():
    sheet = pd.DataFrame({"line": ["M14"]}, index=["s1"])
    contents = contents_of(adata(["TP53"], ["HL-60", "HL-60"]), sheet)
    assert contents["samples"] == 1
    assert contents["lines"]["known"] == {"M14": 1}


def test_missing_values_are_told_as_a_share():
    data = adata(["TP53", "AR"], ["HL-60", "M14"])
    data.X[0, 1] = np.nan
    contents = contents_of(data)
    assert contents["missing"] == {"share": 0.25, "features": 1}
    assert "25.0% of the values, in 1 features" in contents_text(contents)


def test_json_from_the_command_line(tmp_path):
    path = tmp_path / "a.csv"
    adata(["TP53", "AR", "IRF1"], ["a", "b"]).to_df().T.set_axis(["HL-60", "U2OS"], axis=1).to_csv(
        path
    )
    result = CliRunner().invoke(app, ["data", "show", str(path), "--json"])
    facts = json.loads(result.stdout)
    assert facts["identifiers"]["known"] == 3
    assert facts["lines"]["unknown"] == {"U2OS": 1}
