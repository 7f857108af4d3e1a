"""Two languages, complete, and the visitor's choice before the owner's."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2 import Environment
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from landing.web.catalogues import (
    catalogue_path,
    catalogues,
    compiled,
    read_catalogue,
    untranslated,
    words_in_use,
)
from landing.web.language import choose_language
from landing.web.resources import resource_dir
from tests.landing.web.cast import MARC_CARD, UNKNOWN, ZOE_CARD
from tests.landing.web.pages import read_page


@pytest.mark.parametrize(
    ("asked", "accepted", "profile", "chosen"),
    [
        ("en", "fr", "fr", "en"),
        ("fr", "en", "en", "fr"),
        ("de", "en", "fr", "en"),
        ("", "en-GB,en;q=0.9", "fr", "en"),
        (None, "fr-CA", "en", "fr"),
        (None, "de, en;q=0.4", "fr", "en"),
        (None, "de", "en", "en"),
        (None, "de", "fr", "fr"),
        (None, "*", "en", "en"),
        (None, "", "en-GB", "en"),
        (None, "", "de", "fr"),
        (None, "", "", "fr"),
        (None, "", None, "fr"),
        (None, "fr;q=0, en;q=0", None, "fr"),
        ("../../etc", "\x00;q=x", None, "fr"),
    ],
)
def test_a_language_is_chosen(
    asked: str | None, accepted: str, profile: str | None, chosen: str
) -> None:
    language = choose_language(asked, parse_accept_header(accepted, LanguageAccept), profile)

    assert language == chosen


@pytest.mark.parametrize(
    ("token", "query", "accepted", "language"),
    [
        (ZOE_CARD, "", None, "fr"),
        (MARC_CARD, "", None, "en"),
        (MARC_CARD, "", "fr", "fr"),
        (ZOE_CARD, "", "en", "en"),
        (ZOE_CARD, "?lang=en", "fr", "en"),
        (UNKNOWN, "", None, "fr"),
        (UNKNOWN, "?lang=en", None, "en"),
    ],
)
def test_a_page_says_its_language(
    client: FlaskClient, token: str, query: str, accepted: str | None, language: str
) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}

    answer = client.get(f"/c/{token}{query}", headers=headers)

    assert read_page(answer.text).language == language
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("path", [f"/c/{ZOE_CARD}", f"/c/{UNKNOWN}", "/"])
@pytest.mark.parametrize(("language", "other"), [("fr", "en"), ("en", "fr")])
def test_every_page_offers_the_other_language(
    client: FlaskClient, path: str, language: str, other: str
) -> None:
    page = read_page(client.get(path, headers={"Accept-Language": language}).text)

    (switch,) = [link for link in page.links if "hreflang" in link]

    assert (switch["href"], switch["hreflang"], switch["lang"]) == (f"?lang={other}", other, other)


def test_a_chosen_language_is_kept_from_page_to_page(client: FlaskClient) -> None:
    links = read_page(client.get(f"/c/{ZOE_CARD}?lang=en").text).links

    hrefs = [link["href"] for link in links]

    assert f"/c/{ZOE_CARD}/connect?lang=en" in hrefs
    assert "/privacy?lang=en" in hrefs


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parts[-3])
def test_every_language_has_a_word_for_every_word(path: Path) -> None:
    missing = [str(message.id) for message in untranslated(read_catalogue(path))]

    assert missing == []


def test_one_catalogue_more_is_one_language_more(tmp_path: Path) -> None:
    package = resource_dir("templates").parent
    for name in ("landing", "templates", "static"):
        shutil.copytree(package / name, tmp_path / name)
    catalogue = read_catalogue(catalogue_path())
    for message in catalogue:
        message.string = ""
    catalogue.locale = "de"
    catalogue["Save the contact"].string = "Kontakt speichern"
    folder = tmp_path / "landing" / "translations" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text("", "utf-8")
    (folder / "messages.mo").write_bytes(compiled(catalogue))

    said = subprocess.run(
        [sys.executable, "-c", GERMAN, tmp_path / "site"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    assert said.stdout.split("\n")[:3] == ["de", "Kontakt speichern", "True"]


def test_the_french_catalogue_has_the_words_in_use_and_no_others() -> None:
    in_use = {message.id for message in words_in_use() if message.id}

    kept = {message.id for message in read_catalogue(catalogue_path()) if message.id}

    assert kept == in_use


def test_a_translation_keeps_the_names_to_fill_in() -> None:
    slots = re.compile(r"%\(\w+\)s")

    for message in read_catalogue(catalogue_path()):
        found = sorted(set(slots.findall(str(message.string))))
        assert found == sorted(set(slots.findall(str(message.id)))) or not message.id


def test_the_compiled_catalogue_is_up_to_date() -> None:
    path = catalogue_path()

    assert path.with_suffix(".mo").read_bytes() == compiled(read_catalogue(path))


def test_a_stale_compiled_catalogue_would_be_noticed() -> None:
    path = catalogue_path()
    catalogue = read_catalogue(path)
    catalogue["Save the contact"].string = "Garder le contact"

    assert path.with_suffix(".mo").read_bytes() != compiled(catalogue)


def test_a_word_without_translation_would_be_noticed() -> None:
    catalogue = read_catalogue(catalogue_path())
    catalogue.add("A new word", "")

    assert [message.id for message in untranslated(catalogue)] == ["A new word"]


GERMAN = f"""
import sys
from pathlib import Path
from tests.landing.web.cast import ZOE_CARD, make_site
visitor = make_site(Path(sys.argv[1])).client()
for query, headers in (("", {{"Accept-Language": "de-AT"}}), ("?lang=de", {{}})):
    page = visitor.get("/c/{ZOE_CARD}" + query, headers=headers).text
    form = visitor.get("/c/{ZOE_CARD}/connect" + query, headers=headers)
    assert form.status_code == 200 and "I agree that WEMET" in form.text
    print(page.partition('lang="')[2][:2])
    print("Kontakt speichern" if "Kontakt speichern" in page else page)
    print('hreflang="fr"' in page and 'hreflang="en"' in page and 'hreflang="de"' not in page)
"""

ALIKE = {"WeCard", "English", "Français", "autofocus"}


def bare_words(source: str) -> Iterator[str]:
    """Find words in a template that stand in every language alike."""
    text = "".join(
        value if kind == "data" else "\x01"
        for _, kind, value in Environment(autoescape=True).lex(source)
        if kind in ("data", "variable_begin", "block_begin")
    )
    text = re.sub(r"<(style|svg)\b.*?</\1>", "", text, flags=re.DOTALL)
    attributes = re.findall(r'\b(?:alt|title|aria-label|placeholder)="([^"]*)"', text)
    text = re.sub(r'[a-z-]+="[^"]*"', "", text)
    for words in re.split(r"[\x01\s]*\x01[\x01\s]*|<[^>]*>", text) + attributes:
        words = words.strip()
        if re.search(r"[A-Za-zÀ-ÿ]{2}", words) and words not in ALIKE:
            yield words


def test_no_template_has_words_of_one_language_only() -> None:
    templates = [
        path for path in resource_dir("templates").rglob("*.html") if "station" not in path.parts
    ]

    found = {path.name: list(bare_words(path.read_text("utf-8"))) for path in templates}

    assert len(templates) >= 6
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "broken", ["<p>Bonjour</p>", '<img alt="Portrait">', "<p>{{ name }} est parti</p>"]
)
def test_a_word_of_one_language_would_be_noticed(broken: str) -> None:
    assert list(bare_words(broken))
