"""The benchmark page in Markdown: its tables, and no sentence that they do not make themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from radiosens.report.benchmark.cells import interval, p_of, row_of, table
from radiosens.report.benchmark.panels import BenchmarkPanel
from radiosens.report.benchmark.words import AGAIN, HOW, PAPER, RELATED, SEEN, TITLE

__all__ = ["page"]

Found = Sequence[tuple[BenchmarkPanel, dict[str, Any]]]
ALL, SOLID = "all", "without leukaemia"
LEVEL = 0.05
#: How sentences begin that are told below a panel's tables.
_TOLD = ("On unseen ", "Fitted to all", "Fitted anew", "Ten random", "With ")


def page(found: Found, left_out: Mapping[str, Sequence[str]]) -> str:
    """Return the page.

    Parameters
    ----------
    found : sequence of (BenchmarkPanel, dict)
        Each panel's ``summary.json``.
    left_out : dict
        Title of a panel to the files that were missing.
    """
    parts = [TITLE, _short(found), HOW]
    parts += [_panel(panel, summary) for panel, summary in found]
    parts += [_recognition(found), _paper(found), RELATED, SEEN, _left_out(left_out), AGAIN]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _short(found: Found) -> str:
    lines = [_in_short(panel, summary) for panel, summary in found]
    return "In short:\n\n" + "\n".join(f"- {line}" for line in lines)


def _in_short(panel: BenchmarkPanel, summary: dict[str, Any]) -> str:
    """Say of a panel what has to be beaten, who beats it, and what expression adds."""
    differences = [r for r in summary["differences"] if r["protocol"] == panel.strict]
    own = [r for r in differences if r["subset"] == ALL]
    if not own:
        return f"**{panel.title}**: nothing to compare."
    better = [r for r in own if r["r2"] > 0 and r["p_holm"] < LEVEL]
    text = (
        f"**{panel.title}** ({summary['donors']} donors): `{own[0]['versus']}`, without"
        f" expression, has R² {own[0]['versus_r2']:.2f}; "
    )
    if better:
        named = ", ".join(
            f"`{r['predictor']}` (gain {interval(r, 'r2')}, p {p_of(r, 'p_holm')})" for r in better
        )
        text += f"better on the same lines, corrected for {len(own)} comparisons: {named}."
    else:
        text += f"none of {len(own)} others is shown to be better."
    step = row_of(summary["nested"], protocol=panel.strict, subset=ALL, added="expression")
    if step:
        text += (
            f" Beside lineage and tissue, expression changes R² by"
            f" {interval(step, 'gain', signed=True)} (p {p_of(step)}, one-sided, not corrected; see"
            " below)."
        )
    return text


def _panel(panel: BenchmarkPanel, summary: dict[str, Any]) -> str:
    settings = summary["settings"]
    rounds = "one round" if settings["rounds"] == 1 else f"{settings['rounds']} rounds"
    parts = [
        f"## {panel.title}",
        f"{panel.about} {summary['samples']} samples, {summary['lines']} lines,"
        f" {summary['donors']} donors, {summary['features']:,} features; {rounds} of"
        f" {settings['folds']} folds, {panel.strict}s kept together.{_intervals(summary)}",
    ]
    for subset, title in ((ALL, "All lines"), (SOLID, "Solid tumours only")):
        if any(r["subset"] == subset for r in summary["scores"]):
            parts.append(f"{title}:\n\n{_scores(panel, summary, subset)}")
    parts.append(_nested(panel, summary))
    parts += [s for s in summary["sentences"] if s.startswith(_TOLD)]
    name = f"benchmark_{panel.name}"
    parts.append(f"![R² of each predictor, {panel.title}]({name}.png)")
    return "\n\n".join(parts)


def _intervals(summary: dict[str, Any]) -> str:
    found = [s[s.index("Intervals (95 %)") :] for s in summary["sentences"] if "Intervals (" in s]
    return f" {found[0]}" if found else ""


def _scores(panel: BenchmarkPanel, summary: dict[str, Any], subset: str) -> str:
    rows = [r for r in summary["scores"] if r["subset"] == subset]
    rows = [r for r in rows if r["protocol"] == panel.strict]
    differences = [r for r in summary["differences"] if r["subset"] == subset]
    against = row_of(differences, protocol=panel.strict).get("versus", "naive")
    head = [
        "predictor", "R²", "Pearson's r", "r within tissues", "RMSD", "correct",
        f"R² less that of {against}", "p",
    ]  # fmt: skip
    cells = []
    for row in rows:
        gap = row_of(differences, protocol=panel.strict, predictor=row["predictor"])
        cells.append(
            [
                row["predictor"], interval(row, "r2"), interval(row, "pearson_r"),
                interval(row, "within_tissue_r"), f"{row['rmsd']:.3f}",
                f"{row['accuracy']:.0%}".replace("%", " %"),
                interval(gap, "r2", signed=True), p_of(gap, "p_holm"),
            ]
        )  # fmt: skip
    return table(head, cells)


def _nested(panel: BenchmarkPanel, summary: dict[str, Any]) -> str:
    rows = [r for r in summary["nested"] if r["protocol"] == panel.strict]
    if not rows:
        return ""
    tried = max(r["permutations"] for r in rows)
    head = ["added", "R² with it", "gain", "p"]
    cells = [
        [
            f"{r['added']}{'' if r['subset'] == ALL else ', solid tumours'}",
            f"{r['r2']:.2f}", interval(r, "gain", signed=True), p_of(r),
        ]
        for r in rows
    ]  # fmt: skip
    return (
        "What lineage (blood or solid), tissue and expression each add to R², one after the"
        f" other:\n\n{table(head, cells)}\n\n*p is one-sided: how often as much is gained on SF2"
        f" shuffled {tried:,} times, between all donors for lineage, between those of one lineage"
        f" for the rest, over all folds and rounds; it can't be below {1 / (1 + tried):.2g}, and is"
        " not corrected for steps, subsets or panels. Shuffling within a lineage takes the effect"
        " of tissue away too, so that the p of expression is not of expression given tissue."
        f" {_why(rows)}*"
    )


def _why(rows: Sequence[dict[str, Any]]) -> str:
    if not any(r["subset"] == SOLID for r in rows):
        return "There is one lineage here, so that two means are one."
    return "Of solid tumours, lineage is that blood does not pull the mean of training down."


def _recognition(found: Found) -> str:
    rows = []
    for panel, summary in found:
        for row in summary["leakage"]:
            cells = [
                f"{row[f'{m}_{side}']:.2f}" for m in ("r2",) for side in ("replicate", "strict")
            ]
            rows.append([panel.title, row["predictor"], *cells, p_of(row)])
    if not rows:
        return ""
    head = ["panel", "predictor", "R², replicates on both sides", "R², unseen donors", "p"]
    return (
        "## What recognition is worth\n\nThe same predictor on the same samples: with another"
        " measurement of the tested line in training, as in the paper, and with its donor kept"
        " out. p is two-sided, of the squared errors, not corrected. What `mean` and `lineage-mean`"
        " lose is no recognition: with donors kept out, the mean of training moves away from those"
        " who are tested.\n\n" + table(head, rows)
    )


def _paper(found: Found) -> str:
    rows = [list(PAPER)]
    for panel, summary in found:
        for protocol in panel.protocols:
            for name in ("nearest", "cnn", "lineage-mean", "radiosens"):
                row = row_of(summary["scores"], predictor=name, protocol=protocol, subset=ALL)
                if row:
                    r = row["pearson_r"]
                    rows.append(
                        [
                            f"`{name}`, {panel.title}, {protocol} protocol",
                            f"{row['accuracy']:.1%}".replace("%", " %"), f"{row['rmsd']:.3f}",
                            "-" if r is None else f"{r:.3f}",
                        ]
                    )  # fmt: skip
    head = ["", "correct", "RMSD", "Pearson's r"]
    return (
        "## The paper's claim beside these figures\n\nThese are not the same measure. The paper's"
        " are of single arrays, and its r is plain; ours are of lines, averaged over rounds and"
        " platforms, on other samples, and r is of predictions less the mean of their training"
        " lines.\n\n" + table(head, rows)
    )


def _left_out(left_out: Mapping[str, Sequence[str]]) -> str:
    if not left_out:
        return ""
    said = [f"- {title}: there was no {', '.join(files)}" for title, files in left_out.items()]
    return "## Left out\n\n" + "\n".join(said)
