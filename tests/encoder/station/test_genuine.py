"""Jobs that ask for genuine chips: the published ones pass, all others are refused untouched."""

from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips.models import MF0UL11, NTAG213, NTAG215, ChipModel
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from encoder.station import visit
from encoder.station.identify import KNOWN_CHIPS
from encoder.station.session import Session
from landing.contract.documents import Job
from tests.encoder.chips.published import Pair, published
from tests.encoder.kit import make_job, run_box, run_chips, seen_by_phone

NTAG = published("NTAG21x")
EV1 = published("Ultralight EV1")
READ_SIG = 0x3C


def strict_job(cards: int = 1) -> Job:
    """A job for genuine chips only."""
    job = make_job(cards)
    return replace(job, policy=replace(job.policy, require_genuine=True))


def chip_of(pair: Pair, model: ChipModel, **changed: bytes) -> VirtualChip:
    """A virtual chip with a published UID and signature, or with something else in its place."""
    told = {"uid": pair.uid, "signature": pair.signature, **changed}
    return VirtualChip(model, told["uid"], signature=told["signature"])


def genuine_of(uid: bytes, path: Path) -> bool | None:
    """What the ledger says of a card's signature."""
    with Ledger.open(path, writable=False) as ledger:
        card = ledger.card_with_uid(uid.hex().upper())
    assert card is not None
    return card.genuine


@pytest.mark.parametrize(
    ("pair", "model"),
    [(NTAG, NTAG213), (NTAG, NTAG215), (EV1, MF0UL11)],
    ids=["NTAG213", "NTAG215", "MF0UL11"],
)
def test_genuine_chip_is_done_and_booked_so(pair: Pair, model: ChipModel, tmp_path: Path) -> None:
    chip = chip_of(pair, model)

    ran = run_chips(strict_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert genuine_of(pair.uid, tmp_path / "ledger.db") is True


def test_report_says_genuine(tmp_path: Path) -> None:
    run_chips(strict_job(), [chip_of(NTAG, NTAG213)], tmp_path / "ledger.db")

    with Ledger.open(tmp_path / "ledger.db", writable=False) as ledger:
        (card,) = ledger.reported("J-2026-0001")
    assert card.genuine is True


def test_signature_is_not_read_where_the_job_does_not_ask(tmp_path: Path) -> None:
    field = NotingField()

    run_box(make_job(), CardBox([chip_of(NTAG, NTAG213)], field=field), tmp_path / "ledger.db")

    assert READ_SIG not in field.opcodes
    assert genuine_of(NTAG.uid, tmp_path / "ledger.db") is None


class NotingField(VirtualField):
    """A field that keeps which commands were sent."""

    def __init__(self) -> None:
        super().__init__()
        self.opcodes: list[int] = []

    def transceive(self, frame: bytes) -> bytes | None:
        """Note the command."""
        self.opcodes.append(frame[0])
        return super().transceive(frame)


def copies() -> dict[str, VirtualChip]:
    """Chips that are not what they say."""
    other_uid = NTAG.uid[:-1] + b"\x81"
    changed = NTAG.signature[:-1] + bytes([NTAG.signature[-1] ^ 1])
    return {
        "another UID": chip_of(NTAG, NTAG213, uid=other_uid),
        "no signature": chip_of(NTAG, NTAG213, signature=bytes(32)),
        "a changed bit": chip_of(NTAG, NTAG213, signature=changed),
        "a short answer": chip_of(NTAG, NTAG213, signature=NTAG.signature[:16]),
        "a long answer": chip_of(NTAG, NTAG213, signature=NTAG.signature + b"\x00"),
        "an empty answer": chip_of(NTAG, NTAG213, signature=b""),
        "another product": chip_of(EV1, NTAG213),
    }


@pytest.mark.parametrize("name", copies())
def test_copy_is_refused_untouched(name: str, tmp_path: Path) -> None:
    chip = copies()[name]

    ran = run_chips(strict_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "not-genuine")]
    assert chip.meter.writes == 0
    with Ledger.open(tmp_path / "ledger.db", writable=False) as ledger:
        assert ledger.cards() == []


class SilentSignatureChip(VirtualChip):
    """A chip that refuses READ_SIG, as many copies do."""

    def _read_sig(self, frame: bytes) -> bytes:
        return b"\x00"


def test_chip_that_refuses_read_sig_is_refused_untouched(tmp_path: Path) -> None:
    chip = SilentSignatureChip(NTAG213, NTAG.uid)

    ran = run_chips(strict_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "not-genuine")]
    assert chip.meter.writes == 0


def takes_everything(_session: Session, _model: ChipModel) -> None:
    """A broken check: whatever answers is genuine."""


def test_the_copies_catch_a_check_that_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "check_genuine", takes_everything)

    told = {
        name: run_chips(strict_job(), [chip], tmp_path / f"{number}.db").told()
        for number, (name, chip) in enumerate(copies().items())
    }

    assert [name for name, each in told.items() if each == [("done", None)]] == [*copies()]


def test_genuine_chip_torn_away_stays_booked_as_genuine(tmp_path: Path) -> None:
    chip, field = chip_of(NTAG, NTAG213), VirtualField()
    field.tear(5, TearPhase.HALF, seed=1)

    ran = run_box(strict_job(), CardBox([chip], field=field), tmp_path / "ledger.db")

    assert ran.told() == [("failed", "card-lost"), ("resumed", None)]
    assert genuine_of(NTAG.uid, tmp_path / "ledger.db") is True


def test_next_blank_takes_the_item_that_a_copy_did_not_get(tmp_path: Path) -> None:
    copied, real = copies()["no signature"], chip_of(EV1, MF0UL11)

    ran = run_chips(strict_job(), [copied, real], tmp_path / "ledger.db", known=KNOWN_CHIPS)

    assert ran.told() == [("refused", "not-genuine"), ("done", None)]
    assert (seen_by_phone(real) is not None, ran.end.remaining) == (True, 0)
