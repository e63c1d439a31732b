from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from radiosens.errors import InputError, SettingsError
from radiosens.models.fitted import Samples, find_predictor, fit
from radiosens.models.persistence import file_name, pack, unpack
from radiosens.predictors import BUILTIN, Predictor
from radiosens.predictors.rsi import GENES

FEATURES = tuple([g.symbol for g in GENES] + [f"g{i}" for i in range(390)])
NAMES = [*BUILTIN, "two-means"]
PREDICT = """
import sys
from pathlib import Path
import numpy as np
from radiosens.models.persistence import unpack
folder = Path(sys.argv[1])
x, tissues = np.load(folder / "x.npy"), np.load(folder / "tissues.npy")
for file in folder.glob("*/*"):
    np.save(file.parent / "out.npy", unpack(file.read_bytes(), file.name).predict(x, tissues))
"""


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    profiles = rng.normal(7, 2, (15, 400))
    x = (profiles.repeat(2, axis=0) + rng.normal(0, 0.3, (30, 400))).astype("float32")
    lines = np.array([f"line{i}" for i in range(15)]).repeat(2)
    tissues = np.array(["Leukemia", "Lung", "Skin"]).repeat(10)
    sf2 = rng.uniform(0.1, 0.9, 15).repeat(2)
    return Samples(x, FEATURES, sf2, lines, lines, tissues, np.full(30, "file"))


@pytest.fixture(scope="module")
def fitted(samples):
    found = {}
    for name in NAMES:
        if name.startswith("cnn") and find_spec("torch") is None:
            continue
        settings = {"preset": "quick", "epochs": 1} if name.startswith("cnn") else {}
        found[name] = fit(find_predictor(name), samples, 0, settings)
    return found


@pytest.fixture(scope="module")
def predicted_elsewhere(fitted, samples, tmp_path_factory):
    """What a new process predicts with each of them."""
    folder = tmp_path_factory.mktemp("packed")
    np.save(folder / "x.npy", samples.x)
    np.save(folder / "tissues.npy", samples.tissues)
    for name, one in fitted.items():
        (folder / name).mkdir()
        (folder / name / file_name(one)).write_bytes(pack(one))
    subprocess.run([sys.executable, "-c", PREDICT, folder], check=True)
    return {name: np.load(folder / name / "out.npy") for name in fitted}


@pytest.mark.parametrize("name", NAMES)
def test_every_predictor_predicts_the_same_bits_in_a_new_process(
    name, fitted, predicted_elsewhere, samples
):
    if name not in fitted:
        pytest.skip("needs the extra 'network'")
    here = fitted[name].predict(samples.x, samples.tissues)
    assert (predicted_elsewhere[name] == here).all()


def test_a_foreign_predictor_is_told_why_it_cannot_be_bundled(samples):
    class Own:
        def fit(self, X, y):
            return self

    fitted = fit(Predictor("own", "", lambda **_: Own()), samples, 0)
    with pytest.raises(SettingsError, match="own cannot be put into a bundle"):
        pack(fitted)


@pytest.mark.parametrize("name", ["model.skops", "network.safetensors"])
def test_a_pickle_is_never_opened(name, tmp_path):
    import pickle

    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    with pytest.raises(InputError):
        unpack(pickle.dumps(Bomb()), name)
    assert not (tmp_path / "exploded").exists()


def test_types_outside_the_list_are_refused():
    import skops.io

    data = skops.io.dumps({"model": subprocess.Popen})
    with pytest.raises(InputError, match="which no bundle may hold"):
        unpack(data, "model.skops")
