"""What is a sample's name and what a feature's; which columns and rows are neither."""

from __future__ import annotations

import pandas as pd
import pytest

from radiosens.errors import InputError


def test_row_numbers_are_no_names_beside_a_column_of_names(read, same, genes):
    frame = genes.reset_index(names="gene")
    same(read(frame.to_csv()), genes)
    assert "names are taken from 'gene': row numbers are no names" in read.said
    same(read(frame.to_csv(index_label="Unnamed: 0")), genes)
    filtered = frame.iloc[5::7]
    same(read(filtered.to_csv()), genes.iloc[5::7])


def test_numbers_that_are_ids_are_names(read, same, genes):
    frame = genes.set_axis([str(780 + 31 * i) for i in range(600)])
    same(read(frame.to_csv()), frame)
    described = frame.copy()
    described.insert(0, "Description", [f"a gene, number {i}" for i in range(600)])
    same(read(described.to_csv()), frame)


def test_rows_that_are_only_numbered_are_refused(read, genes, tmp_path):
    with pytest.raises(InputError, match="only numbered"):
        read(genes.reset_index(drop=True).to_csv())
    genes.reset_index(drop=True).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="only numbered"):
        read(tmp_path / "t.parquet")
    genes.reset_index(names="gene").to_parquet(tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet").var_names[0] == "GENE0"


def test_the_column_that_tells_features_apart_names_them(read, same, genes):
    frame = genes.set_axis([f"{i}_at" for i in range(600)])
    wide = frame.reset_index(names="probe")
    wide.insert(0, "symbol", ["TP53", "ALB"] * 300)
    same(read(wide.to_csv(index=False)), frame)


def depmap(genes, default="Yes"):
    frame = genes.T.set_axis([f"ACH-00000{i}" for i in range(4)])
    return frame, pd.DataFrame(
        {
            "SequencingID": [f"CDS-0{i}" for i in range(4)],
            "ModelID": frame.index,
            "IsDefaultEntryForModel": ["Yes", "Yes", "Yes", default],
            "ModelConditionID": [f"MC-{i}-a" for i in range(4)],
            "IsDefaultEntryForMC": "Yes",
            **{g: frame[g].to_numpy() for g in frame.columns},
        }
    )


def test_depmaps_layout_of_2025(read, same, genes):
    frame, wide = depmap(genes)
    same(read(wide.to_csv()), frame.T)
    known = frozenset(["ACH-000001", "ACH-000002"])
    same(read(wide.to_csv(), known_samples=known), frame.T[sorted(known)])
    by_sequencing = read(wide.to_csv(), known_samples=frozenset(["CDS-01"]))
    assert by_sequencing.obs_names.tolist() == ["CDS-01"]
    assert by_sequencing.obs["ModelID"].tolist() == ["ACH-000001"]


def test_further_profiles_of_a_depmap_model_are_left_out(read, genes):
    _, wide = depmap(genes, default="No")
    wide.loc[3, "ModelID"] = "ACH-000002"
    adata = read(wide.to_csv())
    assert adata.obs_names.tolist() == ["ACH-000000", "ACH-000001", "ACH-000002"]
    assert "left out 1 rows that are not the default entry" in read.said


@pytest.mark.parametrize("comment", ["", "# Program:featureCounts v2.0.1\n"])
def test_feature_counts(read, same, genes, comment):
    counts = (2**genes).round(0).astype(int)
    wide = counts.add_suffix(".bam")
    for i, (name, value) in enumerate(
        {"Chr": "chr1;chr1", "Start": "100;900", "End": "200;990", "Strand": "+;+"}.items()
    ):
        wide.insert(i, name, [value, value.partition(";")[0]] * 300)
    wide.insert(4, "Length", range(1000, 1600))
    adata = read(comment + wide.to_csv(sep="\t", index_label="Geneid"), "counts.txt")
    assert adata.shape == (4, 600)
    assert adata.obs["title"].tolist() == list(genes.columns)
    assert adata.var["Length"].tolist()[:2] == ["1000", "1001"]
    short = counts.copy()
    short.insert(0, "Length", range(1000, 1600))
    assert read(short.to_csv(sep="\t"), "t.tsv").shape == (4, 600)


def test_rows_that_count_reads_of_no_gene_are_left_out(read, genes):
    counts = (2**genes).round(0).astype(int)
    for name in ("__no_feature", "__alignment_not_unique", "N_unmapped", "N_noFeature"):
        counts.loc[name] = 10**6
    adata = read(counts.to_csv(sep="\t"), "t.tsv")
    assert adata.n_vars == 600
    assert "left out 4 rows that count reads of no gene" in read.said


def test_blank_and_na_names_are_left_out_and_counted(read, same, genes):
    frame = genes.set_axis(["NA", "", "#N/A", *genes.index[3:]])
    same(read(frame.to_csv()), genes.iloc[3:])
    assert "left out 3 rows without a name" in read.said


def test_a_sample_without_a_name_is_refused(read, genes):
    with pytest.raises(InputError, match="1 samples with values have no name"):
        read(genes.set_axis(["MCF7", "", "HL-60", "PC-3"], axis=1).to_csv())


def test_names_that_stand_twice_are_refused(read, genes):
    with pytest.raises(InputError, match="1 duplicated feature identifier: GENE0; keep one row"):
        read(genes.set_axis(["GENE0", "GENE0", *genes.index[2:]]).to_csv())


def test_names_that_became_dates_are_told(read, genes):
    read(genes.set_axis(["1-Mar", "2-Sep", "2.31E+13", *genes.index[3:]]).to_csv())
    assert "3 names look like dates" in read.said


def test_blanks_round_names_are_no_part_of_them(read, same, genes):
    frame = genes.set_axis([f" {c} " for c in genes.columns], axis=1)
    same(read(frame.set_axis([f"{g} " for g in genes.index]).to_csv()), genes)


def test_control_characters_in_names_are_shown_harmlessly(read, genes):
    frame = genes.set_axis(["\x1b[31mMCF7", *genes.columns[1:]], axis=1)
    assert read(frame.to_csv()).obs_names[0] == "\\x1b[31mMCF7"


def test_texts_beside_samples_are_kept(read, same, genes):
    frame = genes.T.set_axis(["S1", "S2", "S3", "S4"])
    wide = frame.copy()
    wide.insert(0, "cell_line", genes.columns)
    wide.insert(1, "sex", ["F", "M", "F", "M"])
    adata = read(wide.to_csv())
    same(adata, frame.T)
    assert adata.obs["cell_line"].tolist() == list(genes.columns)


def test_what_names_a_column_tells_the_orientation(read, same, genes):
    few = genes.head(3).set_axis(["one", "two", "three", "four"], axis=1)
    same(read(few.to_csv(index_label="gene")), few)
    same(read(few.T.to_csv(index_label="sample")), few)


def test_a_square_table_that_nothing_tells_apart_is_refused(read, genes):
    square = genes.head(4).set_axis(["one", "two", "three", "four"], axis=1)
    with pytest.raises(InputError, match="its 4 rows or its 4 columns can be the samples"):
        read(square.to_csv())


def test_several_columns_of_identifiers(read, same, genes):
    wide = genes.copy()
    wide.insert(0, "ENTREZID", range(5000, 5600))
    wide.insert(1, "GENENAME", [f"gene, number {i}" for i in range(600)])
    adata = read(wide.to_csv(index_label="SYMBOL"))
    same(adata, genes)
    assert adata.var["ENTREZID"].tolist()[0] == "5000"


def test_names_that_pandas_told_apart_stay(read, genes):
    frame = genes.set_axis(["MCF7", "MCF7.1", "HL-60", "PC-3"], axis=1)
    assert read(frame.to_csv()).obs_names.tolist() == ["MCF7", "MCF7.1", "HL-60", "PC-3"]
