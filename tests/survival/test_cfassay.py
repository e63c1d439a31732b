"""CFAssay's own examples: what CFAssay 1.41 under R 4.2.2 prints for them, digit by digit."""

from __future__ import annotations

import re

import numpy as np
import pytest

from radiosens.survival import FitSettings, compare_curves, fit_curves, read_counts

# Printed estimate and standard error of alpha and beta (R has them negative), then dispersion (ml) or
# residual sum of squares (ls).
PRINTED = {
    ("okf6TERT1", "ml", "fit"): (
        (0.5193789753, 0.05889259614),
        (0.0210261381, 0.00978985012),
        4.337128191,
    ),
    ("okf6TERT1", "ml", "fix"): (
        (0.51079080047, 0.05783125617),
        (0.02274661254, 0.01186134236),
        9.73012888,
    ),
    ("okf6TERT1", "ls", "fit"): (
        (0.53514763030, 0.07216230868),
        (0.02274423938, 0.01146734361),
        3.357983222,
    ),
    ("okf6TERT1", "ls", "fix"): (
        (0.53063031913, 0.07510283834),
        (0.02331460695, 0.01502056767),
        9.398594099,
    ),
    ("cal33", "ml", "fit"): (
        (0.26831917937, 0.06427447026),
        (0.04892354736, 0.01032987274),
        4.695344078,
    ),
    ("cal33", "ml", "fix"): (
        (0.22802046494, 0.04881243557),
        (0.05423142762, 0.01025893476),
        7.938938045,
    ),
    ("cal33", "ls", "fit"): (
        (0.2560128579, 0.061455986235),
        (0.0474457485, 0.009765997293),
        0.5768262046,
    ),
    ("cal33", "ls", "fix"): (
        (0.22201908335, 0.047892057973),
        (0.05173789176, 0.009578411595),
        0.905182408,
    ),
}

# F, its degrees of freedom and p of cal33 against okf6TERT1, one pair of parameters or two.
PRINTED_F = {
    ("ml", "fit"): (7.3509, 56, 0.0014629),
    ("ml", "fix"): (19.63752, 56, 3.4502e-07),
    ("ls", "fit"): (8.56238, 56, 0.00056946),
    ("ls", "fix"): (15.03774, 56, 5.9243e-06),
}

PRINTED_PLATING = {
    "okf6TERT1": [20.1, 18.4, 13.4, 15.4, 12.8, 10.9, 8.8, 12.1],
    "cal33": [19.0, 16.4, 9.6, 8.5],
}


@pytest.fixture
def fits(shared):
    table = read_counts(shared("cfassay/cfassay_expl1_cellsurvcurves.txt"))

    def fit(method, plating):
        found = fit_curves(table, FitSettings(method=method, plating=plating))
        return {curve.name: curve for curve in found.curves}

    return fit


@pytest.mark.parametrize(("line", "method", "plating"), PRINTED)
def test_alpha_beta_and_errors_are_as_cfassay_prints_them(fits, line, method, plating):
    curve = fits(method, plating)[line]
    alpha, beta, scatter = PRINTED[line, method, plating]
    # R stops its iterations a step early, which shows from the sixth digit on: see below.
    near = 2e-5 if method == "ml" else 1e-9
    assert curve.parameter("alpha").value == pytest.approx(alpha[0], rel=1e-7)
    assert curve.parameter("beta").value == pytest.approx(beta[0], rel=1e-7)
    assert curve.parameter("alpha").se == pytest.approx(alpha[1], rel=near)
    assert curve.parameter("beta").se == pytest.approx(beta[1], rel=near)
    measured = curve.dispersion if method == "ml" else curve.regression.deviance
    assert measured == pytest.approx(scatter, rel=2 * near)
    assert curve.scatter.df == (38 if line == "okf6TERT1" else 18)


@pytest.mark.parametrize(("line", "method", "plating"), [k for k in PRINTED if k[1] == "ml"])
def test_every_printed_digit_comes_from_where_r_stops(fits, line, method, plating):
    problem = fits(method, plating)[line].problem
    design = np.column_stack([-problem.dose, -(problem.dose**2), problem.nuisance])
    value, se, dispersion = _as_r_stops(problem.response, design, problem.offset)
    alpha, beta, printed = PRINTED[line, method, plating]
    assert dispersion == pytest.approx(printed, rel=1e-9)
    assert value[:2] == pytest.approx([alpha[0], beta[0]], rel=1e-9)
    assert se[:2] == pytest.approx([alpha[1], beta[1]], rel=1e-9)


def _as_r_stops(y, design, offset):
    """Iterate as R's glm.fit: stop at a change of deviance of 1e-8, keep the weights before it."""
    mean = y + 0.1
    eta, before = np.log(mean), np.inf
    while True:
        weight, working = mean, eta - offset + (y - mean) / mean
        information = (design * weight[:, None]).T @ design
        value = np.linalg.solve(information, (design * weight[:, None]).T @ working)
        eta = design @ value + offset
        mean = np.exp(eta)
        deviance = 2 * np.sum(y * np.log(np.where(y > 0, y / mean, 1)) - (y - mean))
        if abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8:
            break
        before = deviance
    dispersion = np.sum(weight * ((y - mean) / mean) ** 2) / (len(y) - design.shape[1])
    return value, np.sqrt(np.diag(np.linalg.inv(information)) * dispersion), dispersion


@pytest.mark.parametrize(("method", "plating"), PRINTED_F)
def test_f_test_of_two_curves_is_as_cfassay_prints_it(fits, method, plating):
    curves = fits(method, plating)
    found = compare_curves(curves["cal33"], curves["okf6TERT1"])
    f, df, p = PRINTED_F[method, plating]
    near = 1e-4 if (method, plating) == ("ml", "fix") else 1e-5  # R's early stop again
    assert found.test == "F"
    assert found.df == (2, df)
    assert found.f == pytest.approx(f, rel=near)
    assert found.p == pytest.approx(p, rel=5e-4 if plating == "fix" else 5e-5)


@pytest.mark.parametrize("line", PRINTED_PLATING)
def test_plating_efficiencies_are_as_cfassay_prints_them(fits, line):
    fitted = [100 * p.fitted.value for p in fits("ml", "fit")[line].plating]
    assert [round(value, 1) for value in fitted] == PRINTED_PLATING[line]


def test_logarithms_of_plating_efficiencies_and_errors_agree(fits):
    curve = fits("ml", "fit")["cal33"]
    printed = [-1.659612920, -1.805702334, -2.341002106, -2.460555792]
    errors = [0.09690925831, 0.09944603840, 0.12699039733, 0.12615402638]
    fitted = [p.fitted for p in curve.plating]
    assert [np.log(f.value) for f in fitted] == pytest.approx(printed, rel=1e-7)
    assert [f.se / f.value for f in fitted] == pytest.approx(errors, rel=2e-5)


def test_cfacoop_survival_at_20_colonies_is_as_it_prints_it(shared):
    from radiosens.survival.cooperation import survival_at_equal_colonies

    text = shared("cfassay/cfacoop_golden_output.txt").read_text()
    rows = read_counts(shared("colony_counts.csv")).rows
    blocks = re.findall(r"#### (\S+) \n.*?\n.*?\n\[1\] ([\d. ]+)\n", text)
    assert len(blocks) == 7
    for line, printed in blocks:
        found = survival_at_equal_colonies(rows[rows["curve"] == line])
        assert list(found) == [1, 2, 4, 6, 8]
        assert list(found.values()) == pytest.approx([float(v) for v in printed.split()], rel=1e-9)
