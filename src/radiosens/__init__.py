"""Predict how many cells of a tumour line survive 2 Gy of radiation from gene expression.

Public names are imported when first used, so that ``import radiosens`` is quick.

>>> import radiosens
>>> radiosens.score([0.5, 0.4], [0.5, 0.3]).accuracy
0.5
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radiosens.celllines import known_lines, resolve_line
    from radiosens.errors import RadiosensError
    from radiosens.evaluation.comparison import evaluate
    from radiosens.evaluation.experiment import reproduce
    from radiosens.evaluation.metrics import Score, score
    from radiosens.evaluation.protocols import ProtocolSplitter
    from radiosens.evaluation.settings import EvaluateSettings, ReproduceSettings
    from radiosens.network.regressor import CNNRegressor
    from radiosens.network.spectral import SpectralConv1d
    from radiosens.panel import load_panel
    from radiosens.quality import check
    from radiosens.report.evaluation import write_evaluation
    from radiosens.report.run import write_results
    from radiosens.sources import read_expression
    from radiosens.sources.simulated import simulate_panel
    from radiosens.survival import survival_curve

_HOME = {
    "CNNRegressor": "radiosens.network.regressor",
    "EvaluateSettings": "radiosens.evaluation.settings",
    "ProtocolSplitter": "radiosens.evaluation.protocols",
    "RadiosensError": "radiosens.errors",
    "ReproduceSettings": "radiosens.evaluation.settings",
    "Score": "radiosens.evaluation.metrics",
    "SpectralConv1d": "radiosens.network.spectral",
    "check": "radiosens.quality",
    "evaluate": "radiosens.evaluation.comparison",
    "known_lines": "radiosens.celllines",
    "load_panel": "radiosens.panel",
    "read_expression": "radiosens.sources",
    "reproduce": "radiosens.evaluation.experiment",
    "resolve_line": "radiosens.celllines",
    "score": "radiosens.evaluation.metrics",
    "simulate_panel": "radiosens.sources.simulated",
    "survival_curve": "radiosens.survival",
    "write_evaluation": "radiosens.report.evaluation",
    "write_results": "radiosens.report.run",
}

__version__ = "0.1.0"
__all__ = [
    "CNNRegressor",
    "EvaluateSettings",
    "ProtocolSplitter",
    "RadiosensError",
    "ReproduceSettings",
    "Score",
    "SpectralConv1d",
    "check",
    "evaluate",
    "known_lines",
    "load_panel",
    "read_expression",
    "reproduce",
    "resolve_line",
    "score",
    "simulate_panel",
    "survival_curve",
    "write_evaluation",
    "write_results",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'radiosens' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
