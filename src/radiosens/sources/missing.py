"""How files write a missing value, and how much is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiosens.sources.expression import Expression
from radiosens.sources.source import Source, some

__all__ = ["MISSING", "drop_unmeasured", "is_missing", "share_missing"]

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


def is_missing(text: str) -> bool:
    """Tell whether a field says that there is no value.

    Examples
    --------
    >>> is_missing(" NA "), is_missing("#DIV/0!"), is_missing("0")
    (True, True, False)
    """
    return text in MISSING or text.strip() in MISSING


def share_missing(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the share of each sample's features that have no value.

    Parameters
    ----------
    values : array of shape (samples, features)

    Examples
    --------
    >>> share_missing(np.array([[1.0, np.nan], [1.0, 2.0]], dtype=np.float32)).tolist()
    [0.5, 0.0]
    """
    shares: NDArray[np.float64] = np.isnan(values).mean(axis=1)
    return shares


def drop_unmeasured(expression: Expression, source: Source) -> Expression:
    """Leave out features that no sample measured; keep the others, and say what they lack.

    Parameters
    ----------
    expression : Expression
        ``X``: samples × features, NaN where missing.
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
    if expression.n_obs == 0 or expression.n_vars == 0:
        raise source.refusal("the table holds no values", cure="check the file")
    values = expression.X
    # A sum is infinite or NaN if one of its terms is; looking closer is seldom needed.
    if not np.isfinite(values.sum(dtype=np.float64)):
        expression = _without_empty(expression, source)
    values = expression.X
    expression.obs["missing"] = share_missing(values)
    _refuse_flat(expression, source)
    whole = float(expression.obs["missing"].mean())
    if whole:
        holes = int(np.isnan(values).any(axis=0).sum())
        worst = str(expression.obs["missing"].idxmax())
        source.note(
            f"{whole:.1%} of the values are missing, in {holes:,} of {expression.n_vars:,}"
            " features;"
            f" most in sample {worst!r} ({float(expression.obs['missing'].max()):.0%})"
        )
    return expression


def _without_empty(expression: Expression, source: Source) -> Expression:
    infinite = np.isinf(expression.X).any(axis=1)
    if infinite.any():
        raise source.refusal(
            "a value is infinite",
            sample=expression.obs_names[np.flatnonzero(infinite)[0]],
            cure="it is often the log of zero: add one before taking logs",
        )
    absent = np.isnan(expression.X)
    empty = expression.obs_names[absent.all(axis=1)]
    if len(empty):
        one = len(empty) == 1
        raise source.refusal(
            f"{len(empty)} {'sample has' if one else 'samples have'} no values at all:"
            f" {some(empty, 3)}",
            cure=f"remove {'this sample' if one else 'these samples'}",
        )
    unmeasured = absent.all(axis=0)
    if unmeasured.any():
        source.note(
            f"left out {unmeasured.sum():,} of {expression.n_vars:,} features that no sample"
            f" measured: {some(expression.var_names[unmeasured], 3)}"
        )
        expression = expression.of(features=~unmeasured)
    return expression


def _refuse_flat(expression: Expression, source: Source) -> None:
    if expression.n_vars < 2:
        return
    least, most = (np.nanmin, np.nanmax) if expression.obs["missing"].any() else (np.min, np.max)
    flat = least(expression.X, axis=1) == most(expression.X, axis=1)
    flat &= (1 - expression.obs["missing"].to_numpy()) * expression.n_vars > 1.5
    if flat.any():
        raise source.refusal(
            f"sample {expression.obs_names[np.flatnonzero(flat)[0]]!r} has the same value for every"
            " feature",
            cure="remove this sample",
        )
