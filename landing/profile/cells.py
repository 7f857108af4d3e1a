"""The cells of a people file, one rule a column: what is taken, and in which form it is kept.

Every rule takes the trimmed text of a cell that is not empty, and raises CellError with what is
allowed; the text itself never enters a message, as it is somebody's.
"""

import re
import unicodedata
from functools import cache

from babel import Locale
from babel.core import get_global
from email_validator import EmailNotValidError, validate_email

from landing.languages import DEFAULT_LANGUAGE, languages
from landing.phones import PhoneError, read_phone
from landing.profile.links import LinkError, safe_link
from landing.profile.model import Link

DEFAULT_REGION = "FR"
MAX_LINKS = 12
MAX_LABEL_LENGTH = 60
LINK_SEPARATOR = re.compile(r"\s+\|(?=\s)")

_MAX_LENGTHS = {
    "reference": 64,
    "street": 200,
    "postcode": 20,
    "email": 254,  # RFC 5321, 4.5.3.1.3, less the angle brackets
    "website": 500,
    "links": 4000,
    "photo": 200,
    "logo": 200,
}
_MAX_LENGTH = 120
_COLOUR = re.compile(r"#?([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})", re.ASCII)
_SLUG = re.compile(r"[a-z0-9-]{3,64}", re.ASCII)
_PHONE = re.compile(
    r"(?P<number>[+(]?[\d\s().\-/\u2010-\u2015]+?)"
    r"(?:\s*(?:;ext=|ext\.?|extension|poste|x|#)\s*(?P<extension>\d{1,7}))?",
    re.IGNORECASE,
)
_NOT_ISO = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())  # CLDR's own codes
_SHORT_NAMES = {
    **dict.fromkeys(("angleterre", "ecosse", "england", "grande bretagne", "great britain"), "GB"),
    **dict.fromkeys(("pays de galles", "scotland", "wales"), "GB"),
    **dict.fromkeys(("czech republic", "republique tcheque"), "CZ"),
    **dict.fromkeys(("holland", "hollande"), "NL"),
    **dict.fromkeys(("macao", "macau"), "MO"),
    "congo": "CG",
    "hong kong": "HK",
    "ivory coast": "CI",
    "turkey": "TR",
}
# Controls that make a name read as another. Source: Unicode TR 36, bidirectional spoofing
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


class CellError(ValueError):
    """The cell does not say what its column takes; the message says what is allowed."""


def max_length(column: str) -> int:
    """How many characters a column takes."""
    return _MAX_LENGTHS.get(column, _MAX_LENGTH)


def plain(column: str, text: str) -> str:
    """Read any text: NFC, within the column's length, without control characters."""
    limit = max_length(column)
    if len(text) > limit:
        raise CellError(f"at most {limit} characters, this has {len(text)}")
    if any(
        unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        or character in _BIDI_CONTROLS
        for character in text
    ):
        raise CellError("no line break, control character or change of writing direction")
    return unicodedata.normalize("NFC", text)


def reference(text: str) -> str:
    """Read the key of a person: anything that ``--profiles`` can name."""
    if "," in text or text == "all":
        raise CellError("any name without a comma, except the word all")
    return text


def slug(text: str) -> str:
    """Read the name in a profile's shareable link."""
    if not _SLUG.fullmatch(text):
        raise CellError("3 to 64 of a-z, 0-9 and -")
    return text


def colour(text: str) -> str:
    """Read a company's colour, as ``#b5432b`` or ``#fff``; give ``#rrggbb``."""
    found = _COLOUR.fullmatch(text)
    if not found:
        raise CellError("a colour such as #b5432b")
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def language(text: str) -> str:
    """Read the language of a profile."""
    if text.lower() not in languages():
        raise CellError(f"{' or '.join(languages())}, or nothing for {DEFAULT_LANGUAGE}")
    return text.lower()


def country(text: str) -> str:
    """Read a country, by its French or English name or its ISO 3166-1 code; give alpha-2."""
    code = _countries().get(_folded(text))
    if code is None:
        raise CellError("the name of a country in French or English, or its ISO 3166 code")
    return code


def phone(text: str, region: str) -> str:
    """Read a phone number as dialled in ``region``; give E.164, and ``;ext=12`` if it has one."""
    allowed = "a phone number such as 05 61 00 00 00 or +33 5 61 00 00 00, with ext. 12 if need be"
    found = _PHONE.fullmatch(text)
    if not found:
        raise CellError(allowed)
    try:
        written = read_phone(found["number"], region)
    except PhoneError as error:
        raise CellError(f"{allowed}; {error}") from error
    return f"{written};ext={found['extension']}" if found["extension"] else written


def email(text: str) -> str:
    """Read an e-mail address; it is not asked whether it exists."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise CellError("one e-mail address, such as zoe@company.example") from error


def website(text: str) -> str:
    """Read the address of a website."""
    if not text.lower().startswith(("https://", "http://")):
        raise CellError("an address that begins with https:// or http://")
    return _link(text)


def links(text: str) -> tuple[Link, ...]:
    """Read ``Label=https://…`` entries, joined by `` | ``."""
    entries = LINK_SEPARATOR.split(text)
    if len(entries) > MAX_LINKS:
        raise CellError(f"at most {MAX_LINKS} links")
    return tuple(_labelled_link(entry) for entry in entries)


def picture_name(text: str) -> str:
    """Read the name of a picture that lies beside the file."""
    if text in {".", ".."} or any(sign in text for sign in "/\\:") or text.startswith("."):
        raise CellError("the name of a file beside the people file, without a folder")
    return text


def _labelled_link(entry: str) -> Link:
    label, equals, address = (part.strip() for part in entry.partition("="))
    if not equals or not label or not address:
        raise CellError("Label=https://…, several of them joined by ' | '")
    if len(label) > MAX_LABEL_LENGTH:
        raise CellError(f"labels of at most {MAX_LABEL_LENGTH} characters")
    return Link(label=label, url=_link(address))


def _link(text: str) -> str:
    try:
        return safe_link(text)
    except LinkError as error:
        raise CellError(f"a link that everybody reads alike: {error}") from error


@cache
def _countries() -> dict[str, str]:
    """Every way to write a country, folded, and its alpha-2 code; full names go before short."""
    full, short = {}, dict(_SHORT_NAMES)
    for locale in ("en", "fr"):
        for code, name in Locale(locale).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NOT_ISO:
                full[_folded(name)] = full[_folded(code)] = code
                short[_folded(name.partition(" (")[0])] = code
    codes = set(full.values())
    aliases = {
        _folded(alias): targets[0]  # alpha-3 codes, and UK
        for alias, targets in get_global("territory_aliases").items()
        if alias.isalpha() and len(targets) == 1 and targets[0] in codes
    }
    return aliases | short | full


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("’", "'")).casefold()
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(letters.replace("-", " ").split())
