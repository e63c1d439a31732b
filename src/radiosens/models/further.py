"""Going on from a bundle with new lines: what is kept of it, and what both have."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from radiosens.errors import InputError, SettingsError
from radiosens.models.bundle import Bundle, of_one_scale
from radiosens.models.card import Line
from radiosens.models.fitted import Samples, network_of
from radiosens.models.training import TrainSettings

__all__ = ["further", "goes_on"]

#: Features that old and new data have to share, and the share of them where weights are kept:
#: what is missing is filled with training's mean.
LEAST_SHARED, LEAST_OF_WEIGHTS = 100, 0.5


def goes_on(bundle: Bundle, settings: TrainSettings) -> bool:
    """Tell whether a training starts from a bundle's weights: of the same kind of network.

    Raises
    ------
    SettingsError
        If its network is of another preset.
    """
    same = bundle.card.predictor == settings.predictor
    if not same or settings.anew or network_of(bundle.fitted.model) is None:
        return False
    preset = bundle.card.settings.get("preset")
    if preset != settings.preset:
        raise SettingsError(
            f"its weights are of the network {preset!r}, not {settings.preset!r}",
            cure="give the same --preset, or --anew to draw weights anew",
        )
    return True


def further(bundle: Bundle, new: Samples, *, all_features: bool = False) -> Samples:
    """Return the samples of a bundle and new ones, on the features that both have.

    A line that both have is one line with samples of two sources; its SF2 has to be one, and so
    is its donor: folds that keep donors together would else part the line from itself.

    Parameters
    ----------
    bundle : Bundle
    new : Samples
    all_features : bool
        Whether to keep all of the bundle's features, as its weights read them; those that the new
        samples lack are NaN.

    Raises
    ------
    InputError
        If they share too few features, or a line has two SF2 or two donors.
    """
    card = of_one_scale(bundle).card
    position = {name: i for i, name in enumerate(new.features)}
    shared = [i for i, name in enumerate(card.features) if name in position]
    least = round(LEAST_OF_WEIGHTS * len(card.features)) if all_features else LEAST_SHARED
    if len(shared) < least:
        raise InputError(
            f"the new data have {len(shared):,} of the model's {len(card.features):,}"
            f" {card.level}, and it takes {least:,}",
            cure="train on data that measure the same genes"
            + (", or on the common ones with --anew" if all_features else ""),
        )
    facts = {one.line: one for one in card.lines}
    for line, sf2 in zip(new.lines, new.sf2, strict=True):
        if line in facts and abs(facts[line].sf2 - sf2) > 1e-6:
            raise InputError(
                f"the line {line!r} has an SF2 of {sf2:g} here, and of {facts[line].sf2:g} in"
                " the model",
                cure="give one SF2 in the sample sheet",
            )
    old = [facts[line] for line in bundle.sample_lines]
    kept = range(len(card.features)) if all_features else shared
    x = np.full((len(new.x), len(card.features)), np.nan, dtype=np.float32)
    x[:, shared] = new.x[:, [position[card.features[i]] for i in shared]]
    return Samples(
        np.concatenate([bundle.profiles, x])[:, kept],
        tuple(card.features[i] for i in kept),
        np.concatenate([[one.sf2 for one in old], new.sf2]),
        np.concatenate([bundle.sample_lines, new.lines]),
        np.concatenate([[one.donor for one in old], _as_known(new, facts)]),
        np.concatenate([[one.tissue for one in old], new.tissues]),
        np.concatenate([np.full(len(old), card.name), new.sources]),
    )


def _as_known(new: Samples, facts: Mapping[str, Line]) -> list[str]:
    """Return the donor of each new sample by the name that the bundle has for it."""
    names: dict[str, str] = {}
    for line, donor in zip(new.lines.tolist(), new.donors.tolist(), strict=True):
        if line in facts and names.setdefault(donor, facts[line].donor) != facts[line].donor:
            raise InputError(
                f"the donor {donor!r} gave lines that are of {names[donor]!r} and of"
                f" {facts[line].donor!r} in the model",
                cure="say in the sample sheet which lines share a donor, as the model has it",
            )
    return [names.get(donor, donor) for donor in new.donors.tolist()]
