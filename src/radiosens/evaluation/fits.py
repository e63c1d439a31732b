"""One fit: a pure function of data, predictor, split and seed, and the task made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.errors import RadiosensError
from radiosens.evaluation.inputs import FitInputs
from radiosens.evaluation.protocols import tuning_groups
from radiosens.evaluation.shuffling import shuffled_sf2
from radiosens.evaluation.splits import Split, check_sources, check_split
from radiosens.predictors import BUILTIN, Predictor
from radiosens.predictors.parameters import describe
from radiosens.preprocessing import Filling, Matrix, Scaling, share_filled
from radiosens.runs.tasks import OnStep, Task, TaskFaultError
from radiosens.runs.threads import one_thread

__all__ = [
    "Fit",
    "as_task",
    "fit_arguments",
    "fit_seed",
    "predict_arguments",
    "predictions_table",
    "predictor_identity",
    "run_fit",
    "split_sides",
]


@dataclass(frozen=True)
class Fit:
    """One fit to be done.

    Attributes
    ----------
    predictor : str
        Its name.
    split : Split
        Who trains and who is tested.
    seed : int
        Of everything drawn in the fit.
    settings : dict
        Passed to the predictor.
    protocol : str
        What the split keeps apart, and with it any tuning inside training.
    shuffle : int
        0, or the number of a shuffling of SF2 between donors, see
        `radiosens.evaluation.shuffling`: then there is nothing to be learned.
    """

    predictor: str
    split: Split
    seed: int
    settings: dict[str, Any] = field(default_factory=dict)
    protocol: str = "replicate"
    shuffle: int = 0


def fit_seed(seed: int, split: Split, position: int = 0) -> int:
    """Return the seed of a fit: of the run's, the split, and one number more."""
    stream = np.random.SeedSequence([seed, split.round, split.fold, position])
    return int(stream.generate_state(1)[0]) % 2**31


def as_task(inputs: FitInputs, fit: Fit) -> Task:
    """Return the task that does a fit, keyed by all that its result depends on."""
    split = fit.split
    predictor = inputs.predictor(fit.predictor)
    content = {
        "panel": inputs.hash,
        "predictor": predictor_identity(predictor, tuple(sorted(fit.settings.items()))),
        "code": inputs.code(fit.predictor),
        "train": split.train,
        "test": split.test,
        "seed": fit.seed,
        "protocol": fit.protocol,
        "shuffle": fit.shuffle,
    }
    label = {
        "predictor": fit.predictor,
        "protocol": fit.protocol,
        "round": split.round,
        "fold": split.fold,
        "seed": fit.seed,
    }
    return Task(_hash(content), run_fit, fit, label)


@lru_cache
def predictor_identity(predictor: Predictor, settings: tuple[tuple[str, Any], ...]) -> str:
    """Return a hash of the estimator that is fitted and of what it is told."""
    told = {
        name: getattr(predictor, name)
        for name in (
            "uses_lines",
            "uses_tissues",
            "uses_features",
            "uses_filled",
            "tuned",
            "scaled",
        )
    }
    estimator = describe(predictor.make(random_state=0, **dict(settings)))
    return _hash([predictor.name, told, estimator])


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def run_fit(inputs: FitInputs, fit: Fit, on_step: OnStep | None = None) -> dict[str, float]:
    """Scale, fit and predict; everything is learned from the split's training samples only.

    Runs on one thread, so that results do not depend on how many fits run side by side.

    Returns
    -------
    dict
        Tested sample to its predicted SF2.

    Raises
    ------
    TaskFaultError
        If a predictor that is not ours fails, or predicts what can't be.
    """
    try:
        predicted = _fit(inputs, fit, on_step)
        _check_predictions(predicted, len(fit.split.test))
    except Exception as error:  # foreign code may raise anything
        if fit.predictor in BUILTIN or isinstance(error, MemoryError | RadiosensError):
            raise
        text = " ".join(str(error).split())[:200]
        raise TaskFaultError(f"it fails ({type(error).__name__}: {text})") from error
    return dict(zip(fit.split.test, map(float, predicted), strict=True))


def _fit(inputs: FitInputs, fit: Fit, on_step: OnStep | None) -> Any:
    panel = inputs.panel
    check_split(fit.split, panel.obs, fit.protocol)
    predictor = inputs.predictor(fit.predictor)
    settings = dict(fit.settings)
    if on_step is not None and predictor.trains_in_epochs:
        settings["on_epoch"] = on_step
    if predictor.uses_features:
        settings["features"] = tuple(panel.var_names)
    train, test, filled = split_sides(panel, fit.split, scaled=predictor.scaled)
    model = predictor.make(random_state=fit.seed, **settings)
    with one_thread():
        sf2 = shuffled_sf2(panel.obs, fit.shuffle) if fit.shuffle else panel.obs["sf2"]
        labels = sf2.loc[list(fit.split.train)].to_numpy(dtype=np.float64)
        told = {"filled": filled[0]} if predictor.uses_filled else {}
        model.fit(
            train, labels, **fit_arguments(predictor, panel.obs, fit.split, fit.protocol), **told
        )
        told = {"filled": filled[1]} if predictor.uses_filled else {}
        return model.predict(test, **predict_arguments(predictor, panel.obs, fit.split), **told)


def _check_predictions(predicted: Any, samples: int) -> None:
    values = np.asarray(predicted, dtype=np.float64)
    if values.shape != (samples,):
        raise ValueError(f"predictions have the shape {values.shape} for {samples} samples")
    if not np.isfinite(values).all():
        raise ValueError("a prediction is not a finite number")


def split_sides(
    panel: ad.AnnData, split: Split, *, scaled: bool
) -> tuple[Matrix, Matrix, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the values of training and of tested samples, and the share filled of each.

    What is missing is filled, and all is scaled, by what training shows.
    """
    values = np.asarray(panel.X, dtype=np.float32)
    sources = panel.obs["source"].to_numpy(dtype=str)
    rows = [panel.obs_names.get_indexer(list(names)) for names in (split.train, split.test)]
    (train, test), (train_sources, test_sources) = (
        [values[r] for r in rows],
        [sources[r] for r in rows],
    )
    filled = share_filled(train), share_filled(test)
    # A feature that no training sample has measured says nothing of anybody.
    measured = ~np.isnan(train).all(axis=0)
    if not measured.all():
        train, test = (np.where(measured, side, np.float32(0)) for side in (train, test))
    filling = Filling.fit(train, train_sources)
    train = filling.transform(train, train_sources)
    test = filling.transform(test, test_sources)
    if scaled:
        check_sources(train_sources, test_sources)
        scaling = Scaling.fit(train, train_sources)
        train = scaling.transform(train, train_sources)
        test = scaling.transform(test, test_sources)
    return train, test, filled


def fit_arguments(
    predictor: Predictor, obs: pd.DataFrame, split: Split, protocol: str
) -> dict[str, Any]:
    """Return what a predictor asks to be told of training samples besides expression and SF2."""
    training = obs.loc[list(split.train)]
    told: dict[str, Any] = {}
    if predictor.uses_tissues:
        told["tissues"] = training["tissue"].to_numpy(dtype=str)
    if predictor.uses_lines:
        told["groups"] = training["line"].to_numpy(dtype=str)
    if predictor.tuned:
        told["groups"] = tuning_groups(training, protocol)
    return told


def predict_arguments(predictor: Predictor, obs: pd.DataFrame, split: Split) -> dict[str, Any]:
    """Return what is told of tested samples: their tissue at most, never line, donor or SF2."""
    if not predictor.uses_tissues:
        return {}
    return {"tissues": obs.loc[list(split.test), "tissue"].to_numpy(dtype=str)}


def predictions_table(
    panel: ad.AnnData, fits: Sequence[Fit], predictions: Sequence[Mapping[str, float]]
) -> pd.DataFrame:
    """Return what fits predict for their tested samples.

    Returns
    -------
    DataFrame
        ``sample, line, round, fold, truth, prediction``, in the order of the fits.
    """
    lines = dict(zip(panel.obs.index, panel.obs["line"], strict=True))
    truths = {n: dict(shuffled_sf2(panel.obs, n)) for n in {f.shuffle for f in fits} if n}
    truths[0] = dict(panel.obs["sf2"])
    return pd.DataFrame(
        [
            {
                "sample": sample,
                "line": lines[sample],
                "round": fit.split.round,
                "fold": fit.split.fold,
                "truth": truths[fit.shuffle][sample],
                "prediction": prediction,
            }
            for fit, predicted in zip(fits, predictions, strict=True)
            for sample, prediction in predicted.items()
        ]
    )
