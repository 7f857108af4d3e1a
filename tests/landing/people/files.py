"""People files for tests: a good line, and ways to break it."""

import csv
import io
from collections.abc import Sequence

from landing.profile.people import COLUMNS

GOOD = {
    "reference": "zoe",
    "given_name": "Zoé",
    "family_name": "Lefèvre",
    "mobile": "06 12 34 56 78",
    "email": "zoe@dupont.example",
}


def people_file(
    *rows: dict[str, str],
    headings: Sequence[str] = COLUMNS,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    """Write a people file of these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def no_picture(name: str, kind: str) -> str:
    """Take every picture, by its name."""
    return f"{kind} of {name}"
