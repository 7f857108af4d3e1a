"""One card through nfcpy's unmodified udp driver: our page engine beside nfcpy's own path."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import ndef
import nfc
import nfc.tag

from encoder.chips.models import MODELS, ChipModel
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import ACK, VirtualChip
from encoder.simulator.server import FieldServer
from encoder.simulator.timing import exchange_us
from landing.contract.documents import Job, JobItem, Label, Policy, dump_job
from landing.contract.url import card_url
from tests.bench.figures import Figure, Suite
from tests.processes import Workshop, events_of, free_port

SITE = "https://card.wemet.fr"  # with /c/ and the token, 37 characters
TOKEN = "7H3K9QX2MZ4DG"
_UID = bytes.fromhex("04A1B2C3D4E580")
_METHOD = (
    "A blank chip, a 37-character address, locked for ever. Simulated time from the data sheet's"
    " frame\nand EEPROM times. Ours reads all locks before the first WRITE and reads them back"
    " after the last;\nnfcpy's `tag.ndef` and `protect()` do neither."
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

    def cost(self, count: int) -> tuple[int, int, float]:
        """Exchanges, EEPROM writes and milliseconds of the first ``count`` exchanges."""
        counted = [
            (frame, reply, frame[0] == 0xA2 and reply == ACK)
            for frame, reply in self.exchanges[:count]
        ]
        micros = sum(exchange_us(frame, reply, wrote=wrote) for frame, reply, wrote in counted)
        return len(counted), sum(wrote for *_, wrote in counted), micros / 1000


def measure() -> Suite:
    """Encode one card of each chip both ways."""
    figures: list[Figure] = []
    for model in MODELS.values():
        ours, theirs = _our_cost(model), _nfcpy_cost(model)
        for what, unit, mine, other in zip(
            ("exchanges", "EEPROM writes", "chip time"), ("", "", "ms"), ours, theirs, strict=True
        ):
            figures.append(
                Figure(
                    what=f"{model.name}, {what}",
                    ours=mine,
                    against="nfcpy's own path",
                    theirs=other,
                    unit=unit,
                )
            )
    return Suite(title="One card at the reader", method=_METHOD, figures=tuple(figures))


def _our_cost(model: ChipModel) -> tuple[int, int, float]:
    recorder = Recorder(VirtualChip(model, _UID))
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder), port=free_port())
        (workshop.folder / "job.json").write_text(dump_job(_job(model)), encoding="utf-8")
        with FieldServer(recorder, free_port()) as server:
            output = workshop.done(
                "wecard-encoder", "run", "job.json", "--reader", server.path, "--json"
            )
    (card,) = [event for event in events_of(output) if event["event"] == "card"]
    return recorder.cost(int(card["exchanges"]))


def _nfcpy_cost(model: ChipModel) -> tuple[int, int, float]:
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


def _job(model: ChipModel) -> Job:
    url = card_url(SITE, TOKEN)
    return Job(
        job="J-2026-0001",
        site=SITE,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        policy=Policy(chips=(model.name,)),
        items=(JobItem(position=1, token=TOKEN, url=url, label=Label()),),
    )
