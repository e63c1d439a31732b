from __future__ import annotations

import os
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
