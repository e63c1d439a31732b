from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from radiosens.explain.evidence import evidence_of, model_figures
from radiosens.explain.fits import ExplainFit, ExplainInputs, explain_fit
from radiosens.explain.genes import GeneIndex
from radiosens.explain.model import plan
from radiosens.explain.pathways import pathways, significant_by_chance
from radiosens.explain.sets import GeneSets
from radiosens.explain.verdict import judge
from radiosens.models.training import samples_of
from radiosens.predictors import Predictor, registry
from radiosens.sources.simulated import simulate_panel


@pytest.fixture(scope="module", autouse=True)
def untuned():
    """A ridge regression without tuning, for hundreds of fits."""
    predictor = Predictor("untuned", "ridge", lambda random_state, **_: Ridge(alpha=30.0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry._registered, "untuned", predictor)
        yield


@pytest.fixture(scope="module")
def planted():
    """120 lines whose SF2 rests on two sets of ten of 80 genes."""
    panel = simulate_panel(features=80, tissues=8, lines_per_tissue=15, replicates=1)
    samples = samples_of(panel, "features")
    score = samples.x[:, :10].sum(axis=1) - samples.x[:, 10:20].sum(axis=1)
    score = (score - score.mean()) / score.std()
    names = samples.features
    sets = {"up": names[:10], "down": names[10:20]}
    sets |= {f"other {i}": names[20 + 10 * i : 30 + 10 * i] for i in range(6)}
    return replace(samples, sf2=0.02 + 0.9 / (1 + np.exp(-score))), GeneSets(sets)


@pytest.fixture(scope="module")
def figures(planted, untuned):
    samples, _ = planted
    inputs = ExplainInputs(samples, GeneIndex.of(samples.features), "untuned")
    return model_figures(inputs, folds=3, shuffles=30)


def test_planted_genes_and_sets_are_found_and_no_others(figures, planted):
    whole, solid = figures
    assert solid is None
    names = planted[0].features
    assert len(set(whole.genes["gene"][:20]) & set(names[:20])) >= 16
    table = pathways(whole.z, whole.names, planted[1])
    assert set(table.loc[table["fdr"] < 0.05, "set"]) == {"up", "down"}
    assert whole.error < 1e-4


def test_a_model_that_has_learned_something_is_trusted(figures):
    verdict = judge(evidence_of(*figures))
    assert verdict.word == "trusted"
    assert not verdict.rests_on_lineage


def test_shuffled_weights_destroy_contributions(figures):
    _, signed, _ = figures[0].layers[-1]
    assert abs(signed) < 0.3


def test_shuffled_labels_give_no_significant_set(figures, planted):
    whole, _ = figures
    assert significant_by_chance(whole.z, whole.names, planted[1]) <= 0.05


def test_labels_shuffled_between_donors_are_no_better_than_chance(planted):
    samples, sets = planted
    rng = np.random.default_rng(0)
    noise = replace(samples, sf2=rng.permutation(samples.sf2))
    inputs = ExplainInputs(noise, GeneIndex.of(noise.features), "untuned")
    whole, solid = model_figures(inputs, folds=2, shuffles=20)
    assert judge(evidence_of(whole, solid)).word == "no better than chance"
    assert (pathways(whole.z, whole.names, sets)["fdr"] > 0.05).all()


def test_a_predictor_of_lineage_says_that_it_rests_on_lineage():
    panel = simulate_panel(features=100, tissues=6, lines_per_tissue=8, replicates=1)
    samples = samples_of(panel, "features")
    blood = samples.tissues == "simulated tissue 1"
    tissues = np.where(blood, "Leukemia", samples.tissues)
    x = samples.x + 2 * blood[:, None] * (np.arange(100) < 30)
    noise = np.random.default_rng(0).normal(0, 0.03, len(x))
    leukaemic = replace(samples, x=x, tissues=tissues, sf2=np.where(blood, 0.15, 0.6) + noise)
    for name in ("untuned", "two-means"):
        inputs = ExplainInputs(leukaemic, GeneIndex.of(samples.features), name)
        verdict = judge(evidence_of(*model_figures(inputs, folds=2, shuffles=20)))
        assert verdict.rests_on_lineage
        assert "This rests on being a leukemia" in verdict.sentence


def test_no_donor_is_on_both_sides(planted):
    samples, _ = planted
    for one in plan(samples, folds=3, shuffles=1):
        for train, test in one.folds:
            assert not set(samples.donors[list(train)]) & set(samples.donors[list(test)])
    inputs = ExplainInputs(samples, GeneIndex.of(samples.features), "mean")
    with pytest.raises(AssertionError):
        explain_fit(inputs, ExplainFit((((0, 1, 2), (2,)),)))
