"""The vCard, one test a rule."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import vobject

from landing.profile.model import Link
from landing.profile.vcard import MIME_TYPE, cleaned, country_name, vcard
from tests.landing.profile.people import (
    COMPANY,
    NOTHING,
    ZOE,
    content_lines,
    line,
    lines,
    physical_lines,
)

GOLDEN = Path(__file__).parents[2] / "vectors/vcard/zoe.vcf"
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2


def test_card_is_the_reference_card_byte_for_byte() -> None:
    assert vcard(ZOE, photo_jpeg=PHOTO) == GOLDEN.read_bytes()


def test_type_is_text_vcard_in_utf_8() -> None:
    assert MIME_TYPE == "text/vcard; charset=utf-8"


def test_version_is_3() -> None:
    assert content_lines(vcard(ZOE, photo_jpeg=None))[:2] == ["BEGIN:VCARD", "VERSION:3.0"]


def test_photo_is_inline_jpeg_and_the_last_line() -> None:
    last = content_lines(vcard(ZOE, photo_jpeg=PHOTO))[-2]

    assert last.startswith("PHOTO;ENCODING=b;TYPE=JPEG:")
    assert base64.b64decode(last.partition(":")[2], validate=True) == PHOTO


@pytest.mark.parametrize("photo", [None, b""])
def test_without_a_photo_there_is_no_photo_line(photo: bytes | None) -> None:
    assert lines(vcard(ZOE, photo_jpeg=photo), "PHOTO") == []


def test_logo_never_becomes_the_face() -> None:
    body = vcard(replace(ZOE, logo="ab" * 16), photo_jpeg=None)

    assert b"LOGO" not in body
    assert b"PHOTO" not in body


def test_lines_are_folded_at_75_octets() -> None:
    body = vcard(replace(ZOE, function="é" * 200), photo_jpeg=PHOTO)

    assert max(len(text) for text in physical_lines(body)) <= 75
    assert line(body, "TITLE") == f"TITLE;CHARSET=UTF-8:{'é' * 200}"


@pytest.mark.parametrize("shift", range(4))
def test_no_fold_stands_inside_a_character(shift: int) -> None:
    body = vcard(replace(ZOE, function="x" * shift + "é€😀" * 40), photo_jpeg=None)

    assert all(text.decode() for text in physical_lines(body))


def test_line_of_exactly_75_octets_is_not_folded() -> None:
    body = vcard(replace(ZOE, function="x" * (75 - len("TITLE:"))), photo_jpeg=None)

    assert b"TITLE:" + b"x" * 69 in physical_lines(body)


def test_every_line_ends_in_cr_lf() -> None:
    body = vcard(replace(ZOE, street="1\n2\r3\r\n4"), photo_jpeg=PHOTO)

    assert body.count(b"\r") == body.count(b"\n") == body.count(b"\r\n")
    assert body.endswith(b"END:VCARD\r\n")


def test_special_characters_are_escaped_in_text() -> None:
    body = vcard(replace(ZOE, function="a\\b,c;d\ne"), photo_jpeg=None)

    assert line(body, "TITLE") == "TITLE:a\\\\b\\,c\\;d\\ne"


def test_components_are_escaped_one_by_one() -> None:
    body = vcard(
        replace(ZOE, given_name="A;B", family_name="C,D", company="E;F", street="1; rue\n2"),
        photo_jpeg=None,
    )

    assert line(body, "N") == "N:C\\,D;A\\;B;;;"
    assert line(body, "ORG") == "ORG:E\\;F"
    assert line(body, "ADR") == "ADR;TYPE=WORK:;;1\\; rue\\n2;Toulouse;;31000;France"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\u0085b\u2028c\u2029d", "a\nb\nc\nd"),
        ("a\x00b\x1bc\x7fd\x9fe", "abcde"),
        ("a\ud800b", "ab"),
        ("a\vb\fc\td", "a\nb\nc d"),
        ("e\u0301", "é"),
        ("e\x00\u0301", "é"),
        (" \n a b\t ", "a b"),
        ("\r\n", ""),
    ],
)
def test_text_is_composed_and_freed_of_controls(text: str, clean: str) -> None:
    assert cleaned(text) == clean


def test_name_and_formatted_name_are_always_there() -> None:
    body = vcard(replace(NOTHING, family_name=""), photo_jpeg=None)

    assert line(body, "N") == "N;CHARSET=UTF-8:;Zoé;;;"
    assert line(body, "FN") == "FN;CHARSET=UTF-8:Zoé"


def test_even_an_empty_profile_has_both_names() -> None:
    body = vcard(replace(NOTHING, given_name="", family_name=""), photo_jpeg=None)

    assert line(body, "N") == "N:;;;;"
    assert line(body, "FN") == "FN:WeCard"


def test_company_card_is_shown_as_a_company() -> None:
    body = vcard(COMPANY, photo_jpeg=None)

    assert line(body, "N") == "N:;;;;"
    assert line(body, "FN") == "FN;CHARSET=UTF-8:Café Müller\\; Fils"
    assert line(body, "ORG") == "ORG;CHARSET=UTF-8:Café Müller\\; Fils"
    assert line(body, "X-ABShowAs") == "X-ABShowAs:COMPANY"


def test_person_is_not_shown_as_a_company() -> None:
    assert lines(vcard(ZOE, photo_jpeg=None), "X-ABShowAs") == []


def test_charset_stands_on_lines_that_are_not_ascii_and_no_others() -> None:
    body = vcard(
        replace(ZOE, city="Nîmes", links=(Link(label="Vidéo", url="https://v.example"),)),
        photo_jpeg=PHOTO,
    )

    marked = {text for text in content_lines(body) if ";CHARSET=UTF-8:" in text}
    assert marked == {text for text in content_lines(body) if not text.isascii()}
    assert len(marked) == 4


def test_file_is_utf_8_without_a_byte_order_mark() -> None:
    body = vcard(ZOE, photo_jpeg=None)

    assert body.startswith(b"BEGIN:VCARD")
    assert "Zoé" in body.decode("utf-8")


def test_accents_are_composed() -> None:
    body = vcard(replace(ZOE, given_name="Zoe\u0301"), photo_jpeg=None)

    assert line(body, "FN") == "FN;CHARSET=UTF-8:Zoé Lefèvre"


def test_email_is_marked_work_before_internet() -> None:
    assert line(vcard(ZOE, photo_jpeg=None), "EMAIL") == (
        "EMAIL;TYPE=WORK,INTERNET:zoe.lefevre@dupont-industries.fr"
    )


def test_phones_are_marked_cell_work_and_work_fax() -> None:
    assert lines(vcard(ZOE, photo_jpeg=None), "TEL") == [
        "TEL;TYPE=CELL,VOICE:+33612345678",
        "TEL;TYPE=WORK,VOICE:+33561000000",
        "TEL;TYPE=WORK,FAX:+33561000001",
    ]


def test_extension_follows_a_pause_that_phones_dial() -> None:
    body = vcard(replace(ZOE, phone="+33561000000;ext=12"), photo_jpeg=None)

    assert "TEL;TYPE=WORK,VOICE:+33561000000p12" in content_lines(body)


def test_function_is_the_title_and_there_is_no_role() -> None:
    body = vcard(ZOE, photo_jpeg=None)

    assert line(body, "TITLE") == "TITLE:Responsable commerciale"
    assert lines(body, "ROLE") == []


def test_address_has_seven_components() -> None:
    adr = line(vcard(ZOE, photo_jpeg=None), "ADR")

    assert adr == "ADR;TYPE=WORK:;;28 rue de Caumont;Toulouse;;31000;France"


@pytest.mark.parametrize(
    ("country", "name"), [("FR", "France"), ("de", "Allemagne"), ("Wallonie", "Wallonie"), ("", "")]
)
def test_country_is_named_in_french_or_as_given(country: str, name: str) -> None:
    assert country_name(country) == name


def test_website_and_links_are_url_lines_with_labels() -> None:
    links = (
        Link(label="LinkedIn", url="https://www.linkedin.com/in/zoe"),
        Link(label="", url="https://b.example"),
        Link(label="Vidéo", url="https://c.example"),
    )

    body = vcard(replace(ZOE, links=links), photo_jpeg=None)

    assert [text for text in content_lines(body) if "URL" in text or "X-ABLabel" in text] == [
        "URL:https://dupont-industries.fr",
        "item1.URL:https://www.linkedin.com/in/zoe",
        "item1.X-ABLabel:LinkedIn",
        "URL:https://b.example",
        "item3.URL:https://c.example",
        "item3.X-ABLabel;CHARSET=UTF-8:Vidéo",
    ]


def test_label_without_an_address_has_no_line() -> None:
    links = (Link(label="LinkedIn", url=" \n"), Link(label="B", url="https://b.example"))

    body = vcard(replace(ZOE, links=links), photo_jpeg=None)

    assert lines(body, "item1.X-ABLabel") == []
    assert lines(body, "item2.X-ABLabel") == ["item2.X-ABLabel:B"]


def test_note_is_text_before_the_photo() -> None:
    body = vcard(ZOE, photo_jpeg=PHOTO, note="Hall 5, stand 7\r\nthree; o'clock")

    assert line(body, "NOTE") == "NOTE:Hall 5\\, stand 7\\nthree\\; o'clock"
    assert content_lines(body)[-2].startswith("PHOTO;")


def test_address_on_the_web_is_not_escaped_like_text() -> None:
    body = vcard(replace(ZOE, website="https://a.example/x,y;z?q=1%2C2"), photo_jpeg=None)

    assert line(body, "URL") == "URL:https://a.example/x,y;z?q=1%2C2"


def test_social_profile_is_never_used() -> None:
    assert b"X-SOCIALPROFILE" not in vcard(ZOE, photo_jpeg=None)


def test_uid_is_the_profiles_own() -> None:
    assert line(vcard(ZOE, photo_jpeg=None), "UID") == f"UID:urn:uuid:{ZOE.uid}"


def test_revision_is_the_time_of_the_last_change_in_utc() -> None:
    paris = timezone(timedelta(hours=1))
    changed = replace(ZOE, updated_at=datetime(2026, 11, 22, 15, 0, 0, 999, tzinfo=paris))

    assert line(vcard(changed, photo_jpeg=None), "REV") == "REV:2026-11-22T14:00:00Z"


def test_empty_fields_have_no_line() -> None:
    body = vcard(NOTHING, photo_jpeg=None)

    assert [text.partition(":")[0].partition(";")[0] for text in content_lines(body)] == [
        *("BEGIN", "VERSION", "PRODID", "N", "FN", "UID", "REV", "END")
    ]


@pytest.mark.parametrize("blank", [" ", "\n", "\x00", "\u2028"])
def test_blank_fields_count_as_empty(blank: str) -> None:
    profile = replace(
        NOTHING,
        function=blank,
        company=blank,
        street=blank,
        email=blank,
        website=blank,
        mobile=blank,
        links=(Link(label=blank, url=blank),),
    )

    assert vcard(profile, photo_jpeg=None) == vcard(NOTHING, photo_jpeg=None)


def test_hidden_fields_stay_out() -> None:
    shown = replace(ZOE, visible=frozenset({"company"})).as_seen()

    body = vcard(shown, photo_jpeg=None)

    assert lines(body, "TEL") + lines(body, "EMAIL") + lines(body, "ADR") + lines(body, "URL") == []
    assert line(body, "ORG") == "ORG:Dupont Industries"


def test_independent_reader_finds_every_field() -> None:
    card = vobject.readOne(vcard(ZOE, photo_jpeg=PHOTO).decode())

    assert (card.n.value.given, card.n.value.family) == ("Zoé", "Lefèvre")
    assert card.fn.value == "Zoé Lefèvre"
    assert card.org.value == ["Dupont Industries"]
    assert [tel.value for tel in card.tel_list] == [ZOE.mobile, ZOE.phone, ZOE.fax]
    assert card.email.value == ZOE.email
    assert (card.adr.value.street, card.adr.value.code) == (ZOE.street, ZOE.postcode)
    assert (card.adr.value.city, card.adr.value.country) == (ZOE.city, "France")
    assert [url.value for url in card.url_list] == [ZOE.website, ZOE.links[0].url]
    assert card.photo.value == PHOTO
