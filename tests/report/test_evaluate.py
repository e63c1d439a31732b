from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from radiosens import EvaluateSettings, evaluate, simulate_panel
from radiosens.errors import SettingsError
from radiosens.predictors.rsi import GENES
from radiosens.report.sentences import sentences


@pytest.fixture(scope="module")
def panel():
    """Give a panel with leukaemias, which are sensitive, and the genes of the index."""
    panel = simulate_panel(features=120, tissues=3, lines_per_tissue=5, replicates=2)
    panel.var_names = [g.symbol for g in GENES] + list(panel.var_names[len(GENES) :])
    leukaemia = panel.obs["tissue"] == "simulated tissue 1"
    panel.obs.loc[leukaemia, "tissue"] = "Leukemia"
    panel.obs.loc[leukaemia, "sf2"] = panel.obs.loc[leukaemia, "sf2"] / 10
    return panel


@pytest.fixture(scope="module")
def run(panel, tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "run"
    settings = EvaluateSettings(
        predictors=("tissue-mean", "nearest", "rsi", "extra-trees", "radiosens"),
        rounds=1, folds=3, permutations=3, seeds=2, refits=3,
    )  # fmt: skip
    evaluation = evaluate(panel, out, settings, jobs=1)
    return evaluation, out


def test_files(run):
    evaluation, out = run
    assert {
        "scores.csv", "leakage.csv", "differences.csv", "null.csv", "seeds.csv", "signatures.csv",
        "findings.txt", "summary.json", "protocols.png", "protocols.svg", "predictions.csv",
    } <= {p.name for p in out.iterdir()}  # fmt: skip
    assert {p.name for p in out.glob(".*")} <= {".lock"}
    assert len(pd.read_csv(out / "scores.csv")) == 5 * 2 * 2
    summary = json.loads((out / "summary.json").read_text())
    assert summary["sentences"] == sentences(evaluation)
    assert summary["settings"]["permutations"] == 3


def test_columns(run):
    out = run[1]
    scores = pd.read_csv(out / "scores.csv")
    figures = ["accuracy", "rmsd", "r2", "pearson_r", "spearman_r", "within_tissue_r"]
    assert list(scores) == [
        "predictor", "protocol", "subset", "samples", "donors",
        *(f"{f}{side}" for f in figures for side in ("", "_low", "_high")),
    ]  # fmt: skip
    assert {"predictor", "protocol", "r2_replicate", "r2_strict", "r2_gap"} <= set(
        pd.read_csv(out / "leakage.csv")
    )
    versus = pd.read_csv(out / "differences.csv")
    assert set(versus["versus"]) <= {"mean", "lineage-mean", "tissue-mean"}
    assert not (versus["versus"] == versus["predictor"]).any()
    assert versus["p"].between(0, 1).all()
    assert (versus["p_holm"] >= versus["p"]).all()


def test_another_predictor_to_compare_with_changes_no_fit(panel, run, tmp_path):
    settings = run[0].settings.model_copy(update={"against": "nearest"})
    journal = (run[1] / "journal.jsonl").read_text()
    again = evaluate(panel, run[1], settings, jobs=1)
    added = (run[1] / "journal.jsonl").read_text().removeprefix(journal)
    assert '"kind": "task"' not in added
    assert set(again.tables["differences"]["versus"]) == {"nearest"}
    assert "etter than nearest (R² " in " ".join(sentences(again))
    evaluate(panel, run[1], run[0].settings, jobs=1)
    with pytest.raises(SettingsError, match="ridge is to be compared with and is not evaluated"):
        evaluate(panel, tmp_path, settings.model_copy(update={"against": "ridge"}), jobs=1)


def test_differences_are_of_the_same_lines(run):
    scores = run[0].tables["scores"].set_index(["predictor", "protocol", "subset"])
    for row in run[0].tables["differences"].itertuples():
        own = scores.loc[(row.predictor, row.protocol, row.subset), "r2"]
        assert row.r2 == pytest.approx(own - row.versus_r2)


def test_random_signatures_are_no_worse_on_simulated_genes(run):
    table = run[0].tables["signatures"]
    assert set(table["weights"]) == {"index", "fitted"}
    assert set(table["subset"]) == {"all", "without leukaemia"}
    assert (table["random_95"] > table["random_mean"]).all()
    assert np.isfinite(table["p"]).all()


def test_sentences(run):
    text = " ".join(sentences(run[0]))
    assert "30 samples of 15 lines from 15 donors, one round of up to 3 folds" in text
    assert "nothing here is biology" in text
    assert "The nearest neighbour knows nothing of radiation" in text
    assert "On unseen donors, all lines (15 donors): the best of 5 is" in text
    assert "solid tumours only (10 donors)" in text
    assert "between all donors, 3 times (donor protocol, all lines, all folds and rounds)" in text
    assert "between donors of one lineage, 3 times (donor protocol, solid tumours only" in text
    assert "one-sided" in text
    assert "two-sided, corrected for 4 comparisons" in text
    assert "The lowest that so many can give is 0.25" in text
    assert "What each adds to R² beside what stands before it" in text
    assert "Fitted to all of these lines, radiosens: it is " in text
    assert "in simulations of 50 donors" in text
    assert "Ten random genes" in text
    assert "With 2 seeds on the same folds, R² of extra-trees" in text
    assert "derived on 48 lines of the NCI-60" in text


def test_a_shuffled_run_says_so(panel, tmp_path):
    settings = EvaluateSettings(
        predictors=("nearest",), protocols=("donor",), rounds=1, folds=5, shuffle=True, refits=0
    )
    evaluation = evaluate(panel, tmp_path, settings, jobs=1)
    assert "no leak shows" in " ".join(sentences(evaluation))
    assert "SF2 shuffled between donors" in (tmp_path / "protocols.svg").read_text()
