"""Do 90 % intervals hold for unseen donors? Nested cross-validation on real panels.

    python benchmarks/prediction_coverage.py SHARED_DATA YARD_SHEET

YARD_SHEET is made by ``benchmarks/yard_sheet.py``.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import numpy as np

from radiosens.celllines import is_haematological
from radiosens.evaluation.splits import make_folds
from radiosens.models.nested_coverage import nested_coverage
from radiosens.models.training import samples_of
from radiosens.panel import load_panel


def coverage(panel: object, level: str, predictor: str) -> dict[str, object]:
    """Measure coverage and width, of all lines and by lineage."""
    samples = samples_of(panel, level)  # type: ignore[arg-type]
    obs = panel.obs  # type: ignore[attr-defined]
    table = make_folds(obs, "donor", rounds=1, folds=10, random_state=0).set_index("sample")
    found = nested_coverage(samples, predictor, table.loc[obs.index, "fold"].to_numpy())
    inside = (found["low"] <= samples.sf2) & (samples.sf2 <= found["high"])
    naive = np.abs(found["prediction"] - samples.sf2) <= found["naive"]
    blood = np.array([is_haematological(t) for t in samples.tissues])
    row: dict[str, object] = {"lines": len(samples.sf2)}
    for name, mask in (("all", np.ones(len(blood), bool)), ("blood", blood), ("solid", ~blood)):
        if mask.any():
            row[f"coverage, {name}"] = (
                f"{inside[mask].sum()} of {mask.sum()}, {inside[mask].mean():.0%}"
            )
    row["width"] = round(float((found["high"] - found["low"]).mean()), 2)
    row["naive coverage"] = f"{naive.mean():.0%}"
    row["naive width"] = round(float(2 * found["naive"].mean()), 2)
    errors = found["prediction"] - samples.sf2
    row["r2"] = round(
        float(1 - np.square(errors).sum() / np.square(samples.sf2 - samples.sf2.mean()).sum()), 2
    )
    return row


def main(data: Path, sheet: Path) -> None:
    """Print the table and keep it in results/."""
    warnings.simplefilter("ignore")
    panels = {
        "NCI-60, U133A": (load_panel(data / "nci60_u133a_gcrma.csv.gz"), "genes"),
        "NCI-60, RNA-seq": (load_panel(data / "nci60_rnaseq_log2fpkm.csv.gz"), "genes"),
        "CCLE RNA-seq with Yard": (
            load_panel(data / "ccle_706genes_zscored.csv.gz", sheet),
            "features",
        ),
    }
    result = {}
    for name, (panel, level) in panels.items():
        for predictor in ("two-means", "ridge"):
            result[f"{name}: {predictor}"] = coverage(panel, level, predictor)
            print(name, predictor, result[f"{name}: {predictor}"], flush=True)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    (Path(__file__).parent / "results" / "prediction_coverage.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
