"""Who has only the link never learns a card's token; who has only the card never learns the link.

A lost card is stopped, and whoever held it is shut out: that must not be undone by a page that
told them the link, nor must a link that is passed around bring a card's token into the open.
"""

import base64
import re
import zlib
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from landing.contract.token import format_token
from tests.landing.web.cast import COMPANY_CARD, MARC_CARD, ZOE, ZOE_CARD
from tests.landing.weconnect.visitor import ANA, YES, Page, Visit

SLUG = "zoe-at-dupont"
TOKENS = [ZOE_CARD, MARC_CARD, COMPANY_CARD]
CARD_WORDS = [*TOKENS, *(format_token(token) for token in TOKENS)]
_SEALED = re.compile(r"\.?[A-Za-z0-9_-]{8,}(?=\.)")


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """A visitor who knows Zoé's link, or her card, but not both."""
    visit.run(f"UPDATE profiles SET slug = '{SLUG}' WHERE uid = '{ZOE.uid}'")
    return visit


def unsealed(text: str) -> Iterator[str]:
    """What stands inside the signed tokens of a page: they are signed, not secret."""
    for sealed in _SEALED.findall(text):
        body = sealed.removeprefix(".")
        try:
            content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
            yield (zlib.decompress(content) if sealed.startswith(".") else content).decode()
        except (ValueError, zlib.error):
            continue


def told_by(answer: TestResponse) -> str:
    """All that an answer tells whoever looks into it closely, in one text."""
    told = f"{answer.headers}\n{answer.text}"
    return "\n".join([told, *unsealed(told)]).upper()


def answers_on_the_way(visit: Visit, start: str) -> list[TestResponse]:
    """Open every page, send the form wrongly and rightly, open the receipt, withdraw."""
    form = visit.get(f"{start}/connect")
    token = Page(form.text).values["form_token"]
    visit.clock.move(seconds=30)
    wrong = visit.post(f"{start}/connect", data=ANA | {"form_token": token})
    sent = visit.post(f"{start}/connect", data=ANA | YES | {"form_token": token})
    receipt = visit.get(sent.headers["Location"])
    withdrawn = visit.post(sent.headers["Location"] + "/withdraw", data=Page(receipt.text).values)
    others = [
        visit.get(start + tail)
        for rule in visit.app.url_map.iter_rules()
        if rule.rule.startswith("/p/<slug>") and "GET" in (rule.methods or ())
        for tail in [rule.rule.removeprefix("/p/<slug>")]
    ]
    assert len(others) >= 3
    return [form, wrong, sent, receipt, withdrawn, visit.get(sent.headers["Location"]), *others]


def test_no_answer_on_the_links_way_has_a_cards_token_in_it(visit: Visit) -> None:
    answers = answers_on_the_way(visit, f"/p/{SLUG}")

    assert {answer.status_code for answer in answers} <= {200, 303, 422}
    assert [word for word in CARD_WORDS for answer in answers if word in told_by(answer)] == []


def test_no_answer_on_the_cards_way_has_the_link_in_it(visit: Visit) -> None:
    answers = answers_on_the_way(visit, f"/c/{ZOE_CARD}")

    assert {answer.status_code for answer in answers} <= {200, 303, 422}
    assert [answer for answer in answers if SLUG.upper() in told_by(answer)] == []


def test_every_way_on_from_the_links_page_is_the_links_own(visit: Visit) -> None:
    hrefs = [
        attributes["href"]
        for tag, attributes in Page(visit.get(f"/p/{SLUG}").text).elements
        if tag == "a" and attributes["href"].startswith("/")
    ]

    ways = [href for href in hrefs if not href.startswith("/privacy")]

    assert len(ways) >= 2
    assert [way for way in ways if not way.startswith(f"/p/{SLUG}/")] == []


def test_token_inside_a_sealed_field_would_be_noticed(visit: Visit) -> None:
    form = visit.get(f"/c/{ZOE_CARD}/connect")

    sealed = Page(form.text).values["form_token"]

    assert ZOE_CARD not in sealed
    assert ZOE_CARD in "".join(unsealed(sealed))
