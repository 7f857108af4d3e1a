"""A sending is whole or not there at all, and so is a withdrawal."""

from collections.abc import Callable
from datetime import datetime
from random import Random

import pytest

from landing.consent.contact import Contact
from landing.consent.notices import NOTICE_ID, current_notice
from landing.consent.parties import Recipient
from landing.consent.record import NoticeShown
from landing.errors import StorageError
from landing.storage.consent import add_record, append_event
from landing.storage.database import Database, open_database
from landing.storage.outbox import add_message
from landing.storage.submissions import add_submission
from landing.weconnect import share
from landing.weconnect.formtoken import Showing
from landing.weconnect.share import Randomness, Sending, ShownTexts, share_contact
from tests.landing.web.cast import NOW, ZOE, ZOE_CARD
from tests.landing.weconnect.visitor import ANA, TABLES, Page, Visit

Share = Callable[..., str | None]
FAILURES = [*((table, "INSERT") for table in TABLES)]
WITHDRAWAL_FAILURES = [
    ("submissions", "UPDATE"),
    ("consent_events", "INSERT"),
    ("outbox", "UPDATE"),
    ("outbox", "INSERT"),
]


def break_writing(visit: Visit, table: str, verb: str) -> None:
    """Have every such write to the table fail from now on, as on a full disk."""
    visit.run(
        f"CREATE TRIGGER broken BEFORE {verb} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'no space left'); END"
    )


def sending() -> Sending:
    """A sending as the form makes it."""
    notice = current_notice("fr")
    showing = Showing(
        card=ZOE_CARD,
        slug="",
        recipient="c" * 64,
        nonce="0" * 32,
        language="fr",
        notice=notice.sha256,
        bundle="b" * 64,
        shown_at=NOW,
    )
    shown = NoticeShown(id=NOTICE_ID, version=1, url="/privacy", sha256=notice.sha256)
    return Sending(
        contact=Contact(given_name="Ana", email="ana@visitor.example"),
        ticked=frozenset({"share_with_owner"}),
        doubtful=False,
        showing=showing,
        recipient=Recipient(profile_uid=ZOE.uid, name="Zoé Lefèvre", organization="Dupont"),
        channel="chip",
        texts=ShownTexts(notice=shown, notice_page=notice.content, form_bundle=b"form"),
    )


def share_with_the_outbox_apart(
    database: Database, sending: Sending, *, secret_key: str, now: datetime, random: Randomness
) -> str | None:
    """A seeded fault: the owner's news is committed after the rest."""
    agreement, salt = share._agreement(sending, now, random)
    submission = share._submission(sending, agreement, "R" * 26, salt)
    record = share._record(agreement)
    with database.writing() as db:
        add_submission(db, submission)
        add_record(db, record)
        append_event(db, share._given(agreement, record, random))
    with database.writing() as db:
        add_message(db, share._message(submission, random))
    return "R" * 26


def share_with_the_failure_swallowed(
    database: Database, sending: Sending, *, secret_key: str, now: datetime, random: Randomness
) -> str | None:
    """A seeded fault: the visitor is told "sent" whatever happened."""
    try:
        return share_contact(database, sending, secret_key=secret_key, now=now, random=random)
    except StorageError:
        return "R" * 26


def is_whole_or_absent(visit: Visit, shared: Share) -> bool:
    """Share once and look: on a failure nothing may be there, and nobody may be told "sent"."""
    random = Random(1).randbytes
    with open_database(visit.settings.database_url, visit.settings.lock_path) as database:
        try:
            told = shared(database, sending(), secret_key="k" * 32, now=NOW, random=random)
        except StorageError:
            told = None
    rows = {visit.count(table) for table in TABLES[:4]}
    return rows == ({1} if told else {0})


def test_sending_is_whole(visit: Visit) -> None:
    assert is_whole_or_absent(visit, share_contact)
    assert visit.count("outbox") == 1


@pytest.mark.parametrize(("table", "verb"), FAILURES)
def test_sending_that_fails_at_any_row_leaves_none(visit: Visit, table: str, verb: str) -> None:
    break_writing(visit, table, verb)

    assert is_whole_or_absent(visit, share_contact)
    assert set(visit.counts().values()) == {0}


@pytest.mark.parametrize("broken", [share_with_the_outbox_apart, share_with_the_failure_swallowed])
def test_broken_variant_is_caught(visit: Visit, broken: Share) -> None:
    break_writing(visit, "outbox", "INSERT")

    assert not is_whole_or_absent(visit, broken)


@pytest.mark.parametrize(("table", "verb"), FAILURES)
def test_visitor_is_not_told_sent_and_keeps_the_words(visit: Visit, table: str, verb: str) -> None:
    form = {**ANA, "share_with_owner": "1", "form_token": visit.open_form()}
    break_writing(visit, table, verb)

    answer = visit.post(data=form)
    page = Page(answer.text)

    assert answer.status_code == 503
    assert {name: page.values[name] for name in ANA} == ANA
    assert page.ticked == {"share_with_owner"}
    assert set(visit.counts().values()) == {0}


def test_same_page_sends_once_the_fault_is_gone(visit: Visit) -> None:
    form = {**ANA, "share_with_owner": "1", "form_token": visit.open_form()}
    break_writing(visit, "outbox", "INSERT")
    page = Page(visit.post(data=form).text)
    visit.run("DROP TRIGGER broken")

    answer = visit.post(data={**page.values, "share_with_owner": "1"})

    assert answer.status_code == 303
    assert visit.count("submissions") == 1


@pytest.mark.parametrize(("table", "verb"), WITHDRAWAL_FAILURES)
def test_withdrawal_that_fails_anywhere_changes_nothing_and_says_so(
    visit: Visit, table: str, verb: str
) -> None:
    path = visit.send().headers["Location"]
    data = Page(visit.get(path).text).values
    before = [visit.rows(f"SELECT * FROM {name}") for name in TABLES]
    break_writing(visit, table, verb)

    answer = visit.post(path + "/withdraw", data=data)

    assert answer.status_code == 503
    assert Page(answer.text).having(type="submit")
    assert before == [visit.rows(f"SELECT * FROM {name}") for name in TABLES]
