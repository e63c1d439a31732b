from __future__ import annotations

import numpy as np
import pytest

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.evaluation.lines import Lines
from radiosens.evaluation.refits import inflation, thirds, without_thirds
from radiosens.evaluation.significance import subsets
from radiosens.evaluation.splits import check_split, fold_splits, make_folds


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(features=60, tissues=3, lines_per_tissue=5, replicates=2)


@pytest.fixture(scope="module")
def splits(panel):
    return list(fold_splits(make_folds(panel.obs, "donor", rounds=1, folds=3, random_state=0)))


def test_a_third_is_gone_from_training_and_testing(panel, splits):
    left = without_thirds(panel.obs, splits, 5, seed=3)
    assert len(left) == 5
    for number, part in enumerate(left):
        third = thirds(panel.obs, 3, number // 3)
        assert (third.groupby(panel.obs["donor"]).nunique() == 1).all()
        gone = set(third.index[third == number % 3])
        tested = [s for split in part for s in split.test]
        assert sorted(tested) == sorted(set(panel.obs_names) - gone)
        for split in part:
            assert not gone & set(split.train)
            check_split(split, panel.obs, "donor")


def test_the_variance_of_draws_is_that_of_a_jackknife_that_deletes_as_many():
    # of a mean, whose variance is known: s²/n
    rng = np.random.default_rng(0)
    values = rng.normal(size=60)
    draws = []
    for _ in range(2000):
        part = rng.permutation(60) % 3
        draws += [values[part != k].mean() for k in range(3)]
    plain = (len(draws) - 1) / len(draws) * np.square(draws - np.mean(draws)).sum()
    assert plain * inflation(len(draws)) == pytest.approx(values.var(ddof=1) / 60, rel=0.05)


def test_nobody_is_left_out_where_a_file_has_a_single_line_to_scale_by(panel, splits, caplog):
    caplog.set_level("INFO")
    obs = panel.obs.copy()
    obs["source"] = "array.csv"
    alone = list(obs["line"].unique())[:2]
    obs.loc[obs["line"].isin(alone), "source"] = "other.csv"
    assert without_thirds(obs, splits, 15, seed=0) == []
    assert "too few lines" in caplog.text


def test_intervals_are_of_fits_without_each_third(panel, tmp_path):
    settings = EvaluateSettings(
        protocols=("donor",), predictors=("ridge", "extra-trees"), rounds=2, folds=3, refits=5
    )
    evaluation = evaluate(panel, tmp_path, settings, jobs=1)
    lines = Lines(evaluation.predictions, panel.obs, evaluation.refits)
    members = subsets(panel.obs)["all"]
    (ridge,) = lines.jackknives(("ridge",), "donor", "all", members)
    assert (ridge.refitted, len(ridge.metrics["r2"])) == (True, 6)
    assert ridge.inflation == inflation(5)
    (trees,) = lines.jackknives(("extra-trees",), "donor", "all", members)
    assert (trees.refitted, trees.inflation) == (False, 2.5)
    both = lines.jackknives(("ridge", "extra-trees"), "donor", "all", members)
    assert not any(own.refitted for own in both)
    # by hand, the first draw
    own = evaluation.refits
    own = own[(own["predictor"] == "ridge") & (own["draw"] == 0)]
    table = own.groupby("line")[["truth", "prediction"]].mean()
    errors = np.square(table["prediction"] - table["truth"]).sum()
    expected = 1 - errors / np.square(table["truth"] - table["truth"].mean()).sum()
    assert ridge.metrics["r2"][1] == pytest.approx(expected)
