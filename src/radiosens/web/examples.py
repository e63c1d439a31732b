"""Files to try each flow with: made here, of the default model and the simulated panel."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

__all__ = ["example_files"]


@cache
def example_files(flow: str) -> tuple[tuple[str, str, bytes], ...]:
    """Return the files of an example: role, name, content.

    Parameters
    ----------
    flow : str
        ``predict``, ``check`` or ``survival``.
    """
    return {"predict": _samples, "check": _panel, "survival": _counts}[flow]()


def _samples() -> tuple[tuple[str, str, bytes], ...]:
    """Make three noisy lines, a mixture, and one with shuffled genes, of the model's profiles."""
    from radiosens.models.defaults import load_model

    bundle, rng = load_model("nci60"), np.random.default_rng(0)
    row = {line: i for i, line in enumerate(bundle.sample_lines)}
    x = bundle.profiles.astype(float)
    columns = {
        f"like_{line}": x[row[line]] + rng.normal(0, 0.5, x.shape[1])
        for line in ("HL-60", "MCF7", "U251")
    }
    columns["mixture"] = (x[row["A549"]] + x[row["SK-MEL-5"]]) / 2
    columns["shuffled"] = rng.permutation(x[row["PC-3"]])
    table = pd.DataFrame(columns, index=pd.Index(bundle.card.features, name="gene"))
    return (("data", "example_samples.csv", table.round(3).to_csv().encode()),)


def _panel() -> tuple[tuple[str, str, bytes], ...]:
    """Write the simulated panel with the labels of two samples exchanged."""
    from radiosens.panel import load_panel

    panel = load_panel("simulated", for_training=False)
    table = pd.DataFrame(
        np.asarray(panel.X).T.round(3), index=panel.var_names, columns=panel.obs_names
    )
    table.index.name = "feature"
    lines = panel.obs["line"].astype(str).to_numpy(copy=True)
    lines[[4, 40]] = lines[[40, 4]]
    sheet = pd.DataFrame({"sample": panel.obs_names, "line": lines})
    return (
        ("data", "example_panel.csv", table.to_csv().encode()),
        ("sheet", "example_sheet.csv", sheet.to_csv(index=False).encode()),
    )


def _counts() -> tuple[tuple[str, str, bytes], ...]:
    """Draw colonies of two lines, one treated, in three experiments."""
    rng, rows = np.random.default_rng(1), []
    for line, treatment, alpha, beta in (
        ("HL-60", "untreated", 0.55, 0.03),
        ("U251", "untreated", 0.18, 0.03),
        ("U251", "sensitiser", 0.34, 0.04),
    ):
        for experiment in (1, 2, 3):
            plating = 0.5 * np.exp(rng.normal(0, 0.1))
            for dose in (0, 1, 2, 4, 6):
                cells = (100, 150, 300, 1000, 4000)[(0, 1, 2, 4, 6).index(dose)]
                survival = np.exp(-alpha * dose - beta * dose**2)
                for _ in range(3):
                    colonies = rng.poisson(plating * cells * survival)
                    rows.append((line, treatment, experiment, dose, cells, colonies))
    columns = ["line", "treatment", "experiment", "dose", "cells", "colonies"]
    table = pd.DataFrame(rows, columns=columns)
    return (("data", "example_counts.csv", table.to_csv(index=False).encode()),)
