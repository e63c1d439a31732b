"""One fit of a predictor with what it rests on: by gene, over the lines of a panel."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.evaluation.shuffling import shuffled_sf2
from radiosens.explain.agreement import agreement, rank_correlation
from radiosens.explain.contributions import Baseline
from radiosens.explain.genes import GeneIndex
from radiosens.explain.randomised import randomised
from radiosens.explain.surface import surface_of
from radiosens.models.calibration import line_profiles, told_tissues
from radiosens.models.fitted import Fitted, Samples, find_predictor, fit
from radiosens.predictors.fingerprint import code_fingerprint
from radiosens.predictors.parameters import describe
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import match_mean_and_spread
from radiosens.runs.tasks import OnStep, Task

__all__ = [
    "ExplainFit",
    "ExplainInputs",
    "as_task",
    "explain_fit",
    "mean_baseline",
    "unpack_vector",
]

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class ExplainInputs:
    """What all fits share.

    Attributes
    ----------
    samples : Samples
    genes : GeneIndex
        Of their features.
    predictor : str
    settings : mapping
        Of the predictor.
    pairs : int
        Orders drawn, for sampled Shapley values.
    told : mapping
        Versions.
    """

    samples: Samples
    genes: GeneIndex
    predictor: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    pairs: int = 1
    told: Mapping[str, str] = field(default_factory=dict)

    def versions(self) -> Mapping[str, str]:
        """Return the versions that results depend on."""
        return self.told


@dataclass(frozen=True)
class ExplainFit:
    """One kind of model: fits of the folds of a round, or one of all samples.

    Attributes
    ----------
    folds : tuple of (train, test)
        Rows; none are tested by a fit of all samples.
    seed : int
        Of the predictor.
    shuffle : int
        Which shuffling of SF2 between donors; 0 for none.
    within_lineage : bool
        Whether haematological lines keep to each other when SF2 is shuffled.
    randomise : bool
        Whether the model's weights are shuffled afterwards, layer by layer.
    part : tuple of int, optional
        The samples that there are at all; rows are counted among these. All where None.
    """

    folds: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    seed: int = 0
    shuffle: int = 0
    within_lineage: bool = False
    randomise: bool = False
    part: tuple[int, ...] | None = None


def explain_fit(
    shared: ExplainInputs, one: ExplainFit, on_step: OnStep | None = None
) -> dict[str, Any]:
    """Train on each fold, explain every line, and predict the tested samples.

    Returns
    -------
    dict
        ``absolute``: mean absolute contribution of each gene, a fold each, or their mean with
        shuffled SF2; ``effect``: how much SF2 a standard deviation of the gene brings, with its
        sign, the mean over folds (packed, see `unpack_vector`; none with shuffled SF2);
        ``stability``: rank correlation of effects between folds; ``tissue``: mean absolute
        contribution of the tissue told; ``error``: the largest relative error of completeness;
        ``rows, truth, predictions`` of tested samples, SF2 shuffled where it was; ``layers``:
        (layer, rank correlation, of absolute values) of contributions before and after
        shuffling weights.
    """
    samples = shared.samples
    if one.part is not None:
        samples = samples.part(np.array(one.part, dtype=np.intp))
    sf2 = _labels(samples, one)
    done = [_fold(shared, samples, sf2, one, fold, on_step) for fold in one.folds]
    absolute = [d["absolute"] for d in done]
    effects = [d["effect"] for d in done]
    rows = [row for _, test in one.folds for row in test]
    stability = agreement(effects)
    return {
        "absolute": [_pack(np.mean(absolute, axis=0))] if one.shuffle else [*map(_pack, absolute)],
        "effect": "" if one.shuffle else _pack(np.mean(effects, axis=0)),
        "stability": None if np.isnan(stability) else stability,
        "tissue": float(np.mean([d["tissue"] for d in done])),
        "error": max(d["error"] for d in done),
        "method": done[0]["method"],
        "rows": rows,
        "truth": [float(sf2[row]) for row in rows],
        "predictions": [p for d in done for p in d["predictions"]],
        "layers": [layer for d in done for layer in d["layers"]],
    }


def _fold(
    shared: ExplainInputs, samples: Samples, sf2: Vector, one: ExplainFit,
    fold: tuple[tuple[int, ...], tuple[int, ...]], on_step: OnStep | None,
) -> dict[str, Any]:  # fmt: skip
    predictor = find_predictor(shared.predictor)
    train, test = (np.array(rows, dtype=np.intp) for rows in fold)
    assert not set(samples.donors[train]) & set(samples.donors[test])
    given = replace(samples.part(train), sf2=sf2[train])
    settings = dict(shared.settings)
    if on_step is not None and predictor.trains_in_epochs:
        settings["on_epoch"] = on_step
    fitted = fit(predictor, given, one.seed, settings)
    names, x, told = _lines(samples, fitted)
    baseline = mean_baseline(fitted, given)
    surface = surface_of(fitted, pairs=shared.pairs)
    found = surface.contributions(x, baseline, told, random_state=one.seed)
    values = shared.genes.sums(found.values)
    filled = np.where(np.isnan(x), baseline.profiles, x).astype(np.float64)
    moved = shared.genes.means(filled - baseline.profiles)
    length = np.sqrt(np.square(moved).sum(axis=0) * len(names))
    predicted: list[float] = []
    if len(test):
        tissues = told_tissues(predictor.name, samples.tissues[test])
        tested = fitted.predict(samples.x[test], tissues, samples.sources[test])
        predicted = [float(p) for p in tested]
    return {
        "absolute": np.abs(values).mean(axis=0),
        "effect": (values * moved).sum(axis=0) / np.maximum(length, 1e-12),
        "tissue": float(np.abs(found.tissue).mean()),
        "error": float(found.error.max()),
        "method": found.method,
        "predictions": predicted,
        "layers": _layers(shared, fitted, x, baseline, told, values) if one.randomise else [],
    }


def mean_baseline(fitted: Fitted, given: Samples) -> Baseline:
    """Return the mean profile of training's lines, and their tissues' shares."""
    names = list(dict.fromkeys(given.lines.tolist()))
    x = line_profiles(match_mean_and_spread(given.x, fitted.reference), given.lines, names)
    tissue = dict(zip(given.lines.tolist(), given.tissues.tolist(), strict=True))
    shares = pd.Series([tissue[n] for n in names]).value_counts(normalize=True, sort=False)
    return Baseline(
        "the mean training profile",
        x.mean(axis=0, keepdims=True, dtype=np.float64).astype(np.float32),
        {str(k): float(v) for k, v in shares.items()},
    )


def _lines(samples: Samples, fitted: Fitted) -> tuple[list[str], Matrix, NDArray[np.str_]]:
    names = list(dict.fromkeys(samples.lines.tolist()))
    x = line_profiles(match_mean_and_spread(samples.x, fitted.reference), samples.lines, names)
    tissue = dict(zip(samples.lines.tolist(), samples.tissues.tolist(), strict=True))
    told = told_tissues(fitted.predictor, np.array([tissue[n] for n in names]))
    return names, x, told


def _labels(samples: Samples, one: ExplainFit) -> Vector:
    """Return SF2 of all samples, shuffled between donors if asked for."""
    if not one.shuffle:
        return samples.sf2
    obs = pd.DataFrame({"line": samples.lines, "donor": samples.donors, "sf2": samples.sf2})
    strata = np.zeros(len(obs), dtype=bool)
    if one.within_lineage:
        strata = np.array([is_haematological(t) for t in samples.tissues])
    shuffled = np.empty(len(obs))
    for stratum in (False, True):
        rows = strata == stratum
        if rows.any():
            shuffled[rows] = shuffled_sf2(obs[rows], one.shuffle).to_numpy(dtype=np.float64)
    return shuffled


def _layers(
    shared: ExplainInputs, fitted: Fitted, x: Matrix, baseline: Baseline,
    told: NDArray[np.str_], values: Vector,
) -> list[tuple[str, float, float]]:  # fmt: skip
    """Compare each line's contributions by gene with those after weights were shuffled."""
    found = []
    for layer, other in randomised(fitted):
        surface = surface_of(other, pairs=shared.pairs)
        again = shared.genes.sums(surface.contributions(x, baseline, told).values)
        alike = [
            (rank_correlation(a, b), rank_correlation(np.abs(a), np.abs(b)))
            for a, b in zip(values, again, strict=True)
        ]
        signed, absolute = np.nan_to_num(np.array(alike)).mean(axis=0)
        found.append((layer, float(signed), float(absolute)))
    return found


def _pack(values: Vector) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def unpack_vector(text: str) -> Vector:
    """Return what was packed as float32 in base64.

    Examples
    --------
    >>> unpack_vector("AACAPwAAAEA=").tolist()
    [1.0, 2.0]
    """
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float64)


def as_task(inputs: ExplainInputs, one: ExplainFit, data: str) -> Task:
    """Return the task of a fit, keyed by all that its result depends on."""
    predictor = find_predictor(inputs.predictor)
    estimator = predictor.make(random_state=0, **inputs.settings)
    modules = {predictor.make.__module__, type(estimator).__module__, explain_fit.__module__}
    content = {
        "data": data,
        "estimator": describe(estimator),
        "code": code_fingerprint(modules),
        "pairs": inputs.pairs,
        "fit": [one.folds, one.seed, one.shuffle, one.within_lineage, one.randomise, one.part],
    }
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    label = {
        "predictor": inputs.predictor,
        "shuffle": one.shuffle,
        "seed": one.seed,
        "lines": "all" if one.part is None else "solid",
    }
    return Task(key, explain_fit, one, label)
