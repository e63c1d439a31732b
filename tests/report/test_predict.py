from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens import predict
from radiosens.errors import InputError, RunError, SettingsError
from radiosens.models.defaults import load_model
from radiosens.report.predict_text import prediction_text


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    bundle = load_model("nci60")
    rng = np.random.default_rng(0)
    x = bundle.profiles[[0, 20]] + rng.normal(0, 0.3, (2, len(bundle.card.features)))
    rows = np.vstack([x, rng.permuted(x[:1], axis=1)]).round(3)
    names = ["first", "second", "shuffled"]
    table = pd.DataFrame(rows.T, index=pd.Index(bundle.card.features, name="gene"), columns=names)
    path = tmp_path_factory.mktemp("new") / "samples.csv"
    table.to_csv(path)
    return path


def test_table_text_and_figure_are_written(file, tmp_path):
    table = predict(file, out=tmp_path / "p", dose_per_fraction=2, fractions=30)
    assert table["verdict"].tolist() == ["recognised", "recognised", "unlike"]
    written = {p.name for p in (tmp_path / "p").iterdir() if p.name[0] != "."}
    assert {"predictions.csv", "predictions.txt", "predictions.png", "predictions.svg"} <= written
    again = pd.read_csv(tmp_path / "p" / "predictions.csv")
    assert list(again.columns[:12]) == [
        "sample", "sf2", "sf2_low", "sf2_high", "verdict", "looks_like", "recognition", "novelty_p",
        "genes_measured", "genes_filled", "rsi", "gard",
    ]  # fmt: skip
    assert table["gard"].notna()[:2].all()
    text = (tmp_path / "p" / "predictions.txt").read_text()
    assert "the model was trained knowing it" in text
    assert "No prediction: it is unlike all training lines" in text
    assert "Not for any decision on a patient" in text


def test_a_number_between_two_means_is_said_to_be_just_that(file):
    bundle = load_model("nci60")
    assert "That is the mean of the 52 solid lines" in prediction_text(predict(file), bundle.card)


def test_a_sheet_of_other_samples_is_refused(file, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,line,tissue\nq1,A549,Lung\n")
    with pytest.raises(InputError, match="none of its samples is in the data"):
        predict(file, "nci60", samples=sheet)
    sheet.write_text("sample,line,tissue\nq1,A549,Lung\nfirst,A549,Lung\n")
    assert predict(file, "nci60", samples=sheet)["tissue_mean"].notna().sum() == 0


def test_nothing_to_predict_is_refused():
    with pytest.raises(SettingsError, match="nothing to predict"):
        predict([])


def test_gard_needs_dose_and_fractions(file):
    with pytest.raises(SettingsError, match="GARD needs"):
        predict(file, dose_per_fraction=2)


def test_a_directory_with_other_things_is_left_alone(file, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="which is no result of 'radiosens predict'"):
        predict(file, out=tmp_path)
