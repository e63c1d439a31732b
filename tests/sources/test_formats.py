"""What can be read is said in one way everywhere."""

from __future__ import annotations

from pathlib import Path

import radiosens
from radiosens.commands import _shared
from radiosens.sources.source import FORMATS


def test_help_and_docstrings_name_every_format():
    assert FORMATS in " ".join(str(radiosens.load_panel.__doc__).split())
    assert FORMATS in _shared.Files.__metadata__[0].help


def test_the_page_on_files_has_every_format():
    page = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8").lower()
    assert [
        f for f in FORMATS.replace("csv, tsv", "tables of text").split(", ") if f not in page
    ] == []
