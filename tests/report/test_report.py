from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from radiosens import ReproduceSettings, reproduce, simulate_panel, write_results
from radiosens.report.tables import PAPER_FIGURES, summarise, table1, table_s1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "run"
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3, swaps=1)
    panel = panel[1:].copy()  # a line with two replicates
    settings = ReproduceSettings(preset="quick", rounds=2, folds=3, epochs=3)
    result = reproduce(panel, out, settings, jobs=1)
    return result, out, write_results(result, out)


def test_files(run):
    _, out, summary = run
    assert {"table1.csv", "table_s1.csv", "summary.json", "figure2.png", "figure2.svg",
            "figure3.png", "figure3.svg"} <= {p.name for p in out.iterdir()}  # fmt: skip
    assert {p.name for p in out.glob(".*")} <= {".lock"}
    assert json.loads((out / "summary.json").read_text()) == summary


def test_summary_has_every_key(run):
    keys = {
        "samples", "lines", "correct_initial", "correct_final", "accuracy_initial",
        "accuracy_final", "rmsd", "rmsd_correct", "pearson_r", "pearson_ci",
        "relative_error_classes", "prediction_hard", "seconds",
    }  # fmt: skip
    result, _, summary = run
    assert keys <= set(summary)
    assert (
        {*keys, "prediction_hard_lines"} - {"seconds"}
        == set(summary["nearest_neighbour"])
        == set(PAPER_FIGURES)
    )
    assert summary["samples"] == 17
    assert summary["lines"] == 6
    assert summary["simulated"] is True
    assert summarise(result) == summary


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
    (tmp_path / "again").mkdir()
    write_results(result, tmp_path / "again")
    for name in ("figure2.svg", "figure3.svg", "figure2.png", "table_s1.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()
