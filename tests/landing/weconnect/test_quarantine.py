"""What looks like a machine's sending is held back, and answered like any other."""

import pytest

from landing.weconnect.form import HONEYPOT
from tests.landing.weconnect.visitor import ANA, CONNECT, YES, Page, Visit

HELD = [("quarantined", "held")]
STATES = "SELECT s.state, o.state FROM submissions s JOIN outbox o USING (subject_ref)"


@pytest.mark.parametrize(("seconds", "states"), [(2.9, HELD), (3, [("received", "pending")])])
def test_form_sent_too_fast_is_held_back(
    visit: Visit, seconds: float, states: list[tuple[str, str]]
) -> None:
    token = visit.open_form(after=seconds)

    visit.post(data=ANA | YES | {"form_token": token})

    assert visit.rows(STATES) == states


def test_filled_trap_is_held_back(visit: Visit) -> None:
    visit.send({HONEYPOT: "https://spam.example"})

    assert visit.rows(STATES) == HELD


def test_held_back_form_is_answered_alike(visit: Visit) -> None:
    plain, held = visit.send(), visit.send({HONEYPOT: "x"})
    receipts = [visit.get(answer.headers["Location"]).text for answer in (plain, held)]

    assert (plain.status_code, held.status_code) == (303, 303)
    assert len(plain.headers["Location"]) == len(held.headers["Location"])
    assert Page(receipts[0]).text.split()[:20] == Page(receipts[1]).text.split()[:20]
    assert visit.counts() == {
        "submissions": 2,
        "consent_records": 2,
        "consent_events": 2,
        "outbox": 2,
        "notices": 2,
    }


def test_trap_is_out_of_sight_and_out_of_the_tab_order(visit: Visit) -> None:
    page = Page(visit.get(CONNECT).text)

    [trap] = page.having(name=HONEYPOT)

    assert trap["tabindex"] == "-1"
    assert trap["autocomplete"] == "off"
    assert page.having(class_="trap")


def test_unticked_box_in_a_hurry_is_told_and_not_held(visit: Visit) -> None:
    token = visit.open_form(after=1)

    assert visit.post(data=ANA | {"form_token": token}).status_code == 422
    assert visit.count("submissions") == 0
