"""Matrix products that give a sample the same bits wherever among others it stands.

A library multiplies in small blocks, and what is left at an edge by another code, which rounds
differently. With edges filled up to whole blocks there is one code for all samples; how many
samples there are must be the same too (`radiosens.models.incoming.Tile`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "filled_up", "products"]

#: A multiple of the blocks of OpenBLAS and MKL.
BLOCK = 16


def filled_up(y: NDArray[Any]) -> NDArray[Any]:
    """Return rows with rows of zeros after them, up to a multiple of `BLOCK`.

    Examples
    --------
    >>> filled_up(np.ones((17, 2))).shape
    (32, 2)
    """
    return np.pad(y, ((0, -len(y) % BLOCK), (0, 0)))


def products(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """Return ``x @ y.T``: (samples, features) and (others, features) to (samples, others).

    Examples
    --------
    >>> products(np.eye(2), np.array([[1.0, 2.0]])).tolist()
    [[1.0], [2.0]]
    """
    found: NDArray[Any] = (x @ filled_up(y).T)[:, : len(y)]
    return found
