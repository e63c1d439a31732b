"""The command ``radiosens survival``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from radiosens.survival import Curve

__all__ = ["EXAMPLES", "survival"]

EXAMPLES = (
    "radiosens survival counts.csv --out curves",
    "radiosens survival counts.xlsx --model lq,linear --control untreated --out curves",
)

_MOST_PAIRS = 15
_MOST_ROWS = 40


def survival(
    counts: Annotated[
        list[Path],
        typer.Argument(
            help="Tables of colonies (csv, tsv, xlsx): line, experiment, dose in Gy, cells seeded,"
            " colonies; or line, dose, sf."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Directory for tables, figure and sentences.")],
    model: Annotated[
        str,
        typer.Option(
            help="lq, linear, lql or shmt; with commas between, the first is used and all are"
            " compared by AIC."
        ),
    ] = "lq",
    method: Annotated[
        str | None,
        typer.Option(
            help="'ml' (colonies are Poisson with dispersion) or 'ls' (least squares on log"
            " survival). By default ml for colonies, ls for ready fractions."
        ),
    ] = None,
    plating: Annotated[
        str,
        typer.Option(help="'fit' plating efficiencies with the curve, or 'fix' them."),
    ] = "fit",
    cooperation: Annotated[
        str,
        typer.Option(
            help="Where survival depends on the density of seeding: 'correct' or 'ignore' it."
        ),
    ] = "correct",
    control: Annotated[
        str | None, typer.Option(help="Curve to compare every other with; else every pair.")
    ] = None,
    at_survival: Annotated[
        float, typer.Option(help="Surviving fraction of the dose-enhancement ratio.")
    ] = 0.1,
    auc_dose: Annotated[
        float | None, typer.Option(help="Upper end of the area under curves, Gy; the highest dose.")
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(help="Sample sheet (sample, line, …) to write into samples.csv with SF2."),
    ] = None,
) -> None:
    """Fit survival curves to colony counts: α, β and SF2, with a sheet for --samples."""
    from radiosens.terminal import show_notes

    console = show_notes()
    from radiosens.report.inputs import again, file_hashes
    from radiosens.report.survival import result_directory, write_survival
    from radiosens.survival import FitSettings, compare_all, fit_curves, read_counts
    from radiosens.survival.model_choice import compare_models

    result_directory(out).refuse_foreign_files()
    names = [name.strip() for name in model.split(",") if name.strip()] or [""]
    settings = FitSettings(
        names[0],
        method,  # type: ignore[arg-type]  # checked in the next line
        plating,  # type: ignore[arg-type]
        cooperation,  # type: ignore[arg-type]
        auc_dose=auc_dose,
    ).checked()
    table = read_counts(counts)
    with console.status("fitting"):
        fits = fit_curves(table, settings)
        models = compare_models(table, names, settings) if len(names) > 1 else None
        comparisons = []
        pairs = len(fits.curves) * (len(fits.curves) - 1) // 2
        if control is not None or pairs <= _MOST_PAIRS:
            comparisons = compare_all(fits.curves, control, at_survival=at_survival)
        told = again(
            "survival",
            counts,
            model=model,
            method=method,
            plating=plating,
            cooperation=cooperation,
            control=control,
            at_survival=at_survival,
            auc_dose=auc_dose,
            sheet=sheet,
        )
        report = write_survival(
            fits,
            out,
            comparisons=comparisons,
            models=models,
            control=control,
            sheet=sheet,
            inputs=file_hashes([*counts, sheet]),
            again=told,
        )
    _print_curves(fits.curves)
    if pairs > _MOST_PAIRS and control is None:
        typer.echo(f"{pairs} pairs are not compared; name a curve with --control to compare with.")
    typer.echo(f"Written to {out}: {', '.join(report.files)}")


def _print_curves(curves: tuple[Curve, ...]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("curve")
    parameters = curves[0].model.parameters
    titles = {"alpha": "α (1/Gy)", "beta": "β (1/Gy²)", "dose_t": "D_T (Gy)", "d0": "D0 (Gy)"}
    for title in ("SF2", "95 %", *(titles.get(p, p) for p in parameters), "D10 (Gy)"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("cooperative")
    for curve in curves[:_MOST_ROWS]:
        sf2 = curve.sf2
        values = [curve.parameter(p).value for p in parameters]
        table.add_row(
            _harmless(curve.name),
            f"{sf2.value:.3f}",
            f"{sf2.low:.3f} to {sf2.high:.3f}",
            *(
                f"{v:.4f}" if p == "beta" else f"{v:.3f}"
                for p, v in zip(parameters, values, strict=True)
            ),
            f"{curve.d10.value:.2f}",
            curve.cooperation.verdict,
        )
    console.print(table)
    if len(curves) > _MOST_ROWS:
        typer.echo(f"… and {len(curves) - _MOST_ROWS} more in curves.csv")


def _harmless(name: str) -> str:
    from rich.markup import escape

    return escape("".join(c for c in name if c.isprintable()))
