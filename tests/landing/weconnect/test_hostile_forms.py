"""Whatever is posted, the site answers calmly: never with a fault of its own."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing.weconnect.fields import FIELD_NAMES
from tests.landing.weconnect.visitor import ANA, Visit

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PARTS = b"".join(
    b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % number
    for number in range(1000)
)
HOSTILE: dict[str, dict[str, Any]] = {
    "nothing": {"data": b"", "content_type": URLENCODED},
    "nulls": {"data": {"given_name": "\x00" * 50, "email": "\x00", "form_token": "\x00"}},
    "huge-field": {"data": {"message": "a" * 60_000}},
    "huge-body": {"data": {"message": "a" * 1_000_000}},
    "thousand-fields": {"data": {f"f{number}": "1" for number in range(1000)}},
    "thousand-parts": {"data": PARTS + b"--x--\r\n", "content_type": MULTIPART},
    "cut-multipart": {"data": PARTS[:500], "content_type": MULTIPART},
    "multipart-without-boundary": {"data": b"--x", "content_type": "multipart/form-data"},
    "latin-1": {"data": "given_name=Zoé&email=é".encode("latin-1"), "content_type": URLENCODED},
    "utf-16": {
        "data": "given_name=Zoé".encode("utf-16"),
        "content_type": f"{URLENCODED}; charset=utf-16",
    },
    "unknown-charset": {"data": b"email=a", "content_type": f"{URLENCODED}; charset=nonsense"},
    "bad-percent": {"data": b"email=%ZZ%&%&=&==&%00=%ff%fe", "content_type": URLENCODED},
    "surrogates": {
        "data": b"given_name=%ED%A0%80&message=%F4%90%80%80",
        "content_type": URLENCODED,
    },
    "duplicate-keys": {
        "data": b"email=a&email=b&share_with_owner=1&share_with_owner=0",
        "content_type": URLENCODED,
    },
    "json": {"json": {"email": "a"}},
    "control-characters": {"data": dict.fromkeys(FIELD_NAMES, "\x01\x02\x1b[2J\x7f\x85\u2028")},
    "encoded-words": {"data": dict.fromkeys(FIELD_NAMES, "=?utf-8?q?=0ABcc:_x@y.example?=")},
    "markup": {"data": dict.fromkeys(FIELD_NAMES, '"><script>alert(1)</script>{{ 7*7 }}')},
    "file": {
        "data": b'--x\r\nContent-Disposition: form-data; name="email"; filename="a.png"\r\n\r\n1'
        b"\r\n--x--\r\n",
        "content_type": MULTIPART,
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_form_is_refused_and_nothing_is_kept(visit: Visit, name: str) -> None:
    answer = visit.post(**HOSTILE[name])

    assert answer.status_code in {400, 411, 413, 415, 422}
    assert "<script" not in answer.text
    assert set(visit.counts().values()) == {0}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_withdrawal_is_refused(visit: Visit, name: str) -> None:
    path = visit.send().headers["Location"]

    answer = visit.post(path + "/withdraw", **HOSTILE[name])

    assert answer.status_code in {400, 411, 413, 415, 422}
    assert visit.rows("SELECT state FROM submissions") == [("received",)]


def test_markup_is_shown_as_words(visit: Visit) -> None:
    words = '</textarea><b>"bold"</b>'

    answer = visit.post(data={"message": words, "form_token": visit.open_form()})

    assert "<b>&#34;" not in answer.text
    assert "&lt;/textarea&gt;&lt;b&gt;" in answer.text


def test_longest_message_of_the_longest_characters_is_taken(visit: Visit) -> None:
    assert visit.send({"message": "🙂" * 2000}).status_code == 303


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*FIELD_NAMES, "form_token", "share_with_owner", "topic"]),
            st.text(max_size=300) | st.sampled_from([*ANA.values(), "1"]),
        ),
        max_size=12,
    )
)
def test_any_form_is_answered_with_a_page(visit: Visit, fields: list[tuple[str, str]]) -> None:
    body = urlencode([(name, value.encode("utf-8", "replace")) for name, value in fields])

    answer = visit.post(data=body, content_type=URLENCODED)

    assert answer.status_code in {413, 422}
