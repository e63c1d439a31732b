"""Expression in: GEO series matrices, tables, AnnData, the simulated panel, and downloads.

One way leads from a file to values: `decompress` and `decode` give text, `fields` and `layout`
say what its lines are, `body` reads a `Block` of numbers and texts (as `gct`, `parquet` and
`xlsx` do), `table` and `naming` say which of them are samples and features, `missing` what was
not measured, and `scale` brings all to log2.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import anndata as ad

    from radiosens.sources.block import Block
    from radiosens.sources.expression import Expression
    from radiosens.sources.source import Source
    from radiosens.sources.text import Lines

__all__ = ["read", "read_expression"]


def read_expression(
    path: str | Path | ad.AnnData | Source,
    *,
    platform: str | None = None,
    known_samples: frozenset[str] = frozenset(),
    scale: str | None = None,
    sheet: str | None = None,
) -> ad.AnnData:
    """Read any expression file that radiosens knows, and bring it to a log2 scale.

    Parameters
    ----------
    path : str, Path, AnnData or Source
        A GEO series matrix, a table of text in any usual layout, xlsx, GCT, Parquet or h5ad,
        packed or not; or an AnnData, which is left as it is and goes by its ``uns["source"]``.
    platform : str, optional
        Refuse a series matrix of another platform, such as ``"GPL570"``.
    known_samples : frozenset of str
        Sample names of a sample sheet; they tell a table's orientation and its column of names,
        and where the file holds some of them the others are left out before anything else is
        judged.
    scale : str, optional
        What the values are, rather than what they look like: ``"log2"``, ``"ln"``, ``"log10"``,
        ``"linear"``, ``"counts"`` or ``"centred"``.
    sheet : str, optional
        A workbook's sheet, where several hold tables.

    Returns
    -------
    anndata.AnnData
        ``X``: samples × features, float32, log2, NaN where missing; ``obs``: ``title``,
        ``missing`` (share of the features that a sample lacks) and what the file says of its
        samples; ``var``: what it says of features; ``uns``: ``source`` (the file's name),
        ``scale`` (one of the values of `radiosens.sources.scale.SCALES`), and of a series
        matrix ``platform`` and ``series``.

    Raises
    ------
    InputError
        If the file can't be read, can be read in two ways, or holds values no analysis should
        be given.

    Warns
    -----
    RadiosensWarning
        Where something was guessed that may move numbers.
    """
    return read(
        path, platform=platform, known_samples=known_samples, scale=scale, sheet=sheet
    ).to_anndata()


def read(
    path: str | Path | Source | ad.AnnData,
    *,
    platform: str | None = None,
    known_samples: frozenset[str] = frozenset(),
    scale: str | None = None,
    sheet: str | None = None,
) -> Expression:
    """Look at a file as `read_expression` does, for those who need no AnnData of it.

    The values of an h5ad file (dense, or sparse by row) and of an AnnData are read by samples when
    they are asked for; of a table of text, xlsx, GCT or Parquet they are in memory, once.
    """
    from radiosens.sources import missing
    from radiosens.sources import scale as scales
    from radiosens.sources.source import Source

    if isinstance(path, str | Path | Source):
        source = Source.of(path)
    else:
        source = Source(str(path.uns.get("source") or "the AnnData"))
    known_samples = frozenset(str(s).strip() for s in known_samples)
    found = _read(path, source, platform, known_samples, sheet)
    wanted = found.obs_names.isin(list(known_samples))
    if wanted.any() and not wanted.all():
        source.note(f"kept the samples of the sheet, {wanted.sum()} of {len(wanted)}")
        found = found.of(samples=wanted)
    found = missing.drop_unmeasured(found, source)
    found.uns["source"] = source.name
    return scales.bring_to_log2(found, source, scale)


def _read(
    path: str | Path | ad.AnnData | Source,
    source: Source,
    platform: str | None,
    known: frozenset[str],
    sheet: str | None,
) -> Expression:
    """Read a source by what it holds; damaged ones of the two binary formats by their names."""
    from radiosens.sources import parquet, xlsx
    from radiosens.sources.decompress import first_bytes, is_workbook
    from radiosens.sources.foreign import HDF5, PARQUET
    from radiosens.sources.geo import is_series_matrix, read_series_matrix
    from radiosens.sources.source import Source
    from radiosens.sources.table import read_table
    from radiosens.sources.text import Lines, read_lines

    if not isinstance(path, str | Path | Source):
        from radiosens.sources import h5ad

        return h5ad.from_anndata(path, known, source)
    book = is_workbook(source)  # which refuses what isn't a file
    name, head = source.name.lower(), first_bytes(source)
    if name.endswith((".h5ad", ".h5")) or head == HDF5:
        from radiosens.sources import h5ad

        return h5ad.read_h5ad(source, known)
    if name.endswith((".parquet", ".pq")) or head.startswith(PARQUET):
        return read_table(parquet.read_parquet(source), known, source)
    lines = Lines.of(xlsx.read_rows(source, sheet)) if book else read_lines(source)
    if is_series_matrix(lines):
        return read_series_matrix(source, platform=platform, lines=lines)
    return read_table(_read_text(lines, source), known, source)


def _read_text(lines: Lines, source: Source) -> Block:
    """Read text by the first format that knows it; a new one is told here."""
    from radiosens.sources.delimited import read_delimited
    from radiosens.sources.gct import is_gct, read_gct

    for is_format, read_format in ((is_gct, read_gct),):
        if is_format(lines, source):
            return read_format(lines, source)
    return read_delimited(lines, source)
