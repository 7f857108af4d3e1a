"""The reader that the vCards are read back with takes what the standard takes, and no more."""

import pytest

from tests.landing.profile.vcard_reader import Field, VcardSyntaxError, read_vcard


def framed(*lines: str) -> bytes:
    """A vCard with these lines in it."""
    return "\r\n".join(
        ["BEGIN:VCARD", "VERSION:3.0", "N:;;;;", "FN:x", *lines, "END:VCARD", ""]
    ).encode()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("NOTE:a\\, b\\; c\\nd\\\\n", Field("", "NOTE", (), "a, b; c\nd\\n")),
        ("TITLE:Shrimp \r\n Man", Field("", "TITLE", (), "Shrimp Man")),
        ("ORG:ABC\\, Inc.;Sales", Field("", "ORG", (), ("ABC, Inc.", "Sales"))),
        ("tel;type=work,voice:+1", Field("", "TEL", (("TYPE", ("work", "voice")),), "+1")),
        ('X-A;B="c;d:e,f":g', Field("", "X-A", (("B", ("c;d:e,f",)),), "g")),
        ("item1.URL:https://a/b,c;d", Field("item1", "URL", (), "https://a/b,c;d")),
        ("PHOTO;ENCODING=b:QUJD", Field("", "PHOTO", (("ENCODING", ("b",)),), b"ABC")),
    ],
)
def test_line_is_read_as_the_standard_says(line: str, field: Field) -> None:
    assert read_vcard(framed(line))[2:] == [field]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        framed().replace(b"\r\n", b"\n"),
        framed()[:-2],
        framed() + framed(),
        framed().replace(b"3.0", b"4.0"),
        framed().replace(b"FN:x\r\n", b""),
        framed().replace(b"END:VCARD\r\n", b""),
        b"\xef\xbb\xbf" + framed(),
        b" " + framed(),
        framed("TITLE:a\rb"),
        framed("TITLE:a\x00b"),
        framed("TITLE:a,b"),
        framed("TITLE:a;b"),
        framed("TITLE:a\\b"),
        framed("TITLE:a\\"),
        framed("TITLE"),
        framed("TITLE;X:a"),
        framed("TITLE;X=:a"),
        framed(""),
        framed("TITLE:" + "x" * 70),
        framed("TITLE:é").replace("é".encode(), b"\xc3\r\n \xa9"),
        framed("URL:https://a b"),
        framed("PHOTO;ENCODING=b:QUJ"),
        framed("END:VCARD", "EMAIL:x"),
    ],
)
def test_what_the_grammar_does_not_have_is_refused(body: bytes) -> None:
    with pytest.raises(VcardSyntaxError):
        read_vcard(body)


def test_empty_line_is_taken_before_the_end_alone_and_only_when_asked_for() -> None:
    before_the_end, elsewhere = framed("TITLE:a", ""), framed("", "TITLE:a")

    assert read_vcard(before_the_end, blank_line=True) == read_vcard(framed("TITLE:a"))
    for body in (before_the_end, elsewhere):
        with pytest.raises(VcardSyntaxError):
            read_vcard(body, blank_line=body is elsewhere)
