from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError, RadiosensWarning
from radiosens.models.defaults import load_model
from radiosens.models.prediction import COLUMNS


@pytest.fixture(scope="module")
def bundle():
    return load_model("nci60")


def samples(bundle, values, names=None):
    index = pd.Index(bundle.card.features if names is None else names)
    return ad.AnnData(np.asarray(values, dtype="float32"), var=pd.DataFrame(index=index))


def test_lines_of_training_are_recognised_under_their_own_donors(bundle):
    table = bundle.predict(bundle.as_anndata())
    donor = {one.line: one.donor for one in bundle.card.lines}
    assert list(table.columns) == list(COLUMNS)
    assert (table["verdict"] == "recognised").all()
    assert [donor[n] for n in table["looks_like"]] == [donor[n] for n in bundle.sample_lines]
    assert (table["sf2_low"] <= table["sf2"]).all()
    assert (table["sf2"] <= table["sf2_high"]).all()


def test_a_prediction_does_not_depend_on_the_samples_beside_it(bundle):
    whole = bundle.predict(bundle.as_anndata())
    alone = bundle.predict(bundle.as_anndata()[[7]].copy())
    for column in ("sf2", "sf2_low", "recognition", "novelty_p"):
        assert alone[column][0] == pytest.approx(whole[column][7], abs=1e-6)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x, rng: rng.permuted(x, axis=1),
        lambda x, rng: rng.normal(7, 2, x.shape),
        lambda x, rng: np.full_like(x, 7) + rng.normal(0, 0.01, x.shape),
        lambda x, rng: 999 * np.exp2(x) / np.exp2(x).max(),
        lambda x, rng: x[:, ::-1],
    ],
    ids=["shuffled", "noise", "constant", "linear", "reversed"],
)
def test_what_is_no_profile_gets_no_number_but_the_reason(bundle, spoil):
    x = spoil(bundle.profiles[:20], np.random.default_rng(0))
    table = bundle.predict(samples(bundle, x), scale="log2")
    assert table["verdict"].isin(["unlike", "refused"]).all()
    assert table["sf2"].isna().all()
    assert (table["reason"] != "").all()


def test_a_sample_that_lacks_most_of_its_file_is_refused_and_others_are_not(bundle):
    x = bundle.profiles[:3].copy()
    x[0, np.random.default_rng(0).random(x.shape[1]) < 0.7] = np.nan
    table = bundle.predict(samples(bundle, x))
    assert table["verdict"].tolist() == ["refused", "recognised", "recognised"]
    assert table["genes_measured"][0] < 0.4 * x.shape[1]


def test_symbols_of_mouse_and_strange_names_are_refused(bundle):
    x = bundle.profiles[:3]
    mouse = [name.capitalize() for name in bundle.card.features]
    with pytest.raises(InputError, match="mouse or rat"):
        bundle.predict(samples(bundle, x, mouse))
    with pytest.raises(InputError):
        bundle.predict(samples(bundle, x, [f"thing {i}" for i in range(x.shape[1])]))


def test_a_told_tissue_decides_the_lineage(bundle):
    blood = bundle.sample_lines.tolist().index("HL-60")
    adata = bundle.as_anndata()[[blood]].copy()
    name = adata.obs_names[0]
    means = bundle.fitted.model.means_
    assert bundle.predict(adata)["sf2"][0] == pytest.approx(means[1], abs=0.01)
    told = bundle.predict(adata, tissues={name: "Lung"})
    assert told["sf2"][0] == pytest.approx(means[0], abs=0.01)


def test_unlike_samples_get_their_number_when_asked(bundle):
    x = np.random.default_rng(0).permuted(bundle.profiles[:2], axis=1)
    table = bundle.predict(samples(bundle, x), keep_unlike=True, scale="log2")
    assert (table["verdict"] == "unlike").all()
    assert table["sf2"].notna().all()


def test_other_laboratories_are_recognised_across_platforms(bundle, shared):
    molt4 = bundle.predict(shared("other_labs/rhvdm_MOLT4_u133a_mas5.csv.gz"))
    assert (molt4["looks_like"] == "MOLT-4").all()
    assert (molt4["verdict"] == "recognised").all()
    assert molt4["sf2"].std() < 0.01  # irradiation does not move it
    hela = bundle.predict(shared("other_labs/gage_HeLa_hnrnp_counts.csv.gz"))
    assert (hela["recognised"] == "no").all()


def test_tissue_is_unlike_cell_lines(bundle, shared):
    colon = bundle.predict(shared("GSE4107_series_matrix.txt.gz"))
    assert (colon["verdict"] == "unlike").all()


def test_values_centred_gene_by_gene_have_no_number(bundle):
    x = (bundle.profiles - bundle.profiles.mean(axis=0))[:20]
    with pytest.warns(RadiosensWarning, match="centred"):
        seen = bundle.predict(samples(bundle, x))
    for table in (seen, bundle.predict(samples(bundle, x), scale="log2")):
        # Though each line is known by its differences.
        assert table["verdict"].isin(["unlike", "refused"]).all()
        assert table[["sf2", "rsi"]].isna().all(axis=None)


def test_a_sample_has_the_same_bits_in_any_block_and_any_company(bundle, monkeypatch, tmp_path):
    from radiosens.sources import rows

    x = np.concatenate([bundle.profiles, bundle.profiles])  # 116: two tiles
    x[3, ::7] = np.nan
    adata = samples(bundle, x)
    for model in (bundle, load_model("yard")):
        whole = model.predict(adata)
        backwards = model.predict(adata[::-1].copy()).iloc[::-1].reset_index(drop=True)
        pd.testing.assert_frame_equal(whole, backwards, rtol=0, atol=1e-12)
        adata.write_h5ad(tmp_path / "samples.h5ad")
        for together in (False, True):
            whole = model.predict(adata, together=together)
            with monkeypatch.context() as patch:
                patch.setattr(rows, "_VALUES_AT_ONCE", 1)
                blocks = model.predict(tmp_path / "samples.h5ad", together=together)
            pd.testing.assert_frame_equal(
                whole.drop(columns="source"), blocks.drop(columns="source"), rtol=0, atol=0
            )


def test_a_tissue_that_nobody_knows_is_said_and_decides_nothing(bundle):
    adata = bundle.as_anndata()[:1].copy()
    with pytest.warns(RadiosensWarning, match="'Luekemia' is no tissue that is known"):
        told = bundle.predict(adata, tissues={adata.obs_names[0]: "Luekemia"})
    assert told["sf2"].tolist() == bundle.predict(adata)["sf2"].tolist()


def test_few_samples_together_are_warned_of(bundle):
    with pytest.warns(RadiosensWarning, match=r"so few samples \(1\)"):
        bundle.predict(bundle.as_anndata()[:1].copy(), together=True)


def test_a_file_of_zeros_is_refused(bundle):
    with pytest.raises(InputError, match="the same value for every feature"):
        bundle.predict(samples(bundle, np.zeros_like(bundle.profiles[:2])), scale="log2")
