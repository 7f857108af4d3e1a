"""Read the activation codes that go onto parcel slips."""

import csv
from pathlib import Path

from encoder.errors import LayoutError
from landing.contract.errors import TokenError
from landing.contract.token import parse_token

_HEADINGS = ("token", "code")
_LONGEST_CODE = 40


def read_codes(path: Path) -> dict[str, str]:
    """The codes by token, from a CSV file with the headings ``token`` and ``code``.

    Raises:
        LayoutError: it cannot be read, or a line of it makes no sense. No code is ever shown.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not set(_HEADINGS) <= set(table.fieldnames or ()):
                raise _fault(path, "line 1: the headings token and code are needed")
            return dict(_pair(path, table.line_num, row) for row in table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        told = getattr(error, "strerror", None) or "it is no CSV in UTF-8"
        raise _fault(path, told) from error


def _pair(path: Path, line: int, row: dict[str, str]) -> tuple[str, str]:
    try:
        token = parse_token(row["token"] or "")
    except TokenError as error:
        raise _fault(path, f"line {line}: {error}") from error
    code = (row["code"] or "").strip()
    if not code or len(code) > _LONGEST_CODE or not code.isprintable():
        raise _fault(path, f"line {line}: a code has 1 to {_LONGEST_CODE} printable characters")
    return token, code


def _fault(path: Path, told: str) -> LayoutError:
    return LayoutError(
        f"the activation codes in {path} cannot be used: {told}; nothing was printed",
        hint="have the site write the file again",
    )
