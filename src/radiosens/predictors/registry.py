"""The registry: every predictor by name; what is imported is what is asked for.

There are three ways in: the files of this package, entry points in the group
``radiosens.predictors`` of installed packages, and `register` in Python.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from radiosens.errors import SettingsError
from radiosens.predictors.base import Predictor

__all__ = ["BUILTIN", "get_predictor", "predictor_names", "register", "registered_here"]

logger = logging.getLogger(__name__)

#: Our own predictors and the file each is in: what knows nothing, what learns, what was
#: published, what we recommend. Tables keep this order.
BUILTIN = {
    "mean": "mean",
    "lineage-mean": "lineage",
    "tissue-mean": "tissue",
    "lineage-tissue": "lineage_tissue",
    "nearest": "nearest",
    "ridge": "ridge",
    "pca-ridge": "components",
    "pls": "pls",
    "elastic-net": "elastic",
    "selected-ridge": "selected",
    "svr": "svr",
    "extra-trees": "trees",
    "gaussian-process": "gaussian",
    "low-rank-kernel": "lowrank",
    "rsi": "rsi",
    "cnn": "cnn",
    "cnn-replicates": "cnn_replicates",
    "lineage-ridge": "lineage_ridge",
    "radiosens": "radiosens",
}

#: The group of entry points by which an installed package adds predictors.
ENTRY_POINTS = "radiosens.predictors"

_registered: dict[str, Predictor] = {}


def predictor_names() -> list[str]:
    """Return the name of every predictor: ours, then installed ones, then registered ones.

    An installed one that can't be used is told of when it is asked for.
    """
    return list(dict.fromkeys([*BUILTIN, *_installed(), *_registered]))


def get_predictor(name: str) -> Predictor:
    """Return a predictor by name.

    Raises
    ------
    SettingsError
        If there is none of that name, in which case the message lists all, or the package
        that brings it is at fault.

    Examples
    --------
    >>> get_predictor("nearest").description
    'SF2 of the most similar training sample; the recognition probe'
    """
    if name in BUILTIN:
        found: Predictor = import_module(f"radiosens.predictors.{BUILTIN[name]}").PREDICTOR
        return found
    if name in _registered:
        return _registered[name]
    if name in _installed():
        return _load(name)
    raise SettingsError(
        f"there is no predictor {name!r}", cure=f"choose one of {', '.join(predictor_names())}"
    )


def register(predictor: Predictor) -> Predictor:
    """Add a predictor for as long as this process lasts; `evaluate` then knows its name.

    Workers are sent it along with the data, so it works with several processes and on a
    cluster as well. One of the same name that was registered before is replaced; what it has
    computed is not taken for the new one's.

    Parameters
    ----------
    predictor : Predictor
        With a name that no predictor of radiosens or of an installed package has.

    Returns
    -------
    Predictor
        The same, so that it can be used as a decorator's result.

    Raises
    ------
    SettingsError
        If the name is taken, or it is not a `Predictor`.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> three = Predictor("three", "three neighbours", lambda **_: KNeighborsRegressor(3))
    >>> register(three).name in predictor_names()
    True
    """
    if not isinstance(predictor, Predictor):
        raise SettingsError(
            f"{predictor!r:.60} is not a predictor", cure="register a radiosens.Predictor"
        )
    if predictor.name in BUILTIN or predictor.name in _installed():
        raise SettingsError(
            f"there is a predictor {predictor.name!r} already", cure="give yours another name"
        )
    if not predictor.name or not set(predictor.name) <= _NAME:
        raise SettingsError(
            f"{predictor.name!r} cannot be a predictor's name",
            cure="use small letters, digits and hyphens",
        )
    _registered[predictor.name] = predictor
    return predictor


def registered_here() -> dict[str, Predictor]:
    """Return what was registered in this process, which workers have to be sent."""
    return dict(_registered)


_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@cache
def _installed() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=ENTRY_POINTS):
        if point.name in BUILTIN or point.name in found:
            logger.warning(
                "the predictor %r of the package %s is left out: the name is taken",
                point.name,
                _package(point),
            )
        else:
            found[point.name] = point
    return found


@cache
def _load(name: str) -> Predictor:
    point = _installed()[name]
    try:
        found = point.load()
        if callable(found) and not isinstance(found, Predictor):
            found = found()
        if not isinstance(found, Predictor):
            raise TypeError(f"{point.value} is a {type(found).__name__}, not a Predictor")
        if found.name != name:
            raise ValueError(f"it calls itself {found.name!r}")
    except Exception as error:  # foreign code may raise anything
        raise SettingsError(
            f"the predictor {name!r} of the package {_package(point)} cannot be loaded"
            f" ({type(error).__name__}: {error})",
            cure="mend or uninstall that package, or leave the predictor out",
        ) from error
    return found


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
