"""What a model of many tables says of samples: SF2, area, curve, rank among solid lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.models.incoming import Incoming, Tile
from radiosens.models.intervals import cv_plus
from radiosens.models.line_memory import RestMemory
from radiosens.models.panel_answers import thirds_of
from radiosens.models.recognition import Recognition
from radiosens.models.sample import refusals_of
from radiosens.models.trained import Trained
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import match_quantiles, percentile_ranks
from radiosens.preprocessing.profiles import offsets_among, stand_among

__all__ = ["LEAST_GENES", "LINE_COLUMNS", "LineAnswers"]

#: With fewer of the model's genes a sample can't be placed.
LEAST_GENES = 50
#: Correlation with a platform's profile below which a sample is not expression of human cells, or
#: not on a log scale with its level: lines of other laboratories have 0.5 and more, shuffled
#: genes about 0.
LEAST_LIKENESS = 0.35
#: What a model of lines says beside `radiosens.models.prediction.COLUMNS`.
LINE_COLUMNS = ("rank", "platform", "likeness")

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class LineAnswers:
    """A model of many tables, ready for a file.

    Attributes
    ----------
    trained : Trained
    columns : array of int
        Which of the model's genes the file has.
    offsets : mapping, optional
        What all samples of the file have in common, by kind of platform, to be taken out.
    """

    trained: Trained
    columns: NDArray[np.intp] | None = None
    offsets: Mapping[str, Numbers] | None = None
    further = LINE_COLUMNS

    @classmethod
    def to(cls, trained: Trained, incoming: Incoming, *, together: bool) -> LineAnswers:
        """Make ready for a file."""
        own = cls(trained, incoming.columns)
        if not together:
            return own
        tiles = (own._on_genes(t.x[: t.size]) for t in incoming.tiles())
        return cls(trained, incoming.columns, offsets_among(tiles, trained.platforms))

    @property
    def numbers(self) -> tuple[str, ...]:
        """What is predicted."""
        return ("sf2", *(o.name for o in self.trained.card.outcomes))

    def of(
        self, tile: Tile, tissues: NDArray[np.str_]
    ) -> tuple[Recognition, dict[str, NDArray[Any]]]:
        """Return what samples look like, and all that is said of them."""
        x = self._on_genes(tile.x)
        found, platform, likeness = stand_among(x, self.trained.platforms, self.offsets)
        z = found.astype(np.float32)
        looks = self.memory.look_up(z)
        point, low, high = self._numbers(z)
        refusals = refusals_of(x, self._spread_as_logs(x, platform), tile.missing)
        verdict, reason = _verdicts(refusals, (~np.isnan(z)).sum(axis=1), likeness, looks)
        columns: dict[str, NDArray[Any]] = {
            "verdict": verdict,
            "reason": np.array(reason, dtype=object),
            "novelty_p": np.full(len(z), np.nan),
            "compared_with": np.full(len(z), "", dtype=object),
            "platform": platform,
            "likeness": likeness,
            "in_order": likeness >= LEAST_LIKENESS,
        }
        for j, name in enumerate(self.numbers):
            columns |= {name: point[:, j], f"{name}_low": low[:, j], f"{name}_high": high[:, j]}
        return looks, columns

    def places(self, sf2: Numbers) -> dict[str, NDArray[Any]]:
        """Rank predictions among those of held-out solid lines."""
        blood = {o.line for o in self.trained.card.lines if is_haematological(o.tissue)}
        residuals = self.trained.card.calibration.residuals
        held = np.sort([r.prediction for r in residuals if r.line not in blood])
        rank = np.where(np.isnan(sf2), np.nan, np.searchsorted(held, sf2) / len(held))
        return {"rank": rank, "third": thirds_of(rank, 1 / 3, 2 / 3)}

    @cached_property
    def memory(self) -> RestMemory:
        """The lines of training."""
        facts = self.trained.card.lines
        return RestMemory(
            self.trained.fitted.model,
            self.trained.profiles,
            np.array([one.line for one in facts]),
            np.array([one.donor for one in facts]),
        )

    @cached_property
    def errors(self) -> Numbers:
        """Absolute errors on held-out lines: (lines, targets)."""
        card = self.trained.card
        first = card.calibration.residuals
        truths = np.column_stack([[r.truth for r in first], *(o.truth for o in card.outcomes)])
        held = np.column_stack(
            [[r.prediction for r in first], *(o.prediction for o in card.outcomes)]
        )
        errors: Numbers = np.abs(truths - held)
        return errors

    def _on_genes(self, x: Matrix) -> Matrix:
        whole = np.full((len(x), len(self.trained.card.features)), np.nan, dtype=np.float32)
        whole[:, self.columns] = x
        return whole

    def _spread_as_logs(self, x: Matrix, platform: NDArray[np.str_]) -> Matrix:
        """Give each sample the levels that genes have on its kind of platform, by rank."""
        ranks = percentile_ranks(x)
        matched = np.full_like(ranks, np.nan)
        for name, profile in self.trained.platforms.items():
            levels = profile.mean[self.columns]
            levels = np.sort(levels[~np.isnan(levels)])
            own = platform == name
            matched[own] = match_quantiles(ranks[own], levels)
        return matched

    def _numbers(self, z: Matrix) -> tuple[Numbers, Numbers, Numbers]:
        """Return every target and the ends of its interval (CV+): (samples, targets) each."""
        own = self.trained
        point = np.maximum(own.fitted.model.predict_all(z), 0)
        by_fold = {k: fitted.model.predict_all(z) for k, fitted in own.folds.items()}
        folds = [int(r.fold) for r in own.card.calibration.residuals]
        low, high = np.empty_like(point), np.empty_like(point)
        for j in range(point.shape[1]):
            predictions = np.stack([by_fold[k][:, j] for k in folds], axis=1)
            low[:, j], high[:, j] = cv_plus(predictions, self.errors[:, j])
        # No predicted curve rises with dose.
        doses = [j for j, name in enumerate(self.numbers) if name.startswith("sf_")]
        point[:, doses] = np.minimum.accumulate(point[:, doses], axis=1)
        return point, np.minimum(low, point), np.maximum(high, point)


def _verdicts(
    refusals: list[str], measured: NDArray[np.intp], likeness: Numbers, looks: Recognition
) -> tuple[NDArray[np.str_], list[str]]:
    verdict, reason = np.full(len(refusals), "ok", dtype="U10"), []
    for i, refusal in enumerate(refusals):
        said = refusal
        if not said and measured[i] < LEAST_GENES:
            said = f"it has measured {measured[i]} of the model's genes"
        elif not said and likeness[i] < LEAST_LIKENESS:
            said = (
                "its genes are not high and low as in human cells, or its values are centred"
                f" (correlation with the profile of training {likeness[i]:.2f})"
            )
        if said:
            verdict[i] = "refused"
        elif looks.answer[i] == "yes":
            verdict[i] = "recognised"
        reason.append(said)
    return verdict, reason
