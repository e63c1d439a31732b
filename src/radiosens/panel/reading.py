"""Read what a panel is made of: files, downloaded data sets, simulated values, AnnData objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from radiosens.sources import read_expression
from radiosens.sources.download import DATASETS, cached_dataset
from radiosens.sources.simulated import SIMULATED, simulate_panel
from radiosens.sources.source import Source

if TYPE_CHECKING:
    import anndata

__all__ = ["Data", "File", "How", "read_one"]

#: What a panel can be loaded from: a file, the name of a data set, or what is in memory. The one
#: type in quotes, by its full name, is not imported before it is needed.
Data: TypeAlias = Union[str, Path, "anndata.AnnData", Source]


@dataclass(frozen=True)
class File:
    """What was read, what to call it, and whether it says already who its samples are."""

    adata: anndata.AnnData
    where: Path | str
    ready: bool = False


@dataclass(frozen=True)
class How:
    """How to read a file: see `radiosens.read_expression`."""

    platform: str | None
    scale: str | None
    sheet: str | None
    known_samples: frozenset[str]

    def read(
        self, data: Path | anndata.AnnData | Source, platform: str | None = None
    ) -> anndata.AnnData:
        """Read one file or object."""
        return read_expression(
            data,
            platform=platform or self.platform,
            known_samples=self.known_samples,
            scale=self.scale,
            sheet=self.sheet,
        )


def read_one(data: Data, how: How, number: int) -> File:
    """Read a file or an object."""
    if not isinstance(data, str | Path | Source):
        return File(how.read(data), str(data.uns.get("source") or f"AnnData {number}"))
    if isinstance(data, Source):
        return File(how.read(data), data.called or data.where)
    if str(data) == SIMULATED:
        return File(simulate_panel(), SIMULATED, ready=True)
    path = Path(data)
    if str(data).lower() in DATASETS and not path.is_file():
        dataset = DATASETS[str(data).lower()]
        path = cached_dataset(dataset)
        return File(how.read(path, dataset.platform), path)
    return File(how.read(path), path)
