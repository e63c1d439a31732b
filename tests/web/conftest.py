from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="needs the extra web")
pytest.importorskip("httpx", reason="needs httpx")

SOURCE = Path(__file__).parents[2] / "src"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Without a sandbox it runs as root too, as in a container.
#: Milliseconds that a busy machine may take for anything.
TIMEOUT = int(os.environ.get("RADIOSENS_BROWSER_TIMEOUT", "120000"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Server:
    """`radiosens serve` in a process of its own, that can be killed and begun again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.begin()

    def begin(self) -> None:
        command = [sys.executable, "-m", "radiosens.cli", "serve", "--no-browser"]
        command += ["--folder", str(self.folder), "--port", str(self.port), *self.options]
        path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL
        )
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, "the server did not begin"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as the system would: at once, without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="session")
def make_server(tmp_path_factory):
    """Begin servers, each with a folder of its own, and end them."""
    begun = []

    def make(*options):
        begun.append(Server(tmp_path_factory.mktemp("jobs"), *options))
        return begun[-1]

    yield make
    for server in begun:
        server.end()


@pytest.fixture(scope="session")
def server(make_server):
    return make_server()


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
def examples(tmp_path_factory):
    """Give the examples' files by flow."""
    from radiosens.web.examples import example_files

    folder = tmp_path_factory.mktemp("examples")
    found = {}
    for flow in ("predict", "check", "survival"):
        for role, name, content in example_files(flow):
            (folder / name).write_bytes(content)
            found[flow, role] = folder / name
    return found
