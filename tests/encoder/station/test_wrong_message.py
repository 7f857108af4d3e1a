"""A card that reads back wrong shows a phone no message, until it is right."""

from pathlib import Path

import pytest

from encoder.chips.models import MODELS
from encoder.simulator.chip import ACK, VirtualChip
from encoder.station.encoding import Encoding
from landing.contract.documents import Protection
from tests.encoder.kit import (
    KEY,
    MODEL_NAMES,
    UID,
    make_job,
    run_chips,
    seen_by_phone,
)

_FORGOTTEN = 0x07  # a page in the middle of the address


class Forgetful(VirtualChip):
    """A chip that acknowledges a WRITE to one page and stores nothing."""

    def _write(self, frame: bytes) -> bytes | None:
        return ACK if frame[1] == _FORGOTTEN else super()._write(frame)


class LeavesIt(Encoding):
    """A fault: the wrong message stays as it was read back."""

    def _blank(self) -> None:
        return


def presented(
    name: str, protection: Protection, folder: Path, encoding: type[Encoding] = Encoding
) -> tuple[list[tuple[str, str | None]], str | None]:
    """What a run said of a forgetful chip, and what a phone reads on it then."""
    chip = Forgetful(MODELS[name], UID)
    ran = run_chips(
        make_job(protection=protection),
        [chip],
        folder / "ledger.db",
        encoding=encoding,
        key=KEY if protection == "password" else None,
    )
    return ran.told()[-1:], seen_by_phone(chip)


@pytest.mark.parametrize("protection", ["none", "password", "permanent"])
@pytest.mark.parametrize("name", MODEL_NAMES)
def test_message_that_reads_back_wrong_is_taken_from_a_phone(
    name: str, protection: Protection, tmp_path: Path
) -> None:
    told, seen = presented(name, protection, tmp_path)

    assert (told, seen) == ([("failed", "verify-mismatch")], None)


def test_message_left_as_it_is_would_be_seen(tmp_path: Path) -> None:
    _, seen = presented("NTAG213", "permanent", tmp_path, LeavesIt)

    assert seen is not None
