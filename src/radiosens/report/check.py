"""What `check` found, for people: sentences, a heat map, a plot of every suspect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anndata as ad
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from radiosens.evaluation.rundir import RunDirectory, write_whole
from radiosens.panel import panel_order
from radiosens.preprocessing.similarity import expression_above_mean
from radiosens.quality import VERDICTS, QualityCheck
from radiosens.quality.posterior import MIXTURE
from radiosens.quality.swaps import Block
from radiosens.report.figures import save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["heat_map", "sentences", "suspect_plots", "write_check"]

_COLOR = {"ok": "#999999", "suspect": "#DDAA33", "mislabelled": "#882255", "undecidable": "#88CCEE"}
_OWN, _LIKE = "#882255", "#117733"
_SURE = 0.95  # a label as surely wrong as one that is called mislabelled
_PLOTTED = 8  # suspects in one figure
_NAMED_LINES = 90  # more don't fit an axis
_DRAWN = 800  # samples along a side of the heat map; more are averaged


def sentences(check: QualityCheck) -> list[str]:
    """Return what was found, one finding a sentence, in words to act on."""
    told: set[str] = set()
    table = check.samples.set_index("sample")
    line = table["line"].to_dict()
    out = [f"{len(table)} samples of {table['line'].nunique()} lines; {check.headline()}."]
    if check.reference:
        out.append(f"Compared with the reference {check.reference}.")
    out += _block_sentences(check.blocks, table)
    told |= {s for block in check.blocks for s in table.index[block.first : block.last + 1]}
    for a, b in check.swaps:
        if not {a, b} <= told:
            sure = {a, b} <= set(check.with_verdict("mislabelled"))
            out.append(
                f"{a} (labelled {line[a]}) and {b} (labelled {line[b]}) look like each other's"
                " line: "
                + (
                    "their labels were probably swapped. Compare the laboratory's records, then"
                    " exchange the two labels or leave both out."
                    if sure
                    else "their labels were swapped, or those of the samples that they agree with."
                    " The laboratory's records, a further replicate or a reference would decide."
                )
            )
            told |= {a, b}
    for name, row in table[table["verdict"].isin(VERDICTS[1:3])].iterrows():
        if str(name) not in told:
            out.append(_sample_sentence(str(name), row))
    out += _undecidable_sentences(table[table["verdict"] == "undecidable"])
    return out + [f.sentence for f in check.findings]


def _block_sentences(blocks: list[Block], table: pd.DataFrame) -> list[str]:
    """Tell of each run of displaced labels; of two that mirror each other, as one or the other."""
    out, told = [], set()
    for k, block in enumerate(blocks):
        if k in told:
            continue
        mirror = next(
            (j for j in range(k + 1, len(blocks)) if _mirrored(block, blocks[j], table)), 0
        )
        if not mirror:
            out.append(f"{_displaced(block, table)} Move them back, or get the file anew.")
            continue
        told.add(mirror)
        # The file that comes last is told first: it is the one that was added.
        first, second = sorted((block, blocks[mirror]), key=lambda b: -b.first)
        other = _displaced(second, table)
        out.append(
            f"{_displaced(first, table)} Or it is the other way round:"
            f" {other[0].lower()}{other[1:]} Looks can't tell which, so both sides are suspect."
            " See the records of either file, move one file's labels, and check again; a reference"
            " would decide."
        )
    return out


def _mirrored(one: Block, two: Block, table: pd.DataFrame) -> bool:
    """Tell whether two runs say the same of the same lines, seen from either side."""
    a, b = (set(table["line"].iloc[list(block.members)]) for block in (one, two))
    return one.shift == -two.shift and len(a & b) >= min(len(a), len(b)) / 2


def _displaced(block: Block, table: pd.DataFrame) -> str:
    first, last = str(table.index[block.first]), str(table.index[block.last])
    steps = "one column" if abs(block.shift) == 1 else f"{abs(block.shift)} columns"
    way = "earlier" if block.shift > 0 else "later"
    return (
        f"The labels from {first} (sample {block.first + 1}, labelled"
        f" {table['line'].iloc[block.first]!s}) to {last} (sample {block.last + 1}) are displaced:"
        f" each belongs {steps} {way}, by the looks of {len(block.members)} samples."
        f" The first displaced column is {first}."
    )


def _sample_sentence(sample: str, row: pd.Series) -> str:
    like, line = row["looks_like"], row["line"]
    known = np.isfinite(row["own_similarity"])
    seen = (
        f"similarity {row['own_similarity']:.2f} to {line}"
        if known
        else f"there is no other sample of {line}"
    )
    what = (
        f"looks like {like} (similarity {row['best_other_similarity']:.2f}; {seen})"
        if like
        else f"looks like no line at hand ({seen})"
    )
    begin = f"{sample}, labelled {line}, {what}."
    wrong = f"The label is wrong with a probability of {_percent(row['probability'])}"
    if row["verdict"] == "mislabelled":
        return f"{begin} {wrong}: leave it out, or relabel it once records confirm it."
    if not known and like:
        return (
            f"{begin} {wrong}, unless {line} and {like} are two names of one line; a further"
            f" sample of {line} would decide."
        )
    if like and row["probability"] > _SURE:
        mixed = row["own_similarity"] > MIXTURE * row["best_other_similarity"]
        why = (
            "It is like both, as a mixture of the two would be"
            if mixed
            else "It is less like that than replicates are, so its quality may be poor"
        )
        return f"{begin} {why}. Leave it out, or genotype it (STR profile)."
    if like:
        return (
            f"{begin} This one is wrong or the others of these labels are, and looks can't tell"
            " which. A further replicate or a reference would decide; without, leave them out."
        )
    return (
        f"{begin} It is a line that is not here, or a poor sample: look at its quality and"
        " records, and leave it out if they don't settle it."
    )


def _undecidable_sentences(rows: pd.DataFrame) -> list[str]:
    out = []
    twins = rows["looks_like"] != ""
    for name, row in rows[twins].iterrows():
        out.append(
            f"{name!s}, labelled {row['line']}, is nearer {row['looks_like']}, a line of the same"
            " donor; too few replicates tell the two apart to call the label wrong."
        )
    compared = np.isfinite(rows["own_similarity"])
    for rest, why in (
        (rows[~twins & ~compared], "Nothing to compare with, no replicate and no reference"),
        (rows[~twins & compared], "As near another line as their own, and not told from it here"),
    ):
        if len(rest):
            some = ", ".join(f"{s} ({line})" for s, line in rest["line"].items())
            out.append(f"{why}: {_short(some)}.")
    return out


def _short(text: str) -> str:
    return text if len(text) < 400 else text[:380].rsplit(",", 1)[0] + ", …"


def _percent(p: float) -> str:
    return "over 99.9 %" if p > 0.999 else f"{p:.1%}".replace("%", " %")


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
            where if few else [], told if few else [], fontsize=5, rotation=turn
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
    write_whole(
        directory.path / "check.txt",
        lambda p: _write_lines(p, told),
    )
    save_figure(heat_map(check, panel), directory.path, "similarity")
    suspects = suspect_plots(check, panel)
    if suspects is not None:
        save_figure(suspects, directory.path, "suspects")
    return told
