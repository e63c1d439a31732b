"""Make the sample sheet that joins expression with the survival data of Yard et al. 2016.

    python benchmarks/yard_sheet.py EXPRESSION DOSE_RESPONSE HISTOLOGY SHEET

Lines join by name, see `radiosens.report.benchmark.panels.yard_sheet`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from radiosens.report.benchmark.panels import yard_sheet


def main() -> None:
    """Join and write."""
    expression, response, histology, sheet = map(Path, sys.argv[1:5])
    table = yard_sheet(expression, response, histology)
    table.to_csv(sheet, index=False)
    print(f"{len(table)} lines have an SF2; written to {sheet}")


if __name__ == "__main__":
    main()
