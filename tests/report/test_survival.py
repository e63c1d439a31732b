from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import SampleSheetError
from radiosens.report.figures import figure_files
from radiosens.report.survival import write_survival
from radiosens.report.survival.figure import survival_figure
from radiosens.report.survival.text import survival_text
from radiosens.sources.samplesheet import read_sample_sheet
from radiosens.survival import FitSettings, compare_all, fit_curves, read_counts, table_of
from radiosens.survival.model_choice import compare_models

DEMANDED = [
    "curve",
    "model",
    "experiments",
    "alpha",
    "alpha_se",
    "alpha_low",
    "alpha_high",
    "beta",
    "beta_se",
    "beta_low",
    "beta_high",
    "dispersion",
    "sf2",
    "sf2_low",
    "sf2_high",
    "d10",
    "d10_low",
    "d10_high",
    "mid",
    "auc",
    "cooperative",
]


def dishes(line="A", alpha=0.3, beta=0.03, treatment="", seed=0, **more):
    rng = np.random.default_rng(seed)
    rows = []
    for experiment in ("e1", "e2", "e3"):
        for dose in (0, 1, 2, 4, 6):
            survival = np.exp(-alpha * dose - beta * dose**2)
            cells = round(300 / survival)
            rows += [(line, treatment, experiment, dose, cells, rng.poisson(100)) for _ in "12"]
    names = ["line", "treatment", "experiment", "dose", "cells", "colonies"]
    return pd.DataFrame(rows, columns=names).assign(**more)


@pytest.fixture
def fits():
    frame = pd.concat([dishes("A"), dishes("B", 0.5, 0.05, seed=1)])
    return fit_curves(table_of(frame, "two lines"))


def test_all_files_are_written_and_named(fits, tmp_path):
    models = compare_models(fits.table, ["lq", "linear"], FitSettings())
    report = write_survival(
        fits, tmp_path / "s", comparisons=compare_all(fits.curves), models=models
    )
    there = {p.name for p in (tmp_path / "s").iterdir() if p.name != ".lock"}
    assert there == {*report.files, "survival.json"}
    assert there == {
        *("curves.csv", "fitted.csv", "plating.csv", "samples.csv", "comparisons.csv"),
        *("models.csv", "survival.png", "survival.svg", "survival.txt", "survival.json"),
        "report.html",
    }
    assert json.loads((tmp_path / "s" / "survival.json").read_text())["settings"]["model"] == "lq"


def test_curves_have_the_columns_promised_and_the_figures_fitted(fits, tmp_path):
    write_survival(fits, tmp_path / "s")
    table = pd.read_csv(tmp_path / "s" / "curves.csv").set_index("curve", drop=False)
    assert list(table.columns[: len(DEMANDED)]) == DEMANDED
    curve = fits.curves[0]
    row = table.loc["A"]
    assert row["alpha"] == pytest.approx(curve.parameter("alpha").value)
    assert row["sf2_low"] == pytest.approx(curve.sf2.low)
    assert row["mid"] == pytest.approx(curve.mid.value)
    assert row["cooperative"] == "untested"
    assert row["experiments"] == 3


def test_fitted_points_have_bands(fits, tmp_path):
    write_survival(fits, tmp_path / "s")
    table = pd.read_csv(tmp_path / "s" / "fitted.csv")
    line = table[(table["curve"] == "A") & (table["kind"] == "fit")]
    assert line["dose"].iloc[[0, -1]].tolist() == [0, 6]
    assert (line["low"] <= line["survival"]).all()
    assert (line["survival"] <= line["high"]).all()
    points = table[(table["curve"] == "A") & (table["kind"] == "measured")]
    assert points["dose"].tolist() == [1, 2, 4, 6]
    assert points["dishes"].tolist() == [6] * 4


def test_samples_go_where_a_sample_sheet_goes(fits, tmp_path):
    write_survival(fits, tmp_path / "s")
    sheet = read_sample_sheet(tmp_path / "s" / "samples.csv")
    assert sheet.loc["A", "sf2"] == fits.curves[0].sf2.value
    own = pd.read_csv(tmp_path / "s" / "samples.csv").set_index("sample")
    assert own.loc["B", "sf2_se"] == pytest.approx(fits.curves[1].sf2.se)


def test_of_several_treatments_the_control_stands_for_the_line(tmp_path, caplog):
    frame = pd.concat([dishes(treatment="DMSO"), dishes(treatment="olaparib", alpha=0.6, seed=1)])
    fits = fit_curves(table_of(frame))
    report = write_survival(fits, tmp_path / "s")
    assert report.tables["samples"]["sf2"].tolist() == [fits.curves[0].sf2.value]
    unnamed = fit_curves(table_of(frame.assign(treatment=frame["treatment"].replace("DMSO", "x"))))
    report = write_survival(unnamed, tmp_path / "t")
    assert len(report.tables["samples"]) == 0
    assert "leaves out A: it has 2 curves" in caplog.text
    report = write_survival(unnamed, tmp_path / "u", control="A, x")
    assert report.tables["samples"]["sf2"].tolist() == [unnamed.curves[0].sf2.value]


def test_a_sheet_is_filled_in_by_line_however_it_is_spelt(tmp_path, caplog):
    fits = fit_curves(table_of(pd.concat([dishes("MCF7"), dishes("My line 1", seed=1)])))
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Sample;Line;tissue;sf2\ns1;MCF-7;Breast;0,1\ns2;MY-LINE-1;Breast;\ns3;HL-60;Leukemia;0,315\n"
    )
    write_survival(fits, tmp_path / "s", sheet=sheet)
    merged = pd.read_csv(tmp_path / "s" / "samples.csv", dtype=str).set_index("sample")
    assert float(merged.loc["s1", "sf2"]) == fits.curves[0].sf2.value
    assert float(merged.loc["s2", "sf2_se"]) == fits.curves[1].sf2.se
    assert float(merged.loc["s3", "sf2"]) == 0.315
    assert merged["tissue"].tolist() == ["Breast", "Breast", "Leukemia"]
    assert "1 of 3 samples are of lines without a curve (HL-60)" in caplog.text
    assert sheet.read_text().startswith("Sample;Line")  # the user's file is as it was


@pytest.mark.parametrize(
    ("content", "what"),
    [("sample,name\na,b\n", "no column 'line'"), ("sample,line\na,other\n", "none of its lines")],
)
def test_a_sheet_of_no_use_is_refused(fits, tmp_path, content, what):
    (tmp_path / "sheet.csv").write_text(content)
    with pytest.raises(SampleSheetError, match=what):
        write_survival(fits, tmp_path / "s", sheet=tmp_path / "sheet.csv")
    assert not (tmp_path / "s").exists()


def test_text_that_a_spreadsheet_would_run_is_made_harmless(tmp_path):
    fits = fit_curves(table_of(pd.concat([dishes('=cmd|"/c calc"!A1'), dishes("@x", seed=1)])))
    write_survival(fits, tmp_path / "s", comparisons=compare_all(fits.curves))
    for path in (tmp_path / "s").glob("*.csv"):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        for cell in cells.to_numpy().ravel():
            number = pd.to_numeric(pd.Series([cell]), errors="coerce").notna().all()
            assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_writing_again_replaces_what_it_wrote_and_removes_what_it_no_longer_does(fits, tmp_path):
    out = tmp_path / "s"
    write_survival(fits, out, comparisons=compare_all(fits.curves))
    before = (out / "curves.csv").read_bytes()
    write_survival(fits, out)
    assert (out / "curves.csv").read_bytes() == before
    assert not (out / "comparisons.csv").exists()
    figure = (out / "survival.svg").read_bytes()
    write_survival(fits, out)
    assert (out / "survival.svg").read_bytes() == figure


def test_the_text_says_findings_cautions_and_method(fits):
    text = survival_text(fits, compare_all(fits.curves), None)
    assert text.startswith("2 survival curves: linear-quadratic model, quasi-Poisson")
    curve = fits.curves[0]
    assert f"SF2 = {curve.sf2.value:.3f} (95 % interval {curve.sf2.low:.3f} to" in text
    assert "B is the more sensitive" in text
    assert "not held above 1" in text
    assert "Points: measured survival over all experiments, with standard errors" in text


def test_the_text_tells_of_what_could_not_be_fitted(tmp_path):
    frame = pd.concat([dishes("A"), dishes("B").query("dose in (0, 2)")])
    text = survival_text(fit_curves(table_of(frame)), [], None)
    assert "Not fitted\ncurve 'B': one dose only" in text


@pytest.mark.parametrize("n", [1, 2, 5, 8, 9, 17, 41])
def test_any_number_of_curves_can_be_drawn(n):
    frame = pd.concat([dishes(f"L{i} $x_{i}$", 0.2 + 0.01 * i, seed=i) for i in range(n)])
    figure = survival_figure(fit_curves(table_of(frame)).curves)
    drawn = [axes for axes in figure.axes if axes.get_visible()]
    assert len(drawn) == (1 if n <= 8 else min(n, 40))
    assert all(axes.get_yscale() == "log" for axes in drawn)
    if n == 2:
        files = figure_files(figure, "survival")
        assert files["survival.png"].startswith(b"\x89PNG")
        assert b"Dose (Gy)" in files["survival.svg"]


def test_a_dose_without_colonies_is_drawn_as_a_limit():
    frame = dishes()
    frame.loc[frame["dose"] == 6, "colonies"] = 0
    fits = fit_curves(table_of(frame))
    survival_figure(fits.curves).canvas.draw()
    assert "Arrows: upper 95 % limits" in survival_text(fits, [], None)


def test_cfacoops_lines_are_written_with_their_powers(shared, tmp_path):
    fits = fit_curves(read_counts(shared("colony_counts.csv")))
    write_survival(fits, tmp_path / "s")
    table = pd.read_csv(tmp_path / "s" / "cooperation.csv")
    assert len(table) == 7 * 6
    own = table[(table["curve"] == "T47D") & (table["dose"] == 2)].iloc[0]
    assert own["survival_20_colonies"] == pytest.approx(0.459500141159)  # as CFAcoop prints it
