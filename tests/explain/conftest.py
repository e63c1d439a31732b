from __future__ import annotations

import numpy as np
import pytest

from radiosens.explain.contributions import Baseline
from radiosens.models.fitted import find_predictor, fit
from radiosens.models.training import samples_of
from radiosens.preprocessing.alignment import match_mean_and_spread
from radiosens.sources.simulated import simulate_panel


@pytest.fixture(scope="session")
def samples():
    """Two replicates of 24 lines on 300 features."""
    panel = simulate_panel(features=300, replicates=2, signal_features=20)
    panel.obs["tissue"] = panel.obs["tissue"].replace("simulated tissue 1", "Leukemia")
    return samples_of(panel, "features")


@pytest.fixture(scope="session")
def trained(samples):
    """Give a predictor trained on the samples, each once."""
    known = {}

    def of(name, **settings):
        if name not in known:
            known[name] = fit(find_predictor(name), samples, 0, settings)
        return known[name]

    return of


@pytest.fixture(scope="session")
def of_samples(samples):
    """Aligned samples, and the mean training profile as a baseline."""

    def give(fitted):
        aligned = match_mean_and_spread(samples.x, fitted.reference)
        names, counts = np.unique(samples.tissues, return_counts=True)
        shares = dict(zip(names.tolist(), (counts / counts.sum()).tolist(), strict=True))
        mean = aligned.mean(axis=0, keepdims=True)
        return aligned, Baseline("the mean training profile", mean, shares)

    return give
