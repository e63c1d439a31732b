"""Bring profiles onto one footing, so that a correlation of two says whether they are one line.

What a platform or batch adds to every sample is taken out per source, and only the features
that differ most between samples are kept: the others hold noise. Two panels are compared on
the features they share by name and, where those are few, on features *matched by behaviour*.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["matched_similarity", "own_similarity_matrix"]

Matrix = NDArray[np.float32]
Labels = NDArray[np.str_]

#: Features kept. On two real platforms 1,000 to 5,000 tell lines apart alike.
KEPT_FEATURES = 2_000
#: With fewer features in common by name, two panels are also matched by behaviour.
FEW_SHARED_FEATURES = 2_000
#: Of each panel, so many of its most variable features are offered for matching by behaviour.
OFFERED_FEATURES = 3_000
#: A matched pair must correlate at least so much over the lines that both panels hold.
MIN_MATCH_CORRELATION = 0.6
#: Fewer lines in common teach nothing of how features of two platforms belong together.
MIN_SHARED_LINES = 12
_SMALL_SOURCE = 5  # sources with fewer samples have no mean of their own
_COLUMNS_AT_ONCE = 2_000
_FOLDS = 5


def own_similarity_matrix(values: Matrix, sources: Labels) -> Matrix:
    """Return the Pearson correlation of every two samples of a panel, platform effects removed.

    Parameters
    ----------
    values : array of shape (samples, features)
        Log2 expression.
    sources : array of shape (samples,)
        The file or platform of each sample; features are centred within each.

    Returns
    -------
    array of shape (samples, samples), float32

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(3, 50)).repeat(2, axis=0).astype("float32")
    >>> r = own_similarity_matrix(x, np.array(["a"] * 6))
    >>> bool(r[0, 1] > 0.99 > r[0, 2])
    True
    """
    scaled = most_variable(values, sources, KEPT_FEATURES)[0]
    unit = _unit_rows(scaled)
    return unit @ unit.T


def matched_similarity(
    values: Matrix,
    names: Labels,
    lines: Labels,
    other: Matrix,
    other_names: Labels,
    other_lines: Labels,
    by_behaviour: bool = True,
) -> tuple[Matrix, int, int]:
    """Return the correlation of every sample of a panel with every one of a reference.

    Features are matched by name. Where fewer than `FEW_SHARED_FEATURES` are shared, pairs are
    added by behaviour: a feature of either panel whose course over the lines in both is
    nearest each other's. To learn that a label is needed, so that no sample is judged by
    pairs its own line had a say in: they are learned in folds that leave its line out.

    Parameters
    ----------
    values, other : array of shape (samples, features)
        Log2 expression of panel and reference.
    names, other_names : array of shape (features,)
        Names of features.
    lines, other_lines : array of shape (samples,)
        The line of each sample; ``""`` where its label is not to be used.
    by_behaviour : bool
        Whether few features shared by name are to be complemented.

    Returns
    -------
    similarity : array of shape (panel samples, reference samples)
    by_name, by_behaviour : int
        How many features were matched each way.
    """
    shared = sorted(set(lines) & set(other_lines) - {""})
    centred, kept = _centred_on(values, lines, shared)
    other_centred, other_kept = _centred_on(other, other_lines, shared)
    names, other_names = names[kept], other_names[other_kept]
    position = {name: i for i, name in enumerate(other_names)}
    mine = np.array([i for i, n in enumerate(names) if n in position], dtype=int)
    theirs = np.array([position[names[i]] for i in mine], dtype=int)
    spread = centred[:, mine].std(axis=0) * other_centred[:, theirs].std(axis=0)
    best = np.argsort(-spread, kind="stable")[:KEPT_FEATURES]
    mine, theirs = mine[best], theirs[best]
    enough = not by_behaviour or len(mine) >= FEW_SHARED_FEATURES or len(shared) < MIN_SHARED_LINES
    if enough and not len(mine):
        return np.zeros((len(values), len(other)), dtype=np.float32), 0, 0
    if enough:
        first, second = _unit_rows(centred[:, mine]), _unit_rows(other_centred[:, theirs])
        return first @ second.T, len(mine), 0
    similarity = np.zeros((len(values), len(other)), dtype=np.float32)
    means, other_means = (
        _line_means(centred, lines, shared),
        _line_means(other_centred, other_lines, shared),
    )
    matched = []
    for tested, kept_lines in _folds(lines, shared):
        a, b = _match(means[kept_lines], other_means[kept_lines])
        matched.append(len(a))
        first = centred[np.ix_(tested, np.concatenate([mine, a]))]
        second = other_centred[:, np.concatenate([theirs, b])]
        similarity[tested] = _unit_rows(first) @ _unit_rows(second).T
    return similarity, len(mine), int(np.median(matched))


def most_variable(values: Matrix, sources: Labels, count: int) -> tuple[Matrix, NDArray[np.intp]]:
    """Return the most variable features, samples and each source's features centred.

    Works in blocks of features, so that a large panel is never copied whole.

    Returns
    -------
    values : array of shape (samples, min(count, features)), float32
    kept : array of int
        Which features they are.
    """
    centers = values.mean(axis=1, dtype=np.float64).astype(np.float32)[:, None]
    groups = _source_rows(sources)
    variances = np.empty(values.shape[1])
    for start in range(0, values.shape[1], _COLUMNS_AT_ONCE):
        block = _centre_within(values[:, start : start + _COLUMNS_AT_ONCE] - centers, groups)
        variances[start : start + block.shape[1]] = block.var(axis=0)
    kept = np.sort(np.argsort(-variances, kind="stable")[:count])
    return _centre_within(values[:, kept] - centers, groups), kept


def _source_rows(sources: Labels) -> list[NDArray[np.intp]]:
    """Return the rows of each source; sources too small for a mean of their own go together."""
    names, codes, counts = np.unique(sources, return_inverse=True, return_counts=True)
    large = [np.flatnonzero(codes == k) for k in range(len(names)) if counts[k] >= _SMALL_SOURCE]
    small = np.flatnonzero(counts[codes] < _SMALL_SOURCE)
    if not len(small):
        return large
    return [np.arange(len(sources))] if len(large) == 0 else [*large, small]


def _centre_within(block: Matrix, groups: list[NDArray[np.intp]]) -> Matrix:
    for rows in groups:
        block[rows] -= block[rows].mean(axis=0)
    return block


def _unit_rows(x: Matrix) -> Matrix:
    """Centre rows and bring them to length one, so that products are correlations."""
    centred = x - x.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: Matrix = (centred / np.where(length > 0, length, 1)).astype(np.float32)
    return unit


def _centred_on(
    values: Matrix, lines: Labels, shared: list[str]
) -> tuple[Matrix, NDArray[np.intp]]:
    """Centre samples, and features on the mean of the shared lines; keep the most variable."""
    one_source = np.full(len(values), "", dtype="U1")
    rows = np.isin(lines, shared) if len(shared) >= _SMALL_SOURCE else np.ones(len(lines), bool)
    # Variability is judged on what both panels hold, names are matched among twice as many.
    kept = most_variable(values[rows], one_source[rows], 60_000)[1]
    centred = values[:, kept] - values.mean(axis=1, keepdims=True)
    means = (
        _line_means(centred, lines, shared).mean(axis=0)
        if len(shared) >= _SMALL_SOURCE
        else centred.mean(axis=0)
    )
    return centred - means, kept


def _line_means(x: Matrix, lines: Labels, shared: list[str]) -> Matrix:
    """Return the mean profile of each line: (lines, features)."""
    return np.stack([x[lines == line].mean(axis=0) for line in shared])


def _folds(lines: Labels, shared: list[str]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Give samples to be judged, and the shared lines (by position) that may teach."""
    fold_of = {line: i % _FOLDS for i, line in enumerate(shared)}
    fold = np.array([fold_of.get(line, 0) for line in lines])
    of_line = np.array([fold_of[line] for line in shared])
    for k in range(_FOLDS):
        tested = np.flatnonzero(fold == k)
        if len(tested):
            yield tested, np.flatnonzero(of_line != k)


def _match(means: Matrix, other: Matrix) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair features that are each other's nearest by their course over lines."""
    a = np.argsort(-means.var(axis=0), kind="stable")[:OFFERED_FEATURES]
    b = np.argsort(-other.var(axis=0), kind="stable")[:OFFERED_FEATURES]
    r = _unit_rows(means[:, a].T) @ _unit_rows(other[:, b].T).T  # (a, b)
    forth, back = r.argmax(axis=1), r.argmax(axis=0)
    mutual = (back[forth] == np.arange(len(a))) & (r.max(axis=1) >= MIN_MATCH_CORRELATION)
    return a[mutual], b[forth[mutual]]
