"""The command killed or stopped in mid-job: what is begun is finished by the next run."""

import os
import signal
from pathlib import Path

import pytest

from encoder.chips.models import MODELS
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from landing.contract.documents import Job, parse_report
from tests.encoder.cli.command import events_in, job_file, start
from tests.encoder.kit import TOKEN, UID, URL, expected_memory, make_job, new_chip, seen_by_phone

WRITES = {"NTAG213": 14, "NTAG215": 13, "NTAG216": 13}  # of this job
KILLS = [(name, index) for name, count in WRITES.items() for index in range(1, count + 1)]


class KillingField(VirtualField):
    """A field that ends a process by a signal when its n-th WRITE arrives."""

    def __init__(self, write: int, number: signal.Signals) -> None:
        super().__init__()
        self.pid = 0
        self._write = write
        self._number = number
        self._seen = 0
        self.before_write = self._count

    def _count(self, _chip: VirtualChip, _page: int) -> None:
        self._seen += 1
        if self._seen == self._write:
            os.kill(self.pid, self._number)


def run_once(place: CardBox, field: KillingField, folder: Path, job: Job) -> tuple[int, str]:
    """Run the command in its own process: exit code and stdout."""
    with FieldServer(place) as server:
        words = ("--reader", server.path, "--ledger", folder / "ledger.db", "--json")
        process = start("run", job_file(folder, job), *words, "--report", folder / "report.json")
        field.pid = process.pid
        stdout, _ = process.communicate(timeout=60)
    return process.returncode, stdout


@pytest.mark.parametrize(("name", "write"), KILLS)
def test_killed_run_is_finished_by_the_next_with_the_same_token(
    name: str, write: int, tmp_path: Path
) -> None:
    job = make_job()
    chip = new_chip(MODELS[name], UID)
    field = KillingField(write, signal.SIGKILL)
    box = CardBox([chip], field=field)

    killed, _ = run_once(box, field, tmp_path, job)
    seen = seen_by_phone(chip)
    code, stdout = run_once(box, field, tmp_path, job)

    assert (killed, code) == (-signal.SIGKILL, 0)
    assert seen in (None, URL)
    assert chip.memory == expected_memory(name, "permanent")
    cards = [event for event in events_in(stdout) if event["event"] == "card"]
    assert [(card["status"], card["token"]) for card in cards] == [("resumed", TOKEN)]
    with Ledger.open(tmp_path / "ledger.db", writable=False) as ledger:
        assert [(card.uid, card.token, card.is_done) for card in ledger.cards()] == [
            (UID.hex().upper(), TOKEN, True)
        ]


def test_killed_runs_on_new_cards_bind_no_uid_and_no_token_twice(tmp_path: Path) -> None:
    job = make_job(4)
    chips = [new_chip(MODELS["NTAG213"]) for _ in range(4)]
    for index, chip in enumerate(chips[:3]):
        field = KillingField(3 + 4 * index, signal.SIGKILL)
        run_once(CardBox([chip], field=field), field, tmp_path, job)
    field = KillingField(0, signal.SIGKILL)

    code, _ = run_once(CardBox(reversed(chips), field=field), field, tmp_path, job)

    with Ledger.open(tmp_path / "ledger.db", writable=False) as ledger:
        cards = ledger.cards()
    assert code == 0
    assert {card.token for card in cards} == {item.token for item in job.items}
    assert {card.uid for card in cards} == {chip.uid.hex().upper() for chip in chips}
    assert len(cards) == 4
    for card in cards:
        (chip,) = (chip for chip in chips if chip.uid.hex().upper() == card.uid)
        assert seen_by_phone(chip) == f"{job.site}/c/{card.token}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_run_finishes_the_card_at_hand_and_reports(
    number: signal.Signals, tmp_path: Path
) -> None:
    job = make_job(3)
    chips = [new_chip(MODELS["NTAG213"]) for _ in range(3)]
    field = KillingField(20, number)

    code, stdout = run_once(CardBox(chips, field=field), field, tmp_path, job)

    events = events_in(stdout)
    assert code == 5
    assert events[-1] == {"event": "end", "done": 2, "refused": 0, "failed": 0, "remaining": 1}
    assert len(parse_report((tmp_path / "report.json").read_text()).cards) == 2
    assert [chip.meter.writes for chip in chips] == [14, 14, 0]


def test_stop_at_the_last_card_is_exit_0(tmp_path: Path) -> None:
    field = KillingField(14, signal.SIGTERM)

    code, stdout = run_once(
        CardBox([new_chip(MODELS["NTAG213"])], field=field), field, tmp_path, make_job()
    )

    assert code == 0
    assert events_in(stdout)[-1]["remaining"] == 0


def test_stop_while_the_place_is_empty_is_exit_5(tmp_path: Path) -> None:
    with FieldServer(VirtualField()) as server:
        process = start(
            *("run", job_file(tmp_path, make_job()), "--reader", server.path),
            *("--ledger", tmp_path / "ledger.db", "--json"),
        )
        assert process.stdout is not None
        ready = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=60)

    assert [event["event"] for event in events_in(ready + stdout)] == ["ready", "end"]
    assert process.returncode == 5
