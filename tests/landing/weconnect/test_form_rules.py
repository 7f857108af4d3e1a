"""The rules of the form, without a page."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from landing.weconnect.fields import FIELD_NAMES, FIELDS
from landing.weconnect.form import HONEYPOT, Submission, read_form

MINIMUM = {"given_name": "Ana", "email": "ana@visitor.example", "share_with_owner": "1"}
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\u2066\ufffd]")


def submitted(region: str = "FR", **words: str) -> Submission:
    """Post a form that has the minimum, and these words."""
    return read_form({name: [value] for name, value in (MINIMUM | words).items()}, region=region)


@pytest.mark.parametrize(
    "words",
    [
        {"given_name": "Ana", "email": "ana@visitor.example"},
        {"family_name": "Öztürk", "tel": "+90 532 000 00 00"},
        {"organization": "Nordlys ApS", "tel": "0561000000"},
    ],
)
def test_name_or_company_and_one_channel_are_enough(words: dict[str, str]) -> None:
    blank = {"given_name": "", "email": ""}

    submission = submitted(**(blank | words))

    assert submission.faults == {}
    assert submission.contact is not None


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ({"given_name": ""}, {"given_name": "no-name"}),
        ({"email": ""}, {"email": "no-channel"}),
        ({"share_with_owner": ""}, {"share_with_owner": "no-consent"}),
        ({"share_with_owner": "on"}, {"share_with_owner": "no-consent"}),
        ({"email": "ana@"}, {"email": "bad-email"}),
        ({"email": "ana@visitor.example, bob@visitor.example"}, {"email": "bad-email"}),
        ({"tel": "12"}, {"tel": "bad-phone"}),
        ({"tel": "rappelez-moi"}, {"tel": "bad-phone"}),
        ({"given_name": "https://spam.example"}, {"given_name": "web-address"}),
        ({"family_name": "gagnez sur www.spam.example"}, {"family_name": "web-address"}),
        ({"family_name": "spam.com"}, {"family_name": "web-address"}),
        ({"given_name": "An\x00a"}, {"given_name": "unreadable"}),
        ({"given_name": "An\na"}, {"given_name": "unreadable"}),
        ({"family_name": "\u202eanA"}, {"family_name": "unreadable"}),
        ({"message": "a\x1bb"}, {"message": "unreadable"}),
        ({"organization": "=?utf-8?q?=0ABcc:?="}, {"organization": "encoded-word"}),
        ({"given_name": "a" * 101}, {"given_name": "too-long"}),
        ({"message": "a" * 2001}, {"message": "too-long"}),
    ],
)
def test_fault_is_named_with_its_field(words: dict[str, str], faults: dict[str, str]) -> None:
    submission = submitted(**words)

    assert submission.faults == faults
    assert submission.contact is None


@pytest.mark.parametrize(
    "name", ["St.John", "J.R.R.", "María José", "O’Brien", "d'Ài", "李", "Jean-Comte"]
)
def test_real_names_are_taken(name: str) -> None:
    assert submitted(family_name=name).faults == {}


@pytest.mark.parametrize("message", ["Voir https://visitor.example", "=?", "a\r\nb", "🙂" * 2000])
def test_message_may_hold_what_a_name_may_not(message: str) -> None:
    assert submitted(message=message).faults == {}


@pytest.mark.parametrize(
    ("typed", "region", "kept"),
    [
        ("06 39 98 12 34", "FR", "+33639981234"),
        ("06 39 98 12 34", "", "+33639981234"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+1 (212) 555-0123", "FR", "+12125550123"),
        ("05 61 00 00 00 ext. 12", "FR", "+33561000000;ext=12"),
        ("０５ ６１ ００ ００ ００", "FR", "+33561000000"),
    ],
)
def test_phone_is_kept_in_its_international_form(typed: str, region: str, kept: str) -> None:
    contact = submitted(region, tel=typed).contact

    assert contact is not None
    assert contact.tel == kept


@given(st.from_regex(r"\+?[0-9 ().-]{3,24}( ?(x|ext\.?|poste) ?[0-9]{1,5})?", fullmatch=True))
@example("+310000000")  # zeros that one reading after the other drops
def test_kept_phone_reads_as_the_same_number_anywhere(typed: str) -> None:
    contact = submitted(tel=typed).contact

    if contact is not None and contact.tel:
        again = submitted("US", tel=contact.tel).contact
        assert again is not None
        assert again.tel == contact.tel


def test_twice_the_same_field_counts_once() -> None:
    posted = {name: [value] for name, value in MINIMUM.items()} | {"given_name": ["Ana", "Bob"]}

    contact = read_form(posted).contact

    assert contact is not None
    assert contact.given_name == "Ana"


def test_box_that_says_yes_and_no_is_no() -> None:
    posted = {name: [value] for name, value in MINIMUM.items()} | {"share_with_owner": ["1", "0"]}

    assert read_form(posted).faults == {"share_with_owner": "no-consent"}


def test_purpose_that_is_not_offered_is_ignored() -> None:
    assert submitted(owner_marketing_email="1").ticked == {"share_with_owner"}


def test_unknown_field_is_ignored() -> None:
    assert submitted(surprise="x").words.keys() == set(FIELD_NAMES)


def test_bait_is_noticed_and_is_no_fault() -> None:
    submission = submitted(**{HONEYPOT: "http://spam.example"})

    assert submission.bait_taken
    assert submission.faults == {}


def test_visitor_never_stands_in_a_repr() -> None:
    assert "ana" not in repr(submitted().contact).lower()


VALUES = st.text(max_size=2100) | st.sampled_from(
    ["Ana", "ana@visitor.example", "0561000000", "=?", "https://x.example", "a\x00b", "\ud800"]
)
FORMS = st.dictionaries(
    st.sampled_from([*FIELD_NAMES, "share_with_owner", HONEYPOT, "x"]),
    st.lists(VALUES, max_size=3),
)


@given(FORMS)
def test_any_form_gives_a_contact_or_faults_and_keeps_the_words(
    posted: dict[str, list[str]],
) -> None:
    submission = read_form(posted)

    assert (submission.contact is None) == bool(submission.faults)
    assert set(submission.words) == set(FIELD_NAMES)
    assert not any(CONTROLS.search(word) for word in submission.words.values())
    if submission.contact is not None:
        _assert_contact_is_sound(submission)


def _assert_contact_is_sound(submission: Submission) -> None:
    assert submission.contact is not None
    kept = submission.contact.as_dict()
    assert kept["given_name"] or kept["family_name"] or kept["organization"]
    assert kept["email"] or kept["tel"]
    assert "share_with_owner" in submission.ticked
    for field in FIELDS:
        assert len(kept[field.name]) <= field.max_length
        assert not CONTROLS.search(kept[field.name])
