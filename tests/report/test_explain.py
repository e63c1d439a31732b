from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import radiosens
from radiosens.errors import RadiosensError
from radiosens.explain.sets import GeneSets
from radiosens.models.training import TrainSettings
from radiosens.report.explain import explain, explain_model, of_samples
from radiosens.report.explain.text import _of_sets


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """As few fits as there can be."""
    monkeypatch.setattr(of_samples, "FOLDS", 2)
    monkeypatch.setattr(of_samples, "FEW_SHUFFLES", 2)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    panel = radiosens.simulate_panel(features=200, lines_per_tissue=3, replicates=1)
    panel.obs["tissue"] = panel.obs["tissue"].replace("simulated tissue 1", "Leukemia")
    settings = TrainSettings(predictor="ridge", level="features", folds=2)
    out = tmp_path_factory.mktemp("bundle") / "model"
    return panel, radiosens.train(panel, out, settings, jobs=1)


def test_samples_are_explained_and_the_verdict_leads(bundle, tmp_path):
    panel, model = bundle
    found = explain(panel[:3].copy(), model, keep_unlike=True, out=tmp_path / "why")
    words = ("trusted", "unstable", "no better than chance")
    assert found.sentences[0].startswith(words)
    assert (tmp_path / "why" / "explanation.txt").read_text().startswith(words)
    table = pd.read_csv(tmp_path / "why" / "contributions.csv")
    assert list(table.columns) == ["sample", "gene", "contribution", "share"]
    sums = table.groupby("sample", sort=False)["contribution"].sum()
    predicted = found.predictions.set_index("sample")["sf2"].dropna()
    gaps = predicted - sums
    assert np.ptp(gaps) < 1e-5  # what is left is the baseline, the same for all
    np.testing.assert_allclose(table.groupby("sample")["share"].sum(), 1)
    assert len(list((tmp_path / "why").glob("waterfall_*.png"))) == len(sums)
    assert (
        json.loads((tmp_path / "why" / "explain.json").read_text())["verdict"] == found.verdict.word
    )


def test_evidence_is_gathered_once_a_model(bundle, monkeypatch):
    panel, model = bundle
    first = explain(panel[:1].copy(), model)
    monkeypatch.setattr(of_samples, "model_figures", lambda *_, **__: pytest.fail("gathered again"))
    assert explain(panel[:1].copy(), model).evidence == first.evidence


def test_a_line_of_training_or_all_of_them_may_be_the_baseline(bundle):
    panel, model = bundle
    line = str(panel.obs["line"].iloc[0])
    own = explain(panel[:1].copy(), model, baseline=line, keep_unlike=True)
    assert own.contributions["contribution"].abs().sum() < 1e-6
    every = explain(panel[:1].copy(), model, baseline="training", keep_unlike=True)
    assert "each of 18 lines" in " ".join(every.sentences)
    with pytest.raises(RadiosensError, match="no line of training"):
        explain(panel[:1].copy(), model, baseline="Nobody")


def test_a_kind_of_model_is_explained_on_a_panel_and_goes_on_where_it_stopped(bundle, tmp_path):
    panel, _ = bundle
    sets = tmp_path / "sets.gmt"
    sets.write_text("repair\tnote\tTP53\tATM\n")
    options = {"level": "features", "folds": 2, "shuffles": 3, "jobs": 1, "gene_sets": [sets]}
    out = tmp_path / "run"
    found = explain_model(panel, "pls", out=out, **options)
    again = explain_model(panel, "pls", out=out, **options)
    pd.testing.assert_frame_equal(found.genes, again.genes)
    genes = pd.read_csv(out / "genes.csv")
    assert list(genes.columns[:4]) == ["gene", "mean_absolute", "stability", "p"]
    assert set(genes["lines"]) == {"all lines", "solid lines alone"}
    assert (out / "genes.png").exists()
    assert found.pathways is None  # no set has ten measured genes
    assert found.sentences[0].startswith(("trusted", "unstable", "no better than chance"))


def test_without_shuffles_nothing_is_claimed(bundle):
    panel, _ = bundle
    found = explain_model(panel, "ridge", level="features", folds=2, shuffles=0)
    assert found.verdict.sentence.startswith("unstable: It was compared with 0 models")
    assert not found.verdict.rests_on_lineage


@pytest.mark.parametrize(
    ("features", "options", "what"),
    [
        (1, {}, "measures 1 features"),
        (50, {"level": "probes"}, "no level 'probes'"),
        (50, {"shuffles": -1}, "-1 as shuffles"),
        (50, {"seed": -1}, "-1 as seed"),
    ],
)
def test_what_can_not_be_explained_is_refused(bundle, features, options, what):
    panel = bundle[0][:, :features].copy()
    with pytest.raises(RadiosensError, match=what):
        explain_model(panel, "ridge", **{"level": "features", "folds": 2, "shuffles": 1} | options)


def test_it_is_said_when_no_set_could_be_found():
    sets = GeneSets({f"set {i}": ("TP53",) for i in range(60)}, "mine.gmt")
    none = pd.DataFrame({"set": [], "fdr": []})
    assert "none has 10 to 500 measured genes" in _of_sets(sets, none, 100)
    table = pd.DataFrame({"set": list(sets.sets)[:50], "fdr": 1.0})
    said = _of_sets(sets, table, 20)
    assert "50 of 10 to 500 measured genes were tested and 0 found" in said
    assert "with 20 shuffles it takes 5 sets at once" in said
    assert "it takes" not in _of_sets(sets, table, 100)


def test_a_panel_needs_a_predictor(bundle):
    with pytest.raises(RadiosensError, match="needs a predictor"):
        explain_model(bundle[0])


def test_the_room_can_be_called_by_its_name():
    import radiosens.explain as room

    assert callable(room)
    assert callable(radiosens.explain)
