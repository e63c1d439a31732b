"""A model of many tables: trained on lines with survival curves, used on samples of any platform.

What is trained sees every feature of every table; what is kept to predict knows the genes only,
since proteins and features without a name never come with a new sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.bundle import Bundle
from radiosens.models.card import Calibration, Card, Line, Outcome, Performance, Residual
from radiosens.models.fitted import Fitted
from radiosens.models.line_data import TARGETS, LineData, donor_folds
from radiosens.models.profile_file import as_steps
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import Reference
from radiosens.preprocessing.lowrank import LowRank
from radiosens.preprocessing.profiles import profiles_of

__all__ = ["UNITS", "LineFit", "assemble_lines", "fit_lines", "held_out_lines"]

PREDICTOR = "low-rank-kernel"
UNITS = {"auc": "Gy"}


@dataclass(frozen=True)
class LineFit:
    """A design trained on some of the lines.

    Attributes
    ----------
    model : LowRankKernel
        On all features that were used.
    features : array of int
        Which of the data's features these are.
    z : array of shape (lines, features)
        All lines' standardised values, by training's scales; NaN where missing.
    """

    model: LowRankKernel
    features: NDArray[np.intp]
    z: Matrix

    def predict(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return all targets of some of the lines."""
        return self.model.predict_all(self.z[rows])


def fit_lines(
    data: LineData, training: NDArray[np.bool_], settings: Mapping[str, Any] | None = None
) -> LineFit:
    """Standardise, impute and train; everything is learned from training lines only.

    Parameters
    ----------
    data : LineData
    training : array of bool, shape (lines,)
    settings : mapping, optional
        Of `radiosens.predictors.lowrank.LowRankKernel`.
    """
    z, features, _ = data.merged(training)
    model = LowRankKernel(**dict(settings or {}))
    model.fit(z[training], data.targets[training], groups=data.donors[training])
    return LineFit(model, features, z)


def held_out_lines(
    data: LineData, fold: NDArray[np.intp], settings: Mapping[str, Any] | None = None
) -> NDArray[np.float64]:
    """Predict each line by a model that has not seen its donor: (lines, targets).

    Parameters
    ----------
    data : LineData
    fold : array of int, shape (lines,)
        From `radiosens.models.line_data.donor_folds`.
    settings : mapping, optional
    """
    predicted = np.full(data.targets.shape, np.nan)
    for k in np.unique(fold):
        training = fold != k
        assert not set(data.donors[training]) & set(data.donors[~training])
        predicted[~training] = fit_lines(data, training, settings).predict(~training)
    return predicted


def assemble_lines(
    data: LineData,
    settings: Mapping[str, Any],
    *,
    name: str,
    folds: int,
    seed: int,
    facts: Mapping[str, Any],
    versions: Mapping[str, str],
    performance: Sequence[Performance] = (),
    coverage: Mapping[str, float] | None = None,
    limits: str = "",
) -> Bundle:
    """Train on all lines and without each fold, and put everything into a bundle.

    Parameters
    ----------
    data : LineData
    settings : mapping
        Of the design.
    name : str
    folds, seed : int
        Of the models that intervals come from.
    facts, versions, performance, coverage, limits
        For the card.
    """
    whole = fit_lines(data, np.ones(len(data.lines), dtype=bool), settings)
    genes = _genes(data, whole.features)
    names = [data.features[i] for i in whole.features[genes]]
    fold = donor_folds(data.donors, folds, seed)
    predicted, kept = _folds(data, settings, fold, names)
    card = Card(
        name=name,
        predictor=PREDICTOR,
        settings={k: list(v) if isinstance(v, tuple) else v for k, v in settings.items()},
        seed=seed,
        level="genes",
        features=tuple(names),
        lines=tuple(_lines(data)),
        data=dict(facts),
        versions=dict(versions),
        performance=tuple(performance),
        calibration=Calibration(
            residuals=_residuals(data, fold, predicted),
            method="CV+",
            novelty={},
            coverage=dict(coverage or {}),
        ),
        outcomes=_outcomes(data, predicted),
        limits=limits,
    )
    return Bundle(
        card,
        _fitted(whole.model.on_features(genes)),
        as_steps(_filled(whole)[:, genes]),
        data.lines,
        kept,
        profiles_of(data.blocks, whole.z[:, genes], whole.features[genes].tolist()),
    )


def _folds(
    data: LineData, settings: Mapping[str, Any], fold: NDArray[np.intp], names: Sequence[str]
) -> tuple[NDArray[np.float64], dict[int, Fitted]]:
    """Return what models without a fold predict of it, and these models on genes alone."""
    predicted, kept = np.full(data.targets.shape, np.nan), {}
    for k in np.unique(fold).tolist():
        part = fit_lines(data, fold != k, settings)
        predicted[fold == k] = part.predict(fold == k)
        kept[k] = _fitted(_on_genes(part, data, names))
    return predicted, kept


def _filled(fit: LineFit) -> Matrix:
    """Return standardised values of all lines, gaps as the first subspace has them."""
    model = fit.model
    space = LowRank(model.loadings_[0], model.variances_[0], model.noise_[0])
    filled: Matrix = space.fill(fit.z - model.mean_) + model.mean_
    return filled


def _genes(data: LineData, features: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.flatnonzero([":" not in data.features[i] for i in features])


def _on_genes(fit: LineFit, data: LineData, names: Sequence[str]) -> LowRankKernel:
    """Return a fold's model on the genes of the whole one; a gene that it lacks says nothing."""
    position = {data.features[f]: i for i, f in enumerate(fit.features.tolist())}
    there = np.array([n in position for n in names])
    model = fit.model.on_features(np.array([position.get(n, 0) for n in names], dtype=np.intp))
    model.loadings_ = [np.where(there, own, np.float16(0)) for own in model.loadings_]
    return model


def _fitted(model: LowRankKernel) -> Fitted:
    genes = len(model.mean_)
    return Fitted(PREDICTOR, Reference(np.zeros(genes, dtype=np.float32), 1.0), None, model)


def _lines(data: LineData) -> list[Line]:
    return [
        Line(line=line, donor=donor, tissue=tissue, sf2=round(float(targets[0]), 6), samples=1)
        for line, donor, tissue, targets in zip(
            data.lines.tolist(),
            data.donors.tolist(),
            data.tissues.tolist(),
            data.targets,
            strict=True,
        )
    ]


def _residuals(
    data: LineData, fold: NDArray[np.intp], predicted: NDArray[np.float64]
) -> tuple[Residual, ...]:
    return tuple(
        Residual(
            line=str(line),
            donor=str(data.donors[i]),
            fold=int(fold[i]),
            truth=round(float(data.targets[i, 0]), 6),
            prediction=round(float(predicted[i, 0]), 6),
        )
        for i, line in enumerate(data.lines)
    )


def _outcomes(data: LineData, predicted: NDArray[np.float64]) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            name=name,
            unit=UNITS.get(name, "surviving fraction"),
            truth=tuple(np.round(data.targets[:, j], 4).tolist()),
            prediction=tuple(np.round(predicted[:, j], 4).tolist()),
        )
        for j, name in enumerate(TARGETS)
        if j > 0
    )
