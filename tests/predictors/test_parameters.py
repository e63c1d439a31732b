from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import Lasso, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from radiosens.predictors.parameters import describe


@dataclass(frozen=True)
class Settings:
    rate: float = 0.1


DIFFERENT = [
    Ridge(1.0),
    Ridge(2.0),
    Lasso(1.0),
    make_pipeline(StandardScaler(), Ridge(1.0)),
    make_pipeline(StandardScaler(with_mean=False), Ridge(1.0)),
    RBF(1.0) + WhiteKernel(0.1),
    RBF(2.0) + WhiteKernel(0.1),
    Settings(),
    Settings(0.2),
    np.array([1.0, 2.0]),
    np.array([1.0, 3.0]),
    np.array([1, 2]),
    {"a": 1},
    {"a": 2},
    {"b"},
    np.mean,
    np.median,
    [1, 2],
    True,
    None,
    "a",
]


def test_what_differs_is_told_apart_and_what_is_equal_is_not():
    told = [json.dumps(describe(v), sort_keys=True) for v in DIFFERENT]
    assert len(set(told)) == len(told)
    again = [json.dumps(describe(v), sort_keys=True) for v in DIFFERENT]
    assert told == again


@pytest.mark.parametrize(("a", "b"), [((1, 2), [1, 2]), (np.float64(0.5), 0.5)])
def test_forms_that_mean_the_same_are_the_same(a, b):
    assert describe(a) == describe(b)
