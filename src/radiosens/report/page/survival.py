"""The page of survival curves: the curves, their figures with intervals, ratios of treatments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radiosens.report.page.facts import made_of
from radiosens.report.page.files import ResultFiles, records, tables_of
from radiosens.report.page.parts import Column, Page, Section, Table, Text, Trust
from radiosens.report.page.shown import number, plain, visible
from radiosens.report.page.survival_figures import curve_figure, interval_figure, panels_figure

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["page"]

_MOST_TOGETHER = 8
_MOST_WORDS = 60

_CURVES = (
    Column("curve", "Curve"),
    Column("sf2", "SF2", "three", "surviving fraction at 2 Gy, fitted"),
    Column("sf2_low", "from", "three", "lower end of the interval"),
    Column("sf2_high", "to", "three", "upper end of the interval"),
    Column("sf2_measured", "SF2 measured", "three", "at 2 Gy, without a model"),
    Column("alpha", "α (1/Gy)", "three"),
    Column("alpha_se", "± SE", "three"),
    Column("beta", "β (1/Gy²)", "four"),
    Column("beta_se", "± SE", "four"),
    Column("alpha_beta", "α/β (Gy)", "one"),
    Column("d10", "D10 (Gy)", "fraction", "dose that leaves 10 %"),
    Column("d37", "D37 (Gy)", "fraction", "dose that leaves 37 %"),
    Column("mid", "MID (Gy)", "fraction", "mean inactivation dose"),
    Column("dispersion", "Dispersion", "one", "scatter of counts; 1 is chance alone"),
    Column("experiments", "Experiments", "whole"),
    Column("observations", "Dishes", "whole"),
    Column("cooperative", "Cooperative"),
)
_COMPARISONS = (
    Column("curve", "Curve"),
    Column("control", "Control"),
    Column("sensitiser_enhancement_ratio", "SER", "fraction", "ratio of mean inactivation doses"),
    Column("sensitiser_enhancement_ratio_low", "from", "fraction"),
    Column("sensitiser_enhancement_ratio_high", "to", "fraction"),
    Column("dose_enhancement_ratio", "DER", "fraction", "ratio of doses at equal survival"),
    Column("dose_enhancement_ratio_low", "from", "fraction"),
    Column("dose_enhancement_ratio_high", "to", "fraction"),
    Column("sf2_ratio", "SF2 ratio", "fraction"),
    Column("sf2_ratio_low", "from", "fraction"),
    Column("sf2_ratio_high", "to", "fraction"),
    Column("p", "p", "p", "that the curves are one"),
    Column("p_holm", "p (Holm)", "p", "corrected for the number of comparisons"),
    Column("test", "Test"),
)
_MODELS = (
    Column("curve", "Curve"),
    Column("model", "Model"),
    Column("sf2", "SF2", "three"),
    Column("dispersion", "Dispersion", "one"),
    Column("aic", "AIC", "one"),
    Column("qaic", "QAIC", "one"),
    Column("delta", "above the best", "one"),
)
_PLATING = (
    Column("curve", "Curve"),
    Column("experiment", "Experiment"),
    Column("measured", "measured", "percent", "plating efficiency"),
    Column("fitted", "fitted", "percent"),
    Column("fitted_low", "from", "percent"),
    Column("fitted_high", "to", "percent"),
)


def page(files: ResultFiles) -> Page:
    """Return the page of survival curves.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    """
    curves = files.table("curves.csv", ["curve", "sf2", "sf2_low", "sf2_high"])
    fitted = files.table("fitted.csv", ["curve", "kind", "dose", "survival", "low", "high"])
    record = files.json("survival.json")
    opening, words, rest = _said(files.text("survival.txt"), list(curves["curve"]))
    cautions = sum(any("Beware:" in line for line in lines) for lines in words.values())
    return Page(
        kind="survival",
        title="Survival curves",
        answer=_answer(curves),
        numbers=_highlights(curves),
        trust=_trust(curves, cautions, record, opening),
        sections=[
            Section("curves", "Curves", _figures(curves, fitted)),
            *_comparisons(files),
            Section("words", "In words", _words(words, rest)),
            Section("table", "Tables", _tables(files, curves)),
        ],
        made=made_of(
            record.get("again") or ["radiosens survival", "FILE"],
            record.get("inputs", {}),
            [(k.replace("_", " "), v) for k, v in record.get("settings", {}).items()],
            record.get("versions", {}),
            _CITED,
        ),
    )


_CITED = (
    "Braselmann et al. 2015, Radiat Oncol 10:223 (CFAssay: maximum likelihood for colony counts).",
    "Brix et al. 2020, Sci Rep 10:22220 (cellular cooperation in the clonogenic assay).",
)


def _said(text: str, names: list[str]) -> tuple[str, dict[str, list[str]], list[list[str]]]:
    """Part survival.txt into its opening, the lines on each curve, and what follows."""
    parts = [part.split("\n") for part in text.rstrip("\n").split("\n\n")]
    words: dict[str, list[str]] = {}
    at = 1
    while at < len(parts) and len(words) < len(names) and parts[at][0] == names[len(words)]:
        words[parts[at][0]] = [line.strip() for line in parts[at][1:]]
        at += 1
    return " ".join(parts[0]), words, parts[at:]


def _answer(curves: pd.DataFrame) -> str:
    rows = records(curves)
    if len(rows) == 1:
        row = rows[0]
        ends = f"{plain(row['sf2_low'], 'three')} to {plain(row['sf2_high'], 'three')}"
        value = plain(row["sf2"], "three")
        return f"{visible(row['curve'])}: a fraction of {value} ({ends}) survives 2 Gy."
    ordered = sorted(rows, key=lambda row: number(row["sf2"]))
    low, high = ordered[0], ordered[-1]
    first, last = (f"(SF2 {plain(row['sf2'], 'three')})" for row in (low, high))
    return (
        f"{len(rows)} survival curves: {visible(low['curve'])} is the most sensitive {first},"
        f" {visible(high['curve'])} the most resistant {last}."
    )


def _highlights(curves: pd.DataFrame) -> list[tuple[str, str]]:
    if len(curves) > 1:
        return [("curves", str(len(curves)))]
    row = curves.iloc[0]
    shown = [(c, row[c.name]) for c in _CURVES if c.name in ("alpha", "beta", "d10", "mid")]
    return [(c.title, plain(text, c.kind)) for c, text in shown if text]


def _trust(curves: pd.DataFrame, cautions: int, record: dict[str, Any], opening: str) -> Trust:
    single = int((curves["experiments"] == "1").sum()) if "experiments" in curves else 0
    points = [opening]
    if single:
        points.append(
            f"{single} of {len(curves)} curves rest on one experiment: their intervals say how"
            " dishes scatter, not how experiments would."
        )
    points += [f"Not fitted: {why}" for why in record.get("failed", {}).values()]
    if not cautions:
        return Trust("good", "Nothing speaks against these fits.", points)
    return Trust(
        "care",
        f"{cautions} of {len(curves)} curves have something to beware of; it stands below, in"
        " words.",
        points,
    )


def _figures(curves: pd.DataFrame, fitted: pd.DataFrame) -> list[Any]:
    names = list(curves["curve"])
    if len(names) <= _MOST_TOGETHER:
        drawn = curve_figure(fitted, names)
    else:
        drawn = panels_figure(fitted, names)
    rows = [
        (row["curve"], row["sf2"], row["sf2_low"], row["sf2_high"])
        for row in sorted(records(curves), key=lambda r: number(r["sf2"]))
    ]
    if len(rows) == 1:
        return [drawn]
    return [
        drawn,
        interval_figure(
            rows, "sf2", "SF2 of each curve", "Point and bar: SF2 with its interval.", "SF2",
            kind="three",
        ),
    ]  # fmt: skip


def _comparisons(files: ResultFiles) -> list[Section]:
    table = files.optional_table("comparisons.csv", ["curve", "control", "p"])
    if table is None:
        return []
    blocks: list[Any] = []
    name = "sensitiser_enhancement_ratio"
    if name in table:
        rows = [
            (f"{r['curve']} : {r['control']}", r[name], r[f"{name}_low"], r[f"{name}_high"])
            for r in records(table)
        ]
        blocks.append(
            interval_figure(
                rows,
                "ratios",
                "Sensitiser enhancement ratio",
                "Mean inactivation dose of the control by that of the curve: above 1, the curve is"
                " more sensitive than its control.",
                "ratio (logarithmic)",
                reference=1.0,
            )
        )
    note = "Ratios are the control's by the curve's, with intervals."
    blocks.append(
        Table.of(table, "comparisons", "Comparisons", "comparisons.csv", _COMPARISONS, note=note)
    )
    return [Section("ratios-of-curves", "Comparisons", blocks)]


def _words(words: dict[str, list[str]], rest: list[list[str]]) -> list[Text]:
    many = len(words) > 3
    told = [
        Text(lines, name, listed=True, folded=many)
        for name, lines in [*words.items()][:_MOST_WORDS]
    ]
    if len(words) > _MOST_WORDS:
        told.append(Text([f"The other {len(words) - _MOST_WORDS} stand in survival.txt."]))
    told += [Text(lines[1:], lines[0], listed=True) for lines in rest]
    return told


def _tables(files: ResultFiles, curves: pd.DataFrame) -> list[Table]:
    tables = [Table.of(curves, "parameters", "Parameters of the curves", "curves.csv", _CURVES)]
    further = (
        ("models.csv", "Models compared", _MODELS),
        ("plating.csv", "Plating efficiencies", _PLATING),
    )
    return tables + tables_of(files, further)
