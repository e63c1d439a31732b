"""Which texts of a table are names, and whether its rows or its columns are samples."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from radiosens.celllines import resolver
from radiosens.sources import labels
from radiosens.sources.block import Block
from radiosens.sources.missing import MISSING, is_missing
from radiosens.sources.source import Source, some

__all__ = [
    "are_values",
    "is_index",
    "is_row_numbers",
    "names_of",
    "refuse_twice",
    "refuse_unnamed_rows",
    "samples_as_rows",
    "share_of_lines",
]

_MOSTLY = 0.5
#: Names looked at for known lines, spread over an axis.
_LOOKED_AT = 2_000
_INDEX = re.compile(
    r"(unnamed\d*|index|x1?|row|rownames?|rowid|level\d|indexlevel\d|rn|v1|column1|no|nr)?"
)
_WHOLE = re.compile(r"\d+", re.ASCII)
_FRACTION = re.compile(r"[+-]?\d*[.,]\d*[1-9]\d*([eE][+-]?\d+)?", re.ASCII)


def is_index(said: str) -> bool:
    """Tell whether a column is called as pandas or R call an index.

    Examples
    --------
    >>> is_index(""), is_index("Unnamed: 0"), is_index("entrez")
    (True, True, False)
    """
    return _INDEX.fullmatch(labels.plain(said)) is not None


def is_row_numbers(names: Sequence[str]) -> bool:
    """Tell whether names only count rows, from 0 or from 1.

    Examples
    --------
    >>> is_row_numbers(["0", "1", "2"]), is_row_numbers(["780", "5982"])
    (True, False)
    """
    if not names or names[0] not in {"0", "1"}:
        return False
    first = int(names[0])
    return all(n == str(i) for i, n in enumerate(names, start=first))


def are_values(names: Sequence[str]) -> bool:
    """Tell whether what stands for names are numbers with fractions: the names are missing.

    Examples
    --------
    >>> are_values(["7.43", "4.29", "8"]), are_values(["780", "5982.0"]), are_values(["A549"])
    (True, False, False)
    """
    looked = names[:_LOOKED_AT]
    return 2 * sum(_FRACTION.fullmatch(n) is not None for n in looked) > len(looked)


def refuse_unnamed_rows(block: Block, source: Source) -> None:
    """Refuse a table whose first column holds values, called like the columns beside it.

    A column ``MCF7`` of whole numbers beside other lines is a sample's counts and not the names
    of genes; reading it so would give each gene the number of another.
    """
    if not block.texts or len(block.texts) > 1 or not block.columns:
        return
    corner, names, others = block.texts_said[0], block.texts[0], block.columns[0]
    if is_index(corner) or labels.is_annotation(corner) or not all(map(_WHOLE.fullmatch, names)):
        return
    from radiosens.genes.table import gene_table

    genes = gene_table().names
    line = resolver().find(corner) is not None and share_of_lines(list(others)) > _MOSTLY
    gene = corner.upper() in genes and 2 * sum(o.upper() in genes for o in others) > len(others)
    if line or gene:
        raise source.refusal(
            f"its first column, {corner!r}, holds values as the others do: nothing names its rows",
            cure="write the names beside the values (row.names=TRUE in R, index=True in pandas)",
        )


def names_of(
    texts: list[list[str]],
    said: list[str],
    known: frozenset[str],
    source: Source,
    *,
    final: bool = True,
    axis: str = "rows",
) -> int | None:
    """Choose which of several texts names an axis.

    The one that holds names of the sample sheet counts; else DepMap's ModelID; else the first
    with a name for each, none twice. Row numbers are no names.

    Parameters
    ----------
    texts : list of list of str
        One list a candidate.
    said : list of str
        What each is called.
    known : frozenset of str
        Names of the sample sheet.
    source : Source
        For messages.
    final : bool
        Say what was chosen, and refuse row numbers; without, only look.
    axis : str
        What the names are of, for messages.

    Returns
    -------
    int or None
        Position of the names, None if nothing but row numbers is there.
    """
    if known:
        hits = [len(known.intersection(t)) for t in texts]
        if hits and max(hits) > 0:
            return _chosen(hits.index(max(hits)), said, texts, source, final)
    named = [not is_row_numbers(t) and not all(map(is_missing, t)) for t in texts]
    usable = [i for i, t in enumerate(texts) if named[i] and not are_values(t)]
    if not usable:
        if texts and len(texts[0]) == 1 and not is_missing(texts[0][0]):
            return 0
        if final:
            raise source.refusal(
                f"its first column holds values: nothing names its {axis}"
                if any(named)
                else f"its {axis} are only numbered: nothing names them",
                cure="write the names beside the values (in R, arrow drops row names)",
            )
        return None
    models = [i for i in usable if labels.plain(said[i]) == "modelid" and _unique(texts[i])]
    if models:
        return _chosen(models[0], said, texts, source, final)
    unique = [i for i in usable if _unique(texts[i]) and not (i and labels.describes(said[i]))]
    words = [i for i in unique if not all(_WHOLE.fullmatch(n) for n in texts[i])]
    first = unique[0] if unique else usable[0]
    if words and first not in words and is_index(said[first]):
        first = words[0]
    return _chosen(first, said, texts, source, final)


def _chosen(i: int, said: list[str], texts: list[list[str]], source: Source, final: bool) -> int:
    if i and final:
        why = "row numbers are no names" if is_row_numbers(texts[0]) else "it tells them apart"
        source.note(f"names are taken from {said[i] or f'the text at place {i + 1}'!r}: {why}")
    return i


def _unique(names: list[str]) -> bool:
    if MISSING.isdisjoint(names) and len(set(names)) == len(names):
        return True
    given = [n for n in names if not is_missing(n)]
    return 2 * len(given) > len(names) and len(set(given)) == len(given)


def samples_as_rows(block: Block, known: frozenset[str], source: Source) -> Block:
    """Turn a table so that its rows are samples.

    What decides, in this order: names of the sample sheet; known cell lines on more than half
    of an axis (some genes are called like lines, so that a few prove nothing); what the column
    of names is called; identifiers of features or of samples; and the longer axis, which is
    then taken for features and said.

    Raises
    ------
    InputError
        If both axes are equally long and nothing tells them apart.
    """
    rows = _names(block.texts, block.texts_said, known, source)
    columns = _names(block.columns, block.columns_said, known, source)
    decided = _by_names(rows, columns, known)
    if decided is None:
        decided = _by_words(block, rows, columns)
    if decided is None:
        n, m = block.values.shape
        if n == m:
            raise source.refusal(
                f"its {n} rows or its {m} columns can be the samples",
                cure="call the column of names 'gene' or 'sample', or give a sample sheet",
            )
        decided = n < m
        source.note(
            f"{'rows' if decided else 'columns'} are taken for samples, since the other axis"
            " is longer"
        )
    return block if decided else block.turned


def _names(
    texts: list[list[str]], said: list[str], known: frozenset[str], source: Source
) -> list[str]:
    i = names_of(texts, said, known, source, final=False)
    return [] if i is None else texts[i]


def _by_names(rows: list[str], columns: list[str], known: frozenset[str]) -> bool | None:
    if known:
        in_rows, in_columns = (len(known.intersection(names)) for names in (rows, columns))
        if in_rows != in_columns:
            return in_rows > in_columns
    lines = [share_of_lines(names) for names in (rows, columns)]
    if max(lines) >= _MOSTLY:
        return lines[0] > lines[1] if lines[0] != lines[1] else None
    return None


def share_of_lines(names: list[str]) -> float:
    """Return how many names, of some spread over an axis, are those of known lines."""
    if not names:
        return 0.0
    places = np.unique(np.linspace(0, len(names) - 1, _LOOKED_AT).astype(int))
    find = resolver().find
    return sum(find(names[i]) is not None for i in places) / len(places)


def _by_words(block: Block, rows: list[str], columns: list[str]) -> bool | None:
    for said in block.texts_said:
        if labels.says_sample(said):
            # Of the columns, as UCSC Xena has it, where the rows are called like genes.
            return not (_are_genes(rows) and not _are_genes(columns))
        if labels.says_feature(said):
            return False
    for is_samples, like in ((True, labels.sample_like), (False, labels.feature_like)):
        of_rows, of_columns = bool(rows) and like(rows), bool(columns) and like(columns)
        if of_rows != of_columns:
            return of_rows == is_samples
    return None


def _are_genes(names: list[str]) -> bool:
    """Tell whether most names are approved symbols of genes or identifiers of features."""
    from radiosens.genes.table import APPROVED, gene_table

    genes = gene_table().names
    known = sum(genes.get(n.upper(), (None,))[0] == APPROVED for n in names[:_LOOKED_AT])
    return labels.feature_like(names) or known > _MOSTLY * len(names[:_LOOKED_AT])


def refuse_twice(names: Sequence[str], kind: str, source: Source) -> None:
    """Refuse names that stand for two."""
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    raise source.refusal(
        f"{len(twice)} duplicated {kind} identifier{'s' if len(twice) > 1 else ''}:"
        f" {some(twice, 3)}",
        cure=f"keep one {'column' if kind == 'sample' else 'row'} of each",
    )
