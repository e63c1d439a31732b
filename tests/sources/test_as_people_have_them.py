"""Files as programs and people leave them: read right, or refused for their true cause."""

from __future__ import annotations

import io

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError


def counts_of(genes):
    return (2 ** (genes - 2)).round().astype(int)


def workbook(sheets):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def rows_of(genes):
    return [
        ["Gene", *genes.columns],
        *([g, *v] for g, v in zip(genes.index, genes.to_numpy().tolist(), strict=True)),
    ]


def test_row_numbers_of_r_beside_a_column_of_genes(read, same, genes):
    # write.table writes row names and no corner
    table = genes.rename_axis("gene").reset_index()
    text = table.set_axis(range(1, len(table) + 1)).to_csv(sep=" ", quoting=2)
    same(read(text.replace('"" ', "", 1).replace('""', "", 1), "t.txt"), genes)


def test_two_lines_of_names(read, same, genes):
    second = "\t".join(["group", "ctl", "trt", "ctl", "trt"])
    head, _, body = genes.to_csv(sep="\t", index_label="gene").partition("\n")
    same(read(f"{head}\n{second}\n{body}"), genes)


def test_a_line_of_doses_above_the_names(read, same, genes):
    doses = "\t".join(["dose", "0", "2", "0", "2"])
    same(read(doses + "\n" + genes.to_csv(sep="\t", index_label="gene")), genes)


def test_a_workbooks_notes_are_no_table(read, same, genes):
    notes = [["Normalised by", "RMA"], ["Contact", "us"], ["Date", "2020"]]
    same(read(workbook({"README": notes, "expr": rows_of(genes)}), "t.xlsx"), genes)


def test_a_table_that_begins_at_the_third_column_under_a_title(read, same, genes):
    rows = [["Table S1"], [], *([None, None, *r] for r in rows_of(genes))]
    same(read(workbook({"a": rows}), "t.xlsx"), genes)


def test_decimal_commas_of_one_sample_under_titles(read, genes):
    text = "Table 3. Expression\n\n\tgene\tM14\n0\tTP53\t7,3\n1\tALB\t6,7\n2\tAR\t8,3\n\nSource: a, b\n"
    adata = read(text)
    assert list(adata.obs_names) == ["M14"]
    np.testing.assert_allclose(adata.X, [[7.3, 6.7, 8.3]], rtol=1e-6)


def test_a_header_that_lacks_its_corner_and_ends_as_the_lines_do(read, same):
    frame = pd.DataFrame({"M14": [7.3, 6.7, 8.3]}, ["TP53", "ALB", "AR"])
    same(read("M14\t\nTP53\t7.3\t\t\nALB\t6.7\t\t\nAR\t8.3\t\t\n"), frame)


@pytest.mark.parametrize(
    "text",
    [
        "|TP53|ALB|AR\nA549||5.8|4.2|\n",  # TP53 is empty, or AR is
        "A549,MCF7\nTP53,7.3,\nALB,6.7,\nAR,8.3,\n",  # A549 names genes, or values
    ],
)
def test_a_field_too_many_that_can_be_two_things_is_refused_with_both(read, text):
    with pytest.raises(
        InputError, match="a separator too many ends them, or the corner is missing"
    ):
        read(text)


def test_a_column_of_values_without_a_name_is_refused_for_that(read):
    with pytest.raises(InputError, match="a column has no name"):
        read("Description;KM12;\ng1_at;a gene;5.4;\ng2_at;a gene;4.4;\ng3_at;a gene;6.5;\n")


def test_what_is_known_of_samples_beside_the_genes_is_left_out(read, same, genes):
    table = genes.T
    known = pd.DataFrame(
        {
            "dose_Gy": [0, 2, 0, 2],
            "time (h)": 24,
            "RIN": 9.1,
            "percent_viable": 90.0,
            "OS.event": 1,
        },
        table.index,
    )
    same(read(pd.concat([known, table], axis=1).to_csv(index_label="cell_line")), genes)
    assert "dose_Gy" in read.warned
    assert "RIN" in read.warned


def test_what_is_computed_of_samples_beside_them_is_left_out(read, same, genes):
    table = genes.assign(Average=genes.mean(axis=1), SD=1.0, log2FoldChange=0.5, padj=0.01)
    same(read(table.to_csv(index_label="gene")), genes)
    assert "which are computed of samples" in read.warned


def test_a_line_that_is_called_like_a_statistic_stays(read, genes):
    named = genes.set_axis(["SEM", "A549", "HL-60", "PC-3"], axis=1)
    assert read(named.to_csv(index_label="gene")).obs_names[0] == "SEM"


def test_results_of_a_comparison_are_no_expression(read, genes):
    table = pd.DataFrame({"baseMean": 5.0, "log2FoldChange": genes.iloc[:, 0], "padj": 0.1})
    with pytest.raises(InputError, match="no samples but figures computed of them"):
        read(table.to_csv(index_label="gene"))


def test_a_row_of_totals_is_no_gene(read, genes):
    counts = counts_of(genes)
    table = pd.concat([counts, counts.sum().to_frame("Total").T])
    adata = read(table.to_csv(index_label="gene"))
    assert "Total" not in adata.var_names
    np.testing.assert_allclose((2**adata.X - 1).sum(axis=1), 1e6, rtol=1e-4)


def test_the_genes_max_and_mycbp_stay(read, genes):
    names = ["MAX", "SUMO1", *genes.index[2:]]
    assert list(read(genes.set_axis(names).to_csv(index_label="gene")).var_names)[:2] == [
        "MAX",
        "SUMO1",
    ]


def test_stars_counts_of_a_sample(read, genes):
    counts = counts_of(genes).iloc[:, 0]
    lines = [
        "N_unmapped\t9\t9\t9",
        "N_multimapping\t8\t8\t8",
        "N_noFeature\t7\t7\t7",
        "N_ambiguous\t1\t1\t1",
    ]
    lines += [f"{g}\t{c}\t{c // 3}\t{c - c // 3}" for g, c in counts.items()]
    adata = read("\n".join(lines) + "\n", "MCF7_ReadsPerGene.out.tab")
    assert list(adata.obs_names) == ["MCF7"]
    np.testing.assert_allclose(adata.X[0], np.log2(counts / counts.sum() * 1e6 + 1), rtol=1e-4)
    assert "unstranded is taken" in read.said


def test_a_file_that_every_sample_has_is_called_like_its_folder(tmp_path, read, genes):
    (tmp_path / "A549").mkdir()
    tpm = 2 ** genes.iloc[:, :1] / (2 ** genes.iloc[:, 0]).sum() * 1e6
    table = tpm.set_axis(["TPM"], axis=1).assign(Length=100, EffectiveLength=90.0, NumReads=7.0)
    path = tmp_path / "A549" / "quant.sf"
    table[["Length", "EffectiveLength", "TPM", "NumReads"]].to_csv(
        path, sep="\t", index_label="Name"
    )
    assert list(read(path).obs_names) == ["A549"]


def test_numbers_that_parquet_holds_as_texts(tmp_path, read, same, genes):
    pytest.importorskip("pyarrow")
    genes.astype(str).rename_axis("gene").reset_index().to_parquet(tmp_path / "t.parquet")
    same(read(tmp_path / "t.parquet"), genes)


def test_an_object_with_features_as_obs_is_refused_for_that(read, genes):
    turned = ad.AnnData(
        genes.to_numpy(np.float32),
        pd.DataFrame(index=genes.index),
        pd.DataFrame(index=genes.columns),
    )
    with pytest.raises(InputError, match=r"features as obs .*transpose it"):
        read(turned)


def test_a_sample_sheet_is_no_expression(read):
    with pytest.raises(InputError, match="give it with --samples"):
        read("sample,line,sf2\na,A549,0.5\nb,MCF7,0.6\nc,HL-60,0.3\n")


@pytest.mark.parametrize(("mark", "decimal"), [("\u202f", ","), ("\xa0", ","), ("'", ".")])
def test_numbers_that_blanks_or_apostrophes_group(read, genes, mark, decimal):
    linear = (2**genes).round(2)
    swap = str.maketrans({",": mark, ".": decimal})
    text = linear.map(lambda v: f"{v:,.2f}".translate(swap)).to_csv(sep=";", index_label="gene")
    np.testing.assert_allclose(read(text).X.T, np.log2(linear + 1), rtol=1e-4)


def test_three_decimals_behind_commas_throughout_are_decimals(read, same, genes):
    same(read(genes.map("{:.3f}".format).replace(r"\.", ",", regex=True).to_csv(sep="\t")), genes)
    assert "with decimal commas" in read.said


def test_xena_calls_the_column_of_genes_sample(read, same, genes):
    genes = genes.head(4).set_axis(["TP53", "AR", "JUN", "MYC"])
    samples = genes.set_axis(["TCGA-A1-01", "TCGA-A2-01", "TCGA-A3-01", "TCGA-A4-01"], axis=1)
    same(read(samples.to_csv(sep="\t", index_label="sample")), samples)


def test_levels_of_columns_name_their_rows_and_not_the_genes(read, genes):
    levels = pd.MultiIndex.from_arrays(
        [["GSM1", "GSM2", "GSM3", "GSM4"], genes.columns], names=["gsm", "line"]
    )
    adata = read(genes.set_axis(levels, axis=1).to_csv())
    assert list(adata.obs_names) == ["GSM1", "GSM2", "GSM3", "GSM4"]
    assert list(adata.obs["line"]) == list(genes.columns)


def test_a_last_line_of_the_header_that_names_only_columns_of_text(read, genes):
    # Sanger's Cell Model Passports write so.
    ids = [f"SIDM{i:05d}" for i in range(4)]
    head = f"model_id,,{','.join(ids)}\nmodel_name,,{','.join(genes.columns)}\ngene_id,symbol,,,,\n"
    body = genes.reset_index(names="symbol").set_axis([f"SIDG{i:05d}" for i in range(600)])
    adata = read(head + body.to_csv(header=False))
    assert list(adata.obs_names) == ids
    assert list(adata.var["symbol"]) == list(genes.index)


def test_a_sample_below_the_limit_of_detection_lacks_a_value(read, genes):
    table = genes.astype(object)
    table.iloc[4, 2] = "<LOD"
    assert np.isnan(read(table.to_csv()).X[2, 4])


def test_estimates_of_tximport(read, genes):
    linear = 2**genes
    table = pd.concat([linear.add_prefix("abundance."), linear.add_prefix("counts.")], axis=1)
    adata = read(table.to_csv(index_label="gene"))
    assert list(adata.obs_names) == list(genes.columns)
    assert "abundance is taken" in read.warned


def test_marks_inside_descriptions_are_written_twice(read, same, genes):
    table = genes.copy()
    table.insert(0, "Description", 'a, "quoted"; text')
    same(read(table.to_csv(sep=";", decimal=",", index_label="Gene")), genes)


def test_cellminers_titles_and_letters_that_refer_to_notes(read, genes):
    head = ["Gene name d", "Entrez gene id e", "Start f", *genes.columns]
    body = ([g, 100 + i, 5 * i, *genes.iloc[i].tolist()] for i, g in enumerate(genes.index))
    adata = read(workbook({"a": [["CellMiner"], ["Downloaded"], [], head, *body]}), "t.xlsx")
    assert list(adata.obs_names) == list(genes.columns)
    assert list(adata.var_names) == list(genes.index)
