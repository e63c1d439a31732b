"""From new samples to answers: predicted SF2 with an interval, or the reason why there is none.

Samples are worked on some at a time, always as many (`radiosens.models.incoming.Tile`), so that a
sample's answer is the same to the last bit whatever is in the file beside it, and memory does not
grow with their number.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.celllines import lineage_of
from radiosens.errors import RadiosensWarning
from radiosens.models.incoming import Incoming, Tile, receive
from radiosens.models.line_answers import LEAST_GENES, LineAnswers
from radiosens.models.lineage import UNKNOWN
from radiosens.models.panel_answers import PanelAnswers
from radiosens.models.recognition import Recognition
from radiosens.models.sample import index_of
from radiosens.models.trained import Trained
from radiosens.panel import Data
from radiosens.preprocessing.alignment import PRIOR_SAMPLES
from radiosens.runs.threads import one_thread
from radiosens.runs.workers import available_cores
from radiosens.sources.gate import printable

if TYPE_CHECKING:
    from radiosens.sources.expression import Expression

__all__ = ["COLUMNS", "columns_of", "predict", "predict_opened"]

#: Of the table of predictions, in order; what follows the first twelve is for the reader.
COLUMNS = (
    "sample", "sf2", "sf2_low", "sf2_high", "verdict", "looks_like", "recognition", "novelty_p",
    "genes_measured", "genes_filled", "rsi", "gard", "third", "training_mean", "tissue_mean",
    "recognised", "measured_sf2", "runner_up", "next_recognition", "compared_with", "rsi_genes",
    "source", "reason",
)  # fmt: skip

#: Tiles worked on side by side: each takes some fifty megabytes.
MOST_AT_ONCE = 4

Column = NDArray[np.generic]


class Answers(Protocol):
    """What a kind of model says of samples."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """What is predicted, ``sf2`` first; each has an interval."""

    @property
    def further(self) -> tuple[str, ...]:
        """What else is said of a sample, beside `COLUMNS` and the numbers."""

    def of(self, tile: Tile, tissues: NDArray[np.str_]) -> tuple[Recognition, dict[str, Column]]:
        """Return what samples look like, and numbers, verdicts and what else is said of each."""

    def places(self, sf2: NDArray[np.float64]) -> dict[str, Column]:
        """Return where predictions, NaN where there is none, stand among training's lines."""


def predict(
    trained: Trained,
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
    trained : Trained
        A bundle, from `radiosens.load_bundle`.
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
        Whether samples unlike training get their number nevertheless. A model of many tables
        (``yard``) does not judge that, and calls none unlike.
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

        Of a model of many tables also ``rank``, the share of training's solid lines that were
        predicted (held out) to be more sensitive, 0 to 1; ``platform``, the kind of platform
        that the sample was taken for, and ``likeness``, the correlation with its profile; and
        the area under the curve (``auc``, Gy) and survival after other doses (``sf_4gy``),
        each with its interval.

    Raises
    ------
    InputError
        If the file can't be read, or has too few of the model's features.
    """
    from radiosens.sources import read

    expression = read(data, scale=scale)
    return predict_opened(
        trained, expression, tissues=tissues, together=together, keep_unlike=keep_unlike
    )


def predict_opened(
    trained: Trained,
    expression: Expression,
    *,
    tissues: Mapping[str, str] | None = None,
    together: bool = False,
    keep_unlike: bool = False,
) -> pd.DataFrame:
    """Predict what `radiosens.sources.read` has looked at; see `predict`."""
    incoming = receive(expression, trained.card, LEAST_GENES if trained.platforms else None)
    told = np.array([str((tissues or {}).get(s, "unknown")) for s in incoming.names])
    _warn(told, len(told) if together else None, incoming.source)
    kind: type[LineAnswers | PanelAnswers] = LineAnswers if trained.platforms else PanelAnswers
    answers: Answers = kind.to(trained, incoming, together=together)
    parts = list(_side_by_side(partial(_of_tile, answers, told), incoming.tiles()))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return _table(trained, incoming, answers, found, told, keep_unlike=keep_unlike)


def _warn(tissues: NDArray[np.str_], together: int | None, source: str) -> None:
    """Say what of a request can't mean what it should."""
    nothing = sorted(
        {t for t in tissues.tolist() if t not in UNKNOWN and lineage_of(t) == "unknown"}
    )
    if nothing:
        told = printable(nothing[0], 40)
        warnings.warn(
            f"{source}: {told!r} is no tissue that is known: expression tells whether it is blood",
            RadiosensWarning,
            stacklevel=3,
        )
    if together is not None and together < PRIOR_SAMPLES:
        warnings.warn(
            f"{source}: what so few samples ({together}) have in common is as much their own as"
            " their laboratory's, and --together takes some of it out",
            RadiosensWarning,
            stacklevel=3,
        )


def columns_of(trained: Trained) -> list[str]:
    """Return the columns of a model's table."""
    return _columns(LineAnswers(trained) if trained.platforms else None)


def _columns(answers: Answers | None) -> list[str]:
    if answers is None:
        return list(COLUMNS)
    intervals = [f"{name}{end}" for name in answers.numbers[1:] for end in ("", "_low", "_high")]
    return [*COLUMNS, *answers.further, *intervals]


def _side_by_side(
    work: Callable[[Tile], dict[str, Column]], tiles: Iterable[Tile]
) -> Iterator[dict[str, Column]]:
    """Work on as many tiles at once as there are cores, each in one thread; keep their order."""
    cores = min(available_cores(), MOST_AT_ONCE)
    with one_thread(), ThreadPoolExecutor(cores) as pool:
        waiting: deque[Future[dict[str, Column]]] = deque()
        for tile in tiles:
            waiting.append(pool.submit(work, tile))
            if len(waiting) > cores:
                yield waiting.popleft().result()
        for one in waiting:
            yield one.result()


def _of_tile(answers: Answers, tissues: NDArray[np.str_], tile: Tile) -> dict[str, Column]:
    looks, found = answers.of(tile, tissues[tile.places])
    found |= {
        "looks_like": looks.line,
        "recognition": looks.similarity,
        "recognised": looks.answer,
        "runner_up": looks.runner_up,
        "next_recognition": looks.next_similarity,
        "genes_measured": tile.measured,
    }
    found["index_genes"] = tile.index_genes
    return {name: values[: tile.size] for name, values in found.items()}


def _table(
    trained: Trained,
    incoming: Incoming,
    answers: Answers,
    found: dict[str, Column],
    tissues: NDArray[np.str_],
    *,
    keep_unlike: bool,
) -> pd.DataFrame:
    """Put together what is said of all samples; of a refused one next to nothing is."""
    lines = {one.line: one.sf2 for one in trained.card.lines}
    verdict = found["verdict"]
    read, named = verdict != "refused", (verdict != "refused") & (found["recognised"] != "no")
    shown = read & (keep_unlike | (verdict != "unlike"))
    table = pd.DataFrame({name: v for name, v in found.items() if v.ndim == 1})
    for name in answers.numbers:
        for column in (name, f"{name}_low", f"{name}_high"):
            table[column] = np.where(shown, found[column], np.nan)
    for column in ("looks_like", "runner_up"):
        table[column] = np.where(named, found[column], "")
    table["recognised"] = np.where(read, found["recognised"], "")
    for column in ("recognition", "next_recognition", "novelty_p"):
        table[column] = np.where(read, found[column], np.nan)
    sure = read & (found["recognised"] == "yes")
    table["measured_sf2"] = [
        lines[str(line)] if yes else np.nan
        for line, yes in zip(found["looks_like"], sure, strict=True)
    ]
    centred = incoming.expression.uns.get("scale") == "centred"
    genes = np.asarray(found["index_genes"], dtype=np.float32)
    rsi, table["rsi_genes"] = index_of(genes, centred)
    table["rsi"] = np.where(read & found["in_order"], rsi, np.nan)
    for name, values in answers.places(table["sf2"].to_numpy()).items():
        table[name] = values
    table["training_mean"] = float(np.mean([*lines.values()]))
    table["tissue_mean"] = _tissue_means(trained, tissues)
    table["genes_filled"] = len(trained.card.features) - table["genes_measured"]
    table["sample"], table["source"], table["gard"] = incoming.names, incoming.source, np.nan
    return table[_columns(answers)]


def _tissue_means(trained: Trained, tissues: NDArray[np.str_]) -> list[float]:
    """Return the mean SF2 of training's lines of each sample's tissue; NaN where there is none."""
    sf2: dict[str, list[float]] = {}
    for one in trained.card.lines:
        sf2.setdefault(one.tissue.casefold(), []).append(one.sf2)
    means = {tissue: float(np.mean(own)) for tissue, own in sf2.items()}
    return [np.nan if t in UNKNOWN else means.get(t.casefold(), np.nan) for t in tissues]
