"""A small chart as SVG: stacked bars over time, and quiet rows of bars below them.

Counts and words in, markup out: no script, no style attribute, nothing fetched. Colours are the
page's, by the classes ``chip``, ``qr``, ``link`` and ``quiet``; a chart for a file of its own
brings them along. Sizes are in the chart's own units, which are pixels on a narrow phone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from babel import Locale
from babel.numbers import format_compact_decimal, format_decimal
from markupsafe import Markup, escape

WIDTH = 320
TEXT = 11.5  # of a line of words, in height
PLOT_HEIGHT = 120
ROW_HEIGHT = 22
_PLOT_TOP = 32  # the key stands above it
_MOST_STEPS = 4
_COMPACT_FROM = 10_000
_LETTER = 6.6  # the width of one, at most, on average
_DIGIT = 7.4  # the width of one; the room beside them takes a wider letter, as in 10M
_WIDEST_BAR = 24
_LABEL_ROOM = 56  # from the middle of one date to that of the next
_APART = (1, 2, 7, 14, 28)  # dates that have something in common: the day of the week
_STYLE = """
svg{color:#59636b;background:#fff}.chip{fill:#123f4b}.qr{fill:#d07c1d}.link{fill:#4795c6}
.quiet{fill:#89949b}.grid{stroke:#e3dfd6}.axis{stroke:#89949b}.slot{fill:none}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One kind of count: its name, its class, and a count for each slot of time."""

    name: str
    mark: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One day, week or month: its short date for the axis, and its words for a pointer."""

    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn. ``title`` and ``summary`` say in words what the chart shows.

    Each of ``stacked`` stands on the one before; each of ``quiet`` has a row of its own below.
    ``nothing`` is said where there is nothing to draw.
    """

    title: str
    summary: str
    nothing: str
    slots: tuple[Slot, ...]
    stacked: tuple[Series, ...]
    quiet: tuple[Series, ...]
    locale: Locale


def draw_chart(chart: Chart) -> Markup:
    """Draw a chart to stand in a page that has the rules for its colours."""
    return _drawn(chart, Markup(""))


def draw_file(chart: Chart) -> str:
    """Draw a chart as a document of its own, with its colours."""
    style = Markup("<style>{}</style>").format(Markup(_STYLE.replace("\n", "")))  # noqa: S704
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_drawn(chart, style)}\n'


def axis_steps(most: int) -> list[int]:
    """The round numbers beside the bars, from 0 to the first that is not below ``most``.

    They are 1, 2 or 5 times a power of ten apart, and five at most.
    """
    power = 1
    while True:
        for digit in (1, 2, 5):
            step = digit * power
            if most <= step * _MOST_STEPS:
                return [step * place for place in range(max(1, ceil(most / step)) + 1)]
        power *= 10


def _drawn(chart: Chart, style: Markup) -> Markup:
    plot = _plot_of(chart)
    parts = [
        style,
        *_key(chart, plot),
        *_axis(plot),
        *_bars(chart, plot),
        *_dates(chart, plot),
        *(part for place in range(len(chart.quiet)) for part in _row(chart, plot, place)),
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}"'
        ' role="img" aria-labelledby="chart-title chart-summary" fill="currentColor"'
        ' font-family="system-ui, sans-serif" font-size="{text}">'
        '<title id="chart-title">{title}</title><desc id="chart-summary">{summary}</desc>'
        "{parts}</svg>"
    ).format(
        width=WIDTH,
        height=_n(plot.row_top(len(chart.quiet)) - 16),
        text=TEXT,
        title=chart.title,
        summary=chart.summary,
        parts=Markup("").join(parts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    """Where things stand: ``left`` of the bars, the width of a slot, the numbers of the axes."""

    left: float
    slot: float
    steps: list[int]
    labels: list[str]
    quiet_top: int
    quiet_label: str

    @property
    def base(self) -> float:
        return _PLOT_TOP + PLOT_HEIGHT

    @property
    def bar(self) -> float:
        return min(self.slot * 0.74, _WIDEST_BAR)

    def middle(self, place: int) -> float:
        return self.left + self.slot * (place + 0.5)

    def height(self, count: int) -> float:
        return PLOT_HEIGHT * count / self.steps[-1]

    def row_top(self, place: int) -> float:
        return self.base + 38 + place * (ROW_HEIGHT + 30)


def _plot_of(chart: Chart) -> _Plot:
    sums = [sum(counts) for counts in zip(*(each.counts for each in chart.stacked), strict=True)]
    steps = axis_steps(max(sums, default=0))
    labels = [_written(step, steps[-1], chart.locale) for step in steps]
    quiet_most = max((count for each in chart.quiet for count in each.counts), default=0)
    quiet_top = axis_steps(quiet_most)[-1]
    quiet_label = _written(quiet_top, quiet_top, chart.locale)
    longest = max(map(len, [*labels, quiet_label]))
    left = longest * _DIGIT + 10
    return _Plot(
        left=left,
        slot=(WIDTH - 4 - left) / max(1, len(chart.slots)),
        steps=steps,
        labels=labels,
        quiet_top=quiet_top,
        quiet_label=quiet_label,
    )


def _written(count: int, most: int, locale: Locale) -> str:
    if most < _COMPACT_FROM:
        return str(format_decimal(count, locale=locale))
    return str(format_compact_decimal(count, locale=locale, fraction_digits=1))


def _key(chart: Chart, plot: _Plot) -> Iterator[Markup]:
    x = plot.left
    for each in chart.stacked:
        yield _rect(each.mark, x, 5, 9, 9)
        yield _text(x + 14, 13.5, each.name)
        x += 14 + len(each.name) * _LETTER + 14


def _axis(plot: _Plot) -> Iterator[Markup]:
    for step, label in zip(plot.steps, plot.labels, strict=True):
        y = plot.base - plot.height(step)
        yield _line("grid" if step else "axis", plot.left, y)
        yield _text(plot.left - 6, y + 4, label, anchor="end")


def _bars(chart: Chart, plot: _Plot) -> Iterator[Markup]:
    if not any(count for each in chart.stacked for count in each.counts):
        x, y = plot.left + (WIDTH - plot.left) / 2, plot.base - PLOT_HEIGHT / 2 + 4
        yield _text(x, y, chart.nothing, anchor="middle")
    for place, slot in enumerate(chart.slots):
        counts = [each.counts[place] for each in chart.stacked]
        bars = [
            _rect(
                each.mark,
                plot.middle(place) - plot.bar / 2,
                plot.base - plot.height(top),
                plot.bar,
                plot.height(count),
            )
            for each, count, top in zip(chart.stacked, counts, accumulate(counts), strict=True)
            if count
        ]
        area = _rect("slot", plot.left + plot.slot * place, _PLOT_TOP, plot.slot, PLOT_HEIGHT)
        yield Markup("<g><title>{}</title>{}{}</g>").format(slot.words, area, Markup("").join(bars))


def _dates(chart: Chart, plot: _Plot) -> Iterator[Markup]:
    """Write as many dates as there is room for, the last one always; each has a tick."""
    fewest = ceil(_LABEL_ROOM / plot.slot)
    apart = next((step for step in _APART if step >= fewest), fewest)
    last = len(chart.slots) - 1
    for place in range(last, -1, -apart):
        x, label = plot.middle(place), chart.slots[place].label
        yield Markup('<path class="axis" d="M{x} {y}v3"/>').format(x=_n(x), y=_n(plot.base))
        half = len(label) * _LETTER / 2 + 3
        x = max(half, min(x, WIDTH - half))
        yield _text(x, plot.base + 15, label, anchor="middle")


def _row(chart: Chart, plot: _Plot, place: int) -> Iterator[Markup]:
    each = chart.quiet[place]
    top = plot.row_top(place)
    base = top + 7 + ROW_HEIGHT
    yield _text(plot.left, top, each.name)
    yield _line("grid", plot.left, base - ROW_HEIGHT)
    yield _text(plot.left - 6, base - ROW_HEIGHT + 4, plot.quiet_label, anchor="end")
    for slot, count in enumerate(each.counts):
        if count:
            height = ROW_HEIGHT * count / plot.quiet_top
            x = plot.middle(slot) - plot.bar / 2
            yield _rect(each.mark, x, base - height, plot.bar, height)
    yield _line("axis", plot.left, base)


def _rect(mark: str, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        mark, _n(x), _n(y), _n(width), _n(height)
    )


def _line(mark: str, left: float, y: float) -> Markup:
    return Markup('<path class="{}" d="M{} {}H{}"/>').format(mark, _n(left), _n(y), WIDTH)


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
        _n(x), _n(y), anchor, escape(words)
    )


def _n(number: float) -> str:
    """A coordinate to a thousandth, which no eye can tell."""
    return f"{number:.3f}".rstrip("0").rstrip(".")
