"""Which scale values are on, and how they come to log2."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError, SettingsError
from radiosens.sources.scale import counts_to_log2


def tpm(genes):
    linear = 2**genes
    return linear / linear.sum() * 1e6


def test_linear_values_of_many_zeros(read, genes):
    frame = (2**genes / 50).round(3)
    frame.iloc[:350] = 0.0
    adata = read(frame.to_csv())
    assert adata.uns["scale"] == "linear, converted to log2"
    np.testing.assert_allclose(adata.X, np.log2(frame.to_numpy().T + 1), rtol=1e-5)


def test_log2_of_many_zeros_stays(read, same, genes):
    frame = genes.copy()
    frame.iloc[:350] = 0.0
    assert read(frame.to_csv()).uns["scale"] == "log2"
    same(read(frame.to_csv()), frame)


def test_counts_are_divided_by_library_size(read, genes):
    counts = (2**genes).round(0).astype(int)
    counts["A549"] *= 3
    adata = read(counts.to_csv())
    assert adata.uns["scale"] == "counts, converted to log2(CPM + 1)"
    by_hand = np.log2(counts.iloc[0, 1] / counts["A549"].sum() * 1e6 + 1)
    assert adata.X[1, 0] == pytest.approx(by_hand, rel=1e-5)
    assert "library sizes" in read.said


def test_whole_intensities_of_probe_sets_are_no_counts(read, genes):
    arrays = (2**genes).round(0).astype(int).set_axis([f"{i}_at" for i in range(600)])
    assert read(arrays.to_csv()).uns["scale"] == "linear, converted to log2"


def test_a_sample_does_not_depend_on_the_others():
    x = np.array([[5, 10, 85], [1, 1, 8]], dtype=np.float32)
    np.testing.assert_array_equal(counts_to_log2(x)[:1], counts_to_log2(x[:1]))


@pytest.mark.parametrize(
    ("base", "says"),
    [(np.e, "natural logarithm, converted to log2"), (10, "log10, converted to log2"), (2, "log2")],
)
def test_the_base_of_logarithms_of_tpm_is_proved_by_their_sum(read, genes, base, says):
    logs = np.log(tpm(genes) + 1) / np.log(base)
    adata = read(logs.round(4).to_csv())
    assert adata.uns["scale"] == says
    np.testing.assert_allclose(adata.X, np.log2(tpm(genes).to_numpy().T + 1), atol=1e-3)


@pytest.mark.parametrize("base", [2, np.e, 10])
def test_the_base_of_logarithms_of_counts_is_proved_by_the_smallest(read, genes, base):
    counts = np.random.default_rng(1).poisson(2 ** (genes.to_numpy() - 4))
    logs = pd.DataFrame(np.log(counts + 1) / np.log(base), genes.index, genes.columns)
    np.testing.assert_allclose(read(logs.round(5).to_csv()).X, np.log2(counts.T + 1), atol=2e-4)


def test_log10_of_intensities(read, genes):
    adata = read((genes * np.log10(2)).round(5).to_csv())
    assert adata.uns["scale"] == "log10, converted to log2"
    np.testing.assert_allclose(adata.X, genes.to_numpy().T, atol=1e-3)
    assert "converted to log2" in read.warned


def test_what_could_be_natural_logarithms_is_said_and_can_be_told(read, same, genes):
    text = (genes * np.log(2)).round(5).to_csv()
    assert read(text).uns["scale"] == "log2"
    assert "if they are natural logarithms say --scale ln" in read.warned
    same(read(text, scale="ln"), genes, rtol=1e-4)


@pytest.mark.parametrize("odd", ["linear", "logs"])
def test_samples_on_different_scales_are_refused_by_name(read, genes, odd):
    frame = genes.copy() if odd == "linear" else 2**genes
    frame["A549"] = 2 ** genes["A549"] if odd == "linear" else genes["A549"]
    with pytest.raises(InputError, match=r"different scales: (.*HL-60.*A549|A549.*HL-60)"):
        read(frame.round(3).to_csv())


def test_z_scores_are_kept_and_said(read, same, genes):
    z = genes.sub(genes.mean(axis=1), axis=0).div(genes.std(axis=1) + 1e-6, axis=0)
    adata = read(z.round(4).to_csv())
    assert adata.uns["scale"] == "centred"
    assert "centred or z-scores" in read.warned
    same(adata, z.round(4), rtol=1e-3)


def test_negative_logarithms_of_fpkm_are_no_z_scores(read, genes):
    adata = read((genes - 7).round(3).to_csv())
    assert adata.uns["scale"] == "log2"
    assert "negative; taken for log2" in read.said


def test_negative_intensities_are_taken_for_zero_and_said(read, genes):
    adata = read((2**genes - 30).round(1).to_csv())
    assert adata.uns["scale"] == "linear, converted to log2"
    assert adata.X.min() == 0
    assert "of the values are negative, as background correction leaves them" in read.warned


def test_a_scale_that_is_told_is_believed(read, genes):
    counts = (2**genes).round(0).astype(int)
    assert read(counts.to_csv(), scale="linear").uns["scale"] == "linear, converted to log2"
    with pytest.raises(InputError, match="which is no logarithm"):
        read(counts.to_csv(), scale="log2")
    with pytest.raises(SettingsError, match="no scale 'log3'"):
        read(counts.to_csv(), scale="log3")


def annotated(x, genes, **uns):
    return ad.AnnData(
        np.asarray(x, dtype=np.float32).T,
        pd.DataFrame(index=genes.columns),
        pd.DataFrame(index=genes.index),
        uns=uns,
    )


def test_scanpy_says_the_base(read, same, genes):
    adata = annotated(genes * np.log(2), genes, log1p={"base": None})
    same(read(adata), genes, rtol=1e-4)
    assert "as uns['log1p'] says" in read.warned
    same(read(annotated(genes, genes, log1p={"base": 2})), genes)


def test_values_beat_what_is_said_of_them(read, genes):
    logs = np.log2(tpm(genes) + 1)
    adata = read(annotated(logs, genes, log1p={}))
    assert adata.uns["scale"] == "log2"
    assert "says ln, the values say log2" in read.warned


def test_layers_and_raw_are_said_beside_scaled_values(read, genes):
    z = genes.sub(genes.mean(axis=1), axis=0).div(genes.std(axis=1) + 1e-6, axis=0)
    adata = annotated(z, genes)
    adata.layers["counts"] = np.round(2 ** genes.to_numpy().T)
    adata.raw = annotated(genes, genes)
    assert read(adata).uns["scale"] == "centred"
    assert "layer 'counts', raw is there too and is not used" in read.warned


@pytest.mark.parametrize("digits", [4, 12])
def test_one_sample_of_ln_tpm_is_known_by_its_sum(read, genes, digits):
    tpm = 2 ** genes.iloc[:, :1] / (2 ** genes.iloc[:, 0]).sum() * 1e6
    adata = read(np.log1p(tpm).round(digits).to_csv())
    assert adata.uns["scale"] == "natural logarithm, converted to log2"
    np.testing.assert_allclose(adata.X[0], np.log2(tpm.iloc[:, 0] + 1), atol=0.01)


def test_hardly_one_sample_in_hundreds_looks_like_ln_by_chance(read, genes):
    rng = np.random.default_rng(0)
    values = rng.normal(rng.normal(6.5, 2, (600, 1)), 0.4, (600, 300)).clip(0).round(4)
    told = [facts_and_base(values[:, [i]].T) for i in range(300)]
    assert told.count(None) >= 298


def facts_and_base(values):
    from radiosens.sources.bases import base_of_logs
    from radiosens.sources.evidence import facts_of

    values = values.astype(np.float32)
    return base_of_logs(values, facts_of(values))[0]


def test_a_few_negative_values_hide_no_other_base(read):
    rng = np.random.default_rng(0)
    log2 = rng.normal(rng.normal(7, 2.5, (6000, 1)), 0.3, (6000, 4)).clip(-1, 15.5)
    table = pd.DataFrame(log2.round(4), [f"{i}_at" for i in range(6000)], ["M14", "SR", "A", "B"])
    assert table.min().min() < 0
    assert read((table * np.log10(2)).to_csv()).uns["scale"] == "log10, converted to log2"
    read((table * np.log(2)).to_csv())
    assert "say --scale ln" in read.warned


def test_ratios_to_one_sample_are_centred(read, genes):
    ratios = genes.sub(genes.iloc[:, 0], axis=0).iloc[:, 1:]
    assert read(ratios.round(4).to_csv()).uns["scale"] == "centred"
