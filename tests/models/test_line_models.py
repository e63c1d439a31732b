"""Models of many tables: data, training, intervals, bundles, recognition."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from radiosens.errors import InputError
from radiosens.models.bundle import load_bundle
from radiosens.models.defaults import load_model
from radiosens.models.fitted import Samples
from radiosens.models.further import further
from radiosens.models.line_data import TARGETS, donor_folds, line_data, read_responses
from radiosens.models.line_intervals import nested_intervals
from radiosens.models.line_memory import RestMemory
from radiosens.models.line_training import assemble_lines, fit_lines, held_out_lines
from radiosens.models.prediction import columns_of
from radiosens.models.profile_file import as_steps, pack_training, unpack_training
from radiosens.panel.tables import Table, join_tables
from radiosens.preprocessing.profiles import Profile

DESIGN = {"ranks": (6,), "kernel": "rbf", "components": 2}
N, GENES = 150, 400


@pytest.fixture(scope="module")
def symbols():
    return list(load_model("nci60").card.features[:GENES])


@pytest.fixture(scope="module")
def world(symbols):
    """150 lines of six hidden traits, measured by three tables; the first trait decides."""
    rng = np.random.default_rng(0)
    traits = rng.normal(size=(N, 6))
    loads = rng.normal(size=(6, GENES))
    z = (traits @ loads / np.sqrt(6) + 0.7 * rng.normal(size=(N, GENES))).astype("float32")
    lines = tuple(f"QX{i:03d}" for i in range(N))
    array, reads = rng.uniform(4, 12, GENES), np.maximum(rng.normal(3, 3, GENES), 0)
    tables = [
        Table("array", "genes", lines[:110], tuple(symbols[:300]), (array + z)[:110, :300]),
        Table("reads", "genes", lines[40:], tuple(symbols[100:]), np.maximum(reads + z, 0)[40:, 100:]),
        Table("sites", "proteins", lines, ("p1", "p2"), traits[:, :2].astype("float32")),
    ]  # fmt: skip
    dose = np.array([1, 2, 3, 4, 5, 6, 8, 10])
    alpha = np.exp(-1.2 + 0.5 * traits[:, 0])
    curves = np.exp(-alpha[:, None] * dose) + 0.02 * rng.normal(size=(N, 8))
    responses = pd.DataFrame(
        np.column_stack([curves[:, 1], curves.sum(axis=1), curves]), index=lines, columns=TARGETS
    )
    responses.insert(0, "tissue", np.repeat(["lung", "skin", "liver"], 50))
    panel = join_tables(
        [Table(t.name, t.kind, t.lines, t.features, t.x.astype("float32")) for t in tables]
    )
    return line_data(panel, responses), z, array, reads


@pytest.fixture(scope="module")
def bundle(world):
    return assemble_lines(
        world[0], DESIGN, name="toy", folds=4, seed=0, facts={"sources": {}}, versions={}
    )


def test_lines_of_one_donor_share_a_fold():
    donors = np.array([f"d{i // 2}" for i in range(40)])
    fold = donor_folds(donors, 5, 1)
    assert (fold[::2] == fold[1::2]).all()
    assert set(fold) == set(range(5))


def test_unseen_lines_are_predicted(world):
    data = world[0]
    predicted = held_out_lines(data, donor_folds(data.donors, 5, 0), DESIGN)
    assert np.corrcoef(predicted[:, 0], data.targets[:, 0])[0, 1] > 0.6
    assert not np.isnan(predicted).any()


def test_a_tested_line_teaches_nothing(world):
    """Neither its survival nor its expression moves a model that has not seen it."""
    data = world[0]
    training = np.arange(N) % 5 > 0
    before = fit_lines(data, training, DESIGN).model
    for block in data.blocks:
        block.x[~training] += 100
    data.targets[~training] += 5
    try:
        after = fit_lines(data, training, DESIGN).model
    finally:
        for block in data.blocks:
            block.x[~training] -= 100
        data.targets[~training] -= 5
    np.testing.assert_array_equal(before.weights_, after.weights_)
    np.testing.assert_array_equal(before.loadings_[0], after.loadings_[0])


def test_shuffled_survival_is_not_predicted(world):
    data = world[0]
    order = np.random.default_rng(0).permutation(N)
    own = data.targets.copy()
    data.targets[:] = own[order]
    try:
        predicted = held_out_lines(data, donor_folds(data.donors, 5, 0), DESIGN)
        assert np.corrcoef(predicted[:, 0], data.targets[:, 0])[0, 1] < 0.3
    finally:
        data.targets[:] = own


def test_intervals_hold_for_unseen_lines(world):
    data = world[0]
    point, low, high = nested_intervals(data, DESIGN, outer=4, inner=4)
    inside = (low[:, 0] <= data.targets[:, 0]) & (data.targets[:, 0] <= high[:, 0])
    assert 0.84 <= inside.mean() <= 0.96
    assert ((low <= point) & (point <= high)).mean() > 0.99


def test_a_bundle_comes_back_and_predicts_the_same_bits(bundle, world, tmp_path):
    _, z, array, _ = world
    saved = bundle.save(tmp_path / "toy")
    again = load_bundle(tmp_path / "toy")
    assert again.card == saved.card
    adata = ad.AnnData(
        (array + z)[:5].astype("float32"),
        obs=pd.DataFrame(index=[f"s{i}" for i in range(5)]),
        var=pd.DataFrame(index=list(_symbols(bundle, world))),
    )
    one, two = (b.predict(adata, scale="log2") for b in (bundle, again))
    pd.testing.assert_frame_equal(one, two)
    assert list(one.columns) == columns_of(bundle)


def _symbols(bundle, world):
    return [f for f in world[0].features if ":" not in f]


def test_a_line_measured_by_itself_is_predicted_as_in_its_tables(bundle, world):
    data, z, array, reads = world
    names = _symbols(bundle, world)
    got = {}
    for kind, x in (("array", array + z), ("sequencing", np.maximum(reads + z, 0))):
        adata = ad.AnnData(
            x.astype("float32"),
            obs=pd.DataFrame(index=list(data.lines)),
            var=pd.DataFrame(index=names),
        )
        table = bundle.predict(adata, scale="log2")
        assert set(table["platform"]) == {kind}
        got[kind] = table
    assert np.corrcoef(got["array"]["sf2"], got["sequencing"]["sf2"])[0, 1] > 0.8
    table = got["array"]
    assert (table["sf2_low"] <= table["sf2"]).all()
    assert (table["sf2"] <= table["sf2_high"]).all()
    curve = table[[f"sf_{d}gy" for d in (1, 2, 3, 4, 5, 6, 8, 10)]].to_numpy()
    assert (np.diff(curve, axis=1) <= 0).all()
    assert table["rank"].between(0, 1).all()


def test_proteins_teach_and_are_not_asked_for(bundle):
    assert all(not f.startswith("protein:") for f in bundle.card.features)
    assert bundle.fitted.model.n_features_in_ == len(bundle.card.features)


def test_shuffled_genes_are_refused(bundle, world):
    _, z, array, _ = world
    x = np.random.default_rng(0).permuted((array + z)[:3], axis=1).astype("float32")
    adata = ad.AnnData(
        x, obs=pd.DataFrame(index=list("abc")), var=pd.DataFrame(index=_symbols(bundle, world))
    )
    table = bundle.predict(adata, scale="log2")
    assert table["verdict"].tolist() == ["refused"] * 3
    assert table["sf2"].isna().all()
    assert "not high and low as in human cells" in table["reason"][0]


def test_linear_values_that_are_called_logarithms_are_refused(bundle, world):
    _, z, array, _ = world
    x = np.exp2(array + z)[:3]
    adata = ad.AnnData(
        (25 * x / x.max()).astype("float32"),
        obs=pd.DataFrame(index=list("abc")),
        var=pd.DataFrame(index=_symbols(bundle, world)),
    )
    table = bundle.predict(adata, scale="log2")
    assert table["verdict"].tolist() == ["refused"] * 3
    assert table["sf2"].isna().all()


def test_few_genes_are_refused_with_the_count(bundle, world):
    _, z, array, _ = world
    adata = ad.AnnData(
        (array + z)[:3, :30].astype("float32"),
        obs=pd.DataFrame(index=list("abc")),
        var=pd.DataFrame(index=_symbols(bundle, world)[:30]),
    )
    with pytest.raises(InputError, match="30 of the model's"):
        bundle.predict(adata, scale="log2")


def test_a_line_is_known_by_what_it_has_for_itself(world):
    data, z, *_ = world
    fit = fit_lines(data, np.ones(N, dtype=bool), DESIGN)
    genes = np.flatnonzero([":" not in data.features[i] for i in fit.features])
    model = fit.model.on_features(genes)
    memory = RestMemory(model, np.nan_to_num(fit.z[:, genes]), data.lines, data.donors)
    rng = np.random.default_rng(9)
    again = (z[:20] + 0.4 * rng.normal(size=(20, GENES)))[:, :GENES].astype("float32")
    found = memory.look_up(again)
    assert (found.line == data.lines[:20]).mean() > 0.9
    strangers = (rng.normal(size=(20, GENES))).astype("float32")
    assert (memory.look_up(strangers).answer == "yes").sum() == 0


def test_it_is_not_trained_further_as_if_it_were_one_file(bundle):
    samples = Samples(
        np.zeros((2, GENES), "float32"),
        bundle.card.features,
        np.ones(2),
        *[np.array(["a", "b"])] * 4,
    )
    with pytest.raises(InputError, match="many tables"):
        further(bundle, samples)


def test_profiles_are_kept_exactly(tmp_path):
    z = as_steps(np.random.default_rng(0).normal(size=(4, 6)).astype("float32"))
    profile = Profile(np.array([1, np.nan], dtype="float32"), np.ones(2, dtype="float32"), 1.25)
    data = pack_training(z, np.arange(4, dtype=np.int32), {"array": profile})
    again, codes, platforms = unpack_training(data)
    np.testing.assert_array_equal(again, z)
    assert codes.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(platforms["array"].mean, profile.mean)
    assert platforms["array"].gain == 1.25
    with pytest.raises(ValueError, match="SafetensorError"):
        unpack_training(data[:40])


def test_responses_are_read_by_line(tmp_path):
    doses = {f"{d}Gy": [0.5, 0.6] for d in (1, 2, 3, 4, 5, 6, 8, 10)}
    table = pd.DataFrame({"line": ["786-0", "NCI-H1299"], **doses, "SF2": 0.5, "YardAUC": 3.0})
    table.to_csv(tmp_path / "r.csv", index=False)
    sites = {"Primarysite": [None, "lung"], "tissueid": ["kidney", "blood"]}
    pd.DataFrame({"line": ["786-0", "NCI-H1299"], **sites}).to_csv(tmp_path / "h.csv", index=False)
    found = read_responses(tmp_path / "r.csv", tmp_path / "h.csv")
    assert found.index.tolist() == ["786-O", "NCIH1299"]
    assert found["tissue"].tolist() == ["kidney", "lung"]
    table.drop(columns="SF2").to_csv(tmp_path / "r.csv", index=False)
    with pytest.raises(InputError, match="it lacks the columns SF2"):
        read_responses(tmp_path / "r.csv", tmp_path / "h.csv")
