"""The page of the paper's experiment: its tables and figures, with this run's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from radiosens.report.page.check import checked_labels
from radiosens.report.page.facts import PAPER, made_of, run_facts
from radiosens.report.page.files import ResultFiles
from radiosens.report.page.parts import Cell, Column, Page, Section, Table, Text, Trust
from radiosens.report.page.reproduce_figures import error_figure, flowchart, truth_figure
from radiosens.report.page.shown import plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["page"]

_CAPTION = (
    "Every tested sample has replicates of its line in training, as in the paper. The nearest"
    " neighbour knows nothing of radiation: it recognises the line and repeats its SF2. These"
    " figures say nothing of lines that the network has not seen; evaluate does."
)
_FIRST, _SECOND = "first_validation", "after_second_validation"
_ROWS = (
    ("samples", ("samples",), "whole"),
    ("correct at first validation", (_FIRST, "correct"), "whole"),
    ("share correct", (_FIRST, "accuracy"), "percent"),
    ("relative error below 2 %", (_FIRST, "relative_error_classes", "<2%"), "whole"),
    ("relative error 2 to 10 %", (_FIRST, "relative_error_classes", "2-10%"), "whole"),
    ("relative error 10 % or more", (_FIRST, "relative_error_classes", ">=10%"), "whole"),
    ("Pearson's r", (_FIRST, "pearson_r"), "four"),
    ("correct after second validation", (_SECOND, "correct"), "whole"),
    ("share correct after it", (_SECOND, "accuracy"), "percent"),
    ("RMSD", (_SECOND, "rmsd"), "four"),
    ("RMSD of correct predictions", (_SECOND, "rmsd_correct"), "four"),
)
_WHO = (("network", "Network"), ("nearest_neighbour", "Nearest neighbour"), ("paper", "Paper"))

_TABLE_S1 = (
    Column("sample", "Sample"),
    Column("line", "Line"),
    Column("tissue", "Tissue"),
    Column("true_sf2", "SF2", "three", "measured"),
    Column("mean_prediction", "Predicted", "three", "mean over rounds"),
    Column("sd_prediction", "SD", "three", "over rounds"),
    Column("absolute_error", "Error", "three"),
    Column("relative_error", "relative", "percent"),
    Column("second_prediction", "Second", "three", "prediction as the only test sample"),
    Column("verdict", "Verdict"),
    Column("label_verdict", "Label", "text", "verdict of the check of labels"),
    Column("looks_like", "Looks like"),
)


def page(files: ResultFiles) -> Page:
    """Return the page of the paper's experiment.

    Raises
    ------
    RunError
        If a file is missing or damaged.
    """
    samples = files.table("table_s1.csv", ["sample", "line", "true_sf2", "mean_prediction"])
    lines = files.table("table1.csv", ["line", "true_sf2"])
    record, config = files.json("summary.json"), files.json("config.json")
    command, facts = run_facts(config)
    labels = checked_labels(files)
    return Page(
        kind="reproduce",
        title="The paper's experiment",
        answer=_answer(record),
        numbers=_highlights(record),
        trust=Trust("care", "A high score here is recognition, not radiobiology.", [_CAPTION]),
        sections=[
            Section("result", "Result", [_beside(record), flowchart(record, config)]),
            Section("figures", "Figures", [truth_figure(samples), error_figure(samples)]),
            Section("failures", "Failures", _failures(samples, record)),
            Section("tables", "Tables", [_table1(lines), _table_s1(samples)]),
            *([Section("labels", "Labels", labels)] if labels else []),
        ],
        made=made_of(command, {}, facts, config.get("versions", {}), [PAPER]),
        simulated=bool(record.get("simulated")),
    )


def _value(record: dict[str, Any], who: str, path: tuple[str, ...]) -> str:
    """Return a figure of the summary as text; nothing where it isn't one."""
    found: Any = record.get(who, {})
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return str(found) if isinstance(found, int | float) else ""


def _answer(record: dict[str, Any]) -> str:
    samples, first, second = (
        _value(record, "network", path)
        for path in (("samples",), (_FIRST, "correct"), (_SECOND, "correct"))
    )
    share = plain(_value(record, "network", (_FIRST, "accuracy")), "percent")
    nearest = _value(record, "nearest_neighbour", (_FIRST, "correct"))
    return (
        f"The network predicts {first} of {samples} samples within the paper's bounds ({share}),"
        f" {second} after the second validation; a nearest neighbour {nearest}."
    )


def _highlights(record: dict[str, Any]) -> list[tuple[str, str]]:
    shown = [("Pearson's r", (_FIRST, "pearson_r"), "four"), ("RMSD", (_SECOND, "rmsd"), "four")]
    return [(name, plain(_value(record, "network", path), kind)) for name, path, kind in shown]


def _beside(record: dict[str, Any]) -> Table:
    """Return the network's figures beside the nearest neighbour's and the paper's."""
    rows = []
    for title, path, kind in _ROWS:
        texts = [_value(record, who, path) for who, _ in _WHO]
        rows.append([Cell(title, title), *(Cell(plain(t, kind), t) for t in texts)])
    columns = [Column("figure", "Figure"), *(Column(who, title, "whole") for who, title in _WHO)]
    note = "The nearest neighbour knows nothing of radiation. The paper's figures are its text's."
    return Table("beside", "This run, a nearest neighbour, and the paper", "summary.json", columns,
                 rows, note)  # fmt: skip


def _failures(samples: pd.DataFrame, record: dict[str, Any]) -> list[Any]:
    failed = samples[samples["verdict"] != "correct"]
    if failed.empty:
        return [Text(["No sample failed at first validation."])]
    told = [
        f"{len(failed)} of {len(samples)} samples failed at first validation and were predicted"
        " once more, each as the only test sample; those that failed again are prediction-hard."
        " A hard sample may simply bear a wrong label: see the last columns."
    ]
    table = Table.of(failed, "failed", "Samples that failed", "table_s1.csv", _TABLE_S1,
                     badges="verdict")  # fmt: skip
    return [Text(told), table]


def _table1(lines: pd.DataFrame) -> Table:
    columns = [Column("line", "Line"), Column("tissue", "Tissue"),
               Column("true_sf2", "SF2", "three", "measured")]  # fmt: skip
    columns += [
        Column(name, f"Replicate {name.removeprefix('predicted_')}", "three", "mean prediction")
        for name in lines.columns
        if name.startswith("predicted_")
    ]
    return Table.of(lines, "table1", "Table 1: lines", "table1.csv", columns)


def _table_s1(samples: pd.DataFrame) -> Table:
    title = "Table S1: every sample"
    return Table.of(samples, "table-s1", title, "table_s1.csv", _TABLE_S1, badges="verdict")
