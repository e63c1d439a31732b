"""``radiosens explain``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radiosens.commands._shared import AsJson, Cache, Jobs, Samples, check_files, print_json

if TYPE_CHECKING:
    from radiosens.report.explain import Explanation

__all__ = ["EXAMPLES", "explain"]

EXAMPLES = (
    "radiosens explain my_samples.csv --out why",
    "radiosens explain my_samples.csv --baseline MCF7 --gene-sets reactome --out why",
    "radiosens explain --model nci60 --gene-sets reactome.gmt --out why_nci60",
    "radiosens explain panel.csv --predictor ridge --gene-sets hallmark.gmt --out why_ridge",
)


def explain(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE...]",
            show_default=False,
            help="Samples to explain; or with --predictor a panel with SF2. None: the model"
            " itself, on what it was trained on.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Directory for the results.")] = ...,  # type: ignore[assignment]
    model: Annotated[
        str,
        typer.Option(metavar="NAME_OR_DIR", help="A model, see 'radiosens models', or a bundle."),
    ] = "nci60",
    predictor: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Explain this kind of model, fitted on the panel."),
    ] = None,
    samples: Samples = None,
    gene_sets: Annotated[
        list[Path] | None,
        typer.Option(
            "--gene-sets",
            metavar="GMT",
            help="Gene sets, or reactome once fetched; may be given several times.",
        ),
    ] = None,
    baseline: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What samples are compared with: mean (profile of training), training (each"
            " line of it), or one of its lines.",
        ),
    ] = "mean",
    all_genes: Annotated[
        bool, typer.Option("--all-genes", help="Write all genes of a sample, not the first 100.")
    ] = False,
    together: Annotated[
        bool, typer.Option("--together", help="As for 'radiosens predict'.")
    ] = False,
    keep_unlike: Annotated[
        bool, typer.Option("--keep-unlike", help="Explain samples unlike training as well.")
    ] = False,
    scale: Annotated[
        str | None,
        typer.Option(metavar="SCALE", help="What values are: log2, ln, log10, linear, counts."),
    ] = None,
    preset: Annotated[
        str, typer.Option(metavar="NAME", help="Of the network: 'paper' or 'quick'.")
    ] = "paper",
    folds: Annotated[int, typer.Option(metavar="N", min=2, help="Folds of donors.")] = 5,
    rounds: Annotated[int, typer.Option(metavar="N", min=1, help="Rounds of folds.")] = 1,
    shuffles: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Models of shuffled SF2; 100, or 20 of slower predictors."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of folds and fits.")] = 0,
    jobs: Jobs = None,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Say what predictions or a model rest on, and first whether to believe it."""
    check_files([*(files or []), samples, *(gene_sets or [])])
    from radiosens.errors import SettingsError
    from radiosens.terminal import show_notes

    console = show_notes()
    from radiosens.models.fitted import find_predictor
    from radiosens.report.explain import explain as run
    from radiosens.report.explain import explain_model

    if files and predictor is None:
        if len(files) > 1:
            raise SettingsError("samples of one file are explained at once", cure="give one file")
        with console.status("explaining"):
            found = run(
                files[0],
                model,
                samples=samples,
                baseline=baseline,
                together=together,
                keep_unlike=keep_unlike,
                scale=scale,
                gene_sets=gene_sets or (),
                most=None if all_genes else 100,
                out=out,
            )
    else:
        if predictor is not None and not files:
            raise SettingsError("a predictor needs a panel", cure="name its files")
        epochs = predictor is not None and find_predictor(predictor).trains_in_epochs
        with console.status("fitting models and models of shuffled SF2"):
            found = explain_model(
                list(files) if files else None,
                predictor,
                model=model,
                samples=samples,
                gene_sets=gene_sets or (),
                folds=folds,
                rounds=rounds,
                shuffles=shuffles,
                seed=seed,
                settings={"preset": preset} if epochs else None,
                out=out,
                jobs=jobs,
                cache=cache,
            )
    _show(found, out, as_json)


def _show(found: Explanation, out: Path, as_json: bool) -> None:
    if as_json:
        print_json(found.summary() | {"sentences": list(found.sentences)})
        return
    for sentence in found.sentences:
        typer.echo(sentence)
    typer.echo(f"Written to {out}")
