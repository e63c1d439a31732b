from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiosens.cli import app, main
from radiosens.panel import load_panel
from radiosens.sources.simulated import simulate_panel

runner = CliRunner()


def counts_of(sf2):
    """Draw three experiments of each line, whose SF2 is given."""
    rng = np.random.default_rng(0)
    rows = []
    for line, survival in sf2.items():
        alpha = -np.log(min(survival, 0.95)) / 2 / 1.2
        for experiment in ("1", "2", "3"):
            for dose in (0, 1, 2, 4, 6):
                effect = alpha * (dose + 0.1 * dose**2)
                cells = round(300 * np.exp(effect))
                rows.append(
                    (line, experiment, dose, cells, rng.poisson(cells * 0.4 * np.exp(-effect)))
                )
    return pd.DataFrame(rows, columns=["line", "experiment", "dose", "cells", "colonies"])


@pytest.fixture(scope="module")
def panel():
    return simulate_panel()


@pytest.fixture
def files(panel, tmp_path):
    """Write a simulated panel and colony counts of its lines, as users would have them."""
    some = panel[:, :600]
    lines = some.obs["line"].astype(str)
    frame = pd.DataFrame(some.X.T, index=some.var_names, columns=some.obs_names)
    frame.to_csv(tmp_path / "all_samples.csv", index_label="gene")
    first = ~lines.duplicated().to_numpy()
    own = frame.loc[:, first]
    own.columns = lines[first]
    own.to_csv(tmp_path / "by_line.csv", index_label="gene")
    pd.DataFrame({"sample": some.obs_names, "line": lines}).to_csv(
        tmp_path / "sheet.csv", index=False
    )
    sf2 = some.obs.assign(line=lines).groupby("line", sort=False)["sf2"].first()
    counts_of(sf2).to_csv(tmp_path / "counts.csv", index=False)
    return tmp_path, sf2


EVALUATE = [
    "--refits",
    "0",
    "--predictors",
    "mean,ridge",
    "--protocol",
    "line",
    "--rounds",
    "1",
    "--folds",
    "3",
    "--jobs",
    "1",
]


def test_counts_become_the_sheet_of_an_evaluation_by_line(files):
    folder, sf2 = files
    done = runner.invoke(app, ["survival", str(folder / "counts.csv"), "--out", str(folder / "s")])
    assert done.exit_code == 0, done.output
    sheet = pd.read_csv(folder / "s" / "samples.csv").set_index("sample")
    assert (sheet["sf2_se"] > 0).all()
    assert sheet["sf2"].corr(sf2.reindex(sheet.index)) > 0.95
    panel = load_panel(folder / "by_line.csv", folder / "s" / "samples.csv")
    assert panel.obs["sf2"].tolist() == pytest.approx(sheet.loc[panel.obs_names, "sf2"].tolist())
    done = runner.invoke(
        app,
        [
            *("evaluate", str(folder / "by_line.csv"), "--out", str(folder / "e")),
            *("--samples", str(folder / "s" / "samples.csv"), *EVALUATE),
        ],
    )
    assert done.exit_code == 0, done.output
    assert (folder / "e" / "scores.csv").exists()


def test_counts_become_the_sheet_of_an_evaluation_by_sample(files):
    folder, _ = files
    done = runner.invoke(
        app,
        [
            *("survival", str(folder / "counts.csv"), "--out", str(folder / "s")),
            *("--sheet", str(folder / "sheet.csv")),
        ],
    )
    assert done.exit_code == 0, done.output
    panel = load_panel(folder / "all_samples.csv", folder / "s" / "samples.csv")
    assert panel.obs["line"].nunique() < panel.n_obs
    done = runner.invoke(
        app,
        [
            *("evaluate", str(folder / "all_samples.csv"), "--out", str(folder / "e")),
            *("--samples", str(folder / "s" / "samples.csv"), *EVALUATE),
        ],
    )
    assert done.exit_code == 0, done.output


def test_options_reach_the_fit_and_the_files(files):
    folder, _ = files
    counts = pd.read_csv(folder / "counts.csv")
    two = counts[counts["line"].isin(counts["line"].unique()[:2])]
    two.to_csv(folder / "two.csv", index=False)
    control = two["line"].iloc[0]
    done = runner.invoke(
        app,
        [
            *(
                "survival",
                str(folder / "two.csv"),
                "--out",
                str(folder / "s"),
                "--model",
                "linear,lq",
            ),
            *("--method", "ls", "--plating", "fix", "--control", control, "--at-survival", "0.5"),
            *("--auc-dose", "4"),
        ],
    )
    assert done.exit_code == 0, done.output
    curves = pd.read_csv(folder / "s" / "curves.csv")
    assert curves["model"].unique().tolist() == ["linear"]
    assert curves["method"].unique().tolist() == ["ls"]
    assert curves["plating"].unique().tolist() == ["fix"]
    assert curves["auc_dose"].unique().tolist() == [4]
    comparisons = pd.read_csv(folder / "s" / "comparisons.csv")
    assert comparisons["control"].tolist() == [control]
    assert comparisons["at_survival"].tolist() == [0.5]
    assert set(pd.read_csv(folder / "s" / "models.csv")["model"]) == {"linear", "lq"}


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--model", "cubic"], "no survival model 'cubic'"),
        (["--method", "franken"], "the method 'franken' is unknown"),
        (["--control", "nobody"], "no fitted curve 'nobody'"),
        (["--at-survival", "10"], "a surviving fraction of 10"),
        (["--auc-dose", "-1"], "an area up to -1 Gy"),
        (["--sheet", "none.csv"], "no such file"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(files, monkeypatch, capsys, options, what):
    folder, _ = files
    counts = pd.read_csv(folder / "counts.csv")
    counts[counts["line"] == counts["line"].iloc[0]].to_csv(folder / "one.csv", index=False)
    command = ["radiosens", "survival", str(folder / "one.csv"), "--out", str(folder / "s")]
    monkeypatch.setattr(sys, "argv", [*command, *options])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert what in " ".join(told.split())
    assert not (folder / "s").exists()


def test_other_files_are_refused_before_anything_is_read(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    done = runner.invoke(app, ["survival", "none.csv", "--out", str(tmp_path)])
    assert "holds 'thesis.docx'" in str(done.exception)


def test_a_name_cannot_write_to_the_terminal(files):
    folder, _ = files
    counts = pd.read_csv(folder / "counts.csv")
    one = counts[counts["line"] == counts["line"].iloc[0]].assign(line="[red]\x1b[2J$x^")
    one.to_csv(folder / "one.csv", index=False)
    done = runner.invoke(app, ["survival", str(folder / "one.csv"), "--out", str(folder / "s")])
    assert done.exit_code == 0, done.output
    assert "\x1b[2J" not in done.output


def test_help_does_not_import_statsmodels():
    code = (
        "import sys, radiosens.cli\n"
        "heavy = {'statsmodels', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
