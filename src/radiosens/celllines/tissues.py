"""Words for tissues and tumours, and whether each means blood or a solid tissue.

Leukaemias, lymphomas and myelomas are far more sensitive to radiation than solid tumours, so
that every figure depends on who is which. A tissue's name is read by what it says of the
disease first ("neuroblastoma", "AML"), then of the place ("bone marrow", "lung"): a metastasis
in the bone marrow is of its primary, a lymphoma of the stomach is a lymphoma. What says neither,
or both, is unknown, and is told of.

The words are those of OncoTree (Kundra et al. 2021, JCO Clin Cancer Inform 5:221; its tissues
and the codes below Lymphoid and Myeloid), the diseases and sites that Cellosaurus gives
(Bairoch 2018, J Biomol Tech 29:25; NCI Thesaurus terms), COSMIC's primary sites, and the panel
names of the NCI-60.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

__all__ = ["is_haematological", "lineage_of"]

Lineage = Literal["haematological", "solid", "unknown"]

#: Diseases of blood, lymph and marrow; a pattern is found at the beginning of a word.
_BLOOD_DISEASES = (
    r"leuka?emi", r"aleuka?emi", r"erythroleuka?emi", r"lympho?m[ao]", r"lymphosarcom",
    r"(?:micro|pseudo)lymphom", r"myeloma", r"plasm[ao]cyt", r"plasma[ -]?cell",
    r"hairy cell", r"hodgkin", r"burkitt", r"waldenstr(?:ö|oe?)m", r"macroglobulin[ae]?emi",
    r"mycosis fungoid", r"s[eé]zary", r"myelodysplas", r"myeloprolif", r"myelofibros",
    r"polycyth[ae]?emia", r"thrombocyth[ae]?emia", r"lymphoprolif", r"mast(?:ocyt| ?cell)",
    r"histiocytosis",
    r"langerhans", r"dlbcl?", r"richter", r"blast (?:crisis|phase)", r"chlorom", r"ha?emopath",
    r"(?:myeloid|granulocytic|histiocytic|reticulum cell|immunoblastic|mast cell|dendritic cell)"
    r" (?:and \w+ )?sarcom", r"myeloblastom", r"(?:blood|ha?ematopoietic|ha?emato\w*|lymphatic|"
    r"bone marrow|lymphoid|lymph ?node) (?:cancers?|tumou?rs?|neoplasms?|malignanc\w+)",
    r"ha?ematolog(?:ic|ical|y)?\b", r"ha?emato-?oncolog",
)  # fmt: skip

#: Abbreviations, each a word of its own: OncoTree's codes and those in common use.
_BLOOD_CODES = frozenset((
    "aml", "all", "cll", "cml", "dlbcl", "dlbc", "nhl", "apl", "aapl", "cmml", "jmml", "cmll",
    "mds", "mpn", "mpd", "pmf", "lch", "hcl", "mcl", "mzl", "nmzl", "smzl", "malt", "cllsll",
    "sll", "ball", "tall", "bll", "tll", "etp", "atll", "atl", "alcl", "ptcl", "aitl", "ctcl",
    "pmbl", "pmbcl", "pcnsl", "pel", "nktl", "enktl", "lpl", "wm", "pcm", "mgus", "plbl", "tpll",
    "bpll", "ltgl", "laml", "amol", "ammol", "eatl", "hstcl", "bpdcn", "aul", "mpal", "cel",
    "cnl", "hes", "mprdc",
))  # fmt: skip
#: Of two or three letters, and something else elsewhere: only in capitals, or as the whole name.
_BLOOD_CODES_ALONE = frozenset(
    ["bl", "fl", "hl", "mm", "pv", "et", "cl", "pcn", "mf", "ss", "bcl", "tcl"]
)

#: Cells and places of blood, lymph and marrow; a tumour may have come there from elsewhere.
_BLOOD_SITES = (
    r"blood", r"ha?ematopoie", r"ha?emopoie", r"ha?ematol", r"ha?emic", r"bone[ -]?marrow",
    r"marrow", r"lymphoid", r"lymphocyt", r"lymphoblast", r"myeloid", r"myeloblast", r"monocyt",
    r"promyelocyt", r"myelocyt", r"granulocyt", r"erythroid", r"erythroblast", r"megakaryo",
    r"leu[ck]ocyt", r"pbmc", r"thymocyt", r"(?:pre-?|pro-?)?[bt][ -]?cells?", r"nk[ -]?cells?",
    r"natural killer", r"nk/t", r"germinal cent", r"immune", r"macrophag", r"dendritic cell",
)  # fmt: skip

#: Solid tumours, wherever they are found.
_SOLID_DISEASES = (
    r"\w*carcinom", r"\w*sarcom", r"\w*(?<!lympho)(?<!myelo)(?<!erythro)(?<!plasmo)blastom",
    r"\w*gliom", r"\w*astrocytom", r"oligodendro", r"ependymom", r"\w*melanom", r"mesotheliom",
    r"\w*neurom\w*", r"schwannom", r"neurofibrom", r"meningiom", r"\w*adenom", r"\w*teratom",
    r"seminom", r"germinom", r"dysgerminom", r"choriocarcin", r"thymom", r"carcinoid",
    r"ph[ae]?eochromocyt", r"paragangliom", r"chordom", r"craniopharyngiom", r"insulinom",
    r"gastrinom", r"ewing", r"wilms", r"rhabdoid", r"primitive neuroectoderm", r"pnet",
    r"\w*h[ae]?emangiom", r"\w*angiom", r"h[ae]?emangi(?:o|opericytom)", r"lymphangio", r"kaposi",
    r"lymphoepithel", r"myelolipom", r"lipom", r"leiomyom", r"rhabdomyom", r"fibrom",
    r"sex[ -]cord", r"germ cell", r"stromal tumou?r", r"gist", r"giant cell tumou?r",
    r"nsclc", r"sclc", r"luad", r"lusc", r"brca", r"coad", r"crc", r"gbm", r"hcc", r"hnsc\w*",
    r"escc", r"esca", r"paad", r"pdac", r"kirc", r"rcc", r"prad", r"stad", r"ucec", r"skcm",
    r"solid",
)  # fmt: skip

#: Places of solid tumours, and cells that are not of the blood. Metastases are of solid
#: tumours, and so stand here too: they outweigh the marrow they are found in.
_SOLID_SITES = (
    r"lung", r"pulmon", r"bronch", r"colon", r"colorect", r"rect(?:um|al)", r"bowel", r"intestin",
    r"c[ae]?ecum", r"breast", r"mamma", r"ovar", r"fallopian", r"prostat", r"kidney", r"renal",
    r"skin", r"cutan", r"brain", r"cns", r"central[ _]nervous", r"peripheral[ _]nervous",
    r"autonomic", r"gangli", r"nerv(?:e|ous)", r"spinal", r"mening", r"eye", r"ocular", r"uvea",
    r"retina", r"liver", r"hepat", r"bili", r"bile", r"gall", r"ampulla", r"pancrea", r"stomach",
    r"gastr", r"o?esophag", r"mouth", r"oral", r"tongue", r"head", r"neck", r"aerodig", r"phary",
    r"naso", r"laryn", r"saliv", r"parotid", r"thyroid", r"parathyroid", r"adrenal", r"bladder",
    r"urin", r"uroth", r"ureth?[re]", r"penis", r"penile", r"testi", r"cervi", r"uter",
    r"endometri",
    r"vulv", r"vagin", r"placent", r"pleura", r"periton", r"soft[ _]?tissue",
    r"bones?\b(?![ _-]marrow)",
    r"skelet", r"muscle", r"cartilage", r"connective", r"adipos", r"blood vessel", r"vascular",
    r"vessel", r"endotheli", r"epitheli", r"fibroblast", r"strom", r"mesenchym", r"keratinocyt",
    r"melanocyt", r"metasta", r"genito", r"gyn[ae]?ecolog", r"thym(?:us|ic)", r"heart", r"cardiac",
)  # fmt: skip

#: Denied, so that the word says nothing of what it is.
_DENIED = re.compile(
    r"\b(?:not|no|non|without|except|excluding|other than|rather than|negative for)\b[ -]*"
    r"(?:(?:a|an|the|of|from|any|known)\b ?)*([\w-]+(?: cells?\b| marrow)?)"
)
_NON_HODGKIN = re.compile(r"\bnon[ -]*hodgkin\w*(?:['’]s)?")
#: "Secondary to breast cancer", "after melanoma": of another tumour.
_HISTORY = re.compile(r"\b(?:after|following|secondary to|history of|with prior|treated for)\b.*")


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(patterns) + ")")


_BLOOD_DISEASE, _BLOOD_SITE = _any(_BLOOD_DISEASES), _any(_BLOOD_SITES)
_SOLID_DISEASE, _SOLID_SITE = _any(_SOLID_DISEASES), _any(_SOLID_SITES)


def is_haematological(tissue: str) -> bool:
    """Tell whether a tissue's name is one of leukaemia, lymphoma or myeloma.

    Examples
    --------
    >>> is_haematological("Leukemia"), is_haematological("DLBCL"), is_haematological("Renal")
    (True, True, False)
    >>> is_haematological("bone marrow metastasis of neuroblastoma")
    False
    """
    return lineage_of(tissue) == "haematological"


@lru_cache(maxsize=4096)
def lineage_of(tissue: str) -> Lineage:
    """Say what a tissue's name means: blood, lymph and marrow, or a solid tissue.

    Parameters
    ----------
    tissue : str
        As a file or a sheet has it; capitals, underscores and hyphens don't matter.

    Returns
    -------
    {"haematological", "solid", "unknown"}
        Unknown where the name says neither, or both of one tumour.

    Examples
    --------
    >>> [lineage_of(t) for t in ("AML", "blood vessel", "lymph node", "Non-Hodgkin lymphoma")]
    ['haematological', 'solid', 'unknown', 'haematological']
    """
    text = _NON_HODGKIN.sub(" hodgkin ", " ".join(re.split(r"[\s_]+", tissue.lower())).strip())
    denied = " ".join(match.group(1) for match in _DENIED.finditer(text))
    kept = _DENIED.sub(" ", text) if _says_lineage(denied) else text
    found = _read(_HISTORY.sub(" ", kept), tissue)
    if found == "unknown" and re.search(r"\bnon-?ha?emato", text):
        return "solid"
    return found


def _read(text: str, original: str) -> Lineage:
    whole = " ".join(text.split())
    codes = set(re.findall(r"[a-z]+", re.sub(r"\b([bt])-(?=all\b|ll\b|pll\b)", r"\1", text)))
    alone = {c for c in _BLOOD_CODES_ALONE if whole == c or c.upper() in original.split()}
    if whole != "all" and "all" in codes and "ALL" not in re.findall(r"[A-Za-z]+", original):
        codes.discard("all")  # "all tissues"
    blood = bool(_BLOOD_DISEASE.search(text) or codes & _BLOOD_CODES or alone)
    # What is named after blood and is a sarcoma or a blastoma by its ending is taken out first.
    solid = bool(_SOLID_DISEASE.search(_BLOOD_DISEASE.sub(" ", text)))
    if blood or solid:
        return "unknown" if blood and solid else "haematological" if blood else "solid"
    solid = bool(_SOLID_SITE.search(text))
    if solid:
        return "solid"
    return "haematological" if _BLOOD_SITE.search(text) else "unknown"


def _says_lineage(word: str) -> bool:
    return bool(word) and _read(word, word) == "haematological"
