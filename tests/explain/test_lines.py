"""What a model of many tables rests on within tissues."""

from __future__ import annotations

import numpy as np
import pytest

from radiosens.explain.lines import _orders, figures_within_tissues
from radiosens.explain.pathways import pathways
from radiosens.explain.sets import GeneSets
from radiosens.explain.verdict import judge
from radiosens.models.line_data import TARGETS, LineData
from radiosens.preprocessing.platforms import Block
from radiosens.report.explain.of_models import explain_model

DESIGN = {"ranks": (6,), "components": 2}


def world(weight, seed=0):
    """90 lines of three tissues, 60 genes of which 12 go with a trait, 5 proteins; gaps."""
    rng = np.random.default_rng(seed)
    tissue = np.repeat([0, 1, 2], 30)
    traits = rng.normal(size=(90, 4))
    loads = rng.normal(size=(4, 60))
    loads[0] = np.where(np.arange(60) < 12, 2.0, 0.0)
    x = (traits @ loads + 2 * tissue[:, None] + rng.normal(size=(90, 60))).astype(np.float32)
    x[:20, 30:] = np.nan
    proteins = rng.normal(size=(90, 5)).astype(np.float32)
    score = 0.15 * tissue + weight * traits[:, 0] + 0.05 * rng.normal(size=90)
    names = [f"G{i}" for i in range(60)] + [f"protein:P{i}" for i in range(5)]
    blocks = (
        Block("array", "genes", np.arange(60), x),
        Block("rppa", "proteins", np.arange(60, 65), proteins),
    )
    return LineData(
        blocks, tuple(names), np.array([f"L{i}" for i in range(90)]),
        np.array([f"D{i // 2}" for i in range(90)]), np.array(["lung", "skin", "bone"])[tissue],
        0.4 + score[:, None] * np.linspace(1, 0.5, len(TARGETS)),
    )  # fmt: skip


def test_what_decides_within_tissues_is_found_and_no_more():
    data = world(0.2)
    figures = figures_within_tissues(data, DESIGN, folds=2, shuffles=60)
    assert figures.error < 1e-9
    assert figures.skill[0] > 0.4 > np.quantile(figures.skill[1:], 0.95)
    table = pathways(figures.z, figures.names, SETS)
    assert table["set"][0] == "trait"
    assert table["fdr"][0] < 0.05
    assert (table["fdr"][1:] > 0.05).all()


SETS = GeneSets(
    {"trait": tuple(f"G{i}" for i in range(12))}
    | {f"other {k}": tuple(f"G{i}" for i in range(12 + 12 * k, 24 + 12 * k)) for k in range(4)}
)


def test_differences_between_tissues_are_no_skill_within_them():
    figures = figures_within_tissues(world(0.0, seed=2), DESIGN, folds=2, shuffles=20)
    assert figures.p_of("skill") > 0.05
    assert (pathways(figures.z, figures.names, SETS)["fdr"] > 0.05).all()


def test_survival_stays_in_its_tissue():
    tissues = np.repeat(["a", "b", "c"], [5, 1, 9])
    for order in _orders(tissues, 3, 0):
        assert (tissues[order] == tissues).all()
        assert sorted(order) == list(range(15))


def test_no_donor_is_on_both_sides():
    from radiosens.explain.lines import _fold

    data = world(0.1)
    training = np.arange(90) != 0  # whose donor has another line in training
    with pytest.raises(AssertionError):
        _fold(data, training, DESIGN, [np.arange(90)], 0)


def test_the_shipped_model_of_lines_is_explained_within_tissues(tmp_path):
    found = explain_model(model="yard", folds=2, shuffles=1, out=tmp_path / "why")
    assert any("within tissues" in s for s in found.sentences)
    assert judge(found.evidence) == found.verdict
    assert (tmp_path / "why" / "genes.csv").exists()
