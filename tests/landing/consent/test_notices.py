"""The notices: complete, plain, and the same bytes for ever."""

import hashlib
import re

import pytest

from landing.consent.notice_text import Block, notice_page, read_blocks
from landing.consent.notices import TEXTS, VERSION, current_content, current_notice

# To change one word, raise VERSION in landing/consent/notices.py; then write the new hashes here.
PUBLISHED = {
    1: {
        "fr": "99346a532ef0d38be6a1ecd5ac70310e779e9ade958ee233f0682884599be449",
        "en": "8363c6ef2babb7b948c8bca18beb3b67b438f1f1d6013383adc835818f42b2f0",
    }
}
SAID = {
    "fr": (
        "responsables ensemble|consentement|24 mois|5 ans|OVH Cloud|en France|hors de l’Union|"
        "accéder|corriger|effacer|limiter|portabilité|opposer|retirer votre accord|"
        "après votre mort|CNIL|15 ans|ne sont ni vendues|aucune décision automatique|"
        "facultatif|Rien ne vous y oblige"
    ).split("|"),
    "en": (
        "jointly responsible|consent|24 months|5 years|OVH Cloud|in France|"
        "outside the European Union|see your data|corrected|erased|restricted|portability|object|"
        "withdraw your consent|after your death|CNIL|age of 15|not sold|no automated decision|"
        "optional|Nothing obliges you"
    ).split("|"),
}
BOTH = ["WEMET", "contact@wemet.fr", "production@wemet.fr", "TSA 80715", "75334 PARIS CEDEX 07"]
LEGALESE = re.compile(r"susmentionné|nonobstant|ledit|hereinafter|aforementioned|pursuant", re.I)


@pytest.mark.parametrize("language", TEXTS)
def test_published_version_never_changes(language: str) -> None:
    notice = current_notice(language)

    assert notice.version == VERSION
    assert notice.sha256 == PUBLISHED[VERSION][language]


@pytest.mark.parametrize("language", TEXTS)
def test_name_of_a_notice_is_the_hash_of_its_bytes(language: str) -> None:
    notice = current_notice(language)

    assert hashlib.sha256(notice.content).hexdigest() == notice.sha256
    assert current_content(notice.sha256) == notice.content


@pytest.mark.parametrize("language", TEXTS)
def test_notice_says_all_that_the_law_asks(language: str) -> None:
    text = current_notice(language).content.decode().replace("\u00a0", " ")

    assert [words for words in SAID[language] + BOTH if words not in text] == []


@pytest.mark.parametrize("language", TEXTS)
def test_notice_is_in_plain_words(language: str) -> None:
    blocks = read_blocks(TEXTS[language])
    sentences = [sentence for block in blocks for sentence in re.split(r"(?<=[.?!]) ", block.words)]

    assert not LEGALESE.search(TEXTS[language])
    assert max(len(sentence.split()) for sentence in sentences) <= 45


@pytest.mark.parametrize("language", TEXTS)
def test_notice_loads_nothing_and_runs_nothing(language: str) -> None:
    page = current_notice(language).content.decode()

    assert not re.search(r"<script|<img|<link|src=|url\(|@import| style=", page)
    assert f'<html lang="{language}">' in page


def test_languages_have_the_same_parts_in_the_same_order() -> None:
    french, english = ([block.element for block in read_blocks(TEXTS[each])] for each in TEXTS)

    assert french == english


def test_blocks_are_read_from_plain_text() -> None:
    assert read_blocks("# A\n\nb\nc\n\n- d\n- e\n  f\n\n## g\n") == [
        Block(element="h1", words="A"),
        Block(element="p", words="b c"),
        Block(element="li", words="d"),
        Block(element="li", words="e f"),
        Block(element="h2", words="g"),
    ]


def test_words_cannot_become_markup() -> None:
    page = notice_page("# <A> & B\n\n<b>", language="fr", other=("en", "English")).decode()

    assert "<title>&lt;A&gt; &amp; B</title>" in page
    assert "<p>&lt;b&gt;</p>" in page


def test_unknown_hash_is_no_current_notice() -> None:
    assert current_content("0" * 64) is None
