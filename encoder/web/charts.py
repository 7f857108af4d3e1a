"""Charts as SVG, drawn here: no script, no library, colours from the page's style."""

from collections.abc import Mapping

from markupsafe import Markup, escape

_WIDTH = 640.0
_HEIGHT = 220.0
_FOOT = 28.0
_HEAD = 22.0
_WIDEST_COLUMN = 56.0
_BAR = 10.0
_LABELLED_COLUMNS = 10


def columns(values: Mapping[str, int], *, title: str) -> Markup:
    """Upright bars side by side, each with its number above and its name below."""
    most = max(values.values(), default=0) or 1
    place = min(_WIDTH / max(len(values), 1), _WIDEST_COLUMN * 1.5)
    room = _HEIGHT - _FOOT - _HEAD
    parts = []
    every = -(-len(values) // _LABELLED_COLUMNS) or 1
    for index, (name, value) in enumerate(values.items()):
        height = room * value / most
        left, middle, top = index * place, (index + 0.5) * place, _HEAD + room - height
        bar = f'x="{left + place * 0.15:.1f}" y="{top:.1f}" width="{place * 0.7:.1f}"'
        parts.append(f'<rect class="bar" {bar} height="{height:.1f}" rx="3"/>')
        if (len(values) - 1 - index) % every == 0:
            parts.append(_text(middle, top - 6, str(value), "number"))
            parts.append(_text(middle, _HEIGHT - 8, name, "name"))
    line = f'<path class="axis" d="M0 {_HEAD + room}H{_WIDTH:g}"/>'
    return _drawing(_HEIGHT, title, [*parts, line])


def bar(value: int, most: int) -> Markup:
    """One lying bar, as long as its share of the greatest; the number stands beside it."""
    length = _WIDTH * value / max(most, 1)
    drawn = f'<rect class="bar" width="{length:.1f}" height="{_BAR:g}" rx="3"/>'
    return Markup(  # noqa: S704 - numbers alone
        f'<svg class="lying" viewBox="0 0 {_WIDTH:g} {_BAR:g}" preserveAspectRatio="none"'
        f' aria-hidden="true">{drawn}</svg>'
    )


def _drawing(height: float, title: str, parts: list[str]) -> Markup:
    drawn = "".join(parts)
    return Markup(  # noqa: S704 - every word in it is escaped
        f'<svg class="chart" viewBox="0 0 {_WIDTH:g} {height:g}" role="img"'
        f' aria-label="{escape(title)}">{drawn}</svg>'
    )


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
