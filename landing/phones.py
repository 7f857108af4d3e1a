"""Phone numbers: read as people type them, kept as E.164."""

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat


class PhoneError(ValueError):
    """The text is not a phone number of a possible length."""


def read_phone(text: str, region: str) -> str:
    """Read a number as dialled in ``region``; give E.164, and ``;ext=12`` if it has one.

    The number must be possible, not assigned: new ranges are in service before any list has them.
    Source: ITU-T E.164, 6; RFC 3966, 5.3 (extension).
    """
    number = _parsed(text, region)
    if not phonenumbers.is_possible_number(number):
        raise PhoneError("this has too few or too many digits")
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if phonenumbers.format_number(_parsed(written, None), PhoneNumberFormat.E164) != written:
        raise PhoneError("this is not one number to every reader")
    return f"{written};ext={number.extension}" if number.extension else written


def _parsed(text: str, region: str | None) -> PhoneNumber:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise PhoneError("this is not a phone number") from error
