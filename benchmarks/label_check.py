"""Measure the check of labels: what it finds, whom it accuses, what its probabilities mean.

    python benchmarks/label_check.py DATA_FOLDER [--part NAME] [--repeats N]

``DATA_FOLDER`` holds the NCI-60 files named below. Writes
``benchmarks/results/label_check.json``, a part at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
from _machine import RESULTS, write_result

from radiosens import check, load_panel, simulate_panel
from radiosens.genes import collapse
from radiosens.sources.simulated import plant_errors

U133A, PLUS2 = "nci60_u133a_5147genes.csv.gz", "nci60_u133plus2_5147genes.csv.gz"
ALL_U133A, U95 = "nci60_u133a_gcrma.csv.gz", "nci60_u95av2.gct"
STANDIN = "GSE32474_standin_series_matrix.txt.gz"
RNASEQ = "nci60_rnaseq_log2fpkm.csv.gz"
ACCUSED = ("suspect", "mislabelled")
#: Labels that are in doubt as the files stand: three platforms say that U133A's column OVCAR-8 is
#: half NCI-H23, and that sequencing's SR is RPMI-8226. Accusing these is counted apart.
DOUBTFUL = ("OVCAR-8", "NCI-H23", "SR")


class Tally:
    """Counts over many panels whose true lines are known."""

    NAMES = (
        "wrong",
        "wrong_found",
        "wrong_named",
        "wrong_called_ok",
        "right",
        "right_called_mislabelled",
        "right_called_suspect",
        "right_undecidable",
        "doubtful_called_mislabelled",
    )

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.probability: list[float] = []
        self.wrong: list[bool] = []

    def add(self, panel: ad.AnnData, true: np.ndarray, reference: ad.AnnData | None = None) -> Any:
        """Check a panel and count."""
        found = check(panel, reference)
        table = found.samples
        label = table["line"].to_numpy(dtype=str)
        wrong = label != true.astype(str)
        doubtful = ~wrong & np.isin(label, DOUBTFUL)
        verdict = table["verdict"].to_numpy(dtype=str)
        accused = np.isin(verdict, ACCUSED)
        named = accused & (table["looks_like"].to_numpy(dtype=str) == true)
        both = verdict == "undecidable"
        for name, mask in {
            "samples": np.ones(len(wrong), bool),
            "wrong": wrong,
            "wrong_found": wrong & accused,
            "wrong_called_mislabelled": wrong & (verdict == "mislabelled"),
            "wrong_named": wrong & named,
            "wrong_undecidable": wrong & both,
            "wrong_called_ok": wrong & (verdict == "ok"),
            "right": ~wrong,
            "right_called_mislabelled": ~wrong & ~doubtful & (verdict == "mislabelled"),
            "right_called_suspect": ~wrong & ~doubtful & (verdict == "suspect"),
            "doubtful_called_mislabelled": doubtful & (verdict == "mislabelled"),
            "doubtful_called_suspect": doubtful & (verdict == "suspect"),
            "right_undecidable": ~wrong & both,
        }.items():
            self.counts[name] = self.counts.get(name, 0) + int(mask.sum())
        self.probability += list(table["probability"])
        self.wrong += list(wrong)
        return found

    def calibration(self) -> list[dict[str, float]]:
        """Return how often labels are wrong, by probability."""
        p, w = np.array(self.probability), np.array(self.wrong)
        edges = [0, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.999, 1.0000001]
        rows = []
        for low, high in pairwise(edges):
            inside = (p >= low) & (p < high)
            if inside.any():
                rows.append(
                    {
                        "samples": int(inside.sum()),
                        "mean_probability": round(float(p[inside].mean()), 5),
                        "share_wrong": round(float(w[inside].mean()), 5),
                    }
                )
        return rows


def simulated(_: Path, repeats: int) -> dict[str, Any]:
    """Five planted errors a panel: two swaps, two copies, one shifted block of eight."""
    out = {}
    for name, noise in {"default noise": 0.35, "as on two real platforms": 0.5}.items():
        tally, blocks, like = Tally(), 0, []
        for seed in range(repeats):
            panel = _by_batch(simulate_panel(
                tissues=9, lines_per_tissue=7, noise_sd=noise, random_state=seed))  # fmt: skip
            planted = plant_errors(panel, swaps=2, copies=2, shifted=8, random_state=seed)
            found = tally.add(planted, planted.obs["true_line"].to_numpy(dtype=str))
            first = int(np.flatnonzero(planted.obs["error"] == "shift")[0])
            blocks += any(b.first in (first, first + 1) and b.shift == 1 for b in found.blocks)
            like += list(found.samples["own_similarity"].dropna())
        out[name] = {
            **tally.counts,
            "panels": repeats,
            "shifted_blocks_reported": blocks,
            "median_similarity_of_replicates": round(float(np.median(like)), 3),
        }
    return out


def calibration(_: Path, repeats: int) -> dict[str, Any]:
    """Compare probabilities with what is true, where lines are barely told apart."""
    tally = Tally()
    for noise in (1.8, 2.2, 2.6):
        for seed in range(repeats):
            panel = simulate_panel(
                tissues=9, lines_per_tissue=7, noise_sd=noise, random_state=1000 + seed
            )
            planted = plant_errors(panel, swaps=6, copies=2, random_state=seed)
            tally.add(planted, planted.obs["true_line"].to_numpy(dtype=str))
    return {**tally.counts, "bins": tally.calibration()}


def two_platforms(data: Path, repeats: int) -> dict[str, Any]:
    """Real: the same lines on two platforms, each the other's reference, and joined."""
    first, second = _panel(data / U133A), _panel(data / PLUS2)
    both = load_panel([data / U133A, data / PLUS2], for_training=False)
    return {
        "U133 Plus 2.0 against U133A": _real(second, first, repeats),
        "U133A against U133 Plus 2.0": _real(first, second, repeats),
        "both as one panel, no reference": _real(both, None, repeats),
    }


def other_probe_sets(data: Path, repeats: int) -> dict[str, Any]:
    """Real: U133A and U95Av2, whose probe sets differ."""
    first, second = _panel(data / ALL_U133A), _panel(data / U95)
    return {
        "U133A against U95Av2": _real(first, second, repeats),
        "U95Av2 against U133A": _real(second, first, repeats),
    }


def shifted(data: Path, _: int) -> dict[str, Any]:
    """Real: two platforms as one panel, labels of one displaced, no reference."""
    panel = load_panel([data / U133A, data / PLUS2], for_training=False)
    true, source = panel.obs["line"].to_numpy(dtype=str), panel.obs["source"].to_numpy()
    out = {}
    for which in (0, 1):
        own = np.flatnonzero(source == list(dict.fromkeys(source))[which])
        for name, run, shift in (
            ("all", own, 1),
            ("all, backwards", own, -1),
            ("from the 31st", own[30:], 1),
            ("from the 12th", own[11:], 1),
            ("by two", own, 2),
            ("by two from the 31st", own[30:], 2),
            ("a block at the end", own[-12:], 1),
            ("a block in the middle", own[20:32], 1),
        ):
            tally = Tally()
            found = tally.add(_relabelled(panel, run, np.roll(run, shift)), true)
            blocks = [(int(b.first - own[0]) + 1, int(b.shift)) for b in found.blocks
                      if own[0] <= b.first <= own[-1]]  # fmt: skip
            out[f"{'U133A' if which == 0 else 'U133 Plus 2.0'}: {name}"] = {
                **tally.counts,
                "first_column": int(run[0] - own[0]) + 1,
                "blocks_named": blocks,
            }
    return out


def sequencing(data: Path, repeats: int) -> dict[str, Any]:
    """Real: RNA sequencing against two arrays and they against it, ten labels permuted."""
    rna, first, second = _panel(data / RNASEQ), _panel(data / U133A), _panel(data / PLUS2)
    rows = {
        "RNA-seq against U133A": (rna, first),
        "RNA-seq against U133 Plus 2.0": (rna, second),
        "U133A against RNA-seq": (first, rna),
        "U133 Plus 2.0 against RNA-seq": (second, rna),
    }
    return {name: _real(*pair, repeats, shifts=False) for name, pair in rows.items()}


def few_lines(data: Path, repeats: int) -> dict[str, Any]:
    """Real: three to eight lines, two of them exchanged, with and without reference."""
    first, second = _panel(data / U133A), _panel(data / PLUS2)
    both = load_panel([data / U133A, data / PLUS2], for_training=False)
    shared = np.intersect1d(first.obs["line"], second.obs["line"])
    shared = shared[~np.isin(shared, DOUBTFUL)]
    out = {}
    for n in (3, 4, 6, 8):
        rows = {
            "U133 Plus 2.0 against U133A": (second, first),
            "both as one panel, no reference": (both, None),
        }
        for name, (panel, reference) in rows.items():
            tally = Tally()
            for seed in range(repeats):
                chosen = np.random.default_rng(seed).choice(shared, n, replace=False)
                part = panel[panel.obs["line"].isin(chosen)].copy()
                true = part.obs["line"].to_numpy(dtype=str)
                pair = [int(np.flatnonzero(true == line)[-1]) for line in chosen[:2]]
                tally.add(_relabelled(part, np.array(pair), np.array(pair[::-1])), true, reference)
            out[f"{n} lines, {name}"] = tally.counts
    return out


def many_wrong(data: Path, repeats: int) -> dict[str, Any]:
    """Real: 36 of 58 labels of U133A wrong in several ways, against other platforms."""
    probes = _panel(data / ALL_U133A)
    genes = collapse(probes)  # once, not at every draw
    references = {
        "U133 Plus 2.0": _panel(data / PLUS2),
        "U133A by gene": _panel(data / U133A),
        "U95Av2": _panel(data / U95),
        "RNA-seq": _panel(data / RNASEQ),
    }
    true, out = probes.obs["line"].to_numpy(dtype=str), {}
    donor = dict(zip(true, probes.obs["donor"].to_numpy(dtype=str), strict=True))
    for name, reference in references.items():
        panel = probes if name == "U95Av2" else genes
        for way, permute in WAYS.items():
            tally, same_donor, named = Tally(), 0, []
            for seed in range(repeats):
                to, source = permute(panel, np.random.default_rng(seed))
                table = tally.add(_relabelled(panel, to, source), true, reference).samples
                label = table["line"].to_numpy(dtype=str)
                ok = (label != true) & (table["verdict"] == "ok").to_numpy()
                same_donor += sum(
                    donor[a] == donor[b] for a, b in zip(label[ok], true[ok], strict=True)
                )
                named.append(table["verdict"].isin(ACCUSED).mean() - (label != true).mean())
            out[f"{name}, {way}"] = {
                **tally.counts,
                "wrong_called_ok_of_the_same_donor": same_donor,
                "share_accused_less_share_wrong": round(float(np.mean(named)), 4),
            }
    return out


def _at_random(panel: ad.AnnData, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    chosen = rng.choice(panel.n_obs, 36, replace=False)
    return chosen, rng.permutation(chosen)


def _alphabetical(panel: ad.AnnData, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    run = np.arange(36) + rng.integers(0, panel.n_obs - 35)
    return run, run[np.argsort(panel.obs["line"].to_numpy(dtype=str)[run])]


def _within_tissues(panel: ad.AnnData, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    tissue, to, source = panel.obs["tissue"].to_numpy(dtype=str), [], []
    for name in rng.permutation(np.unique(tissue)):
        rows = np.flatnonzero(tissue == name)
        if len(rows) > 1 and len(to) < 36:
            to += list(rows)
            source += list(np.roll(rows, rng.integers(1, len(rows))))
    return np.array(to), np.array(source)


def _displaced(panel: ad.AnnData, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    run = np.arange(36) + rng.integers(0, panel.n_obs - 35)
    return run, np.roll(run, rng.choice([-2, -1, 1, 2]))


WAYS = {
    "at random": _at_random,
    "alphabetical against the file's order": _alphabetical,
    "within tissues": _within_tissues,
    "a displaced block": _displaced,
}


def _real(
    panel: ad.AnnData, reference: ad.AnnData | None, repeats: int, shifts: bool = True
) -> dict[str, Any]:
    """As it stands; with ten labels permuted; with all labels shifted from some column on."""
    true = panel.obs["line"].to_numpy(dtype=str)
    there = set(true if reference is None else reference.obs["line"].astype(str))
    as_it_is = Tally()
    table = as_it_is.add(panel, true, reference).samples
    noted = table[(table["verdict"] != "ok") & (table["looks_like"] != "")]
    donor = panel.obs["donor"].to_numpy(dtype=str)
    permuted, covered, apart = Tally(), [0, 0], [0, 0]
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(true), 10, replace=False)
        order = rng.permutation(chosen)
        while (true[order] == true[chosen]).any():
            order = rng.permutation(chosen)
        found = permuted.add(_relabelled(panel, chosen, order), true, reference).samples
        known = np.isin(found["line"].to_numpy(dtype=str)[chosen], list(there))
        accused = np.isin(found["verdict"].to_numpy(dtype=str)[chosen], ACCUSED)
        covered[0] += int(known.sum())
        covered[1] += int((known & accused).sum())
        other = donor[order] != donor[chosen]  # lines of one donor must not be accused
        apart[0] += int(other.sum())
        apart[1] += int((other & accused).sum())
    counts = permuted.counts
    result = {
        "as it is": {**as_it_is.counts, "noted": noted.round(4).to_dict("records")},
        "ten labels permuted": {
            **counts,
            "draws": repeats,
            "share_found": round(counts["wrong_found"] / counts["wrong"], 4),
            "share_found_where_the_label_is_in_the_reference": round(covered[1] / covered[0], 4),
            "share_found_where_the_label_is_of_another_donor": round(apart[1] / apart[0], 4),
        },
    }
    if reference is not None and shifts:
        result["shifted from a column on"] = _shifts(panel, reference, repeats)
    return result


def _shifts(panel: ad.AnnData, reference: ad.AnnData, repeats: int) -> dict[str, Any]:
    true = panel.obs["line"].to_numpy(dtype=str)
    n, exact, near, tally = len(true), 0, 0, Tally()
    starts = np.unique(np.linspace(1, n - 4, min(repeats, 20)).astype(int))
    for start in starts:
        run = np.arange(start, n)
        found = tally.add(_relabelled(panel, run, np.roll(run, 1)), true, reference)
        firsts = [b.first for b in found.blocks if b.shift == 1]
        exact += start in firsts
        near += any(start <= f <= start + 2 for f in firsts)
    return {
        "shifts": len(starts),
        "first_column_named_exactly": int(exact),
        "named_within_two_columns": int(near),
        **tally.counts,
    }


def standin(data: Path, _: int) -> dict[str, Any]:
    """Check the stand-in, alone and against U133A."""
    panel, reference = _panel(data / STANDIN), _panel(data / ALL_U133A)
    out: dict[str, Any] = {}
    for name, trusted in {"alone": None, "against U133A": reference}.items():
        started = time.perf_counter()
        found = check(panel, trusted)
        table = found.samples
        out[name] = {
            "seconds": round(time.perf_counter() - started, 1),
            "verdicts": {k: int(v) for k, v in table["verdict"].value_counts().items()},
            "found": table[table["verdict"] != "ok"].round(4).to_dict("records"),
            "swaps": found.swaps,
            "findings": [f.sentence for f in found.findings],
        }
    return out


def large(_: Path, repeats: int) -> dict[str, Any]:
    """5,000 samples of 20,000 features, in a process of its own for its peak of memory."""
    panel = simulate_panel(features=20_000, tissues=20, lines_per_tissue=84)[:5_000].copy()
    planted = plant_errors(panel, swaps=20, copies=10, shifted=50)
    del panel
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        started, tally = time.perf_counter(), Tally()
        tally.add(planted, planted.obs["true_line"].to_numpy(dtype=str))
        content = {
            "seconds": round(time.perf_counter() - started, 1),
            "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
            "threads": os.environ.get("OMP_NUM_THREADS", "all"),
            **tally.counts,
        }
        os.write(writing, json.dumps(content).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        content = json.loads(pipe.read())
    os.waitpid(child, 0)
    return dict(content)


def _panel(path: Path) -> ad.AnnData:
    return load_panel(path, for_training=False)


def _by_batch(panel: ad.AnnData) -> ad.AnnData:
    """Order samples as archives have them: all lines once, then all once more."""
    order = np.argsort(panel.obs["replicate"].to_numpy(), kind="stable")
    return panel[order].copy()


def _relabelled(panel: ad.AnnData, to: np.ndarray, source: np.ndarray) -> ad.AnnData:
    """Give samples the labels of others."""
    changed = panel.copy()
    for column in ("line", "donor", "tissue", "sex", "sf2"):
        values = panel.obs[column].to_numpy(dtype=object).copy()
        values[to] = values[source]
        changed.obs[column] = values
    return changed


PARTS = {
    "simulated": simulated,
    "calibration": calibration,
    "two_platforms": two_platforms,
    "other_probe_sets": other_probe_sets,
    "shifted": shifted,
    "sequencing": sequencing,
    "few_lines": few_lines,
    "many_wrong": many_wrong,
    "standin": standin,
    "large": large,
}
REPEATS = {
    "simulated": 55,
    "calibration": 30,
    "two_platforms": 100,
    "other_probe_sets": 100,
    "sequencing": 100,
    "few_lines": 50,
    "many_wrong": 20,
}


def main() -> None:
    """Run all parts or one; keep what others have left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--repeats", type=int)
    arguments = parser.parse_args()
    file = RESULTS / "label_check.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in [arguments.part] if arguments.part else list(PARTS):
        started = time.perf_counter()
        result = PARTS[name](arguments.data, arguments.repeats or REPEATS.get(name, 1))
        kept[name] = {**result, "benchmark_seconds": round(time.perf_counter() - started, 1)}
        print(name, json.dumps(kept[name], indent=1, ensure_ascii=False), flush=True)
        write_result("label_check", {k: v for k, v in kept.items() if k != "machine"})


if __name__ == "__main__":
    main()
