"""What `check` found, in sentences to act on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from radiosens.quality import VERDICTS, QualityCheck
from radiosens.quality.posterior import MIXTURE
from radiosens.quality.swaps import Block

__all__ = ["sentences"]

_SURE = 0.95  # a label as surely wrong as one that is called mislabelled


def sentences(check: QualityCheck) -> list[str]:
    """Return what was found, one finding a sentence, in words to act on."""
    told: set[str] = set()
    table = check.samples.set_index("sample")
    line = table["line"].to_dict()
    out = [f"{len(table)} samples of {table['line'].nunique()} lines; {check.headline()}."]
    if check.reference:
        out.append(f"Compared with the reference {check.reference}.")
    out += _block_sentences(check.blocks, table)
    told |= {s for block in check.blocks for s in table.index[block.first : block.last + 1]}
    for a, b in check.swaps:
        if not {a, b} <= told:
            sure = {a, b} <= set(check.with_verdict("mislabelled"))
            out.append(
                f"{a} (labelled {line[a]}) and {b} (labelled {line[b]}) look like each other's"
                " line: "
                + (
                    "their labels were probably swapped. Compare the laboratory's records, then"
                    " exchange the two labels or leave both out."
                    if sure
                    else "their labels were swapped, or those of the samples that they agree with."
                    " The laboratory's records, a further replicate or a reference would decide."
                )
            )
            told |= {a, b}
    for name, row in table[table["verdict"].isin(VERDICTS[1:3])].iterrows():
        if str(name) not in told:
            out.append(_sample_sentence(str(name), row))
    out += _undecidable_sentences(table[table["verdict"] == "undecidable"])
    return out + [f.sentence for f in check.findings]


def _block_sentences(blocks: list[Block], table: pd.DataFrame) -> list[str]:
    """Tell of each run of displaced labels; of two that mirror each other, as one or the other."""
    out, told = [], set()
    for k, block in enumerate(blocks):
        if k in told:
            continue
        mirror = next(
            (j for j in range(k + 1, len(blocks)) if _mirrored(block, blocks[j], table)), 0
        )
        if not mirror:
            out.append(f"{_displaced(block, table)} Move them back, or get the file anew.")
            continue
        told.add(mirror)
        # The file that comes last is told first: it is the one that was added.
        first, second = sorted((block, blocks[mirror]), key=lambda b: -b.first)
        other = _displaced(second, table)
        out.append(
            f"{_displaced(first, table)} Or it is the other way round:"
            f" {other[0].lower()}{other[1:]} Looks can't tell which, so both sides are suspect."
            " See the records of either file, move one file's labels, and check again; a reference"
            " would decide."
        )
    return out


def _mirrored(one: Block, two: Block, table: pd.DataFrame) -> bool:
    """Tell whether two runs say the same of the same lines, seen from either side."""
    a, b = (set(table["line"].iloc[list(block.members)]) for block in (one, two))
    return one.shift == -two.shift and len(a & b) >= min(len(a), len(b)) / 2


def _displaced(block: Block, table: pd.DataFrame) -> str:
    first, last = str(table.index[block.first]), str(table.index[block.last])
    steps = "one column" if abs(block.shift) == 1 else f"{abs(block.shift)} columns"
    way = "earlier" if block.shift > 0 else "later"
    return (
        f"The labels from {first} (sample {block.first + 1}, labelled"
        f" {table['line'].iloc[block.first]!s}) to {last} (sample {block.last + 1}) are displaced:"
        f" each belongs {steps} {way}, by the looks of {len(block.members)} samples."
        f" The first displaced column is {first}."
    )


def _sample_sentence(sample: str, row: pd.Series) -> str:
    like, line = row["looks_like"], row["line"]
    known = np.isfinite(row["own_similarity"])
    seen = (
        f"similarity {row['own_similarity']:.2f} to {line}"
        if known
        else f"there is no other sample of {line}"
    )
    what = (
        f"looks like {like} (similarity {row['best_other_similarity']:.2f}; {seen})"
        if like
        else f"looks like no line at hand ({seen})"
    )
    begin = f"{sample}, labelled {line}, {what}."
    wrong = f"The label is wrong with a probability of {_percent(row['probability'])}"
    if row["verdict"] == "mislabelled":
        return f"{begin} {wrong}: leave it out, or relabel it once records confirm it."
    if not known and like:
        return (
            f"{begin} {wrong}, unless {line} and {like} are two names of one line; a further"
            f" sample of {line} would decide."
        )
    if like and row["probability"] > _SURE:
        mixed = row["own_similarity"] > MIXTURE * row["best_other_similarity"]
        why = (
            "It is like both, as a mixture of the two would be"
            if mixed
            else "It is less like that than replicates are, so its quality may be poor"
        )
        return f"{begin} {why}. Leave it out, or genotype it (STR profile)."
    if like:
        return (
            f"{begin} This one is wrong or the others of these labels are, and looks can't tell"
            " which. A further replicate or a reference would decide; without, leave them out."
        )
    return (
        f"{begin} It is a line that is not here, or a poor sample: look at its quality and"
        " records, and leave it out if they don't settle it."
    )


def _undecidable_sentences(rows: pd.DataFrame) -> list[str]:
    out = []
    twins = rows["looks_like"] != ""
    for name, row in rows[twins].iterrows():
        out.append(
            f"{name!s}, labelled {row['line']}, is nearer {row['looks_like']}, a line of the same"
            " donor; too few replicates tell the two apart to call the label wrong."
        )
    compared = np.isfinite(rows["own_similarity"])
    for rest, why in (
        (rows[~twins & ~compared], "Nothing to compare with, no replicate and no reference"),
        (rows[~twins & compared], "As near another line as their own, and not told from it here"),
    ):
        if len(rest):
            some = ", ".join(f"{s} ({line})" for s, line in rest["line"].items())
            out.append(f"{why}: {_short(some)}.")
    return out


def _short(text: str) -> str:
    return text if len(text) < 400 else text[:380].rsplit(",", 1)[0] + ", …"


def _percent(p: float) -> str:
    return "over 99.9 %" if p > 0.999 else f"{p:.1%}".replace("%", " %")
