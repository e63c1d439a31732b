"""The registry: every predictor by name, one small file each.

A predictor is a scikit-learn regressor. It is given scaled expression of training samples,
their SF2 and, if it asks, their lines; of tested samples it sees expression only.
"""

from __future__ import annotations

from radiosens.errors import SettingsError
from radiosens.predictors import cnn, nearest
from radiosens.predictors.base import Predictor

__all__ = ["REGISTRY", "Predictor", "get_predictor"]

#: Every predictor by its name.
REGISTRY: dict[str, Predictor] = {p.name: p for p in (cnn.PREDICTOR, nearest.PREDICTOR)}


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
