"""A simulated panel, to show and test the software where real data are not at hand.

Nothing found on it says anything about biology; it is called simulated wherever it shows.
"""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd

from radiosens.errors import SettingsError

#: The name under which ``load_panel`` gives the simulated panel.
SIMULATED = "simulated"


def simulate_panel(
    *,
    features: int = 2_000,
    tissues: int = 6,
    lines_per_tissue: int = 4,
    replicates: int = 3,
    signal_features: int = 40,
    batch_sd: float = 0.15,
    noise_sd: float = 0.35,
    swaps: int = 0,
    random_state: int = 0,
) -> ad.AnnData:
    """Simulate a panel of cell lines with a known relation of expression and SF2.

    Log2 expression is a sum of a feature's level, its tissue's, its line's, its batch's (one
    batch a replicate) and technical noise. SF2 of a line is a logistic function of a weighted
    sum of its *noise-free* expression in a few signal features, between 0.02 and 0.95.

    Parameters
    ----------
    features, tissues, lines_per_tissue, replicates : int
        The size of the panel.
    signal_features : int
        How many features decide SF2; ``var["signal"]`` holds their weights.
    batch_sd, noise_sd : float
        Standard deviations in log2 units of batch effects and of technical noise.
    swaps : int
        How many pairs of samples of different lines change labels. ``obs["true_line"]``
        keeps what each sample really is.
    random_state : int
        Seed.

    Returns
    -------
    anndata.AnnData
        A panel (see `radiosens.panel`) with ``uns["simulated"]`` True.

    Raises
    ------
    SettingsError
        If there are more signal features than features, or more swaps than pairs.

    Examples
    --------
    >>> panel = simulate_panel(features=50, signal_features=5, swaps=1)
    >>> panel.shape, int((panel.obs["line"] != panel.obs["true_line"]).sum())
    ((72, 50), 2)
    """
    lines = tissues * lines_per_tissue
    if min(features, tissues, lines_per_tissue, replicates) < 1:
        raise SettingsError("a simulated panel needs at least one of everything")
    if signal_features > features:
        raise SettingsError(f"{signal_features} signal features of {features} features")
    if swaps * 2 > lines:
        raise SettingsError(f"{swaps} swaps of {lines} lines", cure="swap at most half as many")
    rng = np.random.default_rng(random_state)
    tissue_of = np.repeat(np.arange(tissues), lines_per_tissue)
    level = rng.gamma(6.0, 1.2, size=features)
    profile = (
        level
        + rng.normal(0, 0.6, size=(tissues, features))[tissue_of]
        + rng.normal(0, 0.8, size=(lines, features))
    )
    weights = np.zeros(features)
    chosen = rng.choice(features, size=signal_features, replace=False)
    weights[chosen] = rng.normal(0, 1, size=signal_features)
    score = (profile - profile.mean(axis=0)) @ weights
    sf2 = np.round(0.02 + 0.93 / (1 + np.exp(-score / (score.std() + 1e-12))), 3)

    batch = np.tile(np.arange(replicates), lines)
    line_of = np.repeat(np.arange(lines), replicates)
    values = (
        profile[line_of]
        + rng.normal(0, batch_sd, size=(replicates, features))[batch]
        + rng.normal(0, noise_sd, size=(lines * replicates, features))
    )
    label_of = line_of.copy()
    pairs = rng.permutation(lines)[: 2 * swaps].reshape(swaps, 2)
    for a, b in pairs:
        i, j = (rng.choice(np.flatnonzero(line_of == line)) for line in (a, b))
        label_of[i], label_of[j] = label_of[j], label_of[i]

    names = np.array([f"simulated line {i + 1:02d}" for i in range(lines)])
    obs = pd.DataFrame(
        {
            "line": names[label_of],
            "tissue": [f"simulated tissue {t + 1}" for t in tissue_of[label_of]],
            "donor": names[label_of],
            "replicate": batch + 1,
            "sf2": sf2[label_of],
            "source": SIMULATED,
            "true_line": names[line_of],
        },
        index=pd.Index([f"simulated-{i + 1:03d}" for i in range(len(line_of))], name="sample"),
    )
    var = pd.DataFrame(
        {"signal": weights}, index=[f"simulated_{i + 1}_at" for i in range(features)]
    )
    return ad.AnnData(X=values.astype(np.float32), obs=obs, var=var, uns={"simulated": True})
