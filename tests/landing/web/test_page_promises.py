"""No page runs a script, styles by attribute, or asks anything of another host."""

import pytest
from flask.testing import FlaskClient

from landing.profile.pictures import LOGO_BUDGET, PHOTO_BUDGET
from tests.landing.web.cast import COMPANY_CARD, MARC_CARD, ZOE_CARD
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


def faults_of(page: Page) -> list[str]:
    """Name the promises that a page breaks."""
    kinds = {
        "script": [page.scripts] if page.scripts else [],
        "style attribute": page.style_attributes,
        "event handler": page.handlers,
        "foreign load": page.foreign_loads,
        "style from elsewhere": [] if len(page.styles) == 1 else [len(page.styles)],
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


def test_the_page_leaves_its_pictures_room_in_a_first_view_of_14_kb(client: FlaskClient) -> None:
    for encoding in ("gzip", "br"):
        answer = client.get(f"/c/{ZOE_CARD}", headers={"Accept-Encoding": encoding})
        page = len(answer.data)

        assert page <= 4_000
        assert page + PHOTO_BUDGET + LOGO_BUDGET <= 14_000


def test_the_pictures_of_the_first_view_keep_their_budget(client: FlaskClient) -> None:
    page = read_page(client.get(f"/c/{ZOE_CARD}").text)
    pictures = [url for url in page.loads if url.endswith(".webp")]

    sizes = [len(client.get(url).data) for url in pictures]

    assert len(pictures) == 2
    assert sum(sizes) <= 10_000
