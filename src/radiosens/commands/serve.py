"""``radiosens serve``: parse, call, print."""

from __future__ import annotations

import socket
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["EXAMPLES", "serve"]

EXAMPLES = (
    "radiosens serve",
    "radiosens serve --folder /data/jobs --host 0.0.0.0 --token $(openssl rand -hex 16)",
)


def serve(
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where uploads and results are kept.")
    ] = Path("radiosens_jobs"),
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Where to listen; another than this machine's own wants --token.",
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535)] = 8137,
    token: Annotated[
        str, typer.Option(envvar="RADIOSENS_TOKEN", help="What visitors must bring, once.")
    ] = "",
    max_upload: Annotated[
        int, typer.Option(metavar="MB", min=1, help="Largest upload, all files together.")
    ] = 150,
    keep_days: Annotated[
        float, typer.Option(metavar="DAYS", min=0.0, help="When jobs are deleted.")
    ] = 7.0,
    minutes: Annotated[float, typer.Option(metavar="N", help="That a job may take.")] = 60.0,
    memory: Annotated[float, typer.Option(metavar="GB", help="That a job may use.")] = 6.0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the browser at it.")
    ] = True,
) -> None:
    """Predict, check labels and fit curves in a browser, on this machine."""
    from radiosens.errors import SettingsError

    try:
        import uvicorn

        from radiosens.web.app import make_app
    except ImportError as error:
        raise SettingsError(
            f"the browser's side is not installed ({error.name})",
            cure="pip install 'radiosens[web]'",
        ) from None
    from radiosens.web.settings import ServeSettings

    settings = ServeSettings(
        folder.resolve(),
        host,
        port,
        token,
        most_bytes=max_upload * 1_000_000,
        keep_days=keep_days,
        seconds=60 * minutes,
        memory=int(memory * 1e9),
    )
    _refuse_taken(host, port)
    app = make_app(settings)
    name = host if host not in ("0.0.0.0", "::") else "127.0.0.1"
    address = f"http://{name}:{port}/" + (f"?token={token}" if token else "")
    typer.echo(f"radiosens is at {address} (Ctrl-C ends it; jobs are kept in {folder})")
    if browser:
        threading.Timer(1.0, webbrowser.open, [address]).start()
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


def _refuse_taken(host: str, port: int) -> None:
    """Refuse an address that can't be listened at, before anything is begun."""
    from radiosens.errors import SettingsError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"{host} port {port} can't be listened at ({error.strerror or error})",
                cure="end the server that is there, or choose another --port",
            ) from None
