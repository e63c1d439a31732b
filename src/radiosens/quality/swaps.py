"""See in wrong labels how they came about: two samples exchanged, or a whole run displaced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "find_blocks", "find_swaps"]

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

#: Displacements that are looked for, in columns.
MAX_SHIFT = 3
#: Fewer wrong labels in a row may be displaced by chance.
MIN_BLOCK = 3
_INTERRUPTION = -2.0  # a sample that fits no shift weighs as much as two that do


@dataclass(frozen=True)
class Block:
    """Labels displaced together.

    Attributes
    ----------
    first, last : int
        Positions of the first and the last sample with a displaced label.
    shift : int
        By how many columns the labels moved on: at 1, every sample bears the label that
        belongs to the sample before it.
    members : tuple of int
        Positions of the flagged samples in it.
    fitting : tuple of int
        Positions of samples between them that are not flagged and fit the displacement too.
    """

    first: int
    last: int
    shift: int
    members: tuple[int, ...]
    fitting: tuple[int, ...] = ()


def find_swaps(label: Ints, looks_like: Ints, flagged: Bools) -> list[tuple[int, int]]:
    """Return pairs of flagged samples each of which looks like the other's label.

    Examples
    --------
    >>> find_swaps(np.array([5, 6, 7]), np.array([6, 5, -1]), np.array([True, True, False]))
    [(0, 1)]
    """
    waiting: dict[tuple[int, int], list[int]] = {}
    pairs = []
    for i in np.flatnonzero(flagged & (looks_like >= 0)):
        partners = waiting.get((int(looks_like[i]), int(label[i])))
        if partners:
            pairs.append((partners.pop(0), int(i)))
        else:
            waiting.setdefault((int(label[i]), int(looks_like[i])), []).append(int(i))
    return pairs


def find_blocks(
    label: Ints, looks_like: Ints, flagged: Bools, source: Ints, undecided: Bools | None = None
) -> list[Block]:
    """Return runs of columns in one file whose labels are displaced by the same number.

    Parameters
    ----------
    label, looks_like : array of int, shape (samples,)
        Lines, or donors, whose lines are easily taken for each other; -1 where a sample looks
        like none.
    flagged : array of bool
        Whose label is probably wrong.
    source : array of int
        The file of each sample; samples of a file stand in its order.
    undecided : array of bool, optional
        Samples of which nothing is known. One just before a block belongs to it if two of
        three hold: it is flagged, nothing tells which line it is, and the label that the
        block's first sample bears is missed elsewhere.

    Examples
    --------
    >>> label = np.array([0, 1, 1, 2, 3, 4])
    >>> true = np.array([0, 1, 2, 3, 4, 5])
    >>> find_blocks(label, true, label != true, np.zeros(6, int))
    [Block(first=2, last=5, shift=1, members=(2, 3, 4, 5), fitting=())]
    """
    blocks = []
    undecided = np.zeros(len(label), dtype=bool) if undecided is None else undecided
    left = flagged.copy()
    for s in np.unique(source):
        rows = np.flatnonzero(source == s)
        shifts = [k for k in range(-MAX_SHIFT, MAX_SHIFT + 1) if k]
        while True:
            runs = (_best_run(rows, label, looks_like, left, undecided, k) for k in shifts)
            found = [block for block in runs if block]
            if not found:
                break
            best = max(found, key=lambda block: len(block.members))
            blocks.append(best)
            left[list(best.members)] = False
    return blocks


def _best_run(
    rows: Ints, label: Ints, looks_like: Ints, flagged: Bools, undecided: Bools, k: int
) -> Block | None:
    """Return the run with the most labels displaced by k columns, or None."""
    claims, content = label[rows], np.where(flagged, looks_like, label)[rows]
    looks = _neighbour(claims, k) == content  # it looks like its neighbour's label
    bears = _neighbour(content, -k) == claims  # it bears the label of its other neighbour
    wrong, unknown = flagged[rows], undecided[rows] | (content < 0)
    # A right label fits too if the neighbours are of one line, on both sides.
    displaced = np.where(wrong, looks | bears, looks & bears) & ~unknown
    score = np.where(displaced, np.where(wrong, 1.0, 0.0), np.where(unknown, 0.0, _INTERRUPTION))
    start, best, run = 0, (0.0, 0, 0), 0.0
    for end, value in enumerate(score):
        if run <= 0:
            start, run = end, 0.0
        run += value
        if run > best[0]:
            best = (run, start, end)
    members = [int(rows[p]) for p in range(best[1], best[2] + 1) if score[p] > 0]
    if len(members) < MIN_BLOCK or best[0] < MIN_BLOCK:
        return None
    at = int(np.searchsorted(rows, members[0]))
    others = np.delete(label, rows)  # only what another file has could have been recognised
    missed = k > 0 and claims[at] not in content[~unknown]
    missed &= not len(others) or claims[at] in others
    while at:
        # So it belongs to the sample before.
        signs = wrong[at - 1], unknown[at - 1], missed
        if sum(map(bool, signs)) < 2:
            break
        at -= 1
        members.insert(0, int(rows[at]))
    run_fits = np.flatnonzero((looks | bears) & ~wrong & ~unknown)
    inside = run_fits[(run_fits >= best[1]) & (run_fits <= best[2])]
    return Block(members[0], members[-1], k, tuple(members), tuple(rows[inside].tolist()))


def _neighbour(values: Ints, k: int) -> Ints:
    """Return for each position what stands k further on, -2 where nothing does."""
    moved = np.full(len(values), -2)
    if k > 0:
        moved[:-k] = values[k:]
    else:
        moved[-k:] = values[:k]
    return moved
