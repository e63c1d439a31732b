"""The paper's convolutional network: convolution, architecture, training, regressor."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["without_torch"]


def without_torch(panel: object = None) -> str | None:
    """Say why the network can't be run here, whatever the panel; None if it can.

    PyTorch is an extra: it weighs more than all the rest, and only the network needs it.
    """
    return None if find_spec("torch") else "it needs PyTorch: pip install 'radiosens[network]'"
