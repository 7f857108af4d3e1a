"""Many visitors at once, and one visitor with a nervous finger."""

from concurrent.futures import ThreadPoolExecutor

from landing.consent.events import chain_faults
from landing.storage.consent import all_events
from landing.storage.database import open_database
from tests.landing.weconnect.visitor import ANA, YES, Visit

THREADS = 8


def test_same_form_sent_at_once_is_one_record_and_one_answer(visit: Visit) -> None:
    form = {**ANA, **YES, "form_token": visit.open_form()}

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: visit.post(data=form), range(THREADS)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert visit.count("submissions") == visit.count("consent_events") == 1


def test_forms_sent_at_once_make_one_gapless_chain(visit: Visit) -> None:
    tokens = [visit.open_form() for _ in range(24)]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(
            pool.map(lambda token: visit.post(data={**ANA, **YES, "form_token": token}), tokens)
        )

    assert {answer.status_code for answer in answers} == {303}
    assert visit.rows("SELECT max(seq), count(*) FROM consent_events") == [(24, 24)]
    with (
        open_database(visit.settings.database_url, visit.settings.lock_path) as store,
        store.reading() as db,
    ):
        assert chain_faults(all_events(db)) == []


def test_event_changed_in_the_database_is_found(visit: Visit) -> None:
    for _ in range(3):
        visit.send()
    visit.run("UPDATE consent_events SET at = '2025-01-01T00:00:00.000Z' WHERE seq = 2")

    with (
        open_database(visit.settings.database_url, visit.settings.lock_path) as store,
        store.reading() as db,
    ):
        assert [fault.seq for fault in chain_faults(all_events(db))] == [2]
