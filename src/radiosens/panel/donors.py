"""Lines of one donor, beyond the NCI-60: on two sides of a split they would be a leak."""

from __future__ import annotations

from functools import cache

from radiosens.celllines import known_lines

__all__ = ["SAME_DONOR", "donor_of"]

#: Lines that came from one person, or turned out to be one line, after Cellosaurus ("from same
#: individual as", "problematic cell line"; Bairoch 2018, J Biomol Tech 29:25). Not complete:
#: what is not named here counts as a donor of its own.
SAME_DONOR: tuple[tuple[str, ...], ...] = (
    ("143B", "HOS", "KHOS", "MNNGHOS"),
    ("AU565", "SKBR3"),
    ("COLO 205", "COLO201", "COLO206F"),
    ("ECV304", "T24"),
    ("FTC133", "FTC236", "FTC238"),
    ("HCT-15", "DLD1", "HCT8", "HRT18"),
    ("HEC1A", "HEC1B"),
    ("HT29", "WIDR"),
    ("IGR37", "IGR39"),
    ("KM12", "KM12L4", "KM20L2"),
    ("LC1F", "LC1SQSF"),
    ("LS174T", "LS180"),
    ("MKN28", "MKN74"),
    ("NCIH510", "NCIH510A"),
    ("PATU8988S", "PATU8988T"),
    ("PC14", "PC9"),
    ("PEO1", "PEO4"),
    ("SHSY5Y", "SKNSH"),
    ("SKNBE1", "SKNBE2"),
    ("SW-620", "SW480"),
    ("U118MG", "U138MG"),
    ("U251", "SNB-19", "U373MG"),
    ("WM115", "WM2664"),
)


def donor_of(line: str) -> str:
    """Return the donor of a line, called by one of the donor's lines.

    Parameters
    ----------
    line : str
        As `radiosens.panel.tables.line_keys` writes it.

    Examples
    --------
    >>> donor_of("SW480") == donor_of("SW-620"), donor_of("M14") == donor_of("MDA-MB-435")
    (True, True)
    >>> donor_of("NCIH1299")
    'NCIH1299'
    """
    table = known_lines()
    group = _groups().get(line, (line,))
    for one in (line, *group):
        if one in table.index:
            return str(table.at[one, "donor"])
    return group[0]


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    return {line: group for group in SAME_DONOR for line in group}
