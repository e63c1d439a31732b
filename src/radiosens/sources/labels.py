"""What names of columns and rows say: annotation, identifiers, summaries, side results."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = [
    "AGGREGATES",
    "DEFAULT_ENTRY",
    "MAY_BE_STATISTICS",
    "NOT_FEATURES",
    "STATISTICS",
    "describes",
    "is_annotation",
    "of_samples",
    "plain",
    "says_feature",
    "says_sample",
    "says_sf2",
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
    survivingfraction2gy plate libsize librarysize doublingtime rin
    """.split()  # noqa: SIM905
)
#: Words in names of columns that tell of samples: dose_Gy, time (h), Percent viable, OS.event.
_WORDS_OF_SAMPLES = frozenset(
    """
    dose gy time timepoint hour hours hrs day days rin percent pct viability viable passage batch
    age weight survival os pfs dfs rfs status event stage grade purity ploidy concentration conc
    treatment auc ic50 gi50 ec50 d10 plating efficiency year bmi cohort sex gender replicate
    """.split()  # noqa: SIM905
)
#: What is computed of samples and stands beside them.
STATISTICS = frozenset(
    """
    basemean log2foldchange logfoldchange logfc log2fc foldchange lfcse pvalue pval padj
    adjpvalue adjpval adjp fdr qvalue qval aveexpr avelogcpm logcpm mean average avg median
    stdev stddev stderr variance minimum maximum sum total totals rowsum rowsums
    rowmean rowmeans log2ratio meanexpression significant
    """.split()  # noqa: SIM905
)
#: The same where one of these stands beside it; alone it may be a line (SEM is one).
MAY_BE_STATISTICS = frozenset(
    "fc stat t b f lr sd std sem cv var min max ratio rank".split()  # noqa: SIM905
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
    r"|N_(unmapped|multimapping|noFeature|ambiguous)|Unassigned_\w+"
    # and what a spreadsheet adds below; MAX and the like are genes
    r"|([Gg]rand |[Cc]olumn |[Ll]ibrary )?([Tt]otals?|[Ss]ums?|[Mm]ean|[Aa]verage|[Mm]edian)"
    r"( counts?| reads?)?",
)
#: CellMiner's "Entrez gene id e" and "Start f": a letter that refers to a note.
_FOOTNOTE = re.compile(r"\s[a-z*]$")
_SF2 = re.compile(
    r"(mean|measured|clonogenic|percent|pct)?(sf|surviv(ing|al)(fraction)?)(at)?2(gy|2gy)?"
    r"(mean|value|measured|clonogenic|inpercent|percent|pct)?"
)
_MOSTLY = 0.5
_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*(?![a-z])|\d+")
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
    return plain(name) in _ANNOTATION or plain(_FOOTNOTE.sub("", str(name))) in _OF_FEATURES


def describes(name: object) -> bool:
    """Tell whether a column so called describes features and names none."""
    return plain(name) in _DESCRIPTIONS


def of_samples(name: str) -> bool:
    """Tell whether a name is of what is known of samples, such as a dose, and of no gene.

    Examples
    --------
    >>> [of_samples(n) for n in ("dose_Gy", "RIN", "OS.event", "Age", "OS9", "TP53")]
    [True, True, True, True, False, False]
    """
    if name.endswith("_at"):  # a probe set, of which a file has thousands
        return False
    if plain(name) in NOT_FEATURES:
        return True
    if _WORDS_OF_SAMPLES.isdisjoint([w.lower() for w in _WORD.findall(name)]):
        return False
    from radiosens.genes.table import gene_table

    return name.upper() not in gene_table().names


def says_feature(name: object) -> bool:
    """Tell whether a column so called names features, so that they are rows."""
    return plain(name) in _OF_FEATURES and plain(name) != "name"


def says_sample(name: object) -> bool:
    """Tell whether a column so called names samples, so that they are rows."""
    return plain(name) in _OF_SAMPLES


def says_sf2(name: object) -> bool:
    """Tell whether a column so called holds SF2.

    Examples
    --------
    >>> [says_sf2(n) for n in ("SF2", "SF2 (2 Gy)", "mean SF at 2 Gy [%]", "SF2 SD", "SF4")]
    [True, True, True, False, False]
    """
    return _SF2.fullmatch(plain(name)) is not None


def feature_like(names: Sequence[str]) -> bool:
    """Tell whether most names are identifiers of probe sets, genes or transcripts."""
    return sum(bool(_FEATURE_NAMES.fullmatch(n)) for n in names) > _MOSTLY * len(names)


def sample_like(names: Sequence[str]) -> bool:
    """Tell whether most names are identifiers of samples or files of samples."""
    return sum(bool(_SAMPLE_NAMES.fullmatch(n)) for n in names) > _MOSTLY * len(names)
