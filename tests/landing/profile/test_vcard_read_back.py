"""Whatever a profile says, a reader made from the standard finds just that, and nothing else."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from landing.profile.model import Link
from tests.landing.profile.people import ZOE
from tests.landing.profile.vcard_cases import Case, written
from tests.landing.profile.vcard_expected import COUNTRIES, expected_fields
from tests.landing.profile.vcard_reader import VcardSyntaxError, read_vcard

_TEXT_FIELDS = (
    *("given_name", "family_name", "function", "company", "mobile", "phone", "fax", "email"),
    *("street", "postcode", "city", "website", "uid", "reference", "slug", "logo", "language"),
)


Writer = Callable[[Case], bytes]


def faults(writer: Writer, case: Case) -> str:
    """What is wrong with the file that a writer makes; empty when nothing is."""
    try:
        found = read_vcard(writer(case), blank_line=case.blank_line)
    except VcardSyntaxError as error:
        return str(error)
    expected = expected_fields(case.profile, case.photo, case.note)
    if found == expected:
        return ""
    return f"read {found} instead of {expected}"


_HARD = (
    *"\\,;:\"'.= \r\n\t\v\f\x00\x1b\x1c\x1e\x7f\x85\u2028\u2029\u200b\u202e\ufeffnNéœ€ש",
    *("😀", "👩\u200d👧", "e\u0301", "\u0301", "\u037e", "\ud800", "\udfff"),
    *("\r\n", "\r\n ", "\\n", "\\,", "\\;", "\\\\", ";ext=", "+33", "https://", "é" * 70, "x" * 76),
    *("END:VCARD", "\nEMAIL:x@evil.example", "\r\nBEGIN:VCARD\r\n"),
)
# One draw is several times as fast as many: a few private characters stand for what is hard, and
# one of them for the place where the next text begins.
_HARD_MARKS = {0xF0000 + number: text for number, text in enumerate(_HARD)}
_NEXT = "\U000fff00"
_MARKS = st.sampled_from([*map(chr, _HARD_MARKS), *[_NEXT] * 8])
_DRAWN = st.text(st.characters(exclude_categories=()) | _MARKS, max_size=50)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any text in any field; a few texts are drawn, and dealt out so that each field meets all."""
    texts = draw(_DRAWN).translate(_HARD_MARKS).split(_NEXT)
    dice = draw(st.integers(0, 999))
    shift, count = dice % 5, dice // 5 % 5
    dealt = cycle(texts[shift % len(texts) :] + texts[: shift % len(texts)])
    fields = dict(zip(_TEXT_FIELDS, dealt, strict=False))
    country = [*COUNTRIES, "", next(dealt)][dice // 25 % 6]
    return Case(
        profile=replace(
            ZOE,
            **fields,  # type: ignore[arg-type]
            links=tuple(Link(label=next(dealt), url=next(dealt)) for _ in range(count)),
            country=country if country in COUNTRIES or len(country) != 2 else "",
        ),
        photo=next(dealt).encode("utf-16", "surrogatepass") if dice % 2 else None,
        note=next(dealt),
        blank_line=dice // 150 % 2 == 1,
    )


@settings(max_examples=20_000, deadline=None, derandomize=True, database=None)
@given(cases())
def test_whatever_a_profile_says_an_independent_reader_finds_it_and_nothing_else(
    case: Case,
) -> None:
    assert faults(written, case) == ""


def unfolded(case: Case) -> bytes:
    """A writer that folds nothing."""
    return written(case).replace(b"\r\n ", b"")


def folded_at_76(case: Case) -> bytes:
    """A writer that takes the room of one octet too many."""
    return _folded(unfolded(case), 76, inside_characters=False)


def folded_inside_characters(case: Case) -> bytes:
    """A writer that counts octets and does not look at them."""
    return _folded(unfolded(case), 75, inside_characters=True)


def unescaped(case: Case) -> bytes:
    """A writer that puts text into lines as it is."""
    bare = re.sub(rb"\\(.)", lambda sign: b"\r\n" if sign[1] == b"n" else sign[1], unfolded(case))
    return _folded(bare, 75, inside_characters=False)


def without_backslashes_escaped(case: Case) -> bytes:
    """A writer that escapes all but the backslash itself."""
    return _folded(unfolded(case).replace(b"\\\\", b"\\"), 75, inside_characters=False)


def with_lf(case: Case) -> bytes:
    """A writer that ends lines as Unix does."""
    return written(case).replace(b"\r\n", b"\n")


def with_logo(case: Case) -> bytes:
    """A writer that sends the logo, which becomes the face on some phones."""
    return written(case).replace(b"\r\nUID:", b"\r\nLOGO;ENCODING=b;TYPE=JPEG:QUJD\r\nUID:", 1)


def with_photo_first(case: Case) -> bytes:
    """A writer that begins with the picture."""
    head, mark, photo = written(case).partition(b"PHOTO;")
    photo, _, end = photo.rpartition(b"END:")
    return (
        head.replace(b"\r\nN", b"\r\n" + mark + photo.rstrip(b"\r\n") + b"\r\nN", 1) + b"END:" + end
    )


def without_charset(case: Case) -> bytes:
    """A writer that lets Outlook guess."""
    return _folded(unfolded(case).replace(b";CHARSET=UTF-8:", b":"), 75, inside_characters=False)


def with_charset_everywhere(case: Case) -> bytes:
    """A writer that marks lines that need no mark."""
    return written(case).replace(b"\r\nREV:", b"\r\nREV;CHARSET=UTF-8:")


def with_byte_order_mark(case: Case) -> bytes:
    """A writer that begins as some editors do."""
    return b"\xef\xbb\xbf" + written(case)


def decomposed(case: Case) -> bytes:
    """A writer that leaves letters and accents apart."""
    text = unicodedata.normalize("NFD", unfolded(case).decode())
    return _folded(text.encode(), 75, inside_characters=False)


def with_empty_fields(case: Case) -> bytes:
    """A writer that writes a line for a field that is empty."""
    return written(case).replace(b"\r\nUID", b"\r\nTITLE:\r\nUID", 1)


def without_formatted_name(case: Case) -> bytes:
    """A writer that forgets one of the two names."""
    return _folded(re.sub(rb"\r\nFN[^\r]*", b"", unfolded(case)), 75, inside_characters=False)


def _folded(body: bytes, room: int, *, inside_characters: bool) -> bytes:
    rows = []
    for line in body.split(b"\r\n"):
        row = b""
        signs = [bytes([octet]) for octet in line] if inside_characters else _signs(line)
        for sign in signs:
            if len(row) + len(sign) > room:
                rows.append(row)
                row = b" "
            row += sign
        rows.append(row)
    return b"\r\n".join(rows)


def _signs(line: bytes) -> list[bytes]:
    return [sign.encode() for sign in line.decode()]


@pytest.mark.parametrize(
    "writer",
    [
        *(unescaped, without_backslashes_escaped, unfolded, folded_at_76),
        *(folded_inside_characters, with_lf, with_logo, with_photo_first, without_charset),
        *(with_charset_everywhere, with_byte_order_mark, decomposed, with_empty_fields),
        without_formatted_name,
    ],
)
def test_faulty_writer_would_be_noticed_within_few_cases(writer: Writer) -> None:
    few = settings(
        max_examples=100, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
    )

    caught = find(cases(), lambda case: faults(writer, case) != "", settings=few)

    assert faults(written, caught) == ""
