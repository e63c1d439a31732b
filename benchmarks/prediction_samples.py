"""What the default model says of real files: recognised, novel, predicted (docs/prediction.md).

python benchmarks/prediction_samples.py SHARED_DATA
"""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.celllines import known_lines, resolver
from radiosens.models.bundle import Bundle
from radiosens.models.calibration import held_out, line_profiles
from radiosens.models.defaults import load_model
from radiosens.models.fitted import Samples, find_predictor, fit
from radiosens.models.novelty import p_values, unusual
from radiosens.models.training import samples_of
from radiosens.panel import load_panel
from radiosens.preprocessing.alignment import (
    Reference,
    match_mean_and_spread,
    match_quantiles,
    percentile_ranks,
    remove_offset,
)

FILES = {
    "NCI-60, U133 Plus 2.0": "nci60_u133plus2_5147genes.csv.gz",
    "NCI-60, RNA-seq": "nci60_rnaseq_log2fpkm.csv.gz",
    "MOLT-4, U133A MAS5": "other_labs/rhvdm_MOLT4_u133a_mas5.csv.gz",
    "T-47D, counts": "other_labs/gse89888_T47D_counts.csv.gz",
    "MCF-7, counts": "other_labs/gse152749_MCF7_counts.csv.gz",
    "prostate lines, TPM": "other_labs/depmap26Q1_prostate13_tpmlogp1.csv.gz",
    "HeLa, counts": "other_labs/gage_HeLa_hnrnp_counts.csv.gz",
    "CCLE RNA-seq, 49 lines": "more_lines/ccle_rnaseq_55lines.csv.gz",
    "CCLE arrays, 56 lines": "more_lines/ccle_affymetrix_62lines.csv.gz",
    "GSE17215, U133A HT": "GSE17215_series_matrix.txt.gz",
    "GSE4107, colon tissue": "GSE4107_series_matrix.txt.gz",
    "GSE14520, liver": "GSE14520-GPL571_series_matrix.txt.gz",
}
OF_ONE = {"MOLT-4, U133A MAS5": "MOLT-4", "T-47D, counts": "T-47D", "MCF-7, counts": "MCF7"}


def true_lines(name: str, samples: pd.Series) -> list[str]:
    """Return the line of each sample as its file labels it; empty if not of the panel."""
    if name in OF_ONE:
        return [OF_ONE[name]] * len(samples)
    return [resolver().read(str(s), title=True).line or "" for s in samples]


def row_of(name: str, table: pd.DataFrame) -> dict[str, object]:
    """Count what was recognised, rightly and wrongly, by donor."""
    donor = known_lines()["donor"].to_dict()
    truth = np.array([donor.get(t, "") for t in true_lines(name, table["sample"])])
    known = np.isin(truth, [*donor.values()]) & (truth != "")
    looks = np.array([donor.get(line, "-") for line in table["looks_like"]])
    yes, unsure = (table["recognised"] == a for a in ("yes", "unsure"))
    return {
        "file": name,
        "of training": int(known.sum()),
        "recognised": int((known & yes & (looks == truth)).sum()),
        "unsure": int((known & unsure & (looks == truth)).sum()),
        "as another": int((known & yes & (looks != truth)).sum()),
        "strangers": int((~known).sum()),
        "stranger recognised": int((~known & yes).sum()),
        "stranger unsure": int((~known & unsure).sum()),
        "verdicts": table["verdict"].value_counts().to_dict(),
        "p": [round(float(q), 3) for q in table["novelty_p"].quantile([0, 0.5, 1])],
        "sf2": [round(float(q), 3) for q in table["sf2"].quantile([0, 0.5, 1])],
    }


def without(bundle: Bundle, donor: str) -> Bundle:
    """Return a bundle as if a donor had not been in training."""
    lines = tuple(one for one in bundle.card.lines if one.donor != donor)
    kept = np.isin(bundle.sample_lines, [one.line for one in lines])
    card = bundle.card.model_copy(update={"lines": lines})
    return replace(bundle, card=card, profiles=bundle.profiles[kept],
                   sample_lines=bundle.sample_lines[kept])  # fmt: skip


def broken(bundle: Bundle) -> dict[str, int]:
    """Count which of 100 spoilt samples are refused or unlike."""
    rng = np.random.default_rng(0)
    source = bundle.as_anndata()
    x = np.asarray(source.X)[rng.integers(0, len(source), 100)]
    half = x.copy()
    cut = half.shape[1] * 6 // 10
    half[:, :cut][rng.random((100, cut)) < 0.9] = np.nan
    kinds = {
        "shuffled genes": rng.permuted(x, axis=1),
        "white noise": rng.normal(7, 2, x.shape),
        "zeros": np.zeros_like(x),
        "linear, said to be log2": 999 * np.exp2(x) / np.exp2(x).max(),
        "more than half missing": half,
        "half of the genes shuffled": np.concatenate(
            [rng.permuted(x[:, ::2], axis=1), x[:, 1::2]], axis=1
        ),
    }
    found = {}
    for name, values in kinds.items():
        names = source.var_names
        if name.startswith("half"):
            names = [*source.var_names[::2], *source.var_names[1::2]]
        data = ad.AnnData(values.astype("float32"), var=pd.DataFrame(index=pd.Index(names)))
        try:
            verdict = bundle.predict(data, scale="log2")["verdict"]
            found[name] = int(verdict.isin(["unlike", "refused"]).sum())
        except Exception as error:  # the whole file is refused
            found[name] = 100
            print(name, "refused:", error)
    return found


def false_alarms(bundle: Bundle) -> float:
    """Return the share of training's donors that all other donors call unlike."""
    facts = bundle.card.lines
    profiles = line_profiles(bundle.profiles, bundle.sample_lines, [one.line for one in facts])
    donors, ranks = np.array([one.donor for one in facts]), percentile_ranks(profiles)
    alarms = []
    for donor in dict.fromkeys(donors.tolist()):
        others = donors != donor
        null = {"as training": held_out(ranks[others], donors[others])}
        mine = unusual(ranks[~others], ranks[others])
        alarms.append(bool((p_values(mine, np.full(len(mine.order), ""), null).p < 0.05).any()))
    return float(np.mean(alarms))


def alignments(data: Path) -> list[dict[str, object]]:
    """Compare ways of alignment by how far ridge predictions of held-out lines move."""
    home = samples_of(load_panel(data / "nci60_u133a_gcrma.csv.gz"), "genes")
    rows = []
    for name, file in list(FILES.items())[:2]:
        panel = load_panel(data / file, for_training=False)
        panel = panel[~panel.obs["line"].isin(["SR", "NCI-H23"])].copy()
        away = samples_of(panel, "genes")
        both = [f for f in home.features if f in set(away.features)]
        a = home.x[:, [home.features.index(f) for f in both]]
        position = {f: i for i, f in enumerate(away.features)}
        b = away.x[:, [position[f] for f in both]]
        b = np.where(np.isnan(b), np.nanmin(b), b)
        own = {line: i for i, line in enumerate(home.lines)}
        rows_b = [i for i, line in enumerate(away.lines) if line in own]
        rows_a = [own[away.lines[i]] for i in rows_b]
        part = Samples(
            a, tuple(both), home.sf2, home.lines, home.donors, home.tissues, home.sources
        )
        moved: dict[str, list[tuple[float, float]]] = {}
        names = np.random.default_rng(0).permutation(np.unique(home.donors))
        for k in range(10):
            left = set(names[k::10])
            train = np.flatnonzero([d not in left for d in home.donors])
            fitted = fit(find_predictor("ridge"), part.part(train), 0)
            reference = Reference.fit(a[train])
            quantiles = np.sort(a[train], axis=1).mean(axis=0)
            ways = {
                "none": b,
                "sample mean and spread": match_mean_and_spread(b, reference),
                "quantiles": match_quantiles(percentile_ranks(b), quantiles),
                "mean and spread, offset of all (--together)": remove_offset(
                    match_mean_and_spread(b, reference), reference
                ),
            }
            tested = [(i, j) for i, j in zip(rows_a, rows_b, strict=True) if home.donors[i] in left]
            here = fitted.predict_prepared(fitted.finish(a[[i for i, _ in tested]]))
            for way, values in ways.items():
                there = fitted.predict_prepared(fitted.finish(values[[j for _, j in tested]]))
                moved.setdefault(way, []).extend(zip(here, there, strict=True))
        for way, pairs in moved.items():
            p, q = np.array(pairs).T
            rows.append(
                {
                    "file": name,
                    "alignment": way,
                    "rmsd": round(float(np.sqrt(np.mean((p - q) ** 2))), 3),
                    "r": round(float(np.corrcoef(p, q)[0, 1]), 2),
                    "shift": round(float((q - p).mean()), 3),
                    "spread of predictions": round(float(p.std()), 3),
                }
            )
    return rows


def agreement(bundle: Bundle, data: Path) -> list[dict[str, object]]:
    """Compare the default model's predictions of the same lines between platforms."""
    home = bundle.predict(bundle.as_anndata()).assign(line=bundle.sample_lines).set_index("line")
    sf2 = {one.line: one.sf2 for one in bundle.card.lines}
    rows = []
    for name, file in list(FILES.items())[:2]:
        table = bundle.predict(data / file)
        table["line"] = true_lines(name, table["sample"])
        table = table[table["line"].isin(home.index) & ~table["line"].isin(["SR", "NCI-H23"])]
        p, q = home["sf2"].reindex(table["line"]).to_numpy(), table["sf2"].to_numpy()
        truth = table["line"].map(sf2).to_numpy()
        inside = (table["sf2_low"].to_numpy() <= truth) & (truth <= table["sf2_high"].to_numpy())
        rows.append(
            {
                "file": name,
                "lines": len(table),
                "rmsd": round(float(np.sqrt(np.nanmean((p - q) ** 2))), 4),
                "r": round(float(pd.Series(p).corr(pd.Series(q))), 3),
                "spread of predictions": round(float(np.nanstd(p)), 3),
                "coverage, of seen lines": round(float(inside.mean()), 3),
            }
        )
    return rows


def main(data: Path) -> None:
    """Print all tables and keep them in results/."""
    warnings.simplefilter("ignore")
    bundle = load_model("nci60")
    tables = {name: bundle.predict(data / file) for name, file in FILES.items()}
    result: dict[str, object] = {
        "files": [row_of(name, table) for name, table in tables.items()],
        "donor left out": {},
        "agreement": agreement(bundle, data),
        "spoilt, of 100": broken(bundle),
        "false alarms": false_alarms(bundle),
        "alignment": alignments(data),
    }
    left = {}
    for name, line in OF_ONE.items():
        table = without(bundle, known_lines().at[line, "donor"]).predict(data / FILES[name])
        left[name] = {"recognised": int((table["recognised"] == "yes").sum()),
                      "unsure": int((table["recognised"] == "unsure").sum()),
                      "looks like": table["looks_like"].value_counts().to_dict(),
                      "similarity": round(float(table["recognition"].max()), 2),
                      "verdicts": table["verdict"].value_counts().to_dict()}  # fmt: skip
    result["donor left out"] = left
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    (Path(__file__).parent / "results" / "prediction_samples.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
