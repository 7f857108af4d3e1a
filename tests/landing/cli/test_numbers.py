"""``wecard-landing numbers``: the operator tells an owner how often their cards were opened."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest

from tests.landing.cli.conftest import Desk

CARD = "7H3K9QX2MZ4DG"


@pytest.fixture
def today(staffed_desk: Desk) -> date:
    """Count something for Zoé, and tell the day on which it was."""
    day = datetime.now(UTC).date()
    rows = [
        (day, CARD, "chip", 5),
        (day, CARD, "vcard", 2),
        (day - timedelta(days=2), CARD, "qr", 3),
        (day - timedelta(days=2), "", "link", 1),
        (day - timedelta(days=60), CARD, "chip", 100),
        (day - timedelta(days=300), CARD, "chip", 1000),
    ]
    with closing(sqlite3.connect(staffed_desk.folder / "site" / "wecard.db")) as db, db:
        [(uid,)] = db.execute("SELECT uid FROM profiles WHERE reference = 'zoe'")
        db.executemany(
            "INSERT INTO taps (profile_uid, day, token, channel, count) VALUES (?, ?, ?, ?, ?)",
            [(uid, when.isoformat(), *rest) for when, *rest in rows],
        )
    return day


def test_document_has_the_days_the_cards_and_the_sum(staffed_desk: Desk, today: date) -> None:
    document = staffed_desk.done("numbers", "zoe")

    before = (today - timedelta(days=2)).isoformat()
    nothing = {"chip": 0, "qr": 0, "link": 0, "vcard": 0, "form": 0}
    assert document == {
        "reference": "zoe",
        "since": (today - timedelta(days=29)).isoformat(),
        "until": today.isoformat(),
        "by": "day",
        "periods": [
            {"first": before, "last": before} | nothing | {"qr": 3, "link": 1},
            {"first": today.isoformat(), "last": today.isoformat()}
            | nothing
            | {"chip": 5, "vcard": 2},
        ],
        "cards": [
            {"token": CARD} | nothing | {"chip": 5, "qr": 3, "vcard": 2},
            {"token": ""} | nothing | {"link": 1},
        ],
        "total": nothing | {"chip": 5, "qr": 3, "link": 1, "vcard": 2},
    }


@pytest.mark.parametrize(
    ("days", "by", "chip"), [(1, "day", 5), (90, "day", 105), (365, "week", 1105)]
)
def test_days_asked_for_are_counted(
    staffed_desk: Desk, today: date, days: int, by: str, chip: int
) -> None:
    document = staffed_desk.done("numbers", "zoe", "--days", str(days))

    assert document["until"] == today.isoformat()
    assert (document["by"], document["total"]["chip"]) == (by, chip)


def test_table_names_days_cards_and_sums(staffed_desk: Desk, today: date) -> None:
    result = staffed_desk.run("numbers", "zoe")
    lines = [line.split() for line in result.stdout.splitlines()]

    assert lines[0][-2:] == ["9", "openings"]
    assert lines[1] == ["day", "chip", "qr", "link", "vcard", "form"]
    assert lines[3] == [today.isoformat(), "5", "0", "0", "2", "0"]
    assert lines[4] == ["7H3K-9QX2-MZ4D-G", "5", "3", "0", "2", "0"]
    assert lines[5] == ["the", "link", "0", "0", "1", "0", "0"]
    assert lines[6] == ["sum", "5", "3", "1", "2", "0"]


def test_nothing_counted_is_a_table_of_zeros(staffed_desk: Desk) -> None:
    result = staffed_desk.run("numbers", "moulin")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].split() == ["sum", "0", "0", "0", "0", "0"]


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "9\u00a0ouvertures"), ("en-GB", "9 openings")]
)
def test_chart_is_drawn_into_a_file_in_the_owners_language(
    staffed_desk: Desk, today: date, language: str, said: str
) -> None:
    path = staffed_desk.folder / "zoe.svg"
    with closing(sqlite3.connect(staffed_desk.folder / "site" / "wecard.db")) as db, db:
        db.execute("UPDATE profiles SET language = ?", (language,))

    document = staffed_desk.done("numbers", "zoe", "--svg", path)

    root = ElementTree.parse(path).getroot()
    assert document["total"]["chip"] == 5
    assert said in (root.findtext("{http://www.w3.org/2000/svg}desc") or "")
    assert path.stat().st_mode & 0o777 == 0o600


def test_chart_alone_goes_to_standard_output(staffed_desk: Desk, today: date) -> None:
    result = staffed_desk.run("numbers", "zoe", "--svg", "-")

    assert ElementTree.fromstring(result.stdout.encode()).tag == "{http://www.w3.org/2000/svg}svg"


def test_new_address_is_printed_alone_and_kept_as_a_hash(staffed_desk: Desk) -> None:
    result = staffed_desk.run("numbers", "zoe", "--new-link")
    key = result.stdout.strip().removeprefix("https://card.example/account/numbers/")

    assert result.exit_code == 0
    assert len(key) == 32
    assert "zoe: whoever has this address sees the numbers" in result.stderr
    assert [line for line in staffed_desk.everything() if key in line] == []
    assert len(staffed_desk.rows("SELECT * FROM numbers_links")) == 1


def test_each_new_address_takes_the_place_of_the_one_before(staffed_desk: Desk) -> None:
    first, second = (staffed_desk.done("numbers", "zoe", "--new-link")["url"] for _ in range(2))

    assert first != second
    assert len(staffed_desk.rows("SELECT * FROM numbers_links")) == 1


def test_address_is_taken_back_and_once_more_changes_nothing(staffed_desk: Desk) -> None:
    staffed_desk.done("numbers", "zoe", "--new-link")

    answers = [staffed_desk.done("numbers", "zoe", "--no-link") for _ in range(2)]

    assert answers == [{"reference": "zoe", "url": None}] * 2
    assert staffed_desk.rows("SELECT * FROM numbers_links") == []


@pytest.mark.parametrize("more", [[], ["--new-link"], ["--no-link"], ["--svg", "x.svg"]])
def test_unknown_reference_is_told_and_nothing_is_changed(
    staffed_desk: Desk, more: list[str]
) -> None:
    before = staffed_desk.everything()

    result = staffed_desk.run("numbers", "nobody", *more)

    assert result.exit_code == 4
    assert result.stderr.startswith("error: no profile has the reference nobody;")
    assert result.stdout == ""
    assert staffed_desk.everything() == before


def test_chart_that_cannot_be_written_is_told(staffed_desk: Desk) -> None:
    result = staffed_desk.run("numbers", "zoe", "--svg", staffed_desk.folder / "no" / "x.svg")

    assert result.exit_code == 4
    assert result.stdout == ""
