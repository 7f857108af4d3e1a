"""Pages are fresh at every tap, and travel small."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from landing.storage.cards import set_card_state
from landing.storage.database import open_database
from tests.landing.web.cast import NOW, PHOTO, ZOE_CARD, make_site

TAP = f"/c/{ZOE_CARD}"
CONTACT = f"{TAP}/contact.vcf"


def _unpacked(answer: TestResponse) -> bytes:
    match answer.headers.get("Content-Encoding"):
        case "br":
            return bytes(brotli.decompress(answer.data))
        case "gzip":
            return gzip.decompress(answer.data)
        case _:
            return bytes(answer.data)


@pytest.mark.parametrize("path", [TAP, CONTACT, "/"])
def test_a_page_is_asked_for_again_and_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)

    second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["ETag"].startswith('"')
    assert (second.status_code, second.data) == (304, b"")
    assert second.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("header", [{"Accept-Language": "en"}, {"Accept-Encoding": "br"}])
def test_another_form_of_the_page_has_another_etag(
    client: FlaskClient, header: dict[str, str]
) -> None:
    etags = {client.get(TAP, headers=each).headers["ETag"] for each in ({}, header)}

    assert len(etags) == 2


def test_the_same_page_has_the_same_etag_in_every_process(
    client: FlaskClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = make_site(tmp_path_factory.mktemp("other")).client()

    gzipped = {"Accept-Encoding": "gzip"}
    etags = {each.get(TAP, headers=gzipped).headers["ETag"] for each in (client, other)}

    assert len(etags) == 1


def test_a_lost_card_is_dead_at_the_next_tap(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = make_site(tmp_path_factory.mktemp("lost"))
    etag = site.client().get(TAP).headers["ETag"]
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        set_card_state(db, ZOE_CARD, "suspended", NOW)

    answer = site.client().get(TAP, headers={"If-None-Match": etag})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path", [TAP, CONTACT, "/", "/nowhere", f"/m/{PHOTO}-224.webp", "/healthz"]
)
@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_head_tells_what_get_would_send(client: FlaskClient, path: str, encoding: str) -> None:
    full = client.get(path, headers={"Accept-Encoding": encoding})

    head = client.head(path, headers={"Accept-Encoding": encoding})

    assert head.data == b""
    assert head.status_code == full.status_code
    for answer in (head, full):
        answer.headers.pop("Date", None)  # a second may pass between the two
    assert list(head.headers) == list(full.headers)


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("identity", None),
        ("deflate", None),
        ("gzip;q=0", None),
        ("", None),
        ("gzip;q=nonsense, ;;;", None),
    ],
)
@pytest.mark.parametrize("path", [TAP, CONTACT, "/nowhere"])
def test_the_body_comes_as_the_browser_takes_it(
    client: FlaskClient, path: str, accepted: str, sent: str | None
) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})

    answer = client.get(path, headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == sent
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert _unpacked(answer) == plain.data


def test_pictures_are_kept_for_good_and_not_compressed_twice(client: FlaskClient) -> None:
    answer = client.get(f"/m/{PHOTO}-224.webp", headers={"Accept-Encoding": "gzip, br"})

    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Content-Encoding" not in answer.headers
    assert answer.data[8:12] == b"WEBP"


@pytest.mark.parametrize(
    "name",
    [
        f"{PHOTO}-999.webp",
        f"{PHOTO}-224.gif",
        f"{PHOTO.upper()}-224.webp",
        f"{PHOTO}-224.webp%0A",
        "..%2Fwecard.db",
        "../wecard.db",
        "%2e%2e/wecard.db",
        "wecard.db",
        f"{PHOTO}-224.webp%00",
        "",
    ],
)
def test_nothing_but_a_picture_is_handed_out(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/m/{name}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
