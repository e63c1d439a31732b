"""Tell a line from what was made of it: resistant sublines, knock-outs, clones.

A derived line comes from its parent's donor and has another SF2: that of the parent would be a
wrong number in silence. NCI/ADR-RES, HCT-15 and other lines of their own are in the table.
"""

from __future__ import annotations

import re

__all__ = ["is_benign", "is_derived"]

# Selected on a drug or on radiation. Drugs as authors shorten them.
_DRUGS = (
    "ADR|ADM|ADRIAMYCIN|DOX|DXR|DOXO|DDP|CDDP|CIS|CISP|CISPT|CBP|CARBO|OXA|OXP|LOHP|TAX|TXL|TX|"
    "TXT|PTX|DTX|DOC|VCR|VBL|VLB|VP16|ETO|MDR|MX|MIT|MITO|MTX|FU|5FU|GEM|GEMCI|ARAC|TMZ|TAM|4OHT|"
    "FULV|FUL|ICI|LAP|GEF|ERL|OSI|AZD|OLA|IMA|STI|BTZ|BORT|PLX|VEM|CPT|SN38|TPT|IRI|DNR|PEM|A02|"
    "LTED|ENZ"
)
_RESISTANT = (
    r"R|RR|RES|RESIST\w*|\w+RESIST\w*|SUBLINES?|DERIV\w*|PERSIST\w*|REFRACTORY|SELECTED|ADAPTED|"
    rf"SURVIVORS?|REVERTANT|({_DRUGS})[RS]?\d*|R({_DRUGS})\d*"
)
# Changed in their genes, or grown out of one cell or an animal.
_ENGINEERED = (
    r"KO\d*|\w{2,}KO\d*|KD\d*|\w{2,}KD\d*|DKO|TKO|KI|SHRNAS?\w*|SIRNAS?\w*|CRISPR\w*|SGRNA\w*|"
    r"D?CAS9\w*|F?LUC2?\w?|NLUC|E?GFP\w*|RFP|YFP|M?CHERRY|TDTOMATO|TOMATO|OE|OVEREXP\w*|KNOCK\w*|"
    r"DEPLET\w*|SILENC\w*|TRANSFECT\w*|TRANSDUC\w*|INFECTED|CLONES?|SUBCLONES?|STABLE|XENO\w*|"
    r"PDX|NEO|EV|VECTOR|MOCK|SCRAMBLED?|SCR|RESCUED?|SPHERES?|SPHEROIDS?|CSCS?|STEM"
)
_DERIVED = re.compile(rf"({_RESISTANT}|{_ENGINEERED})", re.IGNORECASE)
# Where case tells: shTP53 and siTP53 and sgTP53, TamR and CisR and GemR.
_DERIVED_CASE = re.compile(r"(sh|si|sg)[A-Z]\w*|[A-Z][a-z]{1,8}R\d?")
_LOST_ALLELE = re.compile(r"[-+]/-")
# Behind a blank these tell a treatment or a replicate ("A549 IR 6h", "A549 R1"), at the name
# itself a resistant line ("A549-IR", "HL60/R10").
_TIED = re.compile(r"[-/]\s?(IRR?|RT|XRT|RAD|R\d+|CR)(?![A-Za-z0-9])", re.IGNORECASE)
# Glued to a parent's name: MCF7ADR, A549DDP, PC3M, KM12L4, MDAMB231LM2.
_GLUED = re.compile(r"[A-Z]{1,4}\d{0,3}[A-Z]?|5FUR?|VP16R?|4OHTR?|TAMR|DOXR|GFPLUC", re.IGNORECASE)
# What says nothing of the line: replicates, controls, arrays, the word cell line itself.
_BENIGN = re.compile(
    r"R\d+|REP\d*|REPL?\w{0,8}\d*|BIOREP\d*|TECHREP\d*|REPLICATES?|TECHNICAL|BIOLOGICAL|SAMPLE\d*|"
    r"S\d+|N\d|ARRAY\w*|CHIP|HP\d+\w*|\d+HP\d+\w*|CELLS?|LINES?|CELLLINES?|CONTROLS?|CTRL?|CTL|"
    r"CON|UNTREATED|UNT|UT|NT|PARENTAL|PARENT|PAR|WT|WILD|WILDTYPE|TYPE|HUMAN|TOTAL|RNA|MRNA|"
    r"RNASEQ|SEQ|DMSO|VEHICLE|VEH|ETOH|PBS|BASELINE|BASAL|PASSAGE|P\d+|RUN\d*|LANE\d*|L\d{3}|"
    r"BATCH\d*|CEL|BAM|SORTED|TXT|CSV|GZ|FASTQ|COUNTS?|TPM|FPKM|\d+|[A-D]|ATCC|DTP|TB|NCI|NCI60|"
    r"SRR\d+|GSM\d+|ERR\d+|HG|U133\w*|HGU133\w*|\d+H|\d+HRS?|\d+GY|GY|HOURS?|HR|TIME|"
    # where it was bought, and what it is a line of
    r"CCL|HTB|CRL|TIB|DSMZ|ACC|ECACC|JCRB|RIKEN|KCLB|CANCER|TUMOU?R|\w*CARCINOMA|LEUKA?EMIA|\w*MYELOMA|"
    r"MELANOMA|GLIO\w*|LYMPHOMA|NSCLC|AML|CML|BREAST|LUNG|COLON|COLORECTAL|KIDNEY|RENAL|OVARY|"
    r"OVARIAN|PROSTATE|SKIN|BRAIN|CNS|BLOOD|EPITHELIAL|ADHERENT|OF|FROM|THE",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?:[^\s_/,;|:.()\[\]{}-]|(?<=\d)\.(?=\d))+")
# "MCF-7/S9" and "KM12-C" are lines of their own; "A549_C" is a replicate.
_OWN = re.compile(r"/|-[A-Za-z]$|-[A-Za-z]\b")


def is_derived(rest: str) -> bool:
    """Tell whether what follows a line's name says that it is a derived line.

    Examples
    --------
    >>> [is_derived(s) for s in ("/ADR", " cisplatin-resistant", " shTP53 rep1", "-TamR", " KO")]
    [True, True, True, True, True]
    >>> [is_derived(s) for s in (" rep1", " 113384hp133a11", " untreated 24h", "_R1", " IR 6h")]
    [False, False, False, False, False]
    """
    if _LOST_ALLELE.search(rest) or _TIED.match(rest):
        return True
    for word in _WORDS.findall(rest):
        if _BENIGN.fullmatch(word):
            continue
        if _DERIVED.fullmatch(word) or _DERIVED_CASE.fullmatch(word):
            return True
    return False


def is_glued(name: str, rest: str) -> bool:
    """Tell whether letters glued to a line's name make a derived line.

    Only where the name ends in a digit do letters behind it stand out.

    Examples
    --------
    >>> is_glued("MCF7", "ADR"), is_glued("PC3", "M"), is_glued("NCIH23", "47")
    (True, True, False)
    """
    return name[-1:].isdigit() and _GLUED.fullmatch(rest) is not None


def is_benign(rest: str) -> bool:
    """Tell whether what follows a line's name says nothing of the line: replicates, controls.

    Examples
    --------
    >>> is_benign("_rep1"), is_benign(" untreated, 24 h"), is_benign("/S0.5"), is_benign("-MTX")
    (True, True, False, False)
    """
    if _OWN.match(rest):
        return False
    return all(_BENIGN.fullmatch(w) or w.lower() == "h" for w in _WORDS.findall(rest))
