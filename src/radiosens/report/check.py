"""What `check` found, for people: sentences, a heat map, a plot of every suspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anndata as ad
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from radiosens.evaluation.inputs import numeric_versions
from radiosens.panel import data_hash, panel_order
from radiosens.preprocessing.similarity import expression_above_mean
from radiosens.quality import VERDICTS, QualityCheck
from radiosens.report.check_sentences import sentences
from radiosens.report.figures import figure_files, figure_text
from radiosens.report.page.kinds import with_page
from radiosens.runs.files import csv_bytes
from radiosens.runs.results import ResultDirectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["heat_map", "sentences", "suspect_plots", "write_check"]

_COLOR = {"ok": "#999999", "suspect": "#DDAA33", "mislabelled": "#882255", "undecidable": "#88CCEE"}
_OWN, _LIKE = "#882255", "#117733"
_PLOTTED = 8  # suspects in one figure
_NAMED_LINES = 90  # more don't fit an axis
_DRAWN = 800  # samples along a side of the heat map; more are averaged


def heat_map(check: QualityCheck, panel: ad.AnnData) -> Figure:
    """Draw samples against each other, or against a reference's lines, verdicts at the edge.

    Samples stand in panel order; what is right lies on the diagonal.
    """
    order = panel.obs_names.get_indexer(panel_order(panel.obs))
    lines = check.samples["line"].to_numpy()[order]
    if check.reference:
        columns = _line_order(lines, check.reference_lines)
        picture, ends = check.by_line[columns].to_numpy()[order], np.arange(len(columns))
    else:
        picture = check.similarity[np.ix_(order, order)]
        columns, ends = _runs(lines)
    names, middles = _runs(lines)
    figure = Figure(figsize=(8.4, 7.2), layout="constrained")
    axes = figure.subplots()
    shape = picture.shape
    extent = (-0.5, shape[1] - 0.5, shape[0] - 0.5, -0.5)
    picture = _shrunk(_shrunk(picture).T).T
    image = axes.imshow(picture, cmap="viridis", vmin=-0.2, vmax=1, extent=extent, aspect="auto")
    bar = figure.colorbar(image, ax=axes, shrink=0.5)
    bar.set_label("similarity (correlation)", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    axes.tick_params(length=0)
    for side, where, told, turn in (("y", middles, names, 0), ("x", ends, columns, 90)):
        few = len(told) <= _NAMED_LINES
        getattr(axes, f"set_{side}ticks")(
            where if few else [],
            [figure_text(n) for n in told] if few else [],
            fontsize=5,
            rotation=turn,
        )
    axes.set_ylabel("sample, labelled", fontsize=8)
    axes.set_xlabel("line of the reference" if check.reference else "sample, labelled", fontsize=8)
    _mark_verdicts(axes, check.samples["verdict"].to_numpy()[order], shape[1])
    axes.spines[:].set_visible(False)
    _note(figure, check)
    return figure


def _mark_verdicts(axes: Axes, verdict: np.ndarray, right: int) -> None:
    """Mark each sample that is not ok at the right edge; every verdict stands in the legend."""
    for name in VERDICTS:
        rows = np.flatnonzero(verdict == name)
        shown = rows if name != "ok" else rows[:0]
        axes.scatter(
            np.full(len(shown), 1.012 * right),
            shown,
            marker="<" if name != "ok" else "none",
            s=16,
            color=_COLOR[name],
            label=f"{name} ({len(rows)})",
            clip_on=False,
        )
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, fontsize=7, frameon=False)


def _runs(lines: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return the lines one after another, and the middle of each one's run of samples."""
    starts = np.flatnonzero(np.r_[True, lines[1:] != lines[:-1]])
    return list(lines[starts]), (starts + np.r_[starts[1:], len(lines)] - 1) / 2


def _line_order(lines: np.ndarray, reference_lines: tuple[str, ...]) -> list[str]:
    """Return the reference's lines in the panel's order, those that the panel lacks last."""
    there = [line for line in dict.fromkeys(lines) if line in reference_lines]
    return there + [line for line in reference_lines if line not in there]


def _shrunk(picture: np.ndarray) -> np.ndarray:
    """Average rows so that there are no more than can be drawn."""
    step = -(-len(picture) // _DRAWN)
    starts = np.arange(0, len(picture), step)
    sizes = np.diff([*starts, len(picture)])
    return np.add.reduceat(picture, starts, axis=0) / sizes[:, None]


def suspect_plots(check: QualityCheck, panel: ad.AnnData) -> Figure | None:
    """Draw each suspect against its own line and the line it resembles, or return None.

    Left: its similarity to every line. Then, where the panel has sound samples of the lines, its
    profile against the mean of its line's, and of the resembled line's.
    """
    table = check.samples
    bad = table[table["verdict"].isin(VERDICTS[1:3])].nlargest(_PLOTTED, "probability")
    if bad.empty:
        return None
    values = expression_above_mean(
        np.asarray(panel.X, dtype=np.float32), panel.obs["source"].to_numpy(dtype=str)
    )
    sound = ~table["verdict"].isin(VERDICTS[1:3]).to_numpy()
    shown = {*bad["line"], *bad["looks_like"]}
    profiles = (table["line"].isin(shown) & sound).any()
    size = (8.4, 2.6 * len(bad) + 0.5) if profiles else (5.0, 1.1 * len(bad) + 0.7)
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(bad), 3 if profiles else 1, squeeze=False)
    limit = float(np.quantile(np.abs(values), 0.999)) * 1.15
    for axes, (i, row) in zip(grid, bad.iterrows(), strict=True):
        position = int(str(i))
        own, like = str(row["line"]), str(row["looks_like"])
        _strip(axes[0], check.by_line.iloc[position], own, like)
        axes[0].set_ylabel(f"{figure_text(row['sample'])}\nlabelled {figure_text(own)}", fontsize=7)
        for ax, line, color in zip(axes[1:], (own, like), (_OWN, _LIKE), strict=False):
            mates = (table["line"] == line).to_numpy() & sound
            _scatter(ax, values, position, mates, line, color, limit)
    title = "Similarity of each doubtful sample to every line"
    if profiles:
        title = (
            f"Left: {title.lower()}. Right: its expression (up) against the line of its label and"
            " the line it resembles,\nlog2, difference from the panel's mean;"
            f" the {values.shape[1]:,} most variable features"
        )
    figure.suptitle(title, fontsize=7.5)
    _note(figure, check)
    return figure


def _strip(axes: Axes, similarity: pd.Series, own: str, like: str) -> None:
    """Draw the similarity to every line as a dot, the own and the resembled line named."""
    others = similarity.drop([line for line in (own, like) if line in similarity]).dropna()
    jitter = np.random.default_rng(0).uniform(-0.2, 0.2, len(others))
    axes.scatter(others, jitter, s=7, color="#BBBBBB", linewidths=0)
    for line, color, up in ((own, _OWN, True), (like, _LIKE, False)):
        if np.isfinite(similarity.get(line, np.nan)):
            axes.scatter(similarity[line], 0, s=36, color=color, zorder=3)
            axes.annotate(
                figure_text(line),
                (float(similarity[line]), 0),
                xytext=(0, 13 if up else -19),
                textcoords="offset points",
                ha="center",
                fontsize=7,
                color=color,
            )
    axes.set(xlim=(-0.6, 1.1), ylim=(-0.6, 0.6), yticks=[])
    axes.tick_params(labelsize=6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("similarity (correlation)", fontsize=7)


def _scatter(
    axes: Axes,
    values: np.ndarray,
    i: int,
    mates: np.ndarray,
    line: str,
    color: str,
    limit: float,
) -> None:
    if not mates.any():
        text = (
            f"no sound sample of\n{figure_text(line)} in the panel"
            if line
            else "looks like no line at hand"
        )
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", fontsize=7)
        axes.set_axis_off()
        return
    mean = values[mates].mean(axis=0)
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    axes.tick_params(labelsize=6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.plot([-limit, limit], [-limit, limit], color="#BBBBBB", linewidth=0.8, zorder=1)
    axes.scatter(mean, values[i], s=3, color=color, alpha=0.35, linewidths=0, rasterized=True)
    r = np.corrcoef(mean, values[i])[0, 1]
    count = f"{mates.sum()} sound sample" + ("s" if mates.sum() > 1 else "")
    axes.set_xlabel(f"{figure_text(line)}, mean of {count}", fontsize=7)
    axes.set_title(f"r = {r:.2f}", fontsize=7.5)


def _note(figure: Figure, check: QualityCheck) -> None:
    if check.simulated:
        figure.supxlabel(
            "simulated data: shows the software at work, says nothing of biology",
            fontsize=7,
            color="#666666",
        )


def result_directory(out: str | Path) -> ResultDirectory:
    """Return the directory that a check of labels is written into."""
    return ResultDirectory(out, "check")


def write_check(
    check: QualityCheck,
    panel: ad.AnnData,
    out: str | Path,
    *,
    inputs: Mapping[str, str] | None = None,
    again: Sequence[str] = (),
) -> list[str]:
    """Write ``check.csv``, ``check.txt``, ``similarity.csv``, figures and ``report.html``.

    Parameters
    ----------
    check : QualityCheck
    panel : AnnData
        That was checked.
    out : str or Path
    inputs : mapping, optional
        Files' names to their hashes, for the record.
    again : sequence of str
        The command that makes the same, for the page.

    Returns
    -------
    list of str
        The sentences in ``check.txt``.

    Raises
    ------
    RunError
        If the directory holds other files, or can't be written.
    """
    said = sentences(check)
    by_line = check.by_line.round(4)
    by_line.insert(0, "sample", check.samples["sample"].to_numpy(), allow_duplicates=True)
    files = {
        "check.csv": csv_bytes(check.samples),
        "check.txt": ("\n".join(said) + "\n").encode(),
        "similarity.csv": csv_bytes(by_line),
        **figure_files(heat_map(check, panel), "similarity"),
    }
    suspects = suspect_plots(check, panel)
    if suspects is not None:
        files |= figure_files(suspects, "suspects")
    summary = _record(check, panel, said) | {"inputs": dict(inputs or {}), "again": list(again)}
    result_directory(out).write(with_page("check", files, summary), summary)
    return said


def _record(check: QualityCheck, panel: ad.AnnData, said: list[str]) -> dict[str, Any]:
    """Return what the record says besides the list of files."""
    verdicts = {str(k): int(v) for k, v in check.samples["verdict"].value_counts().items()}
    return {
        "verdicts": verdicts,
        "findings": said,
        "swaps": [list(pair) for pair in check.swaps],
        "blocks": [{"first": b.first, "last": b.last, "shift": b.shift} for b in check.blocks],
        "reference": check.reference,
        "simulated": check.simulated,
        "data": {
            "samples": panel.n_obs,
            "features": panel.n_vars,
            "sources": sorted(set(panel.obs["source"].astype(str))),
            "sha256": data_hash(panel),
        },
        "versions": numeric_versions(),
    }
