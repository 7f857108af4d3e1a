"""Every bit of the state that a finished card needs is compared, and every byte of its UID."""

from pathlib import Path

import pytest

from encoder.chips.models import NTAG213, PAGE_SIZE
from encoder.errors import CardRefusedError, SilenceError
from encoder.simulator.chip import VirtualChip
from encoder.station.identify import identify
from encoder.station.session import Session
from landing.contract.documents import Protection
from tests.encoder.kit import KEY, UID, make_job, new_chip, run_chips

_COUSIN = UID[:-1] + bytes([UID[-1] ^ 1])
_STUCK: dict[str, tuple[Protection, int, str, str]] = {  # page, bits stuck at 0, bits stuck at 1
    "AUTHLIM": ("password", NTAG213.cfg1_page, "00000000", "01000000"),
    "PROT": ("password", NTAG213.cfg1_page, "00000000", "80000000"),
    "a static lock bit": ("permanent", 0x02, "00000080", "00000000"),
    "a block-lock bit": ("permanent", 0x28, "00002000", "00000000"),
    "a dynamic lock bit": ("permanent", 0x28, "00080000", "00000000"),
    "no bit": ("permanent", 0x28, "00000000", "00000000"),
}


class Stuck(VirtualChip):
    """A chip on one page of which some bits cannot be changed."""

    def __init__(self, page: int, zeros: str, ones: str) -> None:
        self._stuck = (page, bytes.fromhex(zeros), bytes.fromhex(ones))
        memory = bytearray(new_chip(NTAG213, UID).memory)
        content = bytes(memory[page * PAGE_SIZE : (page + 1) * PAGE_SIZE])
        memory[page * PAGE_SIZE : (page + 1) * PAGE_SIZE] = self._spoilt(content)
        super().__init__(NTAG213, UID, memory=bytes(memory))

    def _spoilt(self, content: bytes) -> bytes:
        _, zeros, ones = self._stuck
        return bytes(c & ~z | o for c, z, o in zip(content, zeros, ones, strict=True))

    def _store(self, page: int, data: bytes) -> bytes | None:
        return super()._store(page, self._spoilt(data) if page == self._stuck[0] else data)


class Answering:
    """A field whose card has this UID and gives one answer to all frames, or none."""

    poll_seconds = 0.0
    storage_only = False
    exhausted = False

    def __init__(self, uid: bytes, answer: bytes = b"") -> None:
        self._uid, self._answer = uid, answer

    def sense(self) -> bytes:
        """Select the card."""
        return self._uid

    def exchange(self, _frame: bytes) -> bytes:
        """Answer, or be silent."""
        if not self._answer:
            raise SilenceError("no answer")
        return self._answer


@pytest.mark.parametrize("bit", _STUCK)
def test_card_with_a_bit_that_stays_wrong_is_not_done(bit: str, tmp_path: Path) -> None:
    protection, page, zeros, ones = _STUCK[bit]
    key = KEY if protection == "password" else None
    job = make_job(protection=protection)

    ran = run_chips(job, [Stuck(page, zeros, ones)], tmp_path / "ledger.db", key=key)

    assert ran.told()[0] == (("done", None) if bit == "no bit" else ("failed", "lock-mismatch"))


def test_card_whose_uid_differs_in_the_last_bit_is_another_one() -> None:
    session = Session(Answering(_COUSIN), UID)

    with pytest.raises(CardRefusedError) as refused:
        identify(session)

    assert refused.value.reason == "two-cards"


@pytest.mark.parametrize("uid", [UID, UID[:4], UID + UID[:3]], ids=len)
def test_chip_without_a_uid_of_seven_bytes_is_none_of_ours(uid: bytes) -> None:
    session = Session(Answering(uid, NTAG213.version), uid)

    try:
        known = identify(session) == NTAG213
    except CardRefusedError as error:
        known = error.reason != "unknown-chip"

    assert known == (len(uid) == 7)
