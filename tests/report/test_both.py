"""Both models on one file."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from radiosens import predict
from radiosens.errors import InputError
from radiosens.models.defaults import load_model
from radiosens.report.predict_text import prediction_text


@pytest.fixture(scope="module")
def lines():
    """Two solid lines and a leukaemia, each between two of its kind, and a shuffled sample."""
    bundle = load_model("nci60")
    where = {n: i for i, n in enumerate(bundle.sample_lines.tolist())}
    rng = np.random.default_rng(0)
    x = bundle.profiles[[where["A549"], where["HCT-116"], where["HL-60"]]]
    x = np.vstack([x, rng.permuted(x[:1], axis=1)])
    return pd.DataFrame(
        x.T.round(3),
        index=pd.Index(bundle.card.features, name="gene"),
        columns=["lung", "colon", "blood", "shuffled"],
    )


def test_both_models_stand_side_by_side(lines, tmp_path):
    lines.to_csv(tmp_path / "x.csv")
    table = predict(tmp_path / "x.csv", out=tmp_path / "p")
    assert table["speaks"].tolist() == ["measured", "measured", "measured", "none"]
    assert table["yard_sf2"].notna().tolist() == [True, True, True, False]
    assert table["yard_rank"][:2].between(0, 1).all()
    assert {"yard_auc", "yard_sf_1gy", "yard_sf_10gy_high"} <= set(table)
    assert (tmp_path / "p" / "curves.png").stat().st_size > 5_000
    text = (tmp_path / "p" / "predictions.txt").read_text()
    assert "By yard (450 lines, nine-day viability) SF2" in text
    assert "nine-day viability assay, not of colonies" in " ".join(text.split())


def test_a_named_model_stands_alone(lines, tmp_path):
    lines[["lung"]].to_csv(tmp_path / "x.csv")
    table = predict(tmp_path / "x.csv", "yard")
    assert "speaks" not in table
    assert table["auc"].notna().all()
    text = prediction_text(table, load_model("yard").card)
    assert "Its curve: SF2" in text
    assert "this model does not judge" in text
    assert "speaks" not in predict(tmp_path / "x.csv", "nci60")


def test_five_hundred_genes_are_enough_for_one_model(lines, tmp_path):
    known = set(load_model("yard").card.features)
    some = lines[[g in known for g in lines.index]].iloc[:500]
    some.to_csv(tmp_path / "x.csv")
    table = predict(tmp_path / "x.csv")
    assert table["verdict"].tolist() == ["refused"] * 4
    assert table["reason"].str.contains("500 of the model's 12,847 genes").all()
    assert table["yard_sf2"].notna()[:3].all()
    assert "No model speaks" not in prediction_text(table[:3], load_model("nci60").card)


def test_what_neither_can_use_is_refused(lines, tmp_path):
    lines.iloc[:30].to_csv(tmp_path / "x.csv")
    with pytest.raises(InputError, match="genes"):
        predict(tmp_path / "x.csv")


def test_the_default_model_of_lines_is_small_and_says_what_it_rests_on():
    from radiosens.models.defaults import find_model

    size = sum(p.stat().st_size for p in find_model("yard").rglob("*") if p.is_file())
    assert size <= 4_000_000
    card = load_model("yard").card
    assert all(name.startswith("ccle_") for name in card.data["sources"])
    assert "not of colonies" in card.limits
    assert 0.87 <= card.calibration.coverage["all"] <= 0.93


def test_yard_orders_lines_of_its_own_survival_data(shared):
    """Lines of training, from one file alone: recognised, and near what their tables say."""
    bundle = load_model("yard")
    with warnings.catch_warnings(action="ignore"):
        table = bundle.predict(shared("more_lines/ccle_affymetrix_62lines.csv.gz"))
    known = {one.line: one.sf2 for one in bundle.card.lines}
    mine = table[table["recognised"] == "yes"]
    assert len(mine) >= 20
    truth = [known[n] for n in mine["looks_like"]]
    assert np.corrcoef(mine["sf2"], truth)[0, 1] > 0.5
