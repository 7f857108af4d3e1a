"""The tap page shows every field that its owner shows, and no other."""

from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from landing.profile.model import MASKABLE, Link
from landing.web.card_view import Row, card_view
from landing.web.tap_page import Places, tap_page
from tests.landing.web.cast import (
    COMPANY,
    COMPANY_CARD,
    MARC_CARD,
    ZOE,
    ZOE_CARD,
    Site,
    profile_with,
)
from tests.landing.web.pages import read_page

MAP = "https://www.openstreetmap.org/search?query="
SHOWN = {
    "function": "Responsable commerciale",
    "company": "Dupont Industries",
    "mobile": "12 34 56 78",
    "phone": "61 00 00 00",
    "fax": "61 00 00 01",
    "email": "zoe.lefevre@",
    "street": "rue de Caumont",
    "postcode": "31000",
    "city": "Toulouse",
    "country": "France",
    "website": "www.dupont-industries",
    "links": "LinkedIn",
    "photo": ZOE.photo,
    "logo": ZOE.logo,
}
FRENCH = {"Accept-Language": "fr"}
PLACES = Places(contact="/c/x/contact.vcf", connect="/c/x/connect", qr="/c/x/qr")


def _rows(site: Site, language: str = "fr", **fields: object) -> tuple[Row, ...]:
    with site.app.test_request_context(f"/?lang={language}"):
        view = card_view(profile_with(**fields), language, "")
    return (*view.rows, *view.links)


def test_a_stranger_sees_who_it_is(client: FlaskClient) -> None:
    words = read_page(client.get(f"/c/{ZOE_CARD}", headers=FRENCH).text).words

    for shown in ("Zoé Lefèvre", "Responsable commerciale", "Dupont Industries"):
        assert shown in words


def test_the_two_buttons_come_before_every_detail(client: FlaskClient) -> None:
    links = read_page(client.get(f"/c/{ZOE_CARD}", headers=FRENCH).text).links

    first, second = links[:2]

    assert first["href"] == f"/c/{ZOE_CARD}/contact.vcf"
    assert "download" not in first
    assert second["href"] == f"/c/{ZOE_CARD}/connect"


def test_the_form_keeps_the_channel_of_the_card(client: FlaskClient) -> None:
    links = read_page(client.get(f"/Q/{ZOE_CARD}").text).links

    assert links[1]["href"] == f"/q/{ZOE_CARD}/connect"


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("tel:+33612345678", "+33 6 12 34 56 78"),
        ("tel:+33561000000;ext=12", "+33 5 61 00 00 00"),
        ("mailto:zoe.lefevre@dupont-industries.example", "zoe.lefevre@dupont-industries.example"),
        ("https://www.dupont-industries.example/", "dupont-industries.example"),
        ("https://social.example/in/zoe-lefevre", "LinkedIn"),
        ("https://dupont-industries.example/catalogue", "Catalogue 2026"),
        (
            f"{MAP}28%20rue%20de%20Caumont%2C%2031000%20Toulouse%2C%20France",
            "28 rue de Caumont",
        ),
    ],
)
def test_every_detail_can_be_touched(client: FlaskClient, href: str, words: str) -> None:
    page = read_page(client.get(f"/c/{ZOE_CARD}", headers=FRENCH).text)

    assert href in [link["href"] for link in page.links]
    assert words in page.words


def test_a_fax_number_is_read_not_dialled(client: FlaskClient) -> None:
    page = read_page(client.get(f"/c/{ZOE_CARD}").text)

    assert "+33 5 61 00 00 01" in page.words
    assert not any("561000001" in link["href"] for link in page.links)


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36"


@pytest.mark.parametrize(
    ("agent", "language", "said"),
    [
        (IPHONE, "fr", "La fiche s’affiche : touchez « Créer un nouveau contact », puis « OK »."),
        (IPHONE, "en", "The contact appears: tap “Create New Contact”, then “Done”."),
        (ANDROID, "fr", "Un fichier se télécharge : touchez « Ouvrir », puis acceptez"),
        (ANDROID, "en", "A file is downloaded: tap “Open”, then accept to add it"),
        ("", "fr", "Votre téléphone montre la fiche, ou un fichier à ouvrir : acceptez"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "en", "Your phone shows the contact, or a file to"),
    ],
)
def test_the_save_button_tells_what_the_phone_asks_next(
    client: FlaskClient, agent: str, language: str, said: str
) -> None:
    headers = {"Accept-Language": language, "User-Agent": agent}

    answer = client.get(f"/c/{ZOE_CARD}", headers=headers)

    assert said in read_page(answer.text).words.replace("\u00a0", " ")
    assert answer.headers["Vary"] == "Accept-Encoding, Accept-Language, User-Agent"


def test_only_the_mobile_is_written_to(client: FlaskClient) -> None:
    links = read_page(client.get(f"/c/{ZOE_CARD}", headers=FRENCH).text).links

    texts = [link for link in links if link["href"].startswith("sms:")]

    assert [(link["href"], link["aria-label"]) for link in texts] == [
        ("sms:+33612345678", "Écrire un SMS")
    ]


def test_a_mobile_with_an_extension_is_not_written_to(site: Site) -> None:
    (row,) = _rows(site, mobile="+33612345678;ext=12")

    assert row.text_href == ""


def test_without_a_portrait_there_are_initials(client: FlaskClient) -> None:
    html = client.get(f"/c/{MARC_CARD}").text
    page = read_page(html)

    assert ">MN</text></svg>" in html
    assert '<svg class="face" viewBox="0 0 96 96" aria-hidden="true">' in html
    assert page.images == []


def test_a_company_card_bears_the_companys_name_once(client: FlaskClient) -> None:
    html = client.get(f"/c/{COMPANY_CARD}").text

    assert "<h1><bdi>Le Moulin à Café</bdi></h1>" in html
    assert read_page(html).words.count("Le Moulin à Café") == 2  # in the title and once below
    assert 'class="company"' not in html


@pytest.mark.parametrize("name", MASKABLE)
def test_a_hidden_field_is_nowhere_in_the_page(site: Site, name: str) -> None:
    hidden = replace(ZOE, visible=ZOE.visible - {name}).as_seen()
    with site.app.test_request_context("/"):
        shown, masked = card_view(ZOE, "fr", ""), card_view(hidden, "fr", "")

    assert SHOWN[name] in repr(shown)
    assert SHOWN[name] not in repr(masked)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_country_is_named_in_the_readers_language(site: Site, language: str) -> None:
    (row,) = _rows(site, language, city="Köln", country="DE")

    assert row.lines == ("Köln", {"fr": "Allemagne", "en": "Germany"}[language])


def test_a_country_alone_leads_to_no_map(site: Site) -> None:
    (row,) = _rows(site, country="FR")

    assert (row.lines, row.href) == (("France",), "")


def test_a_number_that_cannot_be_read_is_shown_as_it_is(site: Site) -> None:
    (row,) = _rows(site, mobile="sur demande")

    assert (row.lines, row.href) == (("sur demande",), "")


def test_an_extension_is_named_beside_its_number(site: Site) -> None:
    (row,) = _rows(site, phone="+33561000000;ext=12")

    assert row.lines == ("+33 5 61 00 00 00", "Poste 12")


@pytest.mark.parametrize("email", ["a+b@x.example", "o'neil@x.example", "a?cc=b@x.example"])
def test_an_address_cannot_add_headers_to_the_mail(site: Site, email: str) -> None:
    (row,) = _rows(site, email=email)

    assert "?" not in row.href
    assert "&" not in row.href


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"


def test_words_of_the_owner_stay_words(site: Site) -> None:
    fields = dict.fromkeys(("function", "company", "street", "city", "mobile", "fax"), HOSTILE)
    profile = profile_with(
        given_name=HOSTILE,
        links=(Link(label=HOSTILE, url="https://x.example/?q=%22%3E"),),
        visible=frozenset(MASKABLE),
        **fields,
    )
    with site.app.test_request_context("/"):
        html = tap_page(profile, PLACES, "other").get_data(True)

    page = read_page(html)

    assert page.scripts == 0
    assert page.handlers == []
    assert page.images == []
    assert html.count("{{ 7*7 }}") >= 7
    assert HOSTILE in unescape(html)


def test_a_company_that_hides_all_it_can_keeps_its_name(site: Site) -> None:
    bare = replace(COMPANY, visible=frozenset()).as_seen()
    with site.app.test_request_context("/"):
        view = card_view(bare, "fr", "")

    assert (view.name, view.rows, view.links) == ("Le Moulin à Café", (), ())


def test_what_a_chip_mirrors_into_the_address_changes_nothing(client: FlaskClient) -> None:
    plain = client.get(f"/c/{ZOE_CARD}", headers=FRENCH)

    mirrored = client.get(f"/c/{ZOE_CARD}?m=04A1B2C3D4E580x00002A", headers=FRENCH)

    assert (mirrored.status_code, mirrored.data) == (200, plain.data)
