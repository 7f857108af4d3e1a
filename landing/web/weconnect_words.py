"""The words of the form: labels, hints and faults, in the visitor's language."""

from dataclasses import dataclass, field

from flask_babel import gettext as _

from landing.consent.parties import Recipient
from landing.consent.purposes import PURPOSES
from landing.weconnect.fields import FIELDS, Field, Kind
from landing.weconnect.form import Submission

_TYPING: dict[Kind, dict[str, str]] = {
    "name": {"type": "text", "autocapitalize": "words"},
    "line": {"type": "text", "autocapitalize": "words"},
    "email": {
        "type": "email",
        "inputmode": "email",
        "autocapitalize": "none",
        "spellcheck": "false",
    },
    "tel": {"type": "tel", "inputmode": "tel"},
    "text": {},
}
_PAGE_ORDER = (*(each.name for each in FIELDS), *(purpose.id for purpose in PURPOSES))


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field as the page draws it; ``fault`` is empty when there is none."""

    name: str
    label: str
    typing: dict[str, str]
    max_length: int
    value: str
    fault: str
    is_first_fault: bool

    @property
    def is_text(self) -> bool:
        """Whether the field takes several lines."""
        return not self.typing


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxView:
    """One purpose as the page draws it."""

    name: str
    label: str
    is_ticked: bool
    fault: str
    is_first_fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The form as the page draws it; ``problems`` concern the form as a whole."""

    fields: list[FieldView]
    boxes: list[BoxView]
    problems: list[str] = field(default_factory=list)

    @property
    def faulty(self) -> list[FieldView | BoxView]:
        """What the visitor can mend, in the order of the page."""
        parts: list[FieldView | BoxView] = [*self.fields, *self.boxes]
        return [part for part in parts if part.fault]


def form_view(
    submission: Submission | None,
    *,
    recipient: Recipient,
    language: str,
    problems: list[str] | None = None,
) -> FormView:
    """Lay the form out, blank or with a visitor's words; no box is ever ticked beforehand."""
    faults = submission.faults if submission else {}
    first = next((name for name in _PAGE_ORDER if name in faults), "")
    return FormView(
        fields=[_field_view(each, submission, is_first=each.name == first) for each in FIELDS],
        boxes=[
            BoxView(
                name=purpose.id,
                label=purpose.text(language).format(recipient=recipient.named),
                is_ticked=submission is not None and purpose.id in submission.ticked,
                fault=fault_words(faults[purpose.id]) if purpose.id in faults else "",
                is_first_fault=purpose.id == first,
            )
            for purpose in PURPOSES
        ],
        problems=problems or [],
    )


def field_label(name: str) -> str:
    """The label of a field."""
    labels: dict[str, str] = {
        "given_name": _("First name"),
        "family_name": _("Last name"),
        "email": _("E-mail"),
        "tel": _("Phone"),
        "organization": _("Company"),
        "organization_title": _("Job title"),
        "message": _("Message"),
    }
    return labels[name]


def fault_words(fault: str) -> str:
    """What is wrong with a field, and what to do about it."""
    words: dict[str, str] = {
        "too-long": _("This is too long. Please shorten it."),
        "unreadable": _("A character that cannot be read was left out. Please check what is left."),
        "web-address": _("A name has no web address in it. Please remove it."),
        "encoded-word": _("The signs =? cannot stand here. Please remove them."),
        "bad-email": _("This is not an e-mail address. It looks like name@company.com."),
        "bad-phone": _("This is not a phone number. From abroad, start with + and the country."),
        "no-name": _("Give your name, or your company."),
        "no-channel": _("Give an e-mail address or a phone number, so that you can be answered."),
        "no-consent": _("Tick this box if you agree: without it, nothing is sent."),
    }
    return words[fault]


def problem_words(problem: str) -> str:
    """What is wrong with the form as a whole, and what to do about it."""
    words: dict[str, str] = {
        "expired": _(
            "This page had been open for too long, or has changed since."
            " Nothing was sent. Your words are still here: check them and send again."
        ),
        "used": _(
            "This page was already used to send other details."
            " To send what stands below as well, send again."
        ),
        "not-stored": _(
            "We could not keep your details: nothing was sent."
            " Your words are still here: please send again in a moment."
        ),
    }
    return words[problem]


def _field_view(each: Field, submission: Submission | None, *, is_first: bool) -> FieldView:
    fault = submission.faults.get(each.name) if submission else None
    typing = dict(_TYPING[each.kind])
    if each.autocomplete:
        typing["autocomplete"] = each.autocomplete
    return FieldView(
        name=each.name,
        label=field_label(each.name),
        typing=typing,
        max_length=each.max_length,
        value=submission.words[each.name] if submission else "",
        fault=fault_words(fault) if fault else "",
        is_first_fault=is_first,
    )
