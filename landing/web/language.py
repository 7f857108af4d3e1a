"""Which language a visitor reads: asked in the address, preferred, the profile's, or French."""

import flask_babel
from flask import g, request
from werkzeug.datastructures import LanguageAccept

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"


def choose_language(asked: str | None, accepted: LanguageAccept, profile: str | None) -> str:
    """Choose among our languages; ``profile`` is BCP 47, such as ``en-GB``."""
    if asked in LANGUAGES:
        return asked
    named = LanguageAccept([(tag, quality) for tag, quality in accepted if tag != "*"])
    best = named.best_match(LANGUAGES)
    if best is not None:
        return best
    spoken = (profile or "").split("-")[0].lower()
    return spoken if spoken in LANGUAGES else DEFAULT_LANGUAGE


def language() -> str:
    """Tell the language of this request: ``fr`` or ``en``."""
    return choose_language(
        request.args.get("lang"), request.accept_languages, g.get("profile_language")
    )


def region() -> str:
    """Tell the country that the visitor's browser names first, as ``FR``; empty when none.

    It is only for how numbers and addresses are written: a phone bought in France says fr-FR.
    """
    tag = next((tag for tag, _ in request.accept_languages), "")
    return next((part.upper() for part in tag.split("-")[1:] if len(part) == 2), "")


def asked_language() -> str | None:
    """Tell the language that the address itself asks for, so that links can keep it."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def fall_back_on(profile_language: str) -> None:
    """Let the profile's language count where the visitor named none of ours."""
    g.profile_language = profile_language
    flask_babel.refresh()
