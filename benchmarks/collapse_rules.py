"""Compare rules that make one value of a gene's several probe sets.

    python benchmarks/collapse_rules.py DATA_FOLDER

``DATA_FOLDER`` holds ``nci60_u133a_gcrma.csv.gz`` and ``nci60_rnaseq_log2fpkm.csv.gz``: the same
lines on an array and sequenced. A rule is the better, the better a gene's values agree over the
lines; no SF2 is looked at. Writes ``benchmarks/results/collapse_rules.json``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from _machine import write_result

from radiosens.celllines import resolver
from radiosens.genes import to_genes


def by_line(path: Path) -> pd.DataFrame:
    """Read features × lines; columns that name no line are left out."""
    frame = pd.read_csv(path, index_col=0).select_dtypes("number")
    lines = pd.Series([resolver().find(c) for c in frame.columns], index=frame.columns)
    frame = frame.loc[:, lines.notna()].rename(columns=lines)
    return frame.loc[:, ~frame.columns.duplicated()]


def one_probe_set(values: pd.DataFrame, genes: pd.Series, score: pd.Series) -> pd.DataFrame:
    """Take of each gene the probe set with the highest score."""
    order = genes.loc[score.sort_values(ascending=False, kind="stable").index]
    chosen = order[~order.duplicated()]
    return values.loc[chosen.index].set_axis(chosen.to_numpy())


def correlations(a: pd.DataFrame, b: pd.DataFrame) -> np.ndarray:
    """Correlate row by row."""
    x, y = (f.to_numpy() - f.to_numpy().mean(axis=1, keepdims=True) for f in (a, b))
    return (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))


def main() -> None:
    """Print and write the median correlation of each rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    array = by_line(folder / "nci60_u133a_gcrma.csv.gz")
    sequenced = by_line(folder / "nci60_rnaseq_log2fpkm.csv.gz")
    known = to_genes(list(sequenced.index))
    sequenced = sequenced[known.known].set_axis(known.genes[known.known])
    sequenced = sequenced[~sequenced.index.duplicated()]
    mapping = to_genes(list(array.index))
    array = array[mapping.known]
    genes = pd.Series(mapping.genes[mapping.known], index=array.index)
    suffix = genes.index.str.extract(r"_([sx])_at$")[0].map({"s": 1, "x": 2}).fillna(0)
    suffix.index = genes.index
    best = suffix == suffix.groupby(genes).transform("min")
    rules = {
        "mean": array.groupby(genes).mean(),
        "log2 of the linear mean": np.log2((2**array).groupby(genes).mean()),
        "highest mean": one_probe_set(array, genes, array.mean(axis=1)),
        "highest variance": one_probe_set(array, genes, array.var(axis=1)),
        "_at before _s_at before _x_at": array[best].groupby(genes[best]).mean(),
        "first": one_probe_set(array, genes, pd.Series(0, index=genes.index)),
    }
    lines = [line for line in array.columns if line in sequenced.columns]
    several = genes.value_counts()
    wanted = sequenced.loc[sequenced.index.isin(several[several > 1].index), lines]
    wanted = wanted[wanted.notna().mean(axis=1) > 0.8]
    wanted = wanted.apply(lambda row: row.fillna(row.mean()), axis=1)
    wanted = wanted[wanted.std(axis=1) > 0.3]
    result = {"lines": len(lines), "genes": len(wanted), "median_correlation": {}}
    for name, values in rules.items():
        r = float(np.median(correlations(values.loc[wanted.index, lines], wanted)))
        result["median_correlation"][name] = round(r, 3)
        print(f"{name:32}{r:.3f}")
    write_result("collapse_rules", result)


if __name__ == "__main__":
    main()
