"""Find what is known of samples in an AnnData's ``obs``, by the usual names of its columns."""

from __future__ import annotations

import logging
import re
from collections.abc import Hashable

import pandas as pd

from radiosens.celllines import loose_key
from radiosens.panel.people import warn
from radiosens.sources.labels import says_sf2

__all__ = ["given_columns"]

logger = logging.getLogger(__name__)

#: What is known of samples, and the names that columns of ``obs`` have for it, the best first;
#: compared in lower case by letters and digits alone.
USUAL_NAMES = {
    "line": (
        "line",
        "cellline",
        "celllinename",
        "strippedcelllinename",
        "celllineprimaryname",
        "cclename",
        "model",
        "modelname",
        "celllineid",
    ),
    "line_id": ("modelid", "depmapid", "achid", "broadid"),
    "tissue": ("tissue", "lineage", "oncotreelineage", "primarysite", "tissuetype"),
    "donor": ("donor", "donorid", "patient", "patientid", "individual", "subject", "subjectid"),
    "sf2": (),  # as `radiosens.sources.labels.says_sf2` has it
    "sex": ("sex", "gender"),
    "replicate": ("replicate", "rep", "biologicalreplicate"),
}


def given_columns(obs: pd.DataFrame) -> pd.DataFrame:
    """Find in ``obs`` what is known of samples, under the usual names of its columns.

    Returns
    -------
    DataFrame
        Those of the columns ``line, line_id, tissue, donor, sf2, sex, replicate`` that are
        there. Where several columns may be one, a later one fills what an earlier one lacks.

    Examples
    --------
    >>> obs = pd.DataFrame({"cell.line": ["HL-60"], "SF2": ["31%"], "batch": [1]})
    >>> given_columns(obs).to_dict("list")
    {'line': ['HL-60'], 'sf2': ['31%']}
    """
    keys: dict[str, list[Hashable]] = {}
    for column in obs.columns:
        name = re.sub(r"[:_. ]ch1$", "", str(column).lower())  # GEOquery: "cell line:ch1"
        keys.setdefault("".join(c for c in name if c.isalnum()), []).append(column)
    found = {}
    for what, names in USUAL_NAMES.items():
        wanted = [k for k in keys if says_sf2(k)] if what == "sf2" else names
        columns = [c for n in wanted for c in keys.get(n, [])]
        if not columns:
            continue
        values = obs[columns[0]].astype(object)
        for other in columns[1:]:
            if what in {"line", "donor"}:
                _tell_disagreement(values, obs[other], columns[0], other)
            values = values.where(values.notna(), obs[other].astype(object))
        if columns[0] != what:
            logger.info("the column %r of obs is taken for the %s", str(columns[0]), what)
        found[what] = values
    return pd.DataFrame(found, index=obs.index)


def _tell_disagreement(one: pd.Series, other: pd.Series, first: Hashable, second: Hashable) -> None:
    """Warn where two columns of ``obs`` name different lines or donors."""
    both = one.notna() & other.notna()
    pairs = zip(one[both].astype(str), other[both].astype(str), strict=True)
    differ = [(a, b) for a, b in pairs if loose_key(a) != loose_key(b)]
    if differ:
        warn(
            f"the columns {str(first)!r} and {str(second)!r} of obs differ for {len(differ)}"
            f" samples ({differ[0][0]!r} and {differ[0][1]!r}): the first is taken"
        )
