"""The owner's page: right sums, in the reader's words, for who has the address and nobody else."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from landing.contract.token import format_token
from landing.profile.model import Profile
from landing.storage.database import open_database
from landing.storage.numbers_links import delete_numbers_link
from landing.storage.taps import TapKey, add_taps
from landing.web.numbers_key import KEY_BYTES, PATH, new_numbers_path
from tests.landing.web.cast import COMPANY, MARC, NOW, UNKNOWN, ZOE, ZOE_CARD, Site, make_site
from tests.landing.web.pages import read_page
from tests.landing.web.test_page_promises import faults_of

TODAY = NOW.date()
COUNTS = {
    TapKey(ZOE.uid, ZOE_CARD, TODAY, "chip"): 1200,
    TapKey(ZOE.uid, ZOE_CARD, TODAY - timedelta(days=3), "qr"): 34,
    TapKey(ZOE.uid, ZOE_CARD, TODAY - timedelta(days=20), "chip"): 5,
    TapKey(ZOE.uid, ZOE_CARD, TODAY - timedelta(days=60), "chip"): 700,
    TapKey(ZOE.uid, ZOE_CARD, TODAY - timedelta(days=300), "chip"): 8000,
    TapKey(ZOE.uid, "", TODAY, "link"): 1,
    TapKey(ZOE.uid, ZOE_CARD, TODAY, "vcard"): 1,
    TapKey(ZOE.uid, ZOE_CARD, TODAY, "form"): 2,
    TapKey(MARC.uid, "", TODAY, "link"): 999_999,
    TapKey(COMPANY.uid, "0000000000012", TODAY, "chip"): 12_345_678,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A site with counts, and the address of each owner's page."""

    site: Site
    paths: Mapping[str, str]

    def text(self, query: str = "", *, owner: Profile = ZOE, language: str = "fr") -> str:
        """The page's words, spaces made plain."""
        headers = {"Accept-Language": language}
        answer = self.site.client().get(self.paths[owner.uid] + query, headers=headers)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", read_page(answer.text).words)


def give_path(site: Site, profile: Profile) -> str:
    """Give an owner a new address."""
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        return new_numbers_path(db, profile.uid, random=secrets.token_urlsafe)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Numbered:
    """A site that no test changes."""
    site = make_site(tmp_path_factory.mktemp("numbered"))
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        add_taps(db, COUNTS)
    paths = {owner.uid: give_path(site, owner) for owner in (ZOE, MARC, COMPANY)}
    return Numbered(site=site, paths=paths)


@pytest.mark.parametrize(
    ("query", "openings"),
    [
        ("?days=7", "1 235 ouvertures"),
        ("", "1 240 ouvertures"),
        ("?days=30", "1 240 ouvertures"),
        ("?days=90", "1 940 ouvertures"),
        ("?days=365", "9 940 ouvertures"),
        ("?days=8", "1 240 ouvertures"),
        ("?days=%00", "1 240 ouvertures"),
        ("?days=-1", "1 240 ouvertures"),
        ("?days=٧", "1 240 ouvertures"),
    ],
)
def test_openings_of_the_time_asked_for_are_summed(
    numbered: Numbered, query: str, openings: str
) -> None:
    assert openings in numbered.text(query)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            [
                "1 205 par la puce",
                "34 par le code QR",
                "1 par le lien",
                "1 contact enregistré",
                "2 formulaires ouverts",
                "24 oct. – 22 nov. 2026",
                "Jour le plus animé : dim. 22 nov. 2026, avec 1 201 ouvertures.",
            ],
        ),
        (
            "en",
            [
                "1,205 by the chip",
                "34 by the QR code",
                "1 by the link",
                "1 contact saved",
                "2 forms opened",
                "Oct 24 – Nov 22, 2026",
                "Busiest day: Sun, Nov 22, 2026, with 1,201 openings.",
            ],
        ),
        ("en-GB", ["24 Oct – 22 Nov 2026", "Sun, 22 Nov 2026, with 1,201 openings"]),
    ],
)
def test_sums_are_said_in_the_readers_words_and_form(
    numbered: Numbered, language: str, said: list[str]
) -> None:
    text = numbered.text(language=language)

    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", ["0 ouverture ", "0 contact enregistré"]), ("en", ["0 openings ", "0 contacts saved"])],
)
def test_nothing_is_said_in_the_number_of_each_language(
    tmp_path: Path, language: str, said: list[str]
) -> None:
    site = make_site(tmp_path)
    numbered = Numbered(site=site, paths={ZOE.uid: give_path(site, ZOE)})

    text = numbered.text(language=language)

    assert [words for words in said if words not in text] == []


def test_page_speaks_the_owners_language_where_the_reader_names_none(numbered: Numbered) -> None:
    assert "999,999 openings" in numbered.text(owner=MARC, language="de")
    assert "Vos chiffres" in numbered.text(owner=ZOE, language="de")


def test_language_and_days_are_kept_by_each_other(numbered: Numbered) -> None:
    answer = numbered.site.client().get(numbered.paths[ZOE.uid] + "?lang=en&days=90")
    links = [link["href"] for link in read_page(answer.text).links]

    assert "?lang=fr&days=90" in links
    assert "?lang=en&days=365" in links


def test_huge_numbers_are_told_in_full(numbered: Numbered) -> None:
    assert "12 345 678 ouvertures" in numbered.text(owner=COMPANY)


def test_table_has_every_day_and_the_sums_of_each_card(numbered: Numbered) -> None:
    answer = numbered.site.client().get(numbered.paths[ZOE.uid] + "?days=7")
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>', answer.text)

    assert rows[:3] == ["…MZ4D-G", "Lien", "Total"]
    assert len(rows) == 3 + 7 + 1
    assert "Semaine" in numbered.text("?days=365")


def test_cards_are_named_by_the_end_of_their_code_only(numbered: Numbered) -> None:
    headers = {"Accept-Language": "fr"}

    html = numbered.site.client().get(numbered.paths[ZOE.uid], headers=headers).text

    assert format_token(ZOE_CARD)[-6:] in html
    assert ZOE_CARD not in html
    assert format_token(ZOE_CARD) not in html


@pytest.mark.parametrize("days", [7, 30, 90, 365])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_keeps_the_promises_of_every_page(
    numbered: Numbered, days: int, language: str
) -> None:
    path = f"{numbered.paths[ZOE.uid]}?days={days}"

    answer = numbered.site.client().get(path, headers={"Accept-Language": language})

    assert read_page(answer.text).language == language
    assert faults_of(read_page(answer.text)) == []
    [style] = read_page(answer.text).style_hashes
    assert f"style-src {style};" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in answer.headers


def test_visitors_page_does_not_carry_the_charts_style(numbered: Numbered) -> None:
    client = client_of(numbered)

    styles = [
        "".join(read_page(client.get(path).text).styles)
        for path in (numbered.paths[ZOE.uid], f"/c/{ZOE_CARD}")
    ]

    assert [".chart" in style for style in styles] == [True, False]


def client_of(numbered: Numbered) -> FlaskClient:
    """A visitor."""
    return numbered.site.client()


@pytest.mark.parametrize("key", ["A" * 32, "x", "é", "%00", "%ff", "A" * 3000])
def test_unknown_key_is_the_quiet_404_of_any_card(numbered: Numbered, key: str) -> None:
    client = client_of(numbered)

    answers = [client.get(PATH + key), client.get(f"/c/{UNKNOWN}")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_key_is_random_long_and_kept_as_a_hash_only(numbered: Numbered) -> None:
    keys = [path.removeprefix(PATH) for path in numbered.paths.values()]
    folder = numbered.site.settings.data_dir
    kept = b"".join(path.read_bytes() for path in folder.glob("wecard.db*"))

    assert KEY_BYTES * 8 >= 128
    assert {len(key) for key in keys} == {KEY_BYTES * 4 // 3}
    assert [key for key in keys if key.encode() in kept] == []


def test_new_address_ends_the_one_before_and_no_other(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    paths = [give_path(site, ZOE), give_path(site, MARC), give_path(site, ZOE)]

    statuses = [site.client().get(path).status_code for path in paths]

    assert statuses == [404, 200, 200]


def test_address_that_was_taken_back_opens_nothing(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    path = give_path(site, ZOE)
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        delete_numbers_link(db, ZOE.uid)

    assert site.client().get(path).status_code == 404


def test_page_is_only_read(numbered: Numbered) -> None:
    assert client_of(numbered).post(numbered.paths[ZOE.uid]).status_code == 405
    assert client_of(numbered).head(numbered.paths[ZOE.uid]).status_code == 200
