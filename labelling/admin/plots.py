"""Where the bars of the dashboard's plots stand; the templates draw them, tables beneath say the same.

Units are those of the drawing (`viewBox`), from its top left corner.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HIGHEST, _TOP, _FOOT = 120, 24, 28
_BAR, _GAP, _ROOM, _LEAST = 18, 2, 14, 44
_WIDE, _ROW, _THICK, _END = 420, 40, 16, 50


@dataclass(frozen=True)
class Bar:
    """A bar, which series it is of, and what is written beside it."""

    series: int
    x: float
    y: float
    width: float
    height: float
    value: str
    text_x: float
    text_y: float


@dataclass(frozen=True)
class Label:
    """What stands under a group of bars, or above a bar that lies."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Plot:
    """A drawing: its size, its line, its bars and their names."""

    width: float
    height: float
    bars: Sequence[Bar]
    labels: Sequence[Label]
    baseline: float | None = None

    @property
    def lies(self) -> bool:
        """Whether its bars lie: texts then begin where they are put."""
        return self.baseline is None


Number = float | int | None


def columns(names: Sequence[str], series: Sequence[Sequence[Number]]) -> Plot:
    """Standing bars: one group a name, one bar a series in it; no bar for None."""
    bars_width = len(series) * (_BAR + _GAP) - _GAP
    group = max(bars_width + _ROOM, _LEAST)
    most = max((value or 0 for one in series for value in one), default=0) or 1
    baseline = _TOP + _HIGHEST

    def bars() -> Iterator[Bar]:
        for rank, one in enumerate(series):
            for place, value in enumerate(one):
                if value is not None:
                    x = place * group + (group - bars_width) / 2 + rank * (_BAR + _GAP)
                    height = round(_HIGHEST * value / most, 1)
                    y = round(baseline - height, 1)
                    yield Bar(rank, x, y, _BAR, height, _said(value), x + _BAR / 2, round(y - 5, 1))

    labels = [
        Label(place * group + group / 2, baseline + 18, name) for place, name in enumerate(names)
    ]
    return Plot(group * len(names), baseline + _FOOT, list(bars()), labels, baseline)


def rows(names: Sequence[str], values: Sequence[float | int]) -> Plot:
    """Lying bars: one a name, which stands above it."""
    most = max(values, default=0) or 1
    bars, labels = [], []
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        y, width = place * _ROW + 20, round((_WIDE - _END) * value / most, 1)
        bars.append(Bar(0, 0, y, width, _THICK, _said(value), width + 6, y + _THICK - 4))
        labels.append(Label(0, y - 5, name))
    return Plot(_WIDE, _ROW * len(names) + 4, bars, labels)


def _said(value: float | int) -> str:
    return f"{value:g}".replace(".", ",")
