"""What the registry knows of a predictor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import anndata as ad
    from sklearn.base import RegressorMixin

__all__ = ["Predictor"]


def _always_supported(panel: ad.AnnData) -> str | None:
    return None


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
        ``make(random_state, **settings)`` builds an unfitted scikit-learn regressor from a
        seed and the settings of a run; take ``**_`` for what is not needed.
    uses_lines : bool
        Whether ``fit`` takes the line of each training sample as ``groups``.
    tuned : bool
        Whether ``fit`` takes as ``groups`` what cross-validation inside training must keep
        together: the same as the protocol keeps together outside.
    uses_tissues : bool
        Whether ``fit`` and ``predict`` take the tissue of each sample as ``tissues``: who has
        a tumour line knows its tissue.
    uses_features : bool
        Whether it is made with the features' names, as ``features``.
    uses_filled : bool
        Whether ``fit`` and ``predict`` take as ``filled`` the share of each sample's values
        that were missing and have been filled.
    scaled : bool
        Whether it is given values centred and scaled by training, or those of the panel.
    stochastic : bool
        Whether another seed gives other predictions.
    trains_in_epochs : bool
        Whether it takes ``on_epoch``, called after each pass over the training samples.
    trained : bool
        Whether it learns anything from the training samples.
    fast : bool
        Whether a fit takes a fraction of a second, so that it can be repeated hundreds of
        times on shuffled SF2.
    repeated : bool
        Whether it is fitted again and again where it is fast and trained: to shuffled SF2 for a
        p value, and without thirds of the donors for intervals.
    caution : str
        What a reader of its figures has to know; empty if nothing.
    unsupported_reason : callable
        Says why it can't run on a panel, or returns None if it can.
    """

    name: str
    description: str
    make: Callable[..., RegressorMixin]
    uses_lines: bool = False
    tuned: bool = False
    uses_tissues: bool = False
    uses_features: bool = False
    uses_filled: bool = False
    scaled: bool = True
    stochastic: bool = False
    trains_in_epochs: bool = False
    trained: bool = True
    fast: bool = False
    repeated: bool = True
    caution: str = ""
    unsupported_reason: Callable[[ad.AnnData], str | None] = _always_supported

    def __post_init__(self) -> None:
        if self.uses_lines and self.tuned:
            raise ValueError("a fit has one argument groups: lines or the protocol's groups")
