from __future__ import annotations

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from radiosens.predictors.lowrank import PENALTIES, LowRankKernel, _distances, _solve


@pytest.fixture
def hidden():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(90, 3))
    x = scores @ rng.normal(size=(3, 120)) + 0.3 * rng.normal(size=(90, 120))
    return scores, x.astype("float32")


def test_gaps_cost_little_where_what_is_left_tells_the_same(hidden):
    scores, x = hidden
    y = scores[:, 0]
    gaps = np.where(np.random.default_rng(1).random(x.shape) < 0.6, np.nan, x)
    whole, part = (
        np.corrcoef(LowRankKernel(ranks=(3,)).fit(v[:60], y[:60]).predict(v[60:]), y[60:])[0, 1]
        for v in (x, gaps)
    )
    assert whole > 0.85
    assert part > whole - 0.1


def test_a_sample_without_values_gets_no_opinion_of_its_own(hidden):
    scores, x = hidden
    model = LowRankKernel(ranks=(3,)).fit(x, scores[:, 0])
    nothing = np.full((1, 120), np.nan, dtype="float32")
    assert model.predict(nothing) == pytest.approx(model.predict(model.mean_[None]), abs=1e-9)


def test_it_is_kernel_ridge_regression_of_scikit_learn(hidden):
    scores, x = hidden
    y = scores[:, 0] + 5
    model = LowRankKernel(ranks=(3,)).fit(x[:60], y[:60])
    own = model.scores_[0].astype(float)
    theirs = KernelRidge(
        alpha=model.penalties_[0], kernel="precomputed"
    ).fit(np.exp(-_distances(own, own) / model.width_[0]), y[:60] - y[:60].mean())  # fmt: skip
    np.testing.assert_allclose(model.weights_[:, 0], theirs.dual_coef_, rtol=1e-5, atol=1e-7)


def test_penalties_are_chosen_by_errors_on_groups_really_left_out():
    rng = np.random.default_rng(2)
    z = rng.normal(size=(24, 5))
    kernel, y, owner = z @ z.T, z[:, 0] + rng.normal(size=24), np.repeat(np.arange(12), 2)
    y -= y.mean()
    values = np.linalg.eigvalsh(kernel)
    errors = []
    for penalty in PENALTIES * values.mean():
        left = np.empty(24)
        for g in range(12):
            out = owner == g
            weights = np.linalg.solve(
                kernel[np.ix_(~out, ~out)] + penalty * np.eye(22), y[~out]
            )  # fmt: skip
            left[out] = y[out] - kernel[np.ix_(out, ~out)] @ weights
        errors.append(np.square(left).mean())
    expected = (PENALTIES * values.mean())[int(np.argmin(errors))]
    assert _solve(*np.linalg.eigh(kernel), y, owner)[0] == pytest.approx(expected, rel=1e-6)


def test_copies_are_not_trusted_where_they_are_named_as_one_group():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 40)).repeat(2, axis=0), rng.normal(size=30).repeat(2)
    alone = LowRankKernel(ranks=(20,)).fit(x, y)
    named = LowRankKernel(ranks=(20,)).fit(x, y, groups=np.arange(30).repeat(2))
    assert named.penalties_[0] > 100 * alone.penalties_[0]


def test_several_targets_are_learned_by_what_they_share(hidden):
    scores, x = hidden
    rng = np.random.default_rng(3)
    noisy = scores[:, :1] + rng.normal(0, 1.0, size=(90, 6))
    together = LowRankKernel(ranks=(3,), components=1).fit(x[:60], noisy[:60])
    alone = LowRankKernel(ranks=(3,), components=None).fit(x[:60], noisy[:60])
    error = [np.square(m.predict(x[60:]) - scores[60:, :1]).mean() for m in (together, alone)]
    assert error[0] < error[1]


def test_only_training_teaches(hidden):
    """A tested sample's values don't move what another one gets."""
    scores, x = hidden
    model = LowRankKernel(ranks=(3,)).fit(x[:60], scores[:60, 0])
    both = model.predict(x[60:62])
    np.testing.assert_allclose(model.predict(np.stack([x[60], 9 * x[70]]))[0], both[0], rtol=1e-9)


def test_a_model_of_some_features_says_what_the_whole_says_without_the_others(hidden):
    scores, x = hidden
    model = LowRankKernel(ranks=(3,)).fit(x[:60], scores[:60, 0])
    some = np.arange(0, 120, 2)
    gaps = np.full_like(x[60:], np.nan)
    gaps[:, some] = x[60:][:, some]
    part = model.on_features(some)
    np.testing.assert_allclose(part.predict(x[60:][:, some]), model.predict(gaps), rtol=1e-9)
