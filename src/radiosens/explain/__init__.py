"""Why a prediction is what it is, by gene and by pathway, and whether to believe it.

A contribution is what a feature adds to a prediction, against a stated baseline; contributions
add up to the prediction minus the baseline's. Each kind of model has its own exact or sampled way
(`radiosens.explain.surface`). What leads every output is a verdict: *trusted*, *unstable* or *no
better than chance*.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from radiosens.explain.contributions import Baseline, Contributions
from radiosens.explain.surface import Surface, surface_of

__all__ = ["Baseline", "Contributions", "Surface", "surface_of"]


class _Room(ModuleType):
    """A package that can be called: `radiosens.explain` is its name and the function's.

    Importing a package makes it an attribute of the one around it, in place of any function of
    that name. The function is of the room above, so it is looked up when it is called.
    """

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        room = importlib.import_module("radiosens.report.explain")
        return room.explain(*arguments, **options)


sys.modules[__name__].__class__ = _Room
