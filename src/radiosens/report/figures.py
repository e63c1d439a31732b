"""The paper's figures 2 and 3, as files a journal would take: PNG at 300 dpi, and SVG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from radiosens.evaluation.metrics import ABSOLUTE_TOLERANCE
from radiosens.evaluation.reproduce import VERDICTS, PredictorResult
from radiosens.runs.files import atomic_write

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["figure2", "figure3", "figure_files", "figure_text", "save_figure"]

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


def figure2(results: Mapping[str, PredictorResult], note: str = "") -> Figure:
    """Draw figure 2: absolute error of every sample's mean prediction, in panel order.

    Parameters
    ----------
    results : mapping of str to PredictorResult
        The network's first; where there are others, a panel each, under its name.
    note : str
        Printed below the figure, such as that values are simulated.
    """
    samples = next(iter(results.values())).samples
    lines = samples["line"].drop_duplicates()
    row_of = {line: i for i, line in enumerate(lines)}
    size = 4.3 + 2.7 * len(results), max(3.0, 0.155 * len(lines) + 1.3)
    figure = _blank(size)
    panels = figure.subplots(1, len(results), sharey=True, squeeze=False)[0]
    top = max(1.0, *(1.3 * float(_errors(r.samples).max()) for r in results.values()))
    for axes, (name, result) in zip(panels, results.items(), strict=True):
        _shade_tissues(axes, samples, row_of, named=axes is panels[-1])
        _draw_errors(axes, result.samples, row_of)
        axes.set_xlim(_FLOOR, top)
        axes.tick_params(axis="y", length=0)
        if len(results) > 1:
            axes.set_title(f"{name}: {result.first_score.correct} correct", fontsize=8)
    panels[0].set_ylim(len(lines) - 0.5, -0.5)
    panels[0].set_yticks(range(len(lines)), [figure_text(n) for n in lines], fontsize=6)
    label = (
        f"absolute error of predicted SF2 (dotted: {ABSOLUTE_TOLERANCE};"
        " a relative error below 10 % is correct too)"
    )
    if len(results) == 1:
        panels[0].set_xlabel(label, fontsize=7)
    else:
        note = f"{label}\n{note}" if note else label
    _legend_above(figure, panels)
    _finish(figure, note)
    return figure


def _errors(samples: pd.DataFrame) -> pd.Series[float]:
    return (samples["mean"] - samples["truth"]).abs()


def _draw_errors(axes: Axes, samples: pd.DataFrame, row_of: dict[str, int]) -> None:
    rows, error = samples["line"].map(row_of), _errors(samples)
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


def _legend_above(figure: Figure, panels: Sequence[Axes]) -> None:
    """Say what marks mean; how many of each only where there is one panel."""
    found: dict[str, Any] = {}
    for axes in panels:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label if len(panels) == 1 else label.rpartition(" (")[0], handle)
    place: dict[str, Any] = {"fontsize": 6.5, "frameon": False, "ncols": 3}
    if len(panels) == 1:
        panels[0].legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), **place)
    else:
        figure.legend(list(found.values()), list(found), loc="outside upper center", **place)


_FLOOR = 1e-5  # smallest error drawn on the log axis


def figure3(results: Mapping[str, PredictorResult], note: str = "") -> Figure:
    """Draw figure 3: predicted against measured SF2, with Pearson's r and its interval.

    Parameters
    ----------
    results : mapping of str to PredictorResult
        The network's first; where there are others, a panel each, under its name.
    note : str
        Printed below the figure.
    """
    tables = [r.samples for r in results.values()]
    top = 1.05 * max(float(max(s["truth"].max(), s["mean"].max())) for s in tables)
    figure = _blank((0.4 + 4.2 * len(results), 4.8))
    panels = figure.subplots(1, len(results), sharey=True, squeeze=False)[0]
    for axes, (name, result) in zip(panels, results.items(), strict=True):
        _draw_predictions(axes, result.samples, top)
        score = result.first_score
        low, high = score.pearson_ci
        title = f"Pearson's r = {score.pearson_r:.4f} (95 % CI {low:.4f} to {high:.4f})"
        said = f", n = {score.samples}"
        title = f"{name}\n{title}{said}" if len(results) > 1 else title + said
        axes.set_title(title, fontsize=8)
        axes.set_xlabel("measured SF2", fontsize=9)
    panels[0].set_ylabel("predicted SF2 (mean over rounds)", fontsize=9)
    panels[0].legend(loc="upper left", fontsize=6.5, frameon=False)
    _finish(figure, note)
    return figure


def _draw_predictions(axes: Axes, samples: pd.DataFrame, top: float) -> None:
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


def figure_text(name: object, most: int = 30) -> str:
    r"""Return a name as a figure shows it: as much as has room, and never as mathematics.

    Examples
    --------
    >>> figure_text("cost $5"), figure_text("x" * 40, 6)
    ('cost \\$5', 'xxxxx…')
    """
    text = "".join(c if c.isprintable() else " " for c in str(name)[: most + 1])
    text = text if len(text) <= most else f"{text[: most - 1]}…"
    return text.replace("$", r"\$")


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


def _shade_tissues(
    axes: Axes, samples: pd.DataFrame, row_of: dict[str, int], *, named: bool
) -> None:
    """Shade every other tissue; name each at the right edge if they are to be `named`."""
    for i, (tissue, own) in enumerate(samples.groupby("tissue", sort=False, observed=True)):
        rows = sorted({row_of[line] for line in own["line"]})
        if i % 2 == 0:
            axes.axhspan(rows[0] - 0.5, rows[-1] + 0.5, color="#F3F3F3", zorder=0, linewidth=0)
        if not named:
            continue
        axes.text(
            1.01,
            (rows[0] + rows[-1]) / 2,
            figure_text(tissue),
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
