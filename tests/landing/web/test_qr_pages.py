"""The code shown to another phone: what it says, how it is drawn, and for whom it is there."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import zxingcpp
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from landing.contract.token import ALPHABET, mint_token
from landing.contract.url import parse_card_url, qr_url, shared_qr_url
from landing.storage.cards import set_card_state
from landing.storage.database import open_database
from landing.storage.profiles import update_profile
from landing.web.qr_code import QUIET_ZONE, draw_qr
from tests.landing.web.cast import (
    COMPANY_CARD,
    MARC_CARD,
    NOW,
    SITE_URL,
    UNKNOWN,
    ZOE,
    ZOE_CARD,
    Site,
    make_site,
)
from tests.landing.web.pages import read_page
from tests.landing.web.test_page_promises import faults_of

SLUG = "zoe-lefevre-31"
# Source: ISO/IEC 18004, table 5
ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
PIXELS = 4
_SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")

slugs = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=3, max_size=64)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site where Zoé has a link of her own."""
    return make_shared(tmp_path_factory.mktemp("shared"))


def make_shared(folder: Path) -> Site:
    """Make a site where Zoé has a link of her own."""
    site = make_site(folder)
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        update_profile(db, replace(ZOE, slug=SLUG))
    return site


def painted(side: int, path: str) -> Image.Image:
    """The path, painted at a few pixels a module; it must be runs of modules and nothing else."""
    assert _RUN.sub("", path) == ""
    picture = Image.new("L", (side * PIXELS, side * PIXELS), 255)
    brush = ImageDraw.Draw(picture)
    for x, y, length, back in (map(int, run) for run in _RUN.findall(path)):
        assert length == back
        brush.rectangle(
            (x * PIXELS, y * PIXELS, (x + length) * PIXELS - 1, (y + 1) * PIXELS - 1), fill=0
        )
    return picture


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of the QR codes in a picture, as another maker's reader finds them."""
    return [
        code.text
        for code in zxingcpp.read_barcodes(
            picture,
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
            try_invert=False,
        )
    ]


def code_on(html: str) -> str:
    """What the code on a page says, taken from the page's own drawing."""
    (svg,) = _SVG.findall(html)
    root = ElementTree.fromstring(svg)
    left, top, width, height = map(int, root.attrib["viewBox"].split())
    plate, modules = root.iter("path")
    assert (left, top, width) == (0, 0, height)
    assert (plate.attrib["fill"], modules.attrib["fill"]) == ("#fff", "#000")
    assert plate.attrib["d"] == f"M0 0h{width}v{width}H0z"
    (text,) = codes_in(painted(width, modules.attrib["d"]))
    return text


@pytest.mark.parametrize("path", [f"/c/{ZOE_CARD}/qr", f"/Q/{ZOE_CARD}/qr", f"/q/{ZOE_CARD}/qr"])
def test_card_shows_the_code_that_is_printed_on_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    text = code_on(answer.text)

    assert answer.status_code == 200
    assert text == f"HTTPS://CARD.EXAMPLE/Q/{ZOE_CARD}" == qr_url(SITE_URL, ZOE_CARD)
    assert parse_card_url(text).token == ZOE_CARD
    assert client.get(text.removeprefix("HTTPS://CARD.EXAMPLE")).status_code == 200


@pytest.mark.parametrize("path", [f"/p/{SLUG}/qr", f"/P/{SLUG.upper()}/qr"])
def test_profile_shows_the_code_of_its_own_link_and_names_no_card(shared: Site, path: str) -> None:
    answer = shared.client().get(path)

    assert code_on(answer.text) == f"HTTPS://CARD.EXAMPLE/P/{SLUG.upper()}"
    assert ZOE_CARD not in answer.text
    assert f'href="/p/{SLUG}"' in answer.text


def test_profiles_link_opens_in_any_case_with_the_same_page(shared: Site) -> None:
    client = shared.client()

    answers = [client.get(path) for path in (f"/p/{SLUG}", f"/P/{SLUG.upper()}", f"/P/{SLUG}")]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert client.get("/P/NOBODY").status_code == client.get("/P/NOBODY/qr").status_code == 404


@given(st.text(ALPHABET, min_size=13, max_size=13), slugs)
def test_addresses_stay_in_the_alphanumeric_mode(token: str, slug: str) -> None:
    assert set(qr_url(SITE_URL, token)) <= ALPHANUMERIC
    assert set(shared_qr_url(SITE_URL, slug)) <= ALPHANUMERIC


def test_small_letters_would_make_the_code_larger() -> None:
    small, large = (
        draw_qr(text) for text in (qr_url(SITE_URL, ZOE_CARD), f"{SITE_URL}/c/{ZOE_CARD}")
    )

    assert small.side == 25 + 2 * QUIET_ZONE
    assert large.side > small.side


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**60), slugs)
def test_every_code_is_read_back_as_it_was_meant(seed: int, slug: str) -> None:
    token = mint_token(lambda below: seed % below)

    for text in (qr_url(SITE_URL, token), shared_qr_url(SITE_URL, slug)):
        drawn = draw_qr(text)
        assert codes_in(painted(drawn.side, drawn.path)) == [text]


def test_quiet_zone_is_white_all_round() -> None:
    drawn = draw_qr(qr_url(SITE_URL, ZOE_CARD))
    runs = [tuple(map(int, run)) for run in _RUN.findall(drawn.path)]

    assert QUIET_ZONE == 4
    assert min(x for x, _, _, _ in runs) == min(y for _, y, _, _ in runs) == QUIET_ZONE
    assert max(x + length for x, _, length, _ in runs) == drawn.side - QUIET_ZONE
    assert max(y for _, y, _, _ in runs) == drawn.side - QUIET_ZONE - 1


def test_code_that_lost_a_corner_would_be_noticed() -> None:
    drawn = draw_qr(qr_url(SITE_URL, ZOE_CARD))
    kept = [
        f"M{x} {y}h{length}v1h-{length}z"
        for x, y, length, _ in _RUN.findall(drawn.path)
        if int(x) > QUIET_ZONE + 6 or int(y) > QUIET_ZONE + 6
    ]

    assert codes_in(painted(drawn.side, "".join(kept))) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_page_names_the_owner_and_says_what_to_do_in_both_languages(
    client: FlaskClient, language: str
) -> None:
    answer = client.get(f"/c/{ZOE_CARD}/qr", headers={"Accept-Language": language})
    words = read_page(answer.text).words

    assert "<h1>Zoé Lefèvre</h1>" in answer.text
    assert "Sans NFC\u00a0: visez le carré" in words
    assert "Without NFC: point the camera" in words
    hints = re.findall(r'class="hint" lang="(\w+)"', answer.text)
    assert hints == [language, "en" if language == "fr" else "fr"]


def test_code_is_named_to_who_does_not_see_it(client: FlaskClient) -> None:
    answer = client.get(f"/c/{ZOE_CARD}/qr", headers={"Accept-Language": "fr"})

    assert 'role="img" aria-label="Code QR qui ouvre la carte de Zoé Lefèvre"' in answer.text


@pytest.mark.parametrize("token", [ZOE_CARD, MARC_CARD, COMPANY_CARD])
def test_page_keeps_the_promises_of_every_page_and_loads_nothing(
    client: FlaskClient, token: str
) -> None:
    page = read_page(client.get(f"/c/{token}/qr").text)

    assert faults_of(page) == []
    assert page.loads == ["/favicon.svg"]


def test_company_without_a_person_is_named_once(client: FlaskClient) -> None:
    answer = client.get(f"/c/{COMPANY_CARD}/qr")

    assert answer.text.split("<main")[1].count("Le Moulin à Café</") == 1


def test_page_is_revalidated_and_light(client: FlaskClient) -> None:
    first = client.get(f"/c/{ZOE_CARD}/qr", headers={"Accept-Encoding": "br"})
    again = client.get(
        f"/c/{ZOE_CARD}/qr",
        headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]},
    )

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert again.status_code == 304
    assert len(first.data) <= 5_000


def test_hidden_company_is_not_told(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        update_profile(db, replace(ZOE, visible=frozenset()))

    answer = site.client().get(f"/c/{ZOE_CARD}/qr")

    assert "Lefèvre" in answer.text
    assert "Dupont" not in answer.text


@pytest.mark.parametrize("state", ["ordered", "encoded", "suspended", "unclaimed"])
def test_card_that_is_not_active_has_no_code(client: FlaskClient, site: Site, state: str) -> None:
    token = next(token for kind, token in site.cards.items() if kind == state)

    answers = [client.get(f"/c/{each}/qr") for each in (token, UNKNOWN)]

    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].data == answers[1].data


@pytest.mark.parametrize("go", [lambda path: path, lambda path: path.replace("/p/", "/P/")])
def test_profiles_code_is_gone_with_its_last_card(tmp_path: Path, go: Callable[[str], str]) -> None:
    site = make_shared(tmp_path)
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        set_card_state(db, ZOE_CARD, "retired", NOW)

    assert site.client().get(go(f"/p/{SLUG}/qr")).status_code == 410
