"""The network in one safetensors file: weights, what was learned of inputs, and its dimensions."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from radiosens.errors import InputError
from radiosens.models.fitted import Fitted, network_of
from radiosens.network.architecture import SurvivalNet
from radiosens.network.dimensions import Architecture
from radiosens.network.regressor import CNNRegressor
from radiosens.preprocessing import NoiseFilter, Scaling
from radiosens.preprocessing.alignment import Reference

__all__ = ["pack_network", "unpack_network"]

_WEIGHTS = "net."


def pack_network(fitted: Fitted) -> bytes:
    """Return a trained network as bytes of safetensors, its dimensions among the metadata."""
    from safetensors.numpy import save

    model = network_of(fitted.model)
    assert model is not None
    arrays = {f"{_WEIGHTS}{k}": v.cpu().numpy() for k, v in model.net_.state_dict().items()}
    arrays["reference.mean"] = fitted.reference.mean
    facts: dict[str, Any] = {
        "predictor": fitted.predictor,
        "gain": fitted.reference.gain,
        "architecture": asdict(model.architecture_),
        "dropout": [model.net_.conv_dropout, model.net_.dense_dropout],
        "preset": model.preset,
        "batch_predict": model.batch_predict,
        "features": model.n_features_in_,
        "losses": list(model.losses_),
        "inner": _scaling(model.scaling_, "inner", arrays),
        "outer": _scaling(fitted.scaling, "outer", arrays),
        "noise": model.noise_ is not None,
    }
    if model.noise_ is not None:
        arrays["noise.components"] = model.noise_.components
        arrays["noise.shares"] = model.noise_.shares
    whole = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    return bytes(save(whole, metadata={"radiosens": json.dumps(facts)}))


def unpack_network(data: bytes) -> Fitted:
    """Return the network that was packed.

    Raises
    ------
    InputError
        If the bytes are no such file.
    """
    from safetensors.numpy import load

    try:
        arrays = load(data)
        facts = json.loads(_metadata(data)["radiosens"])
        return _rebuild(arrays, facts)
    except Exception as error:  # a damaged file may raise anything
        raise InputError(
            f"it cannot be read ({type(error).__name__})",
            where="network.safetensors",
            cure="get the bundle anew from where it came, or train it again",
        ) from error


def _metadata(data: bytes) -> dict[str, str]:
    """Read the header of safetensors: eight bytes of length, then JSON."""
    length = int.from_bytes(data[:8], "little")
    found: dict[str, str] = json.loads(data[8 : 8 + length])["__metadata__"]
    return found


def _rebuild(arrays: dict[str, Any], facts: dict[str, Any]) -> Fitted:
    import torch

    known = {f.name for f in fields(Architecture)}
    told: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in facts["architecture"].items()
    }
    architecture = Architecture(**{k: v for k, v in told.items() if k in known})
    net = SurvivalNet(architecture, *facts["dropout"])
    net.load_state_dict(
        {
            k.removeprefix(_WEIGHTS): torch.from_numpy(v)
            for k, v in arrays.items()
            if k.startswith(_WEIGHTS)
        }
    )
    model = CNNRegressor(facts["preset"], batch_predict=int(facts["batch_predict"]))
    model.net_, model.architecture_ = net.eval(), architecture
    model.losses_ = list(facts["losses"])
    model.n_features_in_ = int(facts["features"])
    scaling = _read_scaling(facts["inner"], "inner", arrays)
    assert scaling is not None
    model.scaling_ = scaling
    model.noise_ = (
        NoiseFilter(arrays["noise.components"], arrays["noise.shares"]) if facts["noise"] else None
    )
    reference = Reference(arrays["reference.mean"], float(facts["gain"]))
    outer = _read_scaling(facts["outer"], "outer", arrays)
    return Fitted(str(facts["predictor"]), reference, outer, model)


def _scaling(scaling: Scaling | None, name: str, arrays: dict[str, Any]) -> dict[str, Any] | None:
    """Put a scaling's arrays among the others; return the rest of it."""
    if scaling is None:
        return None
    arrays[f"{name}.grand_mean"] = scaling.grand_mean
    for i, mean in enumerate(scaling.means.values()):
        arrays[f"{name}.mean{i}"] = mean
    return {
        "overall": scaling.overall,
        "sources": list(scaling.means),
        "spreads": [scaling.spreads[s] for s in scaling.means],
    }


def _read_scaling(told: dict[str, Any] | None, name: str, arrays: dict[str, Any]) -> Scaling | None:
    if told is None:
        return None
    means = {s: arrays[f"{name}.mean{i}"] for i, s in enumerate(told["sources"])}
    spreads = dict(zip(told["sources"], map(float, told["spreads"]), strict=True))
    return Scaling(means, spreads, arrays[f"{name}.grand_mean"], float(told["overall"]))
