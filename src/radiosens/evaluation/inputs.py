"""What all fits of a run share, and the versions and code that they depend on."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import anndata as ad
import cloudpickle

from radiosens.predictors import Predictor, get_predictor, registered_here
from radiosens.predictors.fingerprint import code_fingerprint

__all__ = ["LOOKED_UP", "FitInputs", "installed_version", "numeric_versions"]

#: What every fit passes through.
_FITS = "radiosens.evaluation.fits"

_DECIDES_ROUNDING = ("radiosens", "torch", "numpy", "scipy", "scikit-learn")

#: Modules that a fit passes through and that decide nothing of its result.
LOOKED_UP = frozenset(
    f"radiosens.predictors{part}" for part in ("", ".registry", ".fingerprint", ".parameters")
)


def numeric_versions() -> dict[str, str]:
    """Return the versions that results depend on to the last digit, besides the processor."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: installed_version(name) for name in _DECIDES_ROUNDING},
    }


def installed_version(package: str) -> str:
    """Return a package's version, or that it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@dataclass(frozen=True)
class FitInputs:
    """What all fits of a run share: the panel, and predictors that workers may not know.

    Attributes
    ----------
    panel : AnnData
        From `radiosens.load_panel`.
    hash : str
        Of everything in it that a fit can depend on.
    names : tuple of str
        The predictors that are fitted.
    registered : bytes
        Those of them that were registered in this process, by ``cloudpickle``.
    """

    panel: ad.AnnData
    hash: str
    names: tuple[str, ...]
    registered: bytes

    @classmethod
    def of(cls, panel: ad.AnnData, data_hash: str, names: Sequence[str]) -> FitInputs:
        """Gather them in the process that begins a run."""
        own = {name: p for name, p in registered_here().items() if name in names}
        return cls(panel, data_hash, tuple(names), cloudpickle.dumps(own))

    def predictor(self, name: str) -> Predictor:
        """Return a predictor by name, in a worker too."""
        own = registered_here().get(name) or _unpacked(self.registered).get(name)
        return own or get_predictor(name)

    def code(self, name: str) -> str:
        """Return the fingerprint of the code that a predictor's results come from."""
        return _code(self.predictor(name))

    def versions(self) -> dict[str, str]:
        """Return what results depend on besides data and settings."""
        return numeric_versions() | {f"code of {name}": self.code(name) for name in self.names}


@lru_cache(maxsize=8)
def _unpacked(registered: bytes) -> dict[str, Predictor]:
    found: dict[str, Predictor] = cloudpickle.loads(registered)
    return found


@lru_cache
def _code(predictor: Predictor) -> str:
    estimator = predictor.make(random_state=0)
    modules = {predictor.make.__module__, type(estimator).__module__, _FITS}
    return code_fingerprint(modules, stop=LOOKED_UP)
