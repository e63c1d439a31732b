from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens import check, simulate_panel
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
    names = {p.name for p in tmp_path.iterdir() if p.name != ".lock"}
    assert names == {
        "check.csv", "check.json", "check.txt", "report.html", "similarity.csv", "similarity.png",
        "similarity.svg", "suspects.png", "suspects.svg",
    }  # fmt: skip
    table = pd.read_csv(tmp_path / "check.csv", keep_default_na=False, na_values=[""])
    assert table["verdict"].tolist() == found.samples["verdict"].tolist()
    assert np.allclose(table["probability"], found.samples["probability"])
    assert (tmp_path / "check.txt").read_text().splitlines() == told
    assert "simulated data" in (tmp_path / "similarity.svg").read_text()


def test_nothing_to_plot_without_suspects():
    panel = simulate_panel(features=300, tissues=2)
    assert suspect_plots(check(panel), panel) is None
