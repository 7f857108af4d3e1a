"""``run`` as the operator and scripts meet it: events, files, messages, exit codes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger, NewCard
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import dump_job, parse_report
from tests.encoder.cli.command import events_in, invoke, job_file
from tests.encoder.kit import BENCH, START, TOKEN, URL, make_job, new_chip

CARD_FIELDS = [
    *("event", "status", "token", "uid", "chip", "reason", "exchanges", "writes", "seconds")
]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


@pytest.mark.parametrize("reader", ["sim", "sim:NTAG215", "sim:NTAG216"])
def test_run_tells_ready_card_removed_end(reader: str, tmp_path: Path, ledger: Path) -> None:
    job = make_job(2)

    ran = invoke("run", job_file(tmp_path, job), "--reader", reader, "--ledger", ledger, "--json")

    events = events_in(ran.stdout)
    assert [event["event"] for event in events] == ["ready", *["card", "removed"] * 2, "end"]
    assert events[0] == {"event": "ready", "job": job.job, "reader": reader, "remaining": 2}
    assert list(events[1]) == CARD_FIELDS
    assert [event["token"] for event in events[1:5:2]] == [item.token for item in job.items]
    assert events[2] == {"event": "removed", "uid": events[1]["uid"]}
    assert events[5] == {"event": "end", "done": 2, "refused": 0, "failed": 0, "remaining": 0}
    assert ran.exit_code == 0


def test_first_chip_of_the_policy_is_simulated(tmp_path: Path, ledger: Path) -> None:
    path = job_file(tmp_path, make_job(chips=["NTAG216", "NTAG213"]))

    ran = invoke("run", path, "--reader", "sim", "--ledger", ledger, "--json")

    assert events_in(ran.stdout)[1]["chip"] == "NTAG216"


def test_report_and_labels_are_left_behind(tmp_path: Path, ledger: Path) -> None:
    job = make_job(2)
    report, labels = tmp_path / "out" / "report.json", tmp_path / "labels"

    ran = invoke(
        *("run", job_file(tmp_path, job), "--reader", "sim", "--ledger", ledger),
        *("--labels", labels, "--report", report, "--station", "bench-1", "--operator", "mona"),
    )

    reported = parse_report(report.read_text())
    assert ran.exit_code == 0
    assert (reported.job, reported.station) == (job.job, "bench-1")
    assert [card.token for card in reported.cards] == [item.token for item in job.items]
    assert {card.operator for card in reported.cards} == {"mona"}
    drawn = {path.name for path in labels.iterdir()}
    assert drawn == {f"{job.job}.pdf"} | {
        f"{item.token}.{kind}" for item in job.items for kind in ("png", "svg")
    }


def test_job_is_read_from_stdin(ledger: Path) -> None:
    ran = invoke("run", "-", "--reader", "sim", "--ledger", ledger, stdin=dump_job(make_job()))

    assert ran.exit_code == 0
    assert "done" in ran.stdout


def test_finished_job_has_nothing_left_to_do(tmp_path: Path, ledger: Path) -> None:
    words = ("run", job_file(tmp_path, make_job()), "--reader", "sim", "--ledger", ledger, "--json")
    invoke(*words)

    again = invoke(*words)

    assert [event["event"] for event in events_in(again.stdout)] == ["ready", "end"]
    assert again.exit_code == 0


def test_empty_box_with_items_left_is_exit_5(tmp_path: Path, ledger: Path) -> None:
    path = job_file(tmp_path, make_job(chips=["NTAG213"]))

    ran = invoke("run", path, "--reader", "sim:NTAG215", "--ledger", ledger, "--json")

    assert ran.exit_code == 5
    assert events_in(ran.stdout)[-1] == {
        "event": "end",
        "done": 0,
        "refused": 1,
        "failed": 0,
        "remaining": 1,
    }
    assert "hint:" in ran.stderr


def test_refused_card_in_a_finished_job_is_exit_6(tmp_path: Path, ledger: Path) -> None:
    job = make_job(1, name="J-2", first_token="0000000000012")
    path = job_file(tmp_path, job)
    booked = new_chip(NTAG213)
    book_for_another_job(ledger, booked.uid)

    with FieldServer(CardBox([booked, new_chip(NTAG213)])) as server:
        ran = invoke("run", path, "--reader", server.path, "--ledger", ledger, "--json")

    told = [(e["status"], e["reason"]) for e in events_in(ran.stdout) if e["event"] == "card"]
    assert told == [("refused", "uid-booked"), ("done", None)]
    assert ran.exit_code == 6


def test_failure_that_is_resumed_does_not_count(tmp_path: Path, ledger: Path) -> None:
    field = VirtualField()
    field.tear(5, TearPhase.HALF)
    path = job_file(tmp_path, make_job())

    with FieldServer(CardBox([new_chip(NTAG213)], field=field)) as server:
        ran = invoke("run", path, "--reader", server.path, "--ledger", ledger, "--json")

    events = events_in(ran.stdout)
    assert [event["event"] for event in events] == ["ready", *["card", "removed"] * 2, "end"]
    assert [event["status"] for event in events[1:5:2]] == ["failed", "resumed"]
    assert {event["token"] for event in events[1:5:2]} == {TOKEN}
    assert ran.exit_code == 0


def test_token_of_another_job_is_exit_4(tmp_path: Path, ledger: Path) -> None:
    invoke(
        *("run", job_file(tmp_path, make_job(name="J-1")), "--reader", "sim", "--ledger", ledger)
    )

    ran = invoke(
        *("run", job_file(tmp_path, make_job(name="J-2")), "--reader", "sim", "--ledger", ledger)
    )

    assert ran.exit_code == 4
    assert "booked for the job J-1" in ran.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"policy": {"chips": ["NTAG424"]}}, "NTAG424"),
        ({"policy": {"chips": ["NTAG213TT"]}}, "NTAG213TT"),
        ({"policy": {"protection": "password"}}, "no station key"),
        ({"policy": {"protection": "glue"}}, "policy.protection"),
        ({"format": "wecard.job/2"}, "wecard.job/2"),
        ({"items": []}, "no card"),
        ({"site": "http://card.example"}, "site"),
    ],
)
def test_job_that_cannot_be_done_is_exit_4_ahead_of_any_card(
    change: dict[str, object], words: str, tmp_path: Path, ledger: Path
) -> None:
    document = json.loads(dump_job(make_job()))
    for name, value in change.items():
        document[name] = document[name] | value if isinstance(value, dict) else value
    path = tmp_path / "job.json"
    path.write_text(json.dumps(document))

    ran = invoke(
        *("run", path, "--reader", "sim", "--ledger", ledger, "--json"),
        *("--key", tmp_path / "station.key"),
    )

    assert ran.exit_code == 4
    assert ran.stdout == ""
    assert words in ran.stderr
    assert "hint: " in ran.stderr
    assert not ledger.exists()


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (TOKEN, TOKEN[:-1] + "H", "items[0].token"),
        ("0000000000012", TOKEN, "items"),
        ('"url": "https://card.example', '"url": "https://evil.example', "items[0].url"),
        ('"position": 2', '"position": 1', "items"),
        ("{", "", "document"),
    ],
)
def test_broken_item_is_exit_4_and_named(
    old: str, new: str, where: str, tmp_path: Path, ledger: Path
) -> None:
    path = tmp_path / "job.json"
    first, second = make_job().items[0], make_job(first_token="0000000000012").items[0]
    job = replace(make_job(), items=(first, replace(second, position=2)))
    path.write_text(dump_job(job).replace(old, new))

    ran = invoke("run", path, "--reader", "sim", "--ledger", ledger, "--json")

    assert (ran.exit_code, ran.stdout, ledger.exists()) == (4, "", False)
    assert f"is broken at {where}" in ran.stderr
    assert "no card was touched" in ran.stderr


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"\x00" * 100])
def test_file_that_is_no_job_is_exit_4(content: bytes, tmp_path: Path, ledger: Path) -> None:
    path = tmp_path / "job.json"
    path.write_bytes(content)

    ran = invoke("run", path, "--reader", "sim", "--ledger", ledger)

    assert ran.exit_code == 4


def test_missing_job_file_is_exit_4(tmp_path: Path, ledger: Path) -> None:
    ran = invoke("run", tmp_path / "none.json", "--reader", "sim", "--ledger", ledger)

    assert ran.exit_code == 4
    assert "cannot be read" in ran.stderr


def test_ledger_in_use_is_exit_4(tmp_path: Path, ledger: Path) -> None:
    path = job_file(tmp_path, make_job())

    with Ledger.open(ledger, writable=True):
        ran = invoke("run", path, "--reader", "sim", "--ledger", ledger)

    assert ran.exit_code == 4
    assert "another command" in ran.stderr


@pytest.mark.parametrize("content", [b"no ledger", b"SQLite format 3\0" + bytes(500)])
def test_damaged_ledger_is_exit_4(content: bytes, tmp_path: Path, ledger: Path) -> None:
    ledger.write_bytes(content)

    ran = invoke("run", job_file(tmp_path, make_job()), "--reader", "sim", "--ledger", ledger)

    assert ran.exit_code == 4
    assert ledger.read_bytes() == content


def test_ledger_in_a_missing_folder_is_exit_4(tmp_path: Path) -> None:
    path = job_file(tmp_path, make_job())

    ran = invoke("run", path, "--reader", "sim", "--ledger", tmp_path / "no" / "ledger.db")

    assert ran.exit_code == 4


def test_missing_reader_is_exit_3_with_no_event(tmp_path: Path, ledger: Path) -> None:
    path = job_file(tmp_path, make_job())

    ran = invoke("run", path, "--reader", "tty:USB9:pn532", "--ledger", ledger, "--json")

    assert ran.exit_code == 3
    assert ran.stdout == ""
    assert ran.stderr.startswith("error: no reader was found")


@pytest.mark.parametrize("words", [["run"], ["run", "a", "b"], ["runn"], ["run", "a", "--nope"]])
def test_wrong_usage_is_exit_2(words: list[str]) -> None:
    ran = invoke(*words)

    assert ran.exit_code == 2
    assert ran.stderr.startswith("error: ")
    assert "hint: see: " in ran.stderr


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 300])
def test_name_that_a_report_cannot_carry_is_exit_2(name: str, tmp_path: Path) -> None:
    path = job_file(tmp_path, make_job())

    ran = invoke("run", path, "--reader", "sim", "--station", name)

    assert ran.exit_code == 2


def test_labels_that_cannot_be_written_touch_no_card(tmp_path: Path, ledger: Path) -> None:
    (tmp_path / "file").write_text("")
    path = job_file(tmp_path, make_job())

    ran = invoke(
        *("run", path, "--reader", "sim", "--ledger", ledger),
        *("--labels", tmp_path / "file" / "labels", "--json"),
    )

    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert "no card was touched" in ran.stderr


def test_label_that_cannot_be_written_ends_the_run_and_the_next_goes_on(
    tmp_path: Path, ledger: Path
) -> None:
    blocked = tmp_path / "labels" / f"{TOKEN}.png"
    blocked.mkdir(parents=True)
    field = VirtualField()
    field.lay(new_chip(NTAG213))
    job = job_file(tmp_path, make_job())
    words = ("run", job, "--ledger", ledger, "--labels", blocked.parent)

    with FieldServer(field) as server:
        broken = invoke(*words, "--reader", server.path, "--json")
        blocked.rmdir()
        mended = invoke(*words, "--reader", server.path, "--json")

    events = events_in(broken.stdout)
    assert [event["event"] for event in events] == ["ready", "end"]
    assert (events[-1]["failed"], events[-1]["remaining"]) == (1, 1)
    assert broken.exit_code == 1
    assert "cannot be written" in broken.stderr
    assert [event["status"] for event in events_in(mended.stdout)[1:2]] == ["resumed"]
    assert mended.exit_code == 0


def test_report_that_breaks_in_mid_run_does_not_hide_the_end(tmp_path: Path, ledger: Path) -> None:
    report, field = tmp_path / "report.json", VirtualField()
    field.lay(new_chip(NTAG213))

    def block(_chip: VirtualChip, _page: int) -> None:
        if report.is_file():
            report.unlink()
            report.mkdir()

    field.before_write = block
    with FieldServer(field) as server:
        ran = invoke(
            *("run", job_file(tmp_path, make_job()), "--reader", server.path),
            *("--ledger", ledger, "--report", report, "--json"),
        )

    events = events_in(ran.stdout)
    assert [event["event"] for event in events] == ["ready", "card", "end"]
    assert (events[-1]["done"], events[-1]["remaining"]) == (1, 0)
    assert ran.exit_code == 1
    assert "report.json cannot be written" in ran.stderr


def test_address_too_long_for_the_chip_is_refused_and_left(tmp_path: Path, ledger: Path) -> None:
    site = "https://" + ".".join(["a" * 60] * 3) + ".example"
    path = job_file(tmp_path, replace(make_job(site=site), job="J-long"))

    ran = invoke("run", path, "--reader", "sim:NTAG213", "--ledger", ledger, "--json")

    card = events_in(ran.stdout)[1]
    assert (card["reason"], card["writes"]) == ("too-small", 0)
    assert "the chip has room for 144" in ran.stderr
    assert ran.exit_code == 5


def book_for_another_job(ledger: Path, uid: bytes) -> None:
    """Book a card as begun elsewhere."""
    with Ledger.open(ledger, writable=True) as book:
        card = NewCard(
            uid=uid.hex().upper(),
            token=TOKEN,
            job="J-1",
            chip="NTAG213",
            protection="none",
            url=URL,
        )
        book.begin(card, at=START, by=BENCH)
