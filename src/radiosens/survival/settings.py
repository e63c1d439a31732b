"""How curves are to be fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from radiosens.errors import SettingsError
from radiosens.survival.models import model_named

__all__ = ["FitSettings"]


@dataclass(frozen=True)
class FitSettings:
    """How curves are to be fitted.

    Attributes
    ----------
    model : str
        Of `radiosens.survival.models.MODELS`.
    method : {"ml", "ls"}, optional
        Maximum likelihood (colonies are Poisson with dispersion), or least squares on the log
        of survival. If not given, ``"ml"`` for colonies and ``"ls"`` for ready fractions.
    plating : {"fit", "fix"}
        Whether plating efficiencies are fitted with the curve or held at what the unirradiated
        dishes show.
    cooperation : {"correct", "ignore"}
        What becomes of a curve whose survival depends on the density of seeding: survival at
        equal numbers of colonies, or as if it did not.
    confidence : float
        Of all intervals.
    auc_dose : float, optional
        Upper end of the area under the curve in Gy; the highest dose of each curve if not given.
    """

    model: str = "lq"
    method: Literal["ml", "ls"] | None = None
    plating: Literal["fit", "fix"] = "fit"
    cooperation: Literal["correct", "ignore"] = "correct"
    confidence: float = 0.95
    auc_dose: float | None = None

    def checked(self) -> Self:
        """Return itself, or raise a SettingsError that names the setting."""
        model_named(self.model)
        for name, value, known in (
            ("method", self.method, ("ml", "ls", None)),
            ("plating", self.plating, ("fit", "fix")),
            ("cooperation", self.cooperation, ("correct", "ignore")),
        ):
            if value not in known:
                names = " or ".join(repr(k) for k in known if k)
                raise SettingsError(f"the {name} {value!r} is unknown", cure=f"choose {names}")
        if not 0.5 <= self.confidence < 1:
            raise SettingsError(
                f"a confidence of {self.confidence:g}", cure="give one from 0.5 to below 1"
            )
        if self.auc_dose is not None and not 0 < self.auc_dose < float("inf"):
            raise SettingsError(
                f"an area up to {self.auc_dose:g} Gy", cure="give a dose above 0 Gy"
            )
        return self
