"""The short way through a PN53x: few host commands, the same answers, the same errors.

The reader is emulated, on a pseudo terminal, and driven by nfcpy's unmodified pn532 driver.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import nfc.clf
import pytest

from encoder.chips.models import NTAG213, NTAG216
from encoder.errors import ReaderError, SilenceError
from encoder.readers import open_field
from encoder.readers.nfcpy import NfcpyField, open_nfcpy
from encoder.readers.pn53x import Pn53xFrontend, with_short_way
from encoder.simulator.chip import ACK, NAK_ARGUMENT
from encoder.simulator.field import VirtualField
from tests.emulated.serial_reader import SerialPn532, plugged_in
from tests.encoder.kit import UID, new_chip

READ, VERSION, SIGNATURE = "3000", "60", "3C00"
WRITE, LOCKED_WRITE = "A204030005FE", "A20000000000"
ALL_BUT_WRITE = (READ, VERSION, SIGNATURE, "3A0004", "3A003B")


@contextmanager
def at_reader(place: VirtualField) -> Iterator[tuple[NfcpyField, SerialPn532]]:
    """An open reader over a place, and the board behind it."""
    with plugged_in(place) as board, open_nfcpy(board.path, board.connect) as field:
        yield field, board


@contextmanager
def with_card() -> Iterator[tuple[NfcpyField, SerialPn532, VirtualField]]:
    """A blank NTAG216 that is selected."""
    place = VirtualField()
    place.lay(new_chip(NTAG216, UID))
    with at_reader(place) as (field, board):
        assert field.sense() == UID
        yield field, board, place


def test_exchange_is_one_host_command() -> None:
    with with_card() as (field, board, _):
        before = board.counts.commands
        for frame in (*ALL_BUT_WRITE, WRITE):
            field.exchange(bytes.fromhex(frame))

        assert board.counts.commands - before == len(ALL_BUT_WRITE) + 1


def test_look_is_four_host_commands_with_and_without_a_card() -> None:
    with with_card() as (field, board, place):
        start = board.counts.commands
        field.sense()
        with_a_card = board.counts.commands - start
        place.lift()
        field.sense()

        assert (with_a_card, board.counts.commands - start) == (4, 8)


def test_card_being_taken_away_is_looked_for_less_often_than_one_awaited() -> None:
    with with_card() as (field, _, place):
        occupied = field.poll_seconds
        place.lift()
        field.sense()

        assert field.poll_seconds <= 0.01 < 0.05 <= occupied


def answers(field: NfcpyField, *frames: str) -> list[bytes]:
    """What the card answers to each."""
    return [field.exchange(bytes.fromhex(frame)) for frame in frames]


def test_answers_are_those_of_nfcpys_own_way() -> None:
    with with_card() as (field, _, _), with_card() as (peer, _, _):
        peer._frontend = peer._frontend._frontend  # without the short way

        ours, theirs = (answers(one, *ALL_BUT_WRITE, WRITE, READ) for one in (field, peer))

    assert ours == theirs
    assert ours[1] == NTAG216.version


def test_ack_and_nak_are_told_from_each_other() -> None:
    with with_card() as (field, _, _):
        assert answers(field, WRITE, LOCKED_WRITE) == [ACK, NAK_ARGUMENT]


def test_chip_that_fell_back_at_a_nak_is_silent_until_it_is_selected_again() -> None:
    with with_card() as (field, _, _):
        field.exchange(bytes.fromhex(LOCKED_WRITE))
        with pytest.raises(SilenceError):
            field.exchange(bytes.fromhex(READ))

        assert field.sense() == UID
        assert len(field.exchange(bytes.fromhex(READ))) == 16


def test_card_that_leaves_in_mid_exchange_is_silence() -> None:
    with with_card() as (field, _, place):
        place.lift()

        with pytest.raises(SilenceError):
            field.exchange(bytes.fromhex(VERSION))


def test_every_page_of_the_largest_chip_fits_by_sixty_and_not_by_sixty_six() -> None:
    with with_card() as (field, _, place):
        pages = b"".join(answers(field, "3A003B", "3A3C77", "3A78B3", "3AB4E4"))
        with pytest.raises(SilenceError):
            field.exchange(bytes.fromhex("3A0041"))

        assert pages == place.chips[0].memory[: 229 * 4]


def test_answer_with_a_wrong_crc_is_silence() -> None:
    with with_card() as (field, _, _):
        frontend = field._frontend
        frontend._chipset = Garbling(frontend._chipset)

        with pytest.raises(SilenceError):
            field.exchange(bytes.fromhex(READ))


class Garbling:
    """A chipset whose answers have one bit flipped on the air."""

    def __init__(self, chipset: Any) -> None:
        self._chipset = chipset

    def in_communicate_thru(self, data: bytes, timeout: float) -> bytearray:
        """Exchange, with a flipped bit."""
        received: bytearray = self._chipset.in_communicate_thru(data, timeout)
        received[3] ^= 1
        return received


class OtherStatus:
    """A chipset that answers each exchange with one status."""

    def __init__(self, chipset: Any, status: int) -> None:
        self._chipset = chipset
        self._status = status

    def in_communicate_thru(self, _data: bytes, _timeout: float) -> None:
        """Fail."""
        self._chipset.chipset_error(self._status)


@pytest.mark.parametrize(
    ("status", "error"),
    [(status, SilenceError) for status in (0x01, 0x02, 0x03, 0x05, 0x09, 0x13, 0x27)]
    + [(status, ReaderError) for status in (0x7F, 0xFF)],
)
def test_status_tells_a_chip_from_a_reader(status: int, error: type[Exception]) -> None:
    with with_card() as (field, _, _):
        frontend = field._frontend
        frontend._chipset = OtherStatus(frontend._chipset, status)

        with pytest.raises(error):
            field.exchange(bytes.fromhex(READ))


@pytest.mark.parametrize(
    ("fault", "call"),
    [
        ("hang_at", "sense"),
        ("hang_at", "exchange"),
        ("garble_at", "exchange"),
        ("unplug_at", "exchange"),
    ],
)
def test_reader_that_fails_is_a_reader_error(fault: str, call: str) -> None:
    with with_card() as (field, board, _):
        setattr(board.faults, fault, board.counts.commands + 1)

        with pytest.raises(ReaderError):
            field.sense() if call == "sense" else field.exchange(bytes.fromhex(READ))


def test_slow_reader_still_serves() -> None:
    with with_card() as (field, board, _):
        board.faults.late_seconds = 0.15

        assert field.exchange(bytes.fromhex(VERSION)) == NTAG216.version


def test_reader_that_hangs_when_it_is_closed_lets_its_port_go() -> None:
    place = VirtualField()
    with plugged_in(place) as board:
        with open_nfcpy(board.path, board.connect) as field:
            line = field._frontend.device.chipset.transport.tty
            board.faults.hang_at = board.counts.commands + 1

        assert not line.is_open


def test_reader_that_was_pulled_out_lets_its_port_go() -> None:
    with with_card() as (field, board, _):
        line = field._frontend.device.chipset.transport.tty
        board.unplug()
        with pytest.raises(ReaderError):
            field.sense()

    assert not line.is_open


def test_phone_takes_the_long_way_and_the_next_card_the_short_one_again() -> None:
    class Frontend:
        device, target = Any, nfc.clf.RemoteTarget("106A", sel_res=b"\x20")

        def exchange(self, frame: bytes, _seconds: float) -> bytes:
            return frame

    with with_card() as (field, board, _):
        frontend = field._frontend
        real, frontend._frontend = frontend._frontend, Frontend()
        assert field.exchange(b"\xe0\x80") == b"\xe0\x80"
        frontend._frontend = real
        before = board.counts.commands

        field.sense()

        assert board.counts.commands - before == 4 + 2  # times and retries are set again


def test_readers_of_another_kind_are_left_as_they_are() -> None:
    class Frontend:
        device = None

    frontend = Frontend()

    assert with_short_way(frontend) is frontend


def test_reader_that_was_killed_at_a_high_speed_is_brought_back() -> None:
    with plugged_in(VirtualField()) as board:
        if not board.has_name:
            pytest.skip("no name can be made in /dev: it takes root")
        killed = board.connect(board.path)
        killed.device.chipset.transport.close()  # as the system does when the process dies
        begun = board.counts.commands

        with open_nfcpy(board.path, board.connect) as field:
            assert field.sense() is None

        assert board.counts.commands > begun


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # nfcpy looks at the port
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_public_opening_finds_the_reader_by_its_path() -> None:
    place = VirtualField()
    place.lay(new_chip(NTAG213, UID))
    with plugged_in(place) as board:
        if not board.has_name:
            pytest.skip("no name can be made in /dev: it takes root")

        with open_field(board.path, cards=0, chip=NTAG213) as field:
            uid, version = field.sense(), field.exchange(bytes.fromhex(VERSION))

    assert (uid, version) == (UID, NTAG213.version)


class ImpatientFrontend(Pn53xFrontend):
    """A broken short way: it waits for 3.2 ms, and a WRITE takes longer."""

    def _set_up(self) -> None:
        self._chipset.rf_configuration(0x02, bytes([0x00, 0x0B, 0x06]))


class CredulousFrontend(Pn53xFrontend):
    """A broken short way: it takes every answer's last two bytes for a right CRC."""

    def _without_crc(self, received: bytearray) -> bytes:
        return bytes(received[:-2])


@pytest.mark.parametrize(
    ("broken", "invariant"),
    [
        (ImpatientFrontend, test_ack_and_nak_are_told_from_each_other),
        (CredulousFrontend, test_ack_and_nak_are_told_from_each_other),
        (CredulousFrontend, test_answer_with_a_wrong_crc_is_silence),
    ],
)
def test_broken_short_ways_are_caught(
    broken: type[Pn53xFrontend], invariant: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encoder.readers.nfcpy.with_short_way", broken)

    with pytest.raises((AssertionError, SilenceError, pytest.fail.Exception)):
        invariant()
