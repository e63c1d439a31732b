"""Make the sample sheet that joins CCLE expression with the SF2 of Yard et al. 2016.

    python benchmarks/yard_sheet.py EXPRESSION DOSE_RESPONSE HISTOLOGY SHEET

EXPRESSION is a table with a line's name in its first column; DOSE_RESPONSE has ``line`` and
``SF2``, HISTOLOGY ``line`` and ``Primarysite`` (Yard et al. 2016, Nat Commun 7:11428, as
RadioGx gives them). Lines are joined by their letters and digits. This SF2 is the survivors of
a nine-day viability assay, not of a clonogenic one. Each line counts as a donor of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from radiosens.celllines import normalise


def main() -> None:
    """Join and write."""
    expression, response, histology, sheet = map(Path, sys.argv[1:5])
    names = pd.read_csv(expression, usecols=[0]).iloc[:, 0].astype(str)
    measured, described = _by_name(response), _by_name(histology)
    joined = [(name, normalise(name)) for name in names if normalise(name) in measured.index]
    table = pd.DataFrame(
        {
            "sample": [name for name, _ in joined],
            "line": [measured.at[key, "line"] for _, key in joined],
            "tissue": [described["Primarysite"].get(key, "") for _, key in joined],
            "sf2": [measured.at[key, "SF2"] for _, key in joined],
        }
    )
    table.to_csv(sheet, index=False)
    print(f"{len(table)} of {len(names)} lines have an SF2; written to {sheet}")


def _by_name(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    return table.set_index(table["line"].astype(str).map(normalise))


if __name__ == "__main__":
    main()
