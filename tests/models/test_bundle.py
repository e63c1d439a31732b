from __future__ import annotations

import hashlib
import json
import pickle
import shutil

import numpy as np
import pytest

from radiosens import load_bundle, simulate_panel
from radiosens.errors import InputError, SettingsError
from radiosens.models.bundle import read_card
from radiosens.models.defaults import find_model, load_model, model_names
from radiosens.models.fitted import Samples
from radiosens.models.further import further
from radiosens.models.training import TrainSettings
from radiosens.report.train import train


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    panel = simulate_panel(features=300, signal_features=50)
    out = tmp_path_factory.mktemp("bundles") / "ridge"
    train(panel, out, TrainSettings(predictor="ridge", level="features", folds=4), jobs=1)
    return out


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def files_of(folder):
    card = read_card(folder)
    return ["card.json", "card.sha256", *card.files]


def test_a_loaded_bundle_predicts_the_same_bits(folder):
    first, second = load_bundle(folder), load_bundle(folder)
    x = first.profiles
    assert (first.fitted.predict(x) == second.fitted.predict(x)).all()
    assert set(first.folds) == {1, 2, 3, 4}


def test_the_card_says_what_the_model_is(folder):
    card = read_card(folder)
    assert card.predictor == "ridge"
    assert card.data["simulated"]
    assert {(p.protocol, p.subset) for p in card.performance} >= {
        ("donor", "all"), ("replicate", "all"),
    }  # fmt: skip
    assert len(card.calibration.residuals) == len(card.lines)


def test_the_card_says_which_model_our_recommendation_has_become(tmp_path):
    panel = simulate_panel(features=60, tissues=2, lines_per_tissue=6)
    settings = TrainSettings(predictor="radiosens", level="features", folds=3)
    train(panel, tmp_path / "model", settings, jobs=1)
    assert read_card(tmp_path / "model").limits.startswith("Of radiosens: it is ")


def test_a_flipped_byte_in_any_file_is_refused(copy):
    for name in files_of(copy):
        file = copy / name
        data = file.read_bytes()
        for place in (0, len(data) // 2, len(data) - 1):
            spoilt = bytearray(data)
            spoilt[place] ^= 1
            file.write_bytes(bytes(spoilt))
            with pytest.raises(InputError):
                load_bundle(copy)
        file.write_bytes(data)
    load_bundle(copy)


@pytest.mark.parametrize("name", ["model.skops", "training.safetensors", "card.json"])
def test_a_pickle_is_never_opened_even_where_its_hash_is_right(copy, name, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    (copy / name).write_bytes(pickle.dumps(Bomb()))
    content = (copy / "card.json").read_bytes()
    if name != "card.json":
        card = json.loads(content)
        card["files"][name] = hashlib.sha256((copy / name).read_bytes()).hexdigest()
        content = json.dumps(card).encode()
        (copy / "card.json").write_bytes(content)
    (copy / "card.sha256").write_text(hashlib.sha256(content).hexdigest() + "\n")
    with pytest.raises(InputError):
        load_bundle(copy)
    assert not (tmp_path / "exploded").exists()


def rewritten(folder, **changes):
    card = json.loads((folder / "card.json").read_bytes()) | changes
    content = json.dumps(card).encode()
    (folder / "card.json").write_bytes(content)
    (folder / "card.sha256").write_text(hashlib.sha256(content).hexdigest() + "\n")


def test_another_version_is_refused_with_a_word(copy):
    rewritten(copy, format=99)
    with pytest.raises(InputError, match="it is of format 99, this radiosens reads 1"):
        load_bundle(copy)


def test_a_card_that_names_files_outside_is_refused(copy):
    rewritten(copy, files={"../../etc/passwd": "0"})
    with pytest.raises(InputError, match="names a file outside"):
        load_bundle(copy)


def test_a_missing_file_is_named(copy):
    (copy / "model.skops").unlink()
    with pytest.raises(InputError, match=r"model\.skops: it cannot be read"):
        load_bundle(copy)


def test_default_models_are_small_and_whole():
    assert "nci60" in model_names()
    for name in model_names():
        size = sum(p.stat().st_size for p in find_model(name).rglob("*") if p.is_file())
        assert size <= {"yard": 4_000_000}.get(name, 2_000_000)
        bundle = load_model(name)
        assert np.isfinite(bundle.profiles).all()
        assert "patient" in bundle.card.intended_use
    with pytest.raises(SettingsError, match="there is no model 'nothing'"):
        load_model("nothing")


@pytest.fixture(scope="module")
def new_lines():
    panel = simulate_panel(features=300, signal_features=50)
    new = panel[panel.obs["tissue"] == "simulated tissue 1"].copy()
    new.obs["line"] = ["new " + line for line in new.obs["line"]]
    new.obs["donor"] = new.obs["line"]
    new.obs["source"] = "new"
    new.X = new.X + 0.5
    return new


def test_further_training_keeps_the_old_lines_and_the_history(folder, new_lines, tmp_path):
    settings = TrainSettings(predictor="ridge", level="features", folds=4)
    bundle = train(new_lines, tmp_path / "second", settings, base=folder, jobs=1)
    names = [one.line for one in bundle.card.lines]
    assert len(names) == len(read_card(folder).lines) + new_lines.obs["line"].nunique()
    assert bundle.card.history[0]["name"] == "ridge"
    assert bundle.card.history[0]["kept"] == "lines"
    with pytest.raises(SettingsError, match="the model knows features"):
        train(new_lines, tmp_path / "third", TrainSettings(predictor="ridge"), base=folder)


def samples_of_lines(folder, lines, donors):
    """Two old profiles as new samples of such lines and donors."""
    bundle = load_bundle(folder)
    return bundle, Samples(
        bundle.profiles[:2], tuple(bundle.card.features), np.full(2, 0.5), np.array(lines),
        np.array(donors), np.full(2, "unknown"), np.full(2, "new"),
    )  # fmt: skip


def test_a_line_keeps_its_donor_whatever_new_data_call_it(folder):
    known = read_card(folder).lines[0]
    bundle, new = samples_of_lines(folder, [known.line, "its sister"], ["me", "me"])
    new.sf2[0] = known.sf2
    both = further(bundle, new)
    assert both.donors[-2:].tolist() == [known.donor] * 2
    for line in np.unique(both.lines):
        assert len(set(both.donors[both.lines == line])) == 1


def test_a_donor_that_joins_two_of_the_models_is_refused(folder):
    first, second = read_card(folder).lines[:2]
    bundle, new = samples_of_lines(folder, [first.line, second.line], ["me", "me"])
    new.sf2[:] = first.sf2, second.sf2
    with pytest.raises(InputError, match="the donor 'me' gave lines"):
        further(bundle, new)


def test_a_network_goes_on_from_its_weights_unless_told_not_to(new_lines, tmp_path, monkeypatch):
    from radiosens.models import calibration

    starts, fit = [], calibration.fit

    def watched(predictor, samples, seed, settings=None, *, start=None):
        starts.append((len(samples.sf2), start is not None))
        return fit(predictor, samples, seed, settings, start=start)

    monkeypatch.setattr(calibration, "fit", watched)
    few = simulate_panel(features=300, signal_features=50, lines_per_tissue=2, replicates=1)
    new_lines = new_lines[::3].copy()  # one sample a line
    told = {"predictor": "cnn", "level": "features", "folds": 2, "preset": "quick", "epochs": 1}
    assert new_lines.obs["line"].is_unique
    train(few, tmp_path / "first", TrainSettings(**told), jobs=1)
    assert {yes for _, yes in starts} == {False}
    del starts[:]
    part = new_lines[:, 50:].copy()  # it lacks some features, which are filled
    warm = train(part, tmp_path / "warm", TrainSettings(**told), base=tmp_path / "first", jobs=1)
    assert warm.card.history[0]["kept"] == "lines and weights"
    assert warm.card.features == read_card(tmp_path / "first").features
    # Weights of a fold are its own: old lines of training first, then all of training.
    assert [yes for _, yes in starts] == [False, True] * (len(starts) // 2)
    assert all(
        a < b < few.n_obs + part.n_obs
        for (a, _), (b, _) in zip(starts[::2], starts[1::2], strict=True)
    )
    anew = TrainSettings(**told, anew=True)
    cold = train(part, tmp_path / "cold", anew, base=tmp_path / "first", jobs=1)
    assert cold.card.history[0]["kept"] == "lines"
    assert len(cold.card.features) == part.n_vars
    little = new_lines[:, :120].copy()
    with pytest.raises(InputError, match=r"and it takes 150; .* --anew"):
        train(little, tmp_path / "x", TrainSettings(**told), base=tmp_path / "first", jobs=1)
    other = TrainSettings(**told | {"preset": "paper"})
    with pytest.raises(SettingsError, match="its weights are of the network 'quick'"):
        train(new_lines, tmp_path / "y", other, base=tmp_path / "first", jobs=1)
