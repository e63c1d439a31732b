from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.report.benchmark.page import page
from radiosens.report.benchmark.panels import PANELS, yard_sheet
from radiosens.report.benchmark.run import benchmark, summaries

pytestmark = pytest.mark.filterwarnings("ignore::radiosens.errors.RadiosensWarning")

GENES = [f"GENE{i}" for i in range(40)]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Give a folder with the files of one panel, small and made up."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    names = ["786O", "NIHOVCAR3", *(f"LINE{i}" for i in range(22))]
    x = pd.DataFrame(rng.normal(8, 2, size=(24, len(GENES))), columns=GENES)
    x.insert(0, "cell", names)
    x.to_csv(folder / "ccle_706genes_zscored.csv.gz", index=False)
    theirs = ["786-0", "OVCAR-3", *(f"LINE-{i}" for i in range(22)), "Not there"]
    sf2 = rng.uniform(0.2, 0.9, len(theirs)).round(3)
    pd.DataFrame({"line": theirs, "SF2": sf2}).to_csv(
        folder / "yard2016_dose_response.csv", index=False
    )
    tissue = ["kidney", "", *["lung", "skin"] * 11, "bone"]
    other = ["kidney", "ovary", *["lung", "skin"] * 11, "bone"]
    pd.DataFrame({"line": theirs, "tissueid": other, "Primarysite": tissue}).to_csv(
        folder / "yard2016_histology.csv", index=False
    )
    return folder


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("benchmark") / "out"
    return benchmark(data, out, quick=True, jobs=1), out


def test_lines_join_by_every_spelling_that_is_known(data):
    names = ("ccle_706genes_zscored.csv.gz", "yard2016_dose_response.csv", "yard2016_histology.csv")
    sheet = yard_sheet(*(data / n for n in names)).set_index("sample")
    assert len(sheet) == 24
    assert sheet.at["786O", "line"] == "786-0"
    assert sheet.at["NIHOVCAR3", "line"] == "OVCAR-3"
    assert sheet.at["NIHOVCAR3", "tissue"] == "ovary"  # the other column has it
    assert "Not there" not in set(sheet["line"])


def test_page_and_figures_are_of_the_panels_that_are_there(made):
    path, out = made
    text = path.read_text()
    assert (out / "benchmark_ccle_yard.png").exists()
    assert "![R² of each predictor, CCLE sequencing, SF2 of Yard et al. 2016]" in text
    assert "24 samples, 24 lines" in text
    assert "NCI-60 on HG-U133A arrays: there was no nci60_u133a_gcrma.csv.gz" in text
    for title in ("## How it is measured", "## Making it again", "lineage-mean", "| expression |"):
        assert title in text
    assert "| the paper: its network" in text


def test_every_number_of_the_tables_is_the_evaluations(made):
    text = made[0].read_text()
    ((panel, summary),) = summaries(made[1])
    ridge = next(r for r in summary["scores"] if r["predictor"] == "ridge")
    row = next(line for line in text.splitlines() if line.startswith("| ridge |"))
    assert f"{ridge['r2']:.2f} ({ridge['r2_low']:.2f} to {ridge['r2_high']:.2f})" in row
    assert f"{ridge['rmsd']:.3f}" in row
    assert panel.strict == "line"
    gap = next(r for r in summary["differences"] if r["predictor"] == "ridge")
    assert f"R² less that of {gap['versus']}" in text


def test_it_goes_on_where_it_stopped(data, made):
    journal = made[1] / "ccle_yard" / "journal.jsonl"
    before, text = journal.read_text(), made[0].read_text()
    benchmark(data, made[1], quick=True, jobs=1)
    assert '"kind": "task"' not in journal.read_text().removeprefix(before)
    assert made[0].read_text() == text


def test_nobody_is_called_better_without_a_corrected_p(made):
    ((panel, summary),) = summaries(made[1])
    summary = json.loads(json.dumps(summary))
    for row in summary["differences"]:
        row |= {"r2": 0.2, "p_holm": 0.06}
    assert "others is shown to be better." in page([(panel, summary)], {})
    summary["differences"][0]["p_holm"] = 0.04
    name = summary["differences"][0]["predictor"]
    assert f"corrected for {len(summary['differences'])} comparisons: `{name}`" in page(
        [(panel, summary)], {}
    )


def test_a_folder_without_any_panel_is_refused(tmp_path):
    with pytest.raises(InputError, match="the files of no panel"):
        benchmark(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_full_and_quick_settings_differ_in_rounds_and_permutations_only_where_said():
    for panel in PANELS:
        full, quick = (panel.evaluate_settings(quick=q) for q in (False, True))
        assert full.protocols == quick.protocols
        assert (full.permutations, quick.permutations) == (1000, 99)
        assert full.predictors == ("all",)
