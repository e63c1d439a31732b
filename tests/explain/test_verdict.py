from __future__ import annotations

from dataclasses import replace

from radiosens.explain.verdict import VERDICTS, Evidence, judge

GOOD = Evidence(0.6, -0.1, 0.01, 0.8, 0.6, 0.01, 0.0)
TRUSTED, UNSTABLE, CHANCE = VERDICTS


def test_each_verdict_has_its_reason_first():
    cases = [
        (GOOD, TRUSTED, "Unseen donors"),
        (replace(GOOD, skill_p=0.2), CHANCE, "Unseen donors"),
        (replace(GOOD, reliability_p=0.2), UNSTABLE, "Models of two halves"),
        (replace(GOOD, reliability=0.3), UNSTABLE, "Models of two halves"),
        (replace(GOOD, reliability=float("nan")), UNSTABLE, "Whether models"),
        (replace(GOOD, after_shuffling=0.7), UNSTABLE, "Contributions keep"),
        (replace(GOOD, solid_skill=0.0, solid_p=0.5), CHANCE, "This rests on being a leukaemia"),
        (replace(GOOD, lineage=0.9), TRUSTED, "This rests on being a leukaemia"),
        (replace(GOOD, skill_p=float("nan")), CHANCE, "Unseen donors"),
        (replace(GOOD, shuffles=19), UNSTABLE, "It was compared with 19 models"),
    ]
    for evidence, word, first in cases:
        verdict = judge(evidence)
        assert (verdict.word, verdict.reasons[0][: len(first)]) == (word, first)


def test_lineage_is_told_with_any_verdict():
    for evidence in (replace(GOOD, lineage=0.9, skill_p=0.5), replace(GOOD, lineage=0.9)):
        verdict = judge(evidence)
        assert verdict.rests_on_lineage
        assert "90 % of the variance" in verdict.sentence
    assert not judge(replace(GOOD, lineage=0.2, solid_skill=0.4, solid_p=0.01)).rests_on_lineage


def test_a_model_that_knows_nothing_does_not_rest_on_lineage():
    """Such as the mean: that nothing is left without leukaemia is then no news."""
    nothing = replace(GOOD, skill=-0.1, skill_p=0.6, lineage=0.1, solid_skill=-0.1, solid_p=0.6)
    assert not judge(nothing).rests_on_lineage
    assert "leuk" not in judge(nothing).sentence


def test_a_model_of_many_genes_names_none():
    assert "none of them can be named" in judge(replace(GOOD, genes_p=0.3)).sentence
    assert "named" not in judge(replace(GOOD, genes_p=0.01)).sentence
