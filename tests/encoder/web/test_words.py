"""The page's words: each language has them all, for everything that can happen."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from encoder import errors
from encoder.errors import EncoderError, Failure, Refusal
from encoder.web.board import PanelState, Phase, PrintState
from encoder.web.trouble import OTHER_TROUBLE, TROUBLES, trouble_of
from encoder.web.words import LANGUAGES, words_in

PAGE = Path(__file__).parents[3]
PLACE = re.compile(r"\{\w+\}")


def flat(words: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """All entries with their whole names."""
    entries: dict[str, str] = {}
    for name, value in words.items():
        if isinstance(value, dict):
            entries |= flat(value, f"{prefix}{name}.")
        else:
            entries[f"{prefix}{name}"] = value
    return entries


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_entries_with_the_same_places(language: str) -> None:
    own, french = flat(words_in(language)), flat(words_in("fr"))

    assert own.keys() == french.keys()
    for name, words in own.items():
        assert words.strip(), name
        assert sorted(PLACE.findall(words)) == sorted(PLACE.findall(french[name])), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_says_why_and_what_to_do(language: str) -> None:
    words = words_in(language)

    for table, reasons in (("refused", get_args(Refusal)), ("failed", get_args(Failure))):
        assert set(words[table]) == set(reasons)
        assert all(set(said) == {"why", "do"} for said in words[table].values())
    assert set(words["trouble"]) == set(TROUBLES)


def test_missing_reason_would_be_noticed() -> None:
    words = words_in("fr")
    del words["refused"]["bad-cc"]

    assert set(words["refused"]) != set(get_args(Refusal))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_title_an_icon_a_colour_and_a_tune(language: str) -> None:
    titles = words_in(language)["state"]
    states = {*get_args(Phase), *get_args(PanelState)} - {"working"}
    icons = (PAGE / "templates/station/icons.html").read_text(encoding="utf-8")
    style = (PAGE / "static/station/station.css").read_text(encoding="utf-8")
    tunes = (PAGE / "static/station/sounds.js").read_text(encoding="utf-8")

    assert states <= set(titles)
    for state in ("lay", "hold", "take", "known", "refused", "failed", "lost"):
        assert f'id="icon-{state}"' in icons
        assert f'[data-state="{state}"]' in style
        assert f"  {state}: [[" in tunes


def test_no_two_states_share_a_tune_unless_they_mean_the_same() -> None:
    tunes = (PAGE / "static/station/sounds.js").read_text(encoding="utf-8")
    found = dict(re.findall(r'^  "?([\w-]+)"?: (\[\[.*\]\]),$', tunes, re.MULTILINE))
    del found["reader-lost"]  # the same as `lost`, of one reader

    assert len(found) > 10
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_state_has_words(language: str) -> None:
    assert set(words_in(language)["print"]) == set(get_args(PrintState))


def test_every_error_has_words() -> None:
    kinds = [cls for cls in vars(errors).values() if isinstance(cls, type)]
    tree = [cls for cls in kinds if issubclass(cls, EncoderError)]

    told = {cls.__name__: trouble_of(cls.__new__(cls))["kind"] for cls in tree}

    assert set(told.values()) <= set(TROUBLES)
    assert told["SiteAwayError"] == "site-away"
    assert told["QrSizeError"] == "layout"
    assert told["EncoderError"] == OTHER_TROUBLE
