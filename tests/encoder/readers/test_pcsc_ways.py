"""Each way to pass frames, at a line that answers by the book; and what PC/SC's codes mean."""

import sys
from collections.abc import Iterable

import pytest

from encoder.chips import commands
from encoder.chips.models import NTAG213
from encoder.errors import CollisionError, EncoderError, ReaderError, SilenceError
from encoder.readers import open_field
from encoder.readers.pcsc.direct import DirectWay, crc_a
from encoder.readers.pcsc.field import chosen
from encoder.readers.pcsc.status import ReaderBusyError, Status, failure
from encoder.readers.pcsc.storage import StorageWay
from encoder.readers.pcsc.transparent import TransparentWay
from encoder.readers.pcsc.ways import Way
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from tests.emulated.pcsc import DirectFirmware, Firmware, StorageFirmware, TransparentFirmware
from tests.encoder.kit import UID, new_chip

OTHER_UID = bytes.fromhex("04F1E2D3C4B5A6")
NAMES = ("ACS ACR1252 SAM 00 00", "ACS ACR1252 PICC 01 00", "OMNIKEY CL 02 00")
KINDS: dict[type[Way], type[Firmware]] = {
    DirectWay: DirectFirmware,
    TransparentWay: TransparentFirmware,
    StorageWay: StorageFirmware,
}


class FirmwareLine:
    """A reader's firmware without pcscd between."""

    reader = "a reader"

    def __init__(self, firmware: Firmware) -> None:
        self._firmware = firmware

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Ask the firmware."""
        answer = self._firmware.answer(apdu)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def repower(self) -> None:
        """As pcscd does."""
        self._firmware.power(on=True)


class ScriptedLine:
    """Answers what it is told to, and ``9000`` when the script is over."""

    reader = "a reader"

    def __init__(self, answers: Iterable[str]) -> None:
        self._answers = [bytes.fromhex(answer) for answer in answers]

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """The next answer."""
        answer = self._answers.pop(0) if self._answers else b"\x90\x00"
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def repower(self) -> None:
        """Nothing."""


def opened(
    kind: type[Way], chip: VirtualChip, firmware: type[Firmware] | None = None
) -> tuple[Way, FirmwareLine]:
    """A way at its reader, with the chip selected."""
    place = VirtualField()
    place.lay(chip)
    line = FirmwareLine((firmware or KINDS[kind])(place))
    line.repower()
    way = kind()
    assert way.begin(line)
    assert way.select(line) == UID
    return way, line


def hiding_chip(auth0: int) -> VirtualChip:
    """A chip that hides its pages from ``auth0`` on."""
    memory = bytearray(new_chip(NTAG213, UID).memory)
    memory[NTAG213.cfg0_page * 4 + 3] = auth0
    memory[NTAG213.cfg1_page * 4] = 0x80
    return VirtualChip(NTAG213, UID, memory=bytes(memory))


@pytest.mark.parametrize("kind", KINDS)
def test_frames_of_storage_pass_every_way(kind: type[Way]) -> None:
    chip = new_chip(NTAG213, UID)
    way, line = opened(kind, chip)

    read = way.exchange(line, commands.read(0x2A))
    acknowledged = way.exchange(line, commands.write(0x06, b"page"))
    everything = way.exchange(line, commands.fast_read(0x00, 0x2A))

    assert read == chip.memory[0x2A * 4 : 0x2B * 4] + bytes(8) + chip.memory[:4]
    assert acknowledged == commands.ACK
    assert everything == chip.memory[: 0x2B * 4]
    assert everything[0x18:0x1C] == b"page"


@pytest.mark.parametrize("kind", [DirectWay, TransparentWay])
def test_every_frame_passes_a_reader_that_has_a_way_for_it(kind: type[Way]) -> None:
    way, line = opened(kind, new_chip(NTAG213, UID))

    assert way.exchange(line, commands.GET_VERSION) == NTAG213.version
    assert way.exchange(line, bytes.fromhex("3C00")) == bytes(32)
    assert way.exchange(line, bytes.fromhex("1BFFFFFFFF")) == bytes(2)
    assert not way.storage_only


@pytest.mark.parametrize("frame", ["60", "3C00", "1BFFFFFFFF", "3902", "30", "A20600"])
def test_storage_only_reader_passes_nothing_else(frame: str) -> None:
    way, line = opened(StorageWay, new_chip(NTAG213, UID))

    with pytest.raises(SilenceError, match="READ, FAST_READ and WRITE only"):
        way.exchange(line, bytes.fromhex(frame))

    assert way.storage_only


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("auth0", [0x28, 0x29, 0x2A])
def test_hidden_pages_are_refused_every_way(kind: type[Way], auth0: int) -> None:
    way, line = opened(kind, hiding_chip(auth0))

    assert _refuses(way, line, commands.fast_read(0x28, 0x2A))


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_last_page_leaves_the_pages_before_it(kind: type[Way]) -> None:
    chip = hiding_chip(0x2B)
    way, line = opened(kind, chip)

    assert way.exchange(line, commands.fast_read(0x28, 0x2A)) == chip.memory[0x28 * 4 : 0x2B * 4]


class NaiveStorageWay(StorageWay):
    """A fault: FAST_READ by READs alone, which roll over to page 00h and never say so."""

    def exchange(self, line: object, frame: bytes) -> bytes:
        """One READ, cut to length."""
        count = frame[2] - frame[1] + 1 if frame[0] == 0x3A else 4
        return super().exchange(line, commands.read(frame[1]))[: 4 * count]  # type: ignore[arg-type]


def test_reads_that_roll_over_would_be_caught() -> None:
    way, line = opened(NaiveStorageWay, hiding_chip(0x29), StorageFirmware)

    assert not _refuses(way, line, commands.fast_read(0x28, 0x2A))


def _refuses(way: Way, line: FirmwareLine, frame: bytes) -> bool:
    """Whether there is silence or a NAK."""
    try:
        return len(way.exchange(line, frame)) == 1
    except SilenceError:
        return True


@pytest.mark.parametrize("kind", KINDS)
def test_write_on_a_locked_page_is_refused(kind: type[Way]) -> None:
    memory = bytearray(new_chip(NTAG213, UID).memory)
    memory[10:12] = b"\xff\xff"
    chip = VirtualChip(NTAG213, UID, memory=bytes(memory))
    way, line = opened(kind, chip)

    refused = _refuses(way, line, commands.write(0x06, b"page"))

    assert refused
    assert chip.memory == bytes(memory)


@pytest.mark.parametrize(
    ("kind", "firmware"),
    [
        (DirectWay, TransparentFirmware),
        (DirectWay, StorageFirmware),
        (TransparentWay, DirectFirmware),
        (TransparentWay, StorageFirmware),
    ],
)
def test_way_that_a_reader_has_not_got_is_not_begun(
    kind: type[Way], firmware: type[Firmware]
) -> None:
    place = VirtualField()
    place.lay(new_chip(NTAG213, UID))

    assert not kind().begin(FirmwareLine(firmware(place)))


def test_session_that_selects_another_card_is_a_collision() -> None:
    place = VirtualField()
    place.lay(new_chip(NTAG213, UID))
    line = FirmwareLine(TransparentFirmware(place))
    way = TransparentWay()
    way.begin(line)
    way.select(line)
    place.lift()
    other = new_chip(NTAG213, OTHER_UID)
    place.lay(other)

    with pytest.raises(SilenceError, match="another card"):
        way.exchange(line, commands.write(0x06, b"page"))
    with pytest.raises(CollisionError):
        way.select(line)

    assert other.meter.writes == 0
    assert way.select(line) == OTHER_UID


def test_card_that_hides_even_its_uid_answers_its_own_frames() -> None:
    way, line = opened(TransparentWay, hiding_chip(0x00))

    assert way.exchange(line, commands.GET_VERSION) == NTAG213.version


def test_pn53x_that_hears_nothing_or_noise_is_silence() -> None:
    garbled = "D54300" + "00" * 8 + "FFFF9000"
    for answer in ("D543019000", "D543009000", garbled, "6300", "D5099000"):
        with pytest.raises(SilenceError):
            DirectWay().exchange(ScriptedLine([answer]), commands.GET_VERSION)


def test_crc_is_that_of_the_standard() -> None:
    """Source: ISO/IEC 14443-3, annex B.2 (examples)."""
    assert crc_a(bytes.fromhex("0000")) == bytes.fromhex("A01E")
    assert crc_a(bytes.fromhex("1234")) == bytes.fromhex("26CF")


def test_reader_that_ends_at_the_last_page_still_gives_it() -> None:
    line = ScriptedLine(["00" * 4 + "6282"])

    assert StorageWay().exchange(line, commands.fast_read(0x2C, 0x2C)) == bytes(4)


def test_garbled_data_objects_are_no_answer() -> None:
    for answer in ("C00300900097819000", "C0039000", "97", "9708009000", "C0030090009F9000"):
        line = ScriptedLine(["C0030090009000", "C0030090009000", answer, answer, answer])
        with pytest.raises(SilenceError):
            TransparentWay().exchange(line, commands.GET_VERSION)


def test_reader_for_contact_cards_says_so() -> None:
    with pytest.raises(ReaderError, match="no UID") as caught:
        StorageWay().select(ScriptedLine(["6E00"]))

    assert "pcsc:NAME" in caught.value.hint


def test_card_without_a_uid_of_type_a_is_no_card() -> None:
    assert StorageWay().select(ScriptedLine(["01020304050607089000"])) is None
    assert StorageWay().select(ScriptedLine(["6300"])) is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", NAMES[1]),
        ("acr1252 picc", NAMES[1]),
        (NAMES[0], NAMES[0]),
        ("omnikey", NAMES[2]),
    ],
)
def test_reader_is_found_by_a_part_of_its_name(name: str, found: str) -> None:
    assert chosen(name, NAMES) == found


@pytest.mark.parametrize(
    ("name", "names", "words"),
    [
        ("", (), "PC/SC has no reader"),
        ("ACR1252", NAMES, "2 PC/SC readers have 'ACR1252'"),
        ("uTrust", NAMES, "there is: 'ACS ACR1252 SAM 00 00', 'ACS"),
    ],
)
def test_name_that_means_none_or_several_lists_what_there_is(
    name: str, names: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ReaderError, match=words) as caught:
        chosen(name, names)

    assert caught.value.exit_code == 3
    assert caught.value.hint


def test_whole_name_wins_over_a_longer_one() -> None:
    assert chosen("Reader 0", ("Reader 00", "Reader 0")) == "Reader 0"


@pytest.mark.parametrize(
    ("code", "kind", "cure"),
    [
        (Status.REMOVED_CARD, SilenceError, ""),
        (Status.NOT_TRANSACTED, SilenceError, ""),
        (Status.REMOVED_CARD - (1 << 32), SilenceError, ""),
        (Status.READER_UNAVAILABLE, ReaderError, "plug the reader in"),
        (Status.UNKNOWN_READER, ReaderError, "plug the reader in"),
        (Status.NO_SERVICE, ReaderError, "pcscd.socket"),
        (Status.COMM_ERROR, ReaderError, "pcscd.socket"),
        (Status.SHARING_VIOLATION, ReaderBusyError, "other program"),
        (Status.SECURITY_VIOLATION, ReaderError, "polkit"),
        (0x80100001, ReaderError, "plug the reader in"),
    ],
)
def test_code_of_pcsc_is_told_with_its_cure(code: int, kind: type[EncoderError], cure: str) -> None:
    error = failure(code, "a reader", "words of PC/SC")

    assert type(error) is kind
    assert cure in error.hint


def test_codes_are_those_of_the_library() -> None:
    scard = pytest.importorskip("smartcard.scard")
    names = {
        status: f"SCARD_{letter}_{status.name}"
        for status in Status
        for letter in "EWF"
        if hasattr(scard, f"SCARD_{letter}_{status.name}")
    }

    assert set(names) == set(Status)
    assert {getattr(scard, name) & 0xFFFFFFFF for name in names.values()} == set(Status)


def test_missing_pyscard_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)

    with (
        pytest.raises(ReaderError, match="pyscard") as caught,
        open_field("pcsc", cards=1, chip=NTAG213),
    ):
        pass

    assert caught.value.exit_code == 3
    assert "wecard[pcsc]" in caught.value.hint
