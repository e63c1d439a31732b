"""Pictures of explanations: a waterfall a sample, a bar chart and a dot plot of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from radiosens.explain.verdict import LEVEL, VERDICTS, Verdict
from radiosens.report.figures import figure_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bar_chart", "dot_plot", "waterfall"]

# Paul Tol's muted scheme, readable with colour blindness (personal.sron.nl/~pault).
_LOWER, _RAISE, _REST, _FAINT = "#882255", "#44AA99", "#AAAAAA", "#DDDDDD"
_VERDICT = dict(zip(VERDICTS, ("#117733", "#997700", "#882255"), strict=True))
_MOST = 15


def waterfall(
    name: str, table: pd.DataFrame, baseline: float, prediction: float, verdict: Verdict
) -> Figure:
    """Draw how a sample's prediction comes about, from the baseline's to its own.

    Parameters
    ----------
    name : str
        The sample.
    table : DataFrame
        Its rows of ``gene, contribution``, the largest first.
    baseline, prediction : float
        SF2.
    verdict : Verdict
        Drawn above it.
    """
    first = table.iloc[:_MOST]
    rest = float(table["contribution"].iloc[_MOST:].sum())
    genes, steps = first["gene"].tolist(), first["contribution"].tolist()
    if len(table) > _MOST:
        genes, steps = [*genes, "all others"], [*steps, rest]
    figure = _figure(len(genes) + 1, verdict)
    axes = figure.subplots()
    ends = baseline + np.cumsum(steps)
    starts = np.concatenate([[baseline], ends[:-1]])
    colors = [_REST if g == "all others" else _LOWER if s < 0 else _RAISE
              for g, s in zip(genes, steps, strict=True)]  # fmt: skip
    rows = np.arange(len(genes))
    axes.barh(rows, steps, left=starts, color=colors, height=0.7)
    axes.vlines(ends[:-1], rows[:-1] - 0.35, rows[:-1] + 1.35, color="black", linewidth=0.4)
    for row, step, end in zip(rows, steps, ends, strict=True):
        axes.annotate(
            f"{step:+.3f}", (end, row), xytext=(3 if step >= 0 else -3, 0),
            textcoords="offset points", fontsize=6, va="center",
            ha="left" if step >= 0 else "right",
        )  # fmt: skip
    axes.axvline(baseline, color="black", linestyle=":", linewidth=0.8)
    axes.axvline(prediction, color="black", linewidth=0.8)
    _rows(axes, genes)
    axes.use_sticky_edges = False
    axes.margins(x=0.12)
    axes.set_xlabel(
        f"SF2: baseline {baseline:.3f} (dotted), predicted {prediction:.3f}", fontsize=8
    )
    axes.set_title(figure_text(name, 80), fontsize=8, loc="left")
    return figure


def bar_chart(genes: pd.DataFrame, verdict: Verdict) -> Figure:
    """Draw the genes of a model by mean absolute contribution; those above chance are filled."""
    shown = genes.head(25)
    figure = _figure(len(shown), verdict)
    axes = figure.subplots()
    above = shown["above_chance"].to_numpy(dtype=bool)
    edge = np.where(shown["effect"].to_numpy() < 0, _LOWER, _RAISE)
    fill = np.where(above, edge, "#FFFFFF")
    axes.barh(np.arange(len(shown)), shown["mean_absolute"], color=fill.tolist(),
              edgecolor=edge.tolist(), height=0.7)  # fmt: skip
    _rows(axes, shown["gene"].tolist())
    axes.set_xlabel(
        "mean absolute contribution to SF2 (green: more expression, higher SF2; red: lower;\n"
        "hollow: no more than shuffled SF2 gives)",
        fontsize=7,
    )
    return figure


def dot_plot(pathways: pd.DataFrame, verdict: Verdict) -> Figure:
    """Draw the gene sets of a model by score, size and false discovery rate."""
    shown = pathways.head(20)
    figure = _figure(len(shown), verdict)
    axes = figure.subplots()
    found = shown["fdr"].to_numpy() < LEVEL
    sizes = 8 + 2.2 * np.sqrt(shown["genes"].to_numpy(dtype=float))
    axes.scatter(
        shown["score"], np.arange(len(shown)), s=sizes * 2,
        color=[_RAISE if f else _FAINT for f in found], edgecolors="#666666", linewidths=0.5,
    )  # fmt: skip
    for row, fdr in enumerate(shown["fdr"]):
        axes.annotate(f"FDR {fdr:.2g}", (shown["score"].iloc[row], row), xytext=(7, 0),
                      textcoords="offset points", fontsize=5.5, va="center")  # fmt: skip
    _rows(axes, shown["set"].tolist())
    axes.margins(x=0.2)
    axes.set_xlabel(
        "score against shuffled SF2, in standard deviations (filled: FDR below 5 %;\n"
        "size: measured genes)",
        fontsize=7,
    )
    return figure


def _figure(rows: int, verdict: Verdict) -> Figure:
    figure = Figure(figsize=(6.4, 1.5 + 0.19 * max(rows, 4)), layout="constrained", dpi=150)
    FigureCanvasAgg(figure)
    lineage = ", rests on lineage" if verdict.rests_on_lineage else ""
    figure.suptitle(
        f"{verdict.word}{lineage}", fontsize=9, color=_VERDICT[verdict.word], x=0.01, ha="left"
    )
    return figure


def _rows(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(np.arange(len(names)), [figure_text(n, 50) for n in names], fontsize=6.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7)
    axes.spines[["top", "right", "left"]].set_visible(False)
