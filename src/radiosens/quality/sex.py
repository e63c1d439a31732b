"""A Y chromosome where none can be: damning for a label. Its loss, common in culture, is not."""

from __future__ import annotations

import anndata as ad
import numpy as np
from numpy.typing import NDArray

__all__ = ["Y_FEATURES", "of_a_woman", "weigh_sex", "y_signal"]

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

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
_WOMAN = frozenset({"f", "female", "woman", "w"})


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


def of_a_woman(panel: ad.AnnData) -> Bools:
    """Tell which samples are labelled as a line from a woman.

    By the column ``sex``, of the sheet or of the table of known lines, and where it says nothing,
    by a tissue that only women have.
    """
    woman: Bools = (panel.obs["tissue"].astype(str) == "Ovarian").to_numpy()
    if "sex" not in panel.obs:
        return woman
    sex = panel.obs["sex"].astype(str).str.lower()
    return np.where(sex.isin({"", "nan", "none"}), woman, sex.isin(_WOMAN))


def weigh_sex(probability: Floats, panel: ad.AnnData) -> Floats:
    """Return the probability that a label is wrong, a Y signal under a woman's name weighed in.

    By Bayes' rule: among wrong labels it is as common as in the whole panel, among right ones as
    rare as `Y_IN_WOMEN`.

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
    times = np.where(signal & of_a_woman(panel), signal.mean() / Y_IN_WOMEN, 1.0)
    weighed: Floats = probability * times / (probability * times + 1 - probability)
    return weighed
