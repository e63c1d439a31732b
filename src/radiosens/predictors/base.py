"""What the registry knows of a predictor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import anndata as ad
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
    tunes : bool
        Whether ``fit`` takes as ``groups`` what cross-validation inside training must keep
        whole: the same as the protocol keeps whole outside.
    uses_tissues : bool
        Whether ``fit`` and ``predict`` take the tissue of each sample as ``tissues``: who has
        a tumour line knows its tissue.
    uses_features : bool
        Whether it is made with the features' names, as ``features``.
    scaled : bool
        Whether it is given values centred and scaled by training, or those of the panel.
    random : bool
        Whether another seed gives other predictions.
    trains_in_epochs : bool
        Whether it takes ``on_epoch``, called after each pass over the training samples.
    trained : bool
        Whether it learns anything from the training samples.
    cheap : bool
        Whether a fit takes a fraction of a second, so that it can be repeated hundreds of
        times on shuffled SF2.
    caution : str
        What a reader of its figures has to know; empty if nothing.
    unfit : callable
        Says why it can't run on a panel, or returns None if it can.
    """

    name: str
    description: str
    make: Callable[..., RegressorMixin]
    uses_lines: bool = False
    tunes: bool = False
    uses_tissues: bool = False
    uses_features: bool = False
    scaled: bool = True
    random: bool = False
    trains_in_epochs: bool = False
    trained: bool = True
    cheap: bool = False
    caution: str = ""
    unfit: Callable[[ad.AnnData], str | None] = lambda _: None

    def __post_init__(self) -> None:
        if self.uses_lines and self.tunes:
            raise ValueError("a fit has one argument groups: lines or the protocol's units")
