"""Read a TOML table value by value; what is wrong is told with its line, and what is allowed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from encoder.errors import LayoutError

ChoiceT = TypeVar("ChoiceT", bound=str)

_TABLE = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]")
_KEY = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_NOTHING = object()
_MOST_SHOWN = 80  # characters of what was found


class Lines:
    """On which line each key of a file stands, as far as it is written one key a line."""

    def __init__(self, text: str) -> None:
        self._found: dict[tuple[str, int, str], int] = {}
        seen: dict[str, int] = {}
        table, index = "", 0
        for number, line in enumerate(text.splitlines(), start=1):
            if head := _TABLE.match(line):
                table = head[2]
                index = seen.get(table, -1) + 1 if head[1] == "[[" else 0
                seen[table] = index
                self._found[table, index, ""] = number
            elif key := _KEY.match(line):
                self._found.setdefault((table, index, key[1]), number)

    def of(self, table: str, index: int, key: str) -> int | None:
        """The line of a key, else of its table's head."""
        return self._found.get((table, index, key)) or self._found.get((table, index, ""))


class Table:
    """One table of a layout file, and the questions that its values must answer."""

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        source: str,
        lines: Lines,
        table: str = "",
        index: int = 0,
        called: str = "",
    ) -> None:
        self._values = values
        self._source = source
        self._lines = lines
        self._place = (table, index)
        self._called = called

    def has(self, name: str) -> bool:
        """Whether the value is given."""
        return name in self._values

    def number(self, name: str, low: float, high: float, *, default: float | None = None) -> float:
        """A number from ``low`` to ``high``."""
        allowed = f"a number from {low:g} to {high:g}"
        value = self._value(name, allowed, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, allowed, value)
        if not low <= value <= high:
            raise self.wrong(name, allowed, value)
        return float(value)

    def count(self, name: str, high: int, *, default: int | None = None) -> int:
        """A whole number from 1 to ``high``."""
        allowed = f"a whole number from 1 to {high}"
        value = self._value(name, allowed, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
            raise self.wrong(name, allowed, value)
        return value

    def choice(
        self, name: str, choices: Sequence[ChoiceT], *, default: ChoiceT | None = None
    ) -> ChoiceT:
        """One of a few words."""
        allowed = "one of " + ", ".join(choices)
        value = self._value(name, allowed, default)
        for choice in choices:
            if choice == value:
                return choice
        raise self.wrong(name, allowed, value)

    def text(self, name: str, *, default: str | None = None, longest: int = 200) -> str:
        """Printable text."""
        allowed = f"printable text of at most {longest} characters"
        value = self._value(name, allowed, default)
        if not isinstance(value, str) or not value.isprintable() or len(value) > longest:
            raise self.wrong(name, allowed, value)
        return value

    def colour(self, name: str, *, default: str) -> str:
        """A colour as ``#rrggbb``."""
        allowed = "a colour such as #1a2b3c"
        value = self._value(name, allowed, default)
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise self.wrong(name, allowed, value)
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._value(name, "true or false", default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false", value)
        return value

    def only(self, names: Sequence[str]) -> None:
        """Refuse what is not known: a misspelt name would be passed over in silence."""
        for name in self._values:
            if name not in names:
                raise self.fault(name, f"is not known; allowed are {', '.join(names)}")

    def wrong(self, name: str, allowed: str, found: object) -> LayoutError:
        """A value that is not one of those allowed."""
        shown = "nothing" if found is _NOTHING else repr(found)[:_MOST_SHOWN]
        return self.fault(name, f"{allowed} is allowed, found {shown}")

    def fault(self, name: str, told: str) -> LayoutError:
        """Something wrong with a value, or with the table where ``name`` is empty."""
        line = self._lines.of(*self._place, name)
        where = f"{self._source}, line {line}" if line else self._source
        what = ", ".join(part for part in (self._called, name) if part)
        return LayoutError(f"{where}: {what}: {told}; nothing was drawn")

    def _value(self, name: str, allowed: str, default: object) -> Any:
        value = self._values.get(name, _NOTHING if default is None else default)
        if value is _NOTHING:
            raise self.wrong(name, allowed, value)
        return value
