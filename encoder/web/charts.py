"""Charts as SVG, drawn here: no script, no library, colours from the page's style."""

from collections.abc import Mapping

from markupsafe import Markup, escape

_PLACE = 52.0  # of a column, where there are few
_NARROW_PLACE = 21.0
_EDGE = 16.0  # what the name below an outer column needs beside it
_HEIGHT = 190.0
_FOOT = 28.0
_HEAD = 22.0
_BAR_LENGTH = 640.0
_BAR = 10.0
_FEW = 10  # columns that have room for a number and a name each


def columns(values: Mapping[str, int], *, title: str) -> Markup:
    """Upright bars side by side, each with its number above and its name below."""
    most = max(values.values(), default=0) or 1
    is_few = len(values) <= _FEW
    place = _PLACE if is_few else _NARROW_PLACE
    every = -(-len(values) // _FEW) or 1
    room = _HEIGHT - _FOOT - _HEAD
    parts = []
    for index, (name, value) in enumerate(values.items()):
        height = room * value / most
        left, middle, top = index * place, (index + 0.5) * place, _HEAD + room - height
        bar = f'x="{left + place * 0.15:.1f}" y="{top:.1f}" width="{place * 0.7:.1f}"'
        parts.append(f'<rect class="bar" {bar} height="{height:.1f}" rx="2"/>')
        if (len(values) - 1 - index) % every == 0:
            parts.append(_text(middle, top - 6, str(value), "number"))
            parts.append(_text(middle, _HEIGHT - 8, name, "name"))
    width = max(len(values), 7) * place
    parts.append(f'<path class="axis" d="M0 {_HEAD + room}H{width:g}"/>')
    drawn = "".join(parts)
    return Markup(  # noqa: S704 - every word in it is escaped
        f'<svg class="chart {"few" if is_few else "many"}" role="img" aria-label="{escape(title)}"'
        f' viewBox="{-_EDGE:g} 0 {width + 2 * _EDGE:g} {_HEIGHT:g}">{drawn}</svg>'
    )


def bar(value: int, most: int) -> Markup:
    """One lying bar, as long as its share of the greatest; the number stands beside it."""
    length = _BAR_LENGTH * value / max(most, 1)
    drawn = f'<rect class="bar" width="{length:.1f}" height="{_BAR:g}" rx="3"/>'
    return Markup(  # noqa: S704 - numbers alone
        f'<svg class="lying" viewBox="0 0 {_BAR_LENGTH:g} {_BAR:g}" preserveAspectRatio="none"'
        f' aria-hidden="true">{drawn}</svg>'
    )


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
