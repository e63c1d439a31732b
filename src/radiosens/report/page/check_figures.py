"""Figures of a check of labels: the heat map, and labels that were swapped or displaced."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from radiosens.report.page.files import records
from radiosens.report.page.parts import Figure, Picture, Shape, shape
from radiosens.report.page.shown import cut, visible

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["heat_map", "moved_labels"]

#: Cells of a heat map that a page can hold, at a byte each before base64.
_MOST_CELLS = 600_000
_UNKNOWN = -128
_LOW, _HIGH = -0.2, 1.0
_MOST_SWAPS, _MOST_COLUMNS = 12, 14


def heat_map(similarity: pd.DataFrame, table: pd.DataFrame) -> Picture:
    """Draw samples (rows, lines together) by lines; of too many, doubtful samples come first.

    Parameters
    ----------
    similarity : DataFrame
        ``sample`` and a column a line.
    table : DataFrame
        The check's, in the same order.
    """
    import pandas as pd

    lines = [c for c in similarity.columns if c != "sample"]
    most = max(_MOST_CELLS // max(len(lines), 1), 1)
    doubtful = table["verdict"].isin(["mislabelled", "suspect"]).to_numpy()
    kept = np.sort(np.argsort(~doubtful, kind="stable")[:most])
    labels = table["line"].to_numpy(dtype=str)[kept]
    place = {line: i for i, line in enumerate(lines)}
    order = np.argsort([place.get(line, len(lines)) for line in labels], kind="stable")
    values = similarity[lines].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    values = values[kept][order]
    hundredths = np.where(np.isfinite(values), np.round(100 * np.nan_to_num(values)), _UNKNOWN)
    cells = np.clip(hundredths, _UNKNOWN, 127).astype(np.int8)
    notes = []
    if len(kept) < len(table):
        notes.append(
            f"{len(kept):,} of {len(table):,} samples are drawn, the doubtful ones among them;"
            " all are in similarity.csv."
        )
    names = [
        f"{visible(sample)} (labelled {visible(line)})"
        for sample, line in zip(
            table["sample"].to_numpy(dtype=str)[kept][order], labels[order], strict=True
        )
    ]
    return Picture(
        "heat",
        f"{len(names):,} samples by {len(lines):,} lines",
        "Rows are samples, sorted by the line of their label; columns are lines in the same order."
        " What is right lies on the bright diagonal.",
        _png(values),
        base64.b64encode(cells.tobytes()).decode(),
        names,
        lines,
        notes,
    )


def _png(values: NDArray[np.float64]) -> str:
    """Return the values as a small image with a palette, in base64; unknown ones are grey."""
    import matplotlib as mpl
    from PIL import Image

    share = (np.nan_to_num(values, nan=_LOW) - _LOW) / (_HIGH - _LOW)
    index = np.clip(np.round(share * 254), 0, 254).astype(np.uint8) + 1
    index[~np.isfinite(values)] = 0
    image = Image.fromarray(index, mode=None)
    colors = mpl.colormaps["viridis"](np.linspace(0, 1, 255))[:, :3]
    palette = np.vstack([[[0.5, 0.5, 0.5]], colors])
    paletted = Image.frombytes("P", image.size, image.tobytes())
    paletted.putpalette((255 * palette).astype(np.uint8).tobytes())
    file = io.BytesIO()
    paletted.save(file, format="PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def moved_labels(record: dict[str, Any], table: pd.DataFrame) -> list[Figure]:
    """Draw swaps and displaced runs: labels above, what samples look like below."""
    figures = []
    rows = table.set_index("sample")
    swaps = [
        (str(a), str(b)) for a, b in record.get("swaps", []) if a in rows.index and b in rows.index
    ]
    if swaps:
        shown = swaps[:_MOST_SWAPS]
        drawn = [s for k, pair in enumerate(shown) for s in _swap(pair, rows, 10 + 78 * k)]
        more = f" The first {len(shown)} of {len(swaps)}." if len(swaps) > len(shown) else ""
        figures.append(
            Figure(
                "swaps",
                "Samples that look like each other's line",
                f"Left: sample and label. Right: the line it looks like.{more}",
                720,
                78 * len(shown) + 4,
                drawn,
            )
        )
    for k, block in enumerate(record.get("blocks", [])[:6]):
        figures.append(_block(k, block, table))
    return figures


def _swap(pair: tuple[str, str], rows: pd.DataFrame, top: float) -> list[Shape]:
    drawn = []
    own = [str(rows["line"].get(name, "")) for name in pair]
    for i, name in enumerate(pair):
        y = top + 34 * i
        other = top + 34 * (1 - i)
        drawn += _box(0, y, 400, f"{cut(name, 26)}  labelled {cut(own[i], 20)}", "box hot")
        drawn += _box(560, y, 160, cut(own[i], 22), "box good")
        drawn.append(shape("path", "arrow", d=f"M404 {y + 13}C470 {y + 13} 490 {other + 13} 556 {other + 13}"))  # noqa: E501  # fmt: skip
    return drawn


def _box(x: float, y: float, width: float, text: str, cls: str) -> list[Shape]:
    return [
        shape("rect", cls, x=x, y=y, width=width, height=26, rx=6),
        shape("text", "label", text=text, x=x + 10, y=y + 17.5),
    ]


def _block(k: int, block: dict[str, Any], table: pd.DataFrame) -> Figure:
    """Draw a run of labels, each above the sample it belongs to by its looks."""
    first, last = (int(block[name]) for name in ("first", "last"))
    shift = int(block["shift"])
    low, high = max(first - abs(shift), 0), min(last + abs(shift), len(table) - 1)
    part = table.iloc[low : min(high + 1, low + _MOST_COLUMNS)]
    drawn = []
    for i, row in enumerate(records(part)):
        y = 30 + 32 * i
        moved = first <= low + i <= last
        drawn += _box(0, y, 230, cut(row["sample"], 30), "box")
        drawn += _box(240, y, 190, cut(row["line"], 24), "box hot" if moved else "box good")
        drawn += _box(560, y, 190, cut(row["looks_like"] or "–", 24), "box")
        target = i - shift
        if moved and 0 <= target < len(part):
            there = 30 + 32 * target
            drawn.append(shape("path", "arrow", d=f"M434 {y + 13}C490 {y + 13} 500 {there + 13} 556 {there + 13}"))  # noqa: E501  # fmt: skip
    heads = zip((0, 240, 560), ("sample", "its label", "what the sample looks like"), strict=True)
    drawn += [shape("text", "axis", text=text, x=x + 4, y=20) for x, text in heads]
    count = f" The first {len(part)} of {high - low + 1} are drawn." if high - low >= len(part) else ""  # noqa: E501  # fmt: skip
    steps = "one column" if abs(shift) == 1 else f"{abs(shift)} columns"
    way = "earlier" if shift > 0 else "later"
    return Figure(
        f"block{k}",
        f"Labels displaced by {steps}",
        f"An arrow leads from a label to the sample it belongs to, {steps} {way}.{count}",
        760,
        40 + 32 * len(part),
        drawn,
    )
