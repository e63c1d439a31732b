"""Tables in every layout that people have: the right values under the right names, or a refusal.

A case is a table, and how it is written. What is drawn is seeded, so that a run finds what the
last one found; ``RADIOSENS_FUZZ`` sets the number of cases for a longer run.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import warnings
import zipfile
from dataclasses import dataclass, field

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from radiosens import read_expression
from radiosens.errors import RadiosensError

CASES = int(os.environ.get("RADIOSENS_FUZZ", "2000"))
LINES = "A549 MCF7 HL-60 M14 786-O PC-3 SK-MEL-2 T-47D U251 HT29 KM12 EKVX".split()
GENES = "TP53 ALB AR JUN STAT1 PRKCB RELA ABL1 SUMO1 PAK2 HDAC1 IRF1 GC EGFR MYC NOTCH1".split()
NA_WORDS = ["", "NA", "NaN", "null", "N/A", "-", "#N/A", "#DIV/0!"]


@dataclass
class Case:
    """A table, and how it is written."""

    values: np.ndarray  # genes × samples
    genes: list[str]
    samples: list[str]
    kind: str = "text"
    options: dict = field(default_factory=dict)

    def __getitem__(self, name):
        return self.options.get(name)


@st.composite
def cases(draw):
    n_samples, n_genes = draw(st.integers(2, 6)), draw(st.integers(3, 12))
    seed = draw(st.integers(0, 2**31))
    rng = np.random.default_rng(seed)
    digits = draw(st.sampled_from([1, 2, 3, 4]))
    values = np.clip(rng.normal(7, 2, (n_genes, n_samples)), 1, 15).round(digits)
    if draw(st.booleans()):
        holes = rng.random(values.shape) < 0.15
        holes[:, holes.all(axis=0)] = False
        holes[0] = False
        values[holes] = np.nan
    style = draw(st.sampled_from(["symbols", "probes", "ensembl", "entrez", "odd"]))
    genes = {
        "symbols": GENES[:n_genes],
        "probes": [f"{1000 + 7 * i}_at" for i in range(n_genes)],
        "ensembl": [f"ENSG{10_000_000_000 + 13 * i}" for i in range(n_genes)],
        "entrez": [str(780 + 31 * i) for i in range(n_genes)],
        "odd": [f"{g} (x{i})" if i % 2 else f"{g}|9{i}" for i, g in enumerate(GENES[:n_genes])],
    }[style]
    samples = list(rng.permutation(LINES)[:n_samples])
    if draw(st.booleans()):
        samples = [f"{s} rep {i}" for i, s in enumerate(samples)]
    kind = draw(st.sampled_from(["text"] * 8 + ["parquet", "h5ad", "gct", "xlsx", "memory"]))
    flags = ["turned", "bom", "quote_all", "titles", "comment", "blank_rows", "trailing", "corner"]
    flags += [
        "sep_line",
        "index",
        "annotation",
        "blank_column",
        "spaces",
        "second_header",
        "footer",
    ]
    flags += ["trailing_blank_column", "na_gene", "tail", "sparse", "crossed"]
    # Most tables are odd in a few ways, not in all.
    chosen = draw(st.lists(st.sampled_from(flags), max_size=4, unique=True))
    options = dict.fromkeys(chosen, True)
    options["separator"] = draw(st.sampled_from(["\t", ",", ";", "|", " "]))
    options["decimal"] = draw(st.sampled_from([".", ".", ","]))
    options["ends"] = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    options["encoding"] = draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "cp1252", "utf-16-le"]))
    options["packing"] = draw(st.sampled_from(["", "", "", "gz", "bz2", "xz", "zip"]))
    options["missing"] = draw(st.sampled_from(NA_WORDS))
    options["corner_name"] = draw(st.sampled_from(["", "gene", "ID", "Unnamed: 0", "µ-Gen"]))
    return Case(values, genes, samples, kind, options)


def frame_of(case):
    return pd.DataFrame(case.values, index=case.genes, columns=case.samples)


def as_text(case):
    """Write the table as rows of fields, and these as bytes."""
    mark = case["decimal"] if case["separator"] != "," else "."
    word = case["missing"] if case["separator"] != " " else case["missing"] or "NA"

    def number(v):
        return word if np.isnan(v) else repr(float(v)).replace(".", mark)

    rows = [[case["corner_name"] or "", *case.samples]]
    rows += [[g, *map(number, r)] for g, r in zip(case.genes, case.values.tolist(), strict=True)]
    if case["turned"]:
        rows = [list(r) for r in zip(*rows, strict=True)]
    elif case["second_header"]:
        rows.insert(1, ["condition", *(f"c{i % 2}" for i in range(len(case.samples)))])
    if case["annotation"] and not case["turned"]:
        rows = [
            [r[0], "Description" if i == 0 else f"a gene, number {i}", *r[1:]]
            for i, r in enumerate(rows)
        ]
    if case["na_gene"] and not case["turned"]:
        rows.append(["NA", *["5.5".replace(".", mark)] * (len(rows[0]) - 1)])
    if case["tail"] and not case["turned"]:
        rows.append(["__no_feature", *["9.5".replace(".", mark)] * (len(rows[0]) - 1)])
    if case["index"] and case["corner_name"] != "ID":
        rows = [["" if i == 0 else str(i - 1), *r] for i, r in enumerate(rows)]
    if case["blank_column"]:
        rows = [[*r[:1], "", *r[1:]] for r in rows]
    if case["trailing_blank_column"]:
        rows = [[*r, ""] for r in rows]
    if case["corner"] and not case["index"]:
        rows[0] = rows[0][1:]
    if case["trailing"]:
        rows = [r if i == 0 else [*r, ""] for i, r in enumerate(rows)]
    if case["spaces"]:
        rows = [[f" {f} " if j % 2 else f for j, f in enumerate(r)] for r in rows]

    def quoted(f):
        hard = any(c in f for c in (case["separator"], '"', " ")) or case["quote_all"]
        return '"' + f.replace('"', '""') + '"' if hard else f

    lines = [case["separator"].join(quoted(f) for f in r) for r in rows]
    if case["blank_rows"]:
        lines[2:2] = [case["separator"] * (len(rows[1]) - 1)]
        lines += ["", case["separator"] * (len(rows[1]) - 1)]
    if case["titles"]:
        lines[:0] = ["Supplementary Table 3. Expression of lines", ""]
    if case["comment"]:
        lines[:0] = ["# made by a test"]
    if case["sep_line"]:
        lines[:0] = [f"sep={case['separator']}"]
    if case["footer"]:
        lines += ["", "Source: a test"]
    text = case["ends"].join(lines) + case["ends"]
    encoding = case["encoding"]
    if case["bom"] and encoding == "utf-8":
        encoding = "utf-8-sig"
    return text.encode(encoding)


def write(case, folder):
    """Write a case; return the path, or the object."""
    frame = frame_of(case)
    if case.kind == "memory" or case.kind == "h5ad":
        values = frame.to_numpy(dtype=np.float32).T
        if case["sparse"] and not np.isnan(values).any():
            values = sparse.csc_matrix(values) if case["crossed"] else sparse.csr_matrix(values)
        adata = ad.AnnData(values, pd.DataFrame(index=case.samples), pd.DataFrame(index=case.genes))
        if case.kind == "memory":
            return adata
        adata.write_h5ad(folder / "a.h5ad")
        return folder / "a.h5ad"
    if case.kind == "parquet":
        frame = frame.T if case["turned"] else frame
        if case["index"]:
            frame = frame.reset_index(names=case["corner_name"] or "gene")
        frame.to_parquet(folder / "a.parquet")
        return folder / "a.parquet"
    if case.kind == "xlsx":
        with pd.ExcelWriter(folder / "a.xlsx") as book:
            (frame.T if case["turned"] else frame).to_excel(book, sheet_name="data")
            if case["titles"]:
                pd.DataFrame({"note": ["made by a test"]}).to_excel(book, sheet_name="notes")
        return folder / "a.xlsx"
    if case.kind == "gct":
        frame.insert(0, "Description", "na")
        text = frame.to_csv(sep="\t", index_label="NAME", na_rep=case["missing"])
        raw = f"#1.2\n{len(frame)}\t{frame.shape[1] - 1}\n{text}".encode()
        return pack(raw, folder / "a.gct", case["packing"])
    return pack(as_text(case), folder / "a.csv", case["packing"])


def pack(raw, path, packing):
    if packing == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.name, raw)
        raw = buffer.getvalue()
    elif packing:
        raw = {"gz": gzip, "bz2": bz2, "xz": lzma}[packing].compress(raw)
        path = path.with_name(f"{path.name}.{packing}")
    path.write_bytes(raw)
    return path


REFUSED = {"count": 0, "all": 0}


def check(case, folder):
    """Read a case back, and hold it against what was written; tell whether it was refused."""
    path = write(case, folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adata = read_expression(path)
    except RadiosensError as error:
        message = str(error)
        assert len(message) <= 400
        assert message.isprintable()
        return message
    expected = frame_of(case).dropna(how="all")
    assert set(adata.obs_names) <= set(case.samples), "a name that nobody wrote"
    assert set(adata.var_names) <= set(case.genes), "a name that nobody wrote"
    assert adata.shape == expected.T.shape, "something is gone"
    found = pd.DataFrame(adata.X.T, index=adata.var_names, columns=adata.obs_names)
    np.testing.assert_allclose(
        found.loc[expected.index, expected.columns].to_numpy(),
        expected.to_numpy(dtype=np.float32),
        rtol=1e-6,
    )
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@settings(
    max_examples=CASES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases())
def test_a_table_in_any_layout_is_read_right_or_refused(case, folder):
    REFUSED["all"] += 1
    REFUSED["count"] += check(case, folder) is not None


def test_most_layouts_are_read_rather_than_refused():
    if REFUSED["all"] < 100:
        pytest.skip("runs after the fuzzer")
    assert REFUSED["count"] < 0.2 * REFUSED["all"]
