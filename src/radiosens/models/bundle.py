"""A bundle: a trained predictor on disk with all it needs to be used.

A folder with ``card.json`` and its hash, ``training.safetensors`` (training's profiles),
``model.skops`` or ``network.safetensors``, and the models of folds in ``folds/``. The card holds
the hash of every other file, and each is checked before a byte of it is read for anything else.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from radiosens.errors import InputError
from radiosens.models.card import FORMAT, Card
from radiosens.models.persistence import file_name, pack, unpack
from radiosens.models.profile_file import pack_training, unpack_training
from radiosens.models.trained import Trained
from radiosens.runs.files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

    from radiosens.panel import Data

__all__ = ["CARD", "Bundle", "is_bundle", "load_bundle", "of_one_scale", "read_card"]

CARD, CARD_HASH, TRAINING = "card.json", "card.sha256", "training.safetensors"
_CURE = "get the bundle anew from where it came, or train it again"


class Bundle(Trained):
    """A trained predictor that can be saved, loaded, and asked."""

    def predict(self, data: Data, **options: Any) -> pd.DataFrame:
        """Predict the samples of a file or an AnnData; see `radiosens.models.prediction.predict`.

        Examples
        --------
        >>> from radiosens.models.defaults import load_model
        >>> bundle = load_model("nci60")
        >>> table = bundle.predict(bundle.as_anndata()[:2])
        >>> table["looks_like"].tolist() == bundle.sample_lines[:2].tolist()
        True
        """
        from radiosens.models.prediction import (
            predict,  # which `radiosens models` need not wait for
        )

        return predict(self, data, **options)

    def save(self, folder: str | Path) -> Bundle:
        """Write all files, the card last; return the bundle with the card as it was written.

        Raises
        ------
        RunError
            If the folder can't be written.
        """
        folder = Path(folder)
        contents = {TRAINING: self._training(), file_name(self.fitted): pack(self.fitted)}
        for number, fitted in self.folds.items():
            contents[f"folds/{number}-{file_name(fitted)}"] = pack(fitted)
        for name, data in contents.items():
            _write(folder / name, data)
        files = {name: _sha256(data) for name, data in contents.items()}
        card = self.card.model_copy(update={"files": files})
        text = json.dumps(card.model_dump(mode="json"), ensure_ascii=False) + "\n"
        _write(folder / CARD, text.encode())
        _write(folder / CARD_HASH, (_sha256(text.encode()) + "\n").encode())
        return replace(self, card=card)

    def _training(self) -> bytes:
        codes = np.array([self._position[line] for line in self.sample_lines], dtype=np.int32)
        return pack_training(self.profiles, codes, self.platforms)

    @property
    def _position(self) -> dict[str, int]:
        return {one.line: i for i, one in enumerate(self.card.lines)}


def of_one_scale(bundle: Bundle) -> Bundle:
    """Return a bundle whose profiles are on a file's own scale; refuse one of many tables.

    Raises
    ------
    InputError
    """
    if bundle.platforms:
        raise InputError(
            f"{bundle.card.name!r} is a model of many tables, and its profiles on no file's scale",
            cure="name a model of one panel, such as nci60",
        )
    return bundle


def is_bundle(folder: str | Path) -> bool:
    """Tell a bundle's folder by its card."""
    return (Path(folder) / CARD).is_file()


def read_card(folder: str | Path) -> Card:
    """Read a bundle's card, its hash checked, and nothing else.

    Raises
    ------
    InputError
        If there is none, it is not what was written, or of another version.
    """
    file = Path(folder) / CARD
    data = _read(file)
    told = _read(Path(folder) / CARD_HASH)
    if told != (_sha256(data) + "\n").encode():
        raise InputError("it is not what was written: its hash differs", where=file, cure=_CURE)
    try:
        content = json.loads(data)
        version = content.get("format")
        if version != FORMAT:
            raise InputError(
                f"it is of format {version!r}, this radiosens reads {FORMAT}",
                where=file,
                cure="use the radiosens that wrote it, or train it again",
            )
        return Card.model_validate(content)
    except (ValueError, AttributeError, RecursionError, ValidationError) as error:
        raise InputError(
            f"it is not a card ({type(error).__name__})", where=file, cure=_CURE
        ) from None


def load_bundle(folder: str | Path) -> Bundle:
    """Load a bundle; no code of it is run, and every file's hash is checked first.

    Parameters
    ----------
    folder : str or Path
        From `radiosens.train`, or `Bundle.save`.

    Raises
    ------
    InputError
        If a file is missing, changed, or of another version.
    """
    folder = Path(folder)
    card = read_card(folder)
    contents = {}
    for name, expected in card.files.items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise InputError(f"it names a file outside ({name})", where=folder / CARD, cure=_CURE)
        data = _read(folder / name)
        if _sha256(data) != expected:
            raise InputError(
                "it is not what the card says: its hash differs", where=folder / name, cure=_CURE
            )
        contents[name] = data
    fitted, folds = None, {}
    for name, data in contents.items():
        if name.startswith("folds/"):
            folds[int(name.removeprefix("folds/").partition("-")[0])] = unpack(data, name)
        elif name != TRAINING:
            fitted = unpack(data, name)
    if fitted is None or TRAINING not in contents:
        raise InputError("it lacks its model or its profiles", where=folder, cure=_CURE)
    try:
        profiles, codes, platforms = unpack_training(contents[TRAINING])
    except ValueError as error:
        raise InputError(
            f"it cannot be read ({error})", where=folder / TRAINING, cure=_CURE
        ) from None
    lines = np.array([one.line for one in card.lines])[codes]
    return Bundle(card, fitted, profiles, lines, folds, platforms)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror or error})",
            where=file,
            cure="name the folder of a bundle, see 'radiosens models'",
        ) from None


def _write(file: Path, data: bytes) -> None:
    atomic_write(file, lambda p: p.write_bytes(data))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
