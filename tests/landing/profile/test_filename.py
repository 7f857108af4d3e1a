"""The vCard file has a name that every phone and every file system takes."""

import re
from dataclasses import replace
from urllib.parse import unquote_to_bytes

import pytest
from flask import Flask, send_file
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from landing.profile.filename import content_disposition
from landing.settings import Disposition
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


_NAMES = st.text(
    st.sampled_from("\"\\/;:%=*'?\r\n\t\x00\x7f\x85\u2028\u202e\u037e.é 😀ש／％＂")
    | st.characters(exclude_categories=()),
    max_size=80,
)
_VALUE = re.compile(
    r"(?P<kind>inline|attachment); filename=\"(?P<plain>[ !#-\[\]-~]+)\.vcf\""
    r"(?:; filename\*=UTF-8''(?P<full>(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+)\.vcf)?"
)


def header_faults(value: str, disposition: str) -> list[str]:
    """What is wrong with a header's value, by the grammar alone.

    Source: RFC 6266, 4.1; RFC 7230, 3.2.6 (quoted-string); RFC 8187, 3.2.1 (attr-char).
    """
    found = _VALUE.fullmatch(value)
    if not found or found["kind"] != disposition:
        return ["grammar"]
    names = [found["plain"]]
    if found["full"]:
        names.append(unquote_to_bytes(found["full"]).decode())
    checks = {
        "path": not any(sign in name for name in names for sign in "/\\:"),
        "outer signs": all(name == name.strip(" .") for name in names),
        "unreadable": all(name.isprintable() for name in names),
        "escapes": "%" not in found["plain"],
        "length": all(len(f"{name}.vcf".encode()) <= 255 for name in names),
        "one name twice": names[1:] != names[:1],
    }
    return [name for name, good in checks.items() if not good]


@pytest.mark.parametrize("disposition", ["inline", "attachment"])
@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(given_name=_NAMES, family_name=_NAMES, company=_NAMES)
def test_header_is_what_the_grammar_has_whatever_the_name(
    disposition: Disposition, given_name: str, family_name: str, company: str
) -> None:
    person = replace(ZOE, given_name=given_name, family_name=family_name, company=company)

    header = content_disposition(person, disposition)

    assert header_faults(header, disposition) == []
    kind, options = parse_options_header(header)
    assert (kind, options["filename"].endswith(".vcf")) == (disposition, True)


@pytest.mark.parametrize("disposition", ["inline", "attachment"])
def test_name_is_the_same_in_both_dispositions(disposition: Disposition) -> None:
    header = content_disposition(ZOE, disposition)

    assert header == content_disposition(ZOE).replace("inline", disposition)


@pytest.mark.parametrize(
    "value",
    [
        'inline; filename="a"b.vcf"',
        'inline; filename="a\\".vcf"',
        'inline; filename="a.vcf"\r\nSet-Cookie: x=1',
        'inline; filename="Zoé.vcf"',
        'inline; filename="../a.vcf"',
        'inline; filename=".vcf"',
        'inline; filename="a%22.vcf"',
        "inline; filename=\"Zoe.vcf\"; filename*=UTF-8''Zoé.vcf",
        "inline; filename=\"Zoe.vcf\"; filename*=UTF-8''Zoe%2F.vcf",
        "inline; filename=\"Zoe.vcf\"; filename*=UTF-8''a%0D%0Ab.vcf",
        "inline; filename=\"Zoe.vcf\"; filename*=UTF-8''Zoe.vcf",
        "inline; filename=\"Zoe.vcf\"; filename*=UTF-8''" + "%C3%A9" * 200 + ".vcf",
        "attachment; filename=a.vcf",
        'attachment; filename="a.vcf"',
        'form-data; filename="a.vcf"',
    ],
)
def test_faulty_header_would_be_noticed(value: str) -> None:
    assert header_faults(value, "inline") != []
