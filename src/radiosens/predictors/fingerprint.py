"""A hash of the code that computes something, so that nobody has to raise a number by hand.

The source counts of the module that a predictor comes from, and of every module that it
imports from its own package or from anywhere else that is not installed. Docstrings and
comments don't count, nor where a file is. Of installed packages the version counts.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from radiosens.errors import SettingsError

__all__ = ["code_fingerprint"]

#: What everything here is built on; versions of it are kept beside results anyway.
_LIBRARIES = frozenset({"numpy", "scipy", "sklearn", "pandas", "anndata", "torch"})


_HAS_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_fingerprint(modules: Iterable[str], *, stop: frozenset[str] = frozenset()) -> str:
    """Return a hash of the code of some modules and of what they import.

    Parameters
    ----------
    modules : iterable of str
        Names of modules to begin with; their packages' sources count.
    stop : set of str
        Modules that are left out with all that they import: those that only look things up.

    Returns
    -------
    str
        Equal as long as the code is.

    Raises
    ------
    SettingsError
        If a source can't be found.

    Examples
    --------
    >>> one = code_fingerprint(["radiosens.predictors.ridge"])
    >>> one == code_fingerprint(["radiosens.predictors.ridge"])
    True
    >>> one == code_fingerprint(["radiosens.predictors.svr"])
    False
    """
    to_do = {"__main__" if m == "__mp_main__" else m for m in modules}
    own = {m.partition(".")[0] for m in to_do} - _LIBRARIES
    found: dict[str, str] = {}
    while to_do:
        module = to_do.pop()
        top = module.partition(".")[0]
        if module in stop or module in found or top in sys.stdlib_module_names - {"__main__"}:
            continue
        if top in own or not _is_installed(top):
            found[module], imported = _code_of(module)
            to_do |= set(imported) - stop
        else:
            found[top] = _release(top)
    content = "\n".join(f"{name} {found[name]}" for name in sorted(found))
    return hashlib.sha256(content.encode()).hexdigest()[:32]


@lru_cache(maxsize=1024)
def _is_installed(top: str) -> bool:
    """Tell whether a package or module is where installed ones are, in any environment."""
    spec = _spec(top)
    if spec is None or spec.origin is None or not spec.has_location:
        return True
    return not {"site-packages", "dist-packages"}.isdisjoint(Path(spec.origin).parts)


@lru_cache(maxsize=1024)
def _release(top: str) -> str:
    names = _distributions().get(top, [])
    return ",".join(f"{name} {version(name)}" for name in sorted(set(names)))


@cache
def _distributions() -> Any:
    return packages_distributions()


def _code_of(module: str) -> tuple[str, tuple[str, ...]]:
    """Return a hash of a module's code, and the names of what it imports."""
    if module == "__main__":
        return _parsed(_main_source(), "")
    spec = _spec(module)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return "no source", ()  # a compiled module, or one that is not there
    package = module if spec.submodule_search_locations else module.rpartition(".")[0]
    return _parsed(Path(spec.origin).read_text(encoding="utf-8"), package)


def _main_source() -> str:
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file and Path(file).is_file():
        return Path(file).read_text(encoding="utf-8")
    cells = getattr(main, "In", None)  # a notebook's
    if cells is None:
        raise SettingsError(
            "a predictor was typed in, so that its results can't be told from another's",
            cure="put it into a file, and import or run that",
        )
    return "\n".join(cell for cell in cells if not cell.lstrip().startswith(("%", "!")))


@lru_cache(maxsize=4096)
def _parsed(source: str, package: str) -> tuple[str, tuple[str, ...]]:
    tree = ast.parse(source)
    imported = tuple(sorted(set(_imports(tree, package))))
    for node in ast.walk(tree):
        if isinstance(node, _HAS_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imported


def _imports(tree: ast.Module, package: str) -> Iterator[str]:
    """Yield the modules that are imported anywhere in a source, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            parts = [*(above if node.level else []), *([node.module] if node.module else [])]
            base = ".".join(parts)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if _may_be_module(base, package) and _spec(inner) else base


def _may_be_module(base: str, package: str) -> bool:
    """Tell whether to look into a package for modules: ours, but no module and no library."""
    top = base.partition(".")[0]
    if top != package.partition(".")[0] and (top in sys.stdlib_module_names or _is_installed(top)):
        return False
    spec = _spec(base)
    return spec is not None and spec.submodule_search_locations is not None


@lru_cache(maxsize=4096)
def _spec(module: str) -> Any:
    try:
        return importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
