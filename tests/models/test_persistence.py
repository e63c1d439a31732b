from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from radiosens.errors import InputError, SettingsError
from radiosens.models.fitted import Samples, find_predictor, fit
from radiosens.models.persistence import file_name, pack, unpack
from radiosens.predictors import BUILTIN, Predictor
from radiosens.predictors.rsi import GENES

FEATURES = tuple([g.symbol for g in GENES] + [f"g{i}" for i in range(390)])
PREDICT = """
import sys
import numpy as np
from radiosens.models.persistence import unpack
data, x, tissues, out = sys.argv[2:]
with open(data, "rb") as file:
    fitted = unpack(file.read(), sys.argv[1])
np.save(out, fitted.predict(np.load(x), np.load(tissues)))
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


@pytest.mark.parametrize("name", [*BUILTIN, "two-means"])
def test_every_predictor_predicts_the_same_bits_in_a_new_process(name, samples, tmp_path):
    settings = {"preset": "quick", "epochs": 1} if name.startswith("cnn") else {}
    if settings:
        pytest.importorskip("torch", reason="needs the extra 'network'")
    fitted = fit(find_predictor(name), samples, 0, settings)
    (tmp_path / "model").write_bytes(pack(fitted))
    np.save(tmp_path / "x.npy", samples.x)
    np.save(tmp_path / "tissues.npy", samples.tissues)
    files = [tmp_path / n for n in ("model", "x.npy", "tissues.npy", "out.npy")]
    subprocess.run([sys.executable, "-c", PREDICT, file_name(fitted), *files], check=True)
    assert (np.load(tmp_path / "out.npy") == fitted.predict(samples.x, samples.tissues)).all()


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
