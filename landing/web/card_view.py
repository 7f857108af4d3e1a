"""How a profile reads on the tap page: lines, labels and links, in the reader's form."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

import babel
import phonenumbers
from flask_babel import gettext as _
from phonenumbers import PhoneNumber, PhoneNumberFormat

from landing.profile.address import town_lines
from landing.profile.model import Profile
from landing.profile.pictures import (
    LOGO_PNG,
    LOGO_WEBP,
    PHOTO_JPEG,
    PHOTO_WEBP,
    rendition_name,
)
from landing.web.monogram import Monogram, monogram

Kind = Literal["mobile", "phone", "fax", "email", "address", "website", "link"]

_MAP = "https://www.openstreetmap.org/search?query="
_LONG_NAME = 26  # letters: more are set smaller, so that the buttons stay in sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One detail: what it is, how it reads, and what a touch does; no ``href``, no touch.

    ``text_href`` writes a short message to the number.
    """

    kind: Kind
    label: str
    lines: tuple[str, ...]
    href: str = ""
    text_href: str = ""

    @property
    def leaves(self) -> bool:
        """Whether a touch opens somebody else's site."""
        return self.href.startswith(("https:", "http:"))

    @property
    def is_number(self) -> bool:
        """Whether it is dialled, and so is read from left to right in every writing."""
        return self.kind in ("mobile", "phone", "fax")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The address of a picture in WebP, and in a form that older browsers draw."""

    webp: str
    older: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """All that the tap page shows. ``monogram`` stands where there is no other face."""

    name: str
    is_long: bool
    function: str
    company: str
    monogram: Monogram | None
    portrait: Picture | None
    logo: Picture | None
    rows: tuple[Row, ...]
    links: tuple[Row, ...]

    @property
    def emblem(self) -> Picture | None:
        """The logo, where a company's card bears it as its face."""
        return None if self.portrait or self.monogram else self.logo


def card_view(profile: Profile, language: str, region: str) -> CardView:
    """Lay out a profile, already masked, for a reader of ``language`` from ``region``.

    ``region`` is ISO 3166-1 alpha-2, or empty; one for which nothing would read otherwise counts
    as none.
    """
    region = region if region in regions_that_matter(profile) else ""
    is_person = bool(profile.given_name or profile.family_name)
    has_face = profile.photo or (profile.logo and not is_person)
    return CardView(
        name=profile.display_name,
        is_long=len(profile.display_name) > _LONG_NAME,
        function=profile.function,
        company=profile.company if is_person else "",
        monogram=None if has_face else monogram(profile),
        portrait=_picture(profile.photo, PHOTO_WEBP, PHOTO_JPEG),
        logo=_picture(profile.logo, LOGO_WEBP, LOGO_PNG),
        rows=(
            *_numbers(profile, region),
            *_email(profile),
            *_address(profile, language, region),
            *_site(profile),
        ),
        links=tuple(
            Row(kind="link", label=_bare(link.url), lines=(link.label,), href=link.url)
            for link in profile.links
        ),
    )


def regions_that_matter(profile: Profile) -> frozenset[str]:
    """The countries whose readers see the page in a form of their own.

    They dial a number without its country, and need not be told the country of an address.
    """
    numbers = map(_parsed, (profile.mobile, profile.phone, profile.fax))
    regions = {_region(number) for number in numbers if number is not None}
    if profile.street or profile.city or profile.postcode:
        regions.add(profile.country)
    return frozenset(regions) - {""}


def _picture(digest: str, webp: str, older: str) -> Picture | None:
    if not digest:
        return None
    return Picture(
        webp="/m/" + rendition_name(digest, webp), older="/m/" + rendition_name(digest, older)
    )


def _numbers(profile: Profile, region: str) -> list[Row]:
    numbers: list[tuple[Kind, str, str]] = [
        ("mobile", _("Mobile"), profile.mobile),
        ("phone", _("Phone"), profile.phone),
        ("fax", _("Fax"), profile.fax),
    ]
    return [_number(kind, label, written, region) for kind, label, written in numbers if written]


def _number(kind: Kind, label: str, written: str, region: str) -> Row:
    number = _parsed(written)
    if number is None:
        return Row(kind=kind, label=label, lines=(written,))
    extension, number.extension = number.extension, None
    at_home = region != "" and _region(number) == region
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    shown = phonenumbers.format_number(number, form)
    lines = (shown, _("Extension %(number)s", number=extension)) if extension else (shown,)
    # A fax number is to be read: a touch that dials it would meet a whistle.
    return Row(
        kind=kind,
        label=label,
        lines=lines,
        href="" if kind == "fax" else f"tel:{written}",
        text_href=f"sms:{written}" if kind == "mobile" and not extension else "",
    )


def _parsed(written: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written)
    except phonenumbers.NumberParseException:
        return None


def _region(number: PhoneNumber) -> str:
    return phonenumbers.region_code_for_number(number) or ""


def _email(profile: Profile) -> list[Row]:
    if not profile.email:
        return []
    href = "mailto:" + quote(profile.email, safe="@")
    return [Row(kind="email", label=_("E-mail"), lines=(profile.email,), href=href)]


def _address(profile: Profile, language: str, region: str) -> list[Row]:
    town = town_lines(profile.postcode, profile.city, profile.country)
    local = tuple(line for line in (profile.street, *town) if line)
    country = _country(profile.country, language)
    whole = (*local, country) if country else local
    if not whole:
        return []
    shown = local if local and profile.country == region else whole
    if not (profile.street or profile.city):
        return [Row(kind="address", label=_("Address"), lines=shown)]
    href = _MAP + quote(", ".join(" ".join(line.split()) for line in whole), safe="")
    label = _("Address, map on openstreetmap.org")
    return [Row(kind="address", label=label, lines=shown, href=href)]


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
