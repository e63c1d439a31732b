"""Profiles of platforms: what a gene's value means in a sample that was measured by itself.

In a table of many lines a value is high or low among the lines. A new sample has no such company:
it is brought to the level and spread that training lines have on the platform that it is most
alike (arrays or sequencing), gene by gene, and then stands among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing.alignment import PRIOR_SAMPLES
from radiosens.preprocessing.platforms import LEAST_LINES, MOST, Block
from radiosens.preprocessing.scaling import Matrix

__all__ = ["Profile", "fraction_at_floor", "offsets_among", "profiles_of", "stand_among"]

#: Tables with so many lines tell a gene's mean and spread by themselves.
ENOUGH_LINES = 60
#: Share of values at a sample's lowest one from which it was sequenced: genes without a read.
AT_FLOOR = 0.02
#: Log2 of no reads lies below this; arrays that are cut off at their noise lie above.
NO_READS = 1.0
#: Fewer genes in common tell nothing of a table's scale.
LEAST_GENES = 50
#: A sample's values end here: far outside of training they are faults of alignment.
MOST_NEW = 3.0


@dataclass(frozen=True)
class Profile:
    """Mean and spread of genes among training lines on one kind of platform.

    Attributes
    ----------
    mean, spread : array of shape (genes,)
        Log2; NaN where the platform does not tell.
    gain : float
        Spread over genes of a line's values, divided by that of ``mean``.
    """

    mean: Matrix
    spread: Matrix
    gain: float


def fraction_at_floor(x: Matrix) -> NDArray[np.float64]:
    """Return each sample's share of values that are its lowest."""
    there = ~np.isnan(x)
    lowest = np.where(there, x, np.inf).min(axis=1, keepdims=True)
    shares = ((x == lowest) & there).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.asarray(shares, dtype=np.float64)


def profiles_of(blocks: Sequence[Block], z: Matrix, features: Sequence[int]) -> dict[str, Profile]:
    """Learn the profiles of arrays and of sequencing from the tables of training lines.

    Tables of one kind are brought to the scale of the one with most genes, by genes that they
    share; centred tables have no level and are left out. A gene that only a small table has (fewer
    than 60 lines) gets mean and spread such that its lines stand where ``z`` has them.

    Parameters
    ----------
    blocks : sequence of Block
        Of training lines only.
    z : array of shape (lines, genes)
        Standardised values of the lines on these genes, NaN where missing.
    features : sequence of int
        Which of all tables' features these genes are.

    Returns
    -------
    dict
        ``array``, ``sequencing`` to profile, as far as there is such a table.
    """
    position = {int(f): i for i, f in enumerate(features)}
    kinds: dict[str, list[Block]] = {}
    for block in blocks:
        if block.kind == "genes" and block.there.sum() >= LEAST_LINES and not _centred(block):
            kinds.setdefault("sequencing" if _sequenced(block) else "array", []).append(block)
    found = {}
    for kind, tables in kinds.items():
        parts = sorted((_gene_scales(t, z, position) for t in tables), key=_genes, reverse=True)
        found[kind] = _together(parts, len(z[0]))
    return found


def _sequenced(block: Block) -> bool:
    """Tell by genes without a read: many at the lowest value, which is about log2(0 + 1)."""
    x = block.x[block.there]
    return bool(np.median(fraction_at_floor(x)) > AT_FLOOR and np.nanmin(x) < NO_READS)


def _centred(block: Block) -> bool:
    return bool(np.mean(block.x[block.there] < 0) > 0.25)


@dataclass(frozen=True)
class _Part:
    mean: Matrix
    spread: Matrix
    lines: NDArray[np.intp]
    own_spread: float


def _genes(part: _Part) -> int:
    return int((~np.isnan(part.mean)).sum())


def _gene_scales(block: Block, z: Matrix, position: Mapping[int, int]) -> _Part:
    """Return a table's mean and spread of each gene, calibrated by z where lines are few."""
    genes = z.shape[1]
    mean, spread = np.full(genes, np.nan, np.float32), np.full(genes, np.nan, np.float32)
    lines = np.zeros(genes, dtype=np.intp)
    for j, feature in enumerate(block.columns.tolist()):
        if feature not in position:
            continue
        i = position[feature]
        both = ~np.isnan(block.x[:, j]) & ~np.isnan(z[:, i])
        raw, own = block.x[both, j], z[both, i]
        if len(raw) < LEAST_LINES or raw.std() < 0.05 or own.std() < 0.3:
            continue
        if len(raw) >= ENOUGH_LINES:
            mean[i], spread[i] = raw.mean(), raw.std()
        else:
            spread[i] = raw.std() / own.std()
            mean[i] = raw.mean() - spread[i] * own.mean()
        lines[i] = len(raw)
    return _Part(mean, spread, lines, float(np.nanmean(np.nanstd(block.x[block.there], axis=1))))


def _together(parts: Sequence[_Part], genes: int) -> Profile:
    """Put tables of one kind together on the scale of the first; of a gene, the larger speaks."""
    first = parts[0]
    mean, spread, lines = first.mean.copy(), first.spread.copy(), first.lines.copy()
    level = float(np.nanstd(first.mean))
    for part in parts[1:]:
        both = ~np.isnan(part.mean) & ~np.isnan(first.mean)
        if both.sum() < LEAST_GENES:
            continue
        slope = first.mean[both].std() / max(float(part.mean[both].std()), 1e-6)
        shift = first.mean[both].mean() - slope * part.mean[both].mean()
        better = part.lines > lines
        mean[better] = slope * part.mean[better] + shift
        spread[better] = slope * part.spread[better]
        lines = np.maximum(lines, part.lines)
    return Profile(mean, spread, first.own_spread / max(level, 1e-6))


def stand_among(
    x: Matrix,
    profiles: Mapping[str, Profile],
    offsets: Mapping[str, NDArray[np.float64]] | None = None,
) -> tuple[Matrix, NDArray[np.str_], NDArray[np.float64]]:
    """Say where each new sample's genes stand among training lines.

    Parameters
    ----------
    x : array of shape (samples, genes)
        Log2; NaN where missing.
    profiles : mapping
        From `profiles_of`.
    offsets : mapping, optional
        From `offsets_among`, to be taken out.

    Returns
    -------
    z : array of shape (samples, genes)
        In standard deviations of training lines, NaN where missing.
    kind : array of str, shape (samples,)
        The platform whose profile a sample is most alike.
    likeness : array of shape (samples,)
        Correlation with that profile.

    Examples
    --------
    >>> profile = Profile(np.arange(9, dtype="float32"), np.ones(9, dtype="float32"), 1.0)
    >>> z, kind, likeness = stand_among(10 * np.arange(9.0)[None], {"array": profile})
    >>> np.abs(z).max().round(2), kind.tolist(), likeness.round(2).tolist()
    (np.float64(0.0), ['array'], [1.0])
    """
    z, kind, likeness = _place(x, profiles)
    for name, offset in (offsets or {}).items():
        z[kind == name] -= offset
    return np.clip(z, -MOST_NEW, MOST_NEW), kind, likeness


def offsets_among(
    parts: Iterable[Matrix], profiles: Mapping[str, Profile]
) -> dict[str, NDArray[np.float64]]:
    """Return what all samples of a kind of platform have in common, shrunken.

    For several mixed samples of one laboratory (`radiosens.preprocessing.alignment.remove_offset`).

    Parameters
    ----------
    parts : iterable of array of shape (samples, genes)
        All samples, some at a time.
    profiles : mapping
        From `profiles_of`.

    Returns
    -------
    dict of str to array of shape (genes,)
        In standard deviations of training lines.
    """
    genes = len(next(iter(profiles.values())).mean)
    sums = {name: np.zeros(genes) for name in profiles}
    counts = {name: np.zeros(genes) for name in profiles}
    for x in parts:
        z, kind, _ = _place(x, profiles)
        for name in profiles:
            own = z[kind == name]
            there = ~np.isnan(own)
            sums[name] += np.where(there, own, 0).sum(axis=0)
            counts[name] += there.sum(axis=0)
    return {name: sums[name] / (counts[name] + PRIOR_SAMPLES) for name in profiles}


def _place(
    x: Matrix, profiles: Mapping[str, Profile]
) -> tuple[NDArray[np.float64], NDArray[np.str_], NDArray[np.float64]]:
    """Return values against the profile that each sample is most alike, which, and how alike."""
    found = [_against(x, own) for own in profiles.values()]
    likeness = np.stack([own[1] for own in found], axis=1)
    best, rows = likeness.argmax(axis=1), np.arange(len(x))
    z = np.stack([own[0] for own in found])[best, rows]
    return z, np.array(list(profiles))[best], likeness[rows, best]


def _against(x: Matrix, profile: Profile) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    there = ~np.isnan(x) & ~np.isnan(profile.mean)
    n = np.maximum(there.sum(axis=1, keepdims=True), 1)
    own = np.where(there, x, 0).astype(np.float64)
    wanted = np.where(there, profile.mean, 0).astype(np.float64)
    a = np.where(there, own - own.sum(axis=1, keepdims=True) / n, 0)
    level = wanted.sum(axis=1, keepdims=True) / n
    b = np.where(there, wanted - level, 0)
    left, right = np.sqrt(np.square(a).sum(axis=1)), np.sqrt(np.square(b).sum(axis=1))
    likeness = (a * b).sum(axis=1) / np.where(left * right > 0, left * right, np.inf)
    stretch = profile.gain * right / np.where(left > 1e-9, left, np.inf)
    z = (a * stretch[:, None] + level - profile.mean) / profile.spread
    return np.clip(np.where(there, z, np.nan), -MOST, MOST), likeness
