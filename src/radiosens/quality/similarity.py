"""Similarity of a panel's samples to each other, and to those of a reference.

A reference is another measurement of the same lines. Features are matched by name, or by the
gene that a name stands for, whichever brings more together. Labels have no part in it: they are on
trial.
"""

from __future__ import annotations

from functools import lru_cache

import anndata as ad
import numpy as np
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.genes import GeneMapping, collapse, to_genes
from radiosens.preprocessing.similarity import (
    comparable_profiles,
    similarity_matrix,
    split_sources,
    unit_rows,
)

__all__ = ["copied_samples", "panel_similarity", "reference_similarity"]

Matrix = NDArray[np.float32]

#: With fewer features in common, a reference tells lines apart no more than badly.
MIN_FEATURES = 100
#: Samples that correlate less are not looked at as possible copies.
_NEAR_COPY = 0.98
#: Half of a copy's values differ by no more of their standard deviation, rounding aside. One
#: measurement processed twice, with other values for some genes: 0.008 and 0.010 (GDSC, CCLE).
#: Two measurements, by the same laboratory on two platforms: 0.29 (CCLE).
_COPY_RESIDUAL = 0.015


def panel_similarity(panel: ad.AnnData) -> Matrix:
    """Return the similarity of every two samples of a panel: (samples, samples)."""
    return similarity_matrix(
        np.asarray(panel.X, dtype=np.float32),
        panel.obs["source"].to_numpy(dtype=str),
        panel.obs["line"].to_numpy(dtype=str),
    )


def reference_similarity(panel: ad.AnnData, reference: ad.AnnData) -> tuple[Matrix, str]:
    """Return the similarity of every sample to every one of a reference.

    Parameters
    ----------
    panel, reference : AnnData
        From `load_panel`.

    Returns
    -------
    similarity : array of shape (samples, reference samples)
    how : str
        The reference's name and how features were matched.

    Raises
    ------
    InputError
        If too few features or lines are shared, or samples are in both.
    """
    lines = [part.obs["line"].to_numpy(dtype=str) for part in (panel, reference)]
    if not set(lines[0]) & set(lines[1]):
        raise InputError(
            "the reference holds none of the panel's lines",
            cure="give a reference with the same lines, or none",
        )
    first, second, by = _matched(panel, reference)
    if first.shape[1] < MIN_FEATURES:
        raise InputError(
            f"panel and reference have only {first.shape[1]} features in common",
            cure="give a reference on the same platform, or name the features of both by genes",
        )
    _refuse_copies(panel, reference, first, second)
    groups = [split_sources(part.obs["source"].to_numpy(dtype=str)) for part in (panel, reference)]
    parts = [(x, rows) for x, own in zip((first, second), groups, strict=True) for rows in own]
    labels = [names[r] for names, own in zip(lines, groups, strict=True) for r in own]
    profiles = comparable_profiles(parts, labels)
    stacked = []
    for own in groups:
        taken, profiles = profiles[: len(own)], profiles[len(own) :]
        stacked.append(np.concatenate(taken)[np.argsort(np.concatenate(own), kind="stable")])
    names = ", ".join(dict.fromkeys(reference.obs["source"].astype(str)))
    return stacked[0] @ stacked[1].T, f"{names} ({first.shape[1]:,} {by} in common)"


def _matched(panel: ad.AnnData, reference: ad.AnnData) -> tuple[Matrix, Matrix, str]:
    """Return the values of both on common features, or on common genes if these are more."""
    shared = panel.var_names.intersection(reference.var_names)
    by = "features"
    if len(shared) < min(panel.n_vars, reference.n_vars) / 2:
        first, second = (_genes(tuple(part.var_names)) for part in (panel, reference))
        named = set(first.genes[first.known]) & set(second.genes[second.known])
        if len(named) > len(shared):
            panel, reference, by = collapse(panel, first), collapse(reference, second), "genes"
            shared = panel.var_names.intersection(reference.var_names)
    values = [
        np.asarray(part.X, dtype=np.float32)[:, part.var_names.get_indexer(shared)]
        for part in (panel, reference)
    ]
    return values[0], values[1], by


@lru_cache(maxsize=4)
def _genes(names: tuple[str, ...]) -> GeneMapping:
    """Return the genes of features; kept, because it takes longer than the check itself."""
    return to_genes(names)


def copied_samples(first: Matrix, second: Matrix) -> list[tuple[int, int]]:
    """Return pairs of samples that hold the same values, but for rounding, scale and offset.

    Some features may differ all the same, as where a file was processed anew.

    Parameters
    ----------
    first, second : array of shape (samples, features)
        With the same features; NaN where missing. If they are one array, no sample is
        compared with itself.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(7, 2, size=(3, 400)).astype("float32")
    >>> copied_samples(x, 3 * x[::-1].round(1) + 1)
    [(0, 2), (1, 1), (2, 0)]
    >>> copied_samples(x, x + np.random.default_rng(1).normal(0, 0.2, x.shape))
    []
    """
    complete = ~(np.isnan(first).any(axis=0) | np.isnan(second).any(axis=0))
    step = max(1, int(complete.sum()) // 2_000)
    some = np.flatnonzero(complete)[::step] if complete.any() else np.arange(first.shape[1])
    near = unit_rows(np.nan_to_num(first[:, some])) @ unit_rows(np.nan_to_num(second[:, some])).T
    pairs = np.argwhere(near > _NEAR_COPY)
    if first is second:
        pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    return [(int(i), int(j)) for i, j in pairs if _is_copy(first[i], second[j])]


def _is_copy(x: Matrix, y: Matrix) -> bool:
    """Tell whether most values of one sample lie on a straight line in the other's, or nearly."""
    there = np.isfinite(x) & np.isfinite(y)
    a, b = x[there].astype(np.float64), y[there].astype(np.float64)
    for _ in range(2):  # the second time without what is far off
        slope, offset = np.polyfit(a, b, 1)
        apart = np.abs(b - slope * a - offset)
        near = apart <= 5 * np.median(apart) + 1e-9
        a, b = a[near], b[near]
    rounding = slope * _resolution(a) + _resolution(b)
    return bool(slope > 0 and np.median(apart) <= 0.3 * rounding + _COPY_RESIDUAL * b.std())


def _resolution(x: NDArray[np.float64]) -> float:
    """Return the step that values are rounded to: the least difference of any two."""
    steps = np.diff(np.unique(x.round(6)))
    return float(steps.min(initial=np.inf)) if len(steps) else 0.0


def _refuse_copies(panel: ad.AnnData, reference: ad.AnnData, first: Matrix, second: Matrix) -> None:
    copies = copied_samples(first, second)
    if copies:
        shown = ", ".join(
            f"{panel.obs_names[i]} = {reference.obs_names[j]}" for i, j in copies[:3]
        ) + (f" and {len(copies) - 3} more" if len(copies) > 3 else "")
        raise InputError(
            f"{len(copies)} samples of the data are in the reference too: {shown}",
            cure="a reference is another measurement: give one, or leave these out of it",
        )
