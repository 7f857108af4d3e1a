"""Which cards a site may know is kept ahead of the first byte; one given up by then is not told."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from encoder.errors import SiteAwayError
from encoder.ledger import Ledger, check_ledger
from encoder.ledger.outbox import SiteJob, Waiting
from encoder.ledger.schema import MIGRATIONS
from encoder.site import Postman, SiteClient
from landing.contract.documents import Report
from tests.encoder.kit import BENCH, START, TOKEN
from tests.encoder.ledger.cast import OTHER_TOKEN, OTHER_UID, UID, WHOLE, card, record
from tests.encoder.site.counter import Reply, counter, taken

DOWN = Reply(status=503, kind="text/html")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """A ledger with two done cards of a site's job."""
    with Ledger.open(path, writable=True) as opened:
        opened.outbox.keep_job(SiteJob(job="J-1", address="a", document="{}"), at=START)
        for uid, token in ((UID, TOKEN), (OTHER_UID, OTHER_TOKEN)):
            opened.begin(card(uid, token), at=START, by=BENCH)
            record(opened, uid, *WHOLE)
        yield opened


def postman(ledger: Ledger, client: SiteClient, kind: type[Postman] = Postman) -> Postman:
    """A postman to this site."""
    return kind(
        ledger, client, job="J-1", station="bench-1", now=lambda: START, tell=lambda _text: None
    )


def deliver(ledger: Ledger, site: str, kind: type[Postman] = Postman) -> None:
    """Tell of what waits, once, whether the site is there or not."""
    with suppress(SiteAwayError):
        postman(ledger, SiteClient(site, "t", quiet_seconds=2.0), kind).deliver()


def give_up(ledger: Ledger) -> None:
    """Scrap the first card as spoiled."""
    ledger.scrap(TOKEN, at=START, by=BENCH, although_done=True)


class Forgetful(Postman):
    """The seeded fault: nothing is kept ahead of the report."""

    def _mark_tried(self, batch: object) -> None:
        pass


def test_card_is_still_tried_when_the_ledger_is_opened_again(path: Path, ledger: Ledger) -> None:
    with counter(lambda _: DOWN) as served:
        deliver(ledger, served.site)

    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("SELECT uid FROM tries ORDER BY id").fetchall() == [
            (UID,),
            (OTHER_UID,),
        ]
    assert check_ledger(path) == []


class LateLine(SiteClient):
    """A line that takes its time: the operator gives a card up before it stands."""

    def __init__(self, site: str, ledger: Ledger) -> None:
        super().__init__(site, "t", quiet_seconds=2.0)
        self._ledger = ledger

    def send_report(
        self, report: Report, *, ahead: Callable[[], None] = lambda: None
    ) -> frozenset[str]:
        """Send it late."""
        if self._ledger.card_with_token(TOKEN) is not None:
            give_up(self._ledger)
        return super().send_report(report, ahead=ahead)


@pytest.mark.parametrize(
    ("kind", "told"), [(Postman, [[OTHER_TOKEN]]), (Forgetful, [[TOKEN, OTHER_TOKEN]])]
)
def test_card_given_up_ahead_of_the_first_byte_is_not_told_of(
    ledger: Ledger, kind: type[Postman], told: list[list[str]]
) -> None:
    with counter(taken) as served:
        sender = postman(ledger, LateLine(served.site, ledger), kind)
        while sender.deliver():
            pass

    assert [asked.tokens for asked in served.asked] == told


@pytest.mark.parametrize("change", ["DELETE FROM tries", "UPDATE tries SET at = 'never'"])
def test_tries_are_append_only(path: Path, ledger: Ledger, change: str) -> None:
    batch: list[Waiting] = ledger.outbox.waiting("J-1", limit=9)
    assert ledger.outbox.try_all(batch, at=START)

    with (
        closing(sqlite3.connect(path)) as opened,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        opened.execute(change)


def test_what_waited_in_an_older_ledger_counts_as_tried(path: Path) -> None:
    _older_ledger(path)

    with Ledger.open(path, writable=True):
        pass

    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("SELECT uid FROM tries").fetchall() == [(UID,)]
    assert check_ledger(path) == []


def _older_ledger(path: Path) -> None:
    """A card of a site's job that waits, in a ledger of the version before."""
    with Ledger.open(path, writable=True) as opened:
        opened.outbox.keep_job(SiteJob(job="J-1", address="a", document="{}"), at=START)
        opened.begin(card(), at=START, by=BENCH)
        record(opened, UID, *WHOLE)
    with closing(sqlite3.connect(path)) as older:
        assert len(MIGRATIONS) == 6, "undo the later migrations here, too"
        older.execute("DROP INDEX scrapped_by_token")
        older.execute("DROP TABLE tries")
        older.execute("PRAGMA user_version = 4")
