from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.survival import table_of


def simulated_dishes(
    alpha=0.3,
    beta=0.03,
    *,
    line="X",
    doses=(0, 1, 2, 4, 6),
    experiments=3,
    dishes=3,
    colonies=100,
    power=1.0,
    densities=(1.0,),
    seed=0,
):
    """Draw dishes of one line; colonies are Poisson about PE (cells × survival)^power."""
    rng = np.random.default_rng(seed)
    rows = []
    for experiment in range(1, experiments + 1):
        plating = 0.3 * np.exp(0.2 * rng.standard_normal())
        for dose in doses:
            survival = np.exp(-alpha * dose - beta * dose**2)
            for density in densities:
                cells = round(density * colonies / 0.3 / survival)
                mean = plating * (colonies / 0.3) * (cells * survival / (colonies / 0.3)) ** power
                rows += [
                    (line, f"e{experiment}", dose, cells, rng.poisson(mean)) for _ in range(dishes)
                ]
    return pd.DataFrame(rows, columns=["line", "experiment", "dose", "cells", "colonies"])


@pytest.fixture
def dishes():
    return simulated_dishes


@pytest.fixture
def table(dishes):
    def make(**options):
        return table_of(dishes(**options))

    return make
