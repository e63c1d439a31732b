"""One fit as a task: a pure function of data, settings, split and seed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import anndata as ad
import numpy as np

from radiosens.evaluation.splits import Split, check_split
from radiosens.panel import data_hash
from radiosens.predictors import get_predictor
from radiosens.preprocessing import Scaling

__all__ = ["FitResult", "FitTask", "PreparedPanel", "run_fit"]

#: Raised whenever a change to the code changes what a fit of the same settings predicts.
FIT_VERSION = 4


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
    """

    predictor: str
    split: Split
    seed: int
    settings: dict[str, Any] = field(default_factory=dict)

    def key(self, panel_hash: str) -> str:
        """Return a hash of all that the fit's result depends on."""
        content = {
            "version": FIT_VERSION,
            "panel": panel_hash,
            "predictor": self.predictor,
            "settings": self.settings,
            "train": self.split.train,
            "test": self.split.test,
            "seed": self.seed,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


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
    """
    panel = prepared.panel
    check_split(task.split, panel.obs)
    started = time.perf_counter()
    train = panel.obs_names.get_indexer(list(task.split.train))
    test = panel.obs_names.get_indexer(list(task.split.test))
    values = np.asarray(panel.X, dtype=np.float32)
    sources = panel.obs["source"].to_numpy(dtype=str)
    sf2 = panel.obs["sf2"].to_numpy(dtype=np.float64)
    scaling = Scaling.fit(values[train], sources[train])
    predictor = get_predictor(task.predictor)
    settings = dict(task.settings)
    if on_epoch is not None and predictor.trains_in_epochs:
        settings["on_epoch"] = on_epoch
    known: dict[str, Any] = {}
    if predictor.uses_lines:
        known["groups"] = panel.obs["line"].to_numpy(dtype=str)[train]
    with _one_thread():
        model = predictor.make(random_state=task.seed, **settings)
        model.fit(scaling.transform(values[train], sources[train]), sf2[train], **known)
        predicted = model.predict(scaling.transform(values[test], sources[test]))
    return FitResult(
        dict(zip(task.split.test, map(float, predicted), strict=True)),
        time.perf_counter() - started,
    )


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
