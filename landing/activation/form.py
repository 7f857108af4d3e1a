"""The rules of the activation form: from what was posted to an owner's details, or to faults.

The rules are those of a people file's cells. Faults are codes, not sentences: the page puts them
into the reader's language. Whatever is wrong, the words are kept, less what no page can carry.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from landing.contract.activation import parse_activation
from landing.contract.errors import ActivationError
from landing.profile import cells
from landing.profile.cells import CellError

Fault = Literal[
    "no-code", "wrong-code", "too-long", "unreadable", "bad-phone", "bad-email", "bad-website",
    "no-name",
]  # fmt: skip
Detail = Literal[
    "given_name", "family_name", "company", "function", "mobile", "phone", "email", "website"
]

CODE = "code"
MAX_CODE_LENGTH = 40
DETAILS: tuple[Detail, ...] = (
    "given_name", "family_name", "company", "function", "mobile", "phone", "email", "website",
)  # fmt: skip
FIELDS = (CODE, *DETAILS)  # in the order of the page
NAMES = ("given_name", "family_name", "company")  # one of them is required

_OFTEN_PASTED = "\u200b\u200e\u200f\u202a\u202c\ufeff"  # come along with copied words, unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the rules make of one posted form.

    ``words`` go back into the fields; ``faults`` maps a field to what is wrong with it, in the
    order of the page. ``code`` is in its plain form, and ``details`` are as a profile keeps
    them; each is to be used only where no fault stands.
    """

    words: Mapping[str, str]
    code: str
    details: Mapping[Detail, str]
    faults: Mapping[str, Fault]

    def with_wrong_code(self) -> "Claim":
        """The same, once it is known that the code is not the card's; no code stays no code."""
        return replace(self, faults={CODE: "wrong-code", **self.faults})


def read_claim(posted: Mapping[str, Sequence[str]]) -> Claim:
    """Apply the rules to a posted form; fields that the form does not have are ignored."""
    words = {name: _tidied(_first(posted, name)) for name in FIELDS}
    faults: dict[str, Fault] = {}
    code = _code(words[CODE], faults)
    details: dict[Detail, str] = {}
    for name in DETAILS:
        details[name], fault = _checked(name, words[name])
        if fault is not None:
            faults[name] = fault
    if not any(words[name] for name in NAMES):
        faults.setdefault("given_name", "no-name")
    return Claim(
        words={name: "".join(filter(_is_readable, typed)) for name, typed in words.items()},
        code=code,
        details=details,
        faults={name: faults[name] for name in FIELDS if name in faults},
    )


def max_length(name: str) -> int:
    """How many characters a field takes."""
    return MAX_CODE_LENGTH if name == CODE else cells.max_length(name)


def _first(posted: Mapping[str, Sequence[str]], name: str) -> str:
    values = posted.get(name) or ("",)
    return values[0]


def _tidied(typed: str) -> str:
    return unicodedata.normalize("NFC", typed).strip().strip(_OFTEN_PASTED).strip()


def _is_readable(character: str) -> bool:
    """Whether a page can carry it. Source: XML 1.0, 2.2; a field of one line has no line end."""
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}


def _code(typed: str, faults: dict[str, Fault]) -> str:
    """The code, if it has a code's shape; one that has not is as wrong as any other."""
    try:
        return parse_activation(typed)
    except ActivationError:
        faults[CODE] = "wrong-code" if typed else "no-code"
        return ""


def _checked(name: Detail, typed: str) -> tuple[str, Fault | None]:
    if not typed:
        return "", None
    if len(typed) > max_length(name):
        return "", "too-long"
    try:
        text = cells.plain(name, typed)
    except CellError:
        return "", "unreadable"
    if name not in _RULES:
        return text, None
    rule, fault = _RULES[name]
    try:
        return rule(text), None
    except CellError:
        return "", fault


def _phone(text: str) -> str:
    return cells.phone(text, cells.DEFAULT_REGION)


def _website(text: str) -> str:
    """Read a website's address as people type it on a phone: without the scheme, too."""
    return cells.website(text if "://" in text else f"https://{text}")


_RULES: Mapping[Detail, tuple[Callable[[str], str], Fault]] = {
    "mobile": (_phone, "bad-phone"),
    "phone": (_phone, "bad-phone"),
    "email": (cells.email, "bad-email"),
    "website": (_website, "bad-website"),
}
