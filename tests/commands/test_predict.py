from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from radiosens.models.defaults import load_model


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    bundle = load_model("nci60")
    x = bundle.profiles[:2].astype(float)
    table = pd.DataFrame(x.T, index=pd.Index(bundle.card.features, name="gene"), columns=["a", "b"])
    path = tmp_path_factory.mktemp("new") / "samples.csv"
    table.round(3).to_csv(path)
    return path


def test_predict_prints_a_table_and_says_how_far_to_trust_it(radiosens, file, tmp_path):
    done = radiosens("predict", file, "--out", tmp_path / "p")
    assert done.returncode == 0, done.stderr
    assert "recognised" in done.stdout
    assert "R² was 0." in done.stdout


def test_predict_as_json(radiosens, file, tmp_path):
    done = radiosens("predict", file, "--out", tmp_path / "p", "--json")
    assert [row["verdict"] for row in json.loads(done.stdout)] == ["recognised"] * 2


def test_train_then_predict_with_what_was_trained(radiosens, tmp_path):
    out = tmp_path / "model"
    done = radiosens(
        "train", "simulated", "--predictor", "mean", "--level", "features", "--jobs", "1",
        "--out", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = radiosens("models", "show", out)
    assert shown.stdout.startswith("model: mean on")
    assert "(simulated)" in shown.stdout


def test_models_are_listed(radiosens):
    assert radiosens("models").stdout.startswith("nci60: two-means, 58 lines")


def test_refusals_are_one_line(radiosens, file, tmp_path):
    for arguments in (
        ("predict", file, "--model", "nothing", "--out", tmp_path / "p"),
        ("predict", tmp_path / "absent.csv", "--out", tmp_path / "p"),
        ("predict", "simulated", "--out", tmp_path / "p"),
        ("train", "simulated", "--predictor", "nothing", "--out", tmp_path / "m"),
        ("models", "show", "nothing"),
    ):
        done = radiosens(*arguments)
        assert done.returncode == 2, arguments
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert np.all([not (tmp_path / n).exists() for n in ("p", "m")])
