"""A link that we accept leads a real browser to the host that we read in it."""

import random
from urllib.parse import urlsplit

from playwright.sync_api import Page

from landing.profile.links import LinkError, safe_link
from tests.e2e.browser import chromium

_PIECES = [*"abcé./:@?#%\\[]0127x-_;,=<\"'。１ẞßàⅧ①", "xn--", "127.0.0.1", "%2f", "0x7f"]
_READ = """texts => texts.map(text => {
  try { const url = new URL(text); return [url.protocol, url.hostname, url.port]; }
  catch (error) { return null; }
})"""
Place = tuple[str, str, str]


def test_browser_and_link_rules_agree_on_scheme_host_and_port() -> None:
    typed = _typed_links()
    accepted = [(text, safe_link(text)) for text in typed if _is_accepted(text)]

    with chromium() as browser:
        page = browser.new_page()
        as_typed = _read_by_browser(page, [text for text, _ in accepted])
        as_written = _read_by_browser(page, [link for _, link in accepted])
        lax = _read_by_browser(page, [text for text in typed if not _is_accepted(text)])

    assert len(accepted) > 500
    assert as_written == [_read_by_us(link) for _, link in accepted]
    assert as_written == as_typed
    assert any(place is not None for place in lax)  # what we refuse, a browser might have opened


def _typed_links() -> list[str]:
    source = random.Random(20261122)
    endings = ["".join(source.choices(_PIECES, k=source.randrange(1, 10))) for _ in range(5000)]
    return [
        *(f"https://{ending}" for ending in endings),
        *(f"https://example.org{ending}" for ending in endings),
        *(f"http://a.{ending}.example" for ending in endings),
    ]


def _is_accepted(text: str) -> bool:
    try:
        safe_link(text)
    except LinkError:
        return False
    return True


def _read_by_us(link: str) -> Place:
    parts = urlsplit(link)
    return f"{parts.scheme}:", parts.hostname or "", str(parts.port or "")


def _read_by_browser(page: Page, texts: list[str]) -> list[Place | None]:
    return [tuple(place) if place else None for place in page.evaluate(_READ, texts)]
