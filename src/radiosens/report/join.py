"""Join tables of lines into one panel, and say what overlaps and which rows look wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anndata as ad
import numpy as np

from radiosens.errors import InputError
from radiosens.panel.tables import join_tables, read_table, table_names
from radiosens.quality.tables import TableCheck, check_tables
from radiosens.runs.files import atomic_write

__all__ = ["join", "join_text"]

#: So many suspicious rows are named; all are in the panel.
_SHOWN = 20


def join(
    files: Sequence[str | Path | ad.AnnData],
    out: str | Path | None = None,
    kinds: Sequence[str | None] | None = None,
) -> tuple[ad.AnnData, TableCheck]:
    """Put files of other lines, platforms and gene lists together, and check each by the others.

    Parameters
    ----------
    files : sequence of str, Path or AnnData
        Each one platform, its samples called by their lines.
    out : str or Path, optional
        An ``.h5ad`` that is not there yet.
    kinds : sequence of str, optional
        Of each file, ``genes``, ``proteins``, ``unnamed``, or None to see for itself.

    Returns
    -------
    AnnData, TableCheck
        See `radiosens.panel.tables.join_tables` and `radiosens.quality.tables.check_tables`;
        suspicious rows are in ``uns["suspicious"]``, as ``table:line``.

    Raises
    ------
    InputError
        If a file can't be read, or ``out`` is there already or no ``.h5ad``.
    """
    if out is not None:
        _refuse(Path(out))
    said = kinds or [None] * len(files)
    panel = join_tables([read_table(f, kind) for f, kind in zip(files, said, strict=True)])
    found = check_tables(panel)
    rows = found.suspicious
    panel.uns["suspicious"] = np.array(
        [f"{t}:{n}" for t, n in zip(rows["table"], rows["line"], strict=True)], dtype=object
    )
    if out is not None:
        atomic_write(Path(out), lambda p: panel.write_h5ad(p, compression="gzip"))
    return panel, found


def _refuse(out: Path) -> None:
    if out.exists():
        raise InputError("it is there already", where=out, cure="choose a new name")
    if out.suffix != ".h5ad":
        raise InputError("a joined panel is an .h5ad", where=out, cure="end the name in .h5ad")


def join_text(panel: ad.AnnData, found: TableCheck) -> str:
    """Say what was joined: sizes, overlaps, how far tables agree, suspicious rows.

    Parameters
    ----------
    panel : AnnData
    found : TableCheck
    """
    share = 1 - float(np.isnan(panel.X).mean())
    features = panel.var.drop_duplicates(["kind", "feature"])["kind"].value_counts()
    said = [
        f"{len(table_names(panel))} tables: {panel.n_obs:,} lines of"
        f" {panel.obs['donor'].nunique():,} donors, "
        + ", ".join(f"{n:,} {_word(str(kind))}" for kind, n in features.items())
        + f"; {panel.n_vars:,} columns, {share:.0%} of all values measured",
        "",
        f"{'table':34} {'kind':9} lines features  of its lines in 1, 2, 3 or more others",
    ]
    there = {
        t: ~np.isnan(panel.X[:, (panel.var["table"] == t).to_numpy()]).all(axis=1)
        for t in table_names(panel)
    }
    count = np.sum(list(there.values()), axis=0) - 1
    for table, rows in there.items():
        own = panel.var[panel.var["table"] == table]
        others = [int((count[rows] == k).sum()) for k in (1, 2)] + [int((count[rows] > 2).sum())]
        said.append(
            f"{table[:34]:34} {own['kind'].iloc[0]:9} {rows.sum():5,} {len(own):8,}  "
            + ", ".join(map(str, others))
        )
    return "\n".join([*said, "", *_agreement(found), *_suspicion(found)]) + "\n"


def _word(kind: str) -> str:
    return {"unnamed": "features without a name"}.get(kind, kind)


def _agreement(found: TableCheck) -> list[str]:
    said = ["Tables by each other (by genes that both have, or one predicted from the other):"]
    if found.pairs.empty:
        return [*said, "  no two tables share fifteen lines: nothing could be checked"]
    return said + [
        f"  {row['table']} and {row['other']}: {row['lines']} lines, "
        + (f"{row['genes']:,} genes" if row["how"] == "genes" else "predicted")
        + f", own line nearest in {row['own_nearest']:.0%}, not far in {row['near']:.0%}"
        for row in found.pairs.to_dict("records")
    ]


def _suspicion(found: TableCheck) -> list[str]:
    if found.suspicious.empty and not found.shifts:
        return ["", "No row is suspicious."]
    said = ["", *found.shifts, f"{len(found.suspicious)} suspicious rows, the worst first:"]
    said += [
        f"  {row['line']} in {row['table']}: far from itself in {row['failed']} of"
        f" {row['compared']} comparisons, most like {row['looks_like']}"
        for row in found.suspicious.head(_SHOWN).to_dict("records")
    ]
    if len(found.suspicious) > _SHOWN:
        said.append(f"  … and {len(found.suspicious) - _SHOWN} more, in uns['suspicious']")
    return said
