"""What a kind of model rests on: over folds, against models of shuffled SF2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from radiosens.celllines import is_haematological
from radiosens.evaluation.splits import check_split, fold_splits, make_folds
from radiosens.explain.fits import ExplainFit, unpack_vector
from radiosens.explain.pathways import chance_p
from radiosens.models.fitted import Samples

__all__ = ["GENE_COLUMNS", "ModelFigures", "above_chance", "plan", "summarise"]

Vector = NDArray[np.float64]

GENE_COLUMNS = ("gene", "mean_absolute", "stability", "p", "fdr", "effect", "above_chance")

#: Share of genes that are at the top; what one is asked whether it is found in each fit.
_TOP = 0.01
_LEAST_TOP = 40
#: Share of genes of shuffled SF2 that count as much as one called above chance.
_RARE = 0.001


@dataclass(frozen=True)
class ModelFigures:
    """What the fits of a model came to.

    Attributes
    ----------
    genes : DataFrame
        `GENE_COLUMNS`, the largest mean absolute contribution first.
    z : array of shape (1 + shuffles, genes)
        How much more of all contributions a gene has than by chance, in the order of names;
        the first row is of the real SF2.
    names : tuple of str
        Of genes.
    predictions : DataFrame
        ``line, donor, tissue, truth, prediction`` of held-out lines.
    skill, reliability : array of shape (1 + shuffles,)
        Pearson's r of held-out predictions, and reliability of effects by models of two halves
        of the donors: models that share lines agree whatever SF2 is.
    between_folds : float
        Rank correlation of effects between models of folds.
    above : array of int, shape (1 + shuffles,)
        Genes above what one in a thousand of shuffled SF2 reaches.
    tissue : float
        Share of all absolute contributions that is the tissue's.
    error : float
        Largest relative error of completeness.
    method : str
    layers : list of (str, float, float)
        See `radiosens.explain.fits.explain_fit`.
    """

    genes: pd.DataFrame
    z: Vector
    names: tuple[str, ...]
    predictions: pd.DataFrame
    skill: Vector
    reliability: Vector
    between_folds: float
    above: NDArray[np.intp]
    tissue: float
    error: float
    method: str
    layers: list[tuple[str, float, float]]

    def p_of(self, what: str) -> float:
        """Return how often shuffled SF2 gives as much of ``skill, reliability, above``."""
        values = np.nan_to_num(np.asarray(getattr(self, what), dtype=np.float64), nan=-1.0)
        return float((1 + (values[1:] >= values[0]).sum()) / len(values))

    def lineage(self) -> float:
        """Share of the variance of held-out predictions between haematological and solid lines."""
        blood = np.array([is_haematological(t) for t in self.predictions["tissue"]])
        predicted = self.predictions["prediction"].to_numpy()
        if blood.all() or not blood.any() or predicted.std() < 1e-9:
            return float("nan")
        means = np.where(blood, predicted[blood].mean(), predicted[~blood].mean())
        return float(means.var() / predicted.var())


def plan(
    samples: Samples,
    *,
    folds: int = 5,
    rounds: int = 1,
    shuffles: int = 50,
    seed: int = 0,
    block: int = 1,
) -> list[ExplainFit]:
    """Return all fits of a model: of folds and halves, with SF2 shuffled too, and of all samples.

    Folds of shuffled SF2 are those of the first round; `block` of these models are one task.
    """
    first, *others = [
        ExplainFit(own, seed + number)
        for number, own in enumerate(_rounds(samples, rounds, folds, seed))
    ]
    halves = ExplainFit(_rounds(samples, 1, 2, seed)[0], seed, halves=True)
    numbers = tuple(range(shuffles + 1))
    compared = [
        replace(one, shuffles=numbers[i : i + block])
        for one in (first, halves)
        for i in range(0, len(numbers), block)
    ]
    whole = tuple(range(len(samples.sf2)))
    return [*compared, *others, ExplainFit(((whole, ()),), seed, randomise=True)]


def _rounds(
    samples: Samples, rounds: int, folds: int, seed: int
) -> list[tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]]:
    """Return rows to train on and to test, a pair a fold, for each round."""
    names = [f"{line}.{i}" for i, line in enumerate(samples.lines, start=1)]
    columns = {"line": samples.lines, "donor": samples.donors, "tissue": samples.tissues}
    obs = pd.DataFrame(columns | {"source": samples.sources}, index=names)
    by_round: dict[int, list[tuple[tuple[int, ...], tuple[int, ...]]]] = {}
    for split in fold_splits(
        make_folds(obs, "donor", rounds=rounds, folds=folds, random_state=seed)
    ):
        check_split(split, obs, "donor")
        rows = [
            tuple(map(int, obs.index.get_indexer(pd.Index(s)))) for s in (split.train, split.test)
        ]
        by_round.setdefault(split.round, []).append((rows[0], rows[1]))
    return [tuple(own) for own in by_round.values()]


def summarise(
    samples: Samples,
    genes: Sequence[str],
    fits: Sequence[ExplainFit],
    values: Sequence[Mapping[str, Any]],
    *,
    within_tissues: bool = False,
) -> ModelFigures:
    """Bring the results of `plan`'s fits together.

    Parameters
    ----------
    samples : Samples
    genes : sequence of str
        Names, in the order of the packed vectors.
    fits, values : sequence
        From `plan`, and from `radiosens.explain.fits.explain_fit` for each.
    within_tissues : bool
        Whether skill is of lines' deviations from the means of their tissues.
    """
    models = [
        (number, fit, model)
        for fit, value in zip(fits, values, strict=True)
        for number, model in zip(fit.shuffles, value["models"], strict=True)
    ]
    halves = [m["reliability"] for _, fit, m in models if fit.halves]
    of_folds = [(number, m) for number, fit, m in models if not fit.halves and not fit.randomise]
    real = [m for number, m in of_folds if not number]
    compared = [real[0], *(m for number, m in of_folds if number)]
    shares = []
    for value in compared:
        mean = np.mean([unpack_vector(a) for a in value["absolute"]], axis=0)
        shares.append(mean / max(float(mean.sum()), 1e-300))
    z = above_chance(np.array(shares))
    absolute = np.array([unpack_vector(a) for v in real for a in v["absolute"]])
    effect = np.mean([unpack_vector(v["effect"]) for v in real], axis=0)
    table, above = _genes(genes, absolute, effect, z)
    tissue = float(np.mean([v["tissue"] for v in real]))
    held = [_held_out(samples, v) for v in compared]
    return ModelFigures(
        table,
        z,
        tuple(genes),
        held[0],
        np.array([_skill(h, within_tissues) for h in held]),
        np.array([np.nan if v is None else v for v in halves]),
        float("nan") if real[0]["stability"] is None else real[0]["stability"],
        above,
        tissue / max(tissue + float(absolute.sum(axis=1).mean()), 1e-300),
        max(m["error"] for _, _, m in models),
        str(real[0]["method"]),
        [
            (str(a), float(b), float(c))
            for _, fit, m in models
            if not fit.halves
            for a, b, c in m["layers"]
        ],
    )


def above_chance(shares: Vector) -> Vector:
    """Centre and scale each gene's share of contributions by what chance gives it.

    A gene that varies much contributes much to any model. The spread has the usual small
    constant added (Tusher et al. 2001, PNAS 98:5116), the tenth percentile of spreads, so that
    genes that never contribute are not called rare.

    Parameters
    ----------
    shares : array of shape (1 + shuffles, genes)
    """
    if len(shares) < 2:
        return np.zeros_like(shares)
    spread = shares.std(axis=0)
    known = spread[spread > 0]
    least = float(np.quantile(known, 0.1)) if len(known) else 1.0
    z: Vector = (shares - shares.mean(axis=0)) / (spread + least)
    return z


def _genes(
    names: Sequence[str], absolute: Vector, effect: Vector, z: Vector
) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    top = min(max(_LEAST_TOP, round(_TOP * len(names))), len(names))
    ranks = np.argsort(np.argsort(-absolute, axis=1, kind="stable"), axis=1)
    often = ((ranks < top) & (absolute > 0)).mean(axis=0)
    mean = absolute.mean(axis=0)
    if len(z) > 1:
        p = chance_p(z)
        bar = float(np.quantile(z[1:], 1 - _RARE))
        above = (z > bar).sum(axis=1).astype(np.intp)
        rare = z[0] > bar
    else:
        p, above, rare = np.ones(len(names)), np.zeros(1, dtype=np.intp), mean < 0
    table = pd.DataFrame(
        {
            "gene": list(names),
            "mean_absolute": mean,
            "stability": often,
            "p": p,
            "fdr": false_discovery_control(p),
            "effect": effect,
            "above_chance": rare,
        }
    )
    order = np.lexsort((table["p"].to_numpy(), -mean))
    return table.iloc[order].reset_index(drop=True), above


def _held_out(samples: Samples, value: Mapping[str, Any]) -> pd.DataFrame:
    """Return each line's mean prediction by models that had not seen its donor."""
    rows = np.array(value["rows"], dtype=np.intp)
    table = pd.DataFrame(
        {
            "line": samples.lines[rows],
            "donor": samples.donors[rows],
            "tissue": samples.tissues[rows],
            "truth": value["truth"],
            "prediction": value["predictions"],
        }
    )
    keys = ["line", "donor", "tissue"]
    return table.groupby(keys, as_index=False, observed=True)[["truth", "prediction"]].mean()


def _skill(held: pd.DataFrame, within_tissues: bool) -> float:
    """Return Pearson's r over lines; -1 for a prediction that is the same for all."""
    columns = held[["truth", "prediction"]]
    if within_tissues:
        columns = columns - columns.groupby(held["tissue"]).transform("mean")
    t, p = columns.to_numpy().T
    if t.std() < 1e-9 or p.std() < 1e-9:
        return -1.0
    return float(np.corrcoef(t, p)[0, 1])
