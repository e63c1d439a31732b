"""Make the page of a directory anew, and put it there without touching anything else."""

from __future__ import annotations

from pathlib import Path

from radiosens.report.page.files import ResultFiles
from radiosens.report.page.kinds import PAGE, kind_of, page_html
from radiosens.runs.directory import RunDirectory, is_run
from radiosens.runs.results import ResultDirectory

__all__ = ["make_page"]


def make_page(path: str | Path) -> Path:
    """Make the page of a result's directory, from what lies there.

    Parameters
    ----------
    path : str or Path
        That a command has written.

    Returns
    -------
    Path
        The page, ``report.html`` in the directory.

    Raises
    ------
    RunError
        If it holds no such result, or it can't be read or written.
    """
    path = Path(path)
    files = ResultFiles.of_directory(path)
    html, kind = page_html(files), kind_of(files)
    if is_run(path):
        RunDirectory(path).write_text(PAGE, html.decode())
    else:
        ResultDirectory(path, kind).replace(PAGE, html)
    return path / PAGE
