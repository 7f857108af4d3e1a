"""The files that phones get, kept octet for octet, and what two foreign readers find in them."""

from dataclasses import replace
from typing import Any

import pytest
import vobject

from tests.landing.profile.vcard_cases import CASES, FOLDER, written
from tests.landing.profile.vcard_expected import expected_fields
from tests.landing.profile.vcard_reader import Field, Value, VcardSyntaxError, read_vcard

_NAME_PARTS = ("family", "given", "additional", "prefix", "suffix")
_ADDRESS_PARTS = ("box", "extended", "street", "city", "region", "code", "country")


def seen_by_vobject(body: bytes) -> list[tuple[str, Value]]:
    """Every property that vobject finds, in the form of our own reader."""
    card = vobject.readOne(body.decode())
    return sorted(
        (child.name.upper(), _plain(child.value))
        for child in card.getChildren()
        if child.name.upper() != "VERSION"
    )


def for_vobject(fields: list[Field]) -> list[tuple[str, Value]]:
    """What vobject must find: it reads a URL as a list of texts and gives the first of them.

    RFC 2426, 3.6.8 makes it a URI, in which a comma is no separator and is not escaped.
    """
    return sorted(
        (field.name, str(field.value).partition(",")[0] if field.name == "URL" else field.value)
        for field in fields
    )


def _plain(value: Any) -> Value:
    if isinstance(value, vobject.vcard.Name):
        return tuple(getattr(value, part) for part in _NAME_PARTS)
    if isinstance(value, vobject.vcard.Address):
        return tuple(getattr(value, part) for part in _ADDRESS_PARTS)
    if isinstance(value, bytes):
        return value
    return tuple(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("name", CASES)
def test_file_is_the_kept_one_octet_for_octet(name: str) -> None:
    assert written(CASES[name]) == (FOLDER / f"{name}.vcf").read_bytes()


def test_every_kept_file_has_its_profile() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_reader_made_from_the_standard_finds_every_field_and_no_other(name: str) -> None:
    case = CASES[name]

    found = read_vcard((FOLDER / f"{name}.vcf").read_bytes(), blank_line=case.blank_line)

    assert found == expected_fields(case.profile, case.photo, case.note)


@pytest.mark.parametrize("name", CASES)
def test_vobject_finds_every_field_and_no_other(name: str) -> None:
    case = CASES[name]

    found = seen_by_vobject((FOLDER / f"{name}.vcf").read_bytes())

    assert found == for_vobject(expected_fields(case.profile, case.photo, case.note))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("field", ["family_name", "company", "email"])
def test_another_word_would_be_noticed_by_both_readers(name: str, field: str) -> None:
    case = CASES[name]
    other = replace(case.profile, **{field: "another"})  # type: ignore[arg-type]
    body = (FOLDER / f"{name}.vcf").read_bytes()

    expected = expected_fields(other, case.photo, case.note)

    assert read_vcard(body, blank_line=case.blank_line) != expected
    assert seen_by_vobject(body) != for_vobject(expected)


def test_empty_line_stands_behind_the_photo_only_where_it_is_asked_for() -> None:
    asked, plain = ((FOLDER / f"{name}.vcf").read_bytes() for name in ("blank-line", "zoe"))

    assert asked == plain.replace(b"\r\nEND:", b"\r\n\r\nEND:")
    with pytest.raises(VcardSyntaxError):
        read_vcard(asked)


def test_names_of_the_long_case_are_of_60_signs() -> None:
    profile = CASES["names-of-60"].profile

    assert {len(profile.given_name), len(profile.family_name)} == {60}
