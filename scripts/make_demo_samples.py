"""Make a file of new samples for ``make demo``, of profiles that the model ``nci60`` holds.

    python scripts/make_demo_samples.py FILE

Three lines with the noise that another array would have, a mixture of two lines, and one whose
genes were shuffled. It says nothing of biology: it shows the command at work.
"""

from __future__ import annotations

import sys
from pathlib import Path

from radiosens.web.examples import example_files


def main(file: Path) -> None:
    """Write the browser's example for predictions, genes in rows."""
    ((_, _, content),) = example_files("predict")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
