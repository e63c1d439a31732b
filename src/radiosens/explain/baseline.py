"""What predictions are compared with: training's mean profile, each of its lines, or one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import resolver
from radiosens.errors import SettingsError
from radiosens.explain.contributions import Baseline
from radiosens.models.bundle import Bundle
from radiosens.models.calibration import line_profiles, told_tissues
from radiosens.models.fitted import Fitted, Samples
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import match_mean_and_spread

__all__ = ["MEAN", "TRAINING", "aligned_lines", "baseline_of", "mean_baseline"]

#: Baselines by name; any other is a line of training.
MEAN, TRAINING = "mean", "training"


def mean_baseline(fitted: Fitted, given: Samples) -> Baseline:
    """Return the mean profile of training's lines, and their tissues' shares."""
    names = list(dict.fromkeys(given.lines.tolist()))
    x = line_profiles(match_mean_and_spread(given.x, fitted.reference), given.lines, names)
    tissue = dict(zip(given.lines.tolist(), given.tissues.tolist(), strict=True))
    shares = pd.Series([tissue[n] for n in names]).value_counts(normalize=True, sort=False)
    return Baseline(
        "the mean training profile",
        x.mean(axis=0, keepdims=True, dtype=np.float64).astype(np.float32),
        {str(k): float(v) for k, v in shares.items()},
    )


def baseline_of(bundle: Bundle, training: Samples, name: str) -> Baseline:
    """Return what predictions are compared with, by name."""
    mean = mean_baseline(bundle.fitted, training)
    names = list(dict.fromkeys(training.lines.tolist()))
    if name == MEAN:
        return mean
    aligned = match_mean_and_spread(training.x, bundle.fitted.reference)
    profiles = line_profiles(aligned, training.lines, names)
    if name == TRAINING:
        return Baseline(f"each of {len(names)} lines of training", profiles, mean.tissues)
    read = resolver().read(name, title=False).line
    line = name if name in names else (read or name)
    if line not in names:
        raise SettingsError(
            f"{name!r} is no line of training",
            cure=f"use {MEAN}, {TRAINING} or one of its lines, see 'radiosens models show'",
        )
    i = names.index(line)
    tissue = str(training.tissues[training.lines == line][0])
    return Baseline(f"the line {line}", profiles[i : i + 1], {tissue: 1.0})


def aligned_lines(samples: Samples, fitted: Fitted) -> tuple[Matrix, NDArray[np.str_]]:
    """Return the mean profile of each line, aligned to training, and the tissue it is told with."""
    names = list(dict.fromkeys(samples.lines.tolist()))
    x = line_profiles(match_mean_and_spread(samples.x, fitted.reference), samples.lines, names)
    tissue = dict(zip(samples.lines.tolist(), samples.tissues.tolist(), strict=True))
    return x, told_tissues(fitted.predictor, np.array([tissue[n] for n in names]))
