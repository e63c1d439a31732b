"""The situations of the shared folder ``cases``, one test a folder, by the command line.

Inputs are small and made here; numbers in names are those of the folders. The panel's half of
the same kinds is in tests/panel/test_kinds_of_names.py, the readers' in tests/sources.
"""

from __future__ import annotations

import json
import logging
import warnings

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens.cli import main

LINES = ["MCF7", "MDAMB231", "HS578T", "BT549", "T47D", "SF268", "SF295", "SF539"]
SYMBOLS = """TP53 ALB AR JUN STAT1 PRKCB RELA ABL1 SUMO1 PAK2 GC MYC HDAC1 IRF1 EGFR ERBB2 KRAS NRAS BRAF
PTEN RB1 CDK4 CDK6 CCND1 ATM ATR CHEK1 CHEK2 BRCA1 BRCA2 RAD51 XRCC1""".split()  # noqa: SIM905
GENES = [*SYMBOLS, *(f"ZNF{i}" for i in (2, 3, 7, 8, 10, 12, 13, 14, 16, 17, 18, 19, 20, 22, 23))]


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    values = np.clip(rng.normal(rng.normal(7, 2, (47, 1)), 0.6, (47, 8)), 2, 15.5).round(3)
    return pd.DataFrame(values, pd.Index(GENES, name="gene"), LINES)


@pytest.fixture
def show(tmp_path, monkeypatch, capsys):
    """Write a file, look at it with ``data show --json``, and give what was found and said."""
    logger = logging.getLogger("radiosens")
    monkeypatch.setattr(logger, "handlers", list(logger.handlers))

    def run(content, name="t.csv", *options):
        path = content
        if isinstance(content, str | bytes):
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        words = ["radiosens", "data", "show", str(path), "--json", *map(str, options)]
        monkeypatch.setattr("sys.argv", words)
        with warnings.catch_warnings(), pytest.raises(SystemExit) as end:
            main()
        found, said = capsys.readouterr()
        run.said = " ".join(said.split())
        return json.loads(found) if end.value.code == 0 else end.value.code

    return run


def measured(found, table):
    """Tell whether as many samples and genes were found, all of known lines, and their range."""
    low, high = found["range"]
    return (
        (found["samples"], found["features"]) == table.T.shape
        and len(found["lines"]["known"]) == table.shape[1]
        and abs(low - table.min().min()) < 0.01
        and abs(high - table.max().max()) < 0.01
    )


@pytest.mark.parametrize("turned", [False, True])
def test_01_trailing_delimiter(show, table, turned):
    head, *body = (table.T if turned else table).to_csv().splitlines()
    found = show("\n".join([head, *(line + "," for line in body)]))
    assert measured(found, table)
    assert "a separator that parts nothing" in show.said


def test_03_parquet_without_row_names(show, table, tmp_path):
    table.reset_index(drop=True).to_parquet(tmp_path / "a.parquet")
    assert show(tmp_path / "a.parquet") == 2
    assert "nothing names them" in show.said
    assert measured(show(table.reset_index().to_csv()), table)  # pandas' index beside the genes
    assert "row numbers are no names" in show.said


def test_04_depmap_25q2_layout(show, table, tmp_path):
    depmap = table.T.set_axis([f"ACH-{900 + i:06d}" for i in range(8)])
    depmap.columns = [f"{g} ({i})" for i, g in enumerate(table.index)]
    ids = pd.DataFrame({"SequencingID": "CDS", "ModelID": depmap.index}, depmap.index)
    ids["IsDefaultEntryForModel"] = ["Yes"] * 7 + ["No"]
    layout = pd.concat([ids, depmap], axis=1).reset_index(drop=True)
    sheet = "sample,line\n" + "".join(f"ACH-{900 + i:06d},{n}\n" for i, n in enumerate(LINES[:7]))
    (tmp_path / "s.csv").write_text(sheet)
    found = show(layout.to_csv(), "d.csv", "--samples", tmp_path / "s.csv")
    assert measured(found, table.iloc[:, :7])
    assert "names are taken from 'ModelID'" in show.said
    assert "1 rows that are not the default entry" in show.said


def test_05_fpkm_many_zeros(show, table):
    fpkm = (2 ** (table - 6) - 1).clip(lower=0).round(2)
    fpkm.iloc[0] = 19941.96
    found = show(fpkm.to_csv(sep="\t"), "t.tsv")
    assert found["scale"] == "linear, converted to log2"
    assert found["range"] == pytest.approx([0, np.log2(19942.96)], abs=1e-3)


@pytest.mark.parametrize("more", [", rep1", ", untreated, rep1"])
def test_06_commas_in_tsv_titles(show, table, more):
    assert measured(show(table.add_suffix(more).to_csv(sep="\t"), "t.tsv"), table)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_08_decimal_comma(show, table, separator):
    assert measured(show(table.to_csv(sep=separator, decimal=",")), table)
    assert "decimal comma" in show.said


@pytest.mark.parametrize("kind", ["comment", "plain", "length"])
def test_09_featurecounts(show, table, kind):
    counts = (2**table).round().astype(int)
    counts.insert(0, "Length", range(900, 947))
    if kind != "length":
        for i, (name, text) in enumerate({"Chr": "1;1", "Start": "5;9", "Strand": "+;+"}.items()):
            counts.insert(i, name, text)
    text = counts.to_csv(sep="\t", index_label="Geneid")
    found = show("# Program:featureCounts v2\n" + text if kind == "comment" else text)
    assert found["scale"].startswith("counts")
    assert found["samples"] == 8
    assert "Length" in show.said


def test_11_two_spellings_of_a_new_line(radiosens, tmp_path):
    rng = np.random.default_rng(1)
    lines = np.repeat(np.arange(12), 2)
    level, own = rng.normal(7, 2, (200, 1)), rng.normal(0, 2, (200, 12))
    values = (level + own[:, lines] + rng.normal(0, 0.2, (200, 24))).round(3)
    names = [f"s{i}" for i in range(24)]
    pd.DataFrame(values, [f"g{i}" for i in range(200)], names).to_csv(tmp_path / "x.csv")
    sf2 = rng.uniform(0.2, 0.8, 12).round(3)
    rows = [f"s{i},{('Line-%02d', 'LINE %02d')[i % 2] % k},{sf2[k]}" for i, k in enumerate(lines)]
    (tmp_path / "s.csv").write_text("\n".join(["sample,line,sf2", *rows]))
    out = tmp_path / "out"
    done = radiosens(
        "evaluate", tmp_path / "x.csv", "--samples", tmp_path / "s.csv", "--predictors",
        "mean,ridge", "--protocol", "donor", "--rounds", 1, "--folds", 4, "--refits", 0,
        "--jobs", 1, "--out", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "12 lines, 12 donors" in done.stderr + done.stdout
    assert "taken for one line each: 'Line-00' and 'LINE 00'" in done.stderr
    scores = pd.read_csv(out / "scores.csv")
    assert scores.loc[scores["predictor"] == "ridge", "r2"].max() < 0.5  # by recognition: 0.9


@pytest.mark.parametrize(
    "names",
    [
        ["HL.60.TB.", "A549.ATCC", "X786.0", "MDA.MB.231.ATCC", "CCRF.CEM", "NCI.H226"],
        ["HL60_HAEMATOPOIETIC_AND_LYMPHOID_TISSUE", "A549_LUNG", "786O_KIDNEY", "MCF7_BREAST"],
    ],
)
def test_12_r_make_names(show, table, names):
    found = show(table.iloc[:, : len(names) + 1].set_axis([*names, "OTHER"], axis=1).to_csv())
    assert len(found["lines"]["known"]) == len(names)
    assert list(found["lines"]["unknown"]) == ["OTHER"]


def test_14_h5ad_layers(show, table, tmp_path):
    x = table.to_numpy(np.float32).T
    obs = pd.DataFrame({"cell_line": LINES}, index=[f"s{i}" for i in range(8)])
    scaled = ad.AnnData((x - x.mean(0)) / x.std(0), obs, pd.DataFrame(index=GENES))
    scaled.layers["counts"] = np.round(2**x)
    scaled.raw = ad.AnnData(x, obs, pd.DataFrame(index=GENES))
    scaled.write_h5ad(tmp_path / "a.h5ad")
    found = show(tmp_path / "a.h5ad")
    assert found["scale"] == "centred"
    assert "layer 'counts', raw is there too and is not used" in show.said
    assert len(found["lines"]["known"]) == 8
    scaled.obs_names = ["s0"] * 8
    scaled.obs["cell_line"] = "MCF7"
    scaled.write_h5ad(tmp_path / "b.h5ad")
    assert show(tmp_path / "b.h5ad") == 2
    assert "site-packages" not in show.said


def test_16_spreadsheet_blank_rows(show, table):
    text = table.to_csv()
    blank = "," * 8
    assert measured(show(f"{text}{blank}\n{blank}\n"), table)
    assert "2 blank rows" in show.said
    assert measured(show("\n".join(line + ",," for line in text.splitlines())), table)
    assert "2 blank columns" in show.said
    assert measured(show(text + "NA" + ",5.5" * 8 + "\n" + ",5.5" * 8), table)
    assert "left out 2 rows without a name" in show.said
    found = show(text.replace("\nATM,", "\n1-Mar,").replace("\nATR,", "\n2-Sep,"))
    assert "1-Mar, 2-Sep" in show.said
    assert found["identifiers"]["repaired"] == {"2-Sep": "SEPTIN2"}
    assert "1-Mar" in found["identifiers"]["ambiguous"]
    assert show(text + "ATM" + ",5.5" * 8) == 2
    assert "1 duplicated feature identifier: ATM" in show.said


@pytest.mark.parametrize(
    "spelled", ["{name} ({entrez})", "{name}|{entrez}", "{ensembl}", "{ensembl}.7"]
)
def test_17_names_with_entrez(show, table, spelled):
    from radiosens.genes.table import read_rows

    rows = {r.symbol: r for r in read_rows()}
    names = [
        spelled.format(name=g, entrez=rows[g].entrez, ensembl=rows[g].ensembl) for g in SYMBOLS
    ]
    found = show(table.iloc[: len(SYMBOLS)].set_axis(names).to_csv(index_label="gene"))
    assert found["identifiers"]["genes"] == len(SYMBOLS)


def test_18_sf2_in_percent(radiosens, show, table, tmp_path):
    data, sheet = tmp_path / "x.csv", tmp_path / "s.csv"
    table.to_csv(data)
    for unit, code in (("", 2), ("%", 0)):
        rows = [f"{name},New {i},{40 + i}{unit}" for i, name in enumerate(LINES)]
        sheet.write_text("\n".join(["sample,line,sf2", *rows]))
        done = radiosens("check", data, "--samples", sheet, "--out", tmp_path / f"o{code}")
        assert done.returncode == code, done.stderr
    sheet.write_text("sample,line,sf2\nMCF7,New,56\n")
    assert show(data, "x", "--samples", sheet) == 2
    assert "divide by 100" in show.said


def test_hostile(radiosens, show, table, tmp_path):
    rows = table.to_csv().replace("MCF7", "=cmd|' /C calc'!A0").replace("BT549", "\x1b[31mred")
    (tmp_path / "x.csv").write_text(rows)
    (tmp_path / "s.csv").write_text(
        "sample,line\n"
        + "".join(f"{c},MCF7\n" for c in pd.read_csv(tmp_path / "x.csv").columns[1:])
    )
    done = radiosens(
        "check", tmp_path / "x.csv", "--samples", tmp_path / "s.csv", "--out", tmp_path / "o"
    )
    assert "\x1b[31mred" not in done.stdout + done.stderr
    if done.returncode == 0:
        assert not (tmp_path / "o/check.csv").read_text().splitlines()[1].startswith("=")
    assert show("12\0,34\n1,2\n") == 2
    assert show(b"\xef\xbb\xbf", "bom.csv") == 2
    assert show('!Series_title\t"x"\n!series_matrix_table_begin\n!series_matrix_table_end\n') == 2
    assert show("#1.2\n²\t2\nNAME\tDescription\ta\tb\n", "s.gct") == 2
