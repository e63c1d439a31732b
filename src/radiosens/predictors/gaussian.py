"""A Gaussian process, linear and radial, its settings chosen by the training data's likelihood.

Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, chapter 5.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel
from sklearn.pipeline import Pipeline, make_pipeline

from radiosens.predictors.base import Predictor
from radiosens.predictors.tuning import SampleSpacePCA, ignore_convergence_warnings

__all__ = ["PREDICTOR"]


class QuietProcess(GaussianProcessRegressor):  # type: ignore[misc]
    """scikit-learn's process, without warnings of settings at the edge of their range.

    A part whose variance is at its lower edge is a part that the data do not ask for.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> QuietProcess:
        """Choose settings by likelihood, and train."""
        with ignore_convergence_warnings():
            super().fit(X, y)
        return self


def _make(random_state: int, **_: Any) -> Pipeline:
    # Samples have a mean square length of one after the rotation, SF2 a variance of one.
    wide = (1e-4, 1e2)
    kernel = (
        ConstantKernel(0.3, wide) * DotProduct(0.0, "fixed")
        + ConstantKernel(0.3, wide) * RBF(1.0, "fixed")
        + WhiteKernel(0.5, (1e-2, 1e1))
    )
    process = QuietProcess(kernel, normalize_y=True, random_state=random_state)
    return make_pipeline(SampleSpacePCA(), process)


PREDICTOR = Predictor(
    name="gaussian-process",
    description="Gaussian process, linear and radial, by marginal likelihood",
    make=_make,
)
