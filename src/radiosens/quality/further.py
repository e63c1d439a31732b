"""Further checks: the same array twice, poor samples, spread replicates, sex, batches.

None of them changes a verdict by itself; each says what to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import anndata as ad
import numpy as np
from numpy.typing import NDArray

from radiosens.quality.features import KEPT_FEATURES, most_variable
from radiosens.quality.sex import of_a_woman, y_signal

__all__ = ["Finding", "further_findings"]

Matrix = NDArray[np.float32]
Bools = NDArray[np.bool_]

#: Two arrays nearer than this share of the usual distance of replicates are one array.
COPY_SHARE = 0.1
#: Robust standard deviations below what is usual.
FAR = 6.0
_PERMUTATIONS = 199


@dataclass(frozen=True)
class Finding:
    """Something worth a look.

    Attributes
    ----------
    kind : str
        ``duplicate``, ``outlier``, ``spread``, ``sex`` or ``batch``.
    samples : tuple of str
        The samples concerned.
    sentence : str
        What was found, and what to do.
    """

    kind: str
    samples: tuple[str, ...]
    sentence: str


def further_findings(panel: ad.AnnData, similarity: Matrix, good: Bools) -> list[Finding]:
    """Return what else a careful analyst would tell of a panel.

    Parameters
    ----------
    panel : AnnData
    similarity : array of shape (samples, samples)
        Correlation of every two samples.
    good : array of bool, shape (samples,)
        Samples whose label is not in doubt.
    """
    usual, spread = _usual(panel, similarity, good)
    return [
        *_duplicates(panel, similarity, usual),
        *_poor_samples(panel),
        *_spread_lines(panel, similarity, good, usual, spread),
        *_sex(panel, good),
        *_batches(panel, good),
    ]


def _usual(panel: ad.AnnData, similarity: Matrix, good: Bools) -> tuple[float, float]:
    """Return the median similarity of good replicates, and its robust standard deviation."""
    pairs = [
        similarity[np.ix_(rows, rows)][np.triu_indices(len(rows), 1)]
        for rows in _rows_of_lines(panel, good)
    ]
    values = np.concatenate(pairs) if pairs else np.array([])
    if len(values) < 3:
        return np.nan, np.nan
    middle = float(np.median(values))
    return middle, 1.4826 * float(np.median(np.abs(values - middle)))


def _rows_of_lines(panel: ad.AnnData, good: Bools) -> Iterator[NDArray[np.intp]]:
    lines = panel.obs["line"].to_numpy(dtype=str)
    order = np.flatnonzero(good)[np.argsort(lines[good], kind="stable")]
    for rows in np.split(order, np.flatnonzero(lines[order][1:] != lines[order][:-1]) + 1):
        if len(rows) > 1:
            yield np.sort(rows)


def _duplicates(panel: ad.AnnData, similarity: Matrix, usual: float) -> list[Finding]:
    distance = 1e-5 if np.isnan(usual) else max(COPY_SHARE * (1 - usual), 1e-5)
    found = []
    for i in range(len(similarity) - 1):
        for j in np.flatnonzero(1 - similarity[i, i + 1 :] < distance) + i + 1:
            a, b = panel.obs_names[i], panel.obs_names[j]
            labels = [str(panel.obs["line"].iloc[k]) for k in (i, j)]
            told = f"both labelled {labels[0]}" if labels[0] == labels[1] else " and ".join(labels)
            found.append(
                Finding(
                    "duplicate",
                    (a, b),
                    f"{a} and {b} ({told}) are all but the same array (correlation"
                    f" {similarity[i, j]:.4f}): keep one, or both sides of a split hold it.",
                )
            )
    return found


def _poor_samples(panel: ad.AnnData) -> list[Finding]:
    """Find samples that are unlike all the others of their source, as failed arrays are."""
    found = []
    step = max(1, panel.n_vars // KEPT_FEATURES)
    values = np.asarray(panel.X[:, ::step], dtype=np.float32)
    sources = panel.obs["source"].to_numpy(dtype=str)
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        if len(rows) < 10 or values.shape[1] < 50:
            continue
        middle = np.median(values[rows], axis=0)
        r = np.array([np.corrcoef(values[i], middle)[0, 1] for i in rows])
        usual = float(np.median(r))
        spread = 1.4826 * float(np.median(np.abs(r - usual)))
        for i in rows[(r < usual - FAR * spread) & (r < usual - 0.02)]:
            name = panel.obs_names[i]
            found.append(
                Finding(
                    "outlier",
                    (name,),
                    f"{name} ({panel.obs['line'].iloc[i]}) is unlike all other samples of {source}:"
                    " look at its quality (RNA, hybridisation, number of reads).",
                )
            )
    return found


def _spread_lines(
    panel: ad.AnnData, similarity: Matrix, good: Bools, usual: float, spread: float
) -> list[Finding]:
    """Find lines whose replicates, none of them mislabelled, differ more than replicates do."""
    found = []
    for rows in _rows_of_lines(panel, good):
        lowest = float(similarity[np.ix_(rows, rows)].min())
        if lowest < usual - FAR * max(spread, 0.005):
            names = tuple(panel.obs_names[rows])
            found.append(
                Finding(
                    "spread",
                    names,
                    f"Replicates of {panel.obs['line'].iloc[rows[0]]} ({', '.join(names)}) differ"
                    f" more than replicates here do (correlation down to {lowest:.2f}, usually"
                    f" {usual:.2f}): look at passage, culture and array quality.",
                )
            )
    return found


def _sex(panel: ad.AnnData, good: Bools) -> list[Finding]:
    """Find a Y chromosome in a line from a woman, or in one sample of a line whose others lack it.

    That it is lost in culture is common, and no sign.
    """
    signal = y_signal(panel)
    if signal is None:
        return []
    line = panel.obs["line"].to_numpy(dtype=str)
    woman = of_a_woman(panel)
    found = []
    for i in np.flatnonzero(signal):
        mates = (line == line[i]) & good & (np.arange(len(line)) != i)
        alone = mates.sum() >= 2 and not signal[mates].any()
        if not (woman[i] or alone):
            continue
        why = (
            f"{line[i]} comes from a woman"
            if woman[i]
            else f"the other samples of {line[i]} have none"
        )
        name = panel.obs_names[i]
        found.append(
            Finding(
                "sex",
                (name,),
                f"{name} expresses genes of the Y chromosome, and {why}: it is not {line[i]},"
                " other cells are mixed in, or the record of its donor is wrong.",
            )
        )
    return found


def _batches(panel: ad.AnnData, good: Bools) -> list[Finding]:
    """Tell whether replicates of one number, hybridised together, share what sets them apart.

    What is left of each sample after taking its line's mean away is divided by replicate
    number; numbers are then permuted within lines to see what chance gives.
    """
    rows = [r for r in _rows_of_lines(panel, good) if len(r) > 1]
    if len(rows) < 6:
        return []
    values = most_variable(
        np.asarray(panel.X, dtype=np.float32), np.full(panel.n_obs, "", dtype="U1"), KEPT_FEATURES
    )[0]
    residual = np.concatenate([values[r] - values[r].mean(axis=0) for r in rows])
    batch = np.concatenate([panel.obs["replicate"].to_numpy()[r] for r in rows])
    line = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
    numbers = np.unique(batch, return_inverse=True)[1]
    share = _share_between(residual, numbers)
    rng = np.random.default_rng(0)
    chance = []
    for _ in range(_PERMUTATIONS):
        order = np.lexsort((rng.random(len(line)), line))  # lines stay, numbers are shuffled
        chance.append(_share_between(residual, numbers[order]))
    if share <= max(chance):
        return []
    usual = float(np.mean(chance))
    return [
        Finding(
            "batch",
            (),
            f"Samples with the same replicate number have something in common: {share:.0%} of what"
            f" sets replicates apart, where chance gives {usual:.0%}. They were probably measured"
            " in batches; no comparison of lines should rest on one batch.",
        )
    ]


def _share_between(residual: Matrix, batch: NDArray[np.intp]) -> float:
    """Return the share of the sum of squares that lies between batches."""
    counts = np.bincount(batch)
    of_batch = np.zeros((len(counts), len(batch)), dtype=np.float32)
    of_batch[batch, np.arange(len(batch))] = 1
    means = (of_batch @ residual) / counts[:, None]
    between = float((counts[:, None] * np.square(means)).sum())
    total = float(np.square(residual).sum())
    return between / total if total > 0 else 0.0
