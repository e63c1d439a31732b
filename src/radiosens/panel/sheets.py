"""Bring a sample sheet's names and the data's together, where a program changed the latter."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from radiosens.panel.people import warn

__all__ = ["match_names"]

_NOT_R = re.compile(r"[^\w.]|_", re.ASCII)
_R_DIGIT = re.compile(r"X(?=\d)")


def match_names(sheet: pd.DataFrame, names: Sequence[pd.Index]) -> pd.DataFrame:
    """Call a sheet's samples as the data do, where case, blanks or R's make.names differ.

    Only where the data have none of the sheet's names as they stand, and each of the sheet's
    names is like one name of the data and no other.

    Parameters
    ----------
    sheet : DataFrame
        Indexed by sample.
    names : sequence of Index
        Sample names of each file.

    Returns
    -------
    DataFrame
        The sheet itself, or with the data's names.

    Examples
    --------
    >>> import warnings
    >>> sheet = pd.DataFrame({"line": ["HL-60", "786-O"]}, ["HL-60(TB)", "786-0"])
    >>> with warnings.catch_warnings(action="ignore"):
    ...     list(match_names(sheet, [pd.Index(["HL.60.TB.", "X786.0"])]).index)
    ['HL.60.TB.', 'X786.0']
    """
    in_data = [str(n) for index in names for n in index]
    if set(in_data) & set(sheet.index):
        return sheet
    by_key: dict[str, set[str]] = {}
    for name in in_data:
        by_key.setdefault(_key(name), set()).add(name)
    found = [by_key.get(_key(str(s)), set()) for s in sheet.index]
    one = [next(iter(f)) for f in found if len(f) == 1]
    if len(one) < len(found) or len(set(one)) < len(one):
        return sheet
    warn(
        f"the sheet's samples are spelled otherwise than the data's: {sheet.index[0]!r} is taken"
        f" for {one[0]!r}, and so on"
    )
    return sheet.set_axis(pd.Index(one, name=sheet.index.name))


def _key(name: str) -> str:
    """Bring a name to what R's make.names leaves of it, in small letters."""
    return _R_DIGIT.sub("", _NOT_R.sub(".", name.strip())).lower()
