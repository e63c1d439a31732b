"""What the server was started with."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from radiosens.errors import SettingsError

__all__ = ["ServeSettings"]

_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True)
class ServeSettings:
    """Settings of the server.

    Attributes
    ----------
    folder : Path
        Where jobs are kept.
    host : str
        Address that it listens at.
    port : int
    token : str
        That every request must bring; empty on loopback.
    most_bytes : int
        Of one upload, all files together.
    most_files : int
        Of one upload.
    most_jobs : int
        That may wait.
    keep_days : float
        After which uploads and results are deleted.
    seconds : float
        That a job may take.
    memory : int
        Bytes that a job may use for data.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8137
    token: str = ""
    most_bytes: int = 150_000_000
    most_files: int = 20
    most_jobs: int = 100
    keep_days: float = 7.0
    seconds: float = 3600.0
    memory: int = 6_000_000_000

    def __post_init__(self) -> None:
        if not self.loopback and len(self.token) < 16:
            raise SettingsError(
                f"at {self.host} others on the network could use it",
                cure="give --token with 16 letters or more, or leave out --host",
            )

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it.

        Examples
        --------
        >>> ServeSettings(Path("jobs")).loopback
        True
        """
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def knows_host(self, header: str) -> bool:
        """Tell whether a request's Host header is one that this server goes by.

        A page of another site whose name was made to point here (DNS rebinding) has its own.

        Examples
        --------
        >>> here = ServeSettings(Path("jobs"), port=8137)
        >>> here.knows_host("localhost:8137"), here.knows_host("evil.example:8137")
        (True, False)
        """
        name, _, port = header.rpartition(":") if not header.endswith("]") else (header, "", "")
        name = (name or header).lower()
        own = self.host.lower()
        wildcard = own in ("0.0.0.0", "::") and _is_address(name)
        return (not port or port == str(self.port)) and (name in _NAMES or name == own or wildcard)


def _is_address(name: str) -> bool:
    """Tell an address, which can't be made to point elsewhere, from a name."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
