"""``radiosens evaluate`` and ``radiosens predictors``: parse, call, print."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radiosens.commands._shared import (
    AsJson,
    Cache,
    Cluster,
    Epochs,
    Exclude,
    Files,
    Folds,
    Jobs,
    Out,
    Preset,
    Rounds,
    Samples,
    Scale,
    Seed,
    Sheet,
    check_files,
    names,
    print_json,
    read_panel,
    stoppable,
)

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from radiosens.evaluation.result import Evaluation

__all__ = ["EVALUATE_EXAMPLES", "PREDICTORS_EXAMPLES", "evaluate", "predictors"]

EVALUATE_EXAMPLES = (
    "radiosens evaluate my_expression.csv --samples sheet.csv --out my_evaluation",
    "radiosens evaluate simulated --predictors mean,tissue-mean,ridge --out try",
)
PREDICTORS_EXAMPLES = ("radiosens predictors",)


def evaluate(
    files: Files,
    out: Out,
    samples: Samples = None,
    scale: Scale = None,
    sheet: Sheet = None,
    protocol: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="Of replicate, line, donor, tissue; with commas between."
        ),
    ] = "replicate,donor",
    predictors: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Names with commas between, see 'radiosens predictors', or 'all'.",
        ),
    ] = "all",
    against: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The predictor that others are compared with; 'naive': the best of those that see"
            " no expression.",
        ),
    ] = "naive",
    rounds: Rounds = 3,
    folds: Folds = 10,
    seed: Seed = 0,
    preset: Preset = "paper",
    epochs: Epochs = None,
    permutations: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Fits of fast predictors to shuffled SF2, on all folds, for a p value.",
        ),
    ] = 0,
    refits: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Fits of fast predictors without a third of the donors, for intervals.",
        ),
    ] = 21,
    seeds: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Seeds for stochastic predictors, on the first round."
        ),
    ] = 1,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Shuffle SF2 between donors first: a leak alarm.")
    ] = False,
    exclude: Exclude = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Compare predictors honestly: with replicates on both sides, and on unseen donors."""
    from radiosens.evaluation.settings import EvaluateSettings
    from radiosens.terminal import show_notes, watch

    settings = EvaluateSettings.checked(
        protocols=names(protocol),
        predictors=names(predictors),
        against=against,
        rounds=rounds,
        folds=folds,
        seed=seed,
        preset=preset,
        epochs=epochs,
        permutations=permutations,
        refits=refits,
        seeds=seeds,
        shuffle=shuffle,
        exclude=exclude,
    )
    check_files([*files, samples])
    console = show_notes()
    from radiosens.report.evaluate import evaluate as run

    panel = read_panel(console, files, samples, scale, sheet)
    with stoppable(out), watch(console) as progress:
        evaluation = run(
            panel, out, settings, jobs=jobs, cluster=cluster, cache=cache, progress=progress
        )
    if as_json:
        typer.echo((out / "summary.json").read_text(encoding="utf-8").rstrip())
    else:
        _print_evaluation(evaluation, out)


def predictors(as_json: AsJson = False) -> None:
    """List every predictor that 'evaluate' knows, installed ones too."""
    from radiosens.errors import SettingsError
    from radiosens.predictors import get_predictor, predictor_names

    rows: list[dict[str, str]] = []
    for name in predictor_names():
        try:
            p = get_predictor(name)
        except SettingsError as error:
            rows.append({"name": name, "description": "", "needs": "", "caution": str(error)})
            continue
        needs = [*(["tissues"] * p.uses_tissues), *(["gene names"] * p.uses_features)]
        rows.append(
            {
                "name": name,
                "description": p.description,
                "needs": " and ".join(needs),
                "caution": p.caution,
            }
        )
    if as_json:
        print_json(rows)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for row in rows:
        words = [row["description"]]
        words += [f"needs {row['needs']}"] * bool(row["needs"])
        words += [f"beware: {row['caution']}"] * bool(row["caution"])
        table.add_row(Text(row["name"], "bold"), Text("; ".join(filter(None, words))))
    Console().print(table)


def _print_evaluation(evaluation: Evaluation, out: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from radiosens.report.sentences import sentences

    console = Console()
    scores = evaluation.tables["scores"]
    for subset in scores["subset"].unique():
        own = scores[scores["subset"] == subset]
        title = "all lines" if subset == "all" else subset
        table = Table(title=title, box=box.SIMPLE_HEAD, padding=0)
        table.add_column("predictor", no_wrap=True)
        protocols = list(own["protocol"].unique())
        for protocol in protocols:
            table.add_column(f"{protocol}: R²", justify="right", no_wrap=True)
            table.add_column("r", justify="right", no_wrap=True)
        for predictor in own["predictor"].unique():
            cells = []
            for protocol in protocols:
                row = own[(own["predictor"] == predictor) & (own["protocol"] == protocol)].iloc[0]
                cells += [_with_ends(row, "r2"), _number(row["pearson_r"])]
            table.add_row(predictor, *cells)
        console.print(table)
    _print_nested(console, evaluation)
    for sentence in sentences(evaluation):
        console.print(sentence, highlight=False, markup=False)
    tables = ", ".join(f"{name}.csv" for name, table in evaluation.tables.items() if len(table))
    console.print(
        f"Written to {out}: {tables}, predictions.csv, findings.txt, summary.json, protocols.png"
        " and .svg",
        highlight=False,
    )


def _print_nested(console: Console, evaluation: Evaluation) -> None:
    from rich import box
    from rich.table import Table

    nested = evaluation.tables["nested"]
    if len(nested) == 0:
        return
    table = Table(
        title="what each adds to R² on unseen lines", box=box.SIMPLE_HEAD, padding=0, pad_edge=False
    )
    for name in ("added", "protocol", "lines"):
        table.add_column(name, no_wrap=True)
    for name in ("R² with it", "gain", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in nested.to_dict(orient="records"):
        lines = "all" if row["subset"] == "all" else "solid"
        cells = [f"{row['r2']:.2f}", _with_ends(row, "gain"), _number(row["p"], 3)]
        table.add_row(row["added"], row["protocol"], lines, *cells)
    console.print(table)


def _with_ends(row: Mapping[Any, Any] | pd.Series, name: str) -> str:
    """Word a value and its interval; what is constant has none."""
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    return f"{value:.2f}" if math.isnan(low) else f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _number(value: float, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"
