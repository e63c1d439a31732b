"""What the predictions of new samples rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiosens.explain.agreement import agreement
from radiosens.explain.baseline import MEAN, baseline_of
from radiosens.explain.contributions import Contributions
from radiosens.explain.genes import GeneIndex
from radiosens.explain.surface import PAIRS, surface_of
from radiosens.models.bundle import Bundle
from radiosens.models.fitted import Samples
from radiosens.models.incoming import Incoming, receive
from radiosens.models.prediction import predict_opened
from radiosens.panel import Data
from radiosens.preprocessing import Matrix
from radiosens.preprocessing.alignment import Reference, match_mean_and_spread, offset_of

__all__ = ["TISSUE", "SampleContributions", "explain_samples", "samples_in"]

#: What a told tissue's contribution is called among the genes.
TISSUE = "(tissue)"


@dataclass(frozen=True)
class SampleContributions:
    """Contributions of genes to the predictions of samples.

    Attributes
    ----------
    samples : tuple of str
        Those that have a prediction.
    genes : tuple of str
        The last is `TISSUE`.
    by_gene : array of shape (samples, genes)
        In SF2.
    raw : Contributions
        By feature.
    baseline : str
        What they are against, in words.
    stability : array of shape (samples,)
        Mean rank correlation of a sample's contributions between the models of folds; NaN
        where the bundle has kept none.
    predictions : DataFrame
        Of all samples, from `Bundle.predict`.
    """

    samples: tuple[str, ...]
    genes: tuple[str, ...]
    by_gene: NDArray[np.float64]
    raw: Contributions
    baseline: str
    stability: NDArray[np.float64]
    predictions: pd.DataFrame

    @property
    def half(self) -> NDArray[np.intp]:
        """How many genes make half of all absolute contributions, of each sample."""
        sizes = -np.sort(-np.abs(self.by_gene), axis=1)
        whole = sizes.sum(axis=1, keepdims=True)
        below: NDArray[np.intp] = (np.cumsum(sizes, axis=1) < whole / 2).sum(axis=1)
        return below + 1

    def overview(self) -> pd.DataFrame:
        """Return ``sample, sf2, baseline, half, stability, error``, a row a sample."""
        return pd.DataFrame(
            {
                "sample": self.samples,
                "sf2": self.raw.prediction,
                "baseline": self.raw.baseline,
                "half": self.half,
                "stability": self.stability,
                "error": self.raw.error,
            }
        )

    def table(self, most: int | None = 100) -> pd.DataFrame:
        """Return ``sample, gene, contribution, share``, the largest first.

        Parameters
        ----------
        most : int, optional
            Genes of a sample; what the others add is one more row, so that contributions still
            add up. All that contribute where None.
        """
        parts = []
        for name, row in zip(self.samples, self.by_gene, strict=True):
            order = np.argsort(-np.abs(row), kind="stable")
            order = order[row[order] != 0]
            shown = order if most is None else order[:most]
            rest = order[len(shown) :]
            whole = max(float(np.abs(row).sum()), 1e-300)
            genes = [self.genes[i] for i in shown]
            added, size = row[shown].tolist(), np.abs(row[shown]).tolist()
            if len(rest):
                genes.append(f"({len(rest):,} other genes)")
                added.append(float(row[rest].sum()))
                size.append(float(np.abs(row[rest]).sum()))
            parts.append(
                pd.DataFrame(
                    {
                        "sample": name,
                        "gene": genes,
                        "contribution": added,
                        "share": np.array(size) / whole,
                    }
                )
            )
        columns = ["sample", "gene", "contribution", "share"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def samples_in(bundle: Bundle) -> Samples:
    """Return a bundle's training samples."""
    obs = bundle.as_anndata().obs
    return Samples(
        bundle.profiles,
        bundle.card.features,
        obs["sf2"].to_numpy(dtype=np.float64),
        lines=obs["line"].to_numpy(dtype=str),
        donors=obs["donor"].to_numpy(dtype=str),
        tissues=obs["tissue"].to_numpy(dtype=str),
        sources=np.full(len(obs), bundle.card.name),
    )


def explain_samples(
    bundle: Bundle,
    data: Data,
    *,
    baseline: str = MEAN,
    tissues: Mapping[str, str] | None = None,
    together: bool = False,
    keep_unlike: bool = False,
    scale: str | None = None,
    random_state: int = 0,
) -> SampleContributions:
    """Explain the predictions of samples; those without a prediction have no explanation.

    Parameters
    ----------
    bundle : Bundle
    data, tissues, together, keep_unlike, scale
        As for `radiosens.models.prediction.predict`.
    baseline : str
        ``mean``, the mean profile of training's lines; ``training``, the mean over them of
        contributions against each (expected gradients, for the network); or a line of training.
    random_state : int
        Of what is drawn, for sampled Shapley values.

    Raises
    ------
    InputError
        If the file can't be read, or has too few of the model's features.
    SettingsError
        If the baseline is no line of training.
    """
    from radiosens.sources import read

    training = samples_in(bundle)
    against = baseline_of(bundle, training, baseline)
    expression = read(data, scale=scale)
    incoming = receive(expression, bundle.card)
    predictions = predict_opened(
        bundle, expression, tissues=tissues, together=together, keep_unlike=keep_unlike
    )
    shown = np.flatnonzero(predictions["sf2"].notna().to_numpy())
    aligned = _aligned(bundle, incoming, together)[shown]
    told = np.array([str((tissues or {}).get(s, "unknown")) for s in incoming.names])[shown]
    surface = surface_of(bundle.fitted, pairs=PAIRS)
    found = surface.contributions(aligned, against, told, random_state=random_state)
    genes = GeneIndex.of(bundle.card.features)
    values = _by_gene(genes, found)
    again = []
    for fitted in bundle.folds.values():
        one = surface_of(fitted, pairs=1)
        again.append(
            _by_gene(genes, one.contributions(aligned, against, told, random_state=random_state))
        )
    return SampleContributions(
        tuple(map(str, predictions["sample"].iloc[shown])),
        (*genes.names, TISSUE),
        values,
        found,
        against.name,
        _stability(again, len(shown)),
        predictions,
    )


def _aligned(bundle: Bundle, incoming: Incoming, together: bool) -> Matrix:
    """Align samples as a prediction does."""
    whole = np.full((len(incoming.x), len(bundle.card.features)), np.nan, dtype=np.float32)
    whole[:, incoming.columns] = incoming.x
    reference = bundle.fitted.reference
    aligned = match_mean_and_spread(whole, reference)
    if together:
        part = Reference(reference.mean[incoming.columns], reference.gain)
        aligned[:, incoming.columns] -= offset_of([match_mean_and_spread(incoming.x, part)], part)
    return aligned


def _by_gene(genes: GeneIndex, found: Contributions) -> NDArray[np.float64]:
    return np.hstack([genes.sums(found.values), found.tissue[:, None]])


def _stability(again: list[NDArray[np.float64]], samples: int) -> NDArray[np.float64]:
    """Return how far the models of folds agree on each sample."""
    return np.array([agreement([values[i] for values in again]) for i in range(samples)])
