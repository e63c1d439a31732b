"""What a kind of model rests on: over folds, against models of shuffled SF2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, rankdata

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
    skill, stability : array of shape (1 + shuffles,)
        Pearson's r of held-out predictions, and rank correlation of effects between folds.
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
    stability: Vector
    above: NDArray[np.intp]
    tissue: float
    error: float
    method: str
    layers: list[tuple[str, float, float]]

    def p_of(self, what: str) -> float:
        """Return how often shuffled SF2 gives as much of ``skill, stability, above``."""
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
    within_lineage: bool = False,
) -> list[ExplainFit]:
    """Return all fits of a model: of folds, of folds with SF2 shuffled, and one of all samples.

    The folds of shuffled SF2 are those of the first round.
    """
    names = [f"{line}.{i}" for i, line in enumerate(samples.lines, start=1)]
    columns = {"line": samples.lines, "donor": samples.donors, "tissue": samples.tissues}
    obs = pd.DataFrame(columns | {"source": samples.sources}, index=names)
    table = make_folds(obs, "donor", rounds=rounds, folds=folds, random_state=seed)
    found, first = [], []
    for split in fold_splits(table):
        check_split(split, obs, "donor")
        rows = [
            tuple(map(int, obs.index.get_indexer(pd.Index(s)))) for s in (split.train, split.test)
        ]
        one = ExplainFit(split.fold, rows[0], rows[1], seed + split.round - 1)
        found.append(one)
        first += [one] if split.round == 1 else []
    for number in range(1, shuffles + 1):
        found += [ExplainFit(f.fold, f.train, f.test, seed, number, within_lineage) for f in first]
    whole = tuple(range(len(samples.sf2)))
    return [*found, ExplainFit(0, whole, (), seed, randomise=True)]


def summarise(
    samples: Samples,
    genes: Sequence[str],
    fits: Sequence[ExplainFit],
    values: Sequence[Mapping[str, Any]],
) -> ModelFigures:
    """Bring the results of `plan`'s fits together.

    Parameters
    ----------
    samples : Samples
    genes : sequence of str
        Names, in the order of the packed vectors.
    fits, values : sequence
        From `plan`, and from `radiosens.explain.fits.explain_fit` for each.
    """
    pairs = list(zip(fits, values, strict=True))
    real = [v for f, v in pairs if not f.shuffle and f.test]
    first = [v for f, v in pairs if not f.shuffle and f.test and f.seed == fits[0].seed]
    by_shuffle: dict[int, list[tuple[ExplainFit, Mapping[str, Any]]]] = {}
    for fit, value in pairs:
        if fit.test and fit.seed == fits[0].seed:
            by_shuffle.setdefault(fit.shuffle, []).append((fit, value))
    shares, stability, skill = [], [], []
    for number in sorted(by_shuffle):
        own = by_shuffle[number]
        absolute = np.mean([unpack_vector(v["absolute"]) for _, v in own], axis=0)
        shares.append(absolute / max(float(absolute.sum()), 1e-300))
        stability.append(_agreement([unpack_vector(v["effect"]) for _, v in own]))
        skill.append(_skill(_held_out(samples, own)))
    z = above_chance(np.array(shares))
    absolute = np.array([unpack_vector(v["absolute"]) for v in real])
    effect = np.mean([unpack_vector(v["effect"]) for v in real], axis=0)
    table, above = _genes(genes, absolute, effect, z)
    tissue = float(np.mean([v["tissue"] for v in first]))
    whole = [v for f, v in pairs if f.randomise]
    return ModelFigures(
        table,
        z,
        tuple(genes),
        _held_out(samples, by_shuffle[0]),
        np.array(skill),
        np.array(stability),
        above,
        tissue / max(tissue + float(absolute.sum(axis=1).mean()), 1e-300),
        max(v["error"] for v in values),
        str(real[0]["method"]),
        [(str(a), float(b), float(c)) for v in whole for a, b, c in v["layers"]],
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


def _agreement(effects: Sequence[Vector]) -> float:
    """Return the mean rank correlation between fits; NaN where there are no effects at all."""
    ranked = np.array([rankdata(e) for e in effects if np.ptp(e) > 0])
    if len(ranked) < 2:
        return float("nan")
    correlations = np.corrcoef(ranked)
    return float(correlations[np.triu_indices(len(ranked), k=1)].mean())


def _held_out(
    samples: Samples, own: Sequence[tuple[ExplainFit, Mapping[str, Any]]]
) -> pd.DataFrame:
    """Return each line's mean prediction by models that had not seen its donor."""
    rows = np.concatenate([np.array(f.test, dtype=np.intp) for f, _ in own])
    table = pd.DataFrame(
        {
            "line": samples.lines[rows],
            "donor": samples.donors[rows],
            "tissue": samples.tissues[rows],
            "truth": np.concatenate([v["truth"] for _, v in own]),
            "prediction": np.concatenate([v["predictions"] for _, v in own]),
        }
    )
    keys = ["line", "donor", "tissue"]
    return table.groupby(keys, as_index=False, observed=True)[["truth", "prediction"]].mean()


def _skill(held: pd.DataFrame) -> float:
    """Return Pearson's r over lines; -1 for a prediction that is the same for all."""
    t, p = held["truth"].to_numpy(), held["prediction"].to_numpy()
    if t.std() < 1e-9 or p.std() < 1e-9:
        return -1.0
    return float(np.corrcoef(t, p)[0, 1])
