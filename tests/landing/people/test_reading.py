"""A people file is read whole, and every fault of every line is told."""

import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.errors import DataError, PeopleError
from landing.profile.cells import CellError
from landing.profile.model import Link
from landing.profile.people import COLUMNS, MAX_PEOPLE, SLUG, Person, read_people
from tests.landing.people.files import GOOD, no_picture, people_file


def _read(content: bytes) -> list[Person]:
    return list(read_people(content, take_picture=no_picture).persons)


def _value(column: str, text: str, **more: str) -> Any:
    (person,) = _read(people_file(GOOD | {column: text} | more))
    return person.values[column]


def _faults(content: bytes) -> tuple[str, ...]:
    with pytest.raises(PeopleError) as caught:
        _read(content)
    return caught.value.faults


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_file_is_read_with_either_delimiter_and_with_a_bom(delimiter: str, encoding: str) -> None:
    headings = random.Random(7).sample(COLUMNS, len(COLUMNS))

    (person,) = _read(people_file(GOOD, headings=headings, delimiter=delimiter, encoding=encoding))

    assert person.reference == "zoe"
    assert person.values["family_name"] == "Lefèvre"
    assert person.values["language"] == "fr"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_is_read(ending: bytes) -> None:
    content = people_file(GOOD, GOOD | {"reference": "b"}).replace(b"\r\n", ending)

    assert [person.line for person in _read(content)] == [2, 3]


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ([*COLUMNS, "age"], "line 1: heading 'age': no column has this name"),
        (COLUMNS[1:], "line 1: heading 'reference': it is missing"),
        ([*COLUMNS, "email"], "line 1: heading 'email': it stands there more than once"),
        ([*COLUMNS, "Email"], "line 1: heading 'Email': no column has this name"),
    ],
)
def test_wrong_heading_is_told_with_the_right_ones(headings: list[str], told: str) -> None:
    with pytest.raises(PeopleError) as caught:
        _read(people_file(headings=headings))

    assert caught.value.faults == (told,)
    assert "given_name" in caught.value.hint


def test_slug_column_is_there_only_if_wished() -> None:
    without = read_people(people_file(GOOD), take_picture=no_picture)
    content = people_file(GOOD | {SLUG: "zoe-l"}, headings=[*COLUMNS, SLUG])
    with_it = read_people(content, take_picture=no_picture)

    assert (without.has_slugs, without.persons[0].slug) == (False, None)
    assert (with_it.has_slugs, with_it.persons[0].slug) == (True, "zoe-l")


@pytest.mark.parametrize(
    ("column", "text", "kept"),
    [
        ("country", "France", "FR"),
        ("country", "royaume-uni", "GB"),
        ("country", "Germany", "DE"),
        ("country", "Etats-Unis", "US"),
        ("country", "Côte d’Ivoire", "CI"),
        ("country", "be", "BE"),
        ("country", "CHE", "CH"),
        ("mobile", "06 12 34 56 78", "+33612345678"),
        ("phone", "+33 (0)5 61 00 00 00", "+33561000000"),
        ("phone", "05.61.00.00.00 poste 12", "+33561000000;ext=12"),
        ("fax", "0044 20 7946 0000", "+442079460000"),
        ("email", "Zoe@DUPONT.example", "Zoe@dupont.example"),
        ("website", "HTTPS://Dupont.example/a", "https://dupont.example/a"),
        ("language", "EN", "en"),
        ("given_name", "Zoe\u0301", "Zoé"),
        ("photo", "zoe.jpg", "photo of zoe.jpg"),
        ("logo", "Dupont & fils.png", "logo of Dupont & fils.png"),
        ("links", "", ()),
        (
            "links",
            "In=https://social.example/z?a=b | Catalogue = https://dupont.example/c",
            (
                Link(label="In", url="https://social.example/z?a=b"),
                Link(label="Catalogue", url="https://dupont.example/c"),
            ),
        ),
    ],
)
def test_cell_is_kept_in_its_own_form(column: str, text: str, kept: object) -> None:
    assert _value(column, text) == kept


def test_phone_without_plus_is_read_as_dialled_in_the_country_of_the_line() -> None:
    assert _value("phone", "02 511 00 00", country="Belgique") == "+3225110000"


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("reference", ""),
        ("reference", "a,b"),
        ("reference", "all"),
        ("reference", "x" * 65),
        ("given_name", "x" * 121),
        ("given_name", "Zo\x07é"),
        ("given_name", "Zoé\nLefèvre"),
        ("company", "Dupont\u202eslairtsudnI"),
        ("street", "3 rue\u2028B"),
        ("mobile", "call me"),
        ("mobile", "12"),
        ("mobile", "06 12 34 56 78 or 79"),
        ("phone", "+999 1234567"),
        ("email", "zoe"),
        ("email", "zoe@dupont.example, marc@dupont.example"),
        ("country", "Atlantis"),
        ("country", "ZZ"),
        ("country", "EU"),
        ("website", "dupont.example"),
        ("website", "mailto:zoe@dupont.example"),
        ("website", "javascript:alert(1)"),
        ("website", "https://user@dupont.example"),
        ("links", "https://dupont.example"),
        ("links", "LinkedIn="),
        ("links", "In=https://a.example | | Out=https://b.example"),
        ("links", "X=javascript:alert(1)"),
        ("links", " | ".join(["A=https://a.example"] * 13)),
        ("photo", "../zoe.jpg"),
        ("photo", "/etc/passwd"),
        ("photo", "C:zoe.jpg"),
        ("photo", ".."),
        ("logo", "logos\\dupont.png"),
        ("language", "de"),
    ],
)
def test_broken_cell_is_told_with_its_line_and_heading(column: str, text: str) -> None:
    (fault,) = _faults(people_file(GOOD | {"reference": "first"}, GOOD | {column: text}))

    assert fault.startswith(f"line 3: {column}: ")
    assert len(text) < 4 or text not in fault


@pytest.mark.parametrize("slug", ["zo", "Zoe", "zoé", "zoe_l", "x" * 65])
def test_broken_slug_is_told(slug: str) -> None:
    content = people_file(GOOD | {SLUG: slug}, headings=[*COLUMNS, SLUG])

    assert _faults(content) == ("line 2: slug: 3 to 64 of a-z, 0-9 and -",)


def test_line_without_any_name_is_told() -> None:
    (fault,) = _faults(people_file({"reference": "nobody", "email": "a@dupont.example"}))

    assert fault == "line 2: given_name or family_name or company: one of them at least"


def test_all_broken_lines_are_told_together_in_order() -> None:
    content = people_file(
        GOOD | {"email": "x", "country": "Atlantis"},
        GOOD | {"reference": "good"},
        GOOD | {"reference": "third", "website": "x"},
    )

    faults = _faults(content)

    assert [fault.split(":")[0:2] for fault in faults] == [
        ["line 2", " country"],
        ["line 2", " email"],
        ["line 4", " website"],
    ]


def test_line_with_too_many_cells_is_told() -> None:
    content = people_file(GOOD) + b"marc,Marc,N'Diaye\r\n"

    assert _faults(content) == ("line 3: 18 cells, as the heading line has; this has 3",)


def test_same_reference_or_slug_twice_is_told() -> None:
    rows = [GOOD | {SLUG: "zoe-l"}, GOOD | {SLUG: "zoe-l"}]

    faults = _faults(people_file(*rows, headings=[*COLUMNS, SLUG]))

    assert faults == ("line 3: reference: line 2 has the same", "line 3: slug: line 2 has the same")


def test_picture_that_cannot_be_taken_is_a_fault_of_its_line() -> None:
    def refuse(name: str, kind: str) -> str:
        raise CellError("a picture that is there")

    with pytest.raises(PeopleError) as caught:
        read_people(people_file(GOOD | {"photo": "zoe.jpg"}), take_picture=refuse)

    assert caught.value.faults == ("line 2: photo: a picture that is there",)


def test_empty_lines_are_passed_over() -> None:
    content = people_file(GOOD) + b"\r\n" + b"," * 17 + b"\r\n"

    assert len(_read(content)) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (people_file(), "nobody"),
        (people_file(GOOD, encoding="latin-1"), "line 2 is not UTF-8"),
        (people_file(GOOD, encoding="utf-16"), "line 1 is not UTF-8"),
        (people_file(GOOD) + b'"never closed', "line 3 is not CSV"),
        pytest.param(
            people_file(GOOD) + b"\r\n" * MAX_PEOPLE, "more than 20000 lines", id="too many"
        ),
    ],
)
def test_file_that_cannot_be_read_is_told(content: bytes, told: str) -> None:
    with pytest.raises(DataError, match=told):
        _read(content)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_garbage_is_refused_and_nothing_else(garbage: bytes) -> None:
    for content in (garbage, people_file(GOOD) + garbage):
        with suppress(DataError):
            assert _read(content)
