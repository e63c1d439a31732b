"""What names of columns and rows say: annotation, identifiers, summaries, side results."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = [
    "AGGREGATES",
    "DEFAULT_ENTRY",
    "NOT_FEATURES",
    "describes",
    "is_annotation",
    "plain",
    "says_feature",
    "says_sample",
]

#: Columns that name a feature.
_NAMES = frozenset(
    """
    symbol symbols genesymbol genesymbols hugosymbol hgncsymbol gene genes geneid geneids genename
    genenames hgnc hgncid geneaccession ensembl ensemblid ensemblgeneid ensembltranscriptid ensg
    ensemblgene probe probes probeid probeset probesetid probesets idref affyid spotid entrez
    entrezid entrezgene entrezgeneid entrezids ncbigeneid refseq refseqid unigene uniprot
    transcriptid transcriptids transcript trackingid feature featureid hgncgenename name accession
    trackid txid
    """.split()  # noqa: SIM905
)
#: Columns that describe a feature; they are neither names nor values.
_DESCRIPTIONS = frozenset(
    """
    description genedescription definition genetitle cytoband chromosome chromosomename chr chrom
    start end stop strand length genelength effectivelength efflength genetype genebiotype biotype
    transcriptbiotype transcripttype classcode nearestrefid tssid locus genestart geneend exoncount
    gccontent percentagegenegccontent startposition endposition startpositionbp endpositionbp
    representativepublicid targetdescription nametargetid
    """.split()  # noqa: SIM905
)
_OF_FEATURES = _NAMES | _DESCRIPTIONS
#: Columns that name or describe a sample.
_OF_SAMPLES = frozenset(
    """
    sample samples sampleid samplename samplenames sampletitle cell cells cellline celllines
    celllinename celllineid cellid line lines linename modelid profileid sequencingid
    modelconditionid isdefaultentryformodel isdefaultentryformc isdefaultentryforprofile depmapid
    strippedcelllinename ccleid ccle cosmicid sangermodelid title geoaccession gsm array arrayid
    barcode
    """.split()  # noqa: SIM905
)
#: What is said of samples elsewhere, in the sample sheet or in the clinic; as a feature it would
#: be a leak.
NOT_FEATURES = frozenset(
    """
    sample line sf2 tissue donor replicate age sex gender batch passage dose treatment timepoint
    histology disease diagnosis subtype lineage oncotreelineage primarydisease survivingfraction
    survivingfraction2gy plate libsize librarysize doublingtime
    """.split()  # noqa: SIM905
)
_ANNOTATION = _OF_FEATURES | _OF_SAMPLES
#: DepMap: whether a row is the one to use of several of its model.
DEFAULT_ENTRY = "isdefaultentryformodel"

_FEATURE_NAMES = re.compile(
    r"ENS[A-Z]{0,4}[GT]\d{11}(\.\d+)?(_PAR_Y)?|\d+(_[a-z]+)*_at|AFFX\b.*|ILMN_\d+|TC\d{8,}.*"
    r"|[NX][MR]_\d+(\.\d+)?|.+ \(\d+\)|.+ \(ENSG\d+\)|.+\|\d+",
    re.ASCII,
)
_SAMPLE_NAMES = re.compile(
    r"GSM\d+|ACH-\d{6}|[SED]RR\d+|TCGA-.*|.+\.(bam|cel|sam|cel\.gz)|SIDM\d{5}|.+\.CEL",
    re.ASCII | re.IGNORECASE,
)

#: Rows that count reads rather than measure a gene: HTSeq, old HTSeq, STAR, featureCounts.
AGGREGATES = re.compile(
    r"__(no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique)"
    r"|no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique"
    r"|N_(unmapped|multimapping|noFeature|ambiguous)|Unassigned_\w+",
)
_MOSTLY = 0.5
_NOT_PLAIN = re.compile(r"[\W_]+")


def plain(name: object) -> str:
    """Bring a column's name down to small letters and digits.

    Examples
    --------
    >>> plain("Hugo_Symbol"), plain("Cell line")
    ('hugosymbol', 'cellline')
    """
    return _NOT_PLAIN.sub("", str(name)).lower()


def is_annotation(name: object) -> bool:
    """Tell from a column's name that it names or describes rows and holds no values.

    Examples
    --------
    >>> is_annotation("Entrez_Gene_Id"), is_annotation("Length"), is_annotation("MCF7")
    (True, True, False)
    """
    return plain(name) in _ANNOTATION


def describes(name: object) -> bool:
    """Tell whether a column so called describes features and names none."""
    return plain(name) in _DESCRIPTIONS


def says_feature(name: object) -> bool:
    """Tell whether a column so called names features, so that they are rows."""
    return plain(name) in _OF_FEATURES and plain(name) != "name"


def says_sample(name: object) -> bool:
    """Tell whether a column so called names samples, so that they are rows."""
    return plain(name) in _OF_SAMPLES


def feature_like(names: Sequence[str]) -> bool:
    """Tell whether most names are identifiers of probe sets, genes or transcripts."""
    return sum(bool(_FEATURE_NAMES.fullmatch(n)) for n in names) > _MOSTLY * len(names)


def sample_like(names: Sequence[str]) -> bool:
    """Tell whether most names are identifiers of samples or files of samples."""
    return sum(bool(_SAMPLE_NAMES.fullmatch(n)) for n in names) > _MOSTLY * len(names)
