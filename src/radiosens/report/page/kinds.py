"""Which command left a directory, and the module that makes its page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from radiosens.errors import RunError
from radiosens.report.page.files import ResultFiles
from radiosens.report.page.parts import Page
from radiosens.report.page.render import render

__all__ = ["PAGE", "kind_of", "page_html", "with_page"]

PAGE = "report.html"


def _makers() -> dict[str, tuple[str, Callable[[ResultFiles], Page]]]:
    """Return each command with the file that tells its directory, and its page."""
    from radiosens.report.page import check, evaluate, explain, predict, reproduce, survival

    return {
        "predict": ("predict.json", predict.page),
        "check": ("check.json", check.page),
        "survival": ("survival.json", survival.page),
        "explain": ("explain.json", explain.page),
        "evaluate": ("scores.csv", evaluate.page),
        "reproduce": ("table_s1.csv", reproduce.page),
    }


def kind_of(files: ResultFiles) -> str:
    """Return the command that left the files.

    Raises
    ------
    RunError
        If it is none that has a page, or one that has not ended.
    """
    for kind, (record, _) in _makers().items():
        if record in files:
            return kind
    raise RunError(
        "it holds no result that a page is made of",
        where=files.where,
        cure=f"name a directory that one of {', '.join(_makers())} has written",
    )


def page_html(contents: ResultFiles | str | Path) -> bytes:
    """Return the page of a result, from its files alone.

    Parameters
    ----------
    contents : ResultFiles, str or Path
        The files, or the directory they lie in.

    Returns
    -------
    bytes
        HTML in UTF-8: one file that loads nothing.

    Raises
    ------
    RunError
        If files are missing or damaged.
    """
    if not isinstance(contents, ResultFiles):
        contents = ResultFiles.of_directory(contents)
    return render(_makers()[kind_of(contents)][1](contents))


def with_page(
    command: str, files: Mapping[str, bytes], summary: Mapping[str, Any]
) -> dict[str, bytes]:
    """Return a result's files and their page, before they are written.

    Parameters
    ----------
    command : str
    files : mapping of str to bytes
        All but the record.
    summary : mapping
        What the record will hold, see `radiosens.runs.results.ResultDirectory.write`.
    """
    record = json.dumps(dict(summary), ensure_ascii=False, default=str).encode()
    html = page_html(ResultFiles({**files, f"{command}.json": record}))
    return {**files, PAGE: html}
