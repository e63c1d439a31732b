"""Why a prediction is what it is, by gene and by pathway, and whether to believe it.

A contribution is what a feature adds to a prediction, against a stated baseline; contributions
add up to the prediction minus the baseline's. Each kind of model has its own exact or sampled way
(`radiosens.explain.surface`). What leads every output is a verdict: *trusted*, *unstable* or *no
better than chance*.
"""

from __future__ import annotations

from radiosens.explain.contributions import Baseline, Contributions
from radiosens.explain.surface import Surface, surface_of

__all__ = ["Baseline", "Contributions", "Surface", "surface_of"]
