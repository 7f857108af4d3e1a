"""``verify`` compares cards with the ledger, names what differs, and writes nothing."""

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from encoder.chips.models import MF0UL11, NTAG213, NTAG216, ChipModel, named_unknown
from encoder.ledger import Ledger, NewCard
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from encoder.station.identify import KNOWN_CHIPS
from landing.contract.documents import Policy, Protection
from tests.encoder.chips.published import published
from tests.encoder.cli.cards import KEY, OTHER_KEY, invoke_at, key_file, made_card
from tests.encoder.cli.command import events_in, invoke, start
from tests.encoder.kit import BENCH, START, TOKEN, UID, URL, make_job, new_chip, run_chips

COUNTS = ("same", "differs", "not_booked", "not_done", "unreadable")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


def verified(chip: VirtualChip, ledger: Path, *words: str | Path) -> tuple[int, dict[str, Any]]:
    """The exit code of ``verify`` at one card, and what it tells of it."""
    before = chip.memory
    ran = invoke_at(chip, "verify", "--ledger", ledger, "--json", *words)
    card, end = events_in(ran.stdout)
    assert chip.memory == before
    assert end == {
        "event": "end",
        **dict.fromkeys(COUNTS, 0),
        card["status"].replace("-", "_"): 1,
    }
    return ran.exit_code, card


def changed(chip: VirtualChip, page: int, content: str) -> VirtualChip:
    """The same card with another page."""
    memory = bytearray(chip.memory)
    memory[page * 4 : page * 4 + 4] = bytes.fromhex(content)
    return VirtualChip(chip.model, chip.uid, memory=bytes(memory), signature=chip.signature)


@pytest.mark.parametrize("mirror", ["none", "uid", "counter", "both"])
@pytest.mark.parametrize("protection", ["none", "password", "permanent"])
def test_card_as_booked_is_the_same(protection: Protection, mirror: str, ledger: Path) -> None:
    chip = made_card(ledger, protection, mirror=mirror)

    code, card = verified(chip, ledger, "--key", key_file(ledger.parent))

    assert (code, card["status"], card["differences"]) == (0, "same", [])
    assert (card["token"], card["uid"]) == (TOKEN, UID.hex().upper())


@pytest.mark.parametrize("model", [MF0UL11, NTAG216], ids=lambda model: model.name)
def test_other_chips_are_compared_too(model: ChipModel, ledger: Path) -> None:
    chip = made_card(ledger, "permanent", model=model)

    assert verified(chip, ledger)[1]["status"] == "same"


CHANGES: dict[str, tuple[Protection, int, str, str]] = {
    "another address": ("none", 0x09, "00000000", "the content is not the card's address"),
    "a lock bit": ("none", 0x02, "72480100", "page 02h is 72480100"),
    "an open lock": ("permanent", 0x28, "FF0F00BD", "page 28h is FF0F00BD"),
    "a password": ("none", 0x29, "04000004", "page 29h is 04000004"),
    "no password": ("password", 0x29, "040000FF", "page 29h is 040000FF"),
    "hidden pages": ("password", 0x2A, "80050000", "hides its pages"),
    "the UID mirror": ("none", 0x29, "440004FF", "the content is not the card's address"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_named(name: str, ledger: Path) -> None:
    protection, page, content, words = CHANGES[name]
    chip = changed(made_card(ledger, protection), page, content)

    code, card = verified(chip, ledger)

    assert (code, card["status"]) == (6, "differs")
    assert any(words in told for told in card["differences"])


def test_password_is_proved_with_its_key_only(ledger: Path) -> None:
    chip = changed(made_card(ledger), 0x2B, "00000001")
    key, other = key_file(ledger.parent), key_file(ledger.parent, OTHER_KEY)

    unasked, asked = verified(chip, ledger), verified(chip, ledger, "--key", key)
    with_another = verified(
        made_card(ledger.parent / "l.db"), ledger.parent / "l.db", "--key", other
    )

    assert (unasked[0], asked[0]) == (0, 6)
    assert asked[1]["differences"] == ["the card refuses the password of this station's key"]
    assert KEY.key_id in with_another[1]["differences"][0]


def test_signature_is_checked_again_where_it_was_booked(ledger: Path) -> None:
    pair = published("NTAG21x")
    strict = Policy(chips=("NTAG213",), protection="permanent", require_genuine=True)
    chip = VirtualChip(NTAG213, pair.uid, signature=pair.signature)
    ran = run_chips(replace(make_job(), policy=strict), [chip], ledger)

    genuine = verified(chip, ledger)
    copied = verified(VirtualChip(NTAG213, pair.uid, memory=chip.memory), ledger)

    assert ran.told() == [("done", None)]
    assert (genuine[1]["status"], copied[1]["status"]) == ("same", "differs")
    assert "signature" in copied[1]["differences"][0]


def test_chip_that_a_run_was_told_to_take_is_known_here_too(ledger: Path) -> None:
    version = bytes.fromhex("0053040201000F03")
    known = {**KNOWN_CHIPS, version: named_unknown(version, "NTAG213")}
    chip = VirtualChip(NTAG213, UID, version=version)
    run_chips(make_job(), [chip], ledger, known=known)

    assert verified(chip, ledger)[1]["status"] == "same"


def test_chip_that_is_another_one_differs(ledger: Path) -> None:
    chip = made_card(ledger, "permanent")
    copy = VirtualChip(NTAG213, UID, memory=chip.memory, version=bytes.fromhex("0053040201000F03"))

    code, card = verified(copy, ledger)

    assert (code, card["status"]) == (6, "differs")
    assert "0053040201000F03" in card["differences"][0]


def book(ledger: Path, *stages: Any) -> None:
    """A card that is not done."""
    card = NewCard(
        uid=UID.hex().upper(), token=TOKEN, job="J-1", chip="NTAG213", protection="none", url=URL
    )
    with Ledger.open(ledger, writable=True) as opened:
        opened.begin(card, at=START, by=BENCH)
        for stage in stages:
            opened.record(card.uid, stage, at=START, by=BENCH)


@pytest.mark.parametrize(
    ("begin", "status"),
    [
        (lambda ledger: made_card(ledger).memory, "not-booked"),
        (lambda ledger: book(ledger), "not-done"),
        (lambda ledger: book(ledger, "written", "verified"), "not-done"),
        (lambda ledger: book(ledger, "scrapped"), "not-done"),
    ],
)
def test_card_that_is_not_booked_as_done_is_told(
    begin: Callable[[Path], object], status: str, ledger: Path
) -> None:
    begin(ledger)
    chip = new_chip(NTAG213, b"" if status == "not-booked" else UID)

    code, card = verified(chip, ledger)

    assert (code, card["status"]) == (6, status)


def test_card_that_is_taken_away_meanwhile_is_unreadable(ledger: Path) -> None:
    chip = TakenAway(NTAG213, UID, memory=made_card(ledger).memory)

    code, card = verified(chip, ledger)

    assert (code, card["status"]) == (6, "unreadable")


class TakenAway(VirtualChip):
    """A card that leaves when its pages are read."""

    gone = False

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer, or keep silent for ever."""
        self.gone = self.gone or frame[0] == 0x3A
        return None if self.gone else super().transceive(frame)


def box_of(*chips: VirtualChip) -> FieldServer:
    """A reader with cards laid one after another."""
    return FieldServer(CardBox(chips))


def made_cards(ledger: Path, number: int) -> list[VirtualChip]:
    """Finished cards of one job."""
    chips = [new_chip(NTAG213) for _ in range(number)]
    assert len(run_chips(make_job(number), chips, ledger).cards) == number
    return chips


def test_cards_are_compared_one_after_another(ledger: Path) -> None:
    chips = made_cards(ledger, 3)
    stranger = new_chip(NTAG213)

    with box_of(chips[0], stranger, chips[2]) as server:
        words = ("--ledger", ledger, "--count", "3", "--json")
        ran = invoke("verify", "--reader", server.path, *words)

    *cards, end = events_in(ran.stdout)
    assert [card["status"] for card in cards] == ["same", "not-booked", "same"]
    assert (end["same"], end["not_booked"], ran.exit_code) == (2, 1, 6)


def test_card_that_stays_is_compared_once_and_too_few_are_exit_5(ledger: Path) -> None:
    chip, field = made_card(ledger), VirtualField()
    field.lay(chip)

    with FieldServer(field) as server:
        words = ("verify", "--reader", server.path, "--ledger", ledger, "--count", "2", "--json")
        process = start(*words)
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)

    assert json.loads(first)["status"] == "same"
    assert [event["event"] for event in events_in(rest)] == ["end"]
    assert process.returncode == 5


def test_no_card_in_time_is_exit_5(ledger: Path) -> None:
    made_card(ledger)

    ran = invoke_at(None, "verify", "--ledger", ledger, "--wait", "0.05", "--json")

    assert (ran.exit_code, [event["event"] for event in events_in(ran.stdout)]) == (5, ["end"])


def test_round_without_end_ends_by_ctrl_c_with_exit_0(ledger: Path) -> None:
    field = VirtualField()
    field.lay(made_card(ledger))

    with FieldServer(field) as server:
        words = ("verify", "--reader", server.path, "--ledger", ledger, "--count", "0")
        process = start(*words, "--wait", "0", "--json")
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert process.returncode == 0


def test_two_cards_are_unreadable(ledger: Path) -> None:
    field = VirtualField()
    for chip in made_cards(ledger, 2):
        field.lay(chip)

    with FieldServer(field) as server:
        ran = invoke("verify", "--reader", server.path, "--ledger", ledger, "--json")

    assert (ran.exit_code, events_in(ran.stdout)[0]["status"]) == (6, "unreadable")


def test_people_are_told_each_card_and_each_difference(ledger: Path) -> None:
    chip = changed(made_card(ledger, "none"), 0x09, "00000000")

    ran = invoke_at(chip, "verify", "--ledger", ledger)

    assert ran.stdout == "7H3K-9QX2-MZ4D-G  04A1B2C3D4E580  NTAG213  differs\n"
    assert "differs: the content is not the card's address" in ran.stderr
    assert "1 differs" in ran.stderr


def test_missing_reader_is_exit_3(ledger: Path) -> None:
    made_card(ledger)

    ran = invoke("verify", "--reader", "tty:USB9:pn532", "--ledger", ledger, "--json")

    assert (ran.exit_code, ran.stdout) == (3, "")


def test_missing_ledger_is_exit_4(tmp_path: Path) -> None:
    ran = invoke("verify", "--reader", "sim", "--ledger", tmp_path / "none.db")

    assert (ran.exit_code, list(tmp_path.iterdir())) == (4, [])
