"""How a profile reads on the tap page: lines, labels and links, in the visitor's language."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

import babel
import phonenumbers
from flask_babel import gettext as _

from landing.profile.model import Profile
from landing.profile.pictures import (
    LOGO_PNG,
    LOGO_WEBP,
    PHOTO_JPEG,
    PHOTO_WEBP,
    rendition_name,
)

Kind = Literal["mobile", "phone", "fax", "email", "address", "website", "link"]

_MAP = "https://www.openstreetmap.org/search?query="


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One detail: what it is, how it reads, and what a touch does; no ``href``, no touch."""

    kind: Kind
    label: str
    lines: tuple[str, ...]
    href: str = ""

    @property
    def leaves(self) -> bool:
        """Whether a touch opens somebody else's site."""
        return self.href.startswith(("https:", "http:"))

    @property
    def is_number(self) -> bool:
        """Whether it is dialled, and so must not be broken over two lines."""
        return self.kind in ("mobile", "phone", "fax")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The address of a picture in WebP, and in a form that older browsers draw."""

    webp: str
    older: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """All that the tap page shows."""

    name: str
    function: str
    company: str
    initials: str
    portrait: Picture | None
    logo: Picture | None
    rows: tuple[Row, ...]
    links: tuple[Row, ...]


def card_view(profile: Profile, language: str) -> CardView:
    """Lay out a profile, already masked, for a reader of ``language``."""
    is_person = bool(profile.given_name or profile.family_name)
    return CardView(
        name=profile.display_name,
        function=profile.function,
        company=profile.company if is_person else "",
        initials=_initials(profile),
        portrait=_picture(profile.photo, PHOTO_WEBP, PHOTO_JPEG),
        logo=_picture(profile.logo, LOGO_WEBP, LOGO_PNG),
        rows=(*_numbers(profile), *_email(profile), *_address(profile, language), *_site(profile)),
        links=tuple(
            Row(kind="link", label=_bare(link.url), lines=(link.label,), href=link.url)
            for link in profile.links
        ),
    )


def _picture(digest: str, webp: str, older: str) -> Picture | None:
    if not digest:
        return None
    return Picture(
        webp="/m/" + rendition_name(digest, webp), older="/m/" + rendition_name(digest, older)
    )


def _initials(profile: Profile) -> str:
    words = [profile.given_name, profile.family_name]
    if not any(words):
        words = profile.company.split()[:2]
    return "".join(word[0] for word in words if word).upper()


def _numbers(profile: Profile) -> list[Row]:
    numbers: list[tuple[Kind, str, str]] = [
        ("mobile", _("Mobile"), profile.mobile),
        ("phone", _("Phone"), profile.phone),
        ("fax", _("Fax"), profile.fax),
    ]
    return [_number(kind, label, written) for kind, label, written in numbers if written]


def _number(kind: Kind, label: str, written: str) -> Row:
    try:
        number = phonenumbers.parse(written)
    except phonenumbers.NumberParseException:
        return Row(kind=kind, label=label, lines=(written,))
    extension, number.extension = number.extension, None
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    lines = (shown, _("Extension %(number)s", number=extension)) if extension else (shown,)
    # A fax number is to be read: a touch that dials it would meet a whistle.
    return Row(kind=kind, label=label, lines=lines, href="" if kind == "fax" else f"tel:{written}")


def _email(profile: Profile) -> list[Row]:
    if not profile.email:
        return []
    href = "mailto:" + quote(profile.email, safe="@")
    return [Row(kind="email", label=_("E-mail"), lines=(profile.email,), href=href)]


def _address(profile: Profile, language: str) -> list[Row]:
    town = " ".join(part for part in (profile.postcode, profile.city) if part)
    lines = tuple(
        line for line in (profile.street, town, _country(profile.country, language)) if line
    )
    if not lines:
        return []
    located = bool(profile.street or profile.city)
    href = _MAP + quote(", ".join(lines), safe="") if located else ""
    label = _("Address, opens openstreetmap.org") if located else _("Address")
    return [Row(kind="address", label=label, lines=lines, href=href)]


def _country(code: str, language: str) -> str:
    return str(babel.Locale.parse(language).territories.get(code, code))


def _site(profile: Profile) -> list[Row]:
    if not profile.website:
        return []
    shown = _bare(profile.website)
    return [Row(kind="website", label=_("Website"), lines=(shown,), href=profile.website)]


def _bare(url: str) -> str:
    """Leave out of an address what says nothing to a reader."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return parts.path
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/")
