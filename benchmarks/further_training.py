"""Further training: NCI-60 on U133A, then lines of CCLE with Yard's SF2, on common genes.

    python benchmarks/further_training.py SHARED_DATA YARD_SHEET

Compared on the same held-out donors: a model of the old lines alone, one that goes on from it with
the new lines (an exact refit on both, which is what ``radiosens train --from`` does), and one of
the new lines alone. Old and new lines are each tested by donors that none of the models has seen.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import numpy as np

from radiosens.celllines import is_haematological
from radiosens.models.bundle import Bundle
from radiosens.models.calibration import told_tissues
from radiosens.models.defaults import load_model
from radiosens.models.fitted import Samples, find_predictor, fit
from radiosens.models.further import further
from radiosens.models.training import samples_of
from radiosens.panel import load_panel


def scores(samples: Samples, bundle: Bundle, predictor: str) -> dict[str, float]:
    """Return R² on old and on new lines of each way, over ten folds of donors."""
    old = samples.sources == bundle.card.name
    names = np.random.default_rng(0).permutation(np.unique(samples.donors))
    fold = {donor: i % 10 for i, donor in enumerate(names)}
    folds = np.array([fold[d] for d in samples.donors])
    ways = {"old lines alone": old, "further, on both": np.ones(len(old), bool), "new alone": ~old}
    predicted = {way: np.empty(len(old)) for way in ways}
    for k in range(10):
        test = np.flatnonzero(folds == k)
        for way, mask in ways.items():
            train = np.flatnonzero((folds != k) & mask)
            assert not set(samples.donors[train]) & set(samples.donors[test])
            fitted = fit(find_predictor(predictor), samples.part(train), 0)
            known = set(samples.sources[train])
            sources = None if set(samples.sources[test]) - known else samples.sources[test]
            predicted[way][test] = fitted.predict(
                samples.x[test], told_tissues(predictor, samples.tissues[test]), sources
            )
    solid = np.array([not is_haematological(t) for t in samples.tissues])
    found = {}
    for where, mask in (
        ("old", old),
        ("new", ~old),
        ("old solid", old & solid),
        ("new solid", ~old & solid),
    ):
        for way, values in predicted.items():
            y, p = samples.sf2[mask], values[mask]
            r2 = 1 - np.square(y - p).sum() / np.square(y - y.mean()).sum()
            found[f"{where}, {way}"] = [
                round(float(r2), 2),
                round(float(np.corrcoef(y, p)[0, 1]), 2),
            ]
    return found


def main(data: Path, sheet: Path) -> None:
    """Print the table of (R², r) and keep it in results/."""
    warnings.simplefilter("ignore")
    bundle = load_model("nci60")
    panel = load_panel(data / "more_lines" / "ccle_rnaseq_1000genes.csv.gz", sheet)
    new = samples_of(panel, "genes")
    own = {one.line for one in bundle.card.lines}  # lines of both have two kinds of SF2
    new = new.part(np.flatnonzero(~np.isin(new.lines, list(own))))
    samples = further(bundle, new)
    # Platforms differ in level, gene by gene: each source is centred on its own training lines
    # by Scaling, in every fold; two-means sees none of that.
    result: dict[str, object] = {"genes": len(samples.features), "old": 58, "new": len(new.sf2)}
    for predictor in ("two-means", "ridge"):
        result[predictor] = scores(samples, bundle, predictor)
        print(predictor, json.dumps(result[predictor], indent=1), flush=True)
    print(result["genes"], result["new"])
    text = json.dumps(result, indent=1)
    (Path(__file__).parent / "results" / "further_training.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
