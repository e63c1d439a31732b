"""Files of gene sets that radiosens knows by name, fetched once into the cache."""

from __future__ import annotations

import io
import logging
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from radiosens.errors import DownloadError, InputError
from radiosens.sources.download import cache_folder

__all__ = ["GENE_SETS", "GeneSetFile", "cached_gene_sets", "fetch_gene_sets", "is_fetched"]

logger = logging.getLogger(__name__)

#: A file that unpacks to more is none of gene sets.
_MOST_BYTES = 200_000_000
_TIMEOUT = (10, 60)  # seconds to connect, and between two packets


@dataclass(frozen=True)
class GeneSetFile:
    """A file of gene sets by name.

    Attributes
    ----------
    name : str
        As given on the command line.
    url : str
        Of a GMT file, plain or zipped.
    licence : str
        In words, as the source gives it.
    """

    name: str
    url: str
    licence: str

    @property
    def file(self) -> str:
        """Its name in the cache."""
        return f"{self.name}.gmt"


#: Gene sets by name. Reactome's data are CC0 (https://reactome.org/license).
GENE_SETS = {
    "reactome": GeneSetFile(
        "reactome",
        "https://reactome.org/download/current/ReactomePathways.gmt.zip",
        "Reactome pathways, CC0: no rights reserved; cite Milacic et al. 2024 (Nucleic Acids Res"
        " 52:D672)",
    )
}


def is_fetched(name: str) -> bool:
    """Tell whether the cache has gene sets of that name."""
    return (cache_folder() / GENE_SETS[name].file).is_file()


def cached_gene_sets(name: str) -> Path:
    """Return the cached file of gene sets.

    Raises
    ------
    InputError
        If it was never fetched.
    """
    path = cache_folder() / GENE_SETS[name].file
    if not is_fetched(name):
        raise InputError(
            f"the gene sets {name!r} are not in the cache {path.parent}",
            cure=f"run: radiosens data fetch {name}",
        )
    return path


def fetch_gene_sets(
    wanted: GeneSetFile, *, url: str | None = None, local: Path | None = None, force: bool = False
) -> Path:
    """Bring gene sets into the cache, from their source or from a local copy, and tell the licence.

    Parameters
    ----------
    wanted : GeneSetFile
        One of `GENE_SETS`.
    url : str, optional
        Another address of the file.
    local : Path, optional
        A copy on this machine to take instead of downloading: GMT, plain, gzipped or zipped.
    force : bool
        Fetch again even if it is there.

    Raises
    ------
    DownloadError
        If the network fails or brings something else.
    InputError
        If the local copy holds no gene sets.
    """
    path = cache_folder() / wanted.file
    logger.info("%s", wanted.licence)
    if path.is_file() and not force and local is None:
        return path
    if local is not None:
        try:
            data = local.read_bytes()
        except OSError as error:
            raise InputError(
                f"it cannot be read ({error.strerror or error})", where=local, cure="check the path"
            ) from None
        if (text := _text(data)) is None:
            raise InputError(
                "it holds no gene sets", where=local, cure="give a GMT file, plain, .gz or .zip"
            )
    else:
        address = url or wanted.url
        if (text := _text(_download(address, wanted))) is None:
            raise DownloadError("what came holds no gene sets", where=address, cure=_cure(wanted))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise DownloadError(
            f"the cache cannot be written ({error.strerror or error})",
            where=path.parent,
            cure="free space or permissions, or set RADIOSENS_CACHE to another folder",
        ) from None
    return path


def _download(address: str, wanted: GeneSetFile) -> bytes:
    import requests

    try:
        answer = requests.get(address, timeout=_TIMEOUT)
    except requests.RequestException as error:
        raise DownloadError(
            f"the connection failed ({type(error).__name__})", where=address, cure=_cure(wanted)
        ) from None
    if answer.status_code >= 400:
        raise DownloadError(
            f"the server answers {answer.status_code}", where=address, cure=_cure(wanted)
        )
    return answer.content


def _cure(wanted: GeneSetFile) -> str:
    return (
        "check the connection, or download it elsewhere and run: radiosens data fetch"
        f" {wanted.name} --from FILE"
    )


def _text(data: bytes) -> str | None:
    """Unpack gene sets; None if these are none."""
    try:
        if data[:2] == b"\x1f\x8b":
            unpacked = zlib.decompressobj(wbits=31)
            data = unpacked.decompress(data, _MOST_BYTES)
        elif zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                names = [i for i in file.infolist() if i.filename.lower().endswith(".gmt")]
                if len(names) != 1 or names[0].file_size > _MOST_BYTES:
                    return None
                data = file.read(names[0])
        text = data.decode("utf-8-sig")
    except (UnicodeDecodeError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None
    rows = [line for line in text.splitlines() if line.strip()]
    return text if rows and all(line.count("\t") >= 2 for line in rows) else None
