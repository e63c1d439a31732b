"""The house rules that can be counted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "radiosens"
TESTS = Path(__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
LINES, FUNCTION_LINES = 300, 50


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_module_and_no_function_is_two_things(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and not _is_command(node):
            doc = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1 - doc.count("\n")
            assert length <= FUNCTION_LINES, f"{node.name} has {length} lines"


def _is_command(node):
    """Options of a command take lines of their own."""
    return any(a.annotation and "Annotated" in ast.unparse(a.annotation) for a in node.args.args)


def test_tests_mirror_the_source():
    rooms = {p.parent.relative_to(SOURCE) for p in MODULES} - {Path()}
    folders = {p.parent.relative_to(TESTS) for p in TESTS.rglob("test_*.py")} - {Path()}
    assert folders <= rooms | {Path("examples")}


def test_every_package_says_what_it_is_for():
    for path in SOURCE.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
