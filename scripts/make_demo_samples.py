"""Make a file of new samples for ``make demo``, of profiles that the model ``nci60`` holds.

    python scripts/make_demo_samples.py FILE

Three lines with the noise that another array would have, a mixture of two lines, and one whose
genes were shuffled. It says nothing of biology: it shows the command at work.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from radiosens.models.defaults import load_model


def main(file: Path) -> None:
    """Write the table, genes in rows."""
    bundle = load_model("nci60")
    rng = np.random.default_rng(0)
    row = {line: i for i, line in enumerate(bundle.sample_lines)}
    x = bundle.profiles.astype(float)
    columns = {
        f"like_{line}": x[row[line]] + rng.normal(0, 0.5, x.shape[1])
        for line in ("HL-60", "MCF7", "U251")
    }
    columns["mixture"] = (x[row["A549"]] + x[row["SK-MEL-5"]]) / 2
    columns["shuffled"] = rng.permutation(x[row["PC-3"]])
    table = pd.DataFrame(columns, index=pd.Index(bundle.card.features, name="gene"))
    file.parent.mkdir(parents=True, exist_ok=True)
    table.round(3).to_csv(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
