"""From a panel to a bundle: what is trained, what is measured on held-out donors, what is kept."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anndata as ad
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from radiosens.errors import SettingsError
from radiosens.genes import collapse
from radiosens.models.bundle import Bundle
from radiosens.models.calibration import (
    FoldFit,
    TrainInputs,
    alignment_error,
    fit_fold,
    held_out,
    held_out_elsewhere,
    line_profiles,
    residuals_of,
)
from radiosens.models.card import Calibration, Card, Line, Performance
from radiosens.models.fitted import (
    Fitted,
    Samples,
    find_predictor,
    fit,
    with_choice,
)
from radiosens.models.incoming import at_detection_limit
from radiosens.models.persistence import SKOPS, unpack
from radiosens.predictors.fingerprint import code_fingerprint
from radiosens.predictors.parameters import describe
from radiosens.preprocessing.alignment import percentile_ranks
from radiosens.runs.tasks import Task

__all__ = ["Held", "TrainSettings", "as_task", "assemble", "samples_of"]

LEVELS = ("genes", "features")


class TrainSettings(BaseModel):
    """What decides a training.

    Attributes
    ----------
    predictor : str
        A name of the registry, or ``two-means``.
    level : {"genes", "features"}
        Whether the model knows genes, so that it reads any file that names them, or the
        features as the training file names them.
    folds : int
        Of cross-validation, donors kept together.
    seed : int
    preset, epochs
        Of the network.
    anew : bool
        Whether a network that goes on from a bundle starts with weights drawn anew, rather than
        with the bundle's.
    name : str
        What the model is called; else the folder's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    predictor: str = "two-means"
    level: str = "genes"
    folds: int = Field(10, ge=2)
    seed: int = Field(0, ge=0)
    preset: str = "paper"
    epochs: int | None = Field(None, ge=1)
    anew: bool = False
    name: str = ""

    @classmethod
    def checked(cls, **values: Any) -> TrainSettings:
        """Make settings, refusing what can't be with a line of text.

        Raises
        ------
        SettingsError
        """
        try:
            settings = cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(
                f"{'.'.join(map(str, first['loc']))}: {first['msg']}", cure="change that setting"
            ) from None
        if settings.level not in LEVELS:
            raise SettingsError(
                f"there is no level {settings.level!r}", cure=f"choose one of {', '.join(LEVELS)}"
            )
        find_predictor(settings.predictor)
        return settings

    def of_predictor(self) -> dict[str, Any]:
        """Return what the predictor is told."""
        if not find_predictor(self.predictor).trains_in_epochs:
            return {}
        return {"preset": self.preset, "epochs": self.epochs}


def samples_of(panel: ad.AnnData, level: str) -> Samples:
    """Return a panel's samples on genes or on features.

    Raises
    ------
    InputError
        If no feature names a gene.
    """
    part = collapse(panel) if level == "genes" else panel
    x = np.asarray(part.X, dtype=np.float32)
    known = ~np.isnan(x).all(axis=0)
    obs = panel.obs
    return Samples(
        x[:, known],
        tuple(part.var_names[known].astype(str)),
        obs["sf2"].to_numpy(dtype=np.float64),
        *(obs[c].to_numpy(dtype=str) for c in ("line", "donor", "tissue", "source")),
    )


def as_task(inputs: TrainInputs, one: FoldFit, data: str) -> Task:
    """Return the task of a fold's fit, keyed by all that its result depends on."""
    predictor = find_predictor(inputs.predictor)
    estimator = predictor.make(random_state=0, **inputs.settings)
    modules = {predictor.make.__module__, type(estimator).__module__, fit_fold.__module__}
    content = {
        "data": data,
        "estimator": describe(estimator),
        "code": code_fingerprint(modules),
        "fit": [one.train, one.test, one.seed, one.protocol, one.keep],
    }
    if inputs.first is not None:
        content["first"] = np.flatnonzero(inputs.first).tolist()
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    label = {"predictor": inputs.predictor, "protocol": one.protocol, "fold": one.number}
    return Task(key, fit_fold, one, label)


@dataclass(frozen=True)
class Held:
    """What the fits of donor folds gave: each sample's fold and prediction, and models."""

    fold_of: NDArray[np.intp]
    predicted: NDArray[np.float64]
    models: dict[int, Fitted]

    @classmethod
    def of(cls, samples: Samples, fits: Sequence[FoldFit], values: Sequence[Any]) -> Held:
        """Gather them; models are kept if every fold has one."""
        fold_of = np.zeros(len(samples.sf2), dtype=np.intp)
        predicted, models = np.empty(len(samples.sf2)), {}
        for one, value in zip(fits, values, strict=True):
            rows = np.array(one.test)
            fold_of[rows], predicted[rows] = one.number, value["predictions"]
            if value["model"] is not None:
                models[one.number] = unpack(base64.b64decode(value["model"]), SKOPS)
        return cls(fold_of, predicted, models if len(models) == len(fits) else {})


def assemble(
    samples: Samples,
    settings: TrainSettings,
    held: Held,
    *,
    performance: Sequence[Performance],
    data: Mapping[str, Any],
    versions: Mapping[str, str],
    limits: str = "",
    elsewhere: Sequence[Samples] = (),
    history: Sequence[dict[str, Any]] = (),
    start: Fitted | None = None,
) -> Bundle:
    """Train on all samples, and put everything together.

    Parameters
    ----------
    samples : Samples
    settings : TrainSettings
    held : Held
        Of folds in which no donor is on both sides.
    performance : sequence of Performance
    data, versions, limits, history
        For the card.
    elsewhere : sequence of Samples
        Lines of training measured on other platforms, to calibrate novelty and to measure how
        far predictions move.
    start : Fitted, optional
        The network whose weights are gone on from.
    """
    predictor, told = find_predictor(settings.predictor), settings.of_predictor()
    whole = fit(predictor, samples, settings.seed, told, start=start)
    lines = _lines(samples)
    names, donors = [one.line for one in lines], np.array([one.donor for one in lines])
    profiles = line_profiles(samples.x, samples.lines, names)
    novelty = {"as training": held_out(percentile_ranks(profiles), donors)}
    moved: dict[str, float] = {}
    for other in elsewhere:
        scores, error = _compare(samples, lines, profiles, other, held)
        novelty |= scores
        moved |= dict.fromkeys(scores, error)
    calibration = Calibration(
        residuals=residuals_of(samples, held.fold_of, held.predicted),
        method="CV+" if held.models else "jackknife",
        novelty=novelty,
        alignment_error=moved,
    )
    card = Card(
        name=settings.name,
        predictor=settings.predictor,
        settings=settings.of_predictor(),
        seed=settings.seed,
        level=settings.level,
        features=samples.features,
        lines=tuple(lines),
        data=dict(data),
        versions=dict(versions),
        performance=tuple(performance),
        calibration=calibration,
        limits=with_choice(whole.model, settings.predictor, limits),
        history=tuple(history),
    )
    return Bundle(card, whole, samples.x, samples.lines, held.models)


def _lines(samples: Samples) -> list[Line]:
    found = []
    for line in dict.fromkeys(samples.lines.tolist()):
        rows = np.flatnonzero(samples.lines == line)
        i = rows[0]
        found.append(
            Line(
                line=line,
                donor=str(samples.donors[i]),
                tissue=str(samples.tissues[i]),
                sf2=float(samples.sf2[i]),
                samples=len(rows),
            )
        )
    return found


def _compare(
    samples: Samples, lines: list[Line], profiles: Any, other: Samples, held: Held
) -> tuple[dict[str, tuple[tuple[float, float], ...]], float]:
    """Compare lines measured elsewhere with training's: how unusual, and what predictions do."""
    position = {name: i for i, name in enumerate(other.features)}
    here = [i for i, name in enumerate(samples.features) if name in position]
    x = other.x[:, [position[samples.features[i]] for i in here]]
    x = at_detection_limit(x, str(other.sources[0]))
    donors = np.array([one.donor for one in lines])
    scores = held_out_elsewhere(x, other.donors, profiles[:, here], donors)
    index = {one.line: i for i, one in enumerate(lines)}
    rows = [i for i, line in enumerate(other.lines) if line in index]
    there = np.full((len(rows), len(samples.features)), np.nan, dtype=np.float32)
    there[:, here] = x[rows]
    own = [index[other.lines[i]] for i in rows]
    fold_of = dict(zip(samples.donors.tolist(), held.fold_of.tolist(), strict=True))
    if not held.models:
        return scores, 0.0
    error = alignment_error(
        held.models, fold_of, (profiles[own], donors[own]), (there, donors[own])
    )
    return scores, float(np.quantile(error, 0.9))
