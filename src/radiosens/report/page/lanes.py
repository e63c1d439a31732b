"""Figures of rows: a name at the left of each, marks over one horizontal axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from radiosens.report.page.parts import Figure, Shape, shape
from radiosens.report.page.scales import Axis, grid_x
from radiosens.report.page.shown import cut

__all__ = ["Lanes"]

_WIDTH, _TOP = 760, 10


class Lanes:
    """Rows over one axis; marks are added to ``shapes``, places come from ``x`` and ``y``.

    Parameters
    ----------
    names : sequence of str
    axis : callable
        Makes the axis between two places on paper.
    title : str
        Of the axis.
    left, right : int
        Margins, for names and for numbers.
    step : int
        Height of a row.
    letters : int
        Names are cut there.
    zero : float, optional
        A value to draw a line at.

    Examples
    --------
    >>> from radiosens.report.page.scales import linear
    >>> lanes = Lanes(["a", "b"], lambda start, end: linear(0, 1, start, end), "SF2")
    >>> lanes.y(0), lanes.y(1), lanes.x(0)
    (22.0, 46.0, 200.0)
    """

    def __init__(
        self,
        names: Sequence[str],
        axis: Callable[[float, float], Axis],
        title: str,
        *,
        left: int = 200,
        right: int = 30,
        step: int = 24,
        letters: int = 26,
        zero: float | None = None,
    ) -> None:
        self.x, self.step = axis(left, _WIDTH - right), step
        self.bottom = 20 + step * len(names)
        self.shapes: list[Shape] = grid_x(self.x, 6, self.bottom, title)
        if zero is not None:
            self.shapes.append(self.upright(zero, "zero"))
        for i, name in enumerate(names):
            at = {"x": left - 12, "y": self.y(i) + 4}
            self.shapes.append(
                shape("text", "label", "", cut(name, letters), **at, text_anchor="end")
            )

    def y(self, row: int, share: float = 0.5) -> float:
        """Return where a row lies, in its middle or at another share of its height."""
        return _TOP + self.step * (row + share)

    def upright(self, value: float, cls: str, tip: str = "") -> Shape:
        """Draw a value through all rows."""
        x = self.x(value)
        return shape("line", cls, tip, x1=x, x2=x, y1=6, y2=self.bottom)

    def bar(self, row: int, low: float, high: float, cls: str, tip: str) -> Shape:
        """Draw a line from value to value in the middle of a row."""
        y = self.y(row)
        return shape("line", cls, tip, x1=self.x(low), x2=self.x(high), y1=y, y2=y)

    def box(self, row: int, start: float, end: float, cls: str, tip: str) -> Shape:
        """Draw a box from value to value, at least a hair wide."""
        low, high = sorted((self.x(start), self.x(end)))
        wide, tall = max(high - low, 0.8), 0.66 * self.step
        return shape("rect", cls, tip, x=low, y=self.y(row, 0.17), width=wide, height=tall)

    def point(self, row: int, value: float, cls: str, tip: str, r: float = 5) -> Shape:
        """Draw a value as a point in the middle of a row."""
        return shape("circle", cls, tip, cx=self.x(value), cy=self.y(row), r=r)

    def figure(
        self, name: str, title: str, caption: str, legend: Sequence[tuple[str, str]] = ()
    ) -> Figure:
        """Return what was drawn."""
        return Figure(name, title, caption, _WIDTH, self.bottom + 42, self.shapes, legend)
