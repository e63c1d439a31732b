"""Text and figures of docs/limits.md, from what ``limits.py`` measured."""

# ruff: noqa: E501  rows of Markdown tables cannot be broken

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from radiosens.report.figures import save_figure

DOCS = Path(__file__).parents[1] / "docs"
_BLUE, _RED, _GREY = "#332288", "#882255", "#777777"


def write_page(found: dict[str, Any]) -> None:
    """Write the page and three figures."""
    for name, figure in (
        ("limits_reproducibility", _reproducibility(found)),
        ("limits_curve", _curve(found)),
        ("limits_power", _power(found)),
    ):
        save_figure(figure, DOCS, name)
        (DOCS / f"{name}.svg").unlink()
    (DOCS / "limits.md").write_text(_text(found), encoding="utf-8")


def _text(found: dict[str, Any]) -> str:
    return "\n\n".join(
        [_head(found), _reliability(found), _learning(found), _seeing(found), _AGAIN]
    )


def _head(found: dict[str, Any]) -> str:
    assays, need = found["assays"], found["needed"]
    reach = [n for n in need if np.isfinite(n["lines"])]
    few = round(min(n["low"] for n in reach), -1)
    many = round(max(n["high"] for n in reach), -1)
    curve = found["curve"]
    return f"""# How far could anyone get?

*Written by `benchmarks/limits.py`; data and commands at the end.*

A prediction can't agree with a measurement better than the measurement agrees with itself. SF2 of
{assays["lines"]} lines that were measured twice, by colonies for the NCI-60 and by viability for
Yard et al., correlates with r {_range(assays, "r")}. The learning curve of ridge regression on CCLE
with Yard ({found["curve"]["lines"]} lines) is flat from {curve["sizes"][1]} lines on, so that how many r 0.5
would take can't be told; a formula put through it says {few:,.0f} to {many:,.0f}, if it holds."""


def _reliability(found: dict[str, Any]) -> str:
    a, d, p, s = (found[k] for k in ("assays", "doses", "papers", "donors"))
    sets = "; ".join(", ".join(f"{line} {sf2:.3f}" for line, sf2 in own) for own in s["sets"])
    return f"""## How well SF2 reproduces

| the same lines | lines | what two measurements share | 95 % |
| --- | ---: | ---: | ---: |
| colonies (NCI-60) and nine-day viability (Yard) | {a["lines"]} | {a["r"]:.2f} | {a["low"]:.2f} to {a["high"]:.2f} |
| one experiment: SF2 from survival after 1 and 3 Gy (Yard) | {d["lines"]} | {d["r2"]:.2f} | {d["low"]:.2f} to {d["high"]:.2f} |
| photon SF2 by α and β in different papers (PIDE) | {p["lines"]} | {p["share"]:.2f} | {p["low"]:.2f} to {p["high"]:.2f} |
| lines of one donor (NCI-60) | {s["donors"]} donors | {s["share"]:.2f} | below -1 to {s["high"]:.2f}: three donors tell nothing |

The first is Pearson's r, the second R² of a linear regression with each line left out, the other
two the share of variance that lies between lines (between donors). PIDE holds tumour and normal
lines, hamster cells among them, and papers that may quote each other. The lines that share a donor
are {sets}.

**The bound.** If two measurements are equally good and their errors independent, what they share is
the share of each one's variance that is not error. A predictor that knew the truth would
have that for R² on new lines, and its square root for r: between the two assays R² at most
{a["r"]:.2f} ({max(0, a["low"]):.2f} to {a["high"]:.2f}) and r at most {np.sqrt(a["r"]):.2f}
({np.sqrt(max(0, a["low"])):.2f} to {np.sqrt(a["high"]):.2f}); within Yard's own experiments R² at
most about {d["r2"]:.2f}, as other doses share their plates' errors. The two assays also measure
different things, so that {a["r"]:.2f} bounds a model trained on one and asked for the other; a model
of one assay alone has a higher bound.

![SF2 of the NCI-60 against Yard](limits_reproducibility.png)"""


def _learning(found: dict[str, Any]) -> str:
    curve = found["curve"]
    rows = "\n".join(
        f"| {n} | {r:.2f} | {np.std(own, ddof=1) / np.sqrt(len(own)):.2f} |"
        for n, r, own in zip(curve["sizes"], curve["r"], curve["each"], strict=True)
    )
    needs = "\n".join(f"| {_bound(n)} | {_lines(n)} |" for n in found["needed"])
    repeats = len(curve["each"][0])
    return f"""## How many lines it would take

Ridge regression on expression, trained on ever more of the {curve["lines"]} lines of CCLE with
Yard, tested on 39 others; mean of {repeats} draws.

| training lines | r on the others | standard error of the draws |
| ---: | ---: | ---: |
{rows}

From {curve["sizes"][1]} to {curve["sizes"][-1]} lines r moves by {curve["r"][-1] - curve["r"][1]:+.2f}, where each has a standard error of
{np.std(curve["each"][-1], ddof=1) / np.sqrt(repeats):.2f}: the curve hardly says how steep it is.

**Extrapolated**, far beyond what was measured: r² of n training lines taken as `b n / (n + k)`
(Daetwyler et al. 2008), with b the bound and k fitted to the table, r 0.5 would need

| if R² is bounded by | training lines (95 % over draws) |
| --- | ---: |
{needs}

The draws share lines, so that the ranges are too narrow; the bound matters as much as they do.

![Learning curve](limits_curve.png)"""


def _bound(row: dict[str, Any]) -> str:
    titles = {
        "two assays": "what the two assays share",
        "other doses": "what other doses explain",
        "none": "nothing",
    }
    return f"{titles[row['bound']]} ({row['r2']:.2f})"


def _lines(row: dict[str, Any]) -> str:
    if not np.isfinite(row["lines"]):
        return "out of reach"
    return f"{row['lines']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"


def _seeing(found: dict[str, Any]) -> str:
    rows = "\n".join(
        f"| {p['lines']:,} | {_share(p['alone'])} | {_share(p['of fourteen'])} |"
        for p in found["power"]
    )
    return f"""## What can be seen at all

How likely a predictor whose predictions correlate with SF2 of new lines with r 0.32 (R² 0.1) is
told from none, by Fisher's z, two-sided at 5 %, alone or as one of fourteen that are corrected for.
Cross-validation adds noise, so that this is the most one can hope for.

| lines | alone | of fourteen |
| ---: | ---: | ---: |
{rows}

![Power](limits_power.png)"""


def _share(value: float) -> str:
    return "over 99 %" if value > 0.99 else f"{value:.0%}".replace("%", " %")


_AGAIN = """## Making it again

```console
python benchmarks/limits.py DATA_DIR
```

with the files of [the benchmark](benchmark.md#making-it-again) and `pide.csv`, α and β of photon and
ion experiments (PIDE). The table of NCI-60 lines comes with radiosens.
"""


def _range(row: dict[str, Any], name: str) -> str:
    return f"{row[name]:.2f} ({row['low']:.2f} to {row['high']:.2f})"


def _axes(title: str, x: str, y: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(4.6, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(x, fontsize=8)
    axes.set_ylabel(y, fontsize=8)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _reproducibility(found: dict[str, Any]) -> Figure:
    a = found["assays"]
    figure, axes = _axes(
        f"The same {a['lines']} lines, two assays: r {_range(a, 'r')}",
        "SF2 by colonies (NCI-60)", "SF2 by viability (Yard et al.)",
    )  # fmt: skip
    axes.plot(a["nci60"], a["yard"], "o", color=_BLUE, markersize=4)
    axes.plot([0, 1], [0, 1], ":", color=_GREY, linewidth=1)
    return figure


def _curve(found: dict[str, Any]) -> Figure:
    curve = found["curve"]
    figure, axes = _axes(
        "Ridge regression, CCLE with Yard; dashed: extrapolated",
        "training lines", "Pearson's r on 39 others",
    )  # fmt: skip
    n = np.geomspace(20, 5000, 200)
    for row, color in zip(found["needed"], (_RED, _BLUE, _GREY), strict=True):
        axes.plot(n, np.sqrt(row["r2"] * n / (n + row["half"])), "--", color=color, linewidth=1,
                  label=f"bound {row['r2']:.2f}")  # fmt: skip
    errors = [np.std(own, ddof=1) / np.sqrt(len(own)) for own in curve["each"]]
    axes.errorbar(curve["sizes"], curve["r"], yerr=errors, fmt="o", color="black", markersize=4)
    axes.axhline(0.5, color=_GREY, linewidth=0.8, linestyle=":")
    axes.set_xscale("log")
    axes.set_ylim(0, 0.8)
    axes.legend(fontsize=7, frameon=False)
    return figure


def _power(found: dict[str, Any]) -> Figure:
    figure, axes = _axes("Power to tell R² 0.1 from none", "lines", "power")
    n = np.geomspace(20, 1500, 200)
    z = np.arctanh(np.sqrt(0.1)) * np.sqrt(n - 3)
    for level, title, color in ((0.05, "alone", _BLUE), (0.05 / 14, "one of fourteen", _RED)):
        axes.plot(n, stats.norm.sf(stats.norm.ppf(1 - level / 2) - z), color=color, label=title)
    for row in found["power"]:
        axes.axvline(row["lines"], color=_GREY, linewidth=0.8, linestyle=":")
    axes.set_xscale("log")
    axes.set_ylim(0, 1.02)
    axes.legend(fontsize=7, frameon=False)
    return figure
