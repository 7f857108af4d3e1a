"""Withdrawing: as easy as giving, at once, for good, and once only."""

from collections.abc import Callable

import pytest

from landing.consent.events import chain_faults
from landing.storage.consent import all_events
from landing.storage.database import open_database
from tests.landing.web.cast import ZOE
from tests.landing.weconnect.visitor import ANA, Page, Visit

KEPT_WORDS = [*ANA.values(), "+33639981234"]


def withdraw(visit: Visit) -> tuple[str, int]:
    """Send, open the receipt, press its button; give the receipt and the answer's status."""
    path = visit.send().headers["Location"]
    page = Page(visit.get(path).text)
    [form] = page.having(method="post")
    visit.clock.move(days=1)
    return path, visit.post(form["action"], data=page.values).status_code


def test_withdrawal_takes_as_many_actions_as_giving(visit: Visit) -> None:
    giving = Page(visit.get().text)
    receipt = Page(visit.get(visit.send().headers["Location"]).text)

    to_give = len(giving.having(type="checkbox")) + len(giving.having(type="submit"))
    to_withdraw = 1 + len(receipt.having(type="submit"))  # open the receipt, press the button

    assert to_withdraw <= to_give
    assert receipt.having(type="checkbox") == []
    assert receipt.having(type="password") == []


def test_withdrawal_leads_back_to_the_receipt(visit: Visit) -> None:
    path, status = withdraw(visit)

    answer = visit.get(path)

    assert status == 303
    assert answer.status_code == 200
    assert Page(answer.text).having(method="post") == []
    assert "doit répondre" in Page(answer.text).text


def test_erased_words_are_gone_from_receipt_and_rows(visit: Visit) -> None:
    path, _ = withdraw(visit)

    answer = visit.get(path).text
    [row] = visit.rows(f"SELECT {', '.join(ANA)}, commit_salt FROM submissions")

    assert set(row) == {None}
    assert [words for words in KEPT_WORDS if words in answer] == []


def test_record_and_chain_stay_as_proof(visit: Visit) -> None:
    withdraw(visit)

    events = visit.rows("SELECT type, at FROM consent_events ORDER BY seq")

    assert events == [
        ("given", "2026-11-22T14:00:30.000Z"),
        ("withdrawn", "2026-11-23T14:00:30.000Z"),
    ]
    assert visit.count("consent_records") == 1
    with (
        open_database(visit.settings.database_url, visit.settings.lock_path) as store,
        store.reading() as db,
    ):
        assert chain_faults(all_events(db)) == []


def test_owner_is_told_to_stop_and_the_news_before_is_called_back(visit: Visit) -> None:
    withdraw(visit)

    told = visit.rows("SELECT kind, state, profile_uid FROM outbox ORDER BY created_at")

    assert told == [
        ("contact-received", "cancelled", ZOE.uid),
        ("consent-withdrawn", "pending", ZOE.uid),
    ]


def test_withdrawing_again_changes_nothing(visit: Visit) -> None:
    path = visit.send().headers["Location"]
    data = Page(visit.get(path).text).values

    answers = [visit.post(path + "/withdraw", data=data) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {303}
    assert visit.counts()["consent_events"] == 2
    assert visit.counts()["outbox"] == 2


def test_button_works_after_years(visit: Visit) -> None:
    path = visit.send().headers["Location"]
    data = Page(visit.get(path).text).values
    visit.clock.move(days=700)

    assert visit.post(path + "/withdraw", data=data).status_code == 303
    assert visit.rows("SELECT state FROM submissions") == [("withdrawn",)]


@pytest.mark.parametrize("forge", [lambda token: "", lambda token: token[:-1], lambda token: "é\0"])
def test_button_that_we_did_not_draw_does_nothing(
    visit: Visit, forge: Callable[[str], str]
) -> None:
    path = visit.send().headers["Location"]
    token = Page(visit.get(path).text).values["withdraw_token"]

    answer = visit.post(path + "/withdraw", data={"withdraw_token": forge(token)})

    assert answer.status_code == 422
    assert Page(answer.text).having(type="submit")
    assert visit.rows("SELECT state FROM submissions") == [("received",)]


def test_button_of_another_receipt_does_nothing(visit: Visit) -> None:
    mine, other = (visit.send().headers["Location"] for _ in range(2))
    token = Page(visit.get(other).text).values["withdraw_token"]

    assert visit.post(mine + "/withdraw", data={"withdraw_token": token}).status_code == 422
    assert visit.counts()["consent_events"] == 2


def test_form_withdrawn_and_sent_once_more_from_an_old_page_asks_again(visit: Visit) -> None:
    form = {**ANA, "share_with_owner": "1", "form_token": visit.open_form()}
    path = visit.post(data=form).headers["Location"]
    visit.post(path + "/withdraw", data=Page(visit.get(path).text).values)

    answer = visit.post(data=form)

    assert answer.status_code == 422
    assert visit.count("submissions") == 1


def test_withdrawal_of_a_held_sending_stays_held(visit: Visit) -> None:
    path = visit.send({"topic": "x"}).headers["Location"]
    visit.post(path + "/withdraw", data=Page(visit.get(path).text).values)

    assert visit.rows("SELECT kind, state FROM outbox ORDER BY kind") == [
        ("consent-withdrawn", "held"),
        ("contact-received", "cancelled"),
    ]


def test_other_sendings_are_left_alone(visit: Visit) -> None:
    visit.send()
    withdraw(visit)

    assert visit.rows("SELECT state, email FROM submissions ORDER BY given_at") == [
        ("received", ANA["email"]),
        ("withdrawn", None),
    ]
