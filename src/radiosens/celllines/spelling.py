"""Bring the spellings of a name together, of known lines and of other people's."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["ccle_tissue", "loose_key", "normalise"]

# CellMiner writes the tissue first: "LC:NCI_H226", in R "LC.NCI_H226".
_TISSUE_PREFIX = re.compile(r"^(BR|CNS|CO|LC|LE|ME|OV|PR|RE)[:.]", re.IGNORECASE)
# DTP adds the stock a line came from: "HL-60(TB)", "DU_145(DTP)", "A549/ATCC"; R's make.names
# writes "HL.60.TB.", "A549.ATCC".
_STOCK_SUFFIX = re.compile(r"([(. ](TB|DTP)[). ]*|[(./ _-]ATCC[). ]*)$", re.IGNORECASE)
_STOCK_ENDS = frozenset("BbPpCc). ")
# R's make.names puts X before a digit: "X786.0".
_R_DIGIT = re.compile(r"^[Xx](?=\d)")
# The tissues that CCLE appends to a line: "HL60_HAEMATOPOIETIC_AND_LYMPHOID_TISSUE".
_CCLE_TISSUES = (
    "AUTONOMIC_GANGLIA",
    "BILIARY_TRACT",
    "BONE",
    "BREAST",
    "CENTRAL_NERVOUS_SYSTEM",
    "CERVIX",
    "ENDOMETRIUM",
    "EYE",
    "FIBROBLAST",
    "HAEMATOPOIETIC_AND_LYMPHOID_TISSUE",
    "KIDNEY",
    "LARGE_INTESTINE",
    "LIVER",
    "LUNG",
    "OESOPHAGUS",
    "OVARY",
    "PANCREAS",
    "PLACENTA",
    "PLEURA",
    "PROSTATE",
    "SALIVARY_GLAND",
    "SKIN",
    "SMALL_INTESTINE",
    "SOFT_TISSUE",
    "STOMACH",
    "THYROID",
    "UPPER_AERODIGESTIVE_TRACT",
    "URINARY_TRACT",
    "UVEA",
    "VULVA",
)
_CCLE = re.compile(
    r"(?<=\w)[_.](" + "|".join(_CCLE_TISSUES).replace("_", "[_. ]") + r")$", re.IGNORECASE
)
_PLUS = re.compile(r"\+")
_BOTH_LOST = re.compile(r"-/-")


def ccle_tissue(name: str) -> str:
    """Return the tissue that CCLE appended to a name, or an empty text.

    Examples
    --------
    >>> ccle_tissue("TT_THYROID"), ccle_tissue("TT")
    ('THYROID', '')
    """
    match = _CCLE.search(name.strip())
    return "" if match is None else re.sub(r"[. ]", "_", match[1].upper())


def stripped(name: str) -> str:
    """Take off what a data base adds to a line's name: tissue, stock, R's X."""
    if name.isascii():
        name = name.strip()
        if name.isalnum():  # most names, and no need to look for what has punctuation
            return _R_DIGIT.sub("", name) if name[:1] in "Xx" else name
    else:
        name = unicodedata.normalize("NFKC", name).strip()
    if name[-1:].isalpha():
        name = _CCLE.sub("", name)
    name = _TISSUE_PREFIX.sub("", name)
    name = _R_DIGIT.sub("", name)
    return _STOCK_SUFFIX.sub("", name) if name[-1:] in _STOCK_ENDS else name


def normalise(name: str) -> str:
    """Bring a spelling down to upper-case letters and digits.

    Examples
    --------
    >>> normalise("LC:NCI_H226"), normalise("HL.60.TB."), normalise("MDA-MB-231/ATCC")
    ('NCIH226', 'HL60', 'MDAMB231')
    >>> normalise("HL60_HAEMATOPOIETIC_AND_LYMPHOID_TISSUE"), normalise("X786.0")
    ('HL60', '7860')
    """
    return "".join(c for c in stripped(name) if c.isalnum()).upper()


def loose_key(name: str) -> str:
    """Bring spellings of a name that nobody knows together, and nothing more.

    As `normalise`, but punctuation between two digits still parts them (patient 1-2 is not
    patient 12), and a plus or a lost allele still counts (HCT116 p53+/+ is not p53-/-).

    Examples
    --------
    >>> loose_key("Line-01") == loose_key("LINE 01"), loose_key("p1-2") == loose_key("p12")
    (True, False)
    """
    text = _BOTH_LOST.sub("lost", stripped(name))
    text = _PLUS.sub("plus", text)
    text = re.sub(r"(?<=\d)[^\w+]+(?=\d)|(?<=\d)_+(?=\d)", "\0", text)
    key = "".join(c for c in text if c.isalnum() or c == "\0").replace("\0", "-").upper()
    return key or name.strip()
