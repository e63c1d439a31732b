"""Whether to believe an explanation: *trusted*, *unstable* or *no better than chance*."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEVEL", "STABLE", "VERDICTS", "Evidence", "Verdict", "judge"]

VERDICTS = ("trusted", "unstable", "no better than chance")

#: Of chance: what shuffled SF2 gives as often is no finding.
LEVEL = 0.05
#: With fewer models of shuffled SF2 nothing can be below that level.
LEAST_SHUFFLES = 20
#: Reliability of genes' effects below which less than half of their variance is of all donors.
STABLE = 0.5
#: Correlation with contributions of shuffled weights above which these are not of the weights.
DESTROYED = 0.5
#: Share of the variance of predictions between lineages from which a model rests on lineage.
LINEAGE = 0.5


@dataclass(frozen=True)
class Evidence:
    """What a verdict goes by; NaN where it could not be measured.

    Attributes
    ----------
    skill, skill_chance, skill_p : float
        Pearson's r of held-out predictions by line; its mean with shuffled SF2; how often
        that is as high.
    reliability, reliability_chance, reliability_p : float
        Reliability of genes' effects (`radiosens.explain.agreement.reliability`), and the same
        of chance: by halves of the donors, for models of folds share lines, and agree whatever
        SF2 is.
    genes_p : float
        How often shuffled SF2 gives as many genes that count more than by chance.
    after_shuffling : float
        Rank correlation of contributions before and after all weights were shuffled.
    lineage : float
        Share of the variance of held-out predictions that lies between haematological and
        solid lines.
    lineage_names : str
        How these are called, such as "leukaemia".
    solid_skill, solid_p : float
        As skill, of a model that has seen and is tested on solid lines alone.
    within_tissues : bool
        Whether skill is within tissues, and SF2 was shuffled within them.
    shuffles : int
        Models of shuffled SF2 that all this was compared with.
    """

    skill: float
    skill_chance: float
    skill_p: float
    reliability: float
    reliability_chance: float
    reliability_p: float
    after_shuffling: float = float("nan")
    lineage: float = float("nan")
    lineage_names: str = "leukaemia"
    solid_skill: float = float("nan")
    solid_p: float = float("nan")
    within_tissues: bool = False
    shuffles: int = 100
    genes_p: float = float("nan")


@dataclass(frozen=True)
class Verdict:
    """One of `VERDICTS`, why, and what else has to be known before a gene is read."""

    word: str
    reasons: tuple[str, ...]
    rests_on_lineage: bool = False

    @property
    def sentence(self) -> str:
        """The verdict as a line of text."""
        return f"{self.word}: {' '.join(self.reasons)}"


def judge(e: Evidence) -> Verdict:
    """Say whether an explanation can be believed.

    A model that predicts unseen donors no better than after shuffling SF2 has nothing to
    explain; nor has one that is so on solid lines alone, where there are others: what it knows is
    lineage, with all its genes. One whose halves agree on genes no better than after shuffling, or
    too little, or whose contributions outlive its weights, is unstable; so is one that too few
    models of shuffled SF2 were compared with.

    Parameters
    ----------
    e : Evidence

    Examples
    --------
    >>> judge(Evidence(0.6, -0.1, 0.01, 0.8, 0.6, 0.01, 0.0)).word
    'trusted'
    >>> judge(Evidence(0.1, -0.1, 0.3, 0.8, 0.6, 0.01, 0.0)).sentence
    'no better than chance: Unseen donors are predicted with r = 0.10 (-0.10 with shuffled SF2,
    p = 0.3).'
    """
    lineage, said = _lineage(e)
    if e.shuffles < LEAST_SHUFFLES:
        few = (
            f"It was compared with {e.shuffles} models of shuffled SF2, and it takes"
            f" {LEAST_SHUFFLES} to tell it from chance."
        )
        return Verdict(VERDICTS[1], (few, *said), lineage)
    where = " within tissues" if e.within_tissues else ""
    skill = (
        f"Unseen donors are predicted with r = {e.skill:.2f}{where} ({e.skill_chance:.2f} with"
        f" shuffled SF2, p = {e.skill_p:.2g})."
    )
    if not e.skill_p < LEVEL:
        return Verdict(VERDICTS[2], (skill, *said), lineage)
    word, first = _of_fits(e)
    if _nothing_left(e):  # lineage is all it knows: which of its genes decide SF2 can't be told
        return Verdict(VERDICTS[2], (*said, skill, first), lineage)
    if word == VERDICTS[0]:
        return Verdict(word, (*said, skill, first, *_of_genes(e)), lineage)
    return Verdict(word, (first, *said, skill), lineage)


def _of_fits(e: Evidence) -> tuple[str, str]:
    """Judge by how fits agree, and by what shuffling weights leaves."""
    if e.reliability != e.reliability:
        return VERDICTS[1], "Whether models of other donors agree was not measured."
    stable = (
        f"Models of two halves of the donors give genes' effects a reliability of"
        f" {e.reliability:.2f} ({e.reliability_chance:.2f} with shuffled SF2,"
        f" p = {e.reliability_p:.2g})."
    )
    if not e.reliability_p < LEVEL or e.reliability < STABLE:
        return VERDICTS[1], stable
    if abs(e.after_shuffling) > DESTROYED:
        return VERDICTS[1], (
            f"Contributions keep a rank correlation of {e.after_shuffling:.2f} when the model's"
            " weights are shuffled: they say little of the model."
        )
    return VERDICTS[0], stable


def _of_genes(e: Evidence) -> tuple[str, ...]:
    """Say so if a model can be believed as a whole, and none of its genes by itself."""
    if not e.genes_p >= LEVEL:
        return ()
    return (
        f"No more genes count than with shuffled SF2 (p = {e.genes_p:.2g}): it rests on many, and"
        " none of them can be named.",
    )


def _nothing_left(e: Evidence) -> bool:
    """Tell a model that knows something of all lines, and nothing of solid ones."""
    compared = e.shuffles >= LEAST_SHUFFLES and e.solid_p == e.solid_p
    return compared and e.skill_p < LEVEL and not e.solid_p < LEVEL


def _lineage(e: Evidence) -> tuple[bool, tuple[str, ...]]:
    """Say so if a model tells lineages apart and nothing else."""
    share = e.lineage == e.lineage and e.lineage >= LINEAGE
    nothing_left = _nothing_left(e)
    if not share and not nothing_left:
        return False, ()
    said = []
    if share:
        said.append(
            f"This rests on being a {e.lineage_names}: {e.lineage:.0%} of the variance of"
            " predictions lies between those and other lines.".replace("%", " %")
        )
    if nothing_left:
        first = "" if share else f"This rests on being a {e.lineage_names}: "
        said.append(
            f"{first}{'w' if first else 'W'}ithout these, unseen donors are predicted no better"
            f" than with shuffled SF2 (r = {e.solid_skill:.2f}, p = {e.solid_p:.2g}).".replace(
                "nan, p", "unknown, p"
            )
        )
    return True, tuple(said)
