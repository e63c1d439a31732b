"""What else is to be told of samples: copies, failed arrays, names of lines, sex.

Sex weighs in a label's probability; the others change no verdict, each says what to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import anndata as ad
import numpy as np
from numpy.typing import NDArray
from scipy.stats import median_abs_deviation

from radiosens.preprocessing.similarity import KEPT_FEATURES
from radiosens.quality.likelihood import SimilarityModel

__all__ = ["Finding", "female_line", "find_sample_qc", "weigh_sex", "y_signal"]

Matrix = NDArray[np.float32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]
Floats = NDArray[np.float64]

#: Two arrays nearer than this share of the usual distance of replicates are one array.
COPY_SHARE = 0.1
#: Robust standard deviations below what is usual.
FAR = 6.0
#: Genes of the Y chromosome outside its pairing regions (Skaletsky et al. 2003, Nature
#: 423:825), by symbol and by their probe sets on HG-U133A and HG-U133 Plus 2.0.
Y_FEATURES = (
    "RPS4Y1",
    "DDX3Y",
    "KDM5D",
    "EIF1AY",
    "201909_at",
    "205000_at",
    "206700_s_at",
    "204409_s_at",
)
#: A step of so many log2 units divides samples with a Y chromosome from those without.
MIN_Y_STEP = 1.5
#: The share of rightly labelled samples of women that show a Y signal all the same, by other
#: cells mixed in or a wrong record of the donor. Assumed.
Y_IN_WOMEN = 0.01
_FEMALE = frozenset({"f", "female", "woman", "w"})


@dataclass(frozen=True)
class Finding:
    """Something worth a look.

    Attributes
    ----------
    kind : str
        ``duplicate``, ``outlier``, ``names`` or ``sex``.
    samples : tuple of str
        The samples concerned.
    sentence : str
        What was found, and what to do.
    """

    kind: str
    samples: tuple[str, ...]
    sentence: str


def find_sample_qc(
    panel: ad.AnnData, similarity: Matrix, cluster: Ints, model: SimilarityModel, sound: Bools
) -> list[Finding]:
    """Return what else a careful analyst would tell of a panel.

    Parameters
    ----------
    panel : AnnData
    similarity : array of shape (samples, samples)
    cluster : array of int, shape (samples,)
        Samples that look like one line have the same number.
    model : SimilarityModel
        What similarity means here.
    sound : array of bool, shape (samples,)
        Samples whose label is not in doubt.
    """
    return [
        *_duplicates(panel, similarity, model),
        *_outliers(panel),
        *_names(panel, similarity, cluster, model, sound),
        *_sex(panel, sound),
    ]


def _duplicates(panel: ad.AnnData, similarity: Matrix, model: SimilarityModel) -> Iterator[Finding]:
    distance = max(COPY_SHARE * (1 - model.same) if model.usable else 0.0, 1e-5)
    near = np.argwhere(np.triu(similarity > 1 - distance, 1))
    line = panel.obs["line"].to_numpy(dtype=str)
    for i, j in near:
        a, b = panel.obs_names[i], panel.obs_names[j]
        told = f"both labelled {line[i]}" if line[i] == line[j] else f"{line[i]} and {line[j]}"
        yield Finding(
            "duplicate",
            (a, b),
            f"{a} and {b} ({told}) are all but the same array (similarity"
            f" {similarity[i, j]:.4f}): keep one, or both sides of a split hold it.",
        )


def _outliers(panel: ad.AnnData) -> Iterator[Finding]:
    """Find samples that are unlike all the others of their source, as failed arrays are."""
    step = max(1, panel.n_vars // KEPT_FEATURES)
    values = np.asarray(panel.X[:, ::step], dtype=np.float32)
    sources = panel.obs["source"].to_numpy(dtype=str)
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        own = values[rows]
        own = own[:, ~np.isnan(own).any(axis=0)]
        if len(rows) < 10 or own.shape[1] < 50:
            continue
        middle = np.median(own, axis=0)
        r = np.array([np.corrcoef(sample, middle)[0, 1] for sample in own])
        usual, spread = float(np.median(r)), float(median_abs_deviation(r, scale="normal"))
        for i in rows[(r < usual - FAR * spread) & (r < usual - 0.02)]:
            name = panel.obs_names[i]
            yield Finding(
                "outlier",
                (name,),
                f"{name} ({panel.obs['line'].iloc[i]}) is unlike all other samples of {source}:"
                " look at its quality (RNA, hybridisation, number of reads).",
            )


def _names(
    panel: ad.AnnData, similarity: Matrix, cluster: Ints, model: SimilarityModel, sound: Bools
) -> Iterator[Finding]:
    """Find two names whose samples look like one line, and a name whose samples look like two.

    Lines of one donor look alike, and are known to.
    """
    line = panel.obs["line"].to_numpy(dtype=str)
    donor = panel.obs["donor"].to_numpy(dtype=str)
    if not model.usable:
        cluster = _far_out_pairs(similarity)
    for c in np.flatnonzero(np.bincount(cluster) > 1):
        rows = np.flatnonzero(cluster == c)
        whole = np.array([bool((cluster[line == name] == c).all()) for name in line[rows]])
        rows = rows[whole & sound[rows]]
        apart = donor[rows][:, None] != donor[rows][None, :]
        if apart.any() and similarity[np.ix_(rows, rows)][apart].mean() >= model.least:
            samples = tuple(panel.obs_names[rows])
            yield Finding(
                "names",
                samples,
                f"{' and '.join(dict.fromkeys(line[rows]))} look like one line"
                f" ({_listed(samples)}). If they are two names of one, give them one: else one"
                " line is on both sides of every split.",
            )
    for name in dict.fromkeys(line if model.usable else []):
        rows = np.flatnonzero((line == name) & sound)
        apart = cluster[rows][:, None] != cluster[rows][None, :]
        if not apart.any() or similarity[np.ix_(rows, rows)][apart].mean() > model.standard:
            continue
        groups = (
            tuple(panel.obs_names[rows[cluster[rows] == c]]) for c in np.unique(cluster[rows])
        )
        told = " and ".join(f"({_listed(group)})" for group in groups)
        yield Finding(
            "names",
            tuple(panel.obs_names[rows]),
            f"The samples of {name} fall into groups that look like different lines: {told}."
            " Look whether they are one line: records, passage, culture.",
        )


def _far_out_pairs(similarity: Matrix) -> Ints:
    """Where no line has replicates, put together pairs that stand out from all nearest ones."""
    others = similarity.copy()
    np.fill_diagonal(others, -np.inf)
    cluster = np.arange(len(others))
    if len(others) < 10:
        return cluster
    nearest, best = others.argmax(axis=1), others.max(axis=1)
    limit = np.median(best) + FAR * median_abs_deviation(best, scale="normal")
    for i in np.flatnonzero((best > limit) & (nearest[nearest] == cluster)):
        cluster[i] = min(i, nearest[i])
    return cluster


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def y_signal(panel: ad.AnnData) -> Bools | None:
    """Tell which samples express genes of the Y chromosome.

    Returns
    -------
    array of bool, shape (samples,), or None
        None where the platform has none of `Y_FEATURES`, or they don't divide the samples.

    Examples
    --------
    >>> import pandas as pd
    >>> x = np.array([[2.0], [9.0], [2.2], [8.0]], dtype=np.float32)
    >>> obs = pd.DataFrame({"source": "a"}, index=list("wxyz"))
    >>> y_signal(ad.AnnData(x, obs=obs, var=pd.DataFrame(index=["RPS4Y1"]))).tolist()
    [False, True, False, True]
    """
    there = [f for f in Y_FEATURES if f in panel.var_names]
    if not there or panel.n_obs < 4:
        return None
    values = np.asarray(panel[:, there].X, dtype=np.float64)
    if np.isnan(values).all():
        return None
    values = np.where(np.isnan(values), np.nanmin(values), values)  # not detected
    sources = panel.obs["source"].to_numpy(dtype=str)
    signal = np.zeros(panel.n_obs, dtype=bool)
    divided = False
    for source in np.unique(sources):
        rows = np.flatnonzero(sources == source)
        own = values[rows]
        score = (own - np.quantile(own, 0.1, axis=0)).mean(axis=1)
        ranked = np.sort(score)
        if len(ranked) < 4:
            continue
        gap = int(np.diff(ranked).argmax())
        low, high = ranked[: gap + 1].mean(), ranked[gap + 1 :].mean()
        if high - low >= MIN_Y_STEP:
            signal[rows] = score > (ranked[gap] + ranked[gap + 1]) / 2
            divided = True
    return signal if divided else None


def female_line(panel: ad.AnnData) -> Bools:
    """Tell which samples are labelled as a line from a woman.

    By the column ``sex``, of the sheet or of the table of known lines, and where it says nothing,
    by a tissue that only women have.
    """
    female: Bools = (panel.obs["tissue"].astype(str) == "Ovarian").to_numpy()
    if "sex" not in panel.obs:
        return female
    sex = panel.obs["sex"].astype(str).str.lower()
    return np.where(sex.isin({"", "nan", "none"}), female, sex.isin(_FEMALE))


def weigh_sex(probability: Floats, panel: ad.AnnData) -> Floats:
    """Return the probability that a label is wrong, a Y signal under a woman's name weighed in.

    By Bayes' rule: among wrong labels it is as common as in the whole panel, among right ones as
    rare as `Y_IN_WOMEN`. A lost Y chromosome, common in culture, is not held against a sample.

    Examples
    --------
    >>> import pandas as pd
    >>> x = np.array([[2.0], [9.0], [2.2], [8.0]], dtype=np.float32)
    >>> obs = pd.DataFrame({"source": "a", "tissue": ["Renal", "Ovarian"] * 2}, index=list("wxyz"))
    >>> panel = ad.AnnData(x, obs=obs, var=pd.DataFrame(index=["RPS4Y1"]))
    >>> weigh_sex(np.array([0.05, 0.05, 0.0, 0.0]), panel).round(2).tolist()
    [0.05, 0.72, 0.0, 0.0]
    """
    signal = y_signal(panel)
    if signal is None:
        return probability
    times = np.where(signal & female_line(panel), signal.mean() / Y_IN_WOMEN, 1.0)
    weighed: Floats = probability * times / (probability * times + 1 - probability)
    return weighed


def _sex(panel: ad.AnnData, sound: Bools) -> Iterator[Finding]:
    """Find a Y chromosome in a line from a woman, or in one sample of a line without one."""
    signal = y_signal(panel)
    if signal is None:
        return
    line = panel.obs["line"].to_numpy(dtype=str)
    female = female_line(panel)
    for i in np.flatnonzero(signal):
        mates = (line == line[i]) & sound & (np.arange(len(line)) != i)
        alone = mates.sum() >= 2 and not signal[mates].any()
        if not (female[i] or alone):
            continue
        why = (
            f"{line[i]} comes from a woman"
            if female[i]
            else f"the other samples of {line[i]} have none"
        )
        name = panel.obs_names[i]
        yield Finding(
            "sex",
            (name,),
            f"{name} expresses genes of the Y chromosome, and {why}: it is not {line[i]},"
            " other cells are mixed in, or the record of its donor is wrong.",
        )
