from __future__ import annotations

import numpy as np
import pytest

from radiosens.survival.estimates import fieller, of_function

SMALL = np.diag([1e-4, 1e-6])


def test_fieller_is_the_delta_method_where_the_denominator_is_sure():
    found = fieller(0.3, 0.03, np.diag([1e-6, 1e-10]), 2.0)
    assert found.low == pytest.approx(found.value - 2 * found.se, rel=1e-2)
    assert found.high == pytest.approx(found.value + 2 * found.se, rel=1e-2)


def test_fieller_covers_where_the_delta_method_does_not():
    rng = np.random.default_rng(0)
    covariance = np.array([[4e-4, -3e-5], [-3e-5, 2.5e-5]])
    draws = rng.multivariate_normal([0.3, 0.015], covariance, 2000)
    held = [(f := fieller(a, b, covariance, 1.96)).low <= 20 <= f.high for a, b in draws]
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_a_denominator_that_may_be_zero_leaves_the_ratio_open_above():
    found = fieller(0.3, 0.001, SMALL, 2.0)
    assert found.low > 0
    assert found.high == np.inf


def test_a_ratio_of_noise_has_no_bounds():
    found = fieller(0.001, 0.0001, SMALL, 2.0)
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_a_negative_denominator_leaves_the_ratio_open_below():
    found = fieller(0.3, -0.001, SMALL, 2.0)
    assert found.low == -np.inf
    assert found.high < 0


def test_the_delta_method_of_a_product():
    found = of_function(lambda p: float(p[0] * p[1]), np.array([0.3, 0.03]), SMALL, 2.0)
    relative = np.sqrt((0.01 / 0.3) ** 2 + (0.001 / 0.03) ** 2)
    assert found.se / found.value == pytest.approx(relative, rel=1e-4)


def test_an_undefined_function_is_no_estimate():
    found = of_function(lambda _: np.nan, np.array([0.3]), np.eye(1), 2.0)
    assert np.isnan([found.value, found.low, found.high]).all()
