"""No page runs a script, styles by attribute, or asks anything of another host."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from landing.profile.model import Link, Profile
from landing.profile.pictures import LOGO_BUDGET, PHOTO_BUDGET
from landing.storage.database import open_database
from landing.storage.profiles import update_profile
from tests.landing.web.cast import COMPANY_CARD, MARC_CARD, ZOE, ZOE_CARD, make_site
from tests.landing.web.pages import Page, read_page

PATHS = (
    "/",
    "/?code=x",
    f"/c/{ZOE_CARD}",
    f"/c/{MARC_CARD}",
    f"/c/{COMPANY_CARD}",
    f"/c/{ZOE_CARD}/connect",
    "/privacy",
    "/nowhere",
)
OWN_SCHEMES = ("https:", "http:")
FRENCH = {"Accept-Language": "fr-FR"}


def faults_of(page: Page, *, styles: int = 1) -> list[str]:
    """Name the promises that a page breaks; it has this many styles of its own."""
    kinds = {
        "script": [page.scripts] if page.scripts else [],
        "style attribute": page.style_attributes,
        "event handler": page.handlers,
        "foreign load": page.foreign_loads,
        "style from elsewhere": [] if len(page.styles) == styles else [len(page.styles)],
        "import in the style": ["@import"] if "@import" in "".join(page.styles) else [],
        "address in the style": ["url("] if "url(" in "".join(page.styles) else [],
    }
    return [kind for kind, found in kinds.items() if found]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_keeps_every_promise(client: FlaskClient, path: str, language: str) -> None:
    page = read_page(client.get(path, headers={"Accept-Language": language}).text)

    assert page.language == language
    assert faults_of(page) == []


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("script", "<script>track()</script>"),
        ("style attribute", '<p style="color:red">'),
        ("event handler", '<p onclick="x()">'),
        ("foreign load", '<img src="https://fonts.example/x.png">'),
        ("foreign load", '<img srcset="//cdn.example/x.png">'),
        ("foreign load", '<link rel="stylesheet" href="https://fonts.example/x.css">'),
        ("style from elsewhere", "<style>p{}</style>"),
        ("import in the style", "<style>@import 'x'</style>"),
        ("address in the style", "<style>p{background:url(/x.png)}</style>"),
    ],
)
def test_a_broken_promise_would_be_noticed(client: FlaskClient, fault: str, broken: str) -> None:
    html = client.get(f"/c/{ZOE_CARD}").text.replace("</main>", f"{broken}</main>")

    assert fault in faults_of(read_page(html))


def test_links_to_other_sites_tell_them_nothing(client: FlaskClient) -> None:
    page = read_page(client.get(f"/c/{ZOE_CARD}").text)

    leaving = [link for link in page.links if link["href"].startswith(OWN_SCHEMES)]

    assert len(leaving) == 4  # the map, the website, two links
    assert {link["rel"] for link in leaving} == {"noopener noreferrer nofollow ugc"}
    assert not any("target" in link for link in page.links)


def test_pictures_say_what_they_show_and_keep_their_room(client: FlaskClient) -> None:
    page = read_page(client.get(f"/c/{ZOE_CARD}", headers={"Accept-Language": "fr"}).text)

    assert [image["alt"] for image in page.images] == [
        "Portrait de Zoé Lefèvre",
        "Logo de Dupont Industries",
    ]
    assert (page.images[0]["width"], page.images[0]["height"]) == ("224", "224")


WORDS = Random(20261122)
TYPICAL_PAGE, TYPICAL_VIEW, EVERY_VIEW = 4_000, 9_000, 14_000  # bytes


def _words(length: int) -> str:
    """Words that no dictionary has, so that they are as heavy as words can be."""
    letters = "aaeeeiioubcdfglmnnpprrsstt"
    made = ""
    while len(made) < length:
        made += "".join(WORDS.choices(letters, k=WORDS.randint(4, 9))) + " "
    return made[:length].strip().title()


def _heaviest() -> Profile:
    """All fields filled, names of 60 characters, twelve links, a colour."""
    links = tuple(
        Link(label=_words(60), url=f"https://{_words(12)}.example/{_words(30)}".replace(" ", "-"))
        for _ in range(12)
    )
    words: dict[str, Any] = {name: _words(60) for name in ("function", "company", "street", "city")}
    given, family = _words(30), _words(30)
    return replace(
        ZOE, given_name=given, family_name=family, colour="#c8102e", links=links, **words
    )


def _weight(client: FlaskClient, encoding: str) -> tuple[int, int]:
    """What Zoé's page weighs, and the first view: the page, the portrait, the logo."""
    answer = client.get(f"/c/{ZOE_CARD}", headers={**FRENCH, "Accept-Encoding": encoding})
    plain = client.get(f"/c/{ZOE_CARD}", headers={**FRENCH, "Accept-Encoding": "identity"})
    pictures = [url for url in read_page(plain.text).loads if url.endswith(".webp")]
    assert len(pictures) == 2
    return len(answer.data), len(answer.data) + sum(len(client.get(url).data) for url in pictures)


def test_a_first_view_is_light(client: FlaskClient) -> None:
    page, view = _weight(client, "br")

    assert page <= TYPICAL_PAGE
    assert view <= TYPICAL_VIEW


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_heaviest_first_view_fits_the_first_round_trip(
    tmp_path_factory: pytest.TempPathFactory, encoding: str
) -> None:
    site = make_site(tmp_path_factory.mktemp("heavy"))
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        update_profile(db, _heaviest())

    page, view = _weight(site.client(), encoding)

    assert page > TYPICAL_PAGE
    assert view <= EVERY_VIEW


def test_the_heaviest_pictures_leave_a_typical_page_its_room(client: FlaskClient) -> None:
    page, _view = _weight(client, "br")

    assert page + PHOTO_BUDGET + LOGO_BUDGET <= EVERY_VIEW
