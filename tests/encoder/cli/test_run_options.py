"""``run``'s options: several readers, a station key, a mirror, unknown chips, a dry run."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.server import FieldServer
from landing.contract.documents import Protection, parse_report
from tests.encoder.cli.cards import KEY, key_file, made_card
from tests.encoder.cli.command import events_in, invoke, job_file
from tests.encoder.kit import UID, URL, make_job, new_chip, seen_by_phone

CLONE = "0053040201000F03"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


def job_of(folder: Path, protection: Protection = "permanent", cards: int = 1) -> Path:
    """A job for NTAG213."""
    return job_file(folder, make_job(cards, protection=protection, chips=["NTAG213"]))


def test_two_readers_share_a_job_and_name_themselves(ledger: Path) -> None:
    boxes = [CardBox([new_chip(NTAG213) for _ in range(3)]) for _ in range(2)]
    report = ledger.parent / "report.json"
    with FieldServer(boxes[0]) as one, FieldServer(boxes[1]) as two:
        ran = invoke(
            *("run", job_of(ledger.parent, cards=4), "--ledger", ledger, "--json"),
            *("--reader", one.path, "--reader", two.path, "--report", report),
        )

    ready, *events, end = events_in(ran.stdout)
    done = [event for event in events if event.get("status") == "done"]
    assert (end["done"], ready["reader"]) == (4, f"{one.path}, {two.path}")
    assert {event["reader"] for event in events} == {one.path, two.path}
    assert len({event["token"] for event in done}) == len(done) == 4
    assert len(parse_report(report.read_text()).cards) == 4


def test_one_reader_needs_no_name(ledger: Path) -> None:
    ran = invoke("run", job_of(ledger.parent), "--reader", "sim", "--ledger", ledger, "--json")

    assert [list(event) for event in events_in(ran.stdout)[1:-1] if "reader" in event] == []


def test_plain_lines_name_the_reader_where_there_are_several(ledger: Path) -> None:
    ran = invoke(
        *("run", job_of(ledger.parent), "--ledger", ledger),
        *("--reader", "sim", "--reader", "sim:NTAG213"),
    )

    assert " at sim" in ran.stdout


def test_reader_that_is_named_twice_is_exit_2(ledger: Path) -> None:
    chip = new_chip(NTAG213, UID)
    with FieldServer(CardBox([chip])) as server:
        ran = invoke(
            *("run", job_of(ledger.parent), "--ledger", ledger),
            *("--reader", server.path, "--reader", server.path),
        )

    assert (ran.exit_code, ran.stdout, chip.meter.exchanges) == (2, "", 0)
    assert "named twice" in ran.stderr


def test_missing_second_reader_is_exit_3_ahead_of_any_card(ledger: Path) -> None:
    ran = invoke(
        *("run", job_of(ledger.parent), "--ledger", ledger, "--json"),
        *("--reader", "sim", "--reader", "tty:USB9:pn532"),
    )

    assert (ran.exit_code, ran.stdout) == (3, "")


@pytest.mark.parametrize("mirror", ["none", "uid", "counter", "both"])
def test_password_and_mirror_are_written(mirror: str, ledger: Path) -> None:
    chip, path = new_chip(NTAG213, UID), job_of(ledger.parent, "password")
    with FieldServer(CardBox([chip])) as server:
        ran = invoke(
            *("run", path, "--reader", server.path, "--ledger", ledger, "--json"),
            *("--key", key_file(ledger.parent), "--mirror", mirror),
        )

    assert events_in(ran.stdout)[1]["status"] == "done"
    assert (seen_by_phone(chip) or "").startswith(URL)
    with Ledger.open(ledger, writable=False) as book:
        (row,) = book.cards()
    assert (row.key_id, row.mirror) == (KEY.key_id, mirror)


def test_mirror_that_a_chip_of_the_job_lacks_is_exit_4(ledger: Path) -> None:
    path = job_file(ledger.parent, make_job(chips=["NTAG213", "NTAG210"]))

    ran = invoke("run", path, "--reader", "sim", "--ledger", ledger, "--mirror", "uid", "--json")

    assert (ran.exit_code, ran.stdout, ledger.exists()) == (4, "", False)
    assert "NTAG210, which has no mirror" in ran.stderr


def test_job_goes_on_with_the_key_that_its_card_was_begun_with(ledger: Path) -> None:
    made_card(ledger)
    other = ledger.parent / "other.key"
    invoke("key", "new", "--key", other)

    ran = invoke(
        *("run", job_of(ledger.parent, "password"), "--reader", "sim"),
        *("--ledger", ledger, "--key", other, "--json"),
    )

    assert (ran.exit_code, [event["event"] for event in events_in(ran.stdout)]) == (
        *(0, ["ready", "end"]),
    )


@pytest.mark.parametrize("several", [[], ["0005340201001103=NTAG215"]])
def test_named_unknown_chip_is_taken(several: list[str], ledger: Path) -> None:
    chip = VirtualChip(NTAG213, UID, version=bytes.fromhex(CLONE))
    named = [f"{CLONE}=NTAG213", *several]
    with FieldServer(CardBox([chip])) as server:
        ran = invoke(
            *("run", job_of(ledger.parent), "--reader", server.path, "--ledger", ledger),
            *("--json", *(word for name in named for word in ("--allow-unknown", name))),
        )

    assert (events_in(ran.stdout)[1]["status"], events_in(ran.stdout)[1]["chip"]) == (
        *("done", "NTAG213"),
    )


def test_unknown_chip_is_refused_with_the_option_that_takes_it(ledger: Path) -> None:
    chips = [VirtualChip(NTAG213, UID, version=bytes.fromhex(CLONE)), new_chip(NTAG213)]
    with FieldServer(CardBox(chips)) as server:
        ran = invoke(
            *("run", job_of(ledger.parent), "--reader", server.path, "--ledger", ledger, "--json")
        )

    assert events_in(ran.stdout)[1]["reason"] == "unknown-chip"
    assert f"--allow-unknown {CLONE}=NTAG213" in ran.stderr


@pytest.mark.parametrize(
    "named", ["", "NTAG213", "00=NTAG213", f"{CLONE}=NTAG424", f"{NTAG213.version.hex()}=NTAG215"]
)
def test_unknown_chip_that_is_misnamed_is_exit_2(named: str, ledger: Path) -> None:
    ran = invoke(
        *("run", job_of(ledger.parent), "--reader", "sim", "--ledger", ledger),
        *("--allow-unknown", named),
    )

    assert (ran.exit_code, ledger.exists()) == (2, False)


def rehearsed(folder: Path, *words: str | Path) -> tuple[int, str, str]:
    """What a dry run of a job with two cards answers: exit code, stdout, stderr."""
    path = folder / "J-2026-0001.json"
    job = path if path.exists() else job_of(folder, cards=2)
    ran = invoke("run", job, "--dry-run", *words)
    return ran.exit_code, ran.stdout, ran.stderr


def test_dry_run_says_what_is_to_be_done_and_leaves_no_trace(ledger: Path) -> None:
    job_of(ledger.parent, cards=2)
    before = sorted(ledger.parent.rglob("*"))
    words = ("--ledger", ledger, "--labels", ledger.parent / "labels", "--reader", "sim")

    code, stdout, _ = rehearsed(
        ledger.parent, *words, "--report", ledger.parent / "r.json", "--json"
    )

    plan = json.loads(stdout)
    assert (code, plan["event"], plan["cards"], plan["remaining"]) == (0, "plan", 2, 2)
    assert (plan["protection"], plan["chips"]) == ("permanent", ["NTAG213"])
    assert sorted(ledger.parent.rglob("*")) == before


def test_dry_run_counts_what_is_done(ledger: Path) -> None:
    made_card(ledger, "permanent")

    _, stdout, _ = rehearsed(ledger.parent, "--ledger", ledger, "--reader", "sim")

    assert "done        1\n" in stdout
    assert "remaining   1\n" in stdout


def test_dry_run_names_the_key(ledger: Path) -> None:
    job_of(ledger.parent, "password")
    key = key_file(ledger.parent)

    _, stdout, _ = rehearsed(
        ledger.parent, "--ledger", ledger, "--reader", "sim", "--key", key, "--json"
    )

    assert json.loads(stdout)["key_id"] == KEY.key_id


def use_the_tokens_elsewhere(folder: Path) -> None:
    """Book the job's token for another job."""
    job = job_file(folder, make_job(name="J-1", chips=["NTAG213"]))
    invoke("run", job, "--reader", "sim", "--ledger", folder / "ledger.db")


FAULTS: dict[str, tuple[int, str, Callable[[Path], object], list[str]]] = {
    "no reader": (3, "no reader was found", lambda _: None, ["--reader", "tty:USB9:pn532"]),
    "one of two": (
        3,
        "no reader",
        lambda _: None,
        ["--reader", "sim", "--reader", "tty:USB9:pn532"],
    ),
    "no key": (4, "no station key", lambda f: job_of(f, "password"), ["--reader", "sim"]),
    "no ledger": (
        4,
        "no ledger",
        lambda f: (f / "ledger.db").write_bytes(b"x"),
        ["--reader", "sim"],
    ),
    "its token elsewhere": (4, "the job J-1", use_the_tokens_elsewhere, ["--reader", "sim"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_dry_run_finds_what_would_stop_the_run(fault: str, ledger: Path) -> None:
    code, words, spoil, readers = FAULTS[fault]
    spoil(ledger.parent)

    answer = rehearsed(
        ledger.parent, "--ledger", ledger, *readers, "--key", ledger.parent / "k", "--json"
    )

    assert answer[:2] == (code, "")
    assert words in answer[2]


def test_quiet_run_says_nothing_when_nothing_is_wrong(ledger: Path) -> None:
    ran = invoke("run", job_of(ledger.parent), "--reader", "sim", "--ledger", ledger, "--quiet")

    assert (ran.exit_code, ran.output) == (0, "")


def test_quiet_run_says_what_is_wrong(ledger: Path) -> None:
    blank = new_chip(NTAG213).memory
    locked = VirtualChip(NTAG213, UID, memory=blank[:10] + b"\xff\xff" + blank[12:])
    with FieldServer(CardBox([locked, new_chip(NTAG213)])) as server:
        ran = invoke(
            *("run", job_of(ledger.parent), "--ledger", ledger),
            *("--reader", server.path, "--quiet"),
        )

    assert (ran.exit_code, ran.stdout) == (6, "")
    assert "hint: put the card aside: it was locked before it came here" in ran.stderr
