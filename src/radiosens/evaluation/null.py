"""Null distributions: what predictors score when SF2 is shuffled, over all folds and rounds.

Shuffled between all donors, nothing can be learned. Shuffled within lineages, that blood is
sensitive can still be, and nothing else: the question whether expression adds to it. A fit's
scaling and folds do not depend on SF2, and predictors that can are fitted to many shufflings at
once (``predict_each``), to the same numbers as one by one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.evaluation.fits import (
    fit_arguments,
    fit_seed,
    predict_arguments,
    predictor_identity,
    split_sides,
)
from radiosens.evaluation.inputs import LOOKED_UP, FitInputs
from radiosens.evaluation.shuffling import shuffled_sf2
from radiosens.evaluation.significance import p_value, subsets
from radiosens.evaluation.splits import Split, check_split
from radiosens.predictors.fingerprint import code_fingerprint
from radiosens.runs.tasks import OnStep, Task
from radiosens.runs.threads import one_thread

__all__ = ["BLOCK", "NullFits", "null_as_task", "null_rows", "null_table", "permuted", "run_null"]

Numbers = NDArray[np.float64]

#: Shufflings in a task: what is lost when a run is stopped; preparing values costs more than they.
BLOCK = 1000


@dataclass(frozen=True)
class NullFits:
    """Fits of one predictor to some shufflings of SF2, on all splits of a protocol.

    Attributes
    ----------
    predictor, protocol : str
    splits : tuple of Split
        Of all rounds.
    seed : int
        The run's.
    within : str
        ``all donors`` or ``within lineage``.
    numbers : tuple of int
        Which shufflings.
    """

    predictor: str
    protocol: str
    splits: tuple[Split, ...]
    seed: int
    within: str
    numbers: tuple[int, ...]


def permuted(obs: pd.DataFrame) -> tuple[str, ...]:
    """Return the ways of shuffling that differ on a panel."""
    found = {is_haematological(str(t)) for t in obs["tissue"].unique()}
    return ("all donors", "within lineage") if len(found) > 1 else ("within lineage",)


def null_as_task(inputs: FitInputs, fits: NullFits) -> Task:
    """Return the task of some fits, keyed by all that the result depends on."""
    content = {
        "panel": inputs.hash,
        "predictor": predictor_identity(inputs.predictor(fits.predictor), ()),
        "code": [inputs.code(fits.predictor), _scoring_code()],
        "splits": [[s.round, s.fold, s.train, s.test] for s in fits.splits],
        "seed": fits.seed,
        "protocol": fits.protocol,
        "within": fits.within,
        "numbers": fits.numbers,
    }
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    label = {
        "predictor": fits.predictor,
        "protocol": fits.protocol,
        "shuffled": fits.within,
        "numbers": f"{fits.numbers[0]} to {fits.numbers[-1]}",
    }
    return Task(key, run_null, fits, label)


@lru_cache
def _scoring_code() -> str:
    return code_fingerprint({__name__}, stop=LOOKED_UP)


def run_null(
    inputs: FitInputs, fits: NullFits, on_step: OnStep | None = None
) -> dict[str, dict[str, list[float]]]:
    """Fit to each shuffling and score lines' mean predictions.

    Returns
    -------
    dict
        Subset to ``r2`` and ``pearson_r``, a value a shuffling.
    """
    obs = inputs.panel.obs
    truth = np.column_stack([shuffled_sf2(obs, n, fits.within) for n in fits.numbers])
    predicted, level = np.zeros_like(truth), np.zeros_like(truth)
    rounds = len({split.round for split in fits.splits})
    for split in fits.splits:
        train, test = (obs.index.get_indexer(list(s)) for s in (split.train, split.test))
        with one_thread():
            predicted[test] += _predict_each(inputs, fits, split, truth[train]) / rounds
        level[test] += truth[train].mean(axis=0) / rounds
    return _score(obs, truth, predicted, level)


def _predict_each(inputs: FitInputs, fits: NullFits, split: Split, targets: Numbers) -> Numbers:
    obs = inputs.panel.obs
    check_split(split, obs, fits.protocol)
    predictor = inputs.predictor(fits.predictor)
    settings = {"features": tuple(inputs.panel.var_names)} if predictor.uses_features else {}
    model = predictor.make(random_state=fit_seed(fits.seed, split), **settings)
    train, test, _ = split_sides(inputs.panel, split, scaled=predictor.scaled)
    told = fit_arguments(predictor, obs, split, fits.protocol)
    later = predict_arguments(predictor, obs, split)
    if hasattr(model, "predict_each"):
        tested = {"test_tissues": later["tissues"]} if later else {}
        found: Numbers = model.predict_each(train, targets, test, **told, **tested)
        return found
    return np.column_stack(
        [model.fit(train, own, **told).predict(test, **later) for own in targets.T]
    )


def _score(
    obs: pd.DataFrame, truth: Numbers, predicted: Numbers, level: Numbers
) -> dict[str, dict[str, list[float]]]:
    line = obs["line"].astype(str).to_numpy()
    names, codes = np.unique(line, return_inverse=True)
    members = (np.arange(len(names))[:, None] == codes).astype(float)
    members /= members.sum(axis=1, keepdims=True)
    t, p, shift = members @ truth, members @ predicted, members @ level
    found = {}
    for subset, lines in subsets(obs).items():
        own = np.isin(names, lines)
        found[subset] = {
            "r2": _finite(1 - _sum((p - t)[own]) / _sum(_centred(t[own]))),
            "pearson_r": _finite(_r(t[own], (p - shift)[own])),
        }
    return found


def _r(t: Numbers, p: Numbers) -> Numbers:
    t, p = _centred(t), _centred(p)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((t * p).sum(axis=0) / np.sqrt(_sum(t) * _sum(p)))


def _centred(values: Numbers) -> Numbers:
    return np.asarray(values - values.mean(axis=0))


def _sum(values: Numbers) -> Numbers:
    return np.asarray(np.square(values).sum(axis=0))


def _finite(values: Numbers) -> list[float]:
    """Take an undefined score, of a constant prediction, for none."""
    return [float(v) for v in np.nan_to_num(values)]


def null_rows(fits: Sequence[NullFits], values: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return what null fits score.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, permuted, number, r2, pearson_r``.
    """
    return pd.DataFrame(
        [
            (fit.predictor, fit.protocol, subset, fit.within, number, r2, r)
            for fit, value in zip(fits, values, strict=True)
            for subset, own in value.items()
            for number, r2, r in zip(fit.numbers, own["r2"], own["pearson_r"], strict=True)
        ],
        columns=["predictor", "protocol", "subset", "permuted", "number", "r2", "pearson_r"],
    )


def null_table(null: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Set what predictors score beside what they score on shuffled SF2.

    Parameters
    ----------
    null : DataFrame
        From `null_rows`.
    scores : DataFrame
        From `radiosens.evaluation.verdict.scores`.

    Returns
    -------
    DataFrame
        ``predictor, protocol, subset, permuted, metric, observed, permutations, null_mean,
        null_95`` (the 95 % quantile of chance), ``p`` (one-sided) and ``p_floor``, the lowest
        that so many permutations can give. Empty without permutations.
    """
    if len(null) == 0 or len(scores) == 0:
        return pd.DataFrame()
    rows = []
    keys = ["predictor", "protocol", "subset"]
    measured = {tuple(r[k] for k in keys): r for r in scores.to_dict(orient="records")}
    for (*place, within), own in null.groupby([*keys, "permuted"], sort=False):
        found = measured.get(tuple(place))
        if found is None or np.isnan(found["r2_low"]):
            continue  # not asked for, or constant
        for metric in ("r2", "pearson_r"):
            chance = own[metric].to_numpy()
            observed = float(np.nan_to_num(found[metric]))
            rows.append(
                {
                    **dict(zip(keys, place, strict=True)),
                    "permuted": within,
                    "metric": metric,
                    "observed": observed,
                    "permutations": len(chance),
                    "null_mean": float(chance.mean()),
                    "null_95": float(np.quantile(chance, 0.95)),
                    "p": p_value(observed, chance),
                    "p_floor": 1 / (1 + len(chance)),
                }
            )
    return pd.DataFrame(rows)
