"""From a curve or an index to the clinic's numbers: BED, EQD2 and GARD.

Each is one formula of its source; none knows about repopulation or time.
"""

from __future__ import annotations

import math

from radiosens.errors import InputError

__all__ = ["GARD_BETA", "bed", "eqd2", "gard"]

#: β of every tumour in GARD, 1/Gy² (Scott et al. 2017, Lancet Oncol 18:202).
GARD_BETA = 0.05


def bed(dose: float, dose_per_fraction: float, alpha_beta: float) -> float:
    """Return the biologically effective dose, D (1 + d / (α/β)), in Gy.

    Parameters
    ----------
    dose : float
        Total dose D in Gy.
    dose_per_fraction : float
        Dose d of a fraction in Gy.
    alpha_beta : float
        α/β in Gy.

    Raises
    ------
    InputError
        If a dose is negative, or d or α/β is not above 0.

    References
    ----------
    Fowler 1989, Br J Radiol 62:679.

    Examples
    --------
    >>> bed(60, 2, 10)  # 30 fractions of 2 Gy
    72.0
    """
    _refuse_unless(dose >= 0, "the dose", dose, "0 Gy or more")
    _refuse_unless(dose_per_fraction > 0, "the dose of a fraction", dose_per_fraction, "above 0 Gy")
    _refuse_unless(alpha_beta > 0, "α/β", alpha_beta, "above 0 Gy")
    return dose * (1 + dose_per_fraction / alpha_beta)


def eqd2(dose: float, dose_per_fraction: float, alpha_beta: float) -> float:
    """Return the dose in fractions of 2 Gy with the same effect, in Gy.

    Parameters and errors are those of `bed`.

    References
    ----------
    Withers, Thames and Peters 1983, Radiother Oncol 1:187.

    Examples
    --------
    >>> round(eqd2(54, 18, 10), 2)  # 3 fractions of 18 Gy
    126.0
    """
    return bed(dose, dose_per_fraction, alpha_beta) / (1 + 2 / alpha_beta)


def gard(
    rsi: float, dose: float, dose_per_fraction: float = 2.0, *, beta: float = GARD_BETA
) -> float:
    """Return the genomic adjusted radiation dose of a radiosensitivity index.

    The index stands for the surviving fraction at 2 Gy, which gives the tumour its own
    α_g = (-ln RSI - β 2²) / 2; GARD is the effect n d (α_g + β d) of n fractions of d Gy.

    Parameters
    ----------
    rsi : float
        Radiosensitivity index, above 0 and below 1.
    dose : float
        Total dose n d in Gy.
    dose_per_fraction : float
        Dose d of a fraction in Gy.
    beta : float
        β in 1/Gy², the same for all tumours.

    Returns
    -------
    float
        GARD, dimensionless; below 0 if the index is so near 1 that α_g is.

    Raises
    ------
    InputError
        If the index is not between 0 and 1, or a dose is not a dose.

    References
    ----------
    Scott et al. 2017, Lancet Oncol 18:202; RSI: Eschrich et al. 2009, Int J Radiat Oncol Biol
    Phys 75:489.

    Examples
    --------
    >>> round(gard(0.3, 60), 2)  # 30 fractions of 2 Gy: 30 times -ln 0.3
    36.12
    """
    _refuse_unless(0 < rsi < 1, "the radiosensitivity index", rsi, "between 0 and 1")
    _refuse_unless(dose >= 0, "the dose", dose, "0 Gy or more")
    _refuse_unless(dose_per_fraction > 0, "the dose of a fraction", dose_per_fraction, "above 0 Gy")
    _refuse_unless(beta >= 0, "β", beta, "0 or more")
    alpha = (-math.log(rsi) - beta * 2**2) / 2
    return dose * (alpha + beta * dose_per_fraction)


def _refuse_unless(fine: bool, what: str, value: float, wanted: str) -> None:
    if not (fine and math.isfinite(value)):
        raise InputError(f"{what} is {value:g}", cure=f"give a number {wanted}")
