from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens.annotation import annotate, find_lines
from radiosens.columns import given_columns
from radiosens.errors import RadiosensWarning, UnknownLineError


def file(title, *characteristics, sample="GSM1"):
    obs = pd.DataFrame(
        {"title": [title], "characteristics_ch1": [" | ".join(characteristics)]}, index=[sample]
    )
    return ad.AnnData(np.ones((1, 3), dtype=np.float32), obs=obs)


def line_of(adata, **options):
    return annotate(adata, None, "a.txt", **options).obs["line"].iloc[0]


def test_a_titles_first_word_does_not_beat_an_explicit_cell_line():
    with pytest.warns(RadiosensWarning, match="begins with LOX IMVI, its cell line is MCF7"):
        assert line_of(file("LOX inhibitor, rep1", "cell line: MCF-7")) == "MCF7"


def test_an_unknown_explicit_line_is_not_replaced_by_the_title():
    with pytest.raises(UnknownLineError, match="MCF-10A"):
        line_of(file("MCF7 medium 1", "cell line: MCF-10A"))


def test_a_parental_line_is_not_the_samples_line():
    with pytest.raises(UnknownLineError):
        line_of(file("sample 1", "parental cell line: MCF7"))


@pytest.mark.parametrize("title", ["MCF7/ADR rep 1", "MCF7-KO rep 1", "MCF7 shRNA"])
def test_a_title_that_tells_a_derived_line_counts_beside_the_parents_name(title):
    adata = file(title, "cell line: MCF-7")
    with pytest.raises(UnknownLineError, match="was made from MCF7"):
        line_of(adata)
    with pytest.warns(RadiosensWarning, match="made from known lines.*from MCF7"):
        assert line_of(adata, need_sf2=False) != "MCF7"


def test_resistance_told_elsewhere_is_said():
    with pytest.warns(RadiosensWarning, match="'cisplatin resistant'"):
        line_of(file("sample 1", "cell line: A549", "phenotype: cisplatin resistant"))


@pytest.mark.parametrize(
    "column",
    ["line", "cell_line", "cell line", "cell.line", "CellLineName", "ModelID", "cell line:ch1"],
)
def test_the_usual_names_of_a_column_of_lines(column):
    name = "ACH-000019" if column == "ModelID" else "MCF-7"
    adata = file("sample 1")
    adata.obs[column] = [name]
    assert line_of(adata) == "MCF7"


def test_columns_of_obs_by_their_usual_names():
    obs = pd.DataFrame(
        {"Cell Line": ["x"], "SF2 (Gy)": ["56%"], "Patient_ID": ["p"], "Gender": ["F"], "n": [1]}
    )
    assert given_columns(obs).to_dict("list") == {
        "line": ["x"], "donor": ["p"], "sf2": ["56%"], "sex": ["F"]
    }  # fmt: skip


def test_a_model_id_fills_what_a_name_lacks():
    adata = ad.AnnData(np.ones((3, 3), dtype=np.float32), obs=pd.DataFrame(index=list("abc")))
    adata.obs["cell_line"] = ["MCF7", None, "U2OS"]
    adata.obs["ModelID"] = ["ACH-000002", "ACH-000002", "ACH-000019"]
    given = given_columns(pd.DataFrame(adata.obs))
    assert [w.line for w in find_lines(adata, given, "a")] == ["MCF7", "HL-60", "U2OS"]


def test_a_known_sample_name_counts_before_an_unknown_model_id():
    names = ["MCF7", "U2OS", "x"]
    adata = ad.AnnData(np.ones((3, 3), dtype=np.float32), obs=pd.DataFrame(index=names))
    adata.obs["DepMap_ID"] = ["ACH-999999", "ACH-000364", "ACH-000002"]
    given = given_columns(pd.DataFrame(adata.obs))
    lines = [w.line for w in find_lines(adata, given, "a")]
    assert lines == ["MCF7", "ACH-000364", "HL-60"]


def test_columns_that_name_different_lines_are_said():
    obs = pd.DataFrame({"cell_line": ["MCF7", "HL-60"], "cell.line": ["MCF-7", "M14"]})
    with pytest.warns(RadiosensWarning, match="differ for 1 samples"):
        assert given_columns(obs)["line"].tolist() == ["MCF7", "HL-60"]
