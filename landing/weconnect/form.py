"""The form's rules: from what was posted to a contact, or to the faults that a visitor can mend.

Faults are codes, not sentences: the page puts them into the visitor's language. Whatever is
wrong, the visitor's words are kept, less the characters that no page can carry.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from landing.consent.contact import Contact
from landing.consent.purposes import PURPOSE_IDS, SHARE_WITH_OWNER
from landing.phones import PhoneError, read_phone
from landing.weconnect.fields import FIELDS, Field

Fault = Literal[
    "too-long",
    "unreadable",
    "web-address",
    "encoded-word",
    "bad-email",
    "bad-phone",
    "no-name",
    "no-channel",
    "no-consent",
]

HONEYPOT = "topic"  # a name that no phone fills in by itself
DEFAULT_REGION = "FR"
# Marks that turn the reading direction round, and separators that some readers take for line ends.
_UNSAFE_MARKS = frozenset(
    "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffd"
)
_WEB_ADDRESS = re.compile(
    r"[a-z]+://|\bwww\.|[\w-]\.[a-z]{2,10}/|"
    r"[\w-]\.(com|net|org|info|biz|ru|cn|io|xyz|top|shop|link|site|online|click|fr|eu)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What the rules make of one posted form.

    ``words`` go back into the fields; ``faults`` maps a field, or a purpose, to what is wrong
    with it, in the order of the page; ``contact`` is there when nothing is wrong.
    """

    words: Mapping[str, str]
    ticked: frozenset[str]
    bait_taken: bool
    faults: Mapping[str, Fault]
    contact: Contact | None


def read_form(posted: Mapping[str, Sequence[str]], *, region: str = "") -> Submission:
    """Apply the rules to a posted form: each field to its values, the first of which counts.

    ``region`` is the country, ISO 3166-1 alpha-2, of phone numbers typed without a prefix.
    Fields that the form does not have are ignored.
    """
    words: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    values: dict[str, str] = {}
    for field in FIELDS:
        typed = _tidied(_first(posted, field.name), field)
        words[field.name] = "".join(filter(_is_readable, typed))
        value, fault = _checked(field, typed, region or DEFAULT_REGION)
        values[field.name] = value
        if fault is not None:
            faults[field.name] = fault
    ticked = frozenset(purpose for purpose in PURPOSE_IDS if _is_ticked(posted, purpose))
    _require_minimum(words, ticked, faults)
    return Submission(
        words=words,
        ticked=ticked,
        bait_taken=any(value.strip() for value in posted.get(HONEYPOT, ())),
        faults=faults,
        contact=None if faults else Contact(**values),
    )


def _require_minimum(
    words: Mapping[str, str], ticked: frozenset[str], faults: dict[str, Fault]
) -> None:
    """Ask for a name or company, and one way to answer: no more.

    Source: GDPR Art. 5(1)(c).
    """
    if not any(words[name] for name in ("given_name", "family_name", "organization")):
        faults.setdefault("given_name", "no-name")
    if not any(words[name] for name in ("email", "tel")):
        faults.setdefault("email", "no-channel")
    if SHARE_WITH_OWNER not in ticked:
        faults[SHARE_WITH_OWNER] = "no-consent"


def _first(posted: Mapping[str, Sequence[str]], name: str) -> str:
    values = posted.get(name) or ("",)
    return values[0]


def _is_ticked(posted: Mapping[str, Sequence[str]], purpose: str) -> bool:
    """A box is ticked when it says 1, and says nothing else beside it."""
    return set(posted.get(purpose, ())) == {"1"}


def _tidied(value: str, field: Field) -> str:
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip() if field.kind == "text" else text.strip().strip("\u200b\ufeff")


def _is_readable(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "\n" or not (category in ("Cc", "Cs") or character in _UNSAFE_MARKS)


def _checked(field: Field, typed: str, region: str) -> tuple[str, Fault | None]:
    if not typed:
        return "", None
    if len(typed) > field.max_length:
        return "", "too-long"
    if not all(map(_is_readable, typed)) or ("\n" in typed and field.kind != "text"):
        return "", "unreadable"
    if field.kind != "text" and "=?" in typed:  # would start an encoded word in a mail header
        return "", "encoded-word"
    check = _CHECKS.get(field.kind)
    return check(typed, region) if check else (typed, None)


def _checked_name(typed: str, region: str) -> tuple[str, Fault | None]:
    if _WEB_ADDRESS.search(typed):
        return "", "web-address"
    return typed, None


def _checked_email(typed: str, region: str) -> tuple[str, Fault | None]:
    try:
        return validate_email(typed, check_deliverability=False).normalized, None
    except EmailNotValidError:
        return "", "bad-email"


def _checked_phone(typed: str, region: str) -> tuple[str, Fault | None]:
    """A number of a possible length: whether it is in service is not ours to judge."""
    try:
        return read_phone(typed, region), None
    except PhoneError:
        return "", "bad-phone"


_CHECKS: dict[str, Callable[[str, str], tuple[str, Fault | None]]] = {
    "name": _checked_name,
    "email": _checked_email,
    "tel": _checked_phone,
}
