"""Models of cell survival: how the surviving fraction falls with dose.

=========  ==========================================================  ===================
name       surviving fraction at dose D (Gy)                           parameters
=========  ==========================================================  ===================
linear     exp(-αD)                                                    α (1/Gy)
lq         exp(-αD - βD²)                                              α (1/Gy), β (1/Gy²)
lql        lq up to the dose D_T, beyond it straight on with its       α, β, D_T (Gy)
           slope there, α + 2βD_T
shmt       1 - (1 - exp(-D/D0))^n                                      n, D0 (Gy)
=========  ==========================================================  ===================

Sources: linear-quadratic, Fowler 1989, Br J Radiol 62:679; linear-quadratic-linear, Astrahan
2008, Med Phys 35:4161; single-hit multi-target, Puck and Marcus 1956, J Exp Med 103:653.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from radiosens.errors import SettingsError

__all__ = ["MODELS", "Model", "model_named"]

Array = npt.NDArray[np.floating[Any]]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


@dataclass(frozen=True)
class Model:
    """One model of survival.

    Attributes
    ----------
    name, title : str
        Short name for options and tables; name for sentences.
    parameters : tuple of str
        In the order of the vectors ``theta``.
    positive : tuple of bool
        Whether a parameter can't be negative, so that its interval is made on the log scale.
    log_survival : callable
        ``(theta, dose)`` to the natural logarithm of the surviving fraction; dose in Gy.
    gradient : callable
        ``(theta, dose)`` to its derivatives by the parameters, doses × parameters.
    dose_at : callable
        ``(theta, survival)`` to the dose in Gy, NaN where the curve never gets there.
    mean_inactivation_dose : callable
        ``theta`` to the area under the whole curve in Gy, NaN where it has none.
    basis : callable, optional
        For models that are linear in their parameters: doses to the columns that α and β
        multiply.
    """

    name: str
    title: str
    parameters: tuple[str, ...]
    positive: tuple[bool, ...]
    log_survival: Callable[[Array, Array], Array] = field(repr=False)
    gradient: Callable[[Array, Array], Array] = field(repr=False)
    dose_at: Callable[[Array, float], float] = field(repr=False)
    mean_inactivation_dose: Callable[[Array], float] = field(repr=False)
    basis: Callable[[Array], Array] | None = field(default=None, repr=False)

    def area(self, theta: Array, top: float) -> float:
        """Return the area under the curve from 0 to `top` Gy, in Gy.

        Examples
        --------
        >>> round(MODELS["linear"].area(np.array([0.5]), 4.0), 4)  # (1 - exp(-2)) / 0.5
        1.7293
        """
        dose = top * (_NODES + 1) / 2
        with np.errstate(over="ignore"):
            return float(top / 2 * _WEIGHTS @ np.exp(self.log_survival(theta, dose)))


def _lq_log(theta: Array, dose: Array) -> Array:
    effect: Array = theta[0] * dose + theta[1] * dose**2
    return -effect


def _lq_basis(dose: Array) -> Array:
    return np.column_stack([-dose, -(dose**2)])


def _lq_dose(theta: Array, survival: float) -> float:
    """Solve αD + βD² = -ln S for the first positive dose, in the form that stands β = 0."""
    alpha, beta = theta
    effect = -np.log(survival)
    under_root = alpha**2 + 4 * beta * effect
    below = alpha + np.sqrt(under_root) if under_root >= 0 else np.nan
    return float(2 * effect / below) if below > 0 else np.nan


def _lq_mid(theta: Array) -> float:
    """Integrate exp(-αD - βD²) over all doses (Fertil et al. 1984, Radiat Res 99:73)."""
    from scipy.special import erfcx

    alpha, beta = theta
    if beta < 0 or (beta == 0 and alpha <= 0):
        return np.nan
    steepness = alpha / (2 * np.sqrt(beta)) if beta > 0 else np.inf
    if steepness > 1e7:  # erfcx(x) is 1 / (x √π) there
        return float(1 / alpha)
    mid = np.sqrt(np.pi / (4 * beta)) * erfcx(steepness)
    return float(mid) if np.isfinite(mid) else np.nan


def _linear_dose(theta: Array, survival: float) -> float:
    return float(-np.log(survival) / theta[0]) if theta[0] > 0 else np.nan


def _lql_log(theta: Array, dose: Array) -> Array:
    alpha, beta, turn = theta
    low = np.minimum(dose, turn)
    beyond = np.maximum(dose - turn, 0.0)
    effect: Array = alpha * low + beta * low**2 + (alpha + 2 * beta * turn) * beyond
    return -effect


def _lql_gradient(theta: Array, dose: Array) -> Array:
    _, beta, turn = theta
    low = np.minimum(dose, turn)
    beyond = np.maximum(dose - turn, 0.0)
    return np.column_stack([-dose, -(low**2) - 2 * turn * beyond, -2 * beta * beyond])


def _lql_dose(theta: Array, survival: float) -> float:
    alpha, beta, turn = theta
    dose = _lq_dose(theta[:2], survival)
    if dose <= turn:
        return dose
    slope = alpha + 2 * beta * turn
    at_turn = alpha * turn + beta * turn**2
    return float(turn + (-np.log(survival) - at_turn) / slope) if slope > 0 else np.nan


def _lql_mid(theta: Array) -> float:
    alpha, beta, turn = theta
    slope = alpha + 2 * beta * turn
    if slope <= 0:
        return np.nan
    below = MODELS["lq"].area(theta[:2], float(turn))
    return float(below + np.exp(-(alpha * turn + beta * turn**2)) / slope)


def _shmt_parts(theta: Array, dose: Array) -> tuple[Array, Array, Array]:
    """Return exp(-D/D0), log(1 - exp(-D/D0)) and the log of survival."""
    n, d0 = theta
    unhit = np.exp(-dose / d0)
    with np.errstate(divide="ignore"):
        log_hit = np.log1p(-unhit)
        return unhit, log_hit, np.log(-np.expm1(n * log_hit))


def _shmt_log(theta: Array, dose: Array) -> Array:
    return _shmt_parts(theta, np.asarray(dose, dtype=float))[2]


def _shmt_gradient(theta: Array, dose: Array) -> Array:
    n, d0 = theta
    columns = np.zeros((len(dose), 2))  # at 0 Gy every curve starts from 1
    given = dose > 0
    unhit, log_hit, log_survival = _shmt_parts(theta, dose[given])
    survival = np.exp(log_survival)
    columns[given, 0] = -np.exp(n * log_hit) * log_hit / survival
    slope = n * np.exp((n - 1) * log_hit) * unhit * dose[given] / d0**2
    columns[given, 1] = slope / survival
    return columns


def _shmt_dose(theta: Array, survival: float) -> float:
    n, d0 = theta
    return float(-d0 * np.log(-np.expm1(np.log1p(-survival) / n)))


def _shmt_mid(theta: Array) -> float:
    from scipy.special import digamma

    n, d0 = theta
    return float(d0 * (digamma(n + 1) + np.euler_gamma))


#: The models by their names.
MODELS = {
    "linear": Model(
        "linear",
        "linear",
        ("alpha",),
        (False,),
        lambda theta, dose: -theta[0] * dose,
        lambda _, dose: -dose[:, None],
        _linear_dose,
        lambda theta: float(1 / theta[0]) if theta[0] > 0 else np.nan,
        lambda dose: -dose[:, None],
    ),
    "lq": Model(
        "lq",
        "linear-quadratic",
        ("alpha", "beta"),
        (False, False),
        _lq_log,
        lambda _, dose: _lq_basis(dose),
        _lq_dose,
        _lq_mid,
        _lq_basis,
    ),
    "lql": Model(
        "lql",
        "linear-quadratic-linear",
        ("alpha", "beta", "dose_t"),
        (False, False, True),
        _lql_log,
        _lql_gradient,
        _lql_dose,
        _lql_mid,
    ),
    "shmt": Model(
        "shmt",
        "single-hit multi-target",
        ("n", "d0"),
        (True, True),
        _shmt_log,
        _shmt_gradient,
        _shmt_dose,
        _shmt_mid,
    ),
}


def model_named(name: str) -> Model:
    """Return a model by its name.

    Raises
    ------
    SettingsError
        If there is none of that name.

    Examples
    --------
    >>> model_named("lq").title
    'linear-quadratic'
    """
    if name not in MODELS:
        raise SettingsError(
            f"there is no survival model {name!r}", cure=f"choose one of {', '.join(MODELS)}"
        )
    return MODELS[name]
