"""A model's card as text."""

from __future__ import annotations

from collections import Counter

from radiosens.evaluation.intervals import coverage_said
from radiosens.models.card import Card, Performance

__all__ = ["card_text"]

_METRICS = {"r2": "R²", "pearson_r": "r", "rmsd": "RMSD"}


def card_text(card: Card) -> str:
    """Return what a card says, without the lists of genes and lines.

    Examples
    --------
    >>> from radiosens.models.defaults import load_model
    >>> print(card_text(load_model("nci60").card).splitlines()[0])
    nci60: two-means on 12,847 genes
    """
    tissues = Counter(one.tissue for one in card.lines)
    donors = len({one.donor for one in card.lines})
    said = [
        f"{card.name}: {card.predictor} on {len(card.features):,} {card.level}",
        f"trained on {len(card.lines)} lines of {donors} donors: "
        + ", ".join(f"{n} {tissue}" for tissue, n in tissues.items()),
        "data: "
        + ", ".join(f"{n} samples of {source}" for source, n in card.data["sources"].items())
        + (" (simulated)" if card.data.get("simulated") else ""),
    ]
    said += [_performance(one) for one in card.performance]
    if card.performance:
        said.append(coverage_said(card.performance[0].donors))
    if not any(p.protocol == "replicate" for p in card.performance):
        said.append("replicate: not measured, as lines have one sample each")
    own = card.calibration
    kinds = ", ".join(f"{len(v)} donors {k}" for k, v in own.novelty.items())
    said += [
        f"intervals: {own.method} over {len({r.donor for r in own.residuals})} held-out donors",
        f"novelty: {kinds or 'not judged by this model'}",
    ]
    if own.coverage:
        shares = ", ".join(f"{share:.0%} of {name}" for name, share in own.coverage.items())
        said.append(f"90 % intervals held, nested folds: {shares}")
    if card.outcomes:
        said.append(f"predicted beside SF2: {', '.join(o.name for o in card.outcomes)}")
    for kind, error in own.alignment_error.items():
        said.append(f"measured by {kind}, predictions of 90 % of lines move by {error:.3f} or less")
    for one in card.history:
        kept = one.get("kept", "lines")
        said.append(
            f"goes on from {one['name']} ({one['predictor']}, {one['lines']} lines), its {kept}"
        )
    versions = ", ".join(f"{name} {v}" for name, v in card.versions.items())
    said += [f"versions: {versions}", f"limits: {card.limits}", f"use: {card.intended_use}"]
    return "\n".join(said)


def _performance(one: Performance) -> str:
    words = {"donor": "unseen donors", "replicate": "lines seen in other samples"}
    figures = []
    for name, title in _METRICS.items():
        value, low, high = one.metrics[name]
        if value is not None and low is not None and high is not None:
            figures.append(f"{title} {value:.2f} ({low:.2f} to {high:.2f})")
    return f"{words[one.protocol]}, {one.subset}, {one.donors} donors: {', '.join(figures)}"
