"""Which field is which: separators, headers, orientation of tables as programs write them."""

from __future__ import annotations

import pytest

from radiosens.errors import InputError, TruncatedError


def lines_of(frame, separator=",", **options):
    return frame.to_csv(sep=separator, **options).rstrip("\n").split("\n")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("more", [1, 2])
def test_separators_that_end_lines_move_no_name(read, same, genes, turned, more):
    frame = genes.T if turned else genes
    header, *rest = lines_of(frame)
    text = "\n".join([header, *(r + "," * more for r in rest)])
    same(read(text), genes)
    assert "separator that parts nothing" in read.said


def test_a_header_without_corner_stays_one_where_the_last_column_holds_values(read, same, genes):
    header, *rest = lines_of(genes)
    some_missing = [r if i % 3 else r.rpartition(",")[0] + "," for i, r in enumerate(rest)]
    adata = read("\n".join([header[1:], *some_missing]))
    assert list(adata.obs_names) == list(genes.columns)
    same(adata[:3], genes.iloc[:, :3])


def test_a_corner_is_missing_though_a_blank_column_ends_header_and_lines(read, same, genes):
    header, *rest = lines_of(genes.T)
    same(read("\n".join([header[1:] + ",", *(r + "," for r in rest)])), genes)


def test_commas_in_titles_part_nothing_in_a_table_of_tabs(read, same, genes):
    frame = genes.set_axis([f"{c}, untreated, rep1" for c in genes.columns], axis=1)
    same(read(frame.to_csv(sep="\t"), "t.tsv"), frame)
    one = genes[["MCF7"]].set_axis(["MCF7, rep1"], axis=1)
    same(read(one.to_csv(sep="\t"), "t.tsv"), one)


@pytest.mark.parametrize("separator", ["\t", ";", "|"])
@pytest.mark.parametrize("digits", [1, 2, 3])
@pytest.mark.parametrize("samples", [1, 4])
def test_decimal_commas(read, same, genes, separator, digits, samples):
    frame = genes.iloc[:, :samples].round(digits)
    if digits == 3:
        frame.iloc[0] = 6.66
    same(read(frame.to_csv(sep=separator, decimal=",")), frame)
    assert "decimal comma" in read.said


def test_thousands_are_read_where_only_they_make_sense(read, same, genes):
    intensities = (2**genes).round(1)
    text = intensities.map(lambda v: f"{v:,.1f}").to_csv()
    adata = read(text)
    assert adata.X[0, 0] == pytest.approx(genes.iloc[0, 0], abs=0.02)


def test_numbers_that_can_be_read_in_two_ways_are_refused_with_both(read):
    with pytest.raises(InputError, match=r"'1,234' can be 1234 or 1\.234"):
        read("g\tA549\tMCF7\na\t1,234\t5,678\nb\t8,901\t2,345\n")


@pytest.mark.parametrize(
    "above",
    ["# Program: featureCounts v2.0.1\n", "sep=,\n", "Table S3. Expression\n\n", "\n\n", ",,,,\n"],
)
def test_lines_above_the_table_are_left_out(read, same, genes, above):
    same(read(above + genes.to_csv()), genes)


@pytest.mark.parametrize("below", ["\n\n", ",,,,\n,,,,\n", "\nTotal genes: 600\n", "# end\n"])
def test_lines_below_the_table_are_left_out(read, same, genes, below):
    same(read(genes.to_csv() + below), genes)


def test_a_header_that_begins_with_a_hash_is_one(read, same, genes):
    same(read(genes.to_csv(index_label="#gene")), genes)


def test_blank_columns_are_left_out(read, same, genes):
    frame = genes.copy()
    frame.insert(2, " ", "")
    frame[""] = ""
    same(read(frame.to_csv()), genes)


def test_further_lines_of_the_header_describe_samples(read, same, genes):
    header, *rest = lines_of(genes)
    adata = read("\n".join([header, "dose,0 Gy,2 Gy,0 Gy,2 Gy", *rest]))
    same(adata, genes)
    assert adata.obs["dose"].tolist() == ["0 Gy", "2 Gy", "0 Gy", "2 Gy"]


def test_rows_of_geos_header_above_the_values(read, same, genes):
    top = ["\tGSM1\tGSM2\tGSM3\tGSM4"]
    top += ["!Sample_title\t" + "\t".join(genes.columns)]
    top += ["!Sample_characteristics_ch1" + "\tcell line: X" * 4]
    adata = read("\n".join([*top, *lines_of(genes, "\t")[1:]]), "t.tsv")
    same(adata, genes.set_axis(["GSM1", "GSM2", "GSM3", "GSM4"], axis=1))
    assert adata.obs["title"].tolist() == list(genes.columns)


def test_groups_above_names_are_no_names(read, same, genes):
    header, *rest = lines_of(genes)
    same(read("\n".join([",treated,treated,control,control", header, *rest])), genes)


def test_columns_that_r_aligned_with_blanks(read, same, genes):
    frame = genes.head(20)
    same(read(frame.to_string(), "t.txt"), frame)


@pytest.mark.parametrize(
    "encode",
    [
        lambda t: t.encode("utf-16"),
        lambda t: t.encode("utf-16-le"),
        lambda t: t.encode("utf-8-sig"),
        lambda t: t.replace("\n", "\r\n").encode(),
        lambda t: t.replace("\n", "\r").encode(),
        lambda t: ("Größe" + t).encode("latin-1"),
    ],
)
def test_encodings_and_line_ends(read, same, genes, encode):
    same(read(encode(genes.to_csv(sep="\t")), "t.txt"), genes)


def test_quoted_numbers_and_line_feeds_in_names(read, same, genes):
    frame = genes.set_axis(["MCF7\nrep 1", *genes.columns[1:]], axis=1)
    adata = read(frame.to_csv(quoting=1))
    same(adata, genes.set_axis(["MCF7 rep 1", *genes.columns[1:]], axis=1))


def test_a_line_that_was_cut_is_refused_though_its_last_field_is_a_name(read, genes):
    with pytest.raises(InputError, match="line 602: it has 1 fields where the header has 5"):
        read(genes.to_csv() + "GENE600")


def test_a_table_without_names_is_refused(read):
    with pytest.raises(InputError, match="line 1: it has no line of names"):
        read("a\t1.5\t2.5\nb\t3.5\t4.5\n")


def test_one_sample_without_a_header_is_called_like_its_file(read):
    adata = read("TP53\t120\nALB\t7\n__no_feature\t999\n", "MCF7.htseq.txt")
    assert adata.obs_names.tolist() == ["MCF7"]
    assert adata.var_names.tolist() == ["TP53", "ALB"]
    assert "it has no line of names" in read.warned


def test_names_that_are_numbers_head_columns_where_features_are_columns(read, same, genes):
    frame = genes.head(60).set_axis([str(780 + 13 * i) for i in range(60)])
    same(read(frame.T.to_csv(index_label="cell")), frame)


def test_no_text_is_taken_for_a_missing_value(read):
    with pytest.raises(InputError, match=r"line 3, column 'MCF7': 'low' is not a number"):
        read("g,A549,MCF7\na,1,2\nb,3,low\nc,4,5\nd,3,3\n")
    with pytest.raises(InputError, match="NUL"):
        read(b"g,A549,MCF7\na,1,2\nb,3\x004,5\n")


def test_gct_1_3(read):
    text = (
        "#1.3\n3\t2\t1\t2\nid\tsymbol\ts1\ts2\ncell_line\tna\tMCF7\tA549\ndose\tna\t1\t2\n"
        "1_at\tTP53\t1.5\t2.5\n2_at\tALB\t3.5\t4.5\n3_at\tAR\t5.5\t6.5\n"
    )
    adata = read(text, "a.gct")
    assert adata.X.tolist() == [[1.5, 3.5, 5.5], [2.5, 4.5, 6.5]]
    assert adata.obs["cell_line"].tolist() == ["MCF7", "A549"]
    assert adata.var["symbol"].tolist() == ["TP53", "ALB", "AR"]
    with pytest.raises(TruncatedError, match="promises 4 features and 3 follow"):
        read(text.replace("\n3\t2\t1", "\n4\t2\t1"), "a.gct")
    with pytest.raises(InputError, match="not GCT"):
        read("#1.2\n²\t1\nNAME\tDescription\tA549\ng\tna\t1\n", "a.gct")
