"""One fit of a predictor with what it rests on: by gene, over the lines of a panel."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import config_context

from radiosens.evaluation.shuffling import shuffled_sf2
from radiosens.explain.agreement import agreement, rank_correlation, reliability
from radiosens.explain.baseline import aligned_lines, mean_baseline
from radiosens.explain.contributions import Baseline
from radiosens.explain.genes import GeneIndex
from radiosens.explain.randomised import randomised
from radiosens.explain.surface import Surface, surface_of
from radiosens.models.calibration import told_tissues
from radiosens.models.fitted import Fitted, Samples, find_predictor, fit_each
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
    "over_folds",
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
    """Fits of the folds of a round, or one of all samples, to SF2 or to shufflings of it.

    Attributes
    ----------
    folds : tuple of (train, test)
        Rows; none are tested by a fit of all samples.
    seed : int
        Of the predictor.
    shuffles : tuple of int
        Which shufflings of SF2 between donors, a model each; 0 for none.
    randomise : bool
        Whether the model's weights are shuffled afterwards, layer by layer.
    halves : bool
        Whether it is asked how far models of the two halves of donors agree, and no more.
    part : tuple of int, optional
        The samples that there are at all; rows are counted among these. All where None.
    """

    folds: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    seed: int = 0
    shuffles: tuple[int, ...] = (0,)
    randomise: bool = False
    halves: bool = False
    part: tuple[int, ...] | None = None


def explain_fit(
    shared: ExplainInputs, one: ExplainFit, on_step: OnStep | None = None
) -> dict[str, Any]:
    """Train on each fold, explain every line, and predict the tested samples.

    Returns
    -------
    dict
        ``models``, a dict for each shuffling: ``absolute``, the mean absolute contribution of
        each gene, a fold each, or their mean with shuffled SF2; ``effect``, how much SF2 a
        standard deviation of the gene brings, with its sign, the mean over folds (packed, see
        `unpack_vector`; none with shuffled SF2); ``stability``, rank correlation of effects
        between the models of folds; ``reliability``, of two of them; ``tissue``, mean absolute
        contribution of the tissue told; ``error``, the largest relative error of completeness;
        ``rows, truth, predictions`` of tested samples, SF2 shuffled where it was; ``layers``:
        (layer, rank correlation, of absolute values) of contributions before and after shuffling
        weights.
    """
    samples = shared.samples
    if one.part is not None:
        samples = samples.part(np.array(one.part, dtype=np.intp))
    obs = pd.DataFrame({"line": samples.lines, "donor": samples.donors, "sf2": samples.sf2})
    sf2 = np.column_stack([shuffled_sf2(obs, n) if n else samples.sf2 for n in one.shuffles])
    # Of hundreds of small fits to our own prepared values, checks take longer than fits do.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        done = [_fold(shared, samples, sf2, one, fold, on_step) for fold in one.folds]
    rows = [row for _, test in one.folds for row in test]
    return {
        "models": [
            over_folds(folds, rows, sf2[:, j], shuffled=bool(number))
            for j, (number, folds) in enumerate(
                zip(one.shuffles, zip(*done, strict=True), strict=True)
            )
        ]
    }


def over_folds(
    folds: Sequence[Mapping[str, Any]], rows: list[int], sf2: Vector, *, shuffled: bool
) -> dict[str, Any]:
    """Bring together what models of the folds of a round came to; see `explain_fit`.

    Parameters
    ----------
    folds : sequence of mapping
        ``absolute`` and ``effect`` of each gene, ``tissue, error, method, predictions, layers``.
    rows : list of int
        Of the tested samples, fold by fold.
    sf2 : array of shape (samples,)
        As it was learned.
    shuffled : bool
    """
    absolute, effects = [d["absolute"] for d in folds], [d["effect"] for d in folds]
    stability, halves = agreement(effects), reliability(effects[0], effects[-1])
    return {
        "absolute": [_pack(np.mean(absolute, axis=0))] if shuffled else [*map(_pack, absolute)],
        "effect": "" if shuffled else _pack(np.mean(effects, axis=0)),
        "stability": None if np.isnan(stability) else stability,
        "reliability": None if np.isnan(halves) else halves,
        "tissue": float(np.mean([d["tissue"] for d in folds])),
        "error": max(d["error"] for d in folds),
        "method": folds[0]["method"],
        "rows": rows,
        "truth": [float(sf2[row]) for row in rows],
        "predictions": [p for d in folds for p in d["predictions"]],
        "layers": [layer for d in folds for layer in d["layers"]],
    }


def _fold(
    shared: ExplainInputs, samples: Samples, sf2: Vector, one: ExplainFit,
    fold: tuple[tuple[int, ...], tuple[int, ...]], on_step: OnStep | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Fit to each column of SF2; what training's expression alone decides is found once."""
    predictor = find_predictor(shared.predictor)
    train, test = (np.array(rows, dtype=np.intp) for rows in fold)
    assert not set(samples.donors[train]) & set(samples.donors[test])
    given = samples.part(train)
    settings = dict(shared.settings)
    if on_step is not None and predictor.trains_in_epochs:
        settings["on_epoch"] = on_step
    fits = fit_each(predictor, given, one.seed, sf2[train], settings)
    x, told = aligned_lines(samples, fits[0])
    baseline = mean_baseline(fits[0], given)
    moved = np.where(np.isnan(x), 0.0, x - baseline.profiles.astype(np.float64))
    tissues = told_tissues(predictor.name, samples.tissues[test])
    tested = fits[0].finish(
        match_mean_and_spread(samples.x[test], fits[0].reference), samples.sources[test]
    )
    found = []
    for fitted in fits:
        surface = surface_of(fitted, pairs=shared.pairs)
        in_one = surface.slope is not None and not predictor.uses_tissues and not one.randomise
        if in_one and len(shared.genes.names) == len(shared.genes.codes):
            own = _by_slope(surface, x, baseline, told, moved)
        else:
            own = _by_line(shared, surface, x, baseline, told, moved, one)
        predicted = fitted.predict_prepared(tested, tissues) if len(test) else np.empty(0)
        found.append(own | {"predictions": predicted.tolist()})
    return found


def _by_slope(
    surface: Surface, x: Matrix, baseline: Baseline, told: NDArray[np.str_], moved: Vector
) -> dict[str, Any]:
    """Explain all lines at once by a linear model whose features are genes; add up one of them."""
    slope = np.asarray(surface.slope)
    length = np.sqrt(np.square(moved).sum(axis=0))
    first = surface.contributions(x[:1], baseline, told[:1])
    return {
        "absolute": np.abs(slope) * np.abs(moved).mean(axis=0),
        "effect": slope * length / np.sqrt(len(x)),
        "tissue": 0.0,
        "error": float(first.error.max()),
        "method": first.method,
        "layers": [],
    }


def _by_line(
    shared: ExplainInputs, surface: Surface, x: Matrix, baseline: Baseline,
    told: NDArray[np.str_], moved: Vector, one: ExplainFit,
) -> dict[str, Any]:  # fmt: skip
    """Explain line by line."""
    own = surface.contributions(x, baseline, told, random_state=one.seed)
    values, by_gene = shared.genes.sums(own.values), shared.genes.means(moved)
    length = np.maximum(np.sqrt(np.square(by_gene).sum(axis=0) * len(x)), 1e-12)
    layers = _layers(shared, surface.fitted, x, baseline, told, values) if one.randomise else []
    return {
        "absolute": np.abs(values).mean(axis=0),
        "effect": (values * by_gene).sum(axis=0) / length,
        "tissue": float(np.abs(own.tissue).mean()),
        "error": float(own.error.max()),
        "method": own.method,
        "layers": layers,
    }


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
        "fit": [one.folds, one.seed, one.shuffles, one.randomise, one.halves, one.part],
    }
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    label = {
        "predictor": inputs.predictor,
        "shuffles": ", ".join(map(str, one.shuffles)),
        "seed": one.seed,
        "lines": "all" if one.part is None else "solid",
    }
    return Task(key, explain_fit, one, label)
