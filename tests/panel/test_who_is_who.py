"""Names that say more than a line, names elsewhere than in titles, files that don't fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError, RadiosensWarning, UnknownLineError
from radiosens.panel import load_panel

RNG = np.random.default_rng(0)
LEVEL = RNG.normal(7, 2, (300, 1))


def table(names, genes=None):
    values = RNG.normal(LEVEL, 0.5, (300, len(names))).round(4)
    return pd.DataFrame(values, genes or [f"GENE{i}" for i in range(300)], names)


@pytest.fixture
def load(tmp_path):
    def run(*frames):
        paths = []
        for i, frame in enumerate(frames):
            paths.append(tmp_path / f"f{i}.csv")
            frame.to_csv(paths[-1], index_label="gene")
        return load_panel(paths)

    return run


@pytest.mark.parametrize(
    "name",
    ["A549/DDP", "MCF7-ADR", "HCT116 p53KO", "U251-TMZR", "K-562/A02", "MCF7_TamR", "SKOV3TR",
     "HL60R", "A549GFP", "T47D-Y537S", "MDA-MB-231-BR", "SNB-19 shEGFR", "RPMI8226.LR5"],
)  # fmt: skip
def test_a_derived_line_never_has_its_parents_sf2(load, name):
    with pytest.raises(UnknownLineError, match="was made from"):
        load(table(["T-47D", name]))


@pytest.mark.parametrize("name", ["786-O VHL+", "786-O +VHL", "MCF7 LCC9", "MDA-MB-231 BoM"])
def test_words_behind_a_name_that_nobody_knows_are_said(load, name):
    with pytest.warns(RadiosensWarning, match="say more than a line"):
        load(table(["T-47D", name]))


@pytest.mark.parametrize("name", ["A549_parental", "A549 untreated rep1", "A549.1", "A549_R2"])
def test_words_that_say_nothing_of_a_line_are_not(load, name):
    assert list(load(table(["T-47D", name])).obs["line"]) == ["T-47D", "A549"]


def matrix(path, titles, *fields):
    ids = [f"GSM{i}" for i in range(len(titles))]

    def row(values):
        return "\t".join(f'"{v}"' for v in values)

    values = table(ids, [f"{i}_at" for i in range(300)])
    lines = ['!Series_title\t"x"', f"!Sample_title\t{row(titles)}"]
    lines += [f"!Sample_geo_accession\t{row(ids)}"]
    lines += [f"!Sample_{name}\t{row(texts)}" for name, texts in fields]
    body = values.to_csv(sep="\t", index_label="ID_REF").strip()
    end = "!series_matrix_table_end"
    path.write_text("\n".join([*lines, "!series_matrix_table_begin", body, end, ""]))
    return path


@pytest.mark.parametrize("key", ["cell", "cell type", "strain", "cell name"])
def test_a_line_is_found_under_other_characteristics(tmp_path, key):
    texts = [f"{key}: {v}" for v in ("MCF7", "A549")]
    path = matrix(tmp_path / "g.txt", ["r1", "r2"], ("characteristics_ch1", texts))
    assert list(load_panel(path).obs["line"]) == ["MCF7", "A549"]


def test_a_line_is_found_in_the_source(tmp_path):
    path = matrix(tmp_path / "g.txt", ["r1", "r2"], ("source_name_ch1", ["MCF7", "A549 cells"]))
    assert list(load_panel(path).obs["line"]) == ["MCF7", "A549"]


@pytest.mark.parametrize(
    "text", ["genotype: p53-/-", "phenotype: cisplatin resistant", "treatment: siRNA against AR"]
)
def test_what_speaks_against_a_line_is_said(tmp_path, text):
    fields = [["cell line: MCF7", "cell line: A549"], [text, "x: y"]]
    path = matrix(tmp_path / "g.txt", ["r1", "r2"], *(("characteristics_ch1", f) for f in fields))
    with pytest.warns(RadiosensWarning, match="is taken for MCF7 itself"):
        load_panel(path)


@pytest.mark.parametrize("prefix", ["V", "X", "Column", "row ", "Feature_"])
def test_names_that_count_places_are_never_joined(load, prefix):
    names = [f"{prefix}{i + 1}" for i in range(300)]
    with pytest.raises(InputError, match="row numbers"):
        load(table(["A549", "MCF7"], names), table(["T-47D", "U251"], names))


def test_centred_values_are_not_joined_with_levels(load):
    lines = ["A549", "MCF7", "HL-60", "PC-3"]
    other = table(["T-47D", "U251", "M14", "KM12"])
    with (
        pytest.warns(RadiosensWarning, match="centred"),
        pytest.raises(InputError, match="its values are centred, those of f0"),
    ):
        load(table(lines), other.sub(other.mean(axis=1), axis=0))


def test_a_title_that_tells_resistance_beside_the_parents_name_is_said(tmp_path):
    fields = ("characteristics_ch1", ["cell line: A549", "cell line: MCF7"])
    path = matrix(tmp_path / "g.txt", ["DDP resistant 1", "parental 1"], fields)
    with pytest.warns(RadiosensWarning, match="said to be 'DDP resistant 1'"):
        load_panel(path)
