from __future__ import annotations

import numpy as np
import pytest

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.evaluation.fits import Fit, fit_seed, run_fit
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.null import NullFits, permuted, run_null
from radiosens.evaluation.shuffling import shuffled_sf2
from radiosens.evaluation.splits import fold_splits, make_folds
from radiosens.panel import data_hash


@pytest.fixture(scope="module")
def panel():
    panel = simulate_panel(features=60, tissues=3, lines_per_tissue=5, replicates=2)
    panel.obs.loc[panel.obs["tissue"] == "simulated tissue 1", "tissue"] = "Myeloma"
    return panel


def test_shuffling_within_lineages_keeps_each_lineages_values(panel):
    obs = panel.obs
    blood = obs["tissue"] == "Myeloma"
    for number in range(1, 6):
        shuffled = shuffled_sf2(obs, number, "within lineage")
        for part in (blood, ~blood):
            assert sorted(shuffled[part]) == sorted(obs.loc[part, "sf2"])
        assert (shuffled.groupby(obs["line"]).nunique() == 1).all()
    assert permuted(obs) == ("all donors", "within lineage")
    assert permuted(obs[~blood]) == ("within lineage",)


@pytest.mark.parametrize("name", ["mean", "nearest", "ridge", "lineage-ridge"])
def test_scores_on_shuffled_sf2_are_those_of_ordinary_fits(panel, name):
    """One shuffling, fit by fit, on all folds and rounds, scored by hand."""
    inputs = FitInputs.of(panel, data_hash(panel), [name])
    table = make_folds(panel.obs, "donor", rounds=2, folds=3, random_state=0)
    splits = tuple(fold_splits(table))
    found = run_null(inputs, NullFits(name, "donor", splits, 7, "all donors", (1, 2)))
    truth = shuffled_sf2(panel.obs, 1)
    total = dict.fromkeys(panel.obs_names, 0.0)
    for split in splits:
        fit = Fit(name, split, fit_seed(7, split), protocol="donor", shuffle=1)
        for sample, value in run_fit(inputs, fit).items():
            total[sample] += value / 2
    predicted = panel.obs_names.map(total).to_numpy()
    line = panel.obs["line"].to_numpy()
    t, p = (np.array([v[line == n].mean() for n in np.unique(line)]) for v in (truth, predicted))
    expected = 1 - np.square(p - t).sum() / np.square(t - t.mean()).sum()
    assert found["all"]["r2"][0] == pytest.approx(expected, abs=1e-6)


def test_permutations_cover_all_folds_and_rounds_and_continue(panel, tmp_path):
    settings = EvaluateSettings(
        protocols=("donor",), predictors=("ridge",), rounds=2, folds=3, permutations=9, refits=0
    )
    first = evaluate(panel, tmp_path, settings, jobs=1)
    assert set(first.null.groupby(["predictor", "subset", "permuted"]).size()) == {9}
    journal = (tmp_path / "journal.jsonl").read_text()
    again = evaluate(panel, tmp_path, settings, jobs=1)
    assert '"kind": "task"' not in (tmp_path / "journal.jsonl").read_text().removeprefix(journal)
    assert again.tables["null"].equals(first.tables["null"])
