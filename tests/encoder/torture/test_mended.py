"""Cards that the tear matrix found ending wrong, each by its bytes."""

import pytest

from tests.encoder.torture.memory import delivered, faults, page_of, with_page
from tests.encoder.torture.rig import REAL, UID, Glitch, Ran, Snapshot, empty_ledger, present
from tests.encoder.torture.situations import Situation


def torn_at(situation: Situation, page: int, content: str, *, occurrence: int = -1) -> Ran:
    """Lay down a card that was torn away when ``page`` was written, and held ``content`` then."""
    writes = situation.present(situation.start, REAL, traced=True).writes
    write = [write for write in writes if write.page == page][occurrence]
    return situation.present(write.before.torn(page, bytes.fromhex(content)), REAL)


def ends_right(situation: Situation, ran: Ran) -> bool:
    """Whether the card came back and is done, and right."""
    told = faults(ran.after.memory, situation.wanted, situation.start.memory)
    return (ran.card.status, told) == ("resumed", [])


@pytest.mark.parametrize("access", ["18", "1C", "99"])  # NFC_CNT_EN with NFC_CNT_PWD_PROT
def test_counter_that_a_torn_cfg1_shuts_is_opened_again(access: str) -> None:
    situation = Situation("NTAG213", "permanent", "counter", "new")

    assert ends_right(situation, torn_at(situation, 0x2A, access + "050000", occurrence=0))


@pytest.mark.parametrize("mirror", ["counter", "both"])
def test_counter_lost_in_the_last_lock_is_set_though_the_content_is_locked(mirror: str) -> None:
    situation = Situation("NTAG213", "permanent", mirror, "new")

    assert ends_right(situation, torn_at(situation, 0x2A, "00050000"))


def test_mirror_that_a_torn_cfg0_sets_is_off_ahead_of_the_read_back() -> None:
    situation = Situation("NTAG212", "password", "none", "new")

    assert ends_right(situation, torn_at(situation, 0x25, "00000A02"))


def test_password_card_whose_access_byte_stays_wrong_is_not_done() -> None:
    situation = Situation("NTAG213", "password", "none", "new")
    hides = with_page(delivered("NTAG213", UID), 0x2A, bytes.fromhex("80050000"))
    start = Snapshot(memory=hides, ledger=empty_ledger())
    writes = present(start, situation.wanted, traced=True).writes
    index = [write.page for write in writes].index(0x2A)

    ran = present(start, situation.wanted, glitch=Glitch(index, heard=False, answer=b"\x0a"))

    assert page_of(ran.after.memory, 0x2A)[0] == 0x80
    assert (ran.card.status, ran.card.reason) == ("failed", "lock-mismatch")
