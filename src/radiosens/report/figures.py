"""The paper's figures 2 and 3, as files a journal would take: PNG at 300 dpi, and SVG."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from radiosens.evaluation.metrics import ABSOLUTE_TOLERANCE
from radiosens.evaluation.reproduce import VERDICTS, PredictorResult
from radiosens.runs.files import atomic_write

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["figure2", "figure3", "figure_files", "save_figure"]

# Paul Tol's muted scheme, readable with colour blindness (personal.sron.nl/~pault).
_FAILED = "#882255"
_RECOVERED = "#DDAA33"
_PLAIN = "#332288"
_GRID = "#D8D8D8"

_STYLE = {
    VERDICTS[0]: (_PLAIN, "o", "correct"),
    VERDICTS[1]: (_RECOVERED, "D", "failed first, correct at second validation"),
    VERDICTS[2]: (_FAILED, "s", "prediction-hard (failed twice)"),
}


def figure2(result: PredictorResult, note: str = "") -> Figure:
    """Draw figure 2: absolute error of every sample's mean prediction, in panel order.

    Parameters
    ----------
    result : PredictorResult
        The network's.
    note : str
        Printed below the figure, such as that values are simulated.
    """
    samples = result.samples
    lines = samples["line"].drop_duplicates()
    row_of = {line: i for i, line in enumerate(lines)}
    rows = samples["line"].map(row_of).to_numpy(dtype=float)
    error = (samples["mean"] - samples["truth"]).abs().to_numpy()
    figure = _blank((7.0, max(3.0, 0.155 * len(lines) + 1.3)))
    axes = figure.subplots()
    _shade_tissues(axes, samples, row_of)
    for verdict, (color, marker, label) in _STYLE.items():
        mask = (samples["verdict"] == verdict).to_numpy()
        if mask.any():
            axes.scatter(
                np.maximum(error[mask], _FLOOR),
                rows[mask],
                s=22 if marker != "o" else 13,
                color=color,
                marker=marker,
                label=f"{label} ({mask.sum()})",
                edgecolors="white",
                linewidths=0.4,
                zorder=3,
                clip_on=False,
            )
    axes.axvline(ABSOLUTE_TOLERANCE, color="black", linestyle=":", linewidth=1, zorder=2)
    axes.set_xscale("log")
    axes.set_xlim(_FLOOR, max(1.0, float(error.max()) * 1.3))
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_yticks(range(len(lines)), list(lines), fontsize=6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(
        f"absolute error of predicted SF2 (dotted: {ABSOLUTE_TOLERANCE};"
        " a relative error below 10 % is correct too)",
        fontsize=7,
    )
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=6.5, frameon=False)
    _finish(figure, note)
    return figure


_FLOOR = 1e-5  # smallest error drawn on the log axis


def figure3(result: PredictorResult, note: str = "") -> Figure:
    """Draw figure 3: predicted against measured SF2, with Pearson's r and its interval."""
    samples, score = result.samples, result.first_score
    figure = _blank((4.6, 4.8))
    axes = figure.subplots()
    top = 1.05 * float(max(samples["truth"].max(), samples["mean"].max()))
    grid = np.linspace(0, top, 200)
    margin = np.maximum(ABSOLUTE_TOLERANCE, 0.1 * grid)
    axes.fill_between(
        grid,
        grid - margin,
        grid + margin,
        color=_GRID,
        label="counted as correct",
        zorder=1,
        linewidth=0,
    )
    axes.plot(grid, grid, color="black", linewidth=0.8, zorder=2)
    for verdict, (color, marker, label) in _STYLE.items():
        own = samples[samples["verdict"] == verdict]
        if len(own):
            axes.scatter(
                own["truth"],
                own["mean"],
                s=20,
                color=color,
                marker=marker,
                alpha=0.85,
                edgecolors="white",
                linewidths=0.4,
                label=label,
                zorder=3,
            )
    axes.set(xlim=(0, top), ylim=(0, top), aspect="equal")
    axes.tick_params(axis="y", labelsize=7)
    axes.set_xlabel("measured SF2", fontsize=9)
    axes.set_ylabel("predicted SF2 (mean over rounds)", fontsize=9)
    low, high = score.pearson_ci
    axes.set_title(
        f"Pearson's r = {score.pearson_r:.4f} (95 % CI {low:.4f} to {high:.4f}),"
        f" n = {score.samples}",
        fontsize=8,
    )
    axes.legend(loc="upper left", fontsize=6.5, frameon=False)
    _finish(figure, note)
    return figure


@np.errstate(all="ignore")  # absurd data may overflow on its way to the axes
def figure_files(figure: Figure, name: str) -> dict[str, bytes]:
    """Return ``NAME.png`` (300 dpi) and ``NAME.svg``, the same bytes for the same data."""
    import matplotlib as mpl

    canvas = FigureCanvasAgg(figure)
    png, svg = io.BytesIO(), io.BytesIO()
    with (
        warnings.catch_warnings(),
        mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}),
    ):
        # A name in letters that the font lacks is drawn as boxes in the PNG; SVG keeps it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        canvas.print_figure(png, dpi=300, format="png")
        canvas.print_figure(svg, format="svg", metadata={"Date": None})
    return {f"{name}.png": png.getvalue(), f"{name}.svg": svg.getvalue()}


def save_figure(figure: Figure, directory: Path, name: str) -> None:
    """Write a figure as ``NAME.png`` and ``NAME.svg``, each whole or not at all."""
    for file, content in figure_files(figure, name).items():
        atomic_write(directory / file, lambda p, content=content: p.write_bytes(content))  # type: ignore[misc]


def _blank(size: tuple[float, float]) -> Figure:
    return Figure(figsize=size, layout="constrained")


def _shade_tissues(axes: Axes, samples: pd.DataFrame, row_of: dict[str, int]) -> None:
    """Shade every other tissue and name each at the right edge."""
    for i, (tissue, own) in enumerate(samples.groupby("tissue", sort=False, observed=True)):
        rows = sorted({row_of[line] for line in own["line"]})
        if i % 2 == 0:
            axes.axhspan(rows[0] - 0.5, rows[-1] + 0.5, color="#F3F3F3", zorder=0, linewidth=0)
        axes.text(
            1.01,
            (rows[0] + rows[-1]) / 2,
            str(tissue),
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=7,
        )


def _finish(figure: Figure, note: str) -> None:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(axis="x", labelsize=7)
    if note:
        figure.supxlabel(note, fontsize=7, color="#666666")
