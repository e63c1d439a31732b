"""Gene sets from GMT files: one set a line, its name, a note, and its genes."""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from radiosens.errors import InputError
from radiosens.genes import to_genes

__all__ = ["LEAST", "MOST", "GeneSets", "read_gmt"]

logger = logging.getLogger(__name__)

_CURE = "give a GMT file: each line a set's name, a note, and its genes, with tabs between"
#: Measured genes of a set that is tested.
LEAST, MOST = 10, 500
#: A file that unpacks to more is none of gene sets.
_MOST_BYTES = 200_000_000


@dataclass(frozen=True)
class GeneSets:
    """Named sets of HGNC symbols.

    Attributes
    ----------
    sets : dict of str to tuple of str
    source : str
        The file.
    """

    sets: dict[str, tuple[str, ...]]
    source: str = ""

    def members(
        self, genes: Sequence[str], *, least: int = LEAST, most: int = MOST
    ) -> tuple[list[str], csr_array]:
        """Return the sets with enough measured genes and not too many, and which these are.

        Parameters
        ----------
        genes : sequence of str
            The measured ones.
        least, most : int
            Sets outside are left out, and one of all genes: small ones have no power, large ones
            no meaning (Subramanian et al. 2005, PNAS 102:15545, take 15 to 500).

        Returns
        -------
        names : list of str
        members : sparse array of shape (sets, genes)
            1 where a gene is of a set.

        Examples
        --------
        >>> names, members = GeneSets({"a": ("JUN", "FOS"), "b": ("TP53",)}).members(
        ...     ["FOS", "MYC", "JUN"], least=2)
        >>> names, members.toarray().tolist()
        (['a'], [[1.0, 0.0, 1.0]])
        """
        names: list[str] = []
        rows: list[int] = []
        columns: list[int] = []
        position = {gene: i for i, gene in enumerate(genes)}
        for name, own in self.sets.items():
            there = sorted({position[g] for g in own if g in position})
            if least <= len(there) <= min(most, len(genes) - 1):
                rows += [len(names)] * len(there)
                columns += there
                names.append(name)
        ones = np.ones(len(rows))
        return names, csr_array((ones, (rows, columns)), shape=(len(names), len(genes)))


def read_gmt(path: str | Path) -> GeneSets:
    """Read gene sets; any identifiers of genes become HGNC symbols.

    Parameters
    ----------
    path : str or Path
        A GMT file, plain or gzipped (the format of MSigDB, Reactome and Enrichr).

    Raises
    ------
    InputError
        If it can't be read, is none, or names no genes.
    """
    path = Path(path)
    sets: dict[str, list[str]] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        name, *rest = (field.strip() for field in line.split("\t"))
        if len(rest) < 2 or not name:
            raise InputError(
                "it is no gene set: a name, a note and genes are needed",
                where=f"{path}, line {number}",
                cure=_CURE,
            )
        if name in sets:
            raise InputError(
                f"the set {name[:60]!r} is there twice", where=f"{path}, line {number}", cure=_CURE
            )
        # Enrichr writes a weight behind a gene, as in "TP53,1.0".
        sets[name] = [field.partition(",")[0] for field in rest[1:] if field]
    if not sets:
        raise InputError("it has no gene sets", where=path, cure=_CURE)
    every = list(dict.fromkeys(gene for own in sets.values() for gene in own))
    mapping = to_genes(every)
    if mapping.n_known == 0:
        raise InputError(
            f"its sets name no genes ({', '.join(every[:3])}, …)", where=path, cure=_CURE
        )
    symbol = {name: g for name, g in zip(every, mapping.genes, strict=True) if g is not None}
    logger.info(
        "%s: %d gene sets, %s of %s names are genes",
        path.name, len(sets), f"{len(symbol):,}", f"{len(every):,}",
    )  # fmt: skip
    return GeneSets(
        {
            name: tuple(dict.fromkeys(str(symbol[g]) for g in own if g in symbol))
            for name, own in sets.items()
        },
        path.name,
    )


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as file:
                data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise InputError("it is too large for gene sets", where=path, cure=_CURE)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("it is no text in UTF-8", where=path, cure=_CURE) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"it is damaged ({error})", where=path, cure="get it again") from None
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror or error})", where=path, cure="check the path"
        ) from None
