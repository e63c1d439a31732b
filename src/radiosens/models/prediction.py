"""From new samples to answers: predicted SF2 with an interval, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.models.bundle import Bundle
from radiosens.models.calibration import held_out, line_profiles
from radiosens.models.incoming import Incoming, receive
from radiosens.models.intervals import cv_plus, donor_errors
from radiosens.models.lineage import UNKNOWN
from radiosens.models.novelty import LEVEL, Novelty, kind_of, p_values, unusual
from radiosens.models.recognition import LineMemory, Recognition
from radiosens.models.sample import index_of, refusals_of
from radiosens.panel import Data
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import (
    Reference,
    match_mean_and_spread,
    match_quantiles,
    offset_of,
    percentile_ranks,
)

__all__ = ["COLUMNS", "predict", "predict_read"]

#: Of the table of predictions, in order; what follows the first twelve is for the reader.
COLUMNS = (
    "sample", "sf2", "sf2_low", "sf2_high", "verdict", "looks_like", "recognition", "novelty_p",
    "genes_measured", "genes_filled", "rsi", "gard", "third", "training_mean", "tissue_mean",
    "recognised", "measured_sf2", "runner_up", "next_recognition", "compared_with", "rsi_genes",
    "source", "reason",
)  # fmt: skip
#: Samples worked on at once: memory does not grow with a file's samples.
AT_ONCE = 500


@dataclass(frozen=True)
class _Training:
    """Training, as far as a file's features go."""

    bundle: Bundle
    columns: NDArray[np.intp]

    @cached_property
    def memory(self) -> LineMemory:
        facts = self.bundle.card.lines
        names = [one.line for one in facts]
        profiles = line_profiles(
            self.bundle.profiles[:, self.columns], self.bundle.sample_lines, names
        )
        donors, tissues = [one.donor for one in facts], [one.tissue for one in facts]
        return LineMemory(profiles, np.array(names), np.array(donors), np.array(tissues))

    @cached_property
    def ranks(self) -> Matrix:
        return percentile_ranks(self.memory.profiles)

    @cached_property
    def quantiles(self) -> Matrix:
        levels: Matrix = np.sort(self.memory.profiles, axis=1).mean(axis=0)
        return levels

    @cached_property
    def null(self) -> dict[str, tuple[tuple[float, float], ...]]:
        elsewhere = dict(self.bundle.card.calibration.novelty)
        return elsewhere | {"as training": held_out(self.ranks, self.memory.donors)}


def predict(
    bundle: Bundle,
    data: Data,
    *,
    tissues: Mapping[str, str] | None = None,
    together: bool = False,
    keep_unlike: bool = False,
    scale: str | None = None,
) -> pd.DataFrame:
    """Predict SF2 of every sample of a file, or say why not.

    Parameters
    ----------
    bundle : Bundle
        From `radiosens.load_bundle`.
    data : AnnData, str or Path
        Expression, read as by `radiosens.read_expression`.
    tissues : mapping, optional
        Sample to tissue, where known.
    together : bool
        Whether to take out, feature by feature, what all samples of the file differ by from
        training (`radiosens.preprocessing.alignment.remove_offset`): for several samples of
        another laboratory that are as mixed as training. Without it, a sample's prediction
        does not depend on the other samples.
    keep_unlike : bool
        Whether samples unlike training get their number nevertheless.
    scale : str, optional
        What the values are, see `radiosens.read_expression`.

    Returns
    -------
    DataFrame
        One row a sample, with `COLUMNS`. ``verdict`` is ``ok``, ``recognised`` (a line of
        training: the model knew its SF2), ``unlike`` or ``refused``; the last two have no
        ``sf2`` and a ``reason``. SF2 is the surviving fraction at 2 Gy, ``sf2_low`` and
        ``sf2_high`` a 90 % interval for unseen donors, ``novelty_p`` how often held-out lines
        are as unusual. ``gard`` is left empty here.

    Raises
    ------
    InputError
        If the file can't be read, or has too few of the model's features.
    """
    from radiosens.sources import read_expression

    adata = read_expression(data, scale=scale)
    return predict_read(bundle, adata, tissues=tissues, together=together, keep_unlike=keep_unlike)


def predict_read(
    bundle: Bundle,
    adata: ad.AnnData,
    *,
    tissues: Mapping[str, str] | None = None,
    together: bool = False,
    keep_unlike: bool = False,
) -> pd.DataFrame:
    """Predict what `radiosens.read_expression` has read; see `predict`."""
    incoming = receive(adata, bundle.card)
    training = _Training(bundle, incoming.columns)
    told = np.array([str((tissues or {}).get(s, "unknown")) for s in incoming.names])
    offset = _offset(bundle, incoming) if together else None
    parts = [
        _rows(training, incoming, slice(i, i + AT_ONCE), told, offset, keep_unlike)
        for i in range(0, len(incoming.x), AT_ONCE)
    ]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _offset(bundle: Bundle, incoming: Incoming) -> Matrix:
    reference = bundle.fitted.reference
    part = Reference(reference.mean[incoming.columns], reference.gain)
    return offset_of(match_mean_and_spread(incoming.x, part), part)


def _rows(
    training: _Training,
    incoming: Incoming,
    rows: slice,
    tissues: NDArray[np.str_],
    offset: Matrix | None,
    keep_unlike: bool,
) -> pd.DataFrame:
    x, bundle = incoming.x[rows], training.bundle
    ranks = percentile_ranks(x)
    matched = match_quantiles(ranks, training.quantiles)
    refusals = refusals_of(x, matched, incoming.missing[rows])
    looks = training.memory.look_up(matched)
    novelty = p_values(unusual(ranks, training.ranks), kind_of(x), training.null)
    point, low, high = _numbers(bundle, incoming.columns, x, tissues[rows], offset)
    extra = bundle.card.calibration.alignment_error
    widen = np.array([extra.get(k, 0.0) for k in novelty.kind])
    verdict, reason = _verdicts(refusals, looks, novelty, incoming.source)
    shown = np.isin(verdict, ["ok", "recognised"]) | ((verdict == "unlike") & keep_unlike)
    table = _facts(bundle, incoming, rows, tissues[rows], looks, novelty)
    table["sf2"] = np.where(shown, point, np.nan)
    table["sf2_low"] = np.where(shown, np.maximum(low - widen, 0), np.nan)
    table["sf2_high"] = np.where(shown, high + widen, np.nan)
    table["third"] = _thirds(bundle, table["sf2"].to_numpy())
    table["verdict"], table["reason"] = verdict, reason
    table.loc[verdict == "refused", ["looks_like", "recognised", "runner_up", "measured_sf2"]] = ""
    refused = verdict == "refused"
    table.loc[refused, ["recognition", "next_recognition", "novelty_p", "rsi"]] = np.nan
    table["measured_sf2"] = pd.to_numeric(table["measured_sf2"])
    table["gard"] = np.nan
    return table


def _numbers(
    bundle: Bundle,
    columns: NDArray[np.intp],
    x: Matrix,
    tissues: NDArray[np.str_],
    offset: Matrix | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the prediction and the ends of its interval; see `intervals`."""
    whole = np.full((len(x), len(bundle.card.features)), np.nan, dtype=np.float32)
    whole[:, columns] = x
    aligned = match_mean_and_spread(whole, bundle.fitted.reference)
    if offset is not None:
        aligned[:, columns] -= offset
    point = bundle.fitted.predict_prepared(bundle.fitted.finish(aligned), tissues)
    errors, folds, _ = donor_errors(bundle.card.calibration.residuals)
    if bundle.folds:
        by_fold = {
            k: fitted.predict_prepared(fitted.finish(aligned), tissues)
            for k, fitted in bundle.folds.items()
        }
        predictions = np.stack([by_fold[int(k)] for k in folds], axis=1)
    else:
        predictions = np.repeat(point[:, None], len(errors), axis=1)
    low, high = cv_plus(predictions, errors)
    return point, np.minimum(low, point), np.maximum(high, point)


def _verdicts(
    refusals: list[str], looks: Recognition, novelty: Novelty, source: str
) -> tuple[NDArray[np.str_], list[str]]:
    verdict, reason = np.full(len(refusals), "ok", dtype="U10"), []
    for i, refusal in enumerate(refusals):
        said = ""
        if refusal:
            verdict[i], said = "refused", refusal
        elif looks.answer[i] == "yes":
            verdict[i] = "recognised"
        elif novelty.p[i] < LEVEL:
            verdict[i], where = "unlike", novelty.kind[i]
            those = "training lines" if where == "as training" else f"lines measured by {where}"
            said = (
                f"it is unlike all training lines (p = {novelty.p[i]:.2g} among held-out {those})"
            )
        reason.append(said)
    return verdict, reason


def _facts(
    bundle: Bundle,
    incoming: Incoming,
    rows: slice,
    tissues: NDArray[np.str_],
    looks: Recognition,
    novelty: Novelty,
) -> pd.DataFrame:
    """Return all that is said of samples besides the number."""
    lines = {one.line: one for one in bundle.card.lines}
    sf2 = np.array([one.sf2 for one in lines.values()])
    by_tissue = pd.Series(sf2).groupby([one.tissue for one in lines.values()]).mean()
    named = looks.answer != "no"
    rsi, rsi_genes = index_of(incoming.raw, rows)
    measured = incoming.measured[rows]
    return pd.DataFrame(
        {
            "sample": incoming.names[rows],
            "looks_like": np.where(named, looks.line, ""),
            "recognition": looks.similarity,
            "recognised": looks.answer,
            "measured_sf2": [
                lines[one].sf2 if yes else np.nan
                for one, yes in zip(looks.line, looks.answer == "yes", strict=True)
            ],
            "runner_up": np.where(named, looks.runner_up, ""),
            "next_recognition": looks.next_similarity,
            "novelty_p": novelty.p,
            "compared_with": novelty.kind,
            "genes_measured": measured,
            "genes_filled": len(bundle.card.features) - measured,
            "rsi": rsi,
            "rsi_genes": rsi_genes,
            "training_mean": float(sf2.mean()),
            "tissue_mean": [
                np.nan if t in UNKNOWN else float(by_tissue.get(t, np.nan)) for t in tissues
            ],
            "source": incoming.source,
        }
    ).astype({"measured_sf2": object})


def _thirds(bundle: Bundle, sf2: NDArray[np.float64]) -> list[Any]:
    """Place predictions among the training lines' measured SF2."""
    low, high = np.quantile([one.sf2 for one in bundle.card.lines], [1 / 3, 2 / 3])
    names = np.array(["sensitive", "middle", "resistant"])
    return ["" if np.isnan(v) else str(names[int(v > low) + int(v > high)]) for v in sf2]
