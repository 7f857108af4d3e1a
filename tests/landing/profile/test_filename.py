"""The vCard file has a name that every phone and every file system takes."""

from dataclasses import replace
from urllib.parse import unquote

import pytest
from flask import Flask, send_file
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from landing.profile.filename import content_disposition
from tests.landing.profile.people import COMPANY, ZOE


def test_name_is_given_in_ascii_and_in_full() -> None:
    assert content_disposition(ZOE) == (
        "inline; filename=\"Zoe Lefevre.vcf\"; filename*=UTF-8''Zo%C3%A9%20Lef%C3%A8vre.vcf"
    )


def test_ascii_name_is_given_once() -> None:
    bob = replace(ZOE, given_name="Bob", family_name="Martin")

    assert content_disposition(bob) == 'inline; filename="Bob Martin.vcf"'


def test_company_names_its_own_card() -> None:
    assert 'filename="Cafe Muller Fils.vcf"' in content_disposition(COMPANY)


@pytest.mark.parametrize(
    ("family_name", "plain"),
    [
        ("Œuvre", "OEuvre"),
        ("Ærø Straße", "AEro Strasse"),
        ("d’Arc", "d'Arc"),
        ("山田", "contact"),
        ("😀", "contact"),
        ('a"b', "a b"),
        ("a\\b/c:d", "a b c d"),
        ("../../etc/passwd", "etc passwd"),
        ("a\r\nSet-Cookie: x=1", "a Set-Cookie x=1"),
        ("%41%2f", "41 2f"),
        ("a\u202eb", "a b"),
        (".hidden.", "hidden"),
        ("x" * 300, "x" * 60),
        ("", "contact"),
    ],
)
def test_odd_names_become_plain_ones(family_name: str, plain: str) -> None:
    person = replace(ZOE, given_name="", family_name=family_name, company="")

    _, options = parse_options_header(content_disposition(person).split("; filename*=")[0])

    assert options["filename"] == f"{plain}.vcf"


def test_flask_itself_would_send_the_same() -> None:
    with Flask("beside").test_request_context():
        answer = send_file(__file__, mimetype="text/vcard", download_name="Zoé Lefèvre.vcf")
    answer.close()

    flask_says = parse_options_header(answer.headers["Content-Disposition"])

    assert flask_says == parse_options_header(content_disposition(ZOE))


@given(st.text(max_size=80), st.text(max_size=80))
def test_header_is_one_line_of_ascii_whatever_the_name(given_name: str, family_name: str) -> None:
    header = content_disposition(replace(ZOE, given_name=given_name, family_name=family_name))

    assert header.isascii()
    assert header.isprintable()
    kind, options = parse_options_header(header)
    assert kind == "inline"
    assert options["filename"].endswith(".vcf")
    assert not set(unquote(options["filename"])) & set('/\\"\r\n\x00')
    assert not options["filename"].startswith(".")
