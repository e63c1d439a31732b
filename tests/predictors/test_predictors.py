from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from radiosens import simulate_panel
from radiosens.errors import SettingsError
from radiosens.predictors import BUILTIN, get_predictor
from radiosens.predictors.lowrank import LowRankKernel
from radiosens.predictors.nearest import NearestNeighbour
from radiosens.predictors.rsi import GENES, RadiosensitivityIndex, find_genes
from radiosens.predictors.tissue import TissueMean
from radiosens.predictors.tuning import NestedGridSearch, SampleSpacePCA, inner_splits


@parametrize_with_checks(
    [
        NearestNeighbour(),
        TissueMean(),
        SampleSpacePCA(),
        NestedGridSearch(Ridge(), {"alpha": [0.1, 1.0]}, random_state=0),
        LowRankKernel(ranks=(10,)),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_recognises_lines():
    panel = simulate_panel(features=300)
    y = panel.obs["sf2"].to_numpy()
    train = panel.obs["replicate"].to_numpy() > 1
    model = NearestNeighbour().fit(panel.X[train], y[train])
    np.testing.assert_array_equal(model.predict(panel.X[~train]), y[~train])


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(24, 300)).astype(np.float32)
    return x, 0.5 + 0.1 * x[:, 0] + 0.02 * rng.normal(size=24)


def test_sample_space_pca_loses_nothing_that_ridge_sees(data):
    """Ridge on the coordinates equals scikit-learn's on the features."""
    x, y = data
    pca = SampleSpacePCA().fit(x[:16])
    z = pca.transform(x)
    length = np.sqrt(np.square(x[:16] - x[:16].mean(axis=0)).sum(axis=1).mean())
    ours = Ridge(alpha=0.3).fit(z[:16], y[:16]).predict(z[16:])
    centred = (x - x[:16].mean(axis=0)).astype(float) / length
    theirs = Ridge(alpha=0.3).fit(centred[:16], y[:16]).predict(centred[16:])
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_tuning_keeps_groups_together():
    groups = np.repeat(list("abcdef"), 4)
    splits = inner_splits(groups, 24, 5, 0)
    assert len(splits) == 5
    for train, test in splits:
        assert not set(groups[train]) & set(groups[test])
    assert inner_splits(np.full(24, "one"), 24, 5, 0) == []


def test_tuning_by_group_does_not_trust_recognition():
    """Three copies of each line: by sample, no penalty looks best; by line, a heavy one does."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 30)).repeat(3, axis=0)  # nearly as many features as lines
    y = rng.uniform(size=40).repeat(3)
    model = NestedGridSearch(Ridge(), {"alpha": [1e-6, 1e3]}, random_state=0)
    assert model.fit(x, y).settings_ == {"alpha": 1e-6}
    assert model.fit(x, y, groups=np.arange(40).repeat(3)).settings_ == {"alpha": 1e3}


@pytest.mark.parametrize("name", [n for n in BUILTIN if n not in {"cnn", "cnn-replicates", "rsi"}])
def test_every_predictor_does_without_luck_and_within_bounds(name, data):
    """Same seed, same prediction; three samples are enough; what is easy is learned."""
    x, y = data
    predictor = get_predictor(name)
    told = {"tissues": np.repeat(["a", "b"], 12)} if predictor.uses_tissues else {}
    first, second = (
        predictor.make(random_state=3).fit(x, y, **told).predict(x, **told) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert np.isfinite(first).all()
    few = {k: v[[0, 1, 12]] for k, v in told.items()}
    assert predictor.make(random_state=3).fit(x[:3], y[:3], **few).predict(x[:3], **few).shape == (
        3,
    )


def test_index_has_the_published_weights(shared):
    table = pd.read_csv(shared("rsi_coefficients.csv")).set_index("gene")
    for gene in GENES:
        assert gene.weight == pytest.approx(table.at[gene.symbol, "rank_coefficient"], rel=1e-12)
        assert gene.probe == table.at[gene.symbol, "u133_probe"]


def test_index_by_hand():
    """ABL1 highest (rank 10) and AR second highest, the rest falling in the order of GENES."""
    expression = {g.symbol: 8.0 - i for i, g in enumerate(GENES)}
    expression |= {"ABL1": 20.0, "AR": 15.0}
    x = np.array([list(expression.values())])
    model = RadiosensitivityIndex(tuple(expression)).fit(x, [0.5])
    # AR 9, JUN 8, STAT1 7, PRKCB 6, RELA 5, ABL1 10, SUMO1 4, PAK2 3, HDAC1 2, IRF1 1
    by_hand = (
        9 * -0.0098009 + 8 * 0.0128283 + 7 * 0.0254552 + 6 * -0.0017589 + 5 * -0.0038171
        + 10 * 0.1070213 + 4 * -0.0002509 + 3 * -0.0092431 + 2 * -0.0204469 + 1 * -0.0441683
    )  # fmt: skip
    assert model.predict(x)[0] == pytest.approx(by_hand, abs=1e-5)


def test_index_refuses_by_name_what_it_lacks():
    names = [g.probe for g in GENES if g.symbol != "IRF1"]
    assert find_genes(names)[1] == ["IRF1"]
    with pytest.raises(SettingsError, match=r"9 are measured \(not IRF1\)"):
        RadiosensitivityIndex(tuple(names)).fit(np.ones((2, 9)), [0.1, 0.2])


def test_index_refuses_values_centred_by_gene():
    panel = simulate_panel(features=10, signal_features=2)
    panel.var_names = [g.symbol for g in GENES]
    assert get_predictor("rsi").unsupported_reason(panel) is None
    panel.X = panel.X - panel.X.mean(axis=0)
    assert "centred gene by gene" in get_predictor("rsi").unsupported_reason(panel)


def test_on_its_own_test_lines_the_index_goes_the_wrong_way(shared):
    """As its caution says, of the twelve lines that its authors tested it on."""
    table = pd.read_csv(shared("eschrich2009_testset_rsi_vs_sf2.csv"))
    assert len(table) == 12
    r = np.corrcoef(table["Predicted"], table["Observed"])[0, 1]
    assert f"r {r:.2f}" in get_predictor("rsi").caution
