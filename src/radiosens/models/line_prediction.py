"""New samples by a model of many tables: SF2, area, survival curve, rank among solid lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.models.bundle import Bundle
from radiosens.models.incoming import Incoming, receive
from radiosens.models.intervals import cv_plus
from radiosens.models.line_memory import RestMemory
from radiosens.models.lineage import UNKNOWN
from radiosens.models.prediction import COLUMNS
from radiosens.models.recognition import Recognition
from radiosens.models.sample import MOST_MISSING, index_of
from radiosens.panel import Data
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.profiles import stand_among

__all__ = ["LEAST_GENES", "LINE_COLUMNS", "line_columns", "predict_lines", "predict_lines_read"]

#: With fewer of the model's genes a sample can't be placed.
LEAST_GENES = 50
#: Correlation with a platform's profile below which a sample is not expression of human cells, or
#: not on a log scale with its level: lines of other laboratories have 0.5 and more, shuffled
#: genes about 0.
LEAST_LIKENESS = 0.35
#: What a model of lines says beside `radiosens.models.prediction.COLUMNS`.
LINE_COLUMNS = ("rank", "platform", "likeness")
AT_ONCE = 500


def line_columns(bundle: Bundle) -> list[str]:
    """Return the columns of a model's table: those of all models, then its own."""
    own = [f"{o.name}{end}" for o in bundle.card.outcomes for end in ("", "_low", "_high")]
    return [*COLUMNS, *LINE_COLUMNS, *own]


def predict_lines(
    bundle: Bundle,
    data: Data,
    *,
    tissues: Mapping[str, str] | None = None,
    together: bool = False,
    keep_unlike: bool = False,
    scale: str | None = None,
) -> pd.DataFrame:
    """Predict SF2, area under the curve and the curve of every sample, or say why not.

    Parameters
    ----------
    bundle : Bundle
        Of many tables (`radiosens.models.line_training`).
    data, tissues, together, keep_unlike, scale
        See `radiosens.models.prediction.predict`. Whether a sample is unlike all of training
        this model does not judge: ``novelty_p`` is NaN.

    Returns
    -------
    DataFrame
        One row a sample, with `line_columns`: survival is dimensionless, ``auc`` in Gy;
        ``rank`` is the share of training's solid lines that were predicted (held out) to be
        more sensitive, 0 to 1; ``likeness`` the correlation with the profile of ``platform``.

    Raises
    ------
    InputError
        If the file can't be read, or has fewer than 50 of the model's genes.
    """
    from radiosens.sources import read_expression

    return predict_lines_read(
        bundle, read_expression(data, scale=scale), tissues=tissues, together=together
    )


def predict_lines_read(
    bundle: Bundle,
    adata: ad.AnnData,
    *,
    tissues: Mapping[str, str] | None = None,
    together: bool = False,
) -> pd.DataFrame:
    """Predict what `radiosens.read_expression` has read; see `predict_lines`."""
    incoming = receive(adata, bundle.card, least=LEAST_GENES)
    told = np.array([str((tissues or {}).get(s, "unknown")) for s in incoming.names])
    whole = np.full((len(incoming.x), len(bundle.card.features)), np.nan, dtype=np.float32)
    whole[:, incoming.columns] = incoming.x
    found, platform, likeness = stand_among(whole, bundle.platforms, together=together)
    z = found.astype(np.float32)
    parts = [
        _rows(bundle, incoming, slice(i, i + AT_ONCE), z, likeness)
        for i in range(0, len(z), AT_ONCE)
    ]
    table = pd.concat(parts, ignore_index=True)
    table["platform"], table["likeness"] = platform, likeness
    sf2 = np.array([one.sf2 for one in bundle.card.lines])
    by_tissue = pd.Series(sf2).groupby([one.tissue.lower() for one in bundle.card.lines]).mean()
    table["training_mean"] = float(sf2.mean())
    table["tissue_mean"] = [
        np.nan if t in UNKNOWN else float(by_tissue.get(t.lower(), np.nan)) for t in told
    ]
    table["source"] = incoming.source
    return table[line_columns(bundle)]


def _rows(
    bundle: Bundle, incoming: Incoming, rows: slice, z: Matrix, likeness: NDArray[np.float64]
) -> pd.DataFrame:
    own = z[rows]
    looks = _memory(bundle).look_up(own)
    verdict, reason = _verdicts(incoming, rows, own, likeness[rows], looks)
    shown = verdict != "refused"
    table = _facts(bundle, incoming, rows, looks, shown)
    table["verdict"], table["reason"] = verdict, reason
    point, low, high = _numbers(bundle, own)
    for j, name in enumerate(["sf2", *(o.name for o in bundle.card.outcomes)]):
        table[name] = np.where(shown, point[:, j], np.nan)
        table[f"{name}_low"] = np.where(shown, low[:, j], np.nan)
        table[f"{name}_high"] = np.where(shown, high[:, j], np.nan)
    table["rank"] = _ranks(bundle, table["sf2"].to_numpy(dtype=np.float64))
    names = np.array(["sensitive", "middle", "resistant"])
    table["third"] = [
        "" if np.isnan(r) else str(names[int(r > 1 / 3) + int(r > 2 / 3)]) for r in table["rank"]
    ]
    return table


def _memory(bundle: Bundle) -> RestMemory:
    facts = bundle.card.lines
    return RestMemory(
        bundle.fitted.model,
        bundle.profiles,
        np.array([one.line for one in facts]),
        np.array([one.donor for one in facts]),
    )


def _verdicts(
    incoming: Incoming, rows: slice, z: Matrix, likeness: NDArray[np.float64], looks: Recognition
) -> tuple[NDArray[np.str_], list[str]]:
    measured = (~np.isnan(z)).sum(axis=1)
    verdict, reason = np.full(len(z), "ok", dtype="U10"), []
    for i, missing in enumerate(incoming.missing[rows]):
        said = ""
        if missing > MOST_MISSING:
            said = f"{missing:.0%} of what its file measures is missing"
        elif measured[i] < LEAST_GENES:
            said = f"it has measured {measured[i]} of the model's genes"
        elif likeness[i] < LEAST_LIKENESS:
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


def _numbers(
    bundle: Bundle, z: Matrix
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return every target and the ends of its interval (CV+): (samples, targets) each."""
    card = bundle.card
    point = np.maximum(bundle.fitted.model.predict_all(z), 0)
    by_fold = {k: fitted.model.predict_all(z) for k, fitted in bundle.folds.items()}
    fold = np.array([r.fold for r in card.calibration.residuals])
    first = [[r.truth, r.prediction] for r in card.calibration.residuals]
    truths = np.column_stack([[t for t, _ in first], *(o.truth for o in card.outcomes)])
    held = np.column_stack([[p for _, p in first], *(o.prediction for o in card.outcomes)])
    low, high = np.empty_like(point), np.empty_like(point)
    for j in range(point.shape[1]):
        predictions = np.stack([by_fold[int(k)][:, j] for k in fold], axis=1)
        errors = np.abs(truths[:, j] - held[:, j])
        low[:, j], high[:, j] = cv_plus(predictions, errors)
    _fall(point, card)
    return point, np.minimum(low, point), np.maximum(high, point)


def _fall(point: NDArray[np.float64], card: Any) -> None:
    """Let no predicted curve rise with dose."""
    doses = [1 + j for j, o in enumerate(card.outcomes) if o.name.startswith("sf_")]
    point[:, doses] = np.minimum.accumulate(point[:, doses], axis=1)


def _ranks(bundle: Bundle, sf2: NDArray[np.float64]) -> list[float]:
    blood = {o.line for o in bundle.card.lines if is_haematological(o.tissue)}
    held = np.sort([r.prediction for r in bundle.card.calibration.residuals if r.line not in blood])
    return [np.nan if np.isnan(v) else float((held < v).mean()) for v in sf2]


def _facts(
    bundle: Bundle, incoming: Incoming, rows: slice, looks: Recognition, shown: NDArray[np.bool_]
) -> pd.DataFrame:
    sf2 = {one.line: one.sf2 for one in bundle.card.lines}
    named = (looks.answer != "no") & shown
    rsi, rsi_genes = index_of(incoming.raw, rows)
    measured = incoming.measured[rows]
    return pd.DataFrame(
        {
            "sample": incoming.names[rows],
            "looks_like": np.where(named, looks.line, ""),
            "recognition": np.where(shown, looks.similarity, np.nan),
            "recognised": np.where(shown, looks.answer, ""),
            "measured_sf2": [
                sf2[str(line)] if yes == "yes" and ok else np.nan
                for line, yes, ok in zip(looks.line, looks.answer, shown, strict=True)
            ],
            "runner_up": np.where(named, looks.runner_up, ""),
            "next_recognition": np.where(shown, looks.next_similarity, np.nan),
            "novelty_p": np.nan,
            "compared_with": "",
            "genes_measured": measured,
            "genes_filled": len(bundle.card.features) - measured,
            "rsi": rsi,
            "rsi_genes": rsi_genes,
            "gard": np.nan,
        }
    )
