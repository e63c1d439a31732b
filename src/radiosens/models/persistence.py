"""Trained predictors as bytes that run no code: skops for estimators, safetensors for the network.

skops writes an estimator's attributes and the names of its types; types that are not on the list
below are refused, when a bundle is written and when it is read. Nothing is pickled.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np

from radiosens.errors import InputError, SettingsError
from radiosens.models.fitted import Fitted, network_of
from radiosens.network import without_torch
from radiosens.preprocessing import Scaling
from radiosens.preprocessing.alignment import Reference

__all__ = ["NETWORK", "SKOPS", "TRUSTED", "file_name", "pack", "unpack"]

NETWORK, SKOPS = "network.safetensors", "model.skops"

#: Types that may be built from a bundle besides those that skops trusts (scikit-learn's and
#: numpy's public ones): ours, and parts of scikit-learn's that hold numbers or compute from them.
TRUSTED = (
    "radiosens.models.lineage.TwoMeans",
    "radiosens.predictors.gaussian.QuietProcess",
    "radiosens.predictors.lineage.LineageMean",
    "radiosens.predictors.lowrank.LowRankKernel",
    "radiosens.predictors.nearest.NearestNeighbour",
    "radiosens.predictors.radiosens.Comparison",
    "radiosens.predictors.radiosens.SimplestSupported",
    "radiosens.predictors.rsi.RadiosensitivityIndex",
    "radiosens.predictors.tissue.TissueMean",
    "radiosens.predictors.tuning.NestedGridSearch",
    "radiosens.predictors.tuning.SampleSpacePCA",
    "radiosens.predictors.within.Setting",
    "radiosens.predictors.within_ridge.WithinLineageRidge",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "sklearn.gaussian_process.kernels.ConstantKernel",
    "sklearn.gaussian_process.kernels.DotProduct",
    "sklearn.gaussian_process.kernels.Product",
    "sklearn.gaussian_process.kernels.RBF",
    "sklearn.gaussian_process.kernels.Sum",
    "sklearn.gaussian_process.kernels.WhiteKernel",
    "sklearn.tree._tree.Tree",
)


def file_name(fitted: Fitted) -> str:
    """Return the name of the file that a trained predictor goes into."""
    return SKOPS if network_of(fitted.model) is None else NETWORK


def pack(fitted: Fitted) -> bytes:
    """Return a trained predictor as bytes.

    Raises
    ------
    SettingsError
        If it holds a type that is not trusted: a foreign predictor.

    Examples
    --------
    >>> from radiosens.models.fitted import Samples, fit, find_predictor
    >>> x, names = np.eye(4, dtype="float32"), np.array(list("abcd"))
    >>> samples = Samples(x, tuple("wxyz"), np.arange(4.0), *[names] * 4)
    >>> fitted = fit(find_predictor("nearest"), samples, seed=0)
    >>> again = unpack(pack(fitted), "model.skops")
    >>> bool((again.predict(x) == fitted.predict(x)).all())
    True
    """
    if network_of(fitted.model) is not None:
        from radiosens.models.network_file import pack_network

        return pack_network(fitted)
    import skops.io

    try:
        data: bytes = skops.io.dumps(_plain(fitted), compression=zipfile.ZIP_DEFLATED)
        strangers = sorted(set(skops.io.get_untrusted_types(data=data)) - set(TRUSTED))
    except Exception as error:  # whatever skops can't write
        raise _cannot(fitted, f"{type(error).__name__}: {error}") from error
    if strangers:
        raise _cannot(fitted, f"it holds {', '.join(strangers[:3])}, which bundles do not trust")
    return data


def unpack(data: bytes, name: str) -> Fitted:
    """Return the predictor that was packed; its predictions are the same to the last bit.

    Raises
    ------
    InputError
        If the bytes are no such file, or name a type that is not trusted.
    """
    if name.endswith(".safetensors"):
        if missing := without_torch():
            raise InputError("its predictor is a network", where=name, cure=missing)
        from radiosens.models.network_file import unpack_network

        return unpack_network(data)
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise InputError("it is not a file of skops", where=name, cure=_CURE)
    import skops.io

    try:
        strangers = sorted(set(skops.io.get_untrusted_types(data=data)) - set(TRUSTED))
        if strangers:
            raise InputError(
                f"it asks for {', '.join(strangers[:3])}, which no bundle may hold",
                where=name,
                cure=_CURE,
            )
        return _fitted(skops.io.loads(data, trusted=list(TRUSTED)))
    except InputError:
        raise
    except Exception as error:  # a damaged file may raise anything
        raise InputError(
            f"it cannot be read ({type(error).__name__})", where=name, cure=_CURE
        ) from error


_CURE = "get the bundle anew from where it came, or train it again"


def _cannot(fitted: Fitted, why: str) -> SettingsError:
    return SettingsError(
        f"{fitted.predictor} cannot be put into a bundle: {' '.join(why.split())[:200]}",
        cure="choose a predictor of radiosens's own",
    )


def _plain(fitted: Fitted) -> dict[str, Any]:
    scaling = fitted.scaling
    return {
        "predictor": fitted.predictor,
        "mean": fitted.reference.mean,
        "gain": fitted.reference.gain,
        "scaling": None if scaling is None else scaling_parts(scaling),
        "model": fitted.model,
    }


def _fitted(found: dict[str, Any]) -> Fitted:
    scaling = found["scaling"]
    return Fitted(
        str(found["predictor"]),
        Reference(np.asarray(found["mean"], dtype=np.float32), float(found["gain"])),
        None if scaling is None else Scaling(**scaling),
        found["model"],
    )


def scaling_parts(scaling: Scaling) -> dict[str, Any]:
    """Return a scaling as plain values."""
    return {
        "means": dict(scaling.means),
        "spreads": dict(scaling.spreads),
        "grand_mean": scaling.grand_mean,
        "overall": scaling.overall,
    }
