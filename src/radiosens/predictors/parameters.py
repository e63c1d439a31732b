"""A predictor's parameters as JSON, equal where they are equal."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["describe"]


def describe(value: Any) -> Any:
    """Say what a parameter is.

    Estimators, kernels and dataclasses become their class and their own parameters, arrays a
    hash of their values, functions and classes their name.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> describe(Ridge(alpha=0.5))["parameters"]["alpha"]
    0.5
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray | Mapping | set | frozenset | list | tuple):
        return _describe_container(value)
    if isinstance(value, type) or hasattr(value, "__qualname__"):
        return {"code": f"{value.__module__}.{value.__qualname__}"}
    return _describe_object(value)


def _describe_container(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        raw = repr(value.tolist()) if value.dtype == object else np.ascontiguousarray(value)
        content = raw.encode() if isinstance(raw, str) else raw.tobytes()
        digest = hashlib.sha256(content).hexdigest()
        return {"array": list(value.shape), "type": str(value.dtype), "sha256": digest}
    if isinstance(value, Mapping):
        return {"mapping": [[describe(k), describe(v)] for k, v in value.items()]}
    if isinstance(value, set | frozenset):
        return {"set": sorted((describe(v) for v in value), key=repr)}
    return [describe(item) for item in value]


def _describe_object(value: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(value):
        parameters = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    elif hasattr(value, "get_params"):
        parameters = value.get_params(deep=False)
    else:
        parameters = getattr(value, "__dict__", {"value": repr(value)})
    kind = type(value)
    return {
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "parameters": {name: describe(parameters[name]) for name in sorted(parameters)},
    }
