"""SIGKILL to the real command at random moments of a job over real UDP, and what stands then."""

import os
import random
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

from encoder.chips.models import MODELS
from encoder.ledger import BookedCard, Ledger
from encoder.qr.readback import read_png
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.server import FieldServer
from landing.contract.documents import Job, JobItem, Label, Policy, dump_job, parse_report
from landing.contract.errors import DocumentError
from landing.contract.token import mint_token
from tests.encoder.torture.memory import Wanted, delivered, digest_of, faults
from tests.encoder.torture.nursery import Nursery
from tests.encoder.torture.phone import opened
from tests.encoder.torture.rig import SECRET, SITE, START

CARDS = 3
_LONGEST_LIFE = 50  # frames; a card takes about 35
_PATIENCE = 100  # looks at an empty place
_LATE_SECONDS = 0.004  # about what the ledger takes for two stages
_KINDS = (
    ("NTAG213", "permanent", "none"),
    ("NTAG213", "password", "none"),
    ("NTAG215", "none", "none"),
    ("NTAG216", "permanent", "both"),
    ("NTAG213", "password", "uid"),
    ("MF0UL21", "permanent", "none"),
)


@dataclass(slots=True)
class Toll:
    """How many commands were killed, and what was wrong then."""

    kills: int = 0
    jobs: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Toll") -> None:
        """Put two together."""
        self.kills += other.kills
        self.jobs += other.jobs
        self.wrong += other.wrong


class Assassin:
    """A place that kills the reader's process around its n-th frame."""

    def __init__(self, box: CardBox, chance: random.Random) -> None:
        self._box = box
        self._chance = chance
        self._left = chance.randint(1, _LONGEST_LIFE)
        self._manner = chance.choice(("before", "after", "late"))
        self._timer: Timer | None = None
        self.pid = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies there."""
        return self._box.is_empty

    def power_off(self) -> None:
        """Switch the field off."""
        self._box.power_off()

    def transceive(self, frame: bytes) -> bytes | None:
        """Pass a frame on; the last one may or may not be heard, and its answer may be."""
        self._left -= 1
        if self._left == 0 and self._manner == "before":
            self._kill()
            return None
        answer = self._box.transceive(frame)
        if self._left == 0 and self._manner == "after":
            self._kill()
        elif self._left == 0:
            self._timer = Timer(self._chance.uniform(0, _LATE_SECONDS), self._kill)
            self._timer.start()
        return answer

    def rest(self) -> None:
        """Kill no one any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class Closer:
    """A place that ends a command which waits for cards when none will come."""

    def __init__(self, box: CardBox) -> None:
        self._box = box
        self._waited = 0
        self.pid = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies there."""
        return self._box.is_empty

    def power_off(self) -> None:
        """Switch the field off."""
        self._box.power_off()

    def transceive(self, frame: bytes) -> bytes | None:
        """Pass a frame on."""
        self._waited = self._waited + 1 if self._box.exhausted else 0
        if self._waited == _PATIENCE:
            os.kill(self.pid, signal.SIGTERM)
        return self._box.transceive(frame)


class Shop:
    """One job in one folder, its cards, and the command that is killed over it."""

    def __init__(self, folder: Path, nursery: Nursery, chance: random.Random) -> None:
        self._folder = folder
        self._nursery = nursery
        self._chance = chance
        chip, protection, mirror = chance.choice(_KINDS)
        self._wanted = Wanted(
            chip=chip, uid=b"", url="", protection=protection, mirror=mirror, secret=SECRET
        )
        uids = [b"\x04" + chance.randbytes(6) for _ in range(CARDS)]
        self._chips = [VirtualChip(MODELS[chip], uid) for uid in uids]
        self._has_labels = chance.random() < 0.3
        self._job = _job(self._wanted)
        (folder / "job.json").write_text(dump_job(self._job))
        key = folder / "station.key"
        key.write_text(SECRET.hex())
        key.chmod(0o600)
        self.wrong: list[str] = []
        self.kills = 0

    def run(self, kills: int) -> None:
        """Kill the command as often as that, or until the job is done; then let it finish."""
        box = CardBox(self._chips)
        while self.kills < kills:
            assassin = Assassin(box, self._chance)
            code = self._command(assassin)
            if code != -signal.SIGKILL:
                break
            self.kills += 1
            self._look()
        again = random.Random(self._chance.random()).sample(self._chips, CARDS)
        self._finish(CardBox(again))
        self._judge()

    def _command(self, assassin: Assassin) -> int:
        with FieldServer(assassin) as server:
            assassin.pid = self._start(server.path)
            code = self._nursery.wait()
            assassin.rest()
        return code

    def _finish(self, box: CardBox) -> None:
        closer = Closer(box)
        with FieldServer(closer) as server:
            closer.pid = self._start(server.path)
            code = self._nursery.wait()
        if code:
            self._say(f"the last run ends with {code}")

    def _start(self, reader: str) -> int:
        labels = ("--labels", self._folder / "labels") if self._has_labels else ()
        return self._nursery.start(
            [
                *("run", self._folder / "job.json", "--reader", reader, "--json", *labels),
                *("--ledger", self._folder / "ledger.db", "--key", self._folder / "station.key"),
                *("--report", self._folder / "report.json", "--mirror", self._wanted.mirror),
            ]
        )

    def _look(self) -> None:
        """What stands after a kill: no WRITE without a row, no phone that opens another card."""
        rows = self._rows()
        for chip in self._chips:
            row = rows.get(chip.uid.hex().upper())
            if row is None and chip.memory != delivered(self._wanted.chip, chip.uid):
                self._say(f"{chip} was written to without a row")
            seen = opened(chip.memory, self._wanted.chip, chip.uid, chip.nfc_counter)
            if seen is not None and (row is None or not seen.startswith(f"{SITE}/c/{row.token}")):
                self._say(f"{chip} opens {seen}")
            if row is not None and row.is_done:
                self._check_chip(chip, row)
        self._check_report({row.token for row in rows.values() if row.is_done}, is_last=False)

    def _judge(self) -> None:
        """What stands in the end: each card finished, each token on one card."""
        rows = self._rows()
        if {row.token for row in rows.values()} != {item.token for item in self._job.items}:
            self._say("not every token has its card")
        if set(rows) != {chip.uid.hex().upper() for chip in self._chips}:
            self._say("not every card has its row")
        for chip in self._chips:
            row = rows.get(chip.uid.hex().upper())
            if row is None or not row.is_done:
                self._say(f"{chip} is not booked")
            else:
                self._check_chip(chip, row)
                self._check_label(row.token)
        self._check_report({item.token for item in self._job.items}, is_last=True)

    def _check_chip(self, chip: VirtualChip, row: BookedCard) -> None:
        wanted = replace(self._wanted, uid=chip.uid, url=f"{SITE}/c/{row.token}")
        told = faults(chip.memory, wanted, delivered(wanted.chip, chip.uid))
        counters = range(chip.nfc_counter + 1) if wanted.counts else (0,)
        if row.digest not in {digest_of(chip.memory, wanted, count) for count in counters}:
            told.append("digest")
        if told:
            self._say(f"{chip} is booked, and wrong: {', '.join(told)}")

    def _check_report(self, tokens: set[str], *, is_last: bool) -> None:
        """Whole whenever it is there; in the end it says what the ledger says."""
        path = self._folder / "report.json"
        if not path.exists():
            if is_last:
                self._say("there is no report")
            return
        try:
            reported = {card.token: card for card in parse_report(path.read_text()).cards}
        except DocumentError as error:
            self._say(f"the report is broken: {error}")
            return
        rows = {row.token: row for row in self._rows().values()}
        if not set(reported) <= tokens or (is_last and set(reported) != tokens):
            self._say(f"the report has {sorted(reported)}")
        for token, card in reported.items():
            if (card.uid, card.digest) != (rows[token].uid, rows[token].digest):
                self._say(f"the report has {card.uid} for {token}")

    def _check_label(self, token: str) -> None:
        path = self._folder / "labels" / f"{token}.png"
        if not self._has_labels:
            return
        if not path.exists():
            self._say(f"{token} has no label")
        elif not read_png(path.read_bytes()).endswith(token):
            self._say(f"the label of {token} says something else")

    def _rows(self) -> dict[str, BookedCard]:
        path = self._folder / "ledger.db"
        if not path.exists() or not path.stat().st_size:
            return {}
        with Ledger.open(path, writable=True) as ledger:
            return {card.uid: card for card in ledger.cards()}

    def _say(self, told: str) -> None:
        self.wrong.append(f"{self._wanted.protection}, kill {self.kills}: {told}")


def kill_many(order: tuple[int, int, str]) -> Toll:
    """Kill so many commands, by a seed, over as many jobs as it takes; a broken kind if named."""
    kills, seed, fault = order
    chance, toll = random.Random(seed), Toll()
    with (
        TemporaryDirectory(prefix="wecard-kills-") as place,
        Nursery(Path(place) / "talk", fault) as nursery,
    ):
        while toll.kills < kills:
            folder = Path(place) / str(toll.jobs)
            folder.mkdir()
            shop = Shop(folder, nursery, chance)
            shop.run(kills - toll.kills)
            toll.kills += shop.kills
            toll.jobs += 1
            toll.wrong += [f"seed {seed}, job {toll.jobs}, {told}" for told in shop.wrong]
    return toll


def _job(wanted: Wanted) -> Job:
    tokens = [mint_token() for _ in range(CARDS)]
    items = tuple(
        JobItem(position=position, token=token, url=f"{SITE}/c/{token}", label=Label())
        for position, token in enumerate(tokens, start=1)
    )
    policy = Policy(chips=(wanted.chip,), protection=wanted.protection)  # type: ignore[arg-type]
    return Job(job="J-2026-0001", site=SITE, created_at=START, policy=policy, items=items)
