"""Read the fields of a JSON object one by one, and say where one is broken."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, overload

from landing.contract.errors import DocumentError

_MAX_TEXT_LENGTH = 2000
_MAX_NUMBER = 2**31 - 1
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_REQUIRED: Any = object()

ChoiceT = TypeVar("ChoiceT", bound=str)


class Fields:
    """A JSON object and where it stands in its document; unknown fields are ignored.

    Every method raises DocumentError with the field's place when the field is not of its kind.
    """

    def __init__(self, content: dict[str, Any], *, where: str) -> None:
        self._content = content
        self.where = where

    def text(self, name: str, *, default: str = _REQUIRED) -> str:
        """A string without control characters, 2 000 characters at most."""
        value = self._value(name, default)
        if not isinstance(value, str):
            raise self._fault(name, "it is not a string")
        if len(value) > _MAX_TEXT_LENGTH:
            raise self._fault(name, f"it is longer than {_MAX_TEXT_LENGTH} characters")
        if any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in value):
            raise self._fault(name, "it has a control character")
        if any(0xD800 <= ord(character) < 0xE000 for character in value):
            raise self._fault(name, "it has half a surrogate pair")
        return value

    def matching(self, name: str, pattern: re.Pattern[str], *, default: str = _REQUIRED) -> str:
        """A string that matches ``pattern`` from end to end."""
        value = self.text(name, default=default)
        if not pattern.fullmatch(value):
            raise self._fault(name, f"{value[:60]!r} does not match {pattern.pattern}")
        return value

    def texts(self, name: str, pattern: re.Pattern[str], *, optional: bool = False) -> list[str]:
        """A list of strings that match ``pattern``; an optional one that is missing is empty."""
        entries = [] if optional and name not in self._content else self._list(name)
        return [
            Fields({str(index): entry}, where=f"{self.where}{name}.").matching(str(index), pattern)
            for index, entry in enumerate(entries)
        ]

    def choice(self, name: str, choices: Sequence[ChoiceT]) -> ChoiceT:
        """One of ``choices``."""
        value = self.text(name)
        for candidate in choices:
            if value == candidate:
                return candidate
        raise self._fault(name, f"{value[:60]!r} is none of {', '.join(choices)}")

    @overload
    def boolean(self, name: str, *, default: bool) -> bool: ...
    @overload
    def boolean(self, name: str, *, default: None) -> bool | None: ...
    def boolean(self, name: str, *, default: bool | None) -> bool | None:
        """True or false; missing or null counts as ``default``."""
        value = self._content.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._fault(name, "it is neither true nor false")
        return value

    def positive(self, name: str) -> int:
        """A whole number of at least 1 that a database can keep."""
        value = self._value(name, _REQUIRED)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MAX_NUMBER:
            raise self._fault(name, f"it is not a whole number from 1 to {_MAX_NUMBER}")
        return value

    def time(self, name: str) -> datetime:
        """A time with its offset, answered in UTC. Source: RFC 3339, 5.6."""
        value = self.text(name)
        try:
            if _RFC3339.fullmatch(value):
                return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self._fault(name, f"{value[:60]!r} is not a time such as 2026-11-22T14:00:00Z")

    def object(self, name: str, *, optional: bool = False) -> "Fields":
        """An object; an optional one that is missing reads as empty."""
        value = self._value(name, {} if optional else _REQUIRED)
        if not isinstance(value, dict):
            raise self._fault(name, "it is not an object")
        return Fields(value, where=f"{self.where}{name}.")

    def entries(self, name: str) -> list["Fields"]:
        """A list of objects."""
        return [
            Fields({"": entry}, where=f"{self.where}{name}[{index}]").object("")
            for index, entry in enumerate(self._list(name))
        ]

    def _list(self, name: str) -> list[Any]:
        value = self._value(name, _REQUIRED)
        if not isinstance(value, list):
            raise self._fault(name, "it is not a list")
        return value

    def _value(self, name: str, default: Any) -> Any:
        value = self._content.get(name, default)
        if value is _REQUIRED:
            raise self._fault(name, "it is missing")
        return value

    def _fault(self, name: str, fault: str) -> DocumentError:
        return DocumentError(f"{self.where}{name}", fault)


def refuse_repeats(where: str, what: str, values: Iterable[str]) -> None:
    """Raise DocumentError if a value stands twice."""
    repeated = sorted(value for value, count in Counter(values).items() if count > 1)
    if repeated:
        raise DocumentError(where, f"the {what} {repeated[0]!r} stands there more than once")
