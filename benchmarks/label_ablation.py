"""Take each part of the check of labels out in turn, and see what it is worth.

    python benchmarks/label_ablation.py DATA_FOLDER [--repeats N]

``DATA_FOLDER`` holds the NCI-60 files of ``label_check.py``. Writes
``benchmarks/results/label_ablation.json``: for each part and each set of panels the shares, in
per cent, of wrong labels found and called ok and of right ones called otherwise. A part that moves
none of them by half a point is to be deleted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import anndata as ad
import numpy as np
from _machine import write_result
from label_check import (
    ALL_U133A,
    DOUBTFUL,
    PLUS2,
    RNASEQ,
    U95,
    U133A,
    Tally,
    _panel,
    _real,
    _relabelled,
    calibration,
    few_lines,
    many_wrong,
    shifted,
    simulated,
)

from radiosens import load_panel
from radiosens.quality.likelihood import SimilarityModel

Q = "radiosens.quality."
SIMILARITY = "radiosens.preprocessing.similarity."


def _model_of_labels(similarity: Any, tree: Any, label: Any) -> SimilarityModel:
    """Learn what replicates look like from the labels on trial, as it was done before."""
    same = label[:, None] == label[None, :]
    between = np.where(same, -np.inf, similarity).max(axis=1)
    np.fill_diagonal(same, False)
    within = np.where(same, similarity, -np.inf).max(axis=1)
    return SimilarityModel(*(np.sort(x[np.isfinite(x)]).astype(float) for x in (within, between)))


def _nobody_conflicts(cluster: Any, label: Any, lines: int, reference: Any = None) -> Any:
    n = len(label)
    return np.ones(n, dtype=bool), np.zeros(n, dtype=bool), np.full(n, -1)


def _all_open(against: Any, within: Any, wrong: Any, likely: Any) -> Any:
    return against, np.zeros(len(wrong))


#: What is put in a part's place.
PARTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "whitening by half": {f"{SIMILARITY}half_whitened": lambda x: x},
    "standardising features by half": {f"{SIMILARITY}_half_standardised": lambda x: x},
    "centring on lines in common": {f"{SIMILARITY}_shared_lines": lambda lines: set()},
    "the standard learned from looks": {f"{Q}check.SimilarityModel.of_panel": _model_of_labels},
    "assignment of clusters": {f"{Q}posterior.assign_lines": _nobody_conflicts},
    "rings with one label less": {f"{Q}assignment.ABOUT_AS_GOOD": 0.0},
    "lines that share a cluster": {f"{Q}assignment.SHARING": 1e6},
    "who speaks, settled in rounds": {f"{Q}posterior._ROUNDS": 1},
    "open lines and places left": {f"{Q}posterior._open_lines": _all_open},
    "the prior learned": {f"{Q}posterior.MAX_PRIOR": 0.02},
    "an unknown line": {f"{Q}posterior.PRIOR_UNKNOWN": 1e-12},
    "mixtures": {f"{Q}posterior.MIXTURE": 1e6},
    "split lines": {
        f"{Q}posterior.split_lines": lambda cluster, label: np.zeros(label.max() + 1, dtype=bool)
    },
    "sex": {f"{Q}check.weigh_sex": lambda probability, panel: probability},
    "blocks": {f"{Q}check.find_blocks": lambda *_: []},
    "ok up to 0.05": {f"{Q}check.OK_UP_TO": 0.5},
}


def _sets(data: Path, repeats: int) -> dict[str, Callable[[], dict[str, int]]]:
    """Return what counts each set of panels."""
    first, second, full = _panel(data / U133A), _panel(data / PLUS2), _panel(data / ALL_U133A)
    third, rna = _panel(data / U95), _panel(data / RNASEQ)
    both = load_panel([data / U133A, data / PLUS2], for_training=False)

    def permuted(panel: Any, reference: Any) -> Callable[[], dict[str, int]]:
        return lambda: _real(panel, reference, repeats, shifts=False)["ten labels permuted"]

    def block() -> dict[str, int]:
        return _real(full, third, 10)["shifted from a column on"]

    def summed(part: Callable[..., dict[str, Any]], n: int) -> Callable[[], dict[str, int]]:
        return lambda: _sum(part(data, n))

    return {
        "U133 Plus 2.0 against U133A": permuted(second, first),
        "U133A against U133 Plus 2.0": permuted(first, second),
        "U133A against U95Av2": permuted(full, third),
        "U133A against U95Av2, displaced": block,
        "RNA-seq against U133 Plus 2.0": permuted(rna, second),
        "both U133 as one panel": permuted(both, None),
        "both U133, one displaced": summed(shifted, 1),
        "three to eight lines": summed(few_lines, repeats),
        "six lines, RNA-seq against U133 Plus 2.0": _few(rna, second, repeats),
        "both U133, one name for two lines": _merged(first, second, repeats),
        "36 of 58 wrong": summed(many_wrong, max(repeats // 4, 1)),
        "simulated": summed(simulated, max(repeats // 2, 1)),
        "simulated, barely told apart": lambda: calibration(data, max(repeats // 2, 1)),
    }


def _few(panel: Any, reference: Any, repeats: int) -> Callable[[], dict[str, int]]:
    """Two of six lines exchanged."""
    shared = np.intersect1d(panel.obs["line"], reference.obs["line"])
    shared = shared[~np.isin(shared, DOUBTFUL)]

    def count() -> dict[str, int]:
        tally = Tally()
        for seed in range(5 * repeats):
            chosen = np.random.default_rng(seed).choice(shared, 6, replace=False)
            part = panel[panel.obs["line"].isin(chosen)].copy()
            true = part.obs["line"].to_numpy(dtype=str)
            tally.add(_relabelled(part, np.arange(2), np.array([1, 0])), true, reference)
        return tally.counts

    return count


def _merged(first: Any, second: Any, repeats: int) -> Callable[[], dict[str, int]]:
    """Two platforms as one panel, without reference, where a line bears another's name."""
    both = ad.concat([first, second], index_unique="-")
    both.uns["simulated"] = False

    def count() -> dict[str, int]:
        tally = Tally()
        lines = np.unique(both.obs["line"])
        for seed in range(repeats):
            one, two = np.random.default_rng(seed).choice(lines, 2, replace=False)
            line = both.obs["line"].to_numpy(dtype=str)
            to, source = np.flatnonzero(line == one), np.flatnonzero(line == two)
            to = to[: len(source)]
            tally.add(_relabelled(both, to, source[: len(to)]), line)
        return tally.counts

    return count


def _sum(rows: dict[str, Any]) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in rows.values():
        for name in Tally.NAMES:
            total[name] = total.get(name, 0) + counts[name]
    return total


def _shares(counts: dict[str, int]) -> dict[str, float]:
    """Return what counts, in per cent."""
    wrong, right = max(counts["wrong"], 1), max(counts["right"], 1)
    return {
        "wrong_found": round(100 * counts["wrong_found"] / wrong, 2),
        "wrong_named": round(100 * counts["wrong_named"] / wrong, 2),
        "wrong_ok": round(100 * counts["wrong_called_ok"] / wrong, 2),
        "right_mislabelled": round(100 * counts["right_called_mislabelled"] / right, 2),
        "doubtful_mislabelled": round(100 * counts["doubtful_called_mislabelled"] / right, 2),
        "right_suspect": round(100 * counts["right_called_suspect"] / right, 2),
        "right_undecidable": round(100 * counts["right_undecidable"] / right, 2),
    }


def main() -> None:
    """Run every part on every set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--repeats", type=int, default=10)
    arguments = parser.parse_args()
    sets = _sets(arguments.data, arguments.repeats)
    table: dict[str, dict[str, Any]] = {}
    for part, instead in PARTS.items():
        table[part] = {}
        with ExitStack() as stack:
            for target, value in instead.items():
                module, _, name = target.rpartition(".")
                owner: Any = sys.modules.get(module)
                if owner is None:  # an attribute of a class
                    module, _, attribute = module.rpartition(".")
                    owner = getattr(sys.modules[module], attribute)
                stack.enter_context(mock.patch.object(owner, name, value))
            for name, count in sets.items():
                table[part][name] = _shares(count())
        moved = {
            name: {k: round(v - table["nothing"][name][k], 2) for k, v in shares.items()}
            for name, shares in table[part].items()
        }
        largest = max(abs(v) for shares in moved.values() for v in shares.values())
        print(f"without {part}: moves {largest} points at most", flush=True)
        write_result("label_ablation", {"shares_in_per_cent_without": table})


if __name__ == "__main__":
    main()
