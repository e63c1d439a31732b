from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens import (
    RadiosensError,
    ReproduceSettings,
    check,
    reproduce,
    simulate_panel,
    write_results,
)
from radiosens.report.check import suspect_plots, write_check
from radiosens.report.check_sentences import sentences
from radiosens.sources.simulated import plant_errors


@pytest.fixture(scope="module")
def checked():
    panel = simulate_panel(features=300, tissues=5)
    panel = panel[np.argsort(panel.obs["replicate"].to_numpy(), kind="stable")].copy()
    planted = plant_errors(panel, swaps=2, shifted=5, random_state=0)
    return planted, check(planted)


def test_sentences_name_what_was_found_once(checked):
    _, found = checked
    told = sentences(found)
    text = "\n".join(told)
    assert "60 samples of 20 lines" in told[0]
    a, b = next(
        p
        for p in found.swaps
        if not {found.samples["sample"].tolist().index(s) for s in p} & set(found.blocks[0].members)
    )
    assert f"{a} (labelled" in text
    assert "labels were probably swapped" in text
    first = found.samples["sample"][found.blocks[0].first]
    assert f"The first displaced column is {first}" in text
    assert sum(line.startswith(f"{a} (") for line in told) == 1
    assert b in text


def test_files(checked, tmp_path):
    panel, found = checked
    told = write_check(found, panel, tmp_path)
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {
        "check.csv", "check.txt", "similarity.png", "similarity.svg", "suspects.png", "suspects.svg",
    }  # fmt: skip
    table = pd.read_csv(tmp_path / "check.csv", keep_default_na=False, na_values=[""])
    assert table["verdict"].tolist() == found.samples["verdict"].tolist()
    assert np.allclose(table["probability"], found.samples["probability"])
    assert (tmp_path / "check.txt").read_text().splitlines() == told
    assert "simulated data" in (tmp_path / "similarity.svg").read_text()


def test_nothing_to_plot_without_suspects():
    panel = simulate_panel(features=300, tissues=2)
    assert suspect_plots(check(panel), panel) is None


def run(panel, out, **settings):
    quick = ReproduceSettings(preset="quick", rounds=1, folds=3, epochs=2, **settings)
    return reproduce(panel, out, quick, jobs=1)


def test_reproduce_says_which_hard_samples_are_mislabelled_and_drops_nothing(tmp_path, caplog):
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3, swaps=1)
    with caplog.at_level("INFO", logger="radiosens"):
        result = run(panel, tmp_path / "a")
    assert sum("labels: 16 ok, 2 mislabelled" in r.message for r in caplog.records) == 1
    summary = write_results(result, tmp_path / "a")
    assert summary["samples"] == 18
    assert summary["labels"] == {"ok": 16, "mislabelled": 2}
    assert summary["left_out"] == []
    hard = zip(summary["prediction_hard"], summary["prediction_hard_labels"], strict=True)
    verdicts = pd.read_csv(tmp_path / "a" / "check.csv").set_index("sample")["verdict"]
    assert all(label["verdict"] == verdicts[sample] for sample, label in hard)
    table = pd.read_csv(tmp_path / "a" / "table_s1.csv").set_index("sample")
    assert (table["label_verdict"] == verdicts[table.index]).all()


def test_excluding_is_part_of_the_run(tmp_path):
    panel = simulate_panel(features=150, tissues=2, lines_per_tissue=3, swaps=1)
    result = run(panel, tmp_path / "a", exclude="mislabelled")
    summary = write_results(result, tmp_path / "a")
    bad = panel.obs_names[panel.obs["line"] != panel.obs["true_line"]]
    assert summary["samples"] == 16
    assert summary["left_out"] == list(bad)
    assert not set(bad) & set(result.folds["sample"])
    with pytest.raises(RadiosensError, match="begun with exclude mislabelled"):
        run(panel, tmp_path / "a")
    with pytest.raises(RadiosensError, match="is no exclude"):
        ReproduceSettings.checked(exclude="everything")
