"""Train a model and leave a bundle of it: the run's directory is the bundle's folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiosens.errors import SettingsError
from radiosens.evaluation.inputs import numeric_versions
from radiosens.evaluation.intervals import donor_jackknife, shared_training, student
from radiosens.evaluation.significance import METRICS, by_line, subsets, weighted_metrics
from radiosens.evaluation.splits import check_split, fold_splits, make_folds
from radiosens.models.bundle import Bundle, load_bundle
from radiosens.models.calibration import FoldFit, TrainInputs
from radiosens.models.card import Performance
from radiosens.models.fitted import Samples, find_predictor
from radiosens.models.further import further, goes_on
from radiosens.models.training import (
    Held,
    TrainSettings,
    as_task,
    assemble,
    samples_of,
)
from radiosens.panel import Data, as_panel, data_hash
from radiosens.runs.config import RunConfig
from radiosens.runs.progress import Progress
from radiosens.runs.runner import Runner, open_run

__all__ = ["train"]

#: Folds of the paper's protocol, of which a line's replicates go to different ones.
REPLICATE_FOLDS = 6


def train(
    data: Data | Sequence[Data],
    out: str | Path,
    settings: TrainSettings | None = None,
    *,
    base: str | Path | None = None,
    elsewhere: Sequence[Data] = (),
    limits: str = "",
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Bundle:
    """Train a model on a panel, measure it on held-out donors, and write its bundle.

    Parameters
    ----------
    data : file, AnnData, or several
        A panel with SF2, see `radiosens.load_panel`.
    out : str or Path
        The folder of the run and of the bundle; the same one continues a run.
    settings : TrainSettings, optional
        Predictor, level, folds, seed.
    base : str or Path, optional
        A bundle to go on from: its lines and the new ones are trained on together, and its
        card becomes part of the new one's history. A network starts with the bundle's weights,
        unless ``settings.anew``.
    elsewhere : sequence of file or AnnData
        Lines of training measured on other platforms, which calibrate novelty and intervals
        of samples that are measured there.
    limits : str
        For the card, in words.
    jobs, progress
        As for `radiosens.evaluate`.

    Raises
    ------
    SettingsError
        If the predictor can't run on the panel, or can't be put into a bundle.
    RunError
        If the folder holds another run or can't be written.
    """
    settings = settings or TrainSettings()
    settings = settings.model_copy(update={"name": settings.name or Path(out).name})
    panel = as_panel(list(data) if isinstance(data, list | tuple) else data)
    old = None if base is None else load_bundle(base)
    if old is not None and old.card.level != settings.level:
        raise SettingsError(
            f"the model knows {old.card.level}, not {settings.level}", cure="choose its --level"
        )
    samples = samples_of(panel, settings.level)
    start = old if old is not None and goes_on(old, settings) else None
    first = None
    if old is not None:
        samples = further(old, samples, all_features=start is not None)
        if start is not None:
            first = np.arange(len(samples.sf2)) < len(old.profiles)
    others = [samples_of(as_panel(d, for_training=False), settings.level) for d in elsewhere]
    inputs = TrainInputs(
        samples, settings.predictor, settings.of_predictor(), numeric_versions(), first
    )
    reason = find_predictor(settings.predictor).unsupported_reason(panel)
    if reason is not None:
        raise SettingsError(f"{settings.predictor} can't run: {reason}", cure="choose another")
    obs = _obs(samples)
    facts = _facts(samples, panel)
    config = RunConfig(
        command="train",
        settings=settings.model_dump(mode="json") | {"base": old.card.data if old else None},
        data=facts,
        code={},
        versions=numeric_versions(),
    )
    with open_run(out, config, inputs, jobs=jobs, progress=progress) as run:
        bundle = _run(run, inputs, obs, settings, facts, others, limits, old)
        return bundle.save(out)


def _run(
    run: Runner,
    inputs: TrainInputs,
    obs: pd.DataFrame,
    settings: TrainSettings,
    facts: dict[str, Any],
    others: list[Samples],
    limits: str,
    old: Bundle | None,
) -> Bundle:
    samples = inputs.samples
    fits = _folds(obs, "donor", settings)
    values = [
        r.value for r in run.run("donor folds", [as_task(inputs, f, facts["sha256"]) for f in fits])
    ]
    held = Held.of(samples, fits, values)
    performance = _performance(obs, samples, held.predicted, "donor", len(fits))
    if obs.groupby("line").size().mean() >= 1.5:
        again = _folds(obs, "replicate", settings)
        done = run.run("replicate folds", [as_task(inputs, f, facts["sha256"]) for f in again])
        seen = np.empty(len(obs))
        for one, result in zip(again, done, strict=True):
            seen[list(one.test)] = result.value["predictions"]
        performance += _performance(obs, samples, seen, "replicate", len(again))
    run.directory.write_table(
        "predictions.csv",
        obs.reset_index(names="sample")
        .drop(columns="source")
        .assign(fold=held.fold_of, truth=samples.sf2, prediction=held.predicted),
    )
    return assemble(
        samples,
        settings,
        held,
        performance=performance,
        data=facts,
        versions=numeric_versions(),
        limits=limits or _limits(performance),
        elsewhere=others,
        history=[] if old is None else [*old.card.history, _history(old, inputs)],
        start=None if old is None or inputs.first is None else old.fitted,
    )


def _obs(samples: Samples) -> pd.DataFrame:
    names = [f"{line}.{i}" for i, line in enumerate(samples.lines, start=1)]
    columns = {"line": samples.lines, "donor": samples.donors, "tissue": samples.tissues}
    return pd.DataFrame(columns | {"source": samples.sources}, index=names)


def _facts(samples: Samples, panel: Any) -> dict[str, Any]:
    digest = hashlib.sha256(np.ascontiguousarray(samples.x).tobytes())
    digest.update("\n".join([*samples.features, *samples.lines, *samples.donors]).encode())
    digest.update(samples.sf2.tobytes())
    return {
        "sha256": digest.hexdigest(),
        "sources": {str(s): int((samples.sources == s).sum()) for s in np.unique(samples.sources)},
        "panel": data_hash(panel),
        "simulated": bool(panel.uns.get("simulated", False)),
    }


def _folds(obs: pd.DataFrame, protocol: str, settings: TrainSettings) -> list[FoldFit]:
    """Decide who is tested when, before anything is trained."""
    folds = settings.folds if protocol == "donor" else REPLICATE_FOLDS
    table = make_folds(obs, protocol, rounds=1, folds=folds, random_state=settings.seed)
    found = []
    for split in fold_splits(table):
        check_split(split, obs, protocol)
        rows = [
            tuple(map(int, obs.index.get_indexer(pd.Index(s)))) for s in (split.train, split.test)
        ]
        found.append(
            FoldFit(split.fold, rows[0], rows[1], settings.seed, protocol, protocol == "donor")
        )
    return found


def _performance(
    obs: pd.DataFrame, samples: Samples, predicted: Any, protocol: str, folds: int
) -> list[Performance]:
    """Measure predictions of one round of folds; see `radiosens.evaluation.intervals`."""
    table = pd.DataFrame({"sample": obs.index, "truth": samples.sf2, "prediction": predicted})
    lines = by_line(table, obs)
    found = []
    for subset, members in subsets(obs).items():
        own = lines.loc[lines.index.isin(members)]
        values = weighted_metrics(own["truth"], own["prediction"], donor_jackknife(own["donor"]))
        metrics = {}
        for name in METRICS:
            ends = student(values[name], name, inflation=shared_training(folds))
            metrics[name] = (_real(values[name][0]), *map(_real, ends))
        found.append(
            Performance(
                protocol=protocol,
                subset=subset,
                donors=int(own["donor"].nunique()),
                samples=int(own["samples"].sum()),
                metrics=metrics,
            )
        )
    return found


def _real(value: float) -> float | None:
    return None if not np.isfinite(value) else float(value)


def _limits(performance: list[Performance]) -> str:
    said = []
    for p in performance:
        r2 = p.metrics["r2"][0]
        if p.protocol == "donor" and r2 is not None:
            worth = (
                "knows more than their mean"
                if (p.metrics["r2"][1] or 0) > 0
                else ("is not shown to know more than their mean")
            )
            said.append(f"Of unseen donors, {p.subset} lines, it {worth} (R² {r2:.2f}).")
    return " ".join(said)


def _history(old: Bundle, inputs: TrainInputs) -> dict[str, Any]:
    """Say what was gone on from, and with what of it."""
    card = old.card
    return {
        "kept": "lines" if inputs.first is None else "lines and weights",
        "name": card.name,
        "predictor": card.predictor,
        "lines": len(card.lines),
        "features": len(card.features),
        "data": card.data,
        "versions": card.versions,
    }
