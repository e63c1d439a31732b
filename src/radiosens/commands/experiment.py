"""The command `radiosens reproduce`: parse, call, print."""

from __future__ import annotations

from radiosens.commands._shared import (
    Cache,
    Cluster,
    Data,
    Epochs,
    Exclude,
    Folds,
    Jobs,
    Out,
    Preset,
    Rounds,
    Samples,
    Seed,
    read_panel,
    stoppable,
)

__all__ = ["reproduce"]


def reproduce(
    data: Data,
    out: Out,
    samples: Samples = None,
    preset: Preset = "paper",
    rounds: Rounds = 5,
    folds: Folds = 6,
    seed: Seed = 0,
    epochs: Epochs = None,
    exclude: Exclude = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    cache: Cache = None,
) -> None:
    """Run the paper's experiment: five rounds of six folds, a second look at failures, verdicts."""
    from radiosens.terminal import print_summary, show_notes, watch

    console = show_notes()
    from radiosens.evaluation.settings import ReproduceSettings

    settings = ReproduceSettings.checked(
        preset=preset, rounds=rounds, folds=folds, seed=seed, epochs=epochs, exclude=exclude
    )
    from radiosens.evaluation.experiment import reproduce as run
    from radiosens.report.run import write_results

    panel = read_panel(console, data, samples)
    with stoppable(out), watch(console) as progress:
        result = run(
            panel, out, settings, jobs=jobs, cluster=cluster, cache=cache, progress=progress
        )
    print_summary(write_results(result, out), out)
