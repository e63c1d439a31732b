"""What a model of one panel says of samples: which line, how unusual, and a number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.models.calibration import held_out, line_profiles
from radiosens.models.incoming import Incoming, Tile
from radiosens.models.intervals import cv_plus, donor_errors
from radiosens.models.novelty import LEVEL, Novelty, kind_of, p_values, unusual
from radiosens.models.recognition import LineMemory, Recognition
from radiosens.models.sample import refusals_of
from radiosens.models.trained import Trained
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import (
    Reference,
    match_mean_and_spread,
    match_quantiles,
    offset_of,
    percentile_ranks,
)

__all__ = ["PanelAnswers", "thirds_of"]

#: Correlation of a sample's ranks of genes with training's below which they are not high and low
#: as in training: values that were centred gene by gene, or ratios. Lines and tissues by other
#: arrays and by sequencing have 0.52 and more.
LEAST_ORDER = 0.35


@dataclass(frozen=True)
class PanelAnswers:
    """Training, as far as a file's features go.

    Attributes
    ----------
    trained : Trained
    columns : array of int
        Which of the model's features the file has.
    offset : array of shape (measured features,), optional
        What all samples of the file differ by from training, to be taken out.
    """

    trained: Trained
    columns: NDArray[np.intp]
    offset: Matrix | None = None
    numbers = ("sf2",)
    further = ()

    @classmethod
    def to(cls, trained: Trained, incoming: Incoming, *, together: bool) -> PanelAnswers:
        """Make ready for a file."""
        offset = None
        if together:
            reference = trained.fitted.reference
            part = Reference(reference.mean[incoming.columns], reference.gain)
            tiles = (match_mean_and_spread(t.x[: t.size], part) for t in incoming.tiles())
            offset = offset_of(tiles, part)
        return cls(trained, incoming.columns, offset)

    def of(
        self, tile: Tile, tissues: NDArray[np.str_]
    ) -> tuple[Recognition, dict[str, NDArray[Any]]]:
        """Return what samples look like, and all that is said of them."""
        ranks = percentile_ranks(tile.x)
        matched = match_quantiles(ranks, self.quantiles)
        looks = self.memory.look_up(matched)
        found = unusual(ranks, self.ranks)
        in_order = found.order >= LEAST_ORDER
        novelty = p_values(found, kind_of(tile.x), self.null)
        point, low, high = self._numbers(tile.x, tissues)
        extra = self.trained.card.calibration.alignment_error
        widen = np.array([extra.get(k, 0.0) for k in novelty.kind])
        refusals = refusals_of(tile.x, matched, tile.missing)
        verdict, reason = _verdicts(refusals, looks, novelty, in_order)
        return looks, {
            "sf2": point,
            "sf2_low": np.maximum(low - widen, 0),
            "sf2_high": high + widen,
            "verdict": verdict,
            "reason": np.array(reason, dtype=object),
            "novelty_p": novelty.p,
            "compared_with": novelty.kind,
            "in_order": in_order,
        }

    def places(self, sf2: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """Place predictions among the training lines' measured SF2."""
        low, high = np.quantile([one.sf2 for one in self.trained.card.lines], [1 / 3, 2 / 3])
        return {"third": thirds_of(sf2, low, high)}

    @cached_property
    def memory(self) -> LineMemory:
        """The lines of training on the file's features."""
        own, facts = self.trained, self.trained.card.lines
        names = [one.line for one in facts]
        profiles = line_profiles(own.profiles[:, self.columns], own.sample_lines, names)
        donors, tissues = [one.donor for one in facts], [one.tissue for one in facts]
        return LineMemory(profiles, np.array(names), np.array(donors), np.array(tissues))

    @cached_property
    def ranks(self) -> Matrix:
        """Percentile ranks of training's lines."""
        return percentile_ranks(self.memory.profiles)

    @cached_property
    def quantiles(self) -> Matrix:
        """What each rank is on training's scale."""
        levels: Matrix = np.sort(self.memory.profiles, axis=1).mean(axis=0)
        return levels

    @cached_property
    def null(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """How unusual held-out donors are, by where they were measured."""
        elsewhere = dict(self.trained.card.calibration.novelty)
        return elsewhere | {"as training": held_out(self.ranks, self.memory.donors)}

    @cached_property
    def errors(self) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Each held-out donor's error, and the fold whose model had not seen it."""
        errors, folds, _ = donor_errors(self.trained.card.calibration.residuals)
        return errors, folds

    def _numbers(
        self, x: Matrix, tissues: NDArray[np.str_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the prediction and the ends of its interval; see `intervals`."""
        fitted, folds = self.trained.fitted, self.trained.folds
        whole = np.full((len(x), len(self.trained.card.features)), np.nan, dtype=np.float32)
        whole[:, self.columns] = x
        aligned = match_mean_and_spread(whole, fitted.reference)
        if self.offset is not None:
            aligned[:, self.columns] -= self.offset
        point = fitted.predict_prepared(fitted.finish(aligned), tissues)
        errors, owner = self.errors
        if folds:
            by_fold = {
                k: one.predict_prepared(one.finish(aligned), tissues) for k, one in folds.items()
            }
            predictions = np.stack([by_fold[int(k)] for k in owner], axis=1)
        else:
            predictions = np.repeat(point[:, None], len(errors), axis=1)
        low, high = cv_plus(predictions, errors)
        return point, np.minimum(low, point), np.maximum(high, point)


def thirds_of(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.object_]:
    """Name the third that each value is in; nothing where it is NaN.

    Examples
    --------
    >>> thirds_of(np.array([0.2, np.nan, 0.9]), 0.3, 0.6).tolist()
    ['sensitive', '', 'resistant']
    """
    names = np.array(["sensitive", "middle", "resistant"], dtype=object)
    with np.errstate(invalid="ignore"):
        third = (values > low).astype(int) + (values > high)
    return np.where(np.isnan(values), "", names[third])


def _verdicts(
    refusals: list[str], looks: Recognition, novelty: Novelty, in_order: NDArray[np.bool_]
) -> tuple[NDArray[np.str_], list[str]]:
    """Say what is to be done with each sample, and why; what is recognised is not unlike."""
    verdict, reason = np.full(len(refusals), "ok", dtype="U10"), []
    for i, refusal in enumerate(refusals):
        said = ""
        if refusal:
            verdict[i], said = "refused", refusal
        elif looks.answer[i] == "yes" and in_order[i]:
            verdict[i] = "recognised"
        elif novelty.p[i] < LEVEL:
            verdict[i], where = "unlike", novelty.kind[i]
            those = "training lines" if where == "as training" else f"lines measured by {where}"
            said = (
                f"it is unlike all training lines (p = {novelty.p[i]:.2g} among held-out {those})"
            )
            if not in_order[i]:
                said += "; its genes are not high and low as in training"
        reason.append(said)
    return verdict, reason
