"""Who asks for it gets a note of when and where in the contact file; nothing of it is kept."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import vobject
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing.app import create_app
from landing.web.contact import MAX_PLACE_LENGTH, contact_file
from tests.landing.profile.vcard_cases import CASES
from tests.landing.profile.vcard_expected import tidy
from tests.landing.profile.vcard_reader import Field, read_vcard
from tests.landing.web.cast import MARC_CARD, ZOE, ZOE_CARD, Site, Visitor, make_site

CONTACT = f"/c/{ZOE_CARD}/contact.vcf"
ADDRESS = f"https://card.example/c/{ZOE_CARD}"


def note_in(body: bytes) -> list[str]:
    """The lines of a vCard's note, by a reader that is not ours."""
    card = vobject.readOne(body.decode())
    return str(card.note.value).split("\n") if "note" in card.contents else []


def all_but_the_note(body: bytes) -> list[Field]:
    """Every other property of a vCard."""
    return [field for field in read_vcard(body) if field.name != "NOTE"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?place=Batimat",
        "?note=",
        "?note=0",
        "?note=01",
        "?note=yes",
        "?note=0&note=1",
        "?NOTE=1",
    ],
)
def test_no_note_unless_it_is_asked_for(client: FlaskClient, query: str) -> None:
    answer = client.get(CONTACT + query)

    assert note_in(answer.data) == []
    assert answer.data == client.get(CONTACT).data
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_note_in_french_names_card_day_and_place(client: FlaskClient) -> None:
    answer = client.get(f"{CONTACT}?note=1&place=Salon%20Batimat,%20hall%205")

    assert "\n".join(note_in(answer.data)) == CASES["note-in-french"].note
    assert "\nNOTE;CHARSET=UTF-8:" in answer.text


def test_note_in_english_names_card_day_and_place(client: FlaskClient) -> None:
    answer = client.get(
        f"{CONTACT}?note=1&place=Salon+Batimat,+hall+5", headers={"Accept-Language": "en"}
    )

    assert "\n".join(note_in(answer.data)) == CASES["note-in-english"].note
    assert "\nNOTE:" in answer.text


@pytest.mark.parametrize("query", ["?note=1", "?note=1&place=", "?note=1&place=%20%0A%00"])
def test_place_may_be_left_out(client: FlaskClient, query: str) -> None:
    note = note_in(client.get(CONTACT + query).data)

    assert note == [f"Carte\u00a0: {ADDRESS}", "Enregistré le 22 novembre 2026"]


@pytest.mark.parametrize(
    ("asked", "accepted", "written"),
    [
        ("", "en-GB,en;q=0.9", "Saved on 22 November 2026"),
        ("", "en-US", "Saved on November 22, 2026"),
        ("&lang=en", "de-DE", "Saved on 22 November 2026"),
        ("&lang=en", "fr-FR", "Saved on 22 November 2026"),
        ("", "fr-CA", "Enregistré le 22 novembre 2026"),
        ("", "fr-US", "Enregistré le 22 novembre 2026"),
        ("", "fr-.., fr", "Enregistré le 22 novembre 2026"),
        ("", "fr-éé, fr", "Enregistré le 22 novembre 2026"),
    ],
)
def test_day_is_written_as_the_readers_country_does(
    client: FlaskClient, asked: str, accepted: str, written: str
) -> None:
    answer = client.get(f"{CONTACT}?note=1{asked}", headers={"Accept-Language": accepted})

    assert note_in(answer.data)[1] == written


@pytest.mark.parametrize(
    ("now", "written"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), "Enregistré le 22 novembre 2026"),
        (datetime(2026, 11, 22, 23, 1, tzinfo=UTC), "Enregistré le 23 novembre 2026"),
        (datetime(2026, 6, 30, 22, 1, tzinfo=UTC), "Enregistré le 1er juillet 2026"),
        (datetime(2026, 12, 10, 12, 0, tzinfo=UTC), "Enregistré le 10 décembre 2026"),
    ],
)
def test_day_is_the_one_in_france(site: Site, now: datetime, written: str) -> None:
    client = Visitor(create_app(site.settings, clock=lambda: now))

    assert note_in(client.get(f"{CONTACT}?note=1").data)[1] == written


def test_note_has_the_address_of_the_chip_however_the_card_was_opened(client: FlaskClient) -> None:
    answer = client.get(f"/Q/{ZOE_CARD.lower()}/contact.vcf?note=1")

    assert note_in(answer.data)[0].endswith(ADDRESS)


def test_note_of_a_shared_profile_names_no_card(site: Site) -> None:
    with site.app.test_request_context("/p/zoe/contact.vcf?note=1&lang=en"):
        answer = contact_file(ZOE, card_url="https://card.example/p/zoe")

    assert note_in(answer.get_data())[0] == "Card: https://card.example/p/zoe"
    assert ZOE_CARD not in answer.get_data(as_text=True)


def test_file_with_a_note_is_kept_by_no_cache(client: FlaskClient) -> None:
    etag = client.get(CONTACT).headers["ETag"]

    answer = client.get(f"{CONTACT}?note=1", headers={"If-None-Match": f"{etag}, *"})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_head_tells_what_the_file_with_a_note_is_like(client: FlaskClient) -> None:
    head = client.head(f"{CONTACT}?note=1&place=Batimat")

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Content-Length"] == str(
        len(client.get(f"{CONTACT}?note=1&place=Batimat").data)
    )


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Salon\r\nEMAIL:x@evil.example", "Salon EMAIL:x@evil.example"),
        ("a\x00b\tc\u2028d  e", "ab c d e"),
        ("\u202eevil\u2066\ufffd!", "evil!"),
        ("Cafe\u0301", "Café"),
        ("100 % ; , \\ n", "100 % ; , \\ n"),
        ("x" * 80, "x" * 80),
        ("é" * 500, "é" * 80),
        ("x" * 79 + " yz", "x" * 79),
    ],
)
def test_place_is_cleaned_and_cut(client: FlaskClient, typed: str, place: str) -> None:
    answer = client.get(f"{CONTACT}?note=1&place={quote(typed)}")

    assert note_in(answer.data)[2:] == [f"Lieu\u00a0: {place}"]


@pytest.mark.parametrize("place", ["%FF%FE", "%", "%ED%A0%80", "a%0D%0A%20b", "+++"])
def test_place_that_is_not_text_is_no_failure(client: FlaskClient, place: str) -> None:
    answer = client.get(f"{CONTACT}?note=1&place={place}")

    assert answer.status_code == 200
    assert all_but_the_note(answer.data) == all_but_the_note(client.get(CONTACT).data)


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.text(st.sampled_from("\r\n\u2028;,\\: ") | st.characters(), max_size=120))
def test_no_place_adds_a_property_or_a_line(client: FlaskClient, place: str) -> None:
    typed = quote(place.encode("utf-8", "surrogatepass"), safe="")

    answer = client.get(f"/c/{MARC_CARD}/contact.vcf?note=1&place={typed}")

    assert all_but_the_note(answer.data) == read_vcard(
        client.get(f"/c/{MARC_CARD}/contact.vcf").data
    )
    note = note_in(answer.data)
    assert len(note) in (2, 3)
    assert all(
        len(line) <= len("Place: ") + MAX_PLACE_LENGTH and line == tidy(line) for line in note[2:]
    )


def test_place_is_kept_nowhere(
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    site = make_site(tmp_path_factory.mktemp("note"))
    caplog.set_level(logging.DEBUG)

    answer = site.client().get(f"{CONTACT}?note=1&place=Quiberon")

    assert b"Quiberon" in answer.data
    assert list(files_with(b"Quiberon", site.settings.data_dir)) == []
    assert "Quiberon" not in caplog.text + "".join(capfd.readouterr())


def test_place_in_the_database_would_be_noticed(site: Site) -> None:
    assert list(files_with(b"Dupont Industries", site.settings.data_dir))


def files_with(words: bytes, folder: Path) -> Iterator[Path]:
    """The files below a folder that have these words in them."""
    for path in folder.rglob("*"):
        if path.is_file() and words in path.read_bytes():
            yield path
