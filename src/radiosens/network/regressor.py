"""The network with scikit-learn's face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from radiosens.errors import SettingsError
from radiosens.network.architecture import SurvivalNet
from radiosens.network.dimensions import PAPER, QUICK, Architecture, scaled_to, smallest_length
from radiosens.network.memory import freed_memory_kept
from radiosens.network.training import EpochCallback, TrainingSettings, train
from radiosens.preprocessing import NoiseFilter, Scaling

__all__ = ["PRESETS", "CNNRegressor"]

#: Preset to its architecture and training.
PRESETS: dict[str, tuple[Architecture, TrainingSettings]] = {
    "paper": (PAPER, TrainingSettings()),
    "quick": (QUICK, TrainingSettings(epochs=40, longer=1.0)),
}


class CNNRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Kim and Chung's convolutional network as a scikit-learn regressor.

    What the paper says, and nothing else: its layers, SF2 as the absolute value of the output,
    a loss on SF2, dropout and L2 after every layer; a fit sees expression and SF2 alone. What the
    paper leaves open is in `TrainingSettings`, and in how inputs are made ready, without labels:
    samples are centred, features centred and divided by one number, and what profiles differ in
    by noise is taken out (`radiosens.preprocessing.NoiseFilter`), all learned in ``fit``. Fewer
    features than the smallest network takes are padded with zeros.

    Parameters
    ----------
    preset : {"paper", "quick"}
        Table 2 of the paper, its kernels in the same proportions where there are other than
        54,675 features; or a smaller network for demonstrations and tests.
    epochs : int, optional
        Passes over the training samples; the preset's where not given.
    settings : TrainingSettings, optional
        All of training; the preset's where not given.
    batch_predict : int
        Samples predicted at once.
    device : str
        Where to compute, as torch names it: ``"cpu"``, ``"cuda"``. Random numbers differ from
        one kind of device to another, and with them the fitted weights.
    on_epoch : callable, optional
        Called after each epoch with the epochs done, those to do, and the loss.
    start : mapping of str to Tensor, optional
        Weights to go on from, ``net_.state_dict()`` of a network for as many features; drawn anew
        where not given.
    random_state : int, RandomState or None
        Seed of initial weights, batches and dropout.

    Attributes
    ----------
    net_ : SurvivalNet
        The trained network.
    architecture_ : Architecture
        Its dimensions.
    scaling_ : Scaling
        What was learned of the features.
    noise_ : NoiseFilter or None
        What was learned of noise; None where training samples do not differ.
    losses_ : list of float
        Root mean squared error of each epoch, in SF2.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(20, 300))
    >>> y = 0.5 + 0.1 * np.sign(x[:, 0])
    >>> model = CNNRegressor(preset="quick", epochs=2, random_state=0).fit(x, y)
    >>> model.predict(x).shape
    (20,)
    """

    def __init__(
        self,
        preset: str = "paper",
        *,
        epochs: int | None = None,
        settings: TrainingSettings | None = None,
        batch_predict: int = 32,
        device: str = "cpu",
        on_epoch: EpochCallback | None = None,
        start: Mapping[str, torch.Tensor] | None = None,
        random_state: Any = None,
    ) -> None:
        self.preset = preset
        self.epochs = epochs
        self.settings = settings
        self.batch_predict = batch_predict
        self.device = device
        self.on_epoch = on_epoch
        self.start = start
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> CNNRegressor:
        """Train.

        Parameters
        ----------
        X : array of shape (samples, features)
            Log-scale expression.
        y : array of shape (samples,)
            SF2, above zero.

        Raises
        ------
        SettingsError
            If there is no such preset, or the weights to go on from are of another network.
        ValueError
            If the data are not finite numbers, or an SF2 is not positive.
        """
        x, y = validate_data(
            self, X, y, dtype=[np.float32, np.float64], y_numeric=True, ensure_min_samples=2
        )
        targets = np.asarray(y, dtype=np.float32)
        if (targets <= 0).any():
            raise ValueError("SF2 is a fraction of survivors: every y must be above zero")
        architecture, settings = self.dimensions(x.shape[1])
        self.architecture_ = architecture
        self.scaling_ = Scaling.fit(_float32(x), _one_source(x))
        scaled = self.scaling_.transform(_float32(x), _one_source(x))
        self.noise_ = NoiseFilter.fit(scaled)
        inputs = self._tensor(scaled if self.noise_ is None else self.noise_.clean(scaled))
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        with torch.random.fork_rng(range(torch.cuda.device_count())), freed_memory_kept():
            torch.manual_seed(seed)
            net = SurvivalNet(architecture, settings.conv_dropout, settings.dense_dropout)
            net.initialise(mean=float(targets.mean()))
            if self.start is not None:
                _load(net, self.start)
            self.net_ = net.to(self.device)
            self.losses_ = train(
                self.net_,
                inputs.to(self.device),
                torch.from_numpy(targets).to(self.device),
                settings,
                self.on_epoch,
            )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Predict SF2.

        Parameters
        ----------
        X : array of shape (samples, features)
            Log-scale expression, features as in training.

        Returns
        -------
        array of shape (samples,)
            SF2, not below zero.
        """
        check_is_fitted(self)
        x = validate_data(self, X, dtype=[np.float32, np.float64], reset=False)
        predicted = np.empty(len(x), dtype=np.float64)
        size = self.batch_predict
        with torch.inference_mode():
            for start in range(0, len(x), size):
                part = x[start : start + size]
                # A last batch is filled up: matrix products of another size round differently,
                # and a sample's prediction must not depend on what is predicted beside it.
                full = self._inputs(np.pad(part, ((0, size - len(part)), (0, 0))))
                out = self.net_(full.to(self.device))[: len(part)]
                predicted[start : start + size] = out.cpu().numpy()
        return predicted

    def dimensions(self, features: int) -> tuple[Architecture, TrainingSettings]:
        """Return the network and training for so many features."""
        if self.preset not in PRESETS:
            raise SettingsError(
                f"there is no preset {self.preset!r}", cure=f"choose one of {', '.join(PRESETS)}"
            )
        architecture, settings = PRESETS[self.preset]
        settings = self.settings or settings.for_length(features, architecture.length)
        if self.epochs is not None:
            settings = replace(settings, epochs=self.epochs)
        return scaled_to(architecture, max(features, smallest_length(architecture))), settings

    def _inputs(self, x: NDArray[Any]) -> torch.Tensor:
        scaled = self.scaling_.transform(_float32(x), _one_source(x))
        if self.noise_ is not None:
            scaled = self.noise_.project(scaled)
        return self._tensor(scaled)

    def _tensor(self, scaled: NDArray[np.float32]) -> torch.Tensor:
        """Pad with zeros to the network's length: (samples, features) → (samples, length)."""
        pad = self.architecture_.length - scaled.shape[1]
        return torch.from_numpy(np.pad(scaled, ((0, 0), (0, pad))) if pad else scaled)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        tags.non_deterministic = False
        return tags


def _load(net: SurvivalNet, weights: Mapping[str, torch.Tensor]) -> None:
    try:
        net.load_state_dict(dict(weights))
    except RuntimeError:
        raise SettingsError(
            "the weights to go on from are of a network of other dimensions",
            cure="choose the same preset and features, or train anew",
        ) from None


def _float32(x: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(x, dtype=np.float32)


def _one_source(x: NDArray[Any]) -> NDArray[np.str_]:
    return np.full(len(x), "")
