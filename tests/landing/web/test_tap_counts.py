"""Taps are counted by card, day and channel; nothing of the visitor is."""

import urllib.request
from collections import Counter
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from flask.testing import FlaskClient

from landing.cards.model import CardState
from landing.storage.database import open_database
from landing.storage.lock import write_lock
from landing.storage.profiles import delete_profile, insert_profile
from landing.storage.taps import TAPS, TapChannel, TapKey, add_taps, taps_of
from landing.web.context import Services
from landing.web.tap_counts import TapCounts
from tests.bench.tap_site import tap_site
from tests.landing.web.cast import MARC, NOW, ZOE, ZOE_CARD, Site, make_site, profile_with
from tests.processes import Workshop

TAP = f"/c/{ZOE_CARD}"
TODAY = NOW.date()


@pytest.fixture
def own(tmp_path: Path) -> Site:
    """A site that the test may change."""
    return make_site(tmp_path)


@pytest.fixture
def client(own: Site) -> FlaskClient:
    """A visitor."""
    return own.client()


def _counted(site: Site, profile_uid: str = ZOE.uid) -> dict[tuple[str, str], int]:
    services: Services = site.app.extensions["wecard"]
    assert services.counts is not None
    services.counts.flush()
    with services.database.reading() as db:
        kept = taps_of(db, profile_uid, date.min)
    return {(key.token, key.channel): count for key, count in kept.items()}


def test_each_tap_is_counted_once_kept_or_made(own: Site, client: FlaskClient) -> None:
    for path in (TAP, TAP, TAP, f"{TAP}?by=flask", TAP.lower(), TAP.replace("/c/", "/Q/")):
        client.get(path)

    assert _counted(own) == {(ZOE_CARD, "chip"): 5, (ZOE_CARD, "qr"): 1}


def test_contact_and_form_are_counted_apart(own: Site, client: FlaskClient) -> None:
    for path in (f"{TAP}/contact.vcf", f"{TAP}/connect"):
        client.get(path)

    assert _counted(own) == {(ZOE_CARD, "vcard"): 1, (ZOE_CARD, "form"): 1}


def test_page_that_was_not_sent_again_is_a_tap_too(own: Site, client: FlaskClient) -> None:
    etag = client.get(TAP).headers["ETag"]

    client.get(TAP, headers={"If-None-Match": etag})

    assert _counted(own) == {(ZOE_CARD, "chip"): 2}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"User-Agent": "WhatsApp/2.23.20 A"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
    ],
)
def test_what_no_person_opened_is_no_tap(
    own: Site, client: FlaskClient, headers: dict[str, str]
) -> None:
    for path in (TAP, TAP, f"{TAP}/contact.vcf"):
        assert client.get(path, headers=headers).status_code == 200

    assert _counted(own) == {}


def test_head_is_no_tap(own: Site, client: FlaskClient) -> None:
    client.head(TAP)

    assert _counted(own) == {}


def test_miss_is_no_tap(own: Site, client: FlaskClient) -> None:
    states: tuple[CardState, ...] = ("suspended", "retired", "ordered")
    for state in states:
        client.get(f"/c/{own.cards[state]}")

    assert _counted(own, MARC.uid) == {}


def test_taps_of_many_threads_all_count(own: Site) -> None:
    def tap() -> None:
        visitor = own.client()
        for _ in range(50):
            visitor.get(TAP)

    threads = [Thread(target=tap) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert _counted(own) == {(ZOE_CARD, "chip"): 400}


def test_batches_add_up(own: Site, client: FlaskClient) -> None:
    for _ in range(3):
        client.get(TAP)
        counted = _counted(own)

    assert counted == {(ZOE_CARD, "chip"): 3}


def test_nothing_is_counted_where_it_is_turned_off(tmp_path: Path) -> None:
    silent = make_site(tmp_path, counts_taps=False)
    for _ in range(2):
        assert silent.client().get(TAP).status_code == 200

    services: Services = silent.app.extensions["wecard"]
    with services.database.reading() as db:
        assert taps_of(db, ZOE.uid, date.min) == {}
    assert services.counts is None


def test_batch_that_could_not_be_written_is_kept_for_the_next(
    own: Site, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(TAP)
    services: Services = own.app.extensions["wecard"]
    assert services.counts is not None
    monkeypatch.setattr("landing.storage.lock.LOCK_SECONDS", 0.05)
    with write_lock(own.settings.lock_path or Path()):
        services.counts.flush()

    client.get(TAP)

    assert _counted(own) == {(ZOE_CARD, "chip"): 2}


def test_profile_that_is_gone_takes_its_counts_along(own: Site) -> None:
    gone = profile_with(uid="gone", reference="gone", company="Gone")
    services: Services = own.app.extensions["wecard"]
    with services.database.writing() as db:
        insert_profile(db, gone)
        add_taps(db, {TapKey("gone", "", TODAY, "link"): 7})
        delete_profile(db, "gone")
        add_taps(db, {TapKey("gone", "", TODAY, "link"): 1, TapKey(ZOE.uid, "", TODAY, "link"): 2})

    assert _counted(own, "gone") == {}
    assert _counted(own) == {("", "link"): 2}


def test_counts_name_no_visitor_and_no_time_of_day() -> None:
    columns = {column.name: str(column.type) for column in TAPS.columns}

    assert columns.keys() == {"profile_uid", "token", "day", "channel", "count"}
    assert columns["day"] == "DATE"


def test_server_that_is_stopped_writes_its_taps_down_first() -> None:
    with tap_site() as site:
        url = f"{site.site}/c/{site.new_card('zoe')}"
        with site.serving("--workers", "2"):
            for _ in range(3):
                _open(url)

        assert _sums(site) == {"chip": 3}


def _open(url: str) -> None:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.status == 200


def _sums(workshop: Workshop) -> Counter[TapChannel]:
    url = f"sqlite:///{workshop.database}"
    sums: Counter[TapChannel] = Counter()
    lock = Path(f"{workshop.database}.lock")
    with open_database(url, lock) as database, database.reading() as db:
        for row in db.execute(TAPS.select()).mappings():
            sums[row["channel"]] += row["count"]
    return sums


class _Careless(TapCounts):
    """The seeded fault: a batch is forgotten before it is written down."""

    def flush(self) -> None:
        self._taps.clear()


@pytest.fixture
def careless(own: Site) -> Site:
    """A site whose counts are lost."""
    services: Services = own.app.extensions["wecard"]
    object.__setattr__(services, "counts", _Careless(services.database, services.clock))
    return own


def test_lost_taps_would_be_noticed(careless: Site) -> None:
    careless.client().get(TAP)

    assert _counted(careless) == {}
