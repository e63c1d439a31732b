"""One fit as a task: a pure function of data, settings, split and seed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController

from radiosens.errors import RunError
from radiosens.evaluation.protocols import tuning_groups
from radiosens.evaluation.splits import Split, check_split
from radiosens.panel import data_hash
from radiosens.predictors import Predictor, get_predictor
from radiosens.preprocessing import Matrix, Scaling

__all__ = [
    "FIT_VERSION",
    "FitResult",
    "FitTask",
    "PreparedPanel",
    "deciding_versions",
    "network_of",
    "run_fit",
    "shuffled_sf2",
]

#: Raised whenever a change to the code changes what a fit of the same settings predicts.
FIT_VERSION = 5

_DECIDES_ROUNDING = ("radiosens", "torch", "numpy", "scipy", "scikit-learn")


def deciding_versions() -> dict[str, str]:
    """Return what results depend on to the last digit, besides the processor."""
    return {
        "fit version": str(FIT_VERSION),
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in _DECIDES_ROUNDING},
    }


@dataclass(frozen=True)
class PreparedPanel:
    """A panel with the hash that its fits are keyed by, made once and shared."""

    panel: ad.AnnData
    hash: str

    @classmethod
    def of(cls, panel: ad.AnnData) -> PreparedPanel:
        """Hash a panel."""
        return cls(panel, data_hash(panel))


@dataclass(frozen=True)
class FitTask:
    """One fit to be done.

    Attributes
    ----------
    predictor : str
        Name in the registry.
    split : Split
        Who trains and who is tested.
    seed : int
        Of everything drawn in the fit.
    settings : dict
        Passed to the predictor.
    protocol : str
        What the split keeps apart, and with it any tuning inside training.
    shuffle : int
        0, or the number of a shuffling of SF2 between donors, see `shuffled_sf2`: then there
        is nothing to be learned.
    """

    predictor: str
    split: Split
    seed: int
    settings: dict[str, Any] = field(default_factory=dict)
    protocol: str = "replicate"
    shuffle: int = 0

    def key(self, prepared: PreparedPanel) -> str:
        """Return a hash of all that the fit's result depends on."""
        content = {
            "version": FIT_VERSION,
            "panel": prepared.hash,
            "predictor": self.predictor,
            "settings": self._resolved(prepared.panel.n_vars),
            "train": self.split.train,
            "test": self.split.test,
            "seed": self.seed,
        }
        # Only where they differ: keys of fits without them stay what they were.
        content |= {"protocol": self.protocol} if self.protocol != "replicate" else {}
        content |= {"shuffle": self.shuffle} if self.shuffle else {}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]

    def _resolved(self, features: int) -> dict[str, Any]:
        """Return the settings, a preset by what it stands for: that may change."""
        if not get_predictor(self.predictor).trains_in_epochs:
            return self.settings
        return self.settings | network_of(features, **self.settings)


@lru_cache
def network_of(features: int, **settings: Any) -> dict[str, Any]:
    """Return all sizes and training settings of a network, as JSON has them."""
    from radiosens.network.regressor import CNNRegressor

    architecture, training = CNNRegressor(**settings).dimensions(features)
    content = {"architecture": asdict(architecture), "training": asdict(training)}
    return dict(json.loads(json.dumps(content)))


@dataclass(frozen=True)
class FitResult:
    """What a fit predicts for its test samples."""

    predictions: dict[str, float]
    seconds: float


def run_fit(
    prepared: PreparedPanel,
    task: FitTask,
    on_epoch: Callable[[int, int, float], None] | None = None,
) -> FitResult:
    """Scale, fit and predict; everything is learned from the split's training samples only.

    Runs on one thread, so that results do not depend on how many fits run side by side.

    Raises
    ------
    RunError
        If memory does not suffice.
    """
    split = task.split
    name = f"{task.predictor}, {task.protocol}, round {split.round}, fold {split.fold}"
    try:
        return _fit(prepared, task, on_epoch)
    except Exception as error:
        if isinstance(error, MemoryError) or "can't allocate memory" in str(error):  # torch's words
            raise RunError(
                f"memory does not suffice for a fit ({name})",
                cure="run the same command again with fewer --jobs; finished fits are kept",
            ) from error
        error.add_note(f"in a fit: {name}")
        raise


def _fit(
    prepared: PreparedPanel,
    task: FitTask,
    on_epoch: Callable[[int, int, float], None] | None,
) -> FitResult:
    panel = prepared.panel
    check_split(task.split, panel.obs, task.protocol)
    started = time.perf_counter()
    predictor = get_predictor(task.predictor)
    settings = dict(task.settings)
    if on_epoch is not None and predictor.trains_in_epochs:
        settings["on_epoch"] = on_epoch
    if predictor.uses_features:
        settings["features"] = tuple(panel.var_names)
    train, test = _sides(panel, task.split, scaled=predictor.scaled)
    model = predictor.make(random_state=task.seed, **settings)
    with _one_thread():
        sf2 = shuffled_sf2(panel.obs, task.shuffle) if task.shuffle else panel.obs["sf2"]
        labels = sf2.loc[list(task.split.train)].to_numpy(dtype=np.float64)
        model.fit(train, labels, **_told(predictor, panel.obs, task, test=False))
        predicted = model.predict(test, **_told(predictor, panel.obs, task, test=True))
    return FitResult(
        dict(zip(task.split.test, map(float, predicted), strict=True)),
        time.perf_counter() - started,
    )


def _sides(panel: ad.AnnData, split: Split, *, scaled: bool) -> tuple[Matrix, Matrix]:
    """Return the values of training and of tested samples, scaled by what training shows."""
    values = np.asarray(panel.X, dtype=np.float32)
    train = panel.obs_names.get_indexer(list(split.train))
    test = panel.obs_names.get_indexer(list(split.test))
    if not scaled:
        return values[train], values[test]
    sources = panel.obs["source"].to_numpy(dtype=str)
    scaling = Scaling.fit(values[train], sources[train])
    return (
        scaling.transform(values[train], sources[train]),
        scaling.transform(values[test], sources[test]),
    )


def _told(predictor: Predictor, obs: pd.DataFrame, task: FitTask, *, test: bool) -> dict[str, Any]:
    """Return what a predictor asks to be told of samples besides their expression.

    Of tested samples that is their tissue at most; never their line, donor or SF2.
    """
    own = obs.loc[list(task.split.test if test else task.split.train)]
    told: dict[str, Any] = {}
    if predictor.uses_tissues:
        told["tissues"] = own["tissue"].to_numpy(dtype=str)
    if predictor.uses_lines and not test:
        told["groups"] = own["line"].to_numpy(dtype=str)
    if predictor.tunes and not test:
        told["groups"] = tuning_groups(own, task.protocol)
    return told


def shuffled_sf2(obs: pd.DataFrame, number: int) -> pd.Series:
    """Give each donor's lines the SF2 of another donor's, drawn by lot.

    Nothing but chance then ties expression to SF2, while replicates still share one and the
    lines of a donor still come from one donor. Where the other donor has fewer lines, their
    SF2 are taken in turn.

    Parameters
    ----------
    obs : DataFrame
        The panel's samples, with ``line, donor, sf2``.
    number : int
        Which shuffling; the same number, the same shuffling.

    Returns
    -------
    Series of float
        SF2 of each sample.
    """
    lines = obs.drop_duplicates("line").set_index("line")
    by_donor = {str(d): list(own.index) for d, own in lines.groupby("donor", observed=True)}
    donors = sorted(by_donor)
    sf2 = {str(line): float(value) for line, value in lines["sf2"].astype(float).items()}
    partners = np.random.default_rng([number, len(donors)]).permutation(donors)
    given: dict[str, float] = {}
    for donor, partner in zip(donors, partners, strict=True):
        theirs = by_donor[partner]
        for i, line in enumerate(by_donor[donor]):
            given[line] = sf2[theirs[i % len(theirs)]]
    return obs["line"].map(given).astype(float)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    torch = sys.modules.get("torch")  # imported by now if the model is made of it
    before = torch.get_num_threads() if torch else 0
    if torch:
        torch.set_num_threads(1)
    try:
        with _thread_pools(len(sys.modules)).limit(limits=1):
            yield
    finally:
        if torch:
            torch.set_num_threads(before)


@lru_cache(maxsize=1)
def _thread_pools(modules: int) -> ThreadpoolController:
    """Find the libraries that have threads; anew (4 ms) only after something was imported."""
    return ThreadpoolController()
