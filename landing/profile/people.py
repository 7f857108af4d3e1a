"""The people file: a CSV of eighteen columns, read whole, with every fault of every line.

UTF-8 with or without a BOM, ``,`` or ``;`` as the heading line has it, columns in any order.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from landing.errors import DataError, PeopleError
from landing.languages import DEFAULT_LANGUAGE
from landing.profile import cells
from landing.profile.cells import CellError
from landing.profile.model import MASKABLE, Link, Profile

COLUMNS = ("reference", "given_name", "family_name", *MASKABLE, "language")
SLUG, COLOUR = "slug", "colour"
OPTIONAL = (SLUG, COLOUR)
MAX_PEOPLE = 20_000
NAMES = ("given_name", "family_name", "company")  # one of them is required

_PHONES = frozenset({"mobile", "phone", "fax"})
_RULES: Mapping[str, Callable[[str], object]] = {
    "reference": cells.reference,
    "email": cells.email,
    "country": cells.country,
    "website": cells.website,
    "links": cells.links,
    "language": cells.language,
    SLUG: cells.slug,
    COLOUR: cells.colour,
}

PictureKind = Literal["photo", "logo"]
_PICTURES: Mapping[str, PictureKind] = {"photo": "photo", "logo": "logo"}
PictureTaker = Callable[[str, PictureKind], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One line of the file, every cell in the form it is kept in."""

    line: int
    reference: str
    slug: str | None
    colour: str
    values: Mapping[str, Any]

    def as_profile(
        self, *, uid: str, slug: str | None, colour: str, updated_at: datetime
    ) -> Profile:
        """The profile of this person, every filled field visible."""
        return Profile(
            uid=uid,
            reference=self.reference,
            slug=slug,
            colour=colour,
            updated_at=updated_at,
            visible=frozenset(name for name in MASKABLE if self.values[name]),
            **self.values,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """All lines of a file, and whether it has the columns that it need not have."""

    persons: tuple[Person, ...]
    has_slugs: bool
    has_colours: bool


def read_people(content: bytes, *, take_picture: PictureTaker) -> People:
    """Read a people file; ``take_picture`` answers the content hash of a file beside it.

    ``take_picture`` raises CellError when the picture cannot be taken.

    Raises:
        PeopleError: headings or lines are broken; each is named.
        DataError: it is not UTF-8 text, or holds nobody, or too many.
    """
    text = _decoded(content)
    headings, lines = _table(text)
    _refuse_headings(headings)
    reader = _LineReader(headings, take_picture)
    persons = [person for line, row in lines if (person := reader.read(line, row))]
    faults = [*reader.faults, *_repeats(persons, "reference"), *_repeats(persons, SLUG)]
    if faults:
        raise _people_error(faults)
    if not persons:
        raise DataError("the file holds nobody; nothing was written")
    return People(
        persons=tuple(persons), has_slugs=SLUG in headings, has_colours=COLOUR in headings
    )


class _LineReader:
    """Reads line after line and remembers what is broken."""

    def __init__(self, headings: list[str], take_picture: PictureTaker) -> None:
        self._headings = headings
        self._take_picture = take_picture
        self.faults: list[tuple[int, str]] = []

    def read(self, line: int, row: list[str]) -> Person | None:
        """Read one line; None when it is broken or empty."""
        row = [cell.strip() for cell in row]
        if not any(row):
            return None
        if len(row) != len(self._headings):
            fault = f"{len(self._headings)} cells, as the heading line has; this has {len(row)}"
            self.faults.append((line, fault))
            return None
        known = len(self.faults)
        texts = dict(zip(self._headings, row, strict=True))
        values = self._values(line, texts)
        return None if len(self.faults) > known else _person(line, values)

    def _values(self, line: int, texts: Mapping[str, str]) -> dict[str, Any]:
        if not texts["reference"]:
            self._fault(line, "reference", "a name of its own for each person")
        if not any(texts[name] for name in NAMES):
            self._fault(line, " or ".join(NAMES), "one of them at least")
        # The country comes first: phone numbers without + are read as dialled there.
        columns = sorted(texts, key=lambda column: column != "country")
        values: dict[str, Any] = {}
        for column in columns:
            region = values.get("country") or cells.DEFAULT_REGION
            try:
                values[column] = self._value(column, texts[column], region)
            except CellError as error:
                self._fault(line, column, str(error))
        return values

    def _value(self, column: str, text: str, region: str) -> object:
        if not text:
            return ""
        text = cells.plain(column, text)
        if column in _PHONES:
            return cells.phone(text, region)
        if column in _PICTURES:
            return self._take_picture(cells.picture_name(text), _PICTURES[column])
        rule = _RULES.get(column)
        return rule(text) if rule else text

    def _fault(self, line: int, column: str, allowed: str) -> None:
        self.faults.append((line, f"{column}: {allowed}"))


def _person(line: int, values: dict[str, Any]) -> Person:
    links: tuple[Link, ...] = values["links"] or ()
    language = values["language"] or DEFAULT_LANGUAGE
    kept = {name: values[name] for name in COLUMNS if name != "reference"}
    return Person(
        line=line,
        reference=values["reference"],
        slug=values.get(SLUG) or None,
        colour=values.get(COLOUR) or "",
        values=kept | {"links": links, "language": language},
    )


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"line {line} is not UTF-8 text; nothing was written",
            hint="save the file as CSV UTF-8 and import it again",
        ) from error


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    first = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True
    )
    lines = list(_numbered(reader))
    if len(lines) > MAX_PEOPLE + 1:
        raise DataError(
            f"the file has more than {MAX_PEOPLE} lines; nothing was written",
            hint="import it in parts",
        )
    if not lines:
        raise DataError("the file is empty; nothing was written")
    return [heading.strip() for heading in lines[0][1]], lines[1:]


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line it begins on."""
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(
                f"line {line} is not CSV: {error}; nothing was written",
                hint='put cells that hold quotes or line breaks between ", with quotes doubled',
            ) from error
        if row is None:
            return
        yield line, row


def _refuse_headings(headings: list[str]) -> None:
    counts = Counter(headings)
    allowed = {*COLUMNS, *OPTIONAL}
    unknown = [name for name in counts if name not in allowed]
    missing = [name for name in COLUMNS if name not in counts]
    repeated = [name for name, count in counts.items() if count > 1 and name in allowed]
    faults = [
        (1, f"heading {name[:60]!r}: {fault}")
        for names, fault in (
            (unknown, "no column has this name"),
            (missing, "it is missing"),
            (repeated, "it stands there more than once"),
        )
        for name in names
    ]
    if faults:
        raise PeopleError(
            "the heading line is broken; nothing was written",
            _told(faults),
            hint=f"the headings are {', '.join(COLUMNS)} and, if wished, {' and '.join(OPTIONAL)};"
            " in any order",
        )


def _repeats(persons: list[Person], column: str) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for person in persons:
        value = getattr(person, column)
        if value in first:
            yield person.line, f"{column}: line {first[value]} has the same"
        elif value is not None:
            first[value] = person.line


def _people_error(faults: list[tuple[int, str]]) -> PeopleError:
    lines = len({line for line, _ in faults})
    told = "1 line is" if lines == 1 else f"{lines} lines are"
    return PeopleError(f"{told} broken; nothing was written", _told(faults))


def _told(faults: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(f"line {line}: {fault}" for line, fault in sorted(faults, key=lambda f: f[0]))
