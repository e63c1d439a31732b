"""SF2 shuffled between donors: what chance alone makes of a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from radiosens.celllines import is_haematological

__all__ = ["shuffled_sf2"]


def shuffled_sf2(obs: pd.DataFrame, number: int, within: str = "all donors") -> pd.Series:
    """Give each donor's lines the SF2 of another donor's, drawn by lot.

    Nothing but chance then ties expression to SF2, while replicates still share one and the
    lines of a donor still come from one donor. Where the other donor has fewer lines, their
    SF2 are taken in turn.

    Parameters
    ----------
    obs : DataFrame
        The panel's samples, with ``line, donor, sf2``.
    number : int
        Which shuffling; the same number, the same shuffling.
    within : {"all donors", "within lineage"}
        Between whom: all donors, or those of blood and those of solid tumours each among
        themselves, so that lineage alone still shows.

    Returns
    -------
    Series of float
        SF2 of each sample.
    """
    lines = obs.drop_duplicates("line").set_index("line")
    by_donor = {str(d): list(own.index) for d, own in lines.groupby("donor", observed=True)}
    donors = sorted(by_donor)
    sf2 = {str(line): float(value) for line, value in lines["sf2"].astype(float).items()}
    rng = np.random.default_rng([number, len(donors)])
    partners: dict[str, str] = {}
    for group in _lineages(lines) if within == "within lineage" else [donors]:
        partners |= dict(zip(group, map(str, rng.permutation(group)), strict=True))
    given: dict[str, float] = {}
    for donor, partner in partners.items():
        theirs = by_donor[partner]
        for i, line in enumerate(by_donor[donor]):
            given[line] = sf2[theirs[i % len(theirs)]]
    return obs["line"].map(given).astype(float)


def _lineages(lines: pd.DataFrame) -> list[list[str]]:
    """Divide donors into those of blood, by any of their lines, and the others."""
    blood = (
        lines["tissue"].map(lambda t: is_haematological(str(t))).groupby(lines["donor"].astype(str))
    )
    found = blood.any()
    return [sorted(found.index[found]), sorted(found.index[~found])]
