"""A day's work at one station: site, printer, an operator with a box of cards, and mishaps."""

import json
import random
import sqlite3
import subprocess
import time
from collections import Counter as Tally
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from PIL import Image

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.qr.readback import read_picture
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.chip import VirtualChip
from encoder.simulator.tearing import TearPhase
from landing.contract.url import parse_card_url
from tests.encoder.kit import make_job, new_chip, run_chips, seen_by_phone
from tests.encoder.site.counter import Asked, Reply
from tests.processes import Workshop, free_port
from tests.stations import Bench, RunningStation, Visit

SEED = 20261123
CARDS, SPARE = 500, 5
TORN, FOREIGN, LOCKED = CARDS // 20, CARDS // 50, CARDS // 100
KILLS = (CARDS * 12 // 100, CARDS * 30 // 100, CARDS * 66 // 100)
AWAY = ((CARDS * 20 // 100, CARDS * 37 // 100), (CARDS * 54 // 100, CARDS * 71 // 100))
DPI = 200
PATIENCE = 600.0  # seconds until the test gives up
UNKNOWN_VERSION = bytes.fromhex("0053040201000F03")
NOTHING = Reply(raw=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fronted(Workshop):
    """A workshop whose site is reached by another port than it listens on."""

    front: str

    @property
    def site(self) -> str:
        """The address that everybody uses."""
        return self.front


@dataclass
class Line:
    """The line to the site: passes on, notes what the site booked, and is dead where it is."""

    port: int
    booked: list[list[str]] = field(default_factory=list)
    counts: Tally[str] = field(default_factory=Tally)

    def __call__(self, asked: Asked) -> Reply:
        """Pass one request on."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(asked.method, asked.path, asked.body or None, asked.headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            return NOTHING
        finally:
            connection.close()
        if asked.path.endswith("/reports") and answer.status == 200:
            self.booked.append(asked.tokens)
            told = json.loads(body)
            self.counts.update(
                {name: told[name] for name in ("active", "unclaimed", "again", "unchanged")}
            )
        return Reply(status=answer.status, kind=answer.headers["Content-Type"] or "", body=body)


@dataclass
class Workday:
    """What is left of the day: every chip, the ledger, the site, the labels."""

    workshop: Fronted
    line: Line
    tokens: frozenset[str]
    blanks: list[VirtualChip]
    strangers: list[VirtualChip]
    laid: list[bytes] = field(default_factory=list)  # the UID, each time that a card was laid down
    torn: int = 0
    kills: int = 0
    seconds_away: float = 0.0
    seconds: float = 0.0

    @property
    def token_file(self) -> Path:
        """The station's token for the site."""
        return self.workshop.folder / "station.token"

    @property
    def labels(self) -> Path:
        """Where the printer puts them."""
        return self.workshop.folder / "labels"

    def at_bench(self) -> dict[str, str]:
        """UID by token of each done card."""
        with Ledger.open(self.workshop.ledger, writable=False) as ledger:
            return {card.token: card.uid for card in ledger.cards() if card.is_done}

    def at_site(self) -> dict[str, str]:
        """UID by token of each card that the site knows as made."""
        with closing(sqlite3.connect(self.workshop.database)) as opened:
            return dict(opened.execute("SELECT token, uid FROM cards WHERE state = 'unclaimed'"))

    def on_chips(self) -> dict[str, str]:
        """UID by token, as phones see the chips; a token on two chips is a fault."""
        found: dict[str, str] = {}
        for chip in self.blanks:
            url = seen_by_phone(chip)
            if url is not None:
                token = parse_card_url(url).token
                assert found.setdefault(token, chip.uid.hex().upper()) == chip.uid.hex().upper()
        return found


def uids(count: int, chance: random.Random) -> list[bytes]:
    """As many, no two alike."""
    return [bytes([4, *divmod(number, 256)]) + chance.randbytes(4) for number in range(count)]


def someones_card(folder: Path, uid: bytes) -> VirtualChip:
    """A card with another's address, not locked."""
    chip = new_chip(NTAG213, uid)
    job = make_job(protection="none", site="https://someone.example")
    run_chips(job, [chip], folder / f"{uid.hex()}.db")
    return chip


def locked_card(uid: bytes) -> VirtualChip:
    """A card that someone locked."""
    memory = new_chip(NTAG213, uid).memory
    return VirtualChip(NTAG213, uid, memory=memory[:10] + b"\xff\xff" + memory[12:])


def strangers(folder: Path, own: list[bytes]) -> list[VirtualChip]:
    """The cards that must be refused: half of the foreign ones hold an address, half are copies."""
    half = FOREIGN // 2
    return [
        *(someones_card(folder, uid) for uid in own[:half]),
        *(VirtualChip(NTAG213, uid, version=UNKNOWN_VERSION) for uid in own[half:FOREIGN]),
        *(locked_card(uid) for uid in own[FOREIGN:]),
    ]


def box_of(day: Workday, chance: random.Random) -> CardBox:
    """The operator's box, shuffled; one card in twenty is pulled away while it is written."""
    cards = [*day.blanks[1:CARDS], *day.strangers]
    chance.shuffle(cards)
    cards += [day.blanks[0], *day.blanks[CARDS:]]  # no stranger comes when all is done
    unlucky = {chip.uid for chip in chance.sample(day.blanks[:CARDS], TORN)}

    def watch(event: CardEvent, chip: VirtualChip) -> None:
        if event is CardEvent.LAID:
            day.laid.append(chip.uid)
            if chip.uid in unlucky:
                unlucky.remove(chip.uid)
                day.torn += 1
                phase = chance.choice(list(TearPhase))
                box.field.tear(chance.randint(1, 13), phase, seed=chance.randrange(10**6))

    box = CardBox(cards, on_event=watch)
    return box


@dataclass
class Shift:
    """The day's work: who is at work, and whether the site is."""

    day: Workday
    bench: Bench
    address: str
    chance: random.Random
    site: ExitStack = field(default_factory=ExitStack)
    is_site_up: bool = False
    away_since: float = field(default_factory=time.monotonic)

    def turn_site(self, *, up: bool) -> None:
        """Have the site come or go."""
        if up == self.is_site_up:
            return
        if up:
            self.site.enter_context(self.day.workshop.serving())
            self.day.seconds_away += time.monotonic() - self.away_since
        else:
            self.site.close()
            self.away_since = time.monotonic()
        self.is_site_up = up

    def work(self) -> None:
        """From the first card to the last, whatever happens in between."""
        visit, left = Visit(), list(KILLS)
        while True:
            with self.bench.station() as station:
                station.visit = visit
                if not visit.cookie:
                    station.enter()
                    visit = station.visit
                    self._begin(station)
                if self._until(station, left[0] if left else CARDS):
                    self._end(station)
                    return
                time.sleep(self.chance.random() / 4)  # anywhere within a card
                station.kill()
                left.pop(0)
                self.day.kills += 1

    def _begin(self, station: RunningStation) -> None:
        station.do("fetch", address=self.address)
        printer = f"file:{self.day.labels}"
        station.do("start", readers=[self.bench.reader], printer=printer)

    def _until(self, station: RunningStation, goal: int) -> bool:
        """Work until so many cards are done; whether that is all."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            job = station.state()["job"]
            done = job["done"] if job else 0
            if done >= goal:
                return goal == CARDS
            if job:
                self.turn_site(up=not any(start <= done < end for start, end in AWAY))
            time.sleep(0.1)
        raise AssertionError(f"too slow: {station.state()}")

    def _end(self, station: RunningStation) -> None:
        """Print what a kill left open, as the operator would, and close the job."""
        station.do("print-missing")
        station.until(lambda state: state["unprinted"] <= len(KILLS))
        for token in self._unsure():
            station.do("print", token=token)
        station.do("finish")

    def _unsure(self) -> list[str]:
        with Ledger.open(self.day.workshop.ledger, writable=False) as ledger:
            (job,) = {card.job for card in ledger.cards()}
            last = {row.what.token: row.what.outcome for row in ledger.prints(job)}
        return [token for token, outcome in last.items() if outcome == "begun"]


def order(day: Workday) -> str:
    """Have the site make a job and a station's token: the job's address."""
    workshop = day.workshop
    workshop.done("wecard-landing", "migrate")
    words = ("job", "new", "--blank", str(CARDS), "--no-file", "--json")
    made = json.loads(workshop.done("wecard-landing", *words))
    with closing(sqlite3.connect(workshop.database)) as opened:
        day.tokens = frozenset(row[0] for row in opened.execute("SELECT token FROM cards"))
    day.token_file.touch(0o600)
    day.token_file.write_text(workshop.done("wecard-landing", "station", "new", "bench-1"))
    return str(made["address"])


def work(day: Workday, address: str, box: CardBox, reader: str, chance: random.Random) -> None:
    front, folder = day.workshop.front, day.workshop.folder
    station = Fronted(folder=folder, port=free_port(), front=front)
    bench = Bench(station, box.field, reader, ["--token-file", str(day.token_file)])
    shift = Shift(day, bench, address, chance)
    begun = time.monotonic()
    with shift.site:
        shift.turn_site(up=True)
        shift.work()
        day.seconds = time.monotonic() - begun
        ledger = ("--ledger", str(day.workshop.ledger))
        sent = ("report", "send", *ledger, "--token-file", str(day.token_file))
        day.workshop.done("wecard-encoder", *sent)


def pictures(folder: Path, scratch: Path) -> list[tuple[Path, Path]]:
    """Each printed file, and its page as a picture."""
    printed = sorted(folder.glob("*.pdf"))
    subprocess.run(["pdfunite", *printed, scratch / "all.pdf"], check=True)
    words = ("pdftoppm", "-r", str(DPI), "-gray", scratch / "all.pdf", scratch / "page")
    subprocess.run(words, check=True)
    return list(zip(printed, sorted(scratch.glob("page-*.pgm")), strict=True))


def label_token(path: Path) -> str:
    """The token in the code of a rasterised label, as both readers find it."""
    with Image.open(path) as picture:
        return parse_card_url(read_picture(picture.convert("L"))).token
