"""The registry: every predictor by name, one small file each.

A predictor is a scikit-learn regressor. It is given scaled expression of training samples,
their SF2 and, if it asks, their lines, tissues, or what tuning must keep whole; of tested
samples it sees expression and, if it asks, the tissue.
"""

from __future__ import annotations

from radiosens.errors import SettingsError
from radiosens.predictors import (
    cnn,
    components,
    elastic,
    gaussian,
    mean,
    nearest,
    pls,
    radiosens,
    ridge,
    rsi,
    selected,
    svr,
    tissue,
    trees,
)
from radiosens.predictors.base import Predictor

__all__ = ["REGISTRY", "Predictor", "get_predictor"]

_MODULES = (
    mean,
    tissue,
    nearest,
    ridge,
    components,
    pls,
    elastic,
    selected,
    svr,
    trees,
    gaussian,
    rsi,
    cnn,
    radiosens,
)

#: Every predictor by its name: what knows nothing, what learns, what was published, ours.
REGISTRY: dict[str, Predictor] = {m.PREDICTOR.name: m.PREDICTOR for m in _MODULES}


def get_predictor(name: str) -> Predictor:
    """Return a registered predictor.

    Raises
    ------
    SettingsError
        If there is none of that name; the message lists all.

    Examples
    --------
    >>> get_predictor("nearest").description
    'SF2 of the most similar training sample; the recognition probe'
    """
    if name not in REGISTRY:
        raise SettingsError(
            f"there is no predictor {name!r}", cure=f"choose one of {', '.join(REGISTRY)}"
        )
    return REGISTRY[name]
