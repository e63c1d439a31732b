"""How a result was made, for the end of its page: command, data, versions, what to cite."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from radiosens import __version__
from radiosens.report.page.parts import Made

__all__ = ["PAPER", "made_of", "run_facts"]

#: The work that radiosens implements; see CITATION.cff.
PAPER = (
    "Kim and Chung: Using deep learning to predict the radiosensitivity of cancer cell lines from"
    " gene expression."
)
_SOFTWARE = "The radiosens developers: radiosens {version}, software (see CITATION.cff)."


def made_of(
    command: Sequence[str],
    files: Mapping[str, Any],
    facts: Iterable[tuple[str, Any]],
    versions: Mapping[str, Any],
    citations: Iterable[str] = (PAPER,),
) -> Made:
    """Return the last part of a page.

    Parameters
    ----------
    command : sequence of str
        That makes the result again, its first word with the command's name; without ``--out``.
    files : mapping
        Name to SHA-256.
    facts : iterable of (str, object)
        Further ones; what is None or empty is left out.
    versions : mapping
        Of what decides the result's last digits.
    citations : iterable of str
    """
    told = [(name, f"SHA-256 {digest}") for name, digest in files.items() if digest]
    told += [(name, _fact(value)) for name, value in facts if value not in (None, "", {}, [])]
    if versions:
        told.append(("versions", ", ".join(f"{k} {v}" for k, v in versions.items())))
    made_by = versions.get("radiosens", __version__)
    first, *rest = command
    line = " ".join([first, *map(shlex.quote, rest), "--out DIR"])
    return Made(line, told, [_SOFTWARE.format(version=made_by), *citations])


def run_facts(config: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, Any]]]:
    """Return the command of a run and its facts, from what it was begun with.

    Parameters
    ----------
    config : mapping
        A run's ``config.json``.
    """
    data, settings = config.get("data", {}), config.get("settings", {})
    words = [f"radiosens {config.get('command', '')}", *data.get("sources", {})]
    for name, value in settings.items():
        option = {"protocols": "protocol"}.get(name, name)
        if value in (None, False, []):
            continue
        words.append(f"--{option}")
        if value is not True:
            words.append(",".join(map(str, value)) if isinstance(value, list) else str(value))
    facts = [(name, data.get(name)) for name in ("samples", "features", "lines")]
    facts.append(("data, SHA-256", data.get("sha256")))
    return words, facts


def _fact(value: Any) -> str:
    """Show a fact as words.

    Examples
    --------
    >>> _fact(54675), _fact(["a.csv", "b.csv"]), _fact(True)
    ('54,675', 'a.csv, b.csv', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(_fact(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{k} {_fact(v)}" for k, v in value.items())
    return str(value)
