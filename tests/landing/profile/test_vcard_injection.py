"""Whatever a profile says, its vCard has the lines it should have, and reads back the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from landing.profile.model import Link, Profile
from landing.profile.vcard import vcard
from tests.landing.profile.people import NOTHING, ZOE
from tests.landing.profile.vcard_expected import tidy

Writer = Callable[[Profile], bytes]
HOSTILE = [
    "x\nEMAIL:x@evil.example",
    "x\r\nEMAIL:x@evil.example",
    "x\rEMAIL:x@evil.example",
    "x\u2028EMAIL:x@evil.example",
    "x\u0085TEL:+33100000000",
    "x\\\nEND:VCARD",
    "x;y,z\\n",
    "\\",
    "é" * 80,
    "😀" * 40,
    'x";TYPE=HOME:y',
    "END:VCARD",
    "=?utf-8?q?x?=",
]
_TEXT_FIELDS = ("given_name", "family_name", "function", "company", "street", "city", "postcode")


def ours(profile: Profile) -> bytes:
    """The writer under test."""
    return vcard(profile, photo_jpeg=None)


def naive(profile: Profile) -> bytes:
    """A writer as many are: it puts the fields into lines as they come."""
    return "\r\n".join(
        [
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"N:{profile.family_name};{profile.given_name};;;",
            f"FN:{profile.given_name} {profile.family_name}",
            f"ORG:{profile.company}",
            f"TITLE:{profile.function}",
            f"ADR;TYPE=WORK:;;{profile.street};{profile.city};;{profile.postcode};",
            "END:VCARD",
            "",
        ]
    ).encode("utf-8", "replace")


def unfolded(profile: Profile) -> bytes:
    """A writer that escapes and does not fold."""
    return ours(profile).replace(b"\r\n ", b"")


def folded_by_octets(profile: Profile) -> bytes:
    """A writer that folds without looking at characters."""
    rows = unfolded(profile)[:-2].split(b"\r\n")
    return b"".join(
        b"\r\n ".join(row[start : start + 74] for start in range(0, len(row), 74)) + b"\r\n"
        for row in rows
    )


def with_lf(profile: Profile) -> bytes:
    """A writer that ends lines as Unix does."""
    return ours(profile).replace(b"\r\n", b"\n")


def faults(writer: Writer, profile: Profile) -> list[str]:
    """What is wrong with the vCard that a writer makes of a profile."""
    body = writer(profile)
    found = _framing_faults(body)
    unfolded_body = body.replace(b"\r\n ", b"")
    names = [row.partition(b":")[0].partition(b";")[0] for row in unfolded_body.split(b"\r\n")]
    repeated = {name for name in names if names.count(name) > 1}
    if names[0] != b"BEGIN" or names[-2:] != [b"END", b""] or repeated:
        found.append("lines")
    found += [] if found else _reading_faults(body.decode(), profile)
    return found


def _framing_faults(body: bytes) -> list[str]:
    rows = body.split(b"\r\n")
    checks = {
        "line ends": all(b"\r" not in row and b"\n" not in row for row in rows),
        "folding": all(len(row) <= 75 for row in rows),
        "characters": all(_is_utf_8(row) for row in rows),
    }
    return [name for name, good in checks.items() if not good]


def _is_utf_8(row: bytes) -> bool:
    try:
        row.decode()
    except UnicodeDecodeError:
        return False
    return True


def _reading_faults(text: str, profile: Profile) -> list[str]:
    """What an independent reader reads differently."""
    card = vobject.readOne(text)
    read = {
        "given_name": card.n.value.given,
        "family_name": card.n.value.family,
        "function": card.title.value if "title" in card.contents else "",
        "company": card.org.value[0] if "org" in card.contents else "",
        "street": card.adr.value.street if "adr" in card.contents else "",
        "city": card.adr.value.city if "adr" in card.contents else "",
        "postcode": card.adr.value.code if "adr" in card.contents else "",
    }
    return [name for name in _TEXT_FIELDS if read[name] != tidy(getattr(profile, name))]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", _TEXT_FIELDS)
def test_hostile_text_adds_no_line_in_any_field(field: str, text: str) -> None:
    assert faults(ours, replace(NOTHING, **{field: text})) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_line_where_text_is_not_expected(text: str) -> None:
    profile = replace(
        ZOE,
        mobile=text,
        email=text,
        website=text,
        country=text,
        uid=text,
        links=(Link(label=text, url=text),),
    )

    rows = ours(profile).replace(b"\r\n ", b"").split(b"\r\n")

    assert [row for row in rows if row.startswith(b"EMAIL")] == [
        row for row in rows if row.startswith(b"EMAIL;TYPE=WORK,INTERNET")
    ]
    assert rows.count(b"END:VCARD") == 1
    assert len(rows) == len(ours(ZOE).replace(b"\r\n ", b"").split(b"\r\n"))


@pytest.mark.parametrize("writer", [naive, unfolded, folded_by_octets, with_lf])
def test_faulty_writers_are_caught(writer: Writer) -> None:
    caught = [text for text in HOSTILE if faults(writer, replace(ZOE, function=text))]

    assert caught


_TEXTS = st.text(
    st.sampled_from('\\,;:"\r\n\t\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029 éœ€😀e\u0301\ud800aN=')
    | st.characters(),
    max_size=60,
)


@settings(max_examples=2000, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(_TEXT_FIELDS, _TEXTS)))
def test_whatever_a_profile_says_reads_back_the_same(texts: dict[str, str]) -> None:
    profile = replace(NOTHING, **texts)  # type: ignore[arg-type]

    assert faults(ours, profile) == []
