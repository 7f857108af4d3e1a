"""What stands in the database afterwards: no more than was promised, nowhere else."""

import re
import sqlite3
from contextlib import closing

import pytest

from landing.storage.database import open_database
from landing.storage.submissions import erase_submission
from tests.landing.web.cast import SITE_URL
from tests.landing.weconnect.visitor import ANA, CONNECT, Page, Visit

ADDRESS = "203.0.113.77"
ADDRESS_V6 = "2001:db8::77"
AGENT = "Mozilla/5.0 (iPhone; rare-agent)"
IP_LITERAL = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}\b", re.I)
VISITORS_WORDS = [*ANA.values(), "+33639981234", "Ana", "Nordlys"]


def texts_in(visit: Visit, *, only: tuple[str, ...] = ()) -> list[str]:
    """Every value of every row, as text; of some tables, or of all."""
    with closing(sqlite3.connect(visit.database_path)) as db:
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return [
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for table in tables
            if not only or table in only
            for row in db.execute(f"SELECT * FROM {table}")
            for value in row
        ]


def send_from_afar(visit: Visit, address: str) -> None:
    """Send the form from an address, with a browser that can be told from others."""
    form = {**ANA, "share_with_owner": "1", "form_token": visit.open_form()}
    headers = {"User-Agent": AGENT, "X-Forwarded-For": address, "Accept-Language": "fr"}
    answer = visit.app.test_client(use_cookies=False).post(
        CONNECT,
        base_url=SITE_URL,
        data=form,
        headers=headers,
        environ_base={"REMOTE_ADDR": address},
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS_V6])
def test_no_address_and_no_browser_is_kept(visit: Visit, address: str) -> None:
    send_from_afar(visit, address)

    texts = texts_in(visit)

    assert [text for text in texts if address in text or AGENT in text] == []
    assert [text for text in texts if IP_LITERAL.search(text)] == []


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS_V6])
def test_kept_address_would_be_found(visit: Visit, address: str) -> None:
    send_from_afar(visit, address)
    visit.run(f"UPDATE submissions SET message = message || ' from {address}'")

    assert [text for text in texts_in(visit) if IP_LITERAL.search(text)]


def test_consent_tables_and_outbox_hold_nothing_personal(visit: Visit) -> None:
    visit.send()

    texts = texts_in(visit, only=("consent_records", "consent_events", "outbox", "notices"))

    assert [word for word in VISITORS_WORDS for text in texts if word in text] == []
    assert [text for text in texts if "Zoé" in text or "Lefèvre" in text] == []


def test_personal_word_in_a_record_would_be_found(visit: Visit) -> None:
    visit.send()
    visit.run("UPDATE consent_records SET document = document || ' Sørensen-Öztürk'")

    texts = texts_in(visit, only=("consent_records",))

    assert [word for word in VISITORS_WORDS for text in texts if word in text]


def test_withdrawn_details_stand_in_no_row(visit: Visit) -> None:
    path = visit.send().headers["Location"]
    visit.post(path + "/withdraw", data=Page(visit.get(path).text).values)

    texts = texts_in(visit)

    assert [word for word in VISITORS_WORDS for text in texts if word in text] == []


def words_on_disk(visit: Visit) -> list[str]:
    """Which of the visitor's words stand in the database's files, log included."""
    content = b"".join(path.read_bytes() for path in visit.settings.data_dir.glob("wecard.db*"))
    return [word for word in VISITORS_WORDS if word.encode() in content]


def test_withdrawn_details_stand_in_no_file_of_the_database(visit: Visit) -> None:
    path = visit.send().headers["Location"]
    visit.post(path + "/withdraw", data=Page(visit.get(path).text).values)

    assert words_on_disk(visit) == []


def test_details_erased_without_emptying_the_log_would_be_found(visit: Visit) -> None:
    visit.send()
    with (
        open_database(visit.settings.database_url, visit.settings.lock_path) as store,
        store.writing() as db,
    ):
        [(subject_ref,)] = visit.rows("SELECT subject_ref FROM submissions")
        erase_submission(db, subject_ref, withdrawn_at=visit.clock.now)

    assert words_on_disk(visit)
