"""Further training: NCI-60 on U133A, then lines of CCLE with Yard's SF2, on common genes.

    python benchmarks/further_training.py SHARED_DATA YARD_SHEET

Compared on the same held-out donors, which no model has seen: a model of the old lines alone, one
trained from the start on both, and one of the new lines alone; the network also goes on from the
weights of the old lines' model, with both (which is what ``radiosens train --from`` does) and with
the new lines alone, which shows what it forgets.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiosens.celllines import is_haematological
from radiosens.models.calibration import told_tissues
from radiosens.models.defaults import load_model
from radiosens.models.fitted import Samples, find_predictor, fit
from radiosens.models.further import further
from radiosens.models.training import samples_of
from radiosens.panel import load_panel

#: Way to the lines that it is trained on, and whether it starts from the old lines' weights.
WAYS = {
    "old lines alone": ("old", False),
    "from the start on both": ("both", False),
    "new lines alone": ("new", False),
    "going on with both": ("both", True),
    "going on with the new alone": ("new", True),
}


def fold_of(samples: Samples, folds: int) -> NDArray[np.intp]:
    """Deal donors to folds."""
    names = np.random.default_rng(0).permutation(np.unique(samples.donors))
    fold = {donor: i % folds for i, donor in enumerate(names)}
    return np.array([fold[d] for d in samples.donors])


def predict_fold(
    samples: Samples, first: str, predictor: str, train: NDArray[np.intp], test: NDArray[np.intp]
) -> dict[str, NDArray[np.float64]]:
    """Predict held-out donors by each way; ``first`` is the source of the old lines."""
    assert not set(samples.donors[train]) & set(samples.donors[test])
    old = samples.sources == first
    rows = {"old": train[old[train]], "new": train[~old[train]], "both": train}
    found, start = {}, None
    for way, (lines, goes_on) in WAYS.items():
        if goes_on and predictor != "cnn":
            continue
        own = rows[lines]
        fitted = fit(
            find_predictor(predictor), samples.part(own), 0, start=start if goes_on else None
        )
        start = fitted if lines == "old" else start
        unknown = set(samples.sources[test]) - set(samples.sources[own])
        told = told_tissues(predictor, samples.tissues[test])
        sources = None if unknown else samples.sources[test]
        found[way] = fitted.predict(samples.x[test], told, sources)
    return found


def scores(
    samples: Samples, first: str, predicted: dict[str, NDArray[np.float64]]
) -> dict[str, list[float]]:
    """Return R² and r on old and on new lines of each way."""
    old = samples.sources == first
    solid = np.array([not is_haematological(t) for t in samples.tissues])
    parts = {"old": old, "old, solid": old & solid, "new": ~old}
    found = {}
    for where, mask in parts.items():
        for way, values in predicted.items():
            y, p = samples.sf2[mask], values[mask]
            r2 = 1 - np.square(y - p).sum() / np.square(y - y.mean()).sum()
            r = float(np.corrcoef(y, p)[0, 1])
            found[f"{where}, {way}"] = [round(float(r2), 2), round(r, 2)]
    return found


def both(data: Path, sheet: Path) -> Samples:
    """Return old and new lines on common genes; lines of both have two kinds of SF2: left out."""
    bundle = load_model("nci60")
    panel = load_panel(data / "more_lines" / "ccle_rnaseq_1000genes.csv.gz", sheet)
    new = samples_of(panel, "genes")
    own = {one.line for one in bundle.card.lines}
    return further(bundle, new.part(np.flatnonzero(~np.isin(new.lines, list(own)))))


def main(data: Path, sheet: Path) -> None:
    """Print the table of (R², r) and keep it in results/."""
    warnings.simplefilter("ignore")
    # Platforms differ in level, gene by gene: each source is centred on its own training lines
    # by Scaling, in every fold; two-means sees none of that.
    samples = both(data, sheet)
    old = int((samples.sources == "nci60").sum())
    result: dict[str, object] = {
        "genes": len(samples.features), "old": old, "new": len(samples.sf2) - old
    }  # fmt: skip
    for predictor, folds in (("two-means", 10), ("ridge", 10), ("cnn", 5)):
        fold = fold_of(samples, folds)
        predicted: dict[str, NDArray[np.float64]] = {}
        for k in range(folds):
            train, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
            for way, values in predict_fold(samples, "nci60", predictor, train, test).items():
                predicted.setdefault(way, np.empty(len(fold)))[test] = values
        result[predictor] = scores(samples, "nci60", predicted)
        print(predictor, json.dumps(result[predictor], indent=1), flush=True)
    text = json.dumps(result, indent=1)
    (Path(__file__).parent / "results" / "further_training.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
