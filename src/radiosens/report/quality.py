"""What `check` found, for people: sentences, a heat map, a plot of every suspect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anndata as ad
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from radiosens.panel import panel_order
from radiosens.quality import VERDICTS, QualityCheck
from radiosens.quality.features import KEPT_FEATURES, most_variable
from radiosens.quality.patterns import Block
from radiosens.report.figures import save_figure
from radiosens.runs.directory import RunDirectory
from radiosens.runs.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["heat_map", "sentences", "suspect_plots", "write_check"]

_COLOR = {"suspect": "#DDAA33", "mislabelled": "#882255", "undecidable": "#88CCEE"}
_OWN, _LIKE = "#882255", "#117733"
_PLOTTED = 8  # suspects in one figure
_DRAWN = 800  # samples along a side of the heat map; more are averaged


def sentences(check: QualityCheck) -> list[str]:
    """Return what was found, one finding a sentence, in words to act on."""
    told: set[str] = set()
    table = check.samples.set_index("sample")
    line = table["line"].to_dict()
    out = [f"{len(table)} samples of {table['line'].nunique()} lines; {check.headline()}."]
    if check.reference:
        out.append(f"Compared with the reference {check.reference}.")
    for block in check.blocks:
        out.append(_block_sentence(block, table))
        told |= {table.index[i] for i in block.members}
    for a, b in check.swaps:
        if not {a, b} <= told:
            out.append(
                f"{a} (labelled {line[a]}) and {b} (labelled {line[b]}) look"
                f" like each other's line: their labels were probably swapped. Compare the"
                f" laboratory's records, then exchange the two labels or leave both out."
            )
            told |= {a, b}
    for name, row in table[table["verdict"].isin(VERDICTS[1:3])].iterrows():
        if str(name) not in told:
            out.append(_sample_sentence(str(name), row))
    out += _undecidable_sentences(table[table["verdict"] == "undecidable"])
    return out + [f.sentence for f in check.findings]


def _block_sentence(block: Block, table: pd.DataFrame) -> str:
    first, last = str(table.index[block.first]), str(table.index[block.last])
    steps = "one column" if abs(block.shift) == 1 else f"{abs(block.shift)} columns"
    whose, way = ("after", "on") if block.shift > 0 else ("before", "back")
    return (
        f"From {first} (sample {block.first + 1}, labelled {table['line'].iloc[block.first]!s})"
        f" to {last} (sample {block.last + 1}) labels are shifted {way} by {steps}:"
        f" {len(block.members)} samples, by their looks and by where they stand, belong to the"
        f" label of the sample {steps} {whose} them."
        f" The first shifted column is {first}. Move the labels back, or get the file anew."
    )


def _sample_sentence(sample: str, row: pd.Series) -> str:
    like = row["looks_like"]
    seen = (
        f"correlation {row['own_similarity']:.2f} with {row['line']}"
        if np.isfinite(row["own_similarity"])
        else f"{row['line']} has no other sample"
    )
    if row["verdict"] == "mislabelled":
        what = (
            f"looks like {like} (correlation {row['best_other_similarity']:.2f}; {seen})"
            if like
            else f"looks like no line at hand ({seen})"
        )
        return (
            f"{sample}, labelled {row['line']}, {what}. The label is wrong with a probability of"
            f" {_percent(row['probability'])}: leave it out, or relabel it once records confirm it."
        )
    if not np.isfinite(row["own_similarity"]) and like:
        return (
            f"{sample}, labelled {row['line']}, looks like {like} (correlation"
            f" {row['best_other_similarity']:.2f}; {seen}). The label is wrong with a probability"
            f" of {_percent(row['probability'])}; a sample of {row['line']} would decide."
        )
    return (
        f"{sample}, labelled {row['line']}, disagrees with samples of the same label ({seen})"
        + (f" and is nearer {like} ({row['best_other_similarity']:.2f})" if like else "")
        + f"; which of them is wrong cannot be told for sure ({_percent(row['probability'])} for"
        " this one). A further replicate or a reference would decide."
    )


def _undecidable_sentences(rows: pd.DataFrame) -> list[str]:
    out = []
    twins = rows["looks_like"] != ""
    for name, row in rows[twins].iterrows():
        out.append(
            f"{name!s}, labelled {row['line']}, is nearer {row['looks_like']}, a line of the same"
            " donor; too few replicates tell the two apart to call the label wrong."
        )
    rest = rows[~twins]
    if len(rest):
        some = ", ".join(f"{s} ({line})" for s, line in rest["line"].items())
        out.append(f"Nothing to compare with, no replicate and no reference: {_short(some)}.")
    return out


def _short(text: str) -> str:
    return text if len(text) < 400 else text[:380].rsplit(",", 1)[0] + ", …"


def _percent(p: float) -> str:
    return "over 99.9 %" if p > 0.999 else f"{p:.1%}".replace("%", " %")


def heat_map(check: QualityCheck, panel: ad.AnnData) -> Figure:
    """Draw the correlation of every two samples, lines in panel order, verdicts at the edge."""
    order = panel.obs_names.get_indexer(panel_order(panel.obs))
    lines = check.samples["line"].to_numpy()[order]
    verdict = check.samples["verdict"].to_numpy()[order]
    picture = check.similarity[np.ix_(order, order)]
    step = -(-len(order) // _DRAWN)
    if step > 1:
        starts = np.arange(0, len(order), step)
        picture = np.add.reduceat(np.add.reduceat(picture, starts, 0), starts, 1)
        sizes = np.diff([*starts, len(order)])
        picture = picture / np.outer(sizes, sizes)
    figure = Figure(figsize=(8.4, 7.2), layout="constrained")
    axes = figure.subplots()
    extent = (-0.5, len(order) - 0.5, len(order) - 0.5, -0.5)
    image = axes.imshow(picture, cmap="viridis", vmin=-0.2, vmax=1, extent=extent)
    bar = figure.colorbar(image, ax=axes, shrink=0.5)
    bar.set_label("correlation of two samples", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    starts = np.flatnonzero(np.r_[True, lines[1:] != lines[:-1]])
    if len(starts) <= 90:
        middles = (starts + np.r_[starts[1:], len(lines)] - 1) / 2
        axes.set_yticks(middles, lines[starts], fontsize=5)
        axes.set_xticks(middles, lines[starts], fontsize=5, rotation=90)
        axes.tick_params(length=0)
    else:
        axes.set_xlabel("sample, in the order of lines")
    for name, color in _COLOR.items():
        rows = np.flatnonzero(verdict == name)
        if len(rows):
            axes.scatter(
                np.full(len(rows), len(order) + 0.012 * len(order)),
                rows,
                marker="<",
                s=16,
                color=color,
                label=f"{name} ({len(rows)})",
                clip_on=False,
            )
    if (verdict != "ok").any():
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, fontsize=7, frameon=False)
    axes.spines[:].set_visible(False)
    _note(figure, check)
    return figure


def suspect_plots(check: QualityCheck, panel: ad.AnnData) -> Figure | None:
    """Draw each suspect against its own line and the line it resembles, or return None.

    Left: its similarity to every line. Then, where the panel has sound samples of the lines, its
    profile against the mean of its line's, and of the resembled line's.
    """
    table = check.samples
    bad = table[table["verdict"].isin(VERDICTS[1:3])].nlargest(_PLOTTED, "probability")
    if bad.empty:
        return None
    values, _ = most_variable(
        np.asarray(panel.X, dtype=np.float32),
        panel.obs["source"].to_numpy(dtype=str),
        KEPT_FEATURES,
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
        axes[0].set_ylabel(f"{row['sample']}\nlabelled {own}", fontsize=7)
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
                line,
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
        text = f"no sound sample of\n{line} in the panel" if line else "looks like no line at hand"
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
    axes.set_xlabel(f"{line}, mean of {count}", fontsize=7)
    axes.set_title(f"r = {r:.2f}", fontsize=7.5)


def _note(figure: Figure, check: QualityCheck) -> None:
    if check.simulated:
        figure.supxlabel(
            "simulated data: shows the software at work, says nothing of biology",
            fontsize=7,
            color="#666666",
        )


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_check(check: QualityCheck, panel: ad.AnnData, out: str | Path) -> list[str]:
    """Write ``check.csv``, ``check.txt``, the heat map and the plots of suspects.

    Returns
    -------
    list of str
        The sentences in ``check.txt``.
    """
    directory = RunDirectory(Path(out))
    directory.write_table("check.csv", check.samples)
    told = sentences(check)
    atomic_write(
        directory.path / "check.txt",
        lambda p: _write_lines(p, told),
    )
    save_figure(heat_map(check, panel), directory.path, "similarity")
    suspects = suspect_plots(check, panel)
    if suspects is not None:
        save_figure(suspects, directory.path, "suspects")
    return told
