from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from radiosens.predictors import get_predictor
from radiosens.predictors.lineage import LineageMean
from radiosens.predictors.radiosens import MODELS, SimplestSupported
from radiosens.predictors.within import Setting, sides_of
from radiosens.predictors.within_ridge import WithinLineageRidge


@parametrize_with_checks(
    [LineageMean(), WithinLineageRidge(random_state=0), SimplestSupported(random_state=0)]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    tissues = np.array(["AML"] * 8 + ["Lung"] * 16 + ["Skin"] * 16)
    x = rng.normal(size=(40, 90))
    x[:8] += 1.0
    return rng, x, tissues


def test_two_means_by_hand():
    x = np.zeros((5, 1))
    model = LineageMean().fit(
        x, [0.1, 0.3, 0.5, 0.6, 0.7], tissues=["AML", "plasma cell", "Lung", "blood vessel", "?"]
    )
    found = model.predict(x[:3], tissues=["Burkitt lymphoma", "bone", "unknown"])
    assert found == pytest.approx([0.2, 0.6, 0.6])


def test_a_lineage_that_training_lacks_gets_the_mean_of_all():
    model = LineageMean().fit(np.zeros((2, 1)), [0.4, 0.6], tissues=["Lung", "Skin"])
    assert model.predict(np.zeros((1, 1)), tissues=["CLL"]) == pytest.approx([0.5])


def test_ridge_within_lineages_is_a_regression_with_free_lineage_means(data):
    """Ridge by scikit-learn, lineages as columns that are hardly penalised, gives the same."""
    rng, x, tissues = data
    y = 0.1 * x[:, 0] + 0.3 * (tissues == "AML") + 0.05 * rng.normal(size=40)
    train = np.arange(40) % 4 > 0
    sides = sides_of(x[train], tissues[train], x[~train], tissues[~train])
    ours = sides.predict(y[train][:, None], Setting(penalty=5.0))[:, 0]
    blood = (tissues == "AML")[:, None] * 1e5
    wide = np.hstack([x, blood])
    theirs = Ridge(alpha=5.0).fit(wide[train], y[train]).predict(wide[~train])
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_with_everything_shrunken_away_it_is_two_means(data):
    rng, x, tissues = data
    y = rng.uniform(size=40)
    model = WithinLineageRidge((np.inf,), (0.0,), 0).fit(x, y, tissues=tissues)
    means = LineageMean().fit(x, y, tissues=tissues)
    np.testing.assert_allclose(
        model.predict(x, tissues=tissues), means.predict(x, tissues=tissues), rtol=1e-12
    )


@pytest.mark.parametrize(
    "name",
    [
        "lineage-mean",
        "tissue-mean",
        "lineage-tissue",
        "lineage-ridge",
        "radiosens",
        "ridge",
        "pca-ridge",
        "nearest",
    ],
)
def test_many_sf2_at_once_are_as_one_after_the_other(data, name):
    rng, x, tissues = data
    targets = np.column_stack(
        [
            rng.uniform(size=40),
            0.5 + 0.2 * x[:, 0],
            np.where(tissues == "AML", 0.1, 0.6) + 0.02 * rng.normal(size=40),
            np.where(tissues == "Lung", 0.3, 0.6) + 0.02 * rng.normal(size=40),
        ]
    )
    train = np.arange(40) % 4 > 0
    groups = np.repeat(np.arange(20), 2)[train]
    predictor = get_predictor(name)
    told = {"tissues": tissues[train]} if predictor.uses_tissues else {}
    later = {"test_tissues": tissues[~train]} if predictor.uses_tissues else {}
    told |= {"groups": groups} if predictor.tuned else {}
    each = predictor.make(random_state=5).predict_each(
        x[train], targets[train], x[~train], **told, **later
    )
    model = predictor.make(random_state=5)
    models = model.fit_each(x[train], targets[train], **told) if hasattr(model, "fit_each") else []
    for i in range(targets.shape[1]):
        model = predictor.make(random_state=5).fit(x[train], targets[train, i], **told)
        one = model.predict(x[~train], **({"tissues": tissues[~train]} if later else {}))
        np.testing.assert_allclose(each[:, i], one, rtol=1e-6, atol=1e-9)
        if models:
            again = models[i].predict(x[~train], **({"tissues": tissues[~train]} if later else {}))
            np.testing.assert_allclose(again, one, rtol=1e-6, atol=1e-9)


def test_two_means_where_expression_shows_nothing(data):
    rng, x, tissues = data
    y = np.where(tissues == "AML", 0.1, 0.6) + 0.1 * rng.normal(size=40)
    model = SimplestSupported(random_state=0).fit(x, y, tissues=tissues)
    assert model.choice_ == "two means"
    assert model.reason_.startswith("it is two means")
    assert len(np.unique(model.predict(x, tissues=tissues).round(12))) == 2


def test_the_mean_where_nothing_shows_anything(data):
    rng, x, _ = data
    model = SimplestSupported(random_state=0).fit(x, rng.uniform(size=40), tissues=["Lung"] * 40)
    assert model.choice_ == "the mean"
    assert set(model.comparisons_) == {"the mean", "expression"}


def test_tissue_and_expression_where_they_earn_it(data):
    rng, x, tissues = data
    noise = 0.02 * rng.normal(size=40)
    by_tissue = np.select([tissues == "AML", tissues == "Lung"], [0.1, 0.4], 0.8) + noise
    assert (
        SimplestSupported(random_state=0).fit(x, by_tissue, tissues=tissues).choice_
        == "two means and tissue"
    )
    strong = np.hstack([x[:, :3] * 5, x])
    model = SimplestSupported(random_state=0).fit(
        strong, 0.5 + 0.1 * x[:, 0] + noise / 4, tissues=["Lung"] * 40
    )
    assert model.choice_ == "expression"
    assert "its squared error is lower by" in model.reason_


def test_standard_errors_are_of_differences_between_donors(data):
    """By hand: the mean squared difference and its standard error, one sample a donor."""
    rng, x, tissues = data
    model = SimplestSupported(random_state=0).fit(x, rng.uniform(size=40), tissues=tissues)
    for c in model.comparisons_.values():
        assert c.excess >= 0
        assert (c.standard_error == 0) == (c.excess == 0)
    best = min(model.comparisons_.values(), key=lambda c: c.error)
    within = [
        n for n in MODELS if (c := model.comparisons_.get(n)) and c.excess <= c.standard_error
    ]
    assert model.choice_ == within[0]
    assert best.excess == 0
