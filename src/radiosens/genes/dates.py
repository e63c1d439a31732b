"""Find the gene symbols that a spreadsheet may have turned into a date.

Excel reads ``SEPT2`` and ``MARCH1`` as days of a month and writes ``2-Sep`` and ``1-Mar``
(Zeeberg et al. 2004, BMC Bioinformatics 5:80; Ziemann et al. 2016, Genome Biol 17:177).
"""

from __future__ import annotations

import re

__all__ = ["is_damaged", "symbols_behind"]

_MONTHS = (
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
)
# Spreadsheets in German, French, Spanish, Italian and Dutch write their own months.
_FOREIGN = {
    **dict.fromkeys(("MRZ", "MÄR", "MÄRZ", "MARS", "MRT"), 3),
    **dict.fromkeys(("AVR", "ABR"), 4),
    **dict.fromkeys(("MAI", "MEI", "MAG"), 5),
    **dict.fromkeys(("AGO", "AOÛT"), 8),
    **dict.fromkeys(("SET",), 9),
    **dict.fromkeys(("OKT", "OTT"), 10),
    **dict.fromkeys(("DEZ", "DÉC", "DIC"), 12),
}
_WORD = r"(?P<month>[^\W\d_]{3,9})\.?"
_PATTERNS = tuple(
    re.compile(p)
    for p in (
        # 2-Sep, 2. Sep, 2-Sep-21
        rf"(?P<day>\d{{1,2}})(\. ?|[-/ ]){_WORD}([-/ ](\d{{2}}|\d{{4}}))?",
        rf"{_WORD}[-/ ](?P<day>\d{{1,2}})",  # Sep-02
        r"\d{4}[-/](?P<m>\d{1,2})[-/](?P<day>\d{1,2})([ T]00:00(:00(\.0+)?)?)?",  # 2021-09-02
        r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](\d{2}|\d{4})",  # 9/2/2021 or 02.09.2021
    )
)
#: One of these parts the day from the month.
_BETWEEN = frozenset("-/ .")
_DIGIT = re.compile(r"\d")
_FLOAT = re.compile(r"\d(\.\d+)?E\+\d{1,2}", re.IGNORECASE)


def is_damaged(text: str) -> bool:
    """Tell whether a name looks like a date or a rounded number out of a spreadsheet.

    Examples
    --------
    >>> [is_damaged(s) for s in ("2-Sep", "2021-09-02", "2.31E+13", "SEPTIN2", "NKX2-5")]
    [True, True, True, False, False]
    """
    return bool(_days(text)) or ("+" in text and _FLOAT.fullmatch(text) is not None)


def symbols_behind(text: str) -> list[str]:
    """Return the symbols, in upper case, that a spreadsheet would turn into this date.

    Examples
    --------
    >>> symbols_behind("2-Sep")[:2], symbols_behind("AR")
    (['SEP2', 'SEPT2'], [])
    """
    found = []
    for month, day in _days(text):
        name = _MONTHS[month - 1]
        found += [f"{name[:n]}{day}" for n in range(3, len(name) + 1)]
    return found


def _days(text: str) -> list[tuple[int, int]]:
    """Return the (month, day) pairs a text can be read as; none if it is no date."""
    if not _BETWEEN.intersection(text) or not _DIGIT.search(text):
        return []
    match = next((m for p in _PATTERNS if (m := p.fullmatch(text))), None)
    if match is None:
        return []
    parts = match.groupdict()
    if parts.get("a"):
        a, b = int(parts["a"]), int(parts["b"])
        pairs = [(a, b), (b, a)]
    else:
        month = int(parts["m"]) if parts.get("m") else _month(parts["month"].upper())
        pairs = [(month, int(parts["day"]))]
    return list(dict.fromkeys((m, d) for m, d in pairs if 1 <= m <= 12 and 1 <= d <= 31))


def _month(word: str) -> int:
    """Return the number of a month's name or its beginning; 0 if it is none."""
    for number, name in enumerate(_MONTHS, start=1):
        if name.startswith(word):
            return number
    return _FOREIGN.get(word, 0)
