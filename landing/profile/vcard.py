"""Write a profile as a vCard 3.0, in the one form that all phones read.

Source: RFC 2426 (vCard 3.0), RFC 2425, 5.8.1 (folding). Where phones differ from it: LOGO would
become the face on Android, so there is none; Outlook needs CHARSET on lines that are not ASCII;
Android keeps a phone's digits only, so an extension follows ``p``, a pause (RFC 3601).
"""

import base64
import unicodedata
from collections.abc import Iterator
from datetime import UTC
from urllib.parse import quote

from babel import Locale

from landing.profile.model import Profile

MIME_TYPE = "text/vcard; charset=utf-8"
_PRODUCT = "-//WEMET//WeCard//FR"
_NAMELESS = "WeCard"  # FN may not be empty
_MAX_LINE_OCTETS = 75
_URI_CHARACTERS = "!#$%&'()*+,-./:;=?@_~[]"
_ESCAPES = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
_UNIFIED = str.maketrans(dict.fromkeys("\r\v\f\u0085\u2028\u2029", "\n") | {"\t": " "})
_DROPPED_CATEGORIES = ("Cc", "Cs")  # controls and half surrogate pairs


def vcard(
    profile: Profile, *, photo_jpeg: bytes | None, note: str = "", blank_line: bool = False
) -> bytes:
    """Write every field of ``profile``; the caller has emptied those that are hidden.

    ``photo_jpeg`` is square, 320 to 400 px. ``blank_line`` puts an empty line behind it, as
    vCard 2.1 has it and some Samsung phones have been seen to need; version 3.0 knows no such
    line, and readers skip it.
    """
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"PRODID:{_PRODUCT}",
        *_names(profile),
        *_phones(profile),
        *_text_line("EMAIL;TYPE=WORK,INTERNET", profile.email),
        *_address(profile),
        *_links(profile),
        *_text_line("NOTE", note),
        *_text_line("UID", f"urn:uuid:{profile.uid}"),
        f"REV:{profile.updated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        *_photo(photo_jpeg, blank_line=blank_line),
        "END:VCARD",
    ]
    return b"".join(_folded(line) for line in lines)


def cleaned(text: str) -> str:
    """The text in NFC, its line ends as LF, without other controls and without outer space.

    Source: Unicode 15, 5.8 (which characters end a line).
    """
    kept = (
        character
        for character in text.replace("\r\n", "\n").translate(_UNIFIED)
        if character == "\n" or unicodedata.category(character) not in _DROPPED_CATEGORIES
    )
    # Composed last: a control may have stood between a letter and its accent.
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _names(profile: Profile) -> Iterator[str]:
    """N and FN always, as one large app reads N alone; a company stands in for a person."""
    given, family, company = (
        cleaned(text) for text in (profile.given_name, profile.family_name, profile.company)
    )
    person = " ".join(part for part in (given, family) if part)
    yield from _line("N", ";".join(_escaped(part) for part in (family, given, "", "", "")))
    yield from _text_line("FN", person or company or _NAMELESS)
    yield from _text_line("ORG", company)
    if company and not person:
        yield "X-ABShowAs:COMPANY"
    yield from _text_line("TITLE", profile.function)


def _phones(profile: Profile) -> Iterator[str]:
    yield from _text_line("TEL;TYPE=CELL,VOICE", _dialled(profile.mobile))
    yield from _text_line("TEL;TYPE=WORK,VOICE", _dialled(profile.phone))
    yield from _text_line("TEL;TYPE=WORK,FAX", _dialled(profile.fax))


def _dialled(phone: str) -> str:
    number, _, extension = cleaned(phone).partition(";ext=")
    return f"{number}p{extension}" if extension else number


def _address(profile: Profile) -> Iterator[str]:
    """Box, extension, street, city, region, postcode, country; nothing when all are empty."""
    country = country_name(profile.country)
    parts = ("", "", profile.street, profile.city, "", profile.postcode, country)
    components = [_escaped(cleaned(part)) for part in parts]
    if any(components):
        yield from _line("ADR;TYPE=WORK", ";".join(components))


def country_name(country: str) -> str:
    """The country's French name, or the text as it was given when it is no ISO code."""
    if len(country) != 2:
        return country
    return str(Locale("fr").territories.get(country.upper(), country))


def _links(profile: Profile) -> Iterator[str]:
    yield from _uri_line("URL", profile.website)
    for number, link in enumerate(profile.links, start=1):
        label = [*_text_line(f"item{number}.X-ABLabel", link.label)]
        address = [*_uri_line(f"item{number}.URL" if label else "URL", link.url)]
        if address:
            yield from address + label


def _photo(photo_jpeg: bytes | None, *, blank_line: bool) -> Iterator[str]:
    if photo_jpeg:
        yield f"PHOTO;ENCODING=b;TYPE=JPEG:{base64.b64encode(photo_jpeg).decode('ascii')}"
        yield from [""] if blank_line else []


def _text_line(name: str, text: str) -> Iterator[str]:
    escaped = _escaped(cleaned(text))
    if escaped:
        yield from _line(name, escaped)


def _uri_line(name: str, uri: str) -> Iterator[str]:
    """A URI is not escaped like text; what no URI may hold is percent-encoded."""
    written = quote(cleaned(uri).replace("\n", ""), safe=_URI_CHARACTERS)
    if written:
        yield from _line(name, written)


def _line(name: str, value: str) -> Iterator[str]:
    charset = "" if value.isascii() else ";CHARSET=UTF-8"
    yield f"{name}{charset}:{value}"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """The line in UTF-8, folded at 75 octets and never inside a character, with its CRLF."""
    octets, rows = line.encode(), []
    start, room = 0, _MAX_LINE_OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0b1100_0000 == 0b1000_0000:  # not the first octet of a character
            end -= 1
        rows.append(octets[start:end])
        start, room = end, _MAX_LINE_OCTETS - 1  # the space that begins a row counts
    return b"\r\n ".join([*rows, octets[start:]]) + b"\r\n"
