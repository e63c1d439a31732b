"""Who is who in a whole panel: one spelling a line, one donor a line, one SF2 a line.

The lines of the paper have one name however they are spelled. Here the same is done for
everybody else's: two spellings of one line on both sides of a split would be a leak.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd

from radiosens.celllines import ccle_tissue, known_lines, loose_key, resolver
from radiosens.errors import InputError, RadiosensWarning, SampleSheetError

__all__ = [
    "UNUSUAL_SF2",
    "check_sf2",
    "number_replicates",
    "one_spelling",
    "parse_sf2",
    "settle",
    "warn",
]

logger = logging.getLogger(__name__)

#: Clonogenic assays give up to about 1.3 at 2 Gy; above 2 a number is a percentage.
UNUSUAL_SF2, IMPOSSIBLE_SF2 = 1.3, 2.0

#: Published SF2 of one line differ by less, but for a few lines.
UNLIKE_SF2 = 0.3

_ORDER = ("line", "tissue", "donor", "sf2", "sex", "replicate", "source")
_PERCENT = re.compile(r"([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(%?)")


def warn(text: str) -> None:
    """Warn of something that may move numbers, in one line."""
    warnings.warn(" ".join(text.split()), RadiosensWarning, stacklevel=3)


def one_spelling(names: Iterable[str]) -> dict[str, str]:
    """Map each name to the first spelling of it.

    Spellings that differ only in case, blanks, punctuation, R's ``X`` before a digit or CCLE's
    tissue are one, unless two of CCLE's tissues tell them apart.

    Examples
    --------
    >>> one_spelling(["Line-01", "LINE 01", "TT_THYROID", "TT_OESOPHAGUS", "patient 1-2", "p12"])
    {'Line-01': 'Line-01', 'LINE 01': 'Line-01', 'TT_THYROID': 'TT_THYROID',
    'TT_OESOPHAGUS': 'TT_OESOPHAGUS', 'patient 1-2': 'patient 1-2', 'p12': 'p12'}
    """
    listed = list(dict.fromkeys(names))
    tissues: dict[str, set[str]] = {}
    for name in listed:
        tissues.setdefault(loose_key(name), set()).add(ccle_tissue(name))
    first: dict[tuple[str, str], str] = {}
    found = {}
    for name in listed:
        key = loose_key(name)
        apart = len(tissues[key] - {""}) > 1
        found[name] = first.setdefault((key, ccle_tissue(name) if apart else ""), name)
    return found


def settle(obs: pd.DataFrame) -> pd.DataFrame:
    """Give every line one spelling, one donor and one SF2.

    Parameters
    ----------
    obs : DataFrame
        A row a sample: ``line``; ``donor`` and ``sf2`` as the user gave them, None or NaN where
        not; optionally ``parent``, the known line that a derived one was made from, or None.

    Returns
    -------
    DataFrame
        ``donor`` filled: as given for one sample of the line, else of the table of known lines
        or the parent's, else the line itself. ``sf2`` filled: as given, else of the table, else
        NaN. ``parent`` is dropped.

    Raises
    ------
    SampleSheetError
        If one line has several donors.
    """
    obs = obs.copy()
    if "parent" not in obs:
        obs["parent"] = None
    table = known_lines()
    spelling = one_spelling(n for n in obs["line"] if n not in table.index)
    _tell_spellings(spelling, "line")
    obs["line"] = obs["line"].map(lambda name: spelling.get(name, name))
    obs["donor"] = _donors(obs)
    given = obs.groupby("line", observed=True)["sf2"].transform("first").astype(float)
    obs["sf2"] = obs["sf2"].astype(float).where(obs["sf2"].notna(), given)
    _tell_other_sf2(obs["line"], obs["sf2"], obs["line"].map(table["sf2"]))
    obs["sf2"] = obs["sf2"].where(obs["sf2"].notna(), obs["line"].map(table["sf2"]))
    columns = [c for c in _ORDER if c in obs]
    return obs[columns + [c for c in obs if c not in {*columns, "parent"}]]


def _donors(obs: pd.DataFrame) -> pd.Series:
    """Return one donor a line, in one spelling."""
    table = known_lines()
    names = [str(d) for d in obs["donor"].dropna()]
    donors = set(table["donor"])
    of_table = {n: _known_donor(n) for n in names if n not in donors}
    spelling = one_spelling([*names, *dict.fromkeys(obs["line"])])
    one = {n: of_table.get(n) or spelling[n] for n in names}
    _tell_spellings(one, "donor")
    given = obs["donor"].map(lambda d: None if pd.isna(d) else one[str(d)])
    by_line = given.groupby(obs["line"], observed=True)
    several = by_line.nunique()
    if (several > 1).any():
        line = several.idxmax()
        raise SampleSheetError(
            f"the line {line!r} has several donors:"
            f" {', '.join(sorted(given[obs['line'] == line].dropna().unique()))}",
            cure="a line comes from one person: correct the donors, or name the lines apart",
        )
    donor = by_line.transform("first")
    known = obs["line"].map(table["donor"])
    _tell_other_donors(obs["line"], donor, known)
    parents = obs["parent"].map(table["donor"])
    for other in (known, parents, obs["line"]):
        donor = donor.where(donor.notna(), other)
    return donor.map(lambda name: one.get(name, spelling.get(name, name)))


def _known_donor(name: str) -> str | None:
    """Return the donor of a known line, where a donor is called by a line."""
    line = resolver().read(name).line
    return None if line not in known_lines().index else str(known_lines().at[line, "donor"])


def _tell_spellings(spelling: dict[str, str], what: str) -> None:
    """Warn of spellings that were taken for one."""
    joined: dict[str, list[str]] = {}
    for name, one in spelling.items():
        if loose_key(name) == loose_key(one):
            joined.setdefault(one, []).append(name)
    pairs = [" and ".join(map(repr, dict.fromkeys([o, *n]))) for o, n in joined.items() if n != [o]]
    if pairs:
        more = f", and {len(pairs) - 3} more" if len(pairs) > 3 else ""
        warn(f"taken for one {what} each: {'; '.join(pairs[:3])}{more}")


def _tell_other_donors(lines: pd.Series, given: pd.Series, known: pd.Series) -> None:
    other = given.notna() & known.notna() & (given != known)
    for line in lines[other].unique():
        own, table = given[lines == line].iloc[0], known[lines == line].iloc[0]
        warn(f"the line {line} has the donor {own!r} as you say, not {table!r} as is known")


def _tell_other_sf2(lines: pd.Series, given: pd.Series, known: pd.Series) -> None:
    """Warn where SF2 as given is far from the table's: laboratories differ by 0.1 or 0.2."""
    far = (given - known).abs() > UNLIKE_SF2
    names = list(lines[far].unique())
    if names:
        own, table = given[lines == names[0]].iloc[0], known[lines == names[0]].iloc[0]
        more = f", and {len(names) - 1} more lines differ so" if len(names) > 1 else ""
        warn(f"the line {names[0]} has the SF2 {own:g} as you say, not {table:g} as is known{more}")


def parse_sf2(values: pd.Series, where: object) -> pd.Series:
    """Read SF2 from numbers or texts: fractions, percent signs and decimal commas.

    Parameters
    ----------
    values : Series
        Indexed by sample.
    where : object
        The file, for messages.

    Raises
    ------
    InputError
        If one is no number; missing ones are NaN.

    Examples
    --------
    >>> parse_sf2(pd.Series([0.5, "56%", "0,45", None]), "a.h5ad").tolist()
    [0.5, 0.56, 0.45, nan]
    """
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    return pd.Series(
        [_one_sf2(v, f"{where}, sample {s}") for s, v in values.items()], values.index, dtype=float
    )


def _one_sf2(value: object, where: str) -> float:
    text = "" if value is None or value is pd.NA else str(value).strip()
    if text.lower() in {"", "na", "nan", "none", "n/a"}:
        return float("nan")
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise InputError(
            f"the SF2 {text!r} is not a number",
            where=where,
            cure="give the surviving fraction at 2 Gy as a fraction, such as 0.45",
        )
    number = float(match[1].replace(",", "."))
    return number / 100 if match[2] else number


def check_sf2(obs: pd.DataFrame, error: type[InputError], where: object = None) -> None:
    """Refuse an SF2 that cannot be, and warn of one that is hardly seen.

    Raises
    ------
    InputError
        If one is above 2: it is a percentage.
    """
    high = obs.loc[obs["sf2"] > IMPOSSIBLE_SF2]
    if len(high):
        raise error(
            f"the SF2 of the line {high['line'].iloc[0]!r} is {high['sf2'].iloc[0]:g},"
            f" and {high['line'].nunique()} lines have one above {IMPOSSIBLE_SF2:g}",
            where=where,
            cure="SF2 is a fraction, rarely above 1: divide by 100?",
        )
    unusual = obs.loc[obs["sf2"] > UNUSUAL_SF2, "line"].unique()
    if len(unusual):
        warn(
            f"{len(unusual)} lines have an SF2 above {UNUSUAL_SF2:g}, more than any clonogenic"
            f" assay is known to give: {', '.join(map(str, unusual[:3]))}"
        )


def number_replicates(obs: pd.DataFrame) -> pd.Series:
    """Count the samples of each line, keeping the user's numbers where they are complete."""
    counted = obs.groupby("line", observed=True).cumcount() + 1
    if "replicate" not in obs or obs["replicate"].isna().any():
        return counted
    given = pd.to_numeric(obs["replicate"], errors="coerce")
    unusable = (
        not np.isfinite(given).all()
        or pd.DataFrame({"l": obs["line"], "r": given}).duplicated().any()
    )
    return counted if unusable else given.astype(int)
