"""Survival curves from colony counts: where SF2 comes from.

::

    read_counts → SurvivalTable → fit_curves → Curve → compare_curves

>>> from radiosens.survival import survival_curve
>>> survival_curve({"dose": [1, 2, 4], "sf": [0.8, 0.6, 0.3]}).sf2.value < 1
True
"""

from radiosens.survival.comparison import Comparison, compare_all, compare_curves
from radiosens.survival.counts import SurvivalTable, read_counts, table_of
from radiosens.survival.curve import Curve
from radiosens.survival.fitting import Fits, fit_curves, survival_curve
from radiosens.survival.models import MODELS
from radiosens.survival.radiobiology import bed, eqd2, gard
from radiosens.survival.settings import FitSettings

__all__ = [
    "MODELS",
    "Comparison",
    "Curve",
    "FitSettings",
    "Fits",
    "SurvivalTable",
    "bed",
    "compare_all",
    "compare_curves",
    "eqd2",
    "fit_curves",
    "gard",
    "read_counts",
    "survival_curve",
    "table_of",
]
