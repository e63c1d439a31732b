"""What held-out donors tell: the fits of folds, and how unusual a donor is to all others.

Nothing here is learned from a donor that it is then used on. That donors are apart is asserted
where they are.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.card import Residual
from radiosens.models.fitted import Fitted, Samples, find_predictor, fit
from radiosens.models.novelty import kind_of, unusual
from radiosens.models.persistence import NETWORK, file_name, pack
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import percentile_ranks
from radiosens.runs.tasks import OnStep

__all__ = [
    "MOST_BYTES",
    "FoldFit",
    "TrainInputs",
    "alignment_error",
    "fit_fold",
    "held_out",
    "held_out_elsewhere",
    "line_profiles",
    "residuals_of",
]

#: A fold's model is kept, for CV+, if it has no more bytes.
MOST_BYTES = 8_000_000


@dataclass(frozen=True)
class TrainInputs:
    """What all fits of a training share.

    ``first``, of shape (samples,), tells those that a network is trained on before it goes on with
    all. A bundle's own weights have seen all its donors: no fold may start from them.
    """

    samples: Samples
    predictor: str
    settings: Mapping[str, Any]
    told: Mapping[str, str] = field(default_factory=dict)
    first: NDArray[np.bool_] | None = None

    def versions(self) -> Mapping[str, str]:
        """Return the versions that results depend on."""
        return self.told


@dataclass(frozen=True)
class FoldFit:
    """One fit: which rows are tested, the seed, and what is kept apart.

    ``keep`` asks for the model, packed.
    """

    number: int
    train: tuple[int, ...]
    test: tuple[int, ...]
    seed: int
    protocol: str
    keep: bool = False


def fit_fold(shared: TrainInputs, one: FoldFit, on_step: OnStep | None = None) -> dict[str, Any]:
    """Train without the tested samples, predict them, and pack the model if it is small.

    Returns
    -------
    dict
        ``predictions``, in the order of the tested rows, and ``model``: base64 or None.
    """
    samples, predictor = shared.samples, find_predictor(shared.predictor)
    train, test = np.array(one.train, dtype=np.intp), np.array(one.test, dtype=np.intp)
    assert not set(one.train) & set(one.test)
    if one.protocol == "donor":
        assert not set(samples.donors[train]) & set(samples.donors[test])
    settings = dict(shared.settings)
    if on_step is not None and predictor.trains_in_epochs:
        settings["on_epoch"] = on_step
    start = None
    if shared.first is not None:
        start = fit(predictor, samples.part(train[shared.first[train]]), one.seed, settings)
    fitted = fit(predictor, samples.part(train), one.seed, settings, start=start)
    predicted = fitted.predict(
        samples.x[test],
        told_tissues(predictor.name, samples.tissues[test]),
        samples.sources[test],
    )
    packed = None
    if one.keep and file_name(fitted) != NETWORK:
        data = pack(fitted)
        packed = base64.b64encode(data).decode() if len(data) <= MOST_BYTES else None
    return {"predictions": [float(p) for p in predicted], "model": packed}


def told_tissues(predictor: str, tissues: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return the tissues that a tested sample is predicted with.

    Those of a predictor that takes tissues, as in `radiosens.evaluate`; but of ``two-means``
    none, whose question is what expression tells.
    """
    return np.full(len(tissues), "unknown") if predictor == "two-means" else tissues


def residuals_of(
    samples: Samples, fold_of: NDArray[np.intp], predicted: NDArray[np.float64]
) -> tuple[Residual, ...]:
    """Return each line's mean prediction by the model that had not seen its donor."""
    found = []
    for line in dict.fromkeys(samples.lines.tolist()):
        rows = np.flatnonzero(samples.lines == line)
        assert len(set(fold_of[rows])) == 1
        found.append(
            Residual(
                line=line,
                donor=str(samples.donors[rows[0]]),
                fold=int(fold_of[rows[0]]),
                truth=float(samples.sf2[rows[0]]),
                prediction=float(predicted[rows].mean()),
            )
        )
    return tuple(found)


def line_profiles(x: Matrix, lines: NDArray[np.str_], names: Sequence[str]) -> Matrix:
    """Return the mean profile of each line: (samples, features) → (lines, features)."""
    whole = np.where(np.isnan(x), np.nanmean(x, axis=0), x) if np.isnan(x).any() else x
    means = [whole[lines == name].mean(axis=0) for name in names]
    profiles: Matrix = np.stack(means).astype(np.float32)
    return profiles


def held_out(ranks: Matrix, donors: NDArray[np.str_]) -> tuple[tuple[float, float], ...]:
    """Return each donor's order and excess, compared with all other donors.

    Parameters
    ----------
    ranks : array of shape (lines, features)
        Training's percentile ranks.
    donors : array of str, shape (lines,)

    Returns
    -------
    tuple of (float, float)
        The mean over a donor's lines, one a donor.
    """
    return _scores(ranks, donors, ranks, donors)


def held_out_elsewhere(
    x: Matrix, donors: NDArray[np.str_], profiles: Matrix, own: NDArray[np.str_]
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return the same of lines measured on another platform, compared with other donors.

    Parameters
    ----------
    x : array of shape (samples, features)
        Log2 values of another platform on the features of both, NaN where missing.
    donors : array of str, shape (samples,)
    profiles : array of shape (lines, features)
        Training's.
    own : array of str, shape (lines,)
        Donors of these.

    Returns
    -------
    dict
        ``array`` or ``sequencing`` to scores.
    """
    kind = kind_of(x)
    known = np.isin(donors, own)
    ranks, training = percentile_ranks(x), percentile_ranks(profiles)
    return {
        str(name): _scores(ranks[rows], donors[rows], training, own)
        for name in np.unique(kind[known])
        if (rows := np.flatnonzero(known & (kind == name))).size
    }


def _scores(
    ranks: Matrix, donors: NDArray[np.str_], training: Matrix, own: NDArray[np.str_]
) -> tuple[tuple[float, float], ...]:
    found = []
    for donor in dict.fromkeys(donors.tolist()):
        others = own != donor
        assert donor not in set(own[others])
        one = unusual(ranks[donors == donor], training[others])
        found.append((float(one.order.mean()), float(one.excess.mean())))
    return tuple(found)


def alignment_error(
    folds: Mapping[int, Fitted],
    fold_of_donor: Mapping[str, int],
    here: tuple[Matrix, NDArray[np.str_]],
    there: tuple[Matrix, NDArray[np.str_]],
) -> NDArray[np.float64]:
    """Return how far predictions of held-out lines move when measured elsewhere.

    Parameters
    ----------
    folds : mapping of int to Fitted
    fold_of_donor : mapping
        Donor to the fold whose model had not seen it.
    here, there : (array of shape (lines, features), donors)
        The same lines in the same order, as training measures them and as elsewhere.

    Returns
    -------
    array of shape (lines,)
        Absolute differences in SF2.
    """
    moved = np.empty(len(here[1]))
    for i, donor in enumerate(here[1].tolist()):
        fitted = folds[fold_of_donor[donor]]
        both = fitted.predict(np.stack([here[0][i], there[0][i]]))
        moved[i] = abs(both[1] - both[0])
    return moved
