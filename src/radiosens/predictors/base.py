"""What the registry knows of a predictor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sklearn.base import RegressorMixin

__all__ = ["Predictor"]


@dataclass(frozen=True)
class Predictor:
    """A named way to predict SF2.

    Attributes
    ----------
    name : str
        As written in options and tables.
    description : str
        One sentence.
    make : callable
        Builds an unfitted regressor from a seed and the settings of a run.
    uses_lines : bool
        Whether ``fit`` takes the line of each training sample as ``groups``.
    trains_in_epochs : bool
        Whether it takes ``on_epoch``, called after each pass over the training samples.
    """

    name: str
    description: str
    make: Callable[..., RegressorMixin]
    uses_lines: bool = False
    trains_in_epochs: bool = False
