"""The form's seven fields: how each is typed, filled in by the phone, and limited.

Source: HTML Standard, 4.10.18.7 (autofill detail tokens); WCAG 2.2, 1.3.5. Lengths: RFC 5321,
4.5.3.1 for the e-mail address; the others are ours, generous for a business card.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "line", "email", "tel", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the form. ``autocomplete`` is the HTML autofill token, empty for none."""

    name: str
    kind: Kind
    max_length: int
    autocomplete: str = ""


FIELDS = (
    Field(name="given_name", kind="name", max_length=100, autocomplete="given-name"),
    Field(name="family_name", kind="name", max_length=100, autocomplete="family-name"),
    Field(name="email", kind="email", max_length=254, autocomplete="email"),
    Field(name="tel", kind="tel", max_length=40, autocomplete="tel"),
    Field(name="organization", kind="line", max_length=200, autocomplete="organization"),
    Field(
        name="organization_title", kind="line", max_length=150, autocomplete="organization-title"
    ),
    Field(name="message", kind="text", max_length=2000),
)
FIELD_NAMES = tuple(field.name for field in FIELDS)
