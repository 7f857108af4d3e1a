"""The receipt: what it shows, to whom, and that opening it does nothing."""

import pytest

from landing.consent.notices import current_notice
from tests.landing.web.cast import ZOE_CARD
from tests.landing.weconnect.visitor import ANA, Page, Visit

UNKNOWN = "/x/00000000000000000000000000"


def receipt_path(visit: Visit) -> str:
    """Send the form, and give the address of its receipt."""
    return visit.send().headers["Location"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["Dupont Industries", "22 novembre 2028", "recontacte", "Retirer mon accord"]),
        ("en", ["Dupont Industries", "November 22, 2028", "contacted", "Withdraw my consent"]),
    ],
)
def test_receipt_says_what_to_whom_for_what_and_until_when(
    visit: Visit, language: str, said: list[str]
) -> None:
    visit.language = language

    answer = visit.get(receipt_path(visit))
    text = Page(answer.text).text

    assert answer.status_code == 200
    assert [words for words in [*ANA.values(), *said] if words not in text] == [ANA["tel"]]
    assert "+33 6 39 98 12 34" in text


def test_receipt_names_the_record_its_hash_and_the_notice_shown(visit: Visit) -> None:
    page = Page(visit.get(receipt_path(visit)).text)

    [(record_id, sha256)] = visit.rows("SELECT record_id, sha256 FROM consent_records")

    assert record_id in page.text
    assert sha256 in page.text
    assert page.having(href=f"/privacy/{current_notice('fr').sha256}")


def test_receipt_offers_the_owners_contact_by_one_button(visit: Visit) -> None:
    page = Page(visit.get(receipt_path(visit)).text)

    [button] = page.having(class_="button")

    assert button["href"] == f"/c/{ZOE_CARD}/contact.vcf"


def test_receipt_of_a_card_that_was_stopped_still_opens(visit: Visit) -> None:
    path = receipt_path(visit)
    visit.run("UPDATE cards SET state = 'retired'")

    answer = visit.get(path)

    assert answer.status_code == 200
    assert Page(answer.text).having(class_="button") == []


def test_receipt_speaks_the_language_of_the_form(visit: Visit) -> None:
    visit.language = "en"
    path = receipt_path(visit)
    visit.language = "de"

    assert '<html lang="en">' in visit.get(path).text


def test_opening_a_receipt_changes_nothing(visit: Visit) -> None:
    path = receipt_path(visit)
    before = visit.rows("SELECT * FROM submissions"), visit.counts()

    answers = [visit.get(path), visit.get(path + "/withdraw"), visit.get(path.lower())]

    assert [answer.status_code for answer in answers] == [200, 405, 200]
    assert before == (visit.rows("SELECT * FROM submissions"), visit.counts())


def test_receipt_is_not_kept_by_anyone(visit: Visit) -> None:
    answer = visit.get(receipt_path(visit))

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.parametrize("path", [UNKNOWN, "/x/short", "/x/" + "U" * 26, "/x/%00", "/x/é"])
def test_unknown_receipt_is_not_found(visit: Visit, path: str) -> None:
    answers = [visit.get(path), visit.post(path + "/withdraw", data={"x": "1"})]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_database_does_not_hold_the_receipts_address(visit: Visit) -> None:
    receipt = receipt_path(visit).removeprefix("/x/").encode()

    assert receipt not in visit.database_path.read_bytes()
    assert receipt not in visit.database_path.with_suffix(".db-wal").read_bytes()
