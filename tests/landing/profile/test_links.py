"""Links: what is safe is written anew, what could be read in two ways is refused."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.profile.links import MAX_LENGTH, LinkError, safe_link


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://dupont-industries.fr", "https://dupont-industries.fr"),
        ("https://dupont-industries.fr/", "https://dupont-industries.fr/"),
        ("HTTPS://WWW.Example.ORG/Team", "https://www.example.org/Team"),
        ("http://example.org", "http://example.org"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org?x=1", "https://example.org/?x=1"),
        ("https://example.org#top", "https://example.org/#top"),
        ("https://example.org/é?q=ü#ß", "https://example.org/%C3%A9?q=%C3%BC#%C3%9F"),
        ("https://example.org/a%20b%zz%", "https://example.org/a%20b%25zz%25"),
        ("https://example.org/\"><script>'", "https://example.org/%22%3E%3Cscript%3E%27"),
        ("https://example.org/a,b;c=d?e,f&g", "https://example.org/a,b;c=d?e,f&g"),
        ("https://example.org/@zoe", "https://example.org/@zoe"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://BÜCHER.example/a", "https://xn--bcher-kva.example/a"),
        ("https://аpple.com", "https://xn--pple-43d.com"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://example。org", "https://example.org"),
        ("https://my_shop.example.org", "https://my_shop.example.org"),
        ("mailto:zoe@example.org", "mailto:zoe@example.org"),
        ("MAILTO:Zoe.L+card@Example.ORG", "mailto:Zoe.L+card@example.org"),
        ("tel:+33561000000", "tel:+33561000000"),
        ("tel:+33-5.61(00)00-00", "tel:+33561000000"),
        ("tel:+33561000000;ext=12", "tel:+33561000000;ext=12"),
    ],
)
def test_safe_link_is_written_anew(text: str, link: str) -> None:
    assert safe_link(text) == link
    assert safe_link(link) == link


HOSTILE = [
    "",
    "example.org",
    "www.example.org/a",
    "//example.org",
    "/a",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.org",
    "blob:https://example.org/1",
    "https:example.org",
    "https:/example.org",
    "https://",
    "https:///example.org",
    "https:////example.org",
    "https://?x",
    "https://#x",
    "https://exa\nmple.org",
    "https://exa\tmple.org",
    "https://example.org/\r\nSet-Cookie:x",
    " https://example.org",
    "https://example.org ",
    "https://exam ple.org",
    "https://example.org/a b",
    "https://example.org/a\u00a0b",
    "https://example.org/\u202egpj.exe",
    "https://exam\u00adple.org",
    "https://exam\u200bple.org",
    "https://example.org/\ud800",
    "https://a\\@evil.example",
    "https:\\\\example.org",
    "https://example.org\\.evil.example",
    "https://user@example.org",
    "https://user:password@example.org",
    "https://@example.org",
    "https://example.org@evil.example",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://１２７.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[v1.a:b]/",
    "https://[::1",
    "https://example.org:0/",
    "https://example.org:65536/",
    "https://example.org:http/",
    "https://example.org:-1/",
    "https://localhost",
    "https://intranet/a",
    "https://example..org",
    "https://.example.org",
    "https://example.org.",
    "https://-example.org",
    "https://exa%6dple.org",
    "https://exa%00mple.org",
    "https://example.org℀.evil.example",
    "https://exam⁄ple.org",
    "https://xn--a.example",
    "https://" + "a" * 64 + ".example",
    "https://" + "abcd." * 60 + "example",
    "https://example.org/" + "a" * MAX_LENGTH,
    "https://exa<b>mple.org",
    "https://exa'mple.org",
    "mailto:",
    "mailto:zoe",
    "mailto:@example.org",
    "mailto:zoe@",
    "mailto:zoe@localhost",
    "mailto:zoe@127.0.0.1",
    "mailto:zoe@example.org?bcc=x@evil.example",
    "mailto:zoe@example.org,x@evil.example",
    "mailto:a@b@example.org",
    "mailto:zoe%0d%0abcc:x@example.org",
    "mailto://zoe@example.org/",
    'mailto:"<x>"@example.org',
    "tel:",
    "tel:112",
    "tel:0561000000",
    "tel:+33561000000,,*21#",
    "tel:*#06#",
    "tel:+3356100000012345678",
    "tel:+٣٣٥٦١",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_link_is_refused(text: str) -> None:
    with pytest.raises(LinkError):
        safe_link(text)


def test_the_hostile_list_catches_a_lax_rule() -> None:
    passed = [text for text in HOSTILE if _looks_like_a_link(text)]

    assert len(passed) > 20


def test_refusal_says_why_and_does_not_repeat_the_link() -> None:
    with pytest.raises(LinkError, match="backslash") as caught:
        safe_link("https://secret\\@evil.example")

    assert isinstance(caught.value, ValueError)
    assert "secret" not in str(caught.value)
    assert "https://" in caught.value.hint


_LINKS = st.text("abé./:@?#%\\[]0127x\t\n-_;,=<\"'。１", max_size=30)


@given(
    st.text(max_size=40)
    | _LINKS.map(lambda text: f"https://{text}")
    | _LINKS.map(lambda text: f"https://example.org{text}")
    | _LINKS.map(lambda text: f"mailto:{text}")
)
def test_accepted_link_is_plain_and_stays_the_same(text: str) -> None:
    try:
        link = safe_link(text)
    except LinkError:
        return

    assert link.isascii()
    assert link.isprintable()
    assert not set(link) & set(" \"'<>\\`{|}^")
    assert safe_link(link) == link
    assert urlsplit(link).scheme in ("https", "http", "mailto", "tel")


def _looks_like_a_link(text: str) -> bool:
    """The rule that many pages have."""
    return text.strip().lower().startswith(("https://", "http://", "mailto:", "tel:"))
