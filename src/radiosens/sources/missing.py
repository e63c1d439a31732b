"""How files write a missing value, and how much is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.expression import Expression
from radiosens.sources.rows import Rows
from radiosens.sources.source import Source, some

__all__ = ["MISSING", "drop_unmeasured", "is_missing"]

#: How tables write a missing value; an empty field is one as well. Then what people write for
#: "not determined" and C for no number; the last are a spreadsheet's errors, in German too.
MISSING = frozenset(
    """
    NA N/A n/a na NaN nan NAN null NULL Null None <NA> N.A. n.a. - -- — . ? n.d. N.D. nd ND n/d N/D
    BDL bdl <LOD LOD <LOQ LOQ <LLOQ BLQ BLOQ --- missing Missing
    -nan +nan -NaN 1.#QNAN -1.#QNAN 1.#IND -1.#IND
    #N/A #NA #DIV/0! #VALUE! #REF! #NUM! #NAME? #NULL! #NV #WERT! #BEZUG! #ZAHL!
    """.split()  # noqa: SIM905
) | {""}


#: One value, and rounding.
_ONE_VALUE = 1.5


def is_missing(text: str) -> bool:
    """Tell whether a field says that there is no value.

    Examples
    --------
    >>> is_missing(" NA "), is_missing("#DIV/0!"), is_missing("0")
    (True, True, False)
    """
    return text in MISSING or text.strip() in MISSING


def drop_unmeasured(found: Expression, source: Source) -> Expression:
    """Leave out features that no sample measured; keep the others, and say what they lack.

    Parameters
    ----------
    found : Expression
        Samples × features, NaN where missing.
    source : Source
        Where it came from.

    Returns
    -------
    Expression
        With ``obs["missing"]``, the share of the features left that a sample lacks.

    Raises
    ------
    InputError
        If a value is infinite, a sample has no value at all or one value throughout, or
        nothing is left.
    """
    if found.rows.size == 0:
        raise source.refusal("the table holds no values", cure="check the file")
    gaps = _look(found.rows, np.asarray(found.obs.index, dtype=object), source)
    measured = gaps.of_features < len(found.rows)
    if not measured.all():
        out = found.var.index[~measured]
        source.note(
            f"left out {len(out):,} of {len(found.var):,} features that no sample measured:"
            f" {some(out, 3)}"
        )
        found = found.of(features=measured)
    left = int(measured.sum())
    lacks = (gaps.of_samples - (len(measured) - left)) / left
    found.obs["missing"] = lacks
    flat = gaps.flat & ((1 - lacks) * left > _ONE_VALUE)
    if flat.any() and left > 1:
        raise source.refusal(
            f"sample {str(found.obs.index[flat][0])!r} has the same value for every feature",
            cure="remove this sample",
        )
    if lacks.any():
        holes = int((gaps.of_features[measured] > 0).sum())
        worst = str(found.obs.index[int(lacks.argmax())])
        source.note(
            f"{lacks.mean():.1%} of the values are missing, in {holes:,} of {left:,} features;"
            f" most in sample {worst!r} ({lacks.max():.0%})"
        )
    return found


@dataclass(frozen=True)
class _Gaps:
    """How many values samples and features lack, and which samples have one value throughout."""

    of_samples: NDArray[np.intp]
    of_features: NDArray[np.intp]
    flat: NDArray[np.bool_]


def _look(rows: Rows, names: NDArray[np.object_], source: Source) -> _Gaps:
    """Look at all values once; refuse infinite ones and samples without any."""
    samples, features = rows.shape
    of_samples, flat = np.zeros(samples, dtype=np.intp), np.zeros(samples, dtype=bool)
    of_features = np.zeros(features, dtype=np.intp)
    for where, block in rows.blocks():
        least, most = np.fmin.reduce(block, axis=1), np.fmax.reduce(block, axis=1)
        infinite = np.isinf(least) | np.isinf(most)
        if infinite.any():
            raise source.refusal(
                "a value is infinite",
                sample=names[where][np.flatnonzero(infinite)[0]],
                cure="it is often the log of zero: add one before taking logs",
            )
        flat[where] = least == most
        # A sum is NaN if one of its terms is; looking closer is seldom needed.
        if np.isnan(block.sum(dtype=np.float64)):
            absent = np.isnan(block)
            of_samples[where] = absent.sum(axis=1)
            of_features += absent.sum(axis=0)
    empty = names[of_samples == features]
    if len(empty):
        one = len(empty) == 1
        raise source.refusal(
            f"{len(empty)} {'sample has' if one else 'samples have'} no values at all:"
            f" {some(empty, 3)}",
            cure=f"remove {'this sample' if one else 'these samples'}",
        )
    return _Gaps(of_samples, of_features, flat)
