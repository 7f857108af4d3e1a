"""Which language a visitor reads: asked in the address, preferred, the profile's, or French."""

import re

import flask_babel
from babel import Locale, UnknownLocaleError
from flask import g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from landing.languages import DEFAULT_LANGUAGE, languages

_REGION = re.compile("[A-Za-z]{2}", re.ASCII)


def choose_language(asked: str | None, accepted: LanguageAccept, profile: str | None) -> str:
    """Choose among our languages; ``profile`` is BCP 47, such as ``en-GB``."""
    if asked in languages():
        return asked
    best = _best(accepted)
    if best is not None:
        return best
    spoken = (profile or "").split("-")[0].lower()
    return spoken if spoken in languages() else DEFAULT_LANGUAGE


def language() -> str:
    """Tell the language of this request, one of ``languages()``."""
    return choose_language(
        request.args.get("lang"), request.accept_languages, g.get("profile_language")
    )


def region() -> str:
    """Tell the country that the visitor's browser names first, as ``FR``; empty when none.

    It is only for how numbers and addresses are written: a phone bought in France says fr-FR.
    """
    return _first_region(request.accept_languages)


def reading_locale() -> Locale:
    """The language of the page, as it is written in the country that the browser names."""
    try:
        return Locale(language(), territory=region() or None)
    except UnknownLocaleError:
        return Locale(language())


def named_language(accept_language: str) -> str | None:
    """Tell which of our languages a header likes best; None when it names none of them."""
    return _best(parse_accept_header(accept_language, LanguageAccept))


def named_region(accept_language: str) -> str:
    """Tell the country that a header names first, as ``region`` does."""
    return _first_region(parse_accept_header(accept_language, LanguageAccept))


def _best(accepted: LanguageAccept) -> str | None:
    named = LanguageAccept([(tag, quality) for tag, quality in accepted if tag != "*"])
    return named.best_match(languages())


def _first_region(accepted: LanguageAccept) -> str:
    tag = next((tag for tag, _ in accepted), "")
    return next((part.upper() for part in tag.split("-")[1:] if _REGION.fullmatch(part)), "")


def asked_language() -> str | None:
    """Tell the language that the address itself asks for, so that links can keep it."""
    asked = request.args.get("lang")
    return asked if asked in languages() else None


def fall_back_on(profile_language: str) -> None:
    """Let the profile's language count where the visitor named none of ours."""
    g.profile_language = profile_language
    flask_babel.refresh()
