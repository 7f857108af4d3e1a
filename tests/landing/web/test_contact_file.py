"""The contact file comes as phones take it."""

from dataclasses import replace
from email.message import Message
from io import BytesIO
from urllib.parse import unquote

import pytest
import vobject
from flask.testing import FlaskClient
from PIL import Image

from landing.app import create_app
from tests.landing.profile.vcard_reader import read_vcard
from tests.landing.web.cast import COMPANY_CARD, MARC_CARD, ZOE_CARD, Site, Visitor


def test_the_file_is_a_vcard_in_utf_8(client: FlaskClient) -> None:
    answer = client.get(f"/c/{ZOE_CARD}/contact.vcf")

    assert answer.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer.data.startswith(b"BEGIN:VCARD\r\nVERSION:3.0\r\n")
    assert answer.data.endswith(b"END:VCARD\r\n")


def test_the_file_is_shown_in_place_under_the_persons_name(client: FlaskClient) -> None:
    disposition = client.get(f"/c/{ZOE_CARD}/contact.vcf").headers["Content-Disposition"]
    message = Message()
    message["Content-Disposition"] = disposition

    assert message.get_content_disposition() == "inline"
    assert 'filename="Zoe Lefevre.vcf"' in disposition
    assert unquote(disposition.rpartition("''")[2]) == "Zoé Lefèvre.vcf"


def test_the_file_carries_what_the_page_shows(client: FlaskClient) -> None:
    card = vobject.readOne(client.get(f"/c/{ZOE_CARD}/contact.vcf").text)

    assert card.fn.value == "Zoé Lefèvre"
    assert card.org.value == ["Dupont Industries"]
    assert card.email.value == "zoe.lefevre@dupont-industries.example"
    assert card.photo.value.startswith(b"\xff\xd8\xff")
    assert len(card.tel_list) == 3


def test_an_empty_field_is_not_in_the_file(client: FlaskClient) -> None:
    text = client.get(f"/c/{MARC_CARD}/contact.vcf").text

    assert "marc@atelier-durand.example" in text
    assert "TEL" not in text
    assert "PHOTO" not in text


@pytest.mark.parametrize("token", [ZOE_CARD, MARC_CARD, COMPANY_CARD])
def test_the_file_never_names_the_card(client: FlaskClient, token: str) -> None:
    assert token not in client.get(f"/c/{token}/contact.vcf").text


def test_a_picture_that_is_not_there_leaves_the_file_whole(site: Site) -> None:
    picture = next(site.settings.pictures_dir.glob("*-400.jpg"))
    away = picture.rename(picture.with_suffix(".away"))
    try:
        answer = site.client().get(f"/c/{ZOE_CARD}/contact.vcf")
    finally:
        away.rename(picture)

    assert answer.status_code == 200
    assert b"PHOTO" not in answer.data


def test_the_portrait_is_a_square_jpeg_of_400_pixels_at_the_end(client: FlaskClient) -> None:
    last = read_vcard(client.get(f"/c/{ZOE_CARD}/contact.vcf").data)[-1]

    assert (last.name, dict(last.parameters)["TYPE"]) == ("PHOTO", ("JPEG",))
    assert isinstance(last.value, bytes)
    with Image.open(BytesIO(last.value)) as portrait:
        assert (portrait.format, portrait.size) == ("JPEG", (400, 400))


@pytest.mark.parametrize("token", [ZOE_CARD, COMPANY_CARD])
def test_the_company_logo_is_never_sent(client: FlaskClient, token: str) -> None:
    assert "LOGO" not in client.get(f"/c/{token}/contact.vcf").text


def test_the_file_is_stored_instead_where_the_setting_says_so(site: Site) -> None:
    stored = replace(site.settings, vcard_disposition="attachment")
    paths = [f"/c/{token}/contact.vcf" for token in (ZOE_CARD, COMPANY_CARD)]

    shown, kept = (
        [Visitor(create_app(each)).get(path).headers["Content-Disposition"] for path in paths]
        for each in (site.settings, stored)
    )

    assert kept == [value.replace("inline;", "attachment;") for value in shown]
    assert kept != shown


def test_an_empty_line_follows_the_portrait_where_the_setting_says_so(site: Site) -> None:
    client = Visitor(create_app(replace(site.settings, vcard_blank_line=True)))
    plain = site.client().get(f"/c/{ZOE_CARD}/contact.vcf").data

    with_portrait, without = (
        client.get(f"/c/{token}/contact.vcf").data for token in (ZOE_CARD, MARC_CARD)
    )

    assert with_portrait == plain.replace(b"\r\nEND:", b"\r\n\r\nEND:")
    assert without == site.client().get(f"/c/{MARC_CARD}/contact.vcf").data
