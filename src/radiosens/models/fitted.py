"""A trained predictor with what was learned to prepare its input: samples in, SF2 out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.lineage import TWO_MEANS
from radiosens.predictors import Predictor, get_predictor
from radiosens.preprocessing import Matrix, Scaling
from radiosens.preprocessing.alignment import Reference, match_mean_and_spread
from radiosens.runs.threads import one_thread

__all__ = [
    "Fitted",
    "Samples",
    "find_predictor",
    "fit",
    "fit_each",
    "network_of",
    "with_choice",
]


def find_predictor(name: str) -> Predictor:
    """Return a predictor by name: those of the registry, and ``two-means``.

    Raises
    ------
    SettingsError
        If there is none.

    Examples
    --------
    >>> find_predictor("two-means").uses_tissues
    True
    """
    return TWO_MEANS if name == TWO_MEANS.name else get_predictor(name)


@dataclass(frozen=True)
class Samples:
    """Training samples.

    Attributes
    ----------
    x : array of shape (samples, features)
        Log2 expression; NaN where missing.
    features : tuple of str
    sf2 : array of shape (samples,)
    lines, donors, tissues, sources : array of str, shape (samples,)
    """

    x: Matrix
    features: tuple[str, ...]
    sf2: NDArray[np.float64]
    lines: NDArray[np.str_]
    donors: NDArray[np.str_]
    tissues: NDArray[np.str_]
    sources: NDArray[np.str_]

    def part(self, rows: NDArray[np.intp]) -> Samples:
        """Return some of the samples."""
        return Samples(
            self.x[rows],
            self.features,
            self.sf2[rows],
            self.lines[rows],
            self.donors[rows],
            self.tissues[rows],
            self.sources[rows],
        )


@dataclass(frozen=True)
class Fitted:
    """A trained predictor and its preparation of samples.

    Attributes
    ----------
    predictor : str
        Its name.
    reference : Reference
        What samples are aligned to; missing values become its mean.
    scaling : Scaling or None
        For predictors that are given scaled values.
    model : regressor
        Fitted.
    """

    predictor: str
    reference: Reference
    scaling: Scaling | None
    model: Any

    def finish(self, aligned: Matrix, sources: NDArray[np.str_] | None = None) -> Matrix:
        """Fill what is missing of aligned samples, and scale; no source: none of training's."""
        if self.predictor == TWO_MEANS.name:
            return aligned  # which goes by what is measured
        missing = np.isnan(aligned)
        filled = np.where(missing, self.reference.mean, aligned) if missing.any() else aligned
        if self.scaling is None:
            return filled
        known = len(self.scaling.means) == 1  # one source in training is all there is to go by
        only = next(iter(self.scaling.means)) if known else ""
        return self.scaling.transform(
            filled, np.full(len(filled), only) if sources is None else sources
        )

    def predict_prepared(
        self, x: Matrix, tissues: NDArray[np.str_] | None = None
    ) -> NDArray[np.float64]:
        """Predict from what `finish` returns."""
        told: dict[str, Any] = {}
        if find_predictor(self.predictor).uses_tissues:
            told["tissues"] = np.full(len(x), "unknown") if tissues is None else tissues
        with one_thread():
            predicted = self.model.predict(x, **told)
        return np.asarray(predicted, dtype=np.float64)

    def predict(
        self,
        x: Matrix,
        tissues: NDArray[np.str_] | None = None,
        sources: NDArray[np.str_] | None = None,
    ) -> NDArray[np.float64]:
        """Predict SF2 of samples on training's features: (samples, features) → (samples,)."""
        aligned = match_mean_and_spread(x, self.reference)
        return self.predict_prepared(self.finish(aligned, sources), tissues)


def fit(
    predictor: Predictor,
    samples: Samples,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    *,
    start: Fitted | None = None,
) -> Fitted:
    """Train a predictor; everything is learned from these samples only.

    Each sample is brought to the same level and spread, as new ones will be; what is missing
    becomes the feature's mean.

    Parameters
    ----------
    predictor : Predictor
    samples : Samples
    seed : int
        Of everything drawn.
    settings : mapping, optional
        Passed to the predictor.
    start : Fitted, optional
        A network for the same features whose weights are gone on from. All else is learned from
        these samples, as without it.
    """
    return fit_each(predictor, samples, seed, samples.sf2[:, None], settings, start=start)[0]


def fit_each(
    predictor: Predictor,
    samples: Samples,
    seed: int,
    targets: NDArray[np.float64],
    settings: Mapping[str, Any] | None = None,
    *,
    start: Fitted | None = None,
) -> list[Fitted]:
    """Train on each column of targets: (samples, targets), in place of the samples' SF2.

    What does not depend on SF2 is prepared once; models that have ``fit_each`` do the same.
    """
    told = dict(settings or {})
    if start is not None:
        told["start"] = network_of(start.model).net_.state_dict()
    if predictor.uses_features:
        told["features"] = samples.features
    reference = Reference.fit(samples.x)
    aligned = match_mean_and_spread(samples.x, reference)
    fitted = Fitted(predictor.name, reference, None, None)
    x = fitted.finish(aligned)
    scaling = Scaling.fit(x, samples.sources) if predictor.scaled else None
    fitted = replace(fitted, scaling=scaling)
    x = fitted.finish(aligned, samples.sources)
    arguments: dict[str, Any] = {}
    if predictor.uses_tissues:
        arguments["tissues"] = samples.tissues
    if predictor.uses_lines:
        arguments["groups"] = samples.lines
    if predictor.tuned:
        arguments["groups"] = samples.donors
    with one_thread():
        first: Any = predictor.make(random_state=seed, **told)
        if targets.shape[1] > 1 and hasattr(first, "fit_each"):
            models = first.fit_each(x, targets, **arguments)
        else:
            models = [
                predictor.make(random_state=seed, **told).fit(x, own, **arguments)
                for own in targets.T
            ]
    return [replace(fitted, model=model) for model in models]


def network_of(model: Any) -> Any:
    """Return the network that a trained predictor is, or that its samples were chosen for.

    Told by names, as torch may not be installed; None if it is another predictor.

    Examples
    --------
    >>> network_of(find_predictor("ridge").make(random_state=0)) is None
    True
    """
    inner = getattr(model, "estimator_", model)  # of what only chooses training samples
    modules = {type(one).__module__.partition(".")[0] for one in (model, inner)}
    found = type(inner).__name__ == "CNNRegressor" and modules == {"radiosens"}
    return inner if found else None


def with_choice(model: Any, predictor: str, limits: str) -> str:
    """Say what a predictor that chooses between models has become, and why."""
    reason = getattr(model, "reason_", "")
    return f"Of {predictor}: {reason}. {limits}".strip() if reason else limits
