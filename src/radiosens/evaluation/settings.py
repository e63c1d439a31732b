"""The settings of an experiment: what decides its figures, and nothing else."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from radiosens.errors import SettingsError
from radiosens.evaluation.protocols import PROTOCOLS
from radiosens.predictors.registry import predictor_names

__all__ = [
    "NAIVE",
    "STRONGEST_NAIVE",
    "EvaluateSettings",
    "ExperimentSettings",
    "ReproduceSettings",
]


#: Predictors that see no expression, simple ones first.
NAIVE = ("mean", "lineage-mean", "tissue-mean")
#: What expression has to beat: the best of these on the same lines.
STRONGEST_NAIVE = "naive"


class ExperimentSettings(BaseModel):
    """What every experiment has; see `ReproduceSettings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["paper", "quick"] = "paper"
    rounds: int = Field(default=5, ge=1)
    folds: int = Field(default=6, ge=2)
    seed: int = Field(default=0, ge=0)
    epochs: int | None = Field(default=None, ge=1)
    exclude: Literal["mislabelled"] | None = None

    @classmethod
    def checked(cls, **values: Any) -> Self:
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

    def deciding(self) -> dict[str, Any]:
        """Return those that decide what is computed, as JSON has them."""
        return self.model_dump(mode="json")


class ReproduceSettings(ExperimentSettings):
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
    beside : tuple of str
        Further predictors, by name, that go through the same beside the network and the nearest
        neighbour. They decide none of the others' figures: a run may go on with more of them.
    """

    beside: tuple[str, ...] = ()

    @field_validator("beside")
    @classmethod
    def _known_beside(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_known(name) for name in values))

    def deciding(self) -> dict[str, Any]:
        """Return those that decide what is computed, as JSON has them."""
        return self.model_dump(mode="json", exclude={"beside"})


class EvaluateSettings(ExperimentSettings):
    """Settings of `evaluate`.

    Attributes
    ----------
    protocols : tuple of str
        Of ``replicate, line, donor, tissue``.
    predictors : tuple of str
        Names in the registry; ``("all",)`` for all that can run on the panel.
    shuffle : bool
        Whether SF2 is shuffled between donors first, so that nothing can be learned: whatever
        then scores above zero under ``donor`` has a leak.
    permutations : int
        Shufflings of SF2 on which fast predictors are fitted anew, over all folds and rounds,
        for a p value; between all donors, and within lineages.
    refits : int
        How many times a third of the donors is left out and all fast predictors are
        cross-validated anew, for their intervals; 0 leaves donors out of the testing alone.
    seeds : int
        Fits of each fold of the first round with as many seeds, for stochastic predictors.
    against : str
        The predictor that all others are compared with, or ``naive`` for the strongest of those
        that see no expression, protocol by protocol and subset by subset; it decides no fit.
    preset, rounds, folds, seed, epochs, exclude
        As for `ReproduceSettings`.
    """

    rounds: int = Field(default=3, ge=1)
    folds: int = Field(default=10, ge=2)
    protocols: tuple[str, ...] = ("replicate", "donor")
    predictors: tuple[str, ...] = ("all",)
    shuffle: bool = False
    permutations: int = Field(default=0, ge=0)
    refits: int = Field(default=21, ge=0)
    seeds: int = Field(default=1, ge=1)
    against: str = STRONGEST_NAIVE

    @field_validator("protocols")
    @classmethod
    def _known_protocols(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for name in values:
            if name not in PROTOCOLS:
                raise SettingsError(
                    f"there is no protocol {name!r}", cure=f"choose of {', '.join(PROTOCOLS)}"
                )
        if not values:
            raise SettingsError("no protocol is named", cure=f"choose of {', '.join(PROTOCOLS)}")
        return tuple(p for p in PROTOCOLS if p in values)

    @field_validator("predictors")
    @classmethod
    def _known_predictors(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if values == ("all",):
            return values
        if not values:
            raise SettingsError("no predictor is named", cure="name some, or 'all'")
        return tuple(dict.fromkeys(_known(name) for name in values))

    @field_validator("against")
    @classmethod
    def _known_against(cls, value: str) -> str:
        return value if value == STRONGEST_NAIVE else _known(value)

    def deciding(self) -> dict[str, Any]:
        """Return those that decide what is computed, as JSON has them."""
        return self.model_dump(mode="json", exclude={"against"})

    def check_against(self, names: list[str]) -> None:
        """Raise if the predictor to compare with was named and is not among those that run.

        Raises
        ------
        SettingsError
        """
        if self.against != STRONGEST_NAIVE and self.against not in names:
            raise SettingsError(
                f"{self.against} is to be compared with and is not evaluated",
                cure="add it to --predictors, or name another --against",
            )


def _known(name: str) -> str:
    """Refuse a name that no predictor has, without importing any predictor."""
    names = predictor_names()
    if name not in names:
        raise SettingsError(
            f"there is no predictor {name!r}", cure=f"choose one of {', '.join(names)}"
        )
    return name
