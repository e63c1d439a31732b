"""Make the models that come with radiosens, from public panels.

    python scripts/make_default_models.py NCI60_U133A NCI60_U133PLUS2 NCI60_RNASEQ

NCI60_U133A is CellMiner's GCRMA of HG-U133A (R package robustHD), the other two the same lines on
HG-U133 Plus 2.0 (MatchMixeR) and by sequencing (CellMiner via Factor_COSMOS): these train nothing,
and calibrate what is said of samples that are measured elsewhere.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

from radiosens.errors import RadiosensWarning
from radiosens.genes import collapse
from radiosens.models.bundle import load_bundle
from radiosens.models.training import TrainSettings
from radiosens.panel import load_panel
from radiosens.report.train import train

HOME = Path(__file__).resolve().parents[1] / "src" / "radiosens" / "models" / "data"
LIMITS = (
    "Of lines of donors that it has not seen, it knows leukaemia from solid tumours and nothing"
    " more: its SF2 is one of two means. Its worth lies in recognition, novelty and the"
    " Radiosensitivity Index. Its leukaemias are six lines of six donors: intervals hold for lines"
    " taken at random from a panel like this one, less often for leukaemias. Whether a sample"
    " measured on another platform is a tissue rather than a line it tells only where the tissue"
    " expresses much that no line does. Expression: CellMiner, HG-U133A, GCRMA, by way of the R"
    " package robustHD, columns relabelled, rounded to half precision; SF2: Kim and Chung's"
    " Table 1, after Amundson et al. 2008 and Torres-Roca et al. 2005."
)
#: Lines whose label the check of labels doubts in these files.
DOUBTFUL = {"SR", "NCI-H23"}


def main(u133a: str, plus2: str, rnaseq: str) -> None:
    """Train and install ``nci60``."""
    warnings.simplefilter("ignore", RadiosensWarning)
    genes = collapse(load_panel(u133a))
    genes.X = np.asarray(genes.X).astype(np.float16).astype(np.float32)  # so that it fits 2 MB
    genes.uns = {"simulated": False}
    elsewhere = []
    for file in (plus2, rnaseq):
        other = load_panel(file, for_training=False)
        elsewhere.append(other[~other.obs["line"].isin(list(DOUBTFUL))].copy())
    with tempfile.TemporaryDirectory() as work:
        settings = TrainSettings(predictor="two-means", name="nci60")
        bundle = train(
            genes, Path(work) / "nci60", settings, elsewhere=elsewhere, limits=LIMITS, jobs=1
        )
    target = HOME / "nci60"
    shutil.rmtree(target, ignore_errors=True)
    bundle.save(target)
    size = sum(p.stat().st_size for p in target.rglob("*") if p.is_file())
    genes_kept = len(load_bundle(target).card.features)
    sys.stdout.write(f"{target.name}: {genes_kept:,} genes, {size:,} bytes\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
