"""What a model of many tables rests on within tissues, against survival shuffled within each.

That lines of one tissue are more sensitive than those of another a model may know, and all genes
that tell tissues apart with it. So whole survival curves are shuffled among the lines of each
tissue: models of these know tissues as well, and what the real one rests on beyond is of lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.explain.agreement import rank_correlation
from radiosens.explain.contributions import relative_error
from radiosens.explain.fits import ExplainFit, over_folds
from radiosens.explain.kernels import KernelSum, low_rank_parts
from radiosens.explain.model import ModelFigures, summarise
from radiosens.models.bundle import Bundle
from radiosens.models.fitted import Samples
from radiosens.models.line_data import LineData, donor_folds
from radiosens.models.line_training import fit_lines
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.platforms import Block

__all__ = ["figures_within_tissues", "lines_of"]

Vector = NDArray[np.float64]


def lines_of(bundle: Bundle) -> LineData:
    """Return the training lines of a model of many tables, on its genes.

    What no table has measured is as the model filled it, which saw no survival.
    """
    card = bundle.card
    x = np.asarray(bundle.profiles, dtype=np.float32)
    first = [r.truth for r in card.calibration.residuals]
    return LineData(
        (Block(card.name, "genes", np.arange(x.shape[1]), x),),
        card.features,
        bundle.sample_lines,
        np.array([one.donor for one in card.lines]),
        np.array([one.tissue for one in card.lines]),
        np.column_stack([first, *(o.truth for o in card.outcomes)]),
    )


def figures_within_tissues(
    data: LineData,
    settings: Mapping[str, Any],
    *,
    folds: int = 5,
    shuffles: int = 100,
    seed: int = 0,
) -> ModelFigures:
    """Fit a low-rank kernel to folds of donors, explain predicted SF2 of every line, and compare.

    Skill is Pearson's r of held-out predictions after each tissue's mean is taken off both.

    Parameters
    ----------
    data : LineData
    settings : mapping
        Of `radiosens.predictors.lowrank.LowRankKernel`.
    folds, shuffles, seed : int
    """
    orders = _orders(data.tissues, shuffles, seed)
    sf2 = data.targets[:, 0]
    samples = Samples(
        np.empty((len(sf2), 0), dtype=np.float32), (), sf2, data.lines, data.donors, data.tissues,
        np.full(len(sf2), ""),
    )  # fmt: skip
    fits, values = [], []
    for number, halves in ((folds, False), (2, True)):
        fold = donor_folds(data.donors, number, seed)
        done = [_fold(data, fold != k, settings, orders, k) for k in range(number)]
        rows = [int(i) for k in range(number) for i in np.flatnonzero(fold == k)]
        models = [
            over_folds([own[p] for own in done], rows, sf2[order], shuffled=p > 0)
            for p, order in enumerate(orders)
        ]
        fits.append(ExplainFit((), seed, tuple(range(len(orders))), halves=halves))
        values.append({"models": models})
    return summarise(samples, data.features, fits, values, within_tissues=True)


def _orders(tissues: NDArray[np.str_], shuffles: int, seed: int) -> list[NDArray[np.intp]]:
    """Return whose survival each line gets: first its own, then that of one of its tissue."""
    rng = np.random.default_rng(seed)
    orders = [np.arange(len(tissues))]
    for _ in range(shuffles):
        order = np.arange(len(tissues))
        for tissue in np.unique(tissues):
            own = np.flatnonzero(tissues == tissue)
            order[own] = rng.permutation(own)
        orders.append(order)
    return orders


def _fold(
    data: LineData, training: NDArray[np.bool_], settings: Mapping[str, Any],
    orders: Sequence[NDArray[np.intp]], number: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Train on the lines of other folds with each order of survival; explain all lines."""
    assert not set(data.donors[training]) & set(data.donors[~training])
    fit = fit_lines(data, training, settings)
    models = fit.model.relearn(
        [data.targets[order][training] for order in orders], data.donors[training]
    )
    weights = np.stack([m.weights_[:, 0] for m in models], axis=1)
    offsets = np.array([m.offset_[0] for m in models])
    predicted = fit.model.similarity(fit.z[~training]) @ weights + offsets
    sizes, effects, error, layers = _contributions(models, fit.z, randomise=number == 0)
    whole = np.zeros((2, len(orders), len(data.features)))
    whole[0][:, fit.features], whole[1][:, fit.features] = sizes.T, effects.T
    return [
        {
            "absolute": whole[0, p],
            "effect": whole[1, p],
            "tissue": 0.0,
            "error": error,
            "method": "integrated gradients in closed form",
            "predictions": predicted[:, p].tolist(),
            "layers": layers if p == 0 else [],
        }
        for p in range(len(orders))
    ]


def _contributions(
    models: Sequence[LowRankKernel], z: Matrix, *, randomise: bool
) -> tuple[Vector, Vector, float, list[tuple[str, float, float]]]:
    """Explain lines by models that differ in their weights, against the mean of training.

    Returns
    -------
    absolute, effect : array of shape (features, models)
        Means over lines, see `radiosens.explain.fits.explain_fit`.
    error : float
    layers : list of (str, float, float)
        Of the first model.
    """
    first, parts = models[0], list(models)
    if randomise:
        (other,) = first.relearn([np.zeros(len(first.weights_))])
        other.weights_ = np.random.default_rng(0).permutation(first.weights_)
        parts.append(other)
    slope, radial = low_rank_parts(parts)
    weights = np.stack([m.weights_[:, 0] for m in models], axis=1)
    sums = np.zeros((2, z.shape[1], len(models)))
    squares, alike, error = np.zeros(z.shape[1]), [], 0.0
    nowhere = np.zeros(slope.shape[0])
    level = first.similarity_of_scores(nowhere[None]) @ weights
    for row in z - first.mean_:
        there = np.flatnonzero(~np.isnan(row))
        moved = row[there].astype(np.float64)
        ways = first.score_weights(there)  # (combinations, features)
        scores = ways @ moved
        gradient = KernelSum(ways.T, nowhere, slope, radial).mean_gradient(nowhere, scores)
        values = (ways.T @ gradient) * moved[:, None]  # (features, models)
        if randomise:
            real, shuffled = values[:, 0], values[:, -1]
            alike.append(
                (rank_correlation(real, shuffled), rank_correlation(np.abs(real), np.abs(shuffled)))
            )
            values = values[:, :-1]
        sums[0, there] += np.abs(values)
        sums[1, there] += values * moved[:, None]
        squares[there] += np.square(moved)
        gap = first.similarity_of_scores(scores[None]) @ weights - level
        error = max(error, float(relative_error(values.sum(axis=0), gap[0]).max()))
    length = np.maximum(np.sqrt(squares * len(z)), 1e-12)
    layers = []
    if alike:
        signed, absolute = np.nan_to_num(np.array(alike)).mean(axis=0)
        layers = [("weights", float(signed), float(absolute))]
    return sums[0] / len(z), sums[1] / length[:, None], error, layers
