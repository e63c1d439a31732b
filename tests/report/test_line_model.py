"""From files to a model of lines, and its figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.models.bundle import load_bundle
from radiosens.models.defaults import load_model
from radiosens.models.line_data import DOSES, TARGETS, LineData
from radiosens.report.card_text import card_text
from radiosens.report.line_model import line_figures, train_line_model

N = 90


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    genes = list(load_model("nci60").card.features[:80])
    traits = rng.normal(size=(N, 3))
    z = traits @ rng.normal(size=(3, 80)) + 0.5 * rng.normal(size=(N, 80))
    lines = [f"QX{i:03d}" for i in range(N)]
    levels = rng.uniform(5, 12, 80)
    found = []
    for name, rows, columns in (
        ("one", slice(0, 60), slice(0, 60)),
        ("two", slice(30, N), slice(20, 80)),
    ):
        x = pd.DataFrame((levels + z)[rows, columns], index=lines[rows], columns=genes[columns])
        x.to_csv(tmp_path / f"{name}.csv", index_label="line")
        found.append(tmp_path / f"{name}.csv")
    survival = np.exp(-np.exp(-1 + 0.5 * traits[:, :1]) * np.array(DOSES))
    table = pd.DataFrame(survival, columns=[f"{d}Gy" for d in DOSES])
    table["SF2"], table["YardAUC"] = table["2Gy"], survival.sum(axis=1)
    table.insert(0, "line", lines)
    table.to_csv(tmp_path / "response.csv", index=False)
    sites = pd.DataFrame({"line": lines, "Primarysite": np.repeat(["lung", "skin", "liver"], 30)})
    sites["tissueid"] = "unknown"
    sites.to_csv(tmp_path / "histology.csv", index=False)
    return found, tmp_path / "response.csv", tmp_path / "histology.csv"


def test_files_become_a_model_that_says_how_good_it_is(files, tmp_path):
    tables, response, histology = files
    settings = {"ranks": (3,), "components": 2}
    train_line_model(
        tables,
        response,
        histology,
        tmp_path / "toy",
        name="toy",
        settings=settings,
        folds=3,
        rounds=1,
    )
    card = load_bundle(tmp_path / "toy").card
    assert card.data["sources"] == {"one": 60, "two": 60}
    assert card.performance[0].metrics["pearson_r"][0] > 0.6
    assert set(card.calibration.coverage) >= {"all", "lung", "skin", "liver", "auc, all"}
    assert [o.name for o in card.outcomes] == list(TARGETS[1:])
    text = card_text(card)
    assert "90 % intervals held, nested folds" in text
    assert "novelty: not judged by this model" in text


def test_figures_within_tissue_do_not_count_what_tissues_differ_by():
    rng = np.random.default_rng(1)
    tissues = np.repeat(["a", "b"], 40)
    truth = np.where(tissues == "a", 0.3, 0.9)[:, None] + 0.05 * rng.normal(size=(80, 10))
    predicted = np.where(tissues == "a", 0.35, 0.8)[:, None] + 0.05 * rng.normal(size=(80, 10))
    names = np.array([f"l{i}" for i in range(80)])
    data = LineData((), (), names, names, tissues, truth)
    everyone = np.ones(80, dtype=bool)
    across = line_figures(data, predicted, everyone)["sf2"]["pearson_r"]
    within = line_figures(data, predicted, everyone, within=True)["sf2"]["pearson_r"]
    assert across[0] == pytest.approx(np.corrcoef(truth[:, 0], predicted[:, 0])[0, 1])
    assert across[1] > 0.8
    assert within[1] < 0 < within[2]
