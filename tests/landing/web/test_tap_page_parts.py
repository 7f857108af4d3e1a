"""The smaller parts of the tap page: its face, its colours, the note, the way to the code."""

import re
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient

from landing.profile.model import Profile
from landing.web.tap_page import Places, tap_page
from tests.landing.web.cast import COMPANY, LOGO, MARC, PHOTO, ZOE, ZOE_CARD, Site, profile_with
from tests.landing.web.pages import read_page
from tests.landing.web.test_page_promises import faults_of

PLACES = Places(contact="/c/x/contact.vcf", connect="/c/x/connect", qr="/c/x/qr")


@dataclass(frozen=True, slots=True)
class Answer:
    """A tap page and its policy."""

    text: str
    policy: str


def _answer(site: Site, profile: Profile = ZOE, places: Places = PLACES) -> Answer:
    with site.app.test_request_context("/", headers={"Accept-Language": "fr-FR"}):
        response = site.app.process_response(tap_page(profile, places, "ios"))
    return Answer(response.get_data(as_text=True), response.headers["Content-Security-Policy"])


def _face(html: str) -> str:
    (face,) = re.findall(r'<(?:svg|img) class="face[^>]*>(?:.*?</svg>)?', html)
    return str(face)


@pytest.mark.parametrize("place", ["contact", "connect", "qr"])
def test_a_place_that_is_not_there_has_no_button(site: Site, place: str) -> None:
    places = replace(PLACES, **{place: ""})

    html = _answer(site, places=places).text

    assert f"/c/x/{place}" not in html
    assert html.count("/c/x/") == {"contact": 2, "connect": 3, "qr": 3}[place]
    assert ("<details>" in html) == (place != "contact")


def test_the_note_goes_to_the_contact_file_and_keeps_the_language(site: Site) -> None:
    places = replace(PLACES, contact="/c/x/contact.vcf?lang=en&a=%22%3E")

    html = _answer(site, places=places).text

    form = html[html.index("<form") : html.index("</form>")]
    assert 'action="/c/x/contact.vcf"' in form
    assert "method" not in form  # a GET: nothing is changed
    assert '<input type="hidden" name="lang" value="en">' in form
    assert '<input type="hidden" name="a" value="&#34;&gt;">' in form
    assert '<input type="hidden" name="note" value="1">' in form
    assert 'name="place" maxlength="80"' in form
    assert html.index("<form") > html.index("Adresse")


def test_two_people_have_two_monograms_and_each_always_the_same(site: Site) -> None:
    names = ("Martin", "Moreau", "Meyer", "Morel", "Mercier", "Michel", "Masson", "Marchand")
    faces = [
        _face(_answer(site, profile_with(given_name="Alix", family_name=name)).text)
        for name in (*names, names[0])
    ]

    assert len(set(faces)) == len(names)
    assert faces[0] == faces[-1]


def test_a_company_bears_its_logo_as_its_face(site: Site) -> None:
    html = _answer(site, replace(COMPANY, logo=LOGO)).text

    assert _face(html).startswith('<img class="face emblem"')
    assert len(read_page(html).images) == 1


def test_a_person_without_portrait_has_letters_beside_the_logo(site: Site) -> None:
    html = _answer(site, replace(MARC, logo=LOGO)).text

    assert ">MN</text>" in _face(html)
    assert len(read_page(html).images) == 1


def test_a_picture_has_its_room_before_it_comes(site: Site) -> None:
    images = read_page(_answer(site, replace(ZOE, photo=PHOTO)).text).images

    assert [(image["width"], image["height"]) for image in images] == [
        ("224", "224"),
        ("224", "112"),
    ]
    assert [image.get("fetchpriority") for image in images] == ["high", None]


def test_a_companys_colour_is_a_second_style_that_the_policy_names(site: Site) -> None:
    response = _answer(site, replace(ZOE, colour="#c8102e"))

    page = read_page(response.text)
    one, other = page.style_hashes
    assert f"; style-src {one} {other}; form-action" in response.policy
    assert "--fill:#c8102e" in page.styles[1]
    assert faults_of(page, styles=2) == []


def test_a_colour_changes_nothing_but_its_own_style(site: Site) -> None:
    plain, coloured = (_answer(site, replace(ZOE, colour=c)).text for c in ("", "#0f3a46"))

    uncoloured = re.sub(r"<style>:root\{--accent[^<]*</style>\n", "", coloured)

    assert re.sub(r'content="#[0-9a-f]{6}"', "", uncoloured) == re.sub(
        r'content="#[0-9a-f]{6}"', "", plain
    )


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345", "</style><script>"])
def test_what_is_no_colour_is_not_written(site: Site, colour: str) -> None:
    page = read_page(_answer(site, replace(ZOE, colour=colour)).text)

    assert len(page.styles) == 1
    assert page.scripts == 0


@pytest.mark.parametrize("name", ["فاطمة العلي", "נועה כהן", "Zoé Lefèvre"])
def test_a_name_runs_in_its_own_direction(site: Site, name: str) -> None:
    given, family = name.split()
    fields = {"given_name": given, "family_name": family, "function": name, "company": name}

    html = _answer(site, profile_with(**fields, mobile="+33612345678")).text

    assert html.count(f"<bdi>{name}</bdi>") == 3
    assert '<bdi dir="ltr">06 12 34 56 78</bdi>' in html


def test_every_way_from_a_qr_visit_stays_one(client: FlaskClient) -> None:
    page = read_page(client.get(f"/Q/{ZOE_CARD}").text)

    ours = [link["href"] for link in page.links if ZOE_CARD in link["href"]]

    assert len(ours) >= 3
    assert {href[:3] for href in ours} == {"/q/"}
