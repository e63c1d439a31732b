"""Check tables of a joined panel against each other: a line should be nearest to itself.

Two tables that measure the same genes are compared directly: each gene is standardised over the
lines that both have, and rows are correlated. Where they share too few, one table is predicted
from the other (ridge regression, ten folds of lines, so that no row teaches its own prediction)
and the prediction is compared with the measurement. A row that stands far from itself in most
comparisons is suspicious; several rows that all look like the row a fixed number further on have
been shifted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.panel.tables import table_names

__all__ = ["TableCheck", "check_tables"]

Matrix = NDArray[np.float64]

#: Fewer lines in common, or genes to compare directly, tell nothing.
LEAST_LINES, LEAST_GENES = 15, 60
#: A row fails a comparison on genes where another line correlates better by so much, and one by
#: prediction where more than this share of other lines is nearer than its own.
MARGIN, FAR_PREDICTED = 0.10, 0.50
#: So many failing rows with one offset are a shift.
LEAST_SHIFTED = 5
#: Ridge penalty as a share of the number of features, which are standardised.
PENALTY = 0.3
_FOLDS = 10
_PAIRS = ["table", "other", "lines", "genes", "how", "own_nearest", "near"]


@dataclass(frozen=True)
class TableCheck:
    """What comparing tables found.

    Attributes
    ----------
    pairs : DataFrame
        ``table, other, lines, genes, how`` (``genes`` or ``predicted``), ``own_nearest`` (share
        of lines nearest to themselves), ``near`` (share that did not fail).
    suspicious : DataFrame
        ``table, line, how, failed, compared, looks_like``: rows that fail in more than half of
        their comparisons of a kind, worst first. Where only two tables have a line, both are named:
        either may be wrong.
    shifts : list of str
        Sentences.
    """

    pairs: pd.DataFrame
    suspicious: pd.DataFrame
    shifts: list[str]


def check_tables(panel: ad.AnnData) -> TableCheck:
    """Compare every two tables of a joined panel.

    Parameters
    ----------
    panel : AnnData
        From `radiosens.panel.tables.join_tables`.

    Examples
    --------
    >>> from radiosens.panel.tables import Table, join_tables
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(20, 80)).astype(np.float32)
    >>> lines, genes = tuple(f"L{i}" for i in range(20)), tuple(f"G{i}" for i in range(80))
    >>> shifted = x.copy()
    >>> shifted[5:12] = x[6:13]
    >>> tables = [Table("a", "genes", lines, genes, x), Table("b", "genes", lines, genes, x + 1),
    ...           Table("c", "genes", lines, genes, shifted)]
    >>> found = check_tables(join_tables(tables))
    >>> found.shifts
    ['c: 7 rows look like the row 1 further on, L5 to L11']
    >>> sorted(set(found.suspicious["table"]))
    ['c']
    """
    tables = table_names(panel)
    pairs, rows = [], []
    for i, first in enumerate(tables):
        for second in tables[i + 1 :]:
            found = _compare(panel, first, second)
            if found is not None:
                pairs.append(found[0])
                rows += found[1]
    judged = pd.DataFrame(rows, columns=["table", "line", "how", "failed", "looks_like", "offset"])
    suspicious = _suspicious(judged)
    shifts = [] if judged.empty else _shifts(judged, suspicious)
    return TableCheck(pd.DataFrame(pairs, columns=_PAIRS), suspicious, shifts)


def _part(panel: ad.AnnData, table: str) -> tuple[NDArray[np.bool_], list[str], Matrix]:
    columns = (panel.var["table"] == table).to_numpy()
    x = np.asarray(panel.X[:, columns], dtype=np.float64)
    there: NDArray[np.bool_] = np.asarray(~np.isnan(x).all(axis=1))
    return there, panel.var["feature"][columns].astype(str).tolist(), x


def _compare(
    panel: ad.AnnData, first: str, second: str
) -> tuple[dict[str, object], list[Any]] | None:
    """Compare two tables; None where they share too few lines."""
    (in_a, genes_a, a), (in_b, genes_b, b) = _part(panel, first), _part(panel, second)
    both = np.flatnonzero(in_a & in_b)
    if len(both) < LEAST_LINES:
        return None
    position = {g: i for i, g in enumerate(genes_b)}
    shared = [(i, position[g]) for i, g in enumerate(genes_a) if g in position]
    direct = len(shared) >= LEAST_GENES
    x, y = _standard(a[both]), _standard(b[both])
    if direct:
        left, right = np.array(shared).T
        similarity = _correlation(x[:, left], y[:, right])
    else:
        similarity = _correlation(_predicted(x, y), y)
    names = panel.obs_names.to_numpy(dtype=str)[both]
    forth, back = _judged(similarity, direct=direct), _judged(similarity.T, direct=direct)
    pair: dict[str, object] = {
        "table": first,
        "other": second,
        "lines": len(both),
        "genes": len(shared),
        "how": "genes" if direct else "predicted",
        "own_nearest": float((forth[1] == np.arange(len(both))).mean()),
        "near": float(1 - forth[0].mean()),
    }
    rows = [
        (table, name, pair["how"], bool(failed[i]), str(names[nearest[i]]), int(nearest[i]) - i)
        for i, name in enumerate(names)
        for table, (failed, nearest) in ((first, forth), (second, back))
    ]
    return pair, rows


def _judged(similarity: Matrix, *, direct: bool) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Say of each row whether it is far from its own line, and which line is nearest."""
    own = np.diag(similarity)
    if direct:
        failed = similarity.max(axis=1) > own + MARGIN
    else:
        failed = (similarity > own[:, None]).mean(axis=1) > FAR_PREDICTED
    return failed, similarity.argmax(axis=1)


def _standard(x: Matrix) -> Matrix:
    """Give each feature mean 0 and spread 1 over lines; what is missing becomes the mean."""
    spread = np.nanstd(x, axis=0)
    z: Matrix = (x - np.nanmean(x, axis=0)) / np.where(spread > 1e-6, spread, np.inf)
    return np.nan_to_num(np.clip(z, -4, 4))


def _predicted(x: Matrix, y: Matrix) -> Matrix:
    """Predict each row of y from the same row of x, by ridge on the other folds' rows."""
    folds = np.random.default_rng(0).permutation(len(x)) % _FOLDS
    found = np.zeros_like(y)
    for k in range(_FOLDS):
        test = folds == k
        gram = x[~test] @ x[~test].T
        gram[np.diag_indices_from(gram)] += PENALTY * x.shape[1]
        found[test] = x[test] @ x[~test].T @ np.linalg.solve(gram, y[~test])
    return found


def _correlation(x: Matrix, y: Matrix) -> Matrix:
    def unit(values: Matrix) -> Matrix:
        centred = values - values.mean(axis=1, keepdims=True)
        length = np.linalg.norm(centred, axis=1, keepdims=True)
        return np.asarray(centred / np.where(length > 0, length, 1))

    return np.asarray(unit(x) @ unit(y).T)


def _suspicious(judged: pd.DataFrame) -> pd.DataFrame:
    columns = ["table", "line", "how", "failed", "compared", "looks_like"]
    if judged.empty:
        return pd.DataFrame(columns=columns)
    found = []
    for (table, line, how), own in judged.groupby(["table", "line", "how"], sort=False):
        failed = own[own["failed"]]
        if len(failed) > len(own) / 2:
            looks = Counter(failed["looks_like"]).most_common(1)[0][0]
            found.append((table, line, how, len(failed), len(own), looks))
    named = pd.DataFrame(found, columns=columns)
    return named.sort_values(["failed", "compared"], ascending=[False, True], ignore_index=True)


def _shifts(judged: pd.DataFrame, suspicious: pd.DataFrame) -> list[str]:
    said = []
    for table, failed in judged[judged["failed"]].groupby("table", sort=False):
        lines = set(suspicious["line"][suspicious["table"] == table])
        own = failed[failed["line"].isin(lines) & (failed["offset"] != 0)].drop_duplicates("line")
        for offset, rows in own.groupby("offset"):
            if len(rows) >= LEAST_SHIFTED and len(rows) > len(lines) / 2:
                step = int(str(offset))
                way = "further on" if step > 0 else "before"
                said.append(
                    f"{table}: {len(rows)} rows look like the row {abs(step)} {way},"
                    f" {rows['line'].iloc[0]} to {rows['line'].iloc[-1]}"
                )
    return said
