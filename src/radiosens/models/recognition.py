"""Recognition: whether a new sample is one of the lines that a model was trained on.

Similarity alone does not tell: a line of another donor and the same lineage looks as much alike
as the same line in another laboratory. What tells is what a line has for itself. From each
training line, and from the new sample, all is taken out that the lines of *other* donors explain
(ridge regression of the profile on theirs), and what is left is correlated: the private similarity.

Over 113 arrays and libraries of NCI-60 lines on HG-U133 Plus 2.0 and by sequencing, against
HG-U133A, it was 0.33 or more for each one's own line and 0.22 or less for all lines of other donors
(``docs/prediction.md``). A line that stands alone in its lineage is an exception: nothing in
training explains what it shares with its kind. Five other myeloid lines have 0.40 to 0.49 with
HL-60, the only one of training, and MOLT-4 has up to 0.59 with CCRF-CEM once it is taken out of
training itself. So it takes more to recognise a haematological line, and still more where others
explain little of it. The bars were set with these figures in view.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.preprocessing.products import products
from radiosens.preprocessing.scaling import Matrix

__all__ = ["RECOGNISED", "RECOGNISED_BLOOD", "UNSURE", "LineMemory", "Recognition"]

#: Private similarity from which a line is recognised, and from which it might be.
RECOGNISED, UNSURE = 0.32, 0.22
#: The same for lines of leukaemia, lymphoma and myeloma, and where such a line stands alone.
RECOGNISED_BLOOD, RECOGNISED_ALONE, UNSURE_BLOOD = 0.50, 0.60, 0.35
#: A line stands alone if lines of other donors leave more than this share of its length.
ALONE = 0.55
#: Private similarity to a second line, of another donor, from which a sample may be a mixture.
MIXED = 0.28
#: Features compared, those that vary most in training.
FEATURES = 2_000
#: Penalty, where profiles have a mean square length of one.
PENALTY = 0.1
#: With fewer features in common nothing is said.
LEAST_FEATURES = 500


@dataclass(frozen=True)
class Recognition:
    """What each new sample looks like.

    Attributes
    ----------
    line, runner_up : array of str, shape (samples,)
        The line of the highest private similarity, and the next of another donor.
    similarity, next_similarity : array of float, shape (samples,)
        Theirs.
    answer : array of str, shape (samples,)
        ``yes``, ``unsure`` or ``no``.
    """

    line: NDArray[np.str_]
    similarity: NDArray[np.float64]
    runner_up: NDArray[np.str_]
    next_similarity: NDArray[np.float64]
    answer: NDArray[np.str_]


@dataclass(frozen=True)
class LineMemory:
    """The lines of training, as far as some features tell them.

    Attributes
    ----------
    profiles : array of shape (lines, features)
        Log2 expression on the features that new samples have.
    lines, donors, tissues : array of str, shape (lines,)

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(6, 800)).astype("float32")
    >>> names = np.array(list("abcdef"))
    >>> memory = LineMemory(x, names, names, np.full(6, "Lung"))
    >>> found = memory.look_up(x[:1] + 0.1)
    >>> str(found.line[0]), str(found.answer[0])
    ('a', 'yes')
    """

    profiles: Matrix
    lines: NDArray[np.str_]
    donors: NDArray[np.str_]
    tissues: NDArray[np.str_]

    def look_up(self, x: Matrix) -> Recognition:
        """Compare new samples with every line.

        Parameters
        ----------
        x : array of shape (samples, features)
            Brought to training's quantiles; NaN where missing.
        """
        scores = self.similarities(x)
        rows = np.arange(len(x))
        best = scores.argmax(axis=1)
        others = np.where(self.donors[None, :] == self.donors[best][:, None], -np.inf, scores)
        second = others.argmax(axis=1)
        top = scores[rows, best]
        blood = np.array([is_haematological(t) for t in self.tissues])[best]
        alone = self._operators[2][best] > ALONE
        of_blood = np.where(alone, RECOGNISED_ALONE, RECOGNISED_BLOOD)
        sure = np.where(blood, of_blood, RECOGNISED)
        perhaps = np.where(blood, UNSURE_BLOOD, UNSURE)
        mixed = others[rows, second] >= MIXED
        answer = np.where((top >= sure) & ~mixed, "yes", np.where(top >= perhaps, "unsure", "no"))
        if self.profiles.shape[1] < LEAST_FEATURES or len(set(self.donors)) < 3:
            answer[:] = "no"
        return Recognition(self.lines[best], top, self.lines[second], others[rows, second], answer)

    def similarities(self, x: Matrix) -> NDArray[np.float64]:
        """Return the private similarity of each sample to each line: (samples, lines)."""
        own, mean, features = self._centred
        new = x[:, features] - mean
        new = np.where(np.isnan(new), 0, new).astype(np.float64)
        new -= new.mean(axis=1, keepdims=True)
        adjoint, forms, _ = self._operators
        along = products(new, own)  # (samples, lines)
        lengths = np.square(new).sum(axis=1)
        scores = products(new, adjoint)
        for donor, form in forms.items():
            left = lengths - (products(along, form) * along).sum(axis=1)
            scores[:, self.donors == donor] /= np.sqrt(np.maximum(left, 1e-12 + 1e-9 * lengths))[
                :, None
            ]
        clipped: NDArray[np.float64] = np.clip(scores, -1, 1)
        return clipped

    @cached_property
    def _centred(self) -> tuple[NDArray[np.float64], Matrix, NDArray[np.intp]]:
        """Return lines above the mean on the features that vary most, the mean, the features."""
        spread = self.profiles.std(axis=0, dtype=np.float64)
        features = np.sort(np.argsort(-spread, kind="stable")[:FEATURES])
        kept = self.profiles[:, features]
        mean = kept.mean(axis=0)
        own = (kept - mean).astype(np.float64)
        return own - own.mean(axis=1, keepdims=True), mean, features

    @cached_property
    def _operators(
        self,
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]], NDArray[np.float64]]:
        """Return what a residual's product and length are computed from, and each line's own.

        With ``X`` the lines of other donors and ``A = (X X' + λ)⁻¹``, the residual of a profile
        ``y`` is ``y - X' A X y``: its product with a line's own residual ``r`` is
        ``y · (r - X' A X r)``, and its squared length ``y·y - (X y)' (2 A - A X X' A) (X y)``.
        The third is the share of each line's length that its residual has.
        """
        own = self._centred[0]
        gram = own @ own.T
        penalty = PENALTY * max(float(np.trace(gram)) / len(own), 1e-12)
        adjoint, forms, left = np.zeros_like(own), {}, np.ones(len(own))
        for donor in dict.fromkeys(self.donors.tolist()):
            mine = self.donors == donor
            others = np.flatnonzero(~mine)
            assert donor not in set(self.donors[others])
            inner = gram[np.ix_(others, others)]
            inverse = np.linalg.inv(inner + penalty * np.eye(len(others)))
            form = np.zeros_like(gram)
            form[np.ix_(others, others)] = 2 * inverse - inverse @ inner @ inverse
            forms[donor] = form
            for j in np.flatnonzero(mine):
                private = own[j] - (inverse @ gram[others, j]) @ own[others]
                length = max(float(np.linalg.norm(private)), 1e-12)
                left[j] = length / max(float(np.linalg.norm(own[j])), 1e-12)
                back = (inverse @ (own[others] @ private)) @ own[others]
                adjoint[j] = (private - back) / length
        return adjoint, forms, left
