"""What no measurement of expression gives, and what can be read in two ways, is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError


@pytest.mark.parametrize("number", ["-999", "-9999", "9999", "99999", "-99"])
def test_a_number_that_stands_for_missing_is_named(read, genes, number):
    holes = np.random.default_rng(1).random(genes.shape) < 0.02
    with pytest.raises(InputError, match=f"{number} and no other is near: it stands for missing"):
        read(genes.mask(holes).to_csv(na_rep=number))


def test_a_sentinel_among_linear_values_is_named(read, genes):
    holes = np.random.default_rng(1).random(genes.shape) < 0.02
    with pytest.raises(InputError, match="-1 and no other is near"):
        read((2**genes).mask(holes).to_csv(na_rep="-1"))


def test_an_intensity_of_9999_is_one_like_others(read, genes):
    linear = 2**genes
    linear.iloc[0, 0] = 9999.0
    assert read(linear.to_csv()).uns["scale"] == "linear, converted to log2"


def test_shares_and_scaled_values_are_no_logarithms(read, genes):
    scaled = (genes - genes.min().min()) / (genes.max().max() - genes.min().min())
    with pytest.raises(InputError, match="shares or scaled values"):
        read(scaled.to_csv())
    read(scaled.to_csv(), scale="log2")  # who says so is believed


def test_ranks_are_no_expression(read, genes):
    with pytest.raises(InputError, match="ranks"):
        read(genes.rank().to_csv())


def test_whole_numbers_below_thirty_can_be_two_things(read, genes):
    with pytest.raises(InputError, match="counts of few reads, or logarithms without decimals"):
        read(genes.round(0).to_csv())
    adata = read(genes.round(0).to_csv(), scale="counts")
    assert adata.uns["scale"] == "counts, converted to log2(CPM + 1)"


@pytest.mark.parametrize(
    ("convert", "word"),
    [
        (lambda x: x * np.log(2), "natural logarithms"),
        (lambda x: x * np.log10(2), "log10"),
        (lambda x: x.sub(x.mean(axis=1), axis=0), "centred"),
    ],
)
def test_samples_on_another_scale_are_named_though_all_look_like_logs(read, genes, convert, word):
    # Four samples on log2, four of the same genes otherwise.
    noise = np.random.default_rng(1).normal(0, 0.3, genes.shape)
    other = convert(genes + noise).set_axis(["M14", "786-O", "KM12", "U251"], axis=1)
    with pytest.raises(InputError, match=f"different scales: M14, 786-O, KM12.*{word}"):
        read(pd.concat([genes, other], axis=1).to_csv())


def test_shallow_samples_are_no_other_scale(read, genes):
    # Cells of any depth: lower and narrower by all amounts.
    depth = np.linspace(0.5, 1, 12)
    cells = pd.DataFrame(np.outer(genes.iloc[:, 0], depth), genes.index).add_prefix("cell")
    assert read(cells.to_csv()).uns["scale"] == "log2"


def test_a_feature_far_above_the_logarithms_of_all_others_is_named(read, genes):
    with pytest.raises(InputError, match="zz_marker reach 80 while all other"):
        read(genes.T.assign(zz_marker=80.5).to_csv(index_label="cell_line"))


def test_a_value_far_above_nearly_all_others_is_named(read, genes):
    few = genes.head(24).copy()
    few.iloc[5, 2] = 65536.0
    with pytest.raises(InputError, match="'GENE5' is 65,536 while nearly all other values"):
        read(few.to_csv())
    assert read((2 ** genes.head(24)).to_csv()).uns["scale"].startswith("linear")


def test_scores_made_of_each_sample_alone_are_centred(read, genes):
    scores = (genes - genes.mean()) / genes.std()
    assert read(scores.round(5).to_csv()).uns["scale"] == "centred"
    assert "centred or z-scores" in read.warned


def test_a_sum_that_can_be_chance_is_said_and_not_believed(read, genes):
    one = genes.iloc[:, :1]
    one = one + np.log(1e6 / np.expm1(one).sum())
    adata = read(one.to_csv())
    assert adata.uns["scale"] == "log2"
    assert "as ln they add up to a round number" in read.warned


def test_sums_of_samples_that_were_made_alike_prove_nothing(read, genes):
    # Quantile normalisation gives all samples one sum, which may be near a million.
    values = genes.iloc[:, 0].to_numpy()
    values = values + np.log(1e6 / np.expm1(values).sum())
    rng = np.random.default_rng(0)
    alike = pd.DataFrame({c: rng.permutation(values) for c in genes}, genes.index)
    assert read(alike.to_csv()).uns["scale"] == "log2"


def test_linear_values_that_end_below_thirty_are_doubted_aloud(read, genes):
    linear = 2**genes
    read((linear / linear.max().max() * 25).round(5).to_csv())
    assert "if they are linear say --scale linear" in read.warned


def test_counts_among_logarithms_of_the_same_genes_are_named(read, genes):
    # log-CPM lies higher than log2 of these counts by a constant.
    mixed = genes.assign(A549=(2 ** (genes["A549"] - 2)).round())
    with pytest.raises(
        InputError, match="MCF7, HL-60, PC-3 look like logarithms, A549 like linear"
    ):
        read(mixed.to_csv())


def test_a_low_linear_sample_among_logarithms_is_named(read, genes):
    low = 2 ** genes["A549"] / (2 ** genes["A549"]).max() * 25
    with pytest.raises(InputError, match="A549 look like linear values"):
        read(genes.assign(A549=low).round(5).to_csv())


def test_a_library_of_few_reads_is_counts_as_the_others(read, genes):
    counts = (2 ** (genes - 1)).round()
    counts["A549"] = np.minimum((2 ** (genes["A549"] - 8)).round(), 30)
    assert read(counts.to_csv()).uns["scale"].startswith("counts")
