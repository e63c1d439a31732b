"""Draw predicted survival curves: survival against dose, with the 90 % band of unseen lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from radiosens.models.side_by_side import PREFIX
from radiosens.report.figures import figure_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["MOST_CURVES", "curve_columns", "curve_figure"]

#: More curves than this can't be read on a page; the first are drawn.
MOST_CURVES = 12
#: Survival axes end here.
LEAST_SURVIVAL = 0.005
_COLOR = "#332288"


def curve_columns(table: pd.DataFrame) -> dict[float, str]:
    """Return dose in Gy to the column of predicted survival; empty where there is no curve.

    Examples
    --------
    >>> import pandas as pd
    >>> curve_columns(pd.DataFrame(columns=["sample", "yard_sf_2gy", "yard_sf_2gy_low"]))
    {2.0: 'yard_sf_2gy'}
    """
    found = {}
    for column in table.columns:
        name = str(column).removeprefix(PREFIX)
        if name.startswith("sf_") and name.endswith("gy"):
            found[float(name[3:-2])] = str(column)
    return dict(sorted(found.items()))


def curve_figure(table: pd.DataFrame) -> Figure:
    """Draw the curves of up to twelve samples, survival on a log scale.

    Parameters
    ----------
    table : DataFrame
        Of a model of many tables, or of both models.
    """
    columns = curve_columns(table)
    shown = table[table[next(iter(columns.values()))].notna()].iloc[:MOST_CURVES]
    across = min(4, max(1, len(shown)))
    down = max(1, -(-len(shown) // across))
    figure = Figure(figsize=(1.9 * across + 0.6, 1.8 * down + 0.5), layout="constrained", dpi=150)
    FigureCanvasAgg(figure)
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for axes, (_, row) in zip(grid.flat, shown.iterrows(), strict=False):
        _curve(axes, row, columns)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_visible(False)
    figure.supxlabel("dose (Gy)", fontsize=8)
    figure.supylabel("surviving fraction, nine-day viability", fontsize=8)
    return figure


def _curve(axes: Axes, row: pd.Series, columns: dict[float, str]) -> None:
    doses = np.array([0.0, *columns])
    point, low, high = (
        np.clip([1.0, *(row[c + end] for c in columns.values())], LEAST_SURVIVAL, None)
        for end in ("", "_low", "_high")
    )
    axes.fill_between(doses, low, high, color=_COLOR, alpha=0.15, linewidth=0)
    axes.plot(doses, point, color=_COLOR, linewidth=1.3, marker="o", markersize=2.5)
    axes.set_yscale("log")
    axes.set_ylim(LEAST_SURVIVAL, 1.5)
    axes.set_title(figure_text(row["sample"], 24), fontsize=7)
    axes.tick_params(labelsize=6)
    axes.spines[["top", "right"]].set_visible(False)
