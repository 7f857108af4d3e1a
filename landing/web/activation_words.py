"""The words of the activation form: labels and faults, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from landing.activation.form import CODE, FIELDS, Claim, Fault, max_length

_NAME = {"type": "text", "autocapitalize": "words"}
_PHONE = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
_EXACT = {"autocapitalize": "none", "spellcheck": "false"}
# Source: HTML Standard, 4.10.18.7 (autofill detail tokens); WCAG 2.2, 1.3.5
_TYPING: Mapping[str, Mapping[str, str]] = {
    CODE: {
        "type": "text",
        "autocomplete": "off",
        "autocapitalize": "characters",
        "spellcheck": "false",
    },
    "given_name": _NAME | {"autocomplete": "given-name"},
    "family_name": _NAME | {"autocomplete": "family-name"},
    "company": _NAME | {"autocomplete": "organization"},
    "function": {"type": "text", "autocapitalize": "sentences"}
    | {"autocomplete": "organization-title"},
    "mobile": _PHONE,
    "phone": _PHONE | {"autocomplete": "work tel"},
    "email": _EXACT | {"type": "email", "inputmode": "email", "autocomplete": "email"},
    "website": _EXACT | {"type": "text", "inputmode": "url", "autocomplete": "url"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field as the page draws it; ``fault`` and ``hint`` are empty when there is none."""

    name: str
    label: str
    hint: str
    typing: Mapping[str, str]
    max_length: int
    value: str
    fault: str
    is_first_fault: bool

    @property
    def described_by(self) -> str:
        """The ids of what is to be read out with the field. Source: WAI-ARIA 1.2."""
        parts = {"fault": self.fault, "hint": self.hint}
        return " ".join(f"{self.name}-{part}" for part, words in parts.items() if words)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The form as the page draws it; ``problem`` concerns the form as a whole."""

    code: FieldView
    details: tuple[FieldView, ...]
    problem: str

    @property
    def faulty(self) -> list[FieldView]:
        """What the reader can mend, in the order of the page."""
        return [field for field in (self.code, *self.details) if field.fault]

    @property
    def is_refused(self) -> bool:
        """Whether the form came back."""
        return bool(self.problem or self.faulty)


def form_view(claim: Claim | None = None, problem: str = "") -> FormView:
    """Lay the form out, blank or with the words of who filled it in."""
    code, *details = (_field_view(name, claim) for name in FIELDS)
    words = problem_words(problem) if problem else ""
    return FormView(code=code, details=tuple(details), problem=words)


def problem_words(problem: str) -> str:
    """What is wrong with the form as a whole, and what to do about it."""
    words: dict[str, str] = {
        "expired": _(
            "This page had been open for too long. Nothing was kept yet."
            " Your words are still here: check them and activate again."
        ),
        "not-stored": _(
            "We could not keep your details: the card is not active yet."
            " Your words are still here: please activate again in a moment."
        ),
    }
    return words[problem]


def fault_words(fault: Fault) -> str:
    """What is wrong with a field, and what to do about it."""
    words: dict[Fault, str] = {
        "no-code": _("Type the activation code: without it, the card stays as it is."),
        "wrong-code": _("This is not the activation code of this card. Compare it with the slip."),
        "too-long": _("This is too long. Please shorten it."),
        "unreadable": _("A character that cannot be read was left out. Please check what is left."),
        "bad-phone": _("This is not a phone number. From abroad, start with + and the country."),
        "bad-email": _("This is not an e-mail address. It looks like name@company.com."),
        "bad-website": _("This is not the address of a website. It looks like www.company.com."),
        "no-name": _("Give your name, or your company."),
    }
    return words[fault]


def _field_view(name: str, claim: Claim | None) -> FieldView:
    faults = claim.faults if claim else {}
    return FieldView(
        name=name,
        label=_label(name),
        hint=_hint(name),
        typing=_TYPING[name],
        max_length=max_length(name),
        value=claim.words[name] if claim else "",
        fault=fault_words(faults[name]) if name in faults else "",
        is_first_fault=name == next(iter(faults), ""),
    )


def _label(name: str) -> str:
    labels: dict[str, str] = {
        CODE: _("Activation code"),
        "given_name": _("First name"),
        "family_name": _("Last name"),
        "company": _("Company"),
        "function": _("Job title"),
        "mobile": _("Mobile"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "website": _("Website"),
    }
    return labels[name]


def _hint(name: str) -> str:
    if name != CODE:
        return ""
    words: str = _(
        "It stands on the slip in the parcel, in two groups of six: 7H3K9Q‑X2MZ4D, for example."
    )
    return words
