"""Opening readers: each failure is named, with what mends it; nfcpy's errors end here."""

import errno
import termios
from collections.abc import Callable
from typing import Any

import nfc.clf
import pytest

from encoder.chips.models import NTAG213, NTAG216
from encoder.errors import CollisionError, ReaderError, SilenceError
from encoder.readers import open_field, seen_readers
from encoder.readers.nfcpy import NfcpyField, opening_error
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from tests.encoder.kit import UID, new_chip


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "names no reader"),
        ("serial", "names no reader"),
        ("udp:127.0.0.1", "names no reader"),
        ("udp:127.0.0.1:99999", "names no reader"),
        ("udp:127.0.0.1:0", "names no reader"),
        ("tty:USB9:pn532", "no reader was found"),
        ("udp:127.0.0.1:8080", "cannot open"),
        ("sim:NTAG424", "no virtual chip"),
    ],
)
def test_reader_that_cannot_be_opened_is_named(path: str, words: str) -> None:
    with (
        pytest.raises(ReaderError, match=words) as caught,
        open_field(path, cards=1, chip=NTAG213),
    ):
        pass

    assert caught.value.exit_code == 3
    assert caught.value.hint


@pytest.mark.parametrize(
    ("error", "words", "cure"),
    [
        (FileNotFoundError(2, "cannot find a suitable libusb-1.0"), "libusb", "libusb-1.0-0"),
        (OSError(errno.EACCES, "denied"), "may not be opened", "udev"),
        (OSError(errno.EBUSY, "busy"), "in use", "modprobe"),
        (OSError(errno.ENODEV, "none"), "no reader was found", "plug the reader in"),
        (ValueError("http-alt"), "http-alt", "/etc/services"),
        (termios.error(5, "gone"), "no reader was found", "plug the reader in"),
    ],
)
def test_opening_error_says_what_mends_it(error: Exception, words: str, cure: str) -> None:
    mapped = opening_error("usb", error)

    assert words in str(mapped)
    assert cure in mapped.hint


class BrokenFrontend:
    """A reader whose every call fails in one way, as nfcpy's frontends do."""

    device = None

    def __init__(self, error: Exception) -> None:
        self._error = error

    def sense(self, *_targets: Any, **_options: Any) -> Any:
        """Fail."""
        raise self._error

    def exchange(self, _frame: bytes, _timeout: float) -> bytes:
        """Fail."""
        raise self._error


@pytest.mark.parametrize(
    "error", [OSError(errno.ENODEV, "gone"), termios.error(5, "gone"), TypeError("None")]
)
@pytest.mark.parametrize("call", ["sense", "exchange"])
def test_reader_that_is_unplugged_is_a_reader_error(error: Exception, call: str) -> None:
    field = NfcpyField(BrokenFrontend(error))
    calls: dict[str, Callable[[], object]] = {
        "sense": field.sense,
        "exchange": lambda: field.exchange(b"\x60"),
    }

    with pytest.raises(ReaderError, match="lost"):
        calls[call]()


@pytest.mark.parametrize(
    "error", [nfc.clf.TimeoutError(), nfc.clf.TransmissionError(), nfc.clf.BrokenLinkError()]
)
def test_chip_that_does_not_answer_is_silence(error: Exception) -> None:
    with pytest.raises(SilenceError):
        NfcpyField(BrokenFrontend(error)).exchange(b"\x60")


def test_card_is_selected_and_answers_through_nfcpy() -> None:
    place = VirtualField()
    place.lay(new_chip(NTAG216, UID))

    with FieldServer(place) as server, open_field(server.path, cards=0, chip=NTAG213) as field:
        uid = field.sense()
        version = field.exchange(b"\x60")
        place.lift()
        gone = field.sense()

    assert (uid, version, gone) == (UID, NTAG216.version, None)
    assert not field.exhausted


def test_card_that_leaves_in_mid_exchange_is_silence() -> None:
    place = VirtualField()
    place.lay(new_chip(NTAG216, UID))

    with FieldServer(place) as server, open_field(server.path, cards=0, chip=NTAG213) as field:
        field.sense()
        place.lift()
        with pytest.raises(SilenceError):
            field.exchange(b"\x60")


def test_two_cards_are_a_collision_and_an_empty_place_is_not() -> None:
    place = VirtualField()

    with FieldServer(place) as server, open_field(server.path, cards=0, chip=NTAG213) as field:
        empty = [field.sense() for _ in range(3)]
        place.lay(new_chip(NTAG213, UID))
        place.lay(new_chip(NTAG213))
        first = field.sense()
        with pytest.raises(CollisionError):
            field.sense()

    assert [*empty, first] == [None, None, None, None]


def test_simulated_reader_lays_as_many_cards_as_asked() -> None:
    seen = set()
    with open_field("sim:NTAG216", cards=2, chip=NTAG213) as field:
        while not field.exhausted:
            uid = field.sense()
            if uid is not None:
                seen.add(uid)
                assert field.exchange(b"\x60") == NTAG216.version

    assert len(seen) == 2


def test_simulated_reader_is_always_listed() -> None:
    assert "sim" in [reader.path for reader in seen_readers()]
