"""Compare a panel with a reference, whose labels are trusted, by features that belong together.

Features of one name belong together. Where few are, more are learned by their behaviour over
the lines in both panels. That takes knowing which sample is which line, and labels may all be
displaced. So the features shared by name say it first, and then those learned; labels only
where they let more features be matched.
"""

from __future__ import annotations

import anndata as ad
import numpy as np
from numpy.typing import NDArray

from radiosens.errors import InputError
from radiosens.quality.evidence import Evidence, evidence_of, level_against
from radiosens.quality.features import matched_similarity

__all__ = ["compare"]

Ints = NDArray[np.intp]
Labels = NDArray[np.str_]
#: Similarity of samples to the reference's; features matched by name, and by behaviour.
Matched = tuple[NDArray[np.float32], int, int]

#: With fewer features matched, a reference says nothing.
MIN_FEATURES = 50
_ROUNDS = 3


def compare(
    panel: ad.AnnData,
    reference: ad.AnnData,
    label: Ints,
    reference_label: Ints,
    lines: Labels,
) -> tuple[Evidence, str]:
    """Return how similar each sample is to each of the reference's lines.

    Parameters
    ----------
    panel, reference : AnnData
        From `load_panel`.
    label, reference_label : array of int
        The line that each sample of panel and reference claims to be.
    lines : array of str
        Their names.

    Returns
    -------
    evidence : Evidence
    how : str
        The reference's name and how features were matched.

    Raises
    ------
    InputError
        If too few features can be matched.
    """
    similarity, by_name, by_behaviour = _matched(panel, reference, label, reference_label, lines)
    if by_name + by_behaviour < MIN_FEATURES:
        raise InputError(
            f"panel and reference have only {by_name + by_behaviour} features in common",
            cure="give a reference on the same platform, or one with more of the panel's lines",
        )
    level = level_against(similarity, label, reference_label)
    one_source = np.zeros(len(reference_label), dtype=np.intp)
    evidence = evidence_of(similarity, label, reference_label, one_source, len(lines), level)
    names = ", ".join(dict.fromkeys(reference.obs["source"].astype(str)))
    how = f"{names} ({by_name:,} features matched by name"
    return evidence, how + (f", {by_behaviour:,} by behaviour)" if by_behaviour else ")")


def _matched(
    panel: ad.AnnData,
    reference: ad.AnnData,
    label: Ints,
    reference_label: Ints,
    lines: Labels,
) -> Matched:
    """Match features from two starts, by name alone and by labels, and keep the better one.

    Features are matched by behaviour only as far as samples were recognised, so their number
    tells which start was better.
    """

    def match(believed: Ints, by_behaviour: bool) -> Matched:
        return matched_similarity(
            np.asarray(panel.X, dtype=np.float32),
            panel.var_names.to_numpy(dtype=str),
            np.where(believed >= 0, lines[believed], ""),
            np.asarray(reference.X, dtype=np.float32),
            reference.var_names.to_numpy(dtype=str),
            lines[reference_label],
            by_behaviour,
        )

    def recognised(matched: Matched) -> Ints:
        return _recognised(matched[0], label, reference_label)

    best = match(label, True)
    if not best[2]:
        return best
    believed = label
    named = match(label, False)
    if named[1] >= MIN_FEATURES:
        seen = recognised(named)
        without_labels = match(seen, True)
        if without_labels[2] >= best[2]:
            best, believed = without_labels, seen
    for _ in range(_ROUNDS):
        now = recognised(best)
        if np.array_equal(now, believed):
            break
        best, believed = match(now, True), now
    return best


def _recognised(similarity: NDArray[np.float32], label: Ints, reference_label: Ints) -> Ints:
    """Return the line each sample looks most like, -1 where it looks like none."""
    level = level_against(similarity, label, reference_label)
    best = similarity.argmax(axis=1)
    alike = similarity.max(axis=1) > level.between
    return np.where(alike, reference_label[best], -1)
