"""Make the model ``yard`` that comes with radiosens, from public tables.

    python scripts/make_line_model.py RESPONSE HISTOLOGY TABLE… [--out DIR]

RESPONSE and HISTOLOGY are the survival data and the tissues of Yard et al. 2016 (Nat Commun
7:11428, CC BY 4.0) as RadioGx gives them; TABLEs are lines × genes or proteins. What ships is
trained on tables of CCLE and DepMap alone (CC BY 4.0): ``ccle_*``. Tables of the Sanger Institute,
whose terms are not stated, are refused unless ``--out`` names a folder of your own.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

from radiosens.errors import RadiosensWarning
from radiosens.report.line_model import train_line_model

HOME = Path(__file__).resolve().parents[1] / "src" / "radiosens" / "models" / "data"
MOST_BYTES = 4_000_000
LIMITS = (
    "Its SF2 is that of a nine-day viability assay, not of colonies: the two agree loosely (r 0.39"
    " over the 34 lines that have both), so a predicted 0.6 is no clonogenic 0.6; read the rank."
    " It knows lines of solid tumours alone. Whether a sample is unlike all lines it"
    " does not judge: the model nci60 does. Never tested on tumours. Expression and proteins: CCLE"
    " and DepMap, CC BY 4.0 (RNA-seq, HG-U133 Plus 2.0, RPPA), by way of the packages"
    " hierBipartite, MCbiclust, RobMixReg, oncoPredict, mRMRe, KOdata, TGSA and DeepOncoAI;"
    " survival: Yard et al. 2016, CC BY 4.0, by way of RadioGx."
)


def main() -> None:
    """Train and install ``yard``."""
    parser = argparse.ArgumentParser(description="Make the model 'yard'.")
    parser.add_argument("response", type=Path)
    parser.add_argument("histology", type=Path)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    foreign = [t.name for t in told.tables if not t.name.startswith("ccle_")]
    if foreign and told.out is None:
        parser.error(f"{foreign[0]} is not CCLE's: it does not ship; give --out")
    warnings.simplefilter("ignore", RadiosensWarning)
    started = time.perf_counter()
    target = told.out or HOME / "yard"
    bundle = train_line_model(told.tables, told.response, told.histology, target, limits=LIMITS)
    size = sum(p.stat().st_size for p in target.rglob("*") if p.is_file())
    figures, coverage = bundle.card.performance[0].metrics, bundle.card.calibration.coverage
    sys.stdout.write(
        f"{target.name}: {len(bundle.card.lines)} lines, {len(bundle.card.features):,} genes,"
        f" {size:,} bytes, {time.perf_counter() - started:.0f} s; r {figures['pearson_r'][0]:.3f},"
        f" R² {figures['r2'][0]:.3f}, 90 % intervals cover {coverage['all']:.1%}\n"
    )
    if told.out is None and size > MOST_BYTES:
        raise SystemExit(f"it is larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    main()
