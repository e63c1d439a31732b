from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from radiosens.models.defaults import load_model
from radiosens.report.page.files import ResultFiles
from radiosens.runs.files import csv_bytes

#: Names as a file may hold them that somebody made to do harm, or by accident.
HOSTILE = (
    "<script>alert(1)</script>",
    '"onerror="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m",
    "=cmd|' /C calc'!A0",
    "x" * 5000,
    "\u202egnp.exe",
    "{{ 7*7 }}",
    "</style><script>alert(1)</script>",
    "a & b",
)


VOID = {"meta", "link", "img", "input", "br"}


@dataclass
class Table:
    file: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[tuple[str, str]]] = field(default_factory=list)  # (raw, shown)


class Reader(HTMLParser):
    """A page read back: its tables, tips and tags."""

    def __init__(self, html: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tips: list[str] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self._stack: list[str] = []
        self._cell: list[str] | None = None
        self._raw: str | None = None
        self.feed(html.decode())
        self.close()
        assert self._stack == [], self._stack

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self._stack.append(tag)
        if tag == "div" and "data-file" in attributes:
            self.tables.append(Table(attributes["data-file"]))
        if tag == "th" and "data-column" in attributes:
            self.tables[-1].columns.append(attributes["data-column"])
        elif tag == "tr":
            self._row: list[tuple[str, str]] = []
        elif tag in ("td", "th"):
            self._cell, self._raw = [], attributes.get("data-v")

    def handle_endtag(self, tag):
        assert self._stack, tag
        assert self._stack.pop() == tag
        if tag in ("td", "th") and self._cell is not None:
            shown = "".join(self._cell)
            self._row.append((shown if self._raw is None else self._raw, shown))
            self._cell = None
        elif tag == "tr" and self._row:
            self.tables[-1].rows.append(self._row)

    def handle_data(self, data):
        if "title" in self._stack and "svg" in self._stack:
            self.tips.append(data)
        if self._stack[-1:] == ["script"]:
            self.scripts.append(data)
        elif self._stack[-1:] != ["style"]:
            self.text.append(data)
        if self._cell is not None:
            self._cell.append(data)


def make_prediction_files(names, *, verdicts=("ok", "recognised", "unlike"), seed=0):
    """Return the files of predictions of samples with such names, as `predict` leaves them."""
    rng = np.random.default_rng(seed)
    n = len(names)
    verdict = [verdicts[i % len(verdicts)] for i in range(n)]
    there = np.array([v in ("ok", "recognised") for v in verdict])
    sf2 = np.where(there, rng.uniform(0.1, 0.9, n), np.nan)
    known = np.array([v == "recognised" for v in verdict])
    table = pd.DataFrame(
        {
            "sample": names,
            "sf2": sf2,
            "sf2_low": sf2 * 0.7,
            "sf2_high": np.where(rng.random(n) < 0.02, np.inf, sf2 * 1.3),
            "verdict": verdict,
            "looks_like": np.where(known, names, ""),
            "recognition": rng.normal(0, 0.3, n),
            "novelty_p": rng.uniform(0, 1, n),
            "genes_measured": rng.integers(9000, 12847, n),
            "genes_filled": 12,
            "rsi": rng.uniform(0, 1, n),
            "gard": np.nan,
            "recognised": np.where(known, "yes", "no"),
            "measured_sf2": np.where(known, 0.315, np.nan),
            "source": "a.csv",
            "reason": np.where(there, "", "it is unlike all training lines"),
        }
    )
    lines = pd.DataFrame(
        {
            "line": [f"line {i}" for i in range(58)],
            "donor": "d",
            "tissue": "Colon",
            "sf2": rng.uniform(0.05, 0.9, 58),
            "samples": 1,
            "haematological": [i < 6 for i in range(58)],
        }
    )
    words = [f"It is said of sample {i} that it is one." for i in range(n)]
    text = "\n\n".join(["Some samples.\nR² was 0.38.", *words, "For research."]) + "\n"
    record = '{"options": {"model": "nci60", "files": {"a.csv": "00ff"}}, "versions": {}}'
    return {
        "predictions.csv": csv_bytes(table),
        "training_lines.csv": csv_bytes(lines),
        "predictions.txt": text.encode(),
        "predict.json": record.encode(),
    }


@pytest.fixture(scope="session")
def survival_files(tmp_path_factory):
    """Return the files that `radiosens survival` leaves of counts with hostile names."""
    from radiosens.report.survival import write_survival
    from radiosens.survival import FitSettings, compare_all, fit_curves, read_counts

    folder = tmp_path_factory.mktemp("survival")
    rows = ["line,treatment,experiment,dose,cells,colonies"]
    rng = np.random.default_rng(0)
    for line, alpha in (("HL-60", 0.6), ("<b>U251</b>", 0.2), ("=A549", 0.3)):
        for experiment in "ab":
            for dose in (0, 1, 2, 4, 6):
                cells = 200 * (1 + dose)
                mean = 0.5 * cells * np.exp(-alpha * dose - 0.03 * dose**2)
                rows.append(f'"{line}",none,{experiment},{dose},{cells},{rng.poisson(mean)}')
    counts = folder / "counts.csv"
    counts.write_text("\n".join(rows) + "\n")
    fits = fit_curves(read_counts([counts]), FitSettings().checked())
    out = folder / "out"
    write_survival(fits, out, comparisons=compare_all(fits.curves, None, at_survival=0.1))
    return ResultFiles.of_directory(out), out


@pytest.fixture(scope="session")
def check_files(tmp_path_factory):
    """Return the files that `radiosens check` leaves of a panel with two exchanged labels."""
    from radiosens.panel import load_panel
    from radiosens.quality import check
    from radiosens.report.check import write_check

    panel = load_panel("simulated", for_training=False)
    lines = panel.obs["line"].astype(str).to_numpy(copy=True)
    lines[[0, 30]] = lines[[30, 0]]
    panel.obs["line"] = lines
    out = tmp_path_factory.mktemp("check") / "out"
    write_check(check(panel), panel, out)
    return ResultFiles.of_directory(out), out


@pytest.fixture(scope="session")
def read_page():
    """Read a page back."""
    return Reader


@pytest.fixture(scope="session")
def prediction_files():
    """Make the files of predictions of samples with given names."""
    return make_prediction_files


@pytest.fixture(params=HOSTILE, ids=[str(i) for i in range(len(HOSTILE))])
def hostile_name(request):
    return request.param


@pytest.fixture(scope="session")
def hostile_names():
    return list(HOSTILE)


@pytest.fixture(scope="session")
def small_panel():
    from radiosens import simulate_panel

    panel = simulate_panel(features=120, tissues=3, lines_per_tissue=3, replicates=2)
    names = dict(zip(dict.fromkeys(panel.obs["line"]), HOSTILE, strict=False))
    for column in ("line", "donor"):
        panel.obs[column] = panel.obs["line"].astype(str).replace(names)
    return panel


@pytest.fixture(scope="session")
def evaluate_files(small_panel, tmp_path_factory):
    """Return the files that `radiosens evaluate` leaves."""
    from radiosens import EvaluateSettings, evaluate

    out = tmp_path_factory.mktemp("evaluate") / "out"
    settings = EvaluateSettings(
        predictors=("tissue-mean", "nearest", "ridge"), rounds=1, folds=3, permutations=2, refits=3
    )
    evaluate(small_panel, out, settings, jobs=1)
    return ResultFiles.of_directory(out), out


@pytest.fixture(scope="session")
def reproduce_files(small_panel, tmp_path_factory):
    """Return the files that `radiosens reproduce` leaves."""
    from radiosens import ReproduceSettings, reproduce

    out = tmp_path_factory.mktemp("reproduce") / "out"
    settings = ReproduceSettings(preset="quick", rounds=2, folds=2, epochs=2)
    reproduce(small_panel, out, settings, jobs=1)
    return ResultFiles.of_directory(out), out


@pytest.fixture(scope="session")
def gene_panel(tmp_path_factory):
    """Return a panel of genes and of features with hostile names, and two gene sets of it."""
    from radiosens import simulate_panel

    panel = simulate_panel(features=120, lines_per_tissue=3, replicates=1)
    genes = list(load_model("nci60").card.features)[: 120 - len(HOSTILE)]
    panel.var_names = [*HOSTILE, *genes]
    panel.obs_names = [*HOSTILE, *panel.obs_names[len(HOSTILE) :]]
    panel.obs["tissue"] = panel.obs["tissue"].replace("simulated tissue 1", "Leukemia")
    sets = tmp_path_factory.mktemp("sets") / "sets.gmt"
    first, second = "\t".join(genes[:30]), "\t".join(genes[30:60])
    sets.write_text(f"<script>alert(1)</script>\tnote\t{first}\n=1+1\tnote\t{second}\n")
    return panel, sets


@pytest.fixture(scope="session")
def explain_files(gene_panel, tmp_path_factory):
    """Return the files that `radiosens explain` leaves of samples."""
    from radiosens import train
    from radiosens.models.training import TrainSettings
    from radiosens.report.explain import explain, of_samples

    panel, sets = gene_panel
    folder = tmp_path_factory.mktemp("explain")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_samples, "FOLDS", 2)
        patch.setattr(of_samples, "FEW_SHUFFLES", 2)
        patch.setenv("RADIOSENS_CACHE", str(folder / "cache"))
        settings = TrainSettings(predictor="ridge", level="features", folds=2)
        model = train(panel, folder / "model", settings, jobs=1)
        new = panel[: len(HOSTILE)].copy()
        explain(new, model, keep_unlike=True, gene_sets=[sets], out=folder / "out")
    return ResultFiles.of_directory(folder / "out"), folder / "out"


@pytest.fixture(scope="session")
def model_files(gene_panel, tmp_path_factory):
    """Return the files that `radiosens explain` leaves of a kind of model."""
    from radiosens.report.explain import explain_model

    panel, sets = gene_panel
    out = tmp_path_factory.mktemp("model") / "out"
    few = {"level": "features", "folds": 2, "shuffles": 3, "jobs": 1}
    explain_model(panel, "pls", gene_sets=[sets], out=out, **few)
    return ResultFiles.of_directory(out), out


@pytest.fixture(scope="session")
def both_files(gene_panel, tmp_path_factory):
    """Return the files that `radiosens predict` leaves of two models, samples explained."""
    from radiosens import predict
    from radiosens.report.explain.result import Explanation, verdict_of

    bundle = load_model("nci60")
    place = {line: i for i, line in enumerate(bundle.sample_lines)}
    x = np.array(bundle.profiles, dtype=np.float32)
    rng = np.random.default_rng(0)
    mixed = (x[place["A549"]] + x[place["SK-MEL-5"]]) / 2
    rows = [x[place["HL-60"]], mixed, (x[place["K-562"]] + x[place["SR"]]) / 2,
            rng.permutation(x[0]), 0.2 * mixed + 0.8 * x[place["HOP-92"]]]  # fmt: skip
    import anndata as ad

    names = list(HOSTILE[: len(rows)])
    data = ad.AnnData(
        np.array(rows), obs=pd.DataFrame(index=names), var=pd.DataFrame(index=bundle.card.features)
    )
    genes = pd.DataFrame(
        {"sample": names[0], "gene": HOSTILE, "contribution": 0.03, "share": 1 / len(HOSTILE)}
    )
    overview = pd.DataFrame(
        {
            "sample": names[:1],
            "sf2": 0.13,
            "baseline": 0.57,
            "half": 3,
            "stability": 0.8,
            "error": 0.0,
        }
    )
    sets = genes.rename(columns={"gene": "set", "share": "genes"}).assign(leading="", source="a")
    explained = Explanation(verdict_of(None, "nci60"), None, ("unstable",), contributions=genes,
                            explained=overview, pathways=sets)  # fmt: skip
    out = tmp_path_factory.mktemp("both") / "out"
    predict(data, out=out, scale="log2", explained=explained)
    return ResultFiles.of_directory(out), out
