"""Mirror cards: what the chip shows is proved, not what was written."""

from pathlib import Path

import pytest

from encoder.chips.commands import ACK, READ_CNT
from encoder.chips.locks import CFGLCK, NFC_CNT_EN, NFC_CNT_PWD_PROT
from encoder.chips.mirror import MIRRORS, Mirror
from encoder.chips.models import MODELS, NTAG210, NTAG212, NTAG213, NTAG215, ChipModel
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from encoder.station.encoding import Encoding
from landing.contract.documents import PROTECTIONS, Protection
from tests.encoder.kit import (
    KEY,
    MIRROR_NAMES,
    TOKEN,
    UID,
    URL,
    DirectField,
    expected_memory,
    lying,
    make_job,
    new_chip,
    run_box,
    run_chips,
    seen_by_phone,
    shown_to_phone,
)

REAL_MIRRORS = [kind for kind in MIRRORS if kind != "none"]
EVERY_MIRROR = pytest.mark.parametrize("mirror", REAL_MIRRORS)


def shown_text(mirror: Mirror, count: int) -> str:
    """What a phone reads at the address's end."""
    uid = UID.hex().upper()
    return {"uid": uid, "counter": f"{count:06X}", "both": f"{uid}x{count:06X}"}[mirror]


def count_of(chip: VirtualChip) -> int:
    """What READ_CNT answers; asking does not count."""
    field = DirectField(lying(chip), lambda: False)
    field.sense()
    return int.from_bytes(field.exchange(READ_CNT), "little")


@pytest.mark.parametrize("at_once", [False, True], ids=["power-on", "at-once"])
@pytest.mark.parametrize("protection", PROTECTIONS)
@EVERY_MIRROR
@pytest.mark.parametrize("name", MIRROR_NAMES)
def test_mirror_card_ends_as_the_vector_says(
    name: str, mirror: Mirror, protection: Protection, at_once: bool, tmp_path: Path
) -> None:
    chip = VirtualChip(MODELS[name], UID, config_at_once=at_once)
    job = make_job(protection=protection)

    ran = run_chips(job, [chip], tmp_path / "ledger.db", key=KEY, mirror=mirror)

    assert chip.memory == expected_memory(name, protection, mirror)
    assert ran.told() == [("done", None)]


@pytest.mark.parametrize("protection", PROTECTIONS)
@EVERY_MIRROR
def test_phone_reads_the_uid_and_a_counter_that_goes_up(
    mirror: Mirror, protection: Protection, tmp_path: Path
) -> None:
    chip = new_chip(NTAG213, UID)
    job = make_job(protection=protection)
    run_chips(job, [chip], tmp_path / "ledger.db", key=KEY, mirror=mirror)
    before = chip.nfc_counter

    shown = [shown_to_phone(chip), shown_to_phone(chip)]

    assert shown == [f"{URL}?m={shown_text(mirror, before + tap)}" for tap in (1, 2)]


@EVERY_MIRROR
def test_row_has_the_mirror_and_the_address_without_it(mirror: Mirror, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"

    run_chips(make_job(), [new_chip(NTAG213, UID)], path, mirror=mirror)

    with Ledger.open(path, writable=False) as ledger:
        card = ledger.card_with_token(TOKEN)
    assert card is not None
    assert (card.mirror, card.url) == (mirror, URL)


def test_label_is_compared_with_the_address_without_its_mirror(tmp_path: Path) -> None:
    proved: list[str] = []

    run_chips(
        make_job(),
        [new_chip(NTAG213, UID)],
        tmp_path / "ledger.db",
        mirror="uid",
        prove=lambda _item, url: proved.append(url),
    )

    assert proved == [URL]


class LyingField(VirtualField):
    """A field whose chip shows another text than its UID and its counter."""

    def __init__(self, *, true: bytes, shown: bytes) -> None:
        super().__init__()
        self._true = true
        self._shown = shown

    def transceive(self, frame: bytes) -> bytes | None:
        """Change what is shown, not what is stored."""
        answer = super().transceive(frame)
        return answer.replace(self._true, self._shown) if answer else answer


class ComparesWhatWasWritten(Encoding):
    """Broken: it reads back what is stored, in the session that wrote it."""

    def verify(self) -> None:
        """Take the mirror on trust."""
        self._content = self._plan.read_as(UID, 0)
        self._record("written")


def lying_chip(mirror: Mirror, path: Path, encoding: type[Encoding] = Encoding) -> list[str | None]:
    """Why a card failed whose chip shows one UID digit, or its counter, wrongly."""
    true, shown = {
        "uid": (b"04A1B2", b"04A1B3"),
        "counter": (b"?m=0000", b"?m=0001"),
        "both": (b"80x0000", b"80x0100"),
    }[mirror]
    field = LyingField(true=true, shown=shown)
    box = CardBox([new_chip(NTAG213, UID)], field=field)

    ran = run_box(make_job(), box, path, mirror=mirror, encoding=encoding)

    return [reason for _, reason in ran.told()]


@EVERY_MIRROR
def test_chip_that_shows_something_else_is_a_verify_mismatch(
    mirror: Mirror, tmp_path: Path
) -> None:
    assert lying_chip(mirror, tmp_path / "ledger.db") == ["verify-mismatch"]


@EVERY_MIRROR
def test_engine_that_trusts_the_mirror_is_caught(mirror: Mirror, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"

    assert lying_chip(mirror, path, ComparesWhatWasWritten) != ["verify-mismatch"]


class DeafConfigField(VirtualField):
    """A field where the chip acknowledges a configuration page and does not keep it."""

    def __init__(self, page: int) -> None:
        super().__init__()
        self._page = page

    def transceive(self, frame: bytes) -> bytes | None:
        """Swallow the WRITE to it."""
        return ACK if frame[:2] == bytes([0xA2, self._page]) else super().transceive(frame)


@pytest.mark.parametrize(
    ("mirror", "page"), [("uid", 0x29), ("counter", 0x29), ("counter", 0x2A), ("both", 0x2A)]
)
def test_chip_that_does_not_take_the_mirror_fails_unlocked(
    mirror: Mirror, page: int, tmp_path: Path
) -> None:
    chip = new_chip(NTAG213, UID)
    box = CardBox([chip], field=DeafConfigField(page))

    ran = run_box(make_job(), box, tmp_path / "ledger.db", mirror=mirror)

    assert ran.told() == [("failed", "verify-mismatch")]
    assert chip.memory[0x0A:0x0C] == b"\x00\x00"


@pytest.mark.parametrize("phase", list(TearPhase))
@EVERY_MIRROR
def test_card_torn_at_any_write_shows_blank_or_the_right_text(
    mirror: Mirror, phase: TearPhase, tmp_path: Path
) -> None:
    fresh = run_chips(make_job(), [new_chip(NTAG213)], tmp_path / "fresh.db", mirror=mirror)
    for tear in range(1, fresh.cards[0].writes + 1):
        chip, field = new_chip(NTAG213, UID), VirtualField()
        field.tear(tear, phase, seed=tear)
        seen: list[str | None] = []

        ran = run_box(
            make_job(), watched(chip, field, seen), tmp_path / f"{tear}.db", mirror=mirror
        )

        ended = (
            ("failed", "verify-mismatch") if is_lost_for_good(chip, mirror) else ("resumed", None)
        )
        assert ran.told()[-1] == ended, tear
        assert set(seen) <= {None, *right_addresses(mirror, phase)}


def watched(chip: VirtualChip, field: VirtualField, seen: list[str | None]) -> CardBox:
    """A box that notes what a phone's first tap reads each time the card is lifted."""

    def note(event: CardEvent, card: VirtualChip) -> None:
        if event is CardEvent.LIFTED:
            seen.append(shown_to_phone(VirtualChip(card.model, card.uid, memory=card.memory)))

    return CardBox([chip], field=field, on_event=note)


def is_lost_for_good(chip: VirtualChip, mirror: Mirror) -> bool:
    """Whether a torn CFG1 has locked the mirror out, or the counter off or shut."""
    start = chip.model.cfg0_page * 4
    access = chip.memory[start + 4]
    counts = mirror == "uid" or (access & NFC_CNT_EN and not access & NFC_CNT_PWD_PROT)
    wanted = expected_memory(chip.model.name, "permanent", mirror)[start : start + 4]
    return bool(access & CFGLCK) and not (counts and chip.memory[start : start + 4] == wanted)


def right_addresses(mirror: Mirror, phase: TearPhase) -> set[str]:
    """The address with the text of the first tap; where a CFG1 is torn, a count may be missing."""
    counts = (0, 1) if phase is TearPhase.HALF else (1,)
    return {f"{URL}?m={shown_text(mirror, count)}" for count in counts}


@pytest.mark.parametrize(("mirror", "ended"), [("uid", "resumed"), ("both", "failed")])
def test_cfg1_locked_with_the_counter_off_is_never_booked_as_a_counting_card(
    mirror: Mirror, ended: str, tmp_path: Path
) -> None:
    chip, field = new_chip(NTAG213, UID), VirtualField()
    last = run_chips(make_job(), [new_chip(NTAG213)], tmp_path / "fresh.db", mirror=mirror)
    field.tear(last.cards[0].writes, TearPhase.BEFORE)
    box = TearingBox(chip, field, bytes.fromhex("40050000"))

    ran = run_box(make_job(), box, tmp_path / "ledger.db", mirror=mirror)

    assert [card.status for card in ran.cards] == ["failed", ended]


class TearingBox(CardBox):
    """A box whose card has another CFG1 once it was torn away."""

    def __init__(self, chip: VirtualChip, field: VirtualField, cfg1: bytes) -> None:
        super().__init__([chip], field=field, on_event=self._spoil)
        self._cfg1 = cfg1

    def _spoil(self, event: CardEvent, chip: VirtualChip) -> None:
        if event is CardEvent.LIFTED and chip.torn:
            chip._memory.put(chip.model.cfg1_page, self._cfg1)


def foreign_mirror(conf: str) -> VirtualChip:
    """A chip that someone has mirror over its user memory, over what we write."""
    memory = bytearray(new_chip(NTAG215, UID).memory)
    start = NTAG215.cfg0_page * 4
    memory[start : start + 4] = bytes.fromhex(conf)
    return VirtualChip(NTAG215, UID, memory=bytes(memory))


@pytest.mark.parametrize("conf", ["440004FF", "840004FF", "C4000AFF", "440000FF"])
def test_chip_with_someone_s_mirror_is_refused(conf: str, tmp_path: Path) -> None:
    chip = foreign_mirror(conf)

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "foreign-content")]
    assert chip.meter.writes == 0


@pytest.mark.parametrize("mirror", MIRRORS)
@pytest.mark.parametrize("conf", ["440004FF", "840004FF", "C4000AFF", "440000FF"])
def test_someone_s_mirror_is_taken_off_with_overwrite(
    conf: str, mirror: Mirror, tmp_path: Path
) -> None:
    chip = foreign_mirror(conf)

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db", overwrite=True, mirror=mirror)

    shown = shown_to_phone(chip)
    assert ran.told() == [("done", None)]
    assert chip.memory == expected_memory("NTAG215", "permanent", mirror)
    assert (shown or "").partition("?m=")[0] == URL


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("model", [NTAG210, NTAG212], ids=lambda model: model.name)
def test_someone_s_mirror_on_a_chip_without_mirror_conf_is_foreign_content(
    model: ChipModel, overwrite: bool, tmp_path: Path
) -> None:
    memory = bytearray(new_chip(model, UID).memory)
    memory[model.cfg0_page * 4 : model.cfg0_page * 4 + 4] = bytes.fromhex("100006FF")
    chip = VirtualChip(model, UID, memory=bytes(memory))

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db", overwrite=overwrite)

    assert ran.told() == [("done", None) if overwrite else ("refused", "foreign-content")]
    assert (shown_to_phone(chip) == URL) is overwrite


def test_counting_does_not_come_from_asking(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)
    run_chips(make_job(), [chip], tmp_path / "ledger.db", mirror="counter")

    counts = [count_of(chip), count_of(chip)]

    assert counts[0] == counts[1] > 0
    assert seen_by_phone(chip) == f"{URL}?m=000000"
