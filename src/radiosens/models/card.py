"""The card of a bundle: what it is, from what, how good, for what; as JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = [
    "FORMAT",
    "INTENDED_USE",
    "Calibration",
    "Card",
    "Line",
    "Outcome",
    "Performance",
    "Residual",
]

#: Raised when what a bundle's files hold changes its meaning.
FORMAT = 1

INTENDED_USE = (
    "Research on cell lines: to tell which line a profile looks like, whether it is like training"
    " at all, and what the lines of training suggest of its SF2. Not for any decision on a patient:"
    " nothing here was tested on tumours, and SF2 in a dish is not the response of a tumour."
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Frozen):
    """A line of training: its SF2 (surviving fraction at 2 Gy), tissue, donor, samples."""

    line: str
    donor: str
    tissue: str
    sf2: float
    samples: int


class Residual(_Frozen):
    """What a model trained without a donor predicts for one of the donor's lines."""

    line: str
    donor: str
    fold: int
    truth: float
    prediction: float


class Performance(_Frozen):
    """Figures of cross-validation; each metric with its 95 % interval over donors."""

    protocol: str
    subset: str
    donors: int
    samples: int
    metrics: dict[str, tuple[float | None, float | None, float | None]]


class Outcome(_Frozen):
    """Something that is predicted beside SF2: what was measured, and predicted by models of folds.

    Attributes
    ----------
    name, unit : str
    truth, prediction : tuple of float
        One a line, in the card's order; its fold is that of its residual.
    """

    name: str
    unit: str
    truth: tuple[float, ...]
    prediction: tuple[float, ...]


class Calibration(_Frozen):
    """What held-out donors tell of a model's errors and of what is usual.

    Attributes
    ----------
    residuals : tuple of Residual
        Of lines, each predicted by the model of its fold.
    method : str
        ``CV+`` where the models of folds are kept, else ``jackknife``.
    novelty : dict
        One of `radiosens.models.novelty.KINDS` to (order, excess) of held-out donors.
    coverage : dict
        Nominal 90 % intervals' measured coverage in nested cross-validation, by subset; empty
        where it was not measured.
    alignment_error : dict
        Kind of platform to the 90 % quantile of how far a held-out line's prediction moves when
        the line was measured there.
    """

    residuals: tuple[Residual, ...]
    method: str
    novelty: dict[str, tuple[tuple[float, float], ...]]
    coverage: dict[str, float] = {}
    alignment_error: dict[str, float] = {}


class Card(_Frozen):
    """All facts of a bundle.

    Attributes
    ----------
    format : int
        Of the bundle.
    name : str
    predictor, settings, seed
        What was trained.
    level : {"genes", "features"}
        What the model's features are: HGNC genes, or names as the file has them.
    features : tuple of str
        In the model's order.
    lines : tuple of Line
    data : dict
        ``sha256`` of the panel, ``sources``, ``simulated``.
    files : dict
        File to its SHA-256.
    versions : dict
        Of the libraries that decide rounding.
    performance : tuple of Performance
    calibration : Calibration
    outcomes : tuple of Outcome
        Predicted beside SF2, if any, in the order of the model's targets.
    intended_use, limits : str
        In words.
    history : tuple of dict
        Earlier trainings that it goes on from, the oldest first.
    """

    format: int = FORMAT
    name: str
    predictor: str
    settings: dict[str, Any] = {}
    seed: int
    level: str
    features: tuple[str, ...]
    lines: tuple[Line, ...]
    data: dict[str, Any]
    files: dict[str, str] = {}
    versions: dict[str, str]
    performance: tuple[Performance, ...] = ()
    calibration: Calibration
    outcomes: tuple[Outcome, ...] = ()
    intended_use: str = INTENDED_USE
    limits: str = ""
    history: tuple[dict[str, Any], ...] = ()
