"""Files of other kinds, told by how they begin, so that a refusal names the true cause."""

from __future__ import annotations

from radiosens.sources.source import Source

__all__ = ["HDF5", "PARQUET", "refuse_foreign"]

HDF5, PARQUET = b"\x89HDF\r\n\x1a\n", b"PAR1"

_SCANPY = "read it with scanpy, and write an h5ad"
_AS_CSV = "write its table as csv or parquet"
_ARRAYS = "normalise the arrays first, for example by RMA, and pass the table"
_MATRIX = "take the series matrix, or the supplementary table"
_NOT_EXPRESSION = "pass the table of expression"

_BEGINNINGS: dict[bytes, tuple[str, str]] = {
    b"%%MatrixMarket": ("it is a sparse matrix without names (MatrixMarket)", _SCANPY),
    b"RDX": ("it is a data file of R (.RData)", _AS_CSV),
    b"RDA": ("it is a data file of R (.RData)", _AS_CSV),
    b"X\n\x00\x00\x00": ("it is a data file of R (.rds)", _AS_CSV),
    b"ARROW1": ("it is an Arrow or Feather file", _AS_CSV),
    b"FEA1": ("it is a Feather file", _AS_CSV),
    b"[CEL]": ("it holds one array's raw intensities (.CEL)", _ARRAYS),
    b"@\x00\x00\x00\x04\x00\x00\x00": ("it holds one array's raw intensities (.CEL)", _ARRAYS),
    b";\x01": ("it holds one array's raw intensities (.CEL)", _ARRAYS),
    b"IDAT": ("it holds one array's raw intensities (.idat)", _ARRAYS),
    b"^DATABASE": ("it is a SOFT file of GEO", _MATRIX),
    b"^PLATFORM": ("it is a SOFT file of GEO", _MATRIX),
    b"^SERIES": ("it is a SOFT file of GEO", _MATRIX),
    b"^SAMPLE": ("it is a SOFT file of GEO", _MATRIX),
    b"^Annotation": ("it is the annotation of a platform", _NOT_EXPRESSION),
    b"##fileformat=VCF": ("it holds variants (VCF)", _NOT_EXPRESSION),
    b"##gff": ("it is an annotation of a genome (GFF)", _NOT_EXPRESSION),
    b"BAM\x01": ("it holds aligned reads (BAM)", "count them first, and pass the counts"),
    b"%PDF": ("it is a PDF", "pass the table itself"),
    b"{\\rtf": ("it is a text with formats (RTF)", "save it as csv"),
    HDF5: ("it is an HDF5 file in another packing", "unpack it first"),
    PARQUET: ("it is a Parquet file in another packing", "unpack it first"),
}


def refuse_foreign(raw: bytes, source: Source) -> None:
    """Refuse what is no table of text, by its first bytes.

    Raises
    ------
    InputError
        Naming what it is.

    Examples
    --------
    >>> refuse_foreign(b"gene,A549", Source("a.csv"))
    >>> refuse_foreign(b"%PDF-1.4", Source("a.csv"))
    Traceback (most recent call last):
    radiosens.errors.InputError: a.csv: it is a PDF; pass the table itself
    """
    for beginning, (what, cure) in _BEGINNINGS.items():
        if raw.startswith(beginning):
            raise source.refusal(what, cure=cure)
