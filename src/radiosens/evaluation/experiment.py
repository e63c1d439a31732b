"""What both experiments share: what a run is begun with, and fits run as tasks."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import anndata as ad

from radiosens.evaluation.fits import Fit, as_task
from radiosens.evaluation.inputs import FitInputs, installed_version
from radiosens.evaluation.settings import ExperimentSettings
from radiosens.network import without_torch
from radiosens.panel import data_hash
from radiosens.runs.config import RunConfig
from radiosens.runs.runner import Runner

__all__ = ["experiment_config", "run_fits"]

_PACKAGES = ("radiosens", "torch", "numpy", "scipy", "scikit-learn", "pandas", "anndata")


def experiment_config(command: str, settings: ExperimentSettings, inputs: FitInputs) -> RunConfig:
    """Return what an experiment is begun with, and compared by when it goes on."""
    panel = inputs.panel
    return RunConfig(
        command=command,
        settings=settings.deciding(),
        data={
            "sha256": inputs.hash,
            "sources": _sources(panel),
            "samples": panel.n_obs,
            "features": panel.n_vars,
            "lines": int(panel.obs["line"].nunique()),
            "simulated": bool(panel.uns["simulated"]),
        },
        code={name: inputs.code(name) for name in inputs.names},
        details={"network": _network(panel, settings)} if "cnn" in inputs.names else {},
        versions={
            "python": platform.python_version(),
            **{name: installed_version(name) for name in _PACKAGES},
        },
    )


def run_fits(
    runner: Runner, inputs: FitInputs, stage: str, fits: Sequence[Fit]
) -> tuple[list[Mapping[str, float]], dict[str, str]]:
    """Run fits as tasks of a run.

    Returns
    -------
    predictions : list of mapping
        Of each fit, in order: tested sample to predicted SF2; empty where it failed.
    faults : dict
        Predictor to why it failed.
    """
    results = runner.run(stage, [as_task(inputs, fit) for fit in fits])
    faults = {fit.predictor: r.fault for fit, r in zip(fits, results, strict=True) if r.fault}
    return [{} if r.fault else r.value for r in results], faults


def _sources(panel: ad.AnnData) -> dict[str, dict[str, Any]]:
    """Say what came from each file, so that a changed one can be named."""
    sources = panel.obs["source"].astype(str)
    return {
        name: {"samples": int((sources == name).sum()), "sha256": data_hash(panel[sources == name])}
        for name in sorted(sources.unique())
    }


def _network(panel: ad.AnnData, settings: ExperimentSettings) -> dict[str, Any]:
    """Return all sizes and training settings of the network, as JSON has them."""
    if without_torch():
        return {}
    from radiosens.network.regressor import CNNRegressor

    model = CNNRegressor(**settings.network_settings())
    architecture, training = model.dimensions(panel.n_vars)
    content = {"architecture": asdict(architecture), "training": asdict(training)}
    return dict(json.loads(json.dumps(content)))
