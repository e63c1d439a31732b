"""Put a page through the templates: one file that loads nothing and runs no script but ours."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from radiosens.report.page.parts import Page
from radiosens.report.page.shown import seen, visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment", "policy", "render", "static_text"]


def static_text(name: str) -> str:
    """Return one of the page's own files, ``page.css`` or ``page.js``."""
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _finalize(value: Any) -> Any:
    """Make whatever a text holds be seen, on its way into any template."""
    return seen(value) if type(value) is str else value


@cache
def environment() -> Environment:
    """Return the templates' environment: all is escaped, what is missing is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("radiosens.report.page", "templates"),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["visible"] = visible
    made.tests["in_beware"] = lambda line: line.startswith("Beware:")
    return made


def policy(style: str, script: str) -> str:
    """Return the content security policy of a page: its own style and script, nothing else.

    Examples
    --------
    >>> policy("a", "b").split("; ")[0]
    "default-src 'none'"
    """
    rules = {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": _digest(style),
        "script-src": _digest(script),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def render(page: Page) -> bytes:
    """Return the page as HTML.

    Parameters
    ----------
    page : Page
    """
    style, script = static_text("page.css"), static_text("page.js")
    text = (
        environment()
        .get_template("page.html.j2")
        .render(page=page, style=style, script=script, policy=policy(style, script))
    )
    return text.encode("utf-8", errors="replace")
