"""Predictions in sentences: the number, and what to know before anyone reads it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from radiosens.celllines import is_haematological
from radiosens.models.card import Card
from radiosens.models.novelty import KINDS
from radiosens.report.both import both_sentences, curve_sentence, line_sentence

__all__ = ["prediction_text", "sample_sentences", "summary_sentences"]


def prediction_text(table: pd.DataFrame, card: Card) -> str:
    """Return all that is said of a file's samples, the summary first."""
    parts = [*summary_sentences(table, card), ""]
    for row in table.to_dict("records"):
        parts += [sample_sentences({str(k): v for k, v in row.items()}, card), ""]
    parts += [card.intended_use]
    return "\n".join(parts) + "\n"


def summary_sentences(table: pd.DataFrame, card: Card) -> list[str]:
    """Say in a few sentences what was found.

    Parameters
    ----------
    table : DataFrame
        From `radiosens.predict`.
    card : Card
        Of the model.
    """
    counts = table["verdict"].value_counts()
    words = {
        "ok": "like training, of no line that it knows",
        "recognised": "recognised as a line of training",
        "unlike": "unlike all of training",
        "refused": "not readable as expression",
    }
    found = ", ".join(f"{counts[v]} {text}" for v, text in words.items() if v in counts)
    said = [
        f"{len(table)} samples by the model {card.name!r} ({card.predictor}, trained on"
        f" {len(card.lines)} lines): {found}."
    ]
    for one in card.performance:
        if one.protocol == "donor" and one.subset == "all" and one.metrics["r2"][0] is not None:
            r2, low, high = one.metrics["r2"]
            said.append(
                f"On lines of donors that it had not seen, R² was {r2:.2f} ({low:.2f} to"
                f" {high:.2f}); intervals are meant to hold for 90 % of such lines."
            )
    if card.data.get("simulated"):
        said.append("The model was trained on simulated values and says nothing of biology.")
    if card.limits:
        said.append(card.limits)
    if "speaks" in table:
        said += both_sentences(table)
    if table["compared_with"].isin(KINDS[1:]).any():
        said.append(
            "Samples measured elsewhere than training were aligned to it each by itself; their"
            " intervals are widened by how far predictions of held-out lines moved."
        )
    return said


def sample_sentences(row: dict[str, Any], card: Card) -> str:
    """Say what is known of one sample.

    Parameters
    ----------
    row : dict
        A row of the table.
    card : Card
    """
    said = [f"{_plain(row['sample'])}:"]
    if row["verdict"] == "refused":
        beside = f" {line_sentence(row)}" if "speaks" in row else " There is no prediction."
        return f"{said[0]} refused: {row['reason']}.{beside}"
    if row["recognised"] != "no":
        said.append(_recognition(row, card))
    if pd.isna(row["sf2"]):
        said.append(f"No prediction: {row['reason']}.")
    else:
        if row["verdict"] == "unlike":
            said.append(f"Beware: {row['reason']}.")
        high = "no upper bound" if row["sf2_high"] == float("inf") else f"{row['sf2_high']:.2f}"
        said.append(
            f"Predicted SF2 {row['sf2']:.2f} (90 % interval {row['sf2_low']:.2f} to {high}),"
            f" among the {row['third']} third of training's lines; their mean is"
            f" {row['training_mean']:.2f}"
            + (
                ""
                if pd.isna(row["tissue_mean"])
                else f", that of its tissue {row['tissue_mean']:.2f}"
            )
            + "."
        )
        if card.predictor == "two-means":
            said.append(_lineage(row["sf2"], card))
    if row.get("auc") is not None:
        said.append(f"Its curve: {curve_sentence(row)}")
    said += [_measured(row, card), _index(row)]
    if "speaks" in row:
        said.append(line_sentence(row))
    return " ".join(said)


def _measured(row: dict[str, Any], card: Card) -> str:
    """Say how unusual a sample is, and how much of it was measured."""
    total = row["genes_measured"] + row["genes_filled"]
    measured = f"{row['genes_measured']:,} of {total:,} {card.level} were measured"
    if pd.isna(row["novelty_p"]):
        return f"Whether it is unlike all lines this model does not judge. {measured}."
    return (
        f"{_share(row['novelty_p'])} lines that training had not seen are as unusual or more"
        f" (by {row['compared_with']}; p = {row['novelty_p']:.2g})."
        f" {measured}, the rest is training's mean."
    )


def _index(row: dict[str, Any]) -> str:
    if pd.isna(row["rsi"]):
        return f"No Radiosensitivity Index: {row['rsi_genes']} of its ten genes are measured."
    gard = "" if pd.isna(row["gard"]) else f", GARD {row['gard']:.1f}"
    return f"Radiosensitivity Index {row['rsi']:.2f}{gard}."


def _share(p: float) -> str:
    return "All" if p >= 0.995 else f"{p:.0%}".replace("%", " % of")


def _lineage(sf2: float, card: Card) -> str:
    """Say which of the two means the number is."""
    means = {}
    for name in ("solid", "haematological"):
        own = [o.sf2 for o in card.lines if is_haematological(o.tissue) == (name != "solid")]
        means[name] = (sum(own) / len(own), len(own)) if own else (float("nan"), 0)
    for name, (mean, count) in means.items():
        if abs(sf2 - mean) < 0.005:
            return f"That is the mean of the {count} {name} lines, and no more is known of it."
    return "That lies between the means of solid and haematological lines: it looks like neither."


def _recognition(row: dict[str, Any], card: Card) -> str:
    line = row["looks_like"]
    facts = {one.line: one for one in card.lines}
    same = [o for o in facts if facts[o].donor == facts[line].donor and o != line]
    also = f" or {' or '.join(same)} (the same donor)" if same else ""
    how = f"(private similarity {row['recognition']:.2f}; next {row['runner_up']}"
    how += f" {row['next_recognition']:.2f})"
    if row["recognised"] == "unsure":
        return f"It may be {line}{also} {how}, a line of its kind, or a mixture."
    return (
        f"It is recognised as {line}{also} {how}, whose measured SF2 is"
        f" {row['measured_sf2']:.2f}: the model was trained knowing it, so the prediction adds"
        " nothing."
    )


def _plain(text: object) -> str:
    return "".join(c if c.isprintable() else " " for c in str(text))
