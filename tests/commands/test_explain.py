from __future__ import annotations

import json

import pytest

from radiosens.models.defaults import load_model


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    import pandas as pd

    bundle = load_model("nci60")
    blood = [i for i, line in enumerate(bundle.sample_lines) if line == "HL-60"]
    x = bundle.profiles[blood].astype(float)
    table = pd.DataFrame(x.T, index=pd.Index(bundle.card.features, name="gene"), columns=["a"])
    path = tmp_path_factory.mktemp("new") / "samples.csv"
    table.round(3).to_csv(path)
    return path


def test_a_prediction_is_explained_and_the_verdict_leads(radiosens, file, tmp_path):
    done = radiosens("explain", file, "--out", tmp_path / "why", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["rests_on_lineage"]
    assert "This rests on being a leukemia" in said["sentences"][0]
    again = radiosens("predict", file, "--out", tmp_path / "p", "--explain", tmp_path / "why2")
    assert "This rests on being a leukemia" in again.stdout
    assert (tmp_path / "why2" / "contributions.csv").exists()


def test_a_kind_of_model_is_explained_on_a_panel(radiosens, tmp_path):
    done = radiosens(
        "explain", "simulated", "--predictor", "mean", "--folds", "2", "--shuffles", "1",
        "--jobs", "1", "--out", tmp_path / "why",
    )  # fmt: skip
    assert done.returncode == 2  # simulated features name no genes
    assert "no feature names a gene" in done.stderr


def test_refusals_are_one_line(radiosens, file, tmp_path):
    for arguments in (
        ("explain", file, "--model", "nothing", "--out", tmp_path / "p"),
        ("explain", file, "--baseline", "nobody", "--out", tmp_path / "p"),
        ("explain", file, file, "--out", tmp_path / "p"),
        ("explain", file, "--gene-sets", file, "--out", tmp_path / "p"),
        ("explain", "--predictor", "ridge", "--out", tmp_path / "p"),
        ("explain", "simulated", "--predictor", "nothing", "--out", tmp_path / "p"),
        ("explain", "--gene-sets", "reactome", "--out", tmp_path / "p"),
    ):
        done = radiosens(*arguments)
        assert done.returncode == 2, arguments
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
