"""The settings of an experiment: what decides its figures, and nothing else."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from radiosens.errors import SettingsError

__all__ = ["ReproduceSettings"]


class ReproduceSettings(BaseModel):
    """Settings of `reproduce`; the defaults are the paper's.

    Attributes
    ----------
    preset : {"paper", "quick"}
        The network.
    rounds, folds : int
        Rounds of cross-validation, and folds in each.
    seed : int
        Of folds and fits.
    epochs : int, optional
        Passes over the training samples; the preset's where not given.
    exclude : {"mislabelled"}, optional
        Leave out the samples that the check of labels gives this verdict.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["paper", "quick"] = "paper"
    rounds: int = Field(default=5, ge=1)
    folds: int = Field(default=6, ge=2)
    seed: int = Field(default=0, ge=0)
    epochs: int | None = Field(default=None, ge=1)
    exclude: Literal["mislabelled"] | None = None

    @classmethod
    def checked(cls, **values: Any) -> ReproduceSettings:
        """Build settings from what a user typed.

        Raises
        ------
        SettingsError
            Naming the first setting that is wrong.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(
                f"{first['input']!r} is no {first['loc'][0]}", cure=first["msg"].lower()
            ) from None

    def network_settings(self) -> dict[str, Any]:
        """Return what the network is made with."""
        return {"preset": self.preset, "epochs": self.epochs}
