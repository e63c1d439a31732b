"""Explain predictions and models, and leave tables, figures and sentences in a directory."""

from __future__ import annotations

from radiosens.report.explain.of_models import explain_model
from radiosens.report.explain.of_samples import explain
from radiosens.report.explain.result import Explanation

__all__ = ["Explanation", "explain", "explain_model"]
