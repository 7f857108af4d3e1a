"""``contacts export``: what an owner received, harmless in a spreadsheet."""

import csv
import io
import json
from dataclasses import dataclass

import pytest

from landing.cli.contacts import COLUMNS
from landing.consent.contact import Contact
from landing.storage.consent import StoredRecord, add_record
from landing.storage.database import open_database
from landing.storage.submissions import StoredSubmission, SubmissionState, add_submission
from tests.landing.cli.conftest import Desk
from tests.landing.records import NOW

INES = Contact(
    given_name="Inès",
    family_name="=SUM(A1)",
    email="ines@visiteuse.example",
    tel="+33698765432",
    organization='Moreau, "Filles"',
    message="Bonjour,\nà bientôt",
)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The desk of an operator, where visitors' details arrive for Zoé."""

    desk: Desk

    def receive(self, contact: Contact, state: SubmissionState = "received") -> str:
        """Keep a visitor's details; answer their record's name."""
        site = self.desk.folder / "site"
        ((uid,),) = self.desk.rows("SELECT uid FROM profiles WHERE reference = 'zoe'")
        ((count,),) = self.desk.rows("SELECT count(*) FROM submissions")
        name = f"R{count:025}"
        document = json.dumps({"purposes": [{"id": "share_with_owner", "state": "given"}]})
        with (
            open_database(f"sqlite:///{site / 'wecard.db'}", site / "wecard.db.lock") as database,
            database.writing() as db,
        ):
            add_record(
                db,
                StoredRecord(
                    record_id=name,
                    subject_ref=name,
                    document=document,
                    sha256="0" * 64,
                    given_at=NOW,
                ),
            )
            add_submission(db, _submission(uid, name, state, contact))
        return name


@pytest.fixture
def inbox(staffed_desk: Desk) -> Inbox:
    """Zoé's inbox, empty."""
    return Inbox(staffed_desk)


def test_export_is_csv_that_reads_back(inbox: Inbox) -> None:
    record = inbox.receive(INES)

    output = inbox.desk.run("contacts", "export", "--reference", "zoe").stdout

    (row,) = csv.DictReader(io.StringIO(output, newline=""))
    assert tuple(row) == COLUMNS
    assert row["given_name"] == "Inès"
    assert row["organization"] == 'Moreau, "Filles"'
    assert row["message"] == "Bonjour,\nà bientôt"
    assert row["given_at"] == "2026-11-22T14:00:00.000Z"
    assert (row["purposes"], row["record_id"]) == ("share_with_owner", record)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_cell_that_a_spreadsheet_would_compute_is_disarmed(inbox: Inbox, start: str) -> None:
    inbox.receive(Contact(given_name=f"{start}HYPERLINK(1)", tel="+33698765432"))

    output = inbox.desk.run("contacts", "export", "--reference", "zoe").stdout

    (row,) = csv.DictReader(io.StringIO(output, newline=""))
    assert row["given_name"] == f"'{start}HYPERLINK(1)"
    assert row["tel"] == "'+33698765432"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_json_gives_the_words_as_they_are(inbox: Inbox) -> None:
    record = inbox.receive(INES)

    document = inbox.desk.done("contacts", "export", "--reference", "zoe")

    assert document["reference"] == "zoe"
    assert document["contacts"] == [
        INES.as_dict()
        | {
            "given_at": "2026-11-22T14:00:00.000Z",
            "purposes": ["share_with_owner"],
            "record_id": record,
        }
    ]


def test_held_contacts_are_listed_only_when_asked_for(inbox: Inbox) -> None:
    inbox.receive(Contact(given_name="Ana"))
    inbox.receive(Contact(given_name="Bot"), "quarantined")

    plain = inbox.desk.done("contacts", "export", "--reference", "zoe")
    held = inbox.desk.done("contacts", "export", "--reference", "zoe", "--quarantined")

    assert [contact["given_name"] for contact in plain["contacts"]] == ["Ana"]
    assert [contact["given_name"] for contact in held["contacts"]] == ["Bot"]


def test_nobody_gets_what_another_received(inbox: Inbox) -> None:
    inbox.receive(INES)

    assert inbox.desk.done("contacts", "export", "--reference", "moulin")["contacts"] == []


def test_export_can_go_to_a_file_of_ones_own(inbox: Inbox) -> None:
    inbox.receive(INES)
    path = inbox.desk.folder / "zoe.csv"

    result = inbox.desk.run("contacts", "export", "--reference", "zoe", "--out", path)

    assert (result.stdout, result.stderr) == ("", f"1 contact, written to {path}\n")
    assert path.read_text(encoding="utf-8").startswith("given_name,")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--reference", "nobody"], "no profile has the reference nobody"),
        (["--reference", "zoe", "--out", "/nowhere/zoe.csv"], "cannot be written"),
    ],
)
def test_export_that_cannot_be_made_is_told(inbox: Inbox, words: list[str], told: str) -> None:
    result = inbox.desk.run("contacts", "export", *words)

    assert result.exit_code == 4
    assert told in result.stderr
    assert result.stdout == ""


def _submission(uid: str, name: str, state: SubmissionState, contact: Contact) -> StoredSubmission:
    return StoredSubmission(
        subject_ref=name,
        record_id=name,
        receipt_sha256=name,
        nonce=name,
        card="7H3K9QX2MZ4DG",
        profile_uid=uid,
        recipient_name="Zoé Lefèvre",
        recipient_organization="Dupont Industries",
        state=state,
        contact=contact,
        commit_salt=b"s" * 32,
        given_at=NOW,
    )
