"""Training's profiles, and the profiles of platforms, as bytes of safetensors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from radiosens.preprocessing import Matrix
from radiosens.preprocessing.profiles import Profile

__all__ = ["STEP", "as_steps", "pack_training", "unpack_training"]

#: Standardised profiles are kept in steps of so many standard deviations, within ±127 of them.
STEP = 1 / 32


def as_steps(z: Matrix) -> Matrix:
    """Round standardised values to what is kept.

    Examples
    --------
    >>> as_steps(np.array([[0.33, 9.0]], dtype=np.float32)).tolist()
    [[0.34375, 3.96875]]
    """
    rounded: Matrix = (np.clip(np.round(z / STEP), -127, 127) * STEP).astype(np.float32)
    return rounded


def pack_training(
    profiles: Matrix, codes: NDArray[np.int32], platforms: Mapping[str, Profile]
) -> bytes:
    """Return bytes: profiles as bytes, half or single precision, whichever is the shortest exact.

    Parameters
    ----------
    profiles : array of shape (samples, features)
    codes : array of int, shape (samples,)
        The line of each profile.
    platforms : mapping
    """
    from safetensors.numpy import save

    arrays: dict[str, NDArray[np.generic]] = {"lines": codes}
    half = profiles.astype(np.float16)
    if platforms and np.array_equal(as_steps(profiles), profiles):
        arrays["steps"] = np.round(profiles / STEP).astype(np.int8)
    elif np.array_equal(half.astype(np.float32), profiles, equal_nan=True):
        arrays["profiles"] = half
    else:
        arrays["profiles"] = profiles
    for name, own in platforms.items():
        arrays[f"platform {name}"] = np.stack([own.mean, own.spread]).astype(np.float32)
        arrays[f"gain {name}"] = np.array([own.gain])
    return bytes(save({k: np.ascontiguousarray(v) for k, v in arrays.items()}))


def unpack_training(data: bytes) -> tuple[Matrix, NDArray[np.intp], dict[str, Profile]]:
    """Return what was packed.

    Raises
    ------
    ValueError
        If the bytes are no such file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(data)
        kept = arrays["steps"] * np.float32(STEP) if "steps" in arrays else arrays["profiles"]
        platforms = {
            name.removeprefix("platform "): Profile(
                own[0], own[1], float(arrays[f"gain {name.removeprefix('platform ')}"][0])
            )
            for name, own in arrays.items()
            if name.startswith("platform ")
        }
        return kept.astype(np.float32), arrays["lines"].astype(np.intp), platforms
    except (SafetensorError, KeyError, IndexError) as error:
        raise ValueError(type(error).__name__) from error
