from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("no clock", deadline=None)  # no test asserts a time
settings.load_profile("no clock")

#: The system's Chromium, by the names that `make browser` looks for.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Milliseconds that a busy machine may take for anything.
TIMEOUT = int(os.environ.get("RADIOSENS_BROWSER_TIMEOUT", "120000"))
#: Without a sandbox it runs as root too, as in a container.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared():
    """Give a file of the shared data, or skip by its name where it is not there."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"needs {name} in ../shared/data")
        return path

    return find


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep downloads of tests apart from the user's."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("RADIOSENS_CACHE", str(folder))
    monkeypatch.delenv("RADIOSENS_FITS", raising=False)
    return folder


@pytest.fixture
def registered(monkeypatch):
    """Register predictors for the length of a test."""
    from radiosens.predictors import registry

    def add(predictor):
        monkeypatch.setitem(registry._registered, predictor.name, predictor)
        return predictor

    return add


@pytest.fixture(scope="session")
def browser():
    """Start the system's Chromium, or skip by its name."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("needs chromium, which is not installed")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """A browser's page that keeps whatever must not happen: dialogs, errors, other hosts."""

    def __init__(self, browser, **options) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        self.wrong: list[str] = []
        self.page = self.open()

    def open(self):
        page = self.context.new_page()
        page.on("dialog", lambda d: (self.wrong.append(f"dialog {d.message}"), d.dismiss()))
        page.on("pageerror", lambda e: self.wrong.append(str(e)))
        page.on("console", lambda m: m.type == "error" and self.wrong.append(m.text))
        page.on("request", self._note)
        page.set_default_timeout(TIMEOUT)
        return page

    def _note(self, request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "file:", "blob:")):
            self.wrong.append(f"request to {request.url}")


@pytest.fixture
def visit(browser):
    """Open the browser anew; nothing that must not happen may have happened at the end."""
    one = Visit(browser, accept_downloads=True)
    yield one
    one.context.close()
    assert one.wrong == []


@pytest.fixture(scope="session")
def serious():
    """Give what axe finds serious on an open page, and whether it is wider than its window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")

    def look(page):
        found = axe.Axe().run(page).response["violations"]
        told = [
            (page.url, one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["any"][:1])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return told + ([(page.url, f"{wide} pixels too wide")] if wide > 0 else [])

    return look
