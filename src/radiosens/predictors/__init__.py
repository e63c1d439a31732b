"""Predictors by name: ours, one small file each, and those that others add.

A predictor is a scikit-learn regressor. It is given scaled expression of training samples,
their SF2 and, if it asks, their lines, tissues, or what tuning must keep together; of tested
samples it sees expression and, if it asks, the tissue.
"""

from radiosens.predictors.base import Predictor
from radiosens.predictors.registry import (
    BUILTIN,
    get_predictor,
    predictor_names,
    register,
    registered_here,
)

__all__ = [
    "BUILTIN",
    "Predictor",
    "get_predictor",
    "predictor_names",
    "register",
    "registered_here",
]
