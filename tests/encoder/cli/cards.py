"""What the tests of the verbs for single cards share: a key, made cards, a served reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import Result

from encoder.chips.models import NTAG213, ChipModel
from encoder.chips.password import StationKey
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from landing.contract.documents import Protection
from tests.encoder.cli.command import invoke
from tests.encoder.kit import UID, make_job, new_chip, run_chips

KEY = StationKey(bytes(range(32)))
OTHER_KEY = StationKey(bytes(range(1, 33)))


def key_file(folder: Path, key: StationKey = KEY) -> Path:
    """Write a key as the station keeps it."""
    path = folder / f"{key.key_id}.key"
    path.touch(mode=0o600)
    path.write_text(key.secret.hex() + "\n")
    return path


def made_card(
    ledger: Path,
    protection: Protection = "password",
    *,
    model: ChipModel = NTAG213,
    key: StationKey = KEY,
    mirror: str = "none",
) -> VirtualChip:
    """A finished card, booked."""
    chip = new_chip(model, UID)
    job = make_job(protection=protection, chips=[model.name])
    asked = key if protection == "password" else None
    ran = run_chips(job, [chip], ledger, key=asked, mirror=mirror)
    assert ran.told() == [("done", None)]
    return chip


@contextmanager
def served(*chips: VirtualChip) -> Iterator[str]:
    """The path of a reader with these chips on it."""
    field = VirtualField()
    for chip in chips:
        field.lay(chip)
    with FieldServer(field) as server:
        yield server.path


def invoke_at(chip: VirtualChip | None, verb: str, *words: str | Path) -> Result:
    """Run a verb in this process, with this chip on the reader."""
    with served(*[chip] if chip else []) as reader:
        return invoke(verb, "--reader", reader, *words)
