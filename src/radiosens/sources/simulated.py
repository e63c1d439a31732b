"""A simulated panel, to show and test the software where real data are not at hand.

Nothing found on it says anything about biology; it is called simulated wherever it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.errors import SettingsError

if TYPE_CHECKING:
    import anndata as ad

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
    _refuse_sizes(features, signal_features, min(lines, replicates), lines, swaps)
    rng = np.random.default_rng(random_state)
    tissue_of = np.repeat(np.arange(tissues), lines_per_tissue)
    level = rng.gamma(6.0, 1.2, size=features)
    profile = (
        level
        + rng.normal(0, 0.6, size=(tissues, features))[tissue_of]
        + rng.normal(0, 0.8, size=(lines, features))
    )
    weights = _signal(features, signal_features, rng)
    score = (profile - profile.mean(axis=0)) @ weights
    sf2 = np.round(0.02 + 0.93 / (1 + np.exp(-score / (score.std() + 1e-12))), 3)

    batch = np.tile(np.arange(replicates), lines)
    line_of = np.repeat(np.arange(lines), replicates)
    values = (
        profile[line_of]
        + rng.normal(0, batch_sd, size=(replicates, features))[batch]
        + rng.normal(0, noise_sd, size=(lines * replicates, features))
    )
    label_of = _swapped(line_of, swaps, rng)
    obs = _obs(label_of, line_of, tissue_of, batch, sf2)
    var = pd.DataFrame(
        {"signal": weights}, index=[f"simulated_{i + 1}_at" for i in range(features)]
    )
    import anndata as ad

    return ad.AnnData(X=values.astype(np.float32), obs=obs, var=var, uns={"simulated": True})


def _refuse_sizes(features: int, signal: int, least: int, lines: int, swaps: int) -> None:
    if min(features, least) < 1:
        raise SettingsError("a simulated panel needs at least one of everything")
    if signal > features:
        raise SettingsError(f"{signal} signal features of {features} features")
    if swaps * 2 > lines:
        raise SettingsError(f"{swaps} swaps of {lines} lines", cure="swap at most half as many")


def _signal(features: int, signal: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Give a few features a weight in SF2."""
    weights = np.zeros(features)
    chosen = rng.choice(features, size=signal, replace=False)
    weights[chosen] = rng.normal(0, 1, size=signal)
    return weights


def _swapped(line_of: NDArray[np.intp], swaps: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the line that each sample bears, some pairs with each other's."""
    label_of = line_of.copy()
    pairs = rng.permutation(line_of.max() + 1)[: 2 * swaps].reshape(swaps, 2)
    for a, b in pairs:
        i, j = (rng.choice(np.flatnonzero(line_of == line)) for line in (a, b))
        label_of[i], label_of[j] = label_of[j], label_of[i]
    return label_of


def _obs(
    label_of: NDArray[np.intp],
    line_of: NDArray[np.intp],
    tissue_of: NDArray[np.intp],
    batch: NDArray[np.intp],
    sf2: NDArray[np.float64],
) -> pd.DataFrame:
    """Describe each sample as its label says, and beside it what it is."""
    names = np.array([f"simulated line {i + 1:02d}" for i in range(len(tissue_of))])
    return pd.DataFrame(
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


def plant_errors(
    panel: ad.AnnData,
    *,
    swaps: int = 0,
    copies: int = 0,
    shifted: int = 0,
    random_state: int = 0,
) -> ad.AnnData:
    """Return a copy of a panel with errors as laboratories and archives make them.

    No line has more than one of them: where two of three replicates are wrong, nobody can say
    which one is right.

    Parameters
    ----------
    panel : AnnData
        Its labels are taken to be right.
    swaps : int
        Pairs of samples of different lines that change labels.
    copies : int
        Samples replaced by a second scan of another line's array: its values with noise of a
        tenth of a feature's spread.
    shifted : int
        Length of one run of samples, in the panel's order, of which each bears the label of
        the sample before it, and the first that of the last.
    random_state : int
        Seed.

    Returns
    -------
    AnnData
        Its ``obs["true_line"]`` says what each sample is, ``obs["error"]`` how it came about:
        ``swap``, ``copy``, ``shift`` or empty.

    Raises
    ------
    SettingsError
        If the panel is too small for so many.

    Examples
    --------
    >>> panel = plant_errors(simulate_panel(features=50), swaps=2, copies=1)
    >>> panel.obs["error"].value_counts().loc[["swap", "copy"]].tolist()
    [4, 1]
    """
    rng = np.random.default_rng(random_state)
    line = panel.obs["line"].to_numpy(dtype=str)
    n = len(line)
    if shifted > n:
        raise SettingsError(f"a shift of {shifted} of {n} samples", cure="shift fewer")
    source_of, values = np.arange(n), np.array(panel.X, dtype=np.float32)
    label_from, error = np.arange(n), np.full(n, "", dtype="U5")
    if shifted:
        start = int(rng.integers(0, n - shifted + 1))
        run = np.arange(start, start + shifted)
        label_from[run] = np.roll(run, 1)
        error[run] = "shift"
    touched = set(line[error != ""])
    waiting = rng.permutation(n).tolist()
    while swaps + copies:
        first, partner = _two_lines(waiting, line, touched)
        touched |= {line[first], line[partner]}
        if swaps:
            label_from[[first, partner]] = partner, first
            error[[first, partner]] = "swap"
            swaps -= 1
        else:
            noise = rng.normal(0, 0.1, values.shape[1]) * values.std(axis=0)
            values[first] = values[partner] + noise
            source_of[first] = partner
            error[first] = "copy"
            copies -= 1
    obs = panel.obs.copy()
    for column in ("line", "tissue", "donor", "sf2"):
        obs[column] = panel.obs[column].to_numpy()[label_from]
    obs["true_line"] = line[source_of]
    obs["error"] = np.where(obs["line"].to_numpy(dtype=str) == obs["true_line"], "", error)
    import anndata as ad

    return ad.AnnData(X=values, obs=obs, var=panel.var.copy(), uns=dict(panel.uns))


def _two_lines(waiting: list[int], line: NDArray[np.str_], touched: set[str]) -> tuple[int, int]:
    """Return the next two samples of lines that have no error yet."""
    free = [i for i in waiting if line[i] not in touched]
    partner = next((k for k in free if line[k] != line[free[0]]), None)
    if partner is None:
        raise SettingsError("so many errors don't fit", cure="plant fewer, or take a larger panel")
    return free[0], partner
