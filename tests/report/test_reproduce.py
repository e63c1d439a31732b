from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor

from radiosens import Predictor, RadiosensError, ReproduceSettings, reproduce, simulate_panel
from radiosens.report.reproduce import write_reproduction
from radiosens.report.tables import PAPER, summarise, table1, table_s1
from radiosens.runs.directory import RunDirectory


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "run"
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3, swaps=1)
    panel = panel[1:].copy()  # a line with two replicates
    settings = ReproduceSettings(preset="quick", rounds=2, folds=3, epochs=3)
    result = reproduce(panel, out, settings, jobs=1)
    return result, out, json.loads((out / "summary.json").read_text())


def test_files(run):
    _, out, summary = run
    assert {"table1.csv", "table_s1.csv", "summary.json", "figure2.png", "figure2.svg",
            "figure3.png", "figure3.svg"} <= {p.name for p in out.iterdir()}  # fmt: skip
    assert {p.name for p in out.glob(".*")} <= {".lock"}
    assert summary["headline"].startswith(
        f"{summary['network']['first_validation']['correct']} of 17 correct at first validation"
    )


def test_summary_says_which_metrics_are_of_which_validation(run):
    result, _, summary = run
    score = {
        "samples", "correct", "accuracy", "rmsd", "rmsd_correct", "mean_absolute_error_correct",
        "mean_relative_error_correct", "r2", "pearson_r", "pearson_ci", "relative_error_classes",
    }  # fmt: skip
    for who in ("network", "nearest_neighbour"):
        assert set(summary[who]["first_validation"]) == score
        assert set(summary[who]["after_second_validation"]) == score
        assert summary[who]["samples"] == 17
        assert summary[who]["lines"] == 6
    own = result.results["cnn"]
    first, second = (summary["network"][n] for n in ("first_validation", "after_second_validation"))
    assert first["correct"] == own.first_score.correct
    assert second["rmsd"] == own.second_score.rmsd
    assert set(PAPER) == set(summary["network"])
    assert set(PAPER["first_validation"]) | set(PAPER["after_second_validation"]) <= score
    assert summary["simulated"] is True
    assert json.loads(json.dumps(summarise(result))) == summary


def test_table1(run):
    table = table1(run[0].results["cnn"])
    assert list(table) == [
        "line", "tissue", "true_sf2", "predicted_1", "predicted_2", "predicted_3"
    ]  # fmt: skip
    assert len(table) == 6
    assert table["predicted_3"].isna().sum() == 1


def test_table_s1(run):
    result = run[0].results["cnn"]
    table = table_s1(result).set_index("sample")
    rounds = table[["round_1", "round_2"]]
    pd.testing.assert_series_equal(rounds.mean(axis=1), table["mean_prediction"], check_names=False)
    pd.testing.assert_series_equal(rounds.std(axis=1), table["sd_prediction"], check_names=False)
    error = (table["mean_prediction"] - table["true_sf2"]).abs()
    assert (table["absolute_error"] == error).all()
    assert table["second_prediction"].isna().equals(table["verdict"] == "correct")


def test_figures_are_labelled_simulated_and_reproducible(run, tmp_path):
    result, out, _ = run
    svg = (out / "figure2.svg").read_text()
    assert "simulated data" in svg
    assert re.search(r"simulated line 0?1", svg)
    again = RunDirectory(tmp_path / "again")
    again.path.mkdir()
    again.write_text("config.json", (out / "config.json").read_text())
    write_reproduction(result, again)
    for name in ("figure2.svg", "figure3.svg", "figure2.png", "table_s1.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_further_predictors_stand_in_the_same_tables_and_figures(tmp_path):
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3)
    _, summary = quick(panel, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.glob("*") if p.name != "journal.jsonl"}
    result, further = quick(
        panel, tmp_path, beside=("ridge", "mean", "cnn")
    )  # the same run goes on
    assert list(result.beside) == ["ridge", "mean"]
    assert set(further) - set(summary) == {"beside"}
    assert set(further["beside"]["ridge"]) == set(summary["network"])
    assert {k: further[k] for k in ("network", "nearest_neighbour")} == {
        k: summary[k] for k in ("network", "nearest_neighbour")
    }
    assert further["headline"].endswith(
        f", mean {further['beside']['mean']['first_validation']['correct']})"
    )
    table = pd.read_csv(tmp_path / "table1.csv").set_index("line")
    assert list(table)[5:8] == ["nearest_1", "nearest_2", "nearest_3"]
    assert list(table)[-3:] == ["mean_1", "mean_2", "mean_3"]
    ridge = pd.read_csv(tmp_path / "predictions_ridge.csv").groupby("sample")["prediction"].mean()
    by_line = ridge.loc[panel.obs_names].groupby(panel.obs["line"].to_numpy(), sort=False)
    assert (table["ridge_1"] == by_line.first().round(3).loc[table.index]).all()
    s1 = pd.read_csv(tmp_path / "table_s1.csv")
    assert list(s1)[-3:] == ["mean_mean_prediction", "mean_second_prediction", "mean_verdict"]
    for name in ("figure2.svg", "figure3.svg"):
        text = (tmp_path / name).read_text()
        assert all(word in text for word in ("nearest", "ridge", "mean", "cnn"))
    assert (tmp_path / "predictions.csv").read_bytes() == before["predictions.csv"]


def test_a_foreign_predictor_that_fails_beside_is_told_of_and_spoils_nothing(tmp_path, registered):
    class Broken(DummyRegressor):
        def predict(self, X):
            raise ZeroDivisionError("no")

    registered(Predictor("broken", "x", lambda **_: Broken()))
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3)
    result, summary = quick(panel, tmp_path, beside=("broken",))
    assert summary["beside"] == {"broken": {"failed": "it fails (ZeroDivisionError: no)"}}
    assert result.beside == {}


def test_what_cannot_stand_beside_is_refused_before_anything_is_trained(tmp_path):
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3)
    with pytest.raises(RadiosensError, match="rsi cannot run"):
        quick(panel, tmp_path / "a", beside=("rsi",))
    assert not (tmp_path / "a").exists()
    with pytest.raises(RadiosensError, match="no predictor 'nobody'; choose one of"):
        ReproduceSettings.checked(beside=("nobody",))


def quick(panel, out, **settings):
    quick = ReproduceSettings(preset="quick", rounds=1, folds=3, epochs=2, **settings)
    result = reproduce(panel, out, quick, jobs=1)
    return result, json.loads((out / "summary.json").read_text())


def test_hard_samples_are_told_with_what_their_label_is_worth_and_none_is_dropped(tmp_path, caplog):
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3, swaps=1)
    with caplog.at_level("INFO", logger="radiosens"):
        _, summary = quick(panel, tmp_path / "a")
    assert sum("labels: 16 ok, 2 mislabelled" in r.message for r in caplog.records) == 1
    assert summary["network"]["samples"] == 18
    assert summary["labels"] == {"ok": 16, "mislabelled": 2}
    assert summary["left_out"] == []
    hard = zip(
        summary["network"]["prediction_hard"], summary["prediction_hard_labels"], strict=True
    )
    verdicts = pd.read_csv(tmp_path / "a" / "check.csv").set_index("sample")["verdict"]
    assert all(label["verdict"] == verdicts[sample] for sample, label in hard)
    table = pd.read_csv(tmp_path / "a" / "table_s1.csv").set_index("sample")
    assert (table["label_verdict"] == verdicts[table.index]).all()


def test_leaving_samples_out_is_part_of_the_run(tmp_path):
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3, swaps=1)
    result, summary = quick(panel, tmp_path / "a", exclude="mislabelled")
    bad = panel.obs_names[panel.obs["line"] != panel.obs["true_line"]]
    assert summary["network"]["samples"] == 16
    assert summary["left_out"] == list(bad)
    assert not set(bad) & set(result.folds["sample"])
    with pytest.raises(RadiosensError, match="begun with exclude mislabelled"):
        quick(panel, tmp_path / "a")
    with pytest.raises(RadiosensError, match="is no exclude"):
        ReproduceSettings.checked(exclude="everything")
