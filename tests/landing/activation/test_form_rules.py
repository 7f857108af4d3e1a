"""The activation form's rules: what is taken, in which form, and what is said of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.activation.form import DETAILS, FIELDS, Fault, max_length, read_claim
from landing.contract.activation import format_activation
from landing.profile.model import Profile
from tests.landing.activation.parcel import CODE, LEA, LEA_KEPT, TYPED_CODE


def posted(**words: str) -> dict[str, list[str]]:
    """A form as it is posted: Léa's, with these words instead of hers."""
    return {name: [typed] for name, typed in {"code": TYPED_CODE, **LEA, **words}.items()}


def test_details_are_kept_as_a_people_file_keeps_them() -> None:
    claim = read_claim(posted())

    assert claim.faults == {}
    assert claim.details == LEA_KEPT
    assert claim.code == CODE


def test_every_detail_is_one_that_a_profile_has() -> None:
    assert set(DETAILS) <= set(Profile.__slots__)


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), format_activation(CODE), f"  {CODE[:6]} {CODE[6:]} ", f"\u200b{CODE}"],
)
def test_code_is_read_as_people_type_it(typed: str) -> None:
    assert read_claim(posted(code=typed)).code == CODE


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("code", "", "no-code"),
        ("code", "   ", "no-code"),
        ("code", "7H3K9Q", "wrong-code"),
        ("code", "7H3K9QX2MZ4DG", "wrong-code"),
        ("code", "é" * 12, "wrong-code"),
        ("code", "0" * 5000, "wrong-code"),
        ("company", "x" * 121, "too-long"),
        ("email", "x" * 250 + "@a.example", "too-long"),
        ("function", "Chef\u202eknab", "unreadable"),
        ("function", "Chef\x00", "unreadable"),
        ("company", "Two\nlines", "unreadable"),
        ("mobile", "12", "bad-phone"),
        ("mobile", "call me", "bad-phone"),
        ("phone", "06 39 98 12 34 / 06 39 98 12 35", "bad-phone"),
        ("email", "lea", "bad-email"),
        ("email", "lea@a.example, marc@a.example", "bad-email"),
        ("website", "nowhere", "bad-website"),
        ("website", "javascript:alert(1)", "bad-website"),
        ("website", "javascript://x.example/%0aalert(1)", "bad-website"),
        ("website", "ftp://files.example", "bad-website"),
        ("website", "mailto:lea@a.example", "bad-website"),
        ("website", "https://lea@evil.example", "bad-website"),
        ("website", "http://192.0.2.1/", "bad-website"),
    ],
)
def test_fault_is_named_and_nothing_is_taken_from_it(field: str, typed: str, fault: Fault) -> None:
    claim = read_claim(posted(**{field: typed}))

    assert claim.faults == {field: fault}
    assert not claim.code if field == "code" else not dict(claim.details)[field]  # type: ignore[index]


@pytest.mark.parametrize("name", ["given_name", "family_name", "company"])
def test_one_name_is_enough(name: str) -> None:
    claim = read_claim({"code": [CODE], name: ["Léa"]})

    assert claim.faults == {}


def test_form_without_a_name_asks_for_one() -> None:
    claim = read_claim({"code": [CODE], "function": ["Fromagère"], "email": ["lea@a.example"]})

    assert claim.faults == {"given_name": "no-name"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("fromagerie.example", "https://fromagerie.example"),
        ("HTTP://Fromagerie.EXAMPLE", "http://fromagerie.example"),
        ("https://käse.example/", "https://xn--kse-qla.example/"),
    ],
)
def test_website_is_read_as_people_type_it(typed: str, kept: str) -> None:
    assert read_claim(posted(website=typed)).details["website"] == kept


def test_number_from_abroad_is_read_with_its_plus() -> None:
    claim = read_claim(posted(mobile="+44 7400 123456"))

    assert claim.details["mobile"] == "+447400123456"


def test_faults_stand_in_the_order_of_the_page() -> None:
    claim = read_claim({"website": ["x"], "mobile": ["x"], "email": ["x"]})

    assert list(claim.faults) == ["code", "given_name", "mobile", "email", "website"]


def test_code_that_turns_out_wrong_is_told_first_and_an_empty_one_stays_empty() -> None:
    faulty = read_claim(posted(email="x")).with_wrong_code()
    empty = read_claim(posted(code="")).with_wrong_code()

    assert list(faulty.faults.items()) == [("code", "wrong-code"), ("email", "bad-email")]
    assert empty.faults == {"code": "no-code"}


def test_first_of_two_values_counts_and_strange_fields_are_left_alone() -> None:
    claim = read_claim(posted() | {"email": ["a@a.example", "b@b.example"], "slug": ["zoe"]})

    assert claim.details["email"] == "a@a.example"
    assert set(claim.words) == set(FIELDS)


@given(st.dictionaries(st.sampled_from(FIELDS), st.lists(st.text(max_size=300), max_size=3)))
def test_whatever_is_posted_is_a_claim_or_named_faults(words: dict[str, list[str]]) -> None:
    claim = read_claim(words)

    assert set(claim.faults) <= set(FIELDS)
    assert (
        all(len(text) <= max_length(name) for name, text in claim.details.items()) or claim.faults
    )
    assert not any("\n" in text or "\x00" in text for text in claim.words.values())
