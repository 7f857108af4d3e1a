"""One card through nfcpy's unmodified udp driver: our page engine beside nfcpy's own path."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import ndef
import nfc
import nfc.tag

from encoder.chips.models import NTAG213, NTAG215, NTAG216, WRITABLE, ChipModel
from encoder.key_file import make_key
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import ACK, VirtualChip
from encoder.simulator.server import FieldServer
from landing.contract.documents import Job, JobItem, Label, Policy, dump_job
from landing.contract.url import card_url
from tests.bench.figures import Figure, Suite
from tests.bench.lower_bound import Cost, Frame, Task, lower_bound
from tests.encoder.chips.published import published
from tests.processes import Workshop, events_of, free_port

SITE = "https://card.wemet.fr"  # with /c/ and the token, 37 characters
TOKEN = "7H3K9QX2MZ4DG"
_UID = bytes.fromhex("04A1B2C3D4E580")
_WRITE = 0xA2
_PEERS = (NTAG213, NTAG215, NTAG216)  # those that nfcpy's own path makes whole
_MOST = Cost(exchanges=25, writes=14, chip_ms=88.5)  # NTAG213, locked for ever
_TASKS = {
    **{f"{name}": Task(model=model) for name, model in WRITABLE.items()},
    "NTAG213, no protection": Task(model=NTAG213, protection="none"),
    "NTAG213, password": Task(model=NTAG213, protection="password"),
    "NTAG213, signature checked": Task(model=NTAG213, genuine=True),
    "NTAG213, UID mirrored": Task(model=NTAG213, mirror="uid"),
    "NTAG213, UID and counter mirrored": Task(model=NTAG213, mirror="both"),
}
_METHOD = (
    "A blank chip, a 37-character address, locked for ever where nothing else is said. Simulated"
    " time from\nthe data sheet's frame and EEPROM times. Ours reads all locks before the first"
    " WRITE and reads them\nback after the last; nfcpy's `tag.ndef` and `protect()` do neither. The"
    " least: the WRITEs that the\ncard needs and those reads, counted from the frames. A mirror is"
    " read back after a new power-up, with\na longer address."
)


class Recorder:
    """A place that writes down every exchange."""

    def __init__(self, chip: VirtualChip) -> None:
        self._box = CardBox([chip])
        self.exchanges: list[tuple[bytes, bytes | None]] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies there."""
        return self._box.is_empty

    def power_off(self) -> None:
        """Switch the field off."""
        self._box.power_off()

    def transceive(self, frame: bytes) -> bytes | None:
        """Pass a frame on, and write it down when a card lies there."""
        reply = self._box.transceive(frame)
        if not self._box.is_empty:
            self.exchanges.append((frame, reply))
        return reply

    def cost(self, count: int) -> Cost:
        """What the first ``count`` exchanges took."""
        return Cost.of(
            Frame(frame, reply, wrote=frame[0] == _WRITE and reply == ACK)
            for frame, reply in self.exchanges[:count]
        )


def measure() -> Suite:
    """Encode one card of each kind; those that nfcpy can make, its way, too."""
    figures: list[Figure] = []
    for what, task in _TASKS.items():
        ours = _our_cost(task)
        if what == NTAG213.name:
            figures += _figures(what, ours, "limit", _MOST)
        if task.model in _PEERS and task == Task(model=task.model):
            figures += _figures(what, ours, "nfcpy's own path", _nfcpy_cost(task.model))
        figures += _figures(what, ours, "the least", lower_bound(task, card_url(SITE, TOKEN)))
    return Suite(title="One card at the reader", method=_METHOD, figures=tuple(figures))


def _figures(what: str, ours: Cost, against: str, theirs: Cost) -> Iterator[Figure]:
    rows = (
        ("exchanges", "", ours.exchanges, theirs.exchanges),
        ("EEPROM writes", "", ours.writes, theirs.writes),
        ("chip time", "ms", ours.chip_ms, theirs.chip_ms),
    )
    for name, unit, mine, other in rows:
        yield Figure(what=f"{what}, {name}", ours=mine, against=against, theirs=other, unit=unit)


def _our_cost(task: Task) -> Cost:
    recorder = Recorder(_blank(task))
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder), port=free_port())
        make_key(workshop.folder / "station.key")
        (workshop.folder / "job.json").write_text(dump_job(_job(task)), encoding="utf-8")
        options = f"--key station.key --mirror {task.mirror} --json".split()
        with FieldServer(recorder, free_port()) as server:
            output = workshop.done(
                "wecard-encoder", "run", "job.json", "--reader", server.path, *options
            )
    (card,) = [event for event in events_of(output) if event["event"] == "card"]
    if card["status"] != "done":
        raise AssertionError(card)
    return recorder.cost(int(card["exchanges"]))


def _blank(task: Task) -> VirtualChip:
    genuine = published("NTAG21x")
    if task.genuine:
        return VirtualChip(task.model, genuine.uid, signature=genuine.signature)
    return VirtualChip(task.model, _UID)


def _nfcpy_cost(model: ChipModel) -> Cost:
    recorder = Recorder(VirtualChip(model, _UID))
    with FieldServer(recorder, free_port()) as server:
        clf = nfc.ContactlessFrontend(server.path)
        try:
            tag = nfc.tag.activate(clf, clf.sense(nfc.clf.RemoteTarget("106A"), iterations=1))
            tag.ndef.records = [ndef.UriRecord(card_url(SITE, TOKEN))]
            if tag.ndef.has_changed:
                raise AssertionError("nfcpy's own path did not write the message")
            tag.protect()
            return recorder.cost(len(recorder.exchanges))
        finally:
            clf.close()


def _job(task: Task) -> Job:
    policy = Policy(
        chips=(task.model.name,), protection=task.protection, require_genuine=task.genuine
    )
    return Job(
        job="J-2026-0001",
        site=SITE,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        policy=policy,
        items=(JobItem(position=1, token=TOKEN, url=card_url(SITE, TOKEN), label=Label()),),
    )
