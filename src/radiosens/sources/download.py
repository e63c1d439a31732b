"""Download data sets once, safely, into a cache.

pooch keeps the cache and checks hashes; what it lacks, continuing a broken download, is here.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from radiosens.errors import DownloadError, InputError, RadiosensError
from radiosens.sources.geo import PLATFORM_FEATURES, read_series_matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    #: Called with the bytes that are there and the bytes in all, or None where not known.
    ByteProgress = Callable[[int, int | None], None]

__all__ = ["DATASETS", "GEO_BASE_URL", "Dataset", "cache_folder", "cached_dataset", "fetch"]

logger = logging.getLogger(__name__)

#: Where GEO lays out its series (https://www.ncbi.nlm.nih.gov/geo/info/download.html).
GEO_BASE_URL = "https://ftp.ncbi.nlm.nih.gov/geo/series"

#: Tries to connect or to continue after a break, and seconds before the second of them;
#: each further wait is twice as long.
ATTEMPTS = 5
FIRST_WAIT = 1.0
_BLOCK = 1 << 14  # bytes; what is read of a block when the connection breaks is lost
_TIMEOUT = (10, 60)  # seconds to connect, and between two packets


@dataclass(frozen=True)
class Dataset:
    """A data set that radiosens knows by name.

    Attributes
    ----------
    name : str
        As given on the command line.
    series, platform : str
        GEO accessions.
    """

    name: str
    series: str
    platform: str

    @property
    def file(self) -> str:
        """Name of its series matrix file."""
        return f"{self.series}_series_matrix.txt.gz"

    def url(self, base: str = GEO_BASE_URL) -> str:
        """Return its address: GEO groups series by thousands, ``GSE32nnn/GSE32474/matrix/``.

        Examples
        --------
        >>> DATASETS["gse32474"].url("https://example.org").removeprefix("https://example.org/")
        'GSE32nnn/GSE32474/matrix/GSE32474_series_matrix.txt.gz'
        """
        return f"{base.rstrip('/')}/{self.series[:-3]}nnn/{self.series}/matrix/{self.file}"


#: Data sets by name.
DATASETS = {"gse32474": Dataset("gse32474", "GSE32474", "GPL570")}


def cache_folder() -> Path:
    """Return the folder downloads are kept in: ``$RADIOSENS_CACHE`` or the system's usual one."""
    import pooch

    return Path(os.environ.get("RADIOSENS_CACHE") or pooch.os_cache("radiosens"))


def cached_dataset(dataset: Dataset, cache: Path | None = None) -> Path:
    """Return the cached file of a data set, checked against its recorded SHA-256.

    Raises
    ------
    InputError
        If it was never fetched, or has changed since.
    """
    import pooch

    path = (cache or cache_folder()) / dataset.file
    if not path.exists():
        raise InputError(
            f"the data set {dataset.name!r} is not in the cache {path.parent}",
            cure=f"run: radiosens data fetch {dataset.name}",
        )
    record = _record(path)
    if not record.exists() or record.read_text().split()[:1] != [pooch.file_hash(str(path))]:
        raise InputError(
            "the cached file has changed since it was fetched",
            where=path,
            cure=f"run: radiosens data fetch {dataset.name} --force",
        )
    return path


def fetch(
    dataset: Dataset,
    *,
    base_url: str = GEO_BASE_URL,
    local: Path | None = None,
    cache: Path | None = None,
    force: bool = False,
    progress: ByteProgress | None = None,
) -> Path:
    """Bring a data set into the cache, from GEO or from a local copy.

    A file is taken into the cache only when it has proved to be the whole series matrix, on
    the right platform. Its SHA-256 is recorded beside it, as ``sha256sum`` writes it.

    Parameters
    ----------
    dataset : Dataset
        One of `DATASETS`.
    base_url : str
        Another place that lays out files as GEO does.
    local : Path, optional
        A copy on this machine to take instead of downloading.
    cache : Path, optional
        Where to keep it; `cache_folder` where not given.
    force : bool
        Fetch again even if it is there.
    progress : callable, optional
        Told of bytes.

    Returns
    -------
    Path
        The cached file.

    Raises
    ------
    DownloadError
        If the network fails or brings something else; the message names the address and the
        option that takes a local copy.
    InputError
        If the local copy is not the data set.
    """
    import pooch

    folder = cache or cache_folder()
    path = folder / dataset.file
    if path.exists() and not force and local is None:
        return cached_dataset(dataset, folder)
    url = dataset.url(base_url)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if local is not None:
            _check(local, dataset)
            shutil.copyfile(local, path.with_suffix(".part"))
            os.replace(path.with_suffix(".part"), path)
        else:
            fresh = path.with_name(f"{path.name}.new")
            fresh.unlink(missing_ok=True)
            pooch.get_logger().setLevel(logging.WARNING)
            pooch.retrieve(
                url, None, fname=fresh.name, path=folder, downloader=_Downloader(dataset, progress)
            )
            os.replace(fresh, path)
        _record(path).write_text(f"{pooch.file_hash(str(path))}  {path.name}\n")
    except OSError as error:
        raise DownloadError(
            f"the cache cannot be written ({error.strerror or error})",
            where=folder,
            cure="free space or permissions, or set RADIOSENS_CACHE to another folder",
        ) from None
    return path


def _record(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _check(path: Path, dataset: Dataset) -> None:
    """Read the whole file; refuse it unless it is the data set."""
    found = read_series_matrix(path, platform=dataset.platform)
    expected = PLATFORM_FEATURES[dataset.platform]
    samples, probes = found.rows.shape
    if probes != expected:
        raise InputError(
            f"it holds {probes:,} probe sets where {dataset.platform} has {expected:,}",
            where=path,
            cure="pass the series matrix as GEO gives it",
        )
    what = f"{samples} samples of {dataset.platform}: {found.uns['series_title']}"
    logger.info("%s: %s", path.name, what)


class _Downloader:
    """What pooch calls: continue, retry, and check before the file is taken over."""

    def __init__(self, dataset: Dataset, progress: ByteProgress | None) -> None:
        self.dataset = dataset
        self.progress = progress or (lambda done, total: None)

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        part = Path(output_file).parent / f"{self.dataset.file}.part"
        self._download(url, part)
        try:
            _check(part, self.dataset)
        except RadiosensError as error:
            part.unlink(missing_ok=True)
            raise DownloadError(
                f"what came is not {self.dataset.file}: {error.what}",
                where=url,
                cure=_local_copy(self.dataset),
            ) from None
        os.replace(part, output_file)

    def _download(self, url: str, part: Path) -> None:
        import time

        import requests

        trouble = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                wait = FIRST_WAIT * 2 ** (attempt - 1)
                logger.warning("%s: %s; trying again in %.0f s", url, trouble, wait)
                time.sleep(wait)
            try:
                if trouble := self._continue(url, part):
                    continue
                return
            except requests.RequestException as error:
                trouble = _plain(error)
        raise DownloadError(
            f"{trouble}, {ATTEMPTS} times", where=url, cure=_local_copy(self.dataset)
        )

    def _continue(self, url: str, part: Path) -> str:
        """Ask for what is missing; return what went wrong, if trying again may mend it."""
        import requests

        have = part.stat().st_size if part.exists() else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                part.unlink()
                return "the part already here does not fit"
            if answer.status_code >= 500 or answer.status_code == requests.codes.too_many_requests:
                return f"the server answers {answer.status_code}"
            if answer.status_code >= 400:
                raise DownloadError(
                    f"the server answers {answer.status_code} {answer.reason}",
                    where=url,
                    cure=_local_copy(self.dataset),
                )
            resumed = answer.status_code == requests.codes.partial_content
            self._save(answer, part, have if resumed else 0)
        return ""

    def _save(self, answer: requests.Response, part: Path, have: int) -> None:
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with part.open("ab" if have else "wb") as file:
            for block in answer.iter_content(_BLOCK):
                file.write(block)
                have += len(block)
                self.progress(have, total)


def _local_copy(dataset: Dataset) -> str:
    return (
        "check the connection or --base-url, or download it elsewhere and run:"
        f" radiosens data fetch {dataset.name} --from FILE"
    )


def _plain(error: Exception) -> str:
    """Return a network error without the library's nesting of it."""
    known = {
        "ConnectTimeout": "no answer",
        "ReadTimeout": "the server stopped sending",
        "ChunkedEncodingError": "the connection broke off",
        "SSLError": "the secure connection failed",
    }
    text = str(error)
    if "IncompleteRead" in text or "Connection broken" in text:
        return known["ChunkedEncodingError"]
    if "resolve" in text or "Name or service" in text:
        return "the address cannot be found"
    return known.get(type(error).__name__, "the connection failed")
