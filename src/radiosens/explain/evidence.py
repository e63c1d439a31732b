"""From what fits came to, to what a verdict goes by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.explain.fits import ExplainFit, ExplainInputs, explain_fit
from radiosens.explain.model import ModelFigures, plan, summarise
from radiosens.explain.verdict import Evidence
from radiosens.models.fitted import Samples, find_predictor

__all__ = ["RunFits", "evidence_of", "here", "model_figures", "solid_rows"]

#: Does fits, in the order asked for: here, or as tasks of a run.
RunFits = Callable[[ExplainInputs, Sequence[ExplainFit]], list[Any]]


def here(inputs: ExplainInputs, fits: Sequence[ExplainFit]) -> list[Any]:
    """Do fits one after the other in this process."""
    return [explain_fit(inputs, one) for one in fits]


def model_figures(
    inputs: ExplainInputs, *, run: RunFits = here, **planned: Any
) -> tuple[ModelFigures, ModelFigures | None]:
    """Fit and explain a predictor on all lines, and on solid lines alone.

    Parameters
    ----------
    inputs : ExplainInputs
    run : callable
        What does the fits.
    planned
        For `radiosens.explain.model.plan`: ``folds, rounds, shuffles, seed``.

    Returns
    -------
    all lines, and solid ones : ModelFigures
        The second is None where no line is haematological, or too few are left.
    """
    samples, genes = inputs.samples, inputs.genes.names
    predictor = find_predictor(inputs.predictor)
    planned["block"] = 500 if predictor.fast else 1 if predictor.trains_in_epochs else 10
    fits = plan(samples, **planned)
    figures = summarise(samples, genes, fits, run(inputs, fits))
    rows = solid_rows(samples, int(planned.get("folds", 5)))
    if rows is None:
        return figures, None
    rest, part = samples.part(rows), tuple(map(int, rows))
    fits = [replace(one, part=part) for one in plan(rest, **planned)]
    return figures, summarise(rest, genes, fits, run(inputs, fits))


def solid_rows(samples: Samples, folds: int) -> NDArray[np.intp] | None:
    """Return the samples of solid lines; None if these are all, or fewer donors than two a fold."""
    solid = np.array([not is_haematological(t) for t in samples.tissues])
    if solid.all() or len(set(samples.donors[solid])) < 2 * folds:
        return None
    return np.flatnonzero(solid)


def evidence_of(figures: ModelFigures, solid: ModelFigures | None) -> Evidence:
    """Gather what a verdict goes by."""
    blood = sorted({t for t in figures.predictions["tissue"] if is_haematological(t)})
    found = Evidence(
        skill=float(figures.skill[0]),
        skill_chance=_mean(figures.skill[1:]),
        skill_p=figures.p_of("skill"),
        reliability=float(figures.reliability[0]),
        reliability_chance=_mean(figures.reliability[1:]),
        reliability_p=figures.p_of("reliability"),
        after_shuffling=figures.layers[-1][1] if figures.layers else float("nan"),
        lineage=figures.lineage(),
        lineage_names=blood[0].lower() if len(blood) == 1 else "leukaemia or lymphoma",
        shuffles=len(figures.skill) - 1,
        genes_p=figures.p_of("above"),
    )
    if solid is None:
        return found
    return replace(found, solid_skill=float(solid.skill[0]), solid_p=solid.p_of("skill"))


def _mean(values: Any) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
