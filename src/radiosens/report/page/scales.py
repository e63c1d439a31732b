"""Axes of the page's figures: where a value lies, and which ticks are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from radiosens.report.page.parts import Shape, shape

__all__ = ["Axis", "grid_x", "grid_y", "linear", "logarithmic"]


@dataclass(frozen=True)
class Axis:
    """An axis from ``low`` to ``high`` in data, ``start`` to ``end`` on paper."""

    low: float
    high: float
    start: float
    end: float
    ticks: Sequence[float]
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return where a value lies; what is beyond the ends lies on them.

        Examples
        --------
        >>> linear(0, 1, 0, 200)(0.25), linear(0, 1, 0, 200)(math.inf)
        (50.0, 200.0)
        """
        warp: Callable[[float], float] = math.log10 if self.log else float
        inside = min(max(value, self.low), self.high)
        share = (warp(inside) - warp(self.low)) / (warp(self.high) - warp(self.low))
        return self.start + share * (self.end - self.start)


def linear(low: float, high: float, start: float, end: float, most: int = 6) -> Axis:
    """Return a linear axis with at most ``most`` round ticks.

    Examples
    --------
    >>> list(linear(0, 1, 0, 100).ticks)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if not high > low:
        high = low + 1
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first
    return Axis(low, high, start, end, [round((first + i) * step, 10) for i in range(count + 1)])


def logarithmic(low: float, high: float, start: float, end: float) -> Axis:
    """Return a logarithmic axis with ticks at 1, 2 and 5 of few decades, at powers of many.

    Examples
    --------
    >>> list(logarithmic(0.04, 1, 0, 100).ticks)
    [0.05, 0.1, 0.2, 0.5, 1.0]
    """
    low = max(low, 1e-12)
    high = max(high, low * 10)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    leading = (1, 2, 5) if len(decades) <= 3 else (1,)
    ticks = [round(m * 10.0**d, 12) for d in decades for m in leading]
    return Axis(low, high, start, end, [t for t in ticks if low <= t <= high], log=True)


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def grid_x(axis: Axis, top: float, bottom: float, title: str = "") -> list[Shape]:
    """Draw vertical lines at the ticks of a horizontal axis, with labels below and a title."""
    drawn = []
    for value in axis.ticks:
        x = axis(value)
        drawn.append(shape("line", "grid", x1=x, x2=x, y1=top, y2=bottom))
        drawn.append(
            shape("text", "tick", text=_tick(value), x=x, y=bottom + 15, text_anchor="middle")
        )
    if title:
        middle = (axis.start + axis.end) / 2
        drawn.append(
            shape("text", "axis", text=title, x=middle, y=bottom + 33, text_anchor="middle")
        )
    return drawn


def grid_y(axis: Axis, left: float, right: float, title: str = "") -> list[Shape]:
    """Draw horizontal lines at the ticks of a vertical axis, with labels at the left."""
    drawn = []
    for value in axis.ticks:
        y = axis(value)
        drawn.append(shape("line", "grid", x1=left, x2=right, y1=y, y2=y))
        drawn.append(
            shape("text", "tick", text=_tick(value), x=left - 6, y=y + 4, text_anchor="end")
        )
    if title:
        y = (axis.start + axis.end) / 2
        turned = f"rotate(-90 14 {y:.0f})"
        drawn.append(
            shape("text", "axis", text=title, x=14, y=y, transform=turned, text_anchor="middle")
        )
    return drawn
