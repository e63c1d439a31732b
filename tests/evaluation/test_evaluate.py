from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.errors import RunError, SettingsError
from radiosens.evaluation.evaluate import runnable
from radiosens.evaluation.shuffling import shuffled_sf2
from radiosens.evaluation.verdict import leakage, null_table, scores, seed_table

QUICK = ("mean", "tissue-mean", "nearest", "ridge")
SMALL = EvaluateSettings(predictors=QUICK, rounds=2, folds=4, refits=0)


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(features=150, tissues=3, lines_per_tissue=4, replicates=2)


@pytest.fixture(scope="module")
def evaluation(panel, tmp_path_factory):
    out = tmp_path_factory.mktemp("evaluation") / "run"
    return evaluate(panel, out, SMALL, jobs=1), out


class Stop:
    """Progress that interrupts a run after so many fits."""

    def __init__(self, after):
        self.left = after

    def stage(self, name, tasks, done):
        pass

    def step(self, task, step, steps, figure):
        pass

    def finished(self, task):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def test_leaves_what_it_should(panel, evaluation):
    result, out = evaluation
    assert {p.name for p in out.iterdir() if p.name != ".lock"} == {
        "check.csv", "config.json", "folds.csv", "journal.jsonl", "predictions.csv", "scores.csv",
        "leakage.csv", "differences.csv", "nested.csv", "findings.txt", "protocols.png", "protocols.svg", "summary.json", "report.html",
    }  # fmt: skip
    table = pd.read_csv(out / "predictions.csv")
    assert list(table) == [
        "predictor", "protocol", "sample", "line", "round", "fold", "truth", "prediction"
    ]  # fmt: skip
    assert len(table) == len(QUICK) * 2 * 2 * panel.n_obs
    folds = pd.read_csv(out / "folds.csv")
    merged = table.merge(folds, on=["protocol", "round", "sample"], suffixes=("", "_planned"))
    assert (merged["fold"] == merged["fold_planned"]).all()
    config = json.loads((out / "config.json").read_text())
    assert config["command"] == "evaluate"
    assert config["details"] == {}
    assert set(config["code"]) == {*QUICK, "lineage-mean", "lineage-tissue", "lineage-ridge"}
    assert result.skipped == {}


def test_scores(panel, evaluation):
    table = scores(evaluation[0])
    assert list(table)[:6] == ["predictor", "protocol", "subset", "samples", "donors", "accuracy"]
    assert len(table) == len(QUICK) * 2
    assert set(table["samples"]) == {panel.n_obs}
    assert set(table["donors"]) == {12}
    varied = table[table["predictor"] != "mean"]
    for name in ("accuracy", "rmsd", "r2", "spearman_r"):
        low, high = varied[f"{name}_low"], varied[f"{name}_high"]
        assert ((low <= high) | low.isna()).all()


def test_what_is_constant_has_neither_interval_nor_correlation(evaluation):
    mean = scores(evaluation[0]).set_index("predictor").loc["mean"]
    assert mean[["r2_low", "r2_high", "rmsd_low", "pearson_r", "spearman_r"]].isna().all().all()
    assert np.isfinite(mean["r2"]).all()


def test_recognition_is_laid_open(evaluation):
    gap = leakage(evaluation[0]).set_index("predictor")
    assert gap.at["nearest", "r2_replicate"] == pytest.approx(1)
    assert gap.at["nearest", "r2_gap"] > 0.5
    assert gap.at["nearest", "p"] < 0.01
    assert gap.at["mean", "r2_gap"] < gap.at["nearest", "r2_gap"] / 2


def test_continues_after_an_interruption(panel, evaluation, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        evaluate(panel, tmp_path, SMALL, jobs=1, progress=Stop(after=20))
    evaluate(panel, tmp_path, SMALL, jobs=1)
    for name in ("predictions.csv", "folds.csv"):
        assert (tmp_path / name).read_bytes() == (evaluation[1] / name).read_bytes()


def test_processes_give_the_same_numbers(panel, evaluation, tmp_path):
    evaluate(panel, tmp_path, SMALL, jobs=2)
    assert (tmp_path / "predictions.csv").read_bytes() == (
        evaluation[1] / "predictions.csv"
    ).read_bytes()


def test_another_setting_is_refused(panel, evaluation):
    other = SMALL.model_copy(update={"protocols": ("replicate",)})
    with pytest.raises(RunError, match="begun with protocols"):
        evaluate(panel, evaluation[1], other, jobs=1)


def test_all_leaves_out_what_cannot_run_and_says_why(panel):
    names, skipped = runnable(panel, ("all",))
    assert "needs ten genes and 0 are measured" in skipped["rsi"]
    assert "rsi" not in names
    nameless = panel.copy()
    nameless.obs["tissue"] = "unknown"
    assert "tissue-mean" in runnable(nameless, ("all",))[1]
    with pytest.raises(SettingsError, match="rsi cannot run: it needs ten genes"):
        runnable(panel, ("rsi",))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"protocols": ("patient",)}, "no protocol 'patient'"),
        ({"protocols": ()}, "no protocol is named"),
        ({"predictors": ("oracle",)}, "no predictor 'oracle'"),
        ({"predictors": ()}, "no predictor is named"),
        ({"rounds": 0}, "0 is no rounds"),
    ],
)
def test_settings_refuse(values, message):
    with pytest.raises(SettingsError, match=message):
        EvaluateSettings.checked(**values)


def test_a_shuffling_keeps_replicates_together_and_every_value(panel):
    obs = panel.obs
    given = shuffled_sf2(obs, 3)
    assert given.groupby(obs["line"]).nunique().max() == 1
    assert sorted(given) == sorted(obs["sf2"])
    assert (given != obs["sf2"]).any()
    pd.testing.assert_series_equal(given, shuffled_sf2(obs, 3))
    assert (given != shuffled_sf2(obs, 4)).any()


def test_shuffled_lines_of_a_donor_take_another_donors():
    obs = pd.DataFrame(
        {"line": list("abc"), "donor": ["p", "p", "q"], "sf2": [0.1, 0.2, 0.9]}, index=list("xyz")
    )
    found = {tuple(shuffled_sf2(obs, n)) for n in range(1, 20)}
    assert found == {(0.1, 0.2, 0.9), (0.9, 0.9, 0.1)}  # by hand


def test_permutations_and_seeds(panel, tmp_path):
    settings = EvaluateSettings(
        protocols=("donor",), predictors=("nearest", "extra-trees"), rounds=1, folds=3,
        permutations=4, seeds=2, refits=0,
    )  # fmt: skip
    result = evaluate(panel, tmp_path, settings, jobs=1)
    null = null_table(result.null, scores(result))
    assert set(null["predictor"]) == {"nearest"}
    assert set(null["permutations"]) == {4}
    assert set(null["permuted"]) == {"within lineage"}  # there is one
    assert set(null["p_floor"]) == {0.2}
    observed = null.set_index("metric").at["r2", "observed"]
    assert observed == pytest.approx(scores(result).set_index("predictor").at["nearest", "r2"])
    assert null["p"].between(0.2, 1).all()
    seeds = seed_table(result).set_index("metric")
    assert set(seeds["predictor"]) == {"extra-trees"}
    assert seeds.at["r2", "sd"] > 0
    assert np.isfinite(seeds["mean"]).all()


def test_labels_are_checked_first_and_left_out_only_if_asked(tmp_path):
    swapped = simulate_panel(features=400, tissues=3, lines_per_tissue=4, swaps=1)
    few = SMALL.model_copy(update={"predictors": ("mean", "nearest"), "rounds": 1})
    kept = evaluate(swapped, tmp_path / "kept", few, jobs=1)
    wrong = kept.quality.with_verdict("mislabelled")
    assert wrong == list(swapped.obs_names[swapped.obs["line"] != swapped.obs["true_line"]])
    assert set(wrong) <= set(kept.predictions["sample"])
    out = few.model_copy(update={"exclude": "mislabelled"})
    left = evaluate(swapped, tmp_path / "left", out, jobs=1)
    assert set(swapped.obs_names) - set(left.predictions["sample"]) == set(wrong)
    assert set(pd.read_csv(tmp_path / "left" / "check.csv")["sample"]) == set(swapped.obs_names)
    with pytest.raises(RunError, match="exclude"):
        evaluate(swapped, tmp_path / "kept", out, jobs=1)
