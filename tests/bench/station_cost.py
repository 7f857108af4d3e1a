"""What a card costs the workstation's own process: CPU, memory and descriptors, card after card."""

import json
import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from encoder.chips.models import NTAG213
from encoder.readers.field import Field
from encoder.simulator.card_box import CardBox, blank_chips
from landing.contract.documents import Job, dump_job
from tests.bench.figures import Figure, Suite
from tests.bench.quick_hand import QuickHand, hand_at_work
from tests.bench.recorded import Player, Recorder
from tests.encoder.kit import DirectField, make_job, run_box
from tests.processes import COMMANDS, Workshop, free_port

CARDS = 10_000
SAMPLE = 1_000
LABELLED = 200
CPU_LIMIT_MS = 3.0
_SPARE = 5  # so that the process still works when it is looked at for the last time
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_METHOD = (
    f"CPU is user and system time of `wecard-encoder run --json`, at nfcpy's own udp driver;"
    f" {CARDS:,} NTAG213\nfor ever locked, one after another, in one process. The chips, and an"
    " operator who loses no time,\nare in another. Engine and ledger alone: the same cards' answers"
    f" recorded and played back. Labels:\nof {LABELLED} cards. Looks at a card that is left lying"
    " are not in it."
)


@dataclass(frozen=True, slots=True)
class Glance:
    """A process as the system sees it."""

    cpu_ms: float
    rss_mb: float
    descriptors: int

    @classmethod
    def at(cls, pid: int) -> "Glance":
        """Look at a process."""
        folder = Path("/proc", str(pid))
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        pages = int((folder / "statm").read_text().split()[1])
        return cls(
            cpu_ms=(int(fields[11]) + int(fields[12])) * _TICK_MS,
            rss_mb=pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
            descriptors=_descriptors(folder / "fd"),
        )


Glances = dict[int, Glance]


def _descriptors(folder: Path) -> int:
    """How many are open; the udp driver's socket counts in the moment between two of them, too."""
    kinds = [_kind(descriptor) for descriptor in folder.iterdir()]
    sockets = kinds.count("socket")
    return len(kinds) - sockets + max(sockets, 1)


def _kind(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink()).partition(":")[0]
    except FileNotFoundError:  # the driver closed its socket just now
        return "socket"


def measure() -> Suite:
    """Run jobs, and look at the process that does."""
    plain = _watched(CARDS, (0, SAMPLE, CARDS - SAMPLE, CARDS))
    told = _watched(CARDS, (0, SAMPLE, CARDS - SAMPLE, CARDS), "--report", "report.json")
    drawn = _watched(LABELLED, (0, LABELLED), "--labels", "labels")
    alone = _alone_ms(SAMPLE)
    cpu = _cpu_ms(plain, 0, CARDS)
    return Suite(
        title="The workstation's own cost of a card",
        method=_METHOD,
        figures=(
            _figure("CPU a card", cpu, "limit", CPU_LIMIT_MS, "ms"),
            _figure("CPU a card, engine and ledger alone", alone, "limit", CPU_LIMIT_MS, "ms"),
            *_flat("", plain),
            *_flat("with --report, ", told),
            _figure("with --labels, CPU a card", _cpu_ms(drawn, 0, LABELLED), "without", cpu, "ms"),
        ),
    )


def _flat(what: str, seen: Glances) -> Iterator[Figure]:
    """The end of a long run beside its beginning."""
    first, last = seen[SAMPLE], seen[CARDS]
    early, late = _cpu_ms(seen, 0, SAMPLE), _cpu_ms(seen, CARDS - SAMPLE, CARDS)
    begun = f"the first {SAMPLE:,}"
    yield _figure(f"{what}CPU a card, the last {SAMPLE:,} of {CARDS:,}", late, begun, early, "ms")
    after = f"after {SAMPLE:,}"
    yield _figure(f"{what}RSS after {CARDS:,} cards", last.rss_mb, after, first.rss_mb, "MB")
    yield _figure(
        f"{what}descriptors after {CARDS:,} cards", last.descriptors, after, first.descriptors
    )


def _figure(what: str, ours: float, against: str, theirs: float, unit: str = "") -> Figure:
    return Figure(what=what, ours=ours, against=against, theirs=theirs, unit=unit)


def _cpu_ms(seen: Glances, first: int, last: int) -> float:
    return (seen[last].cpu_ms - seen[first].cpu_ms) / (last - first)


def _watched(cards: int, moments: Iterable[int], *words: str) -> Glances:
    """Run a job; look at the process when that many cards are done."""
    with _command(cards + _SPARE, words) as process:
        seen, done = {}, -1  # `ready` comes ahead of the first card
        for line in process.stdout or ():
            event = json.loads(line)
            if event["event"] == "removed" or event["event"] == "ready":
                done += 1
                if done in moments:
                    seen[done] = Glance.at(process.pid)
            elif event["event"] == "card" and event["status"] != "done":
                raise AssertionError(line)
    if process.returncode or done != cards + _SPARE:
        raise AssertionError(f"exit {process.returncode}, {done} cards")
    return seen


@contextmanager
def _command(cards: int, words: Iterable[str]) -> Iterator[subprocess.Popen[str]]:
    """The whole command at work on a job."""
    with tempfile.TemporaryDirectory() as name, hand_at_work(cards) as reader:
        workshop = Workshop(folder=Path(name), port=free_port())
        (workshop.folder / "job.json").write_text(dump_job(make_job(cards)), encoding="utf-8")
        fixed = ("run", "job.json", "--reader", reader, "--ledger", workshop.ledger, "--json")
        with subprocess.Popen(
            [COMMANDS / "wecard-encoder", *fixed, *words],
            cwd=workshop.folder,
            env=workshop.variables(),
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            yield process


def _alone_ms(cards: int) -> float:
    """CPU a card where a reader's answers cost nothing: they were recorded ahead."""
    job = make_job(cards)
    hand = QuickHand(blank_chips(NTAG213, cards, secrets.token_bytes))
    recorder = Recorder(DirectField(hand, lambda: False))
    with tempfile.TemporaryDirectory() as folder:
        _run(job, Path(folder) / "recorded.db", recorder)
        player = Player(recorder.found, recorder.answers)
        begun = time.process_time()
        _run(job, Path(folder) / "played.db", player)
        return 1000 * (time.process_time() - begun) / cards


def _run(job: Job, ledger: Path, reader: Field) -> None:
    ran = run_box(job, CardBox([]), ledger, reader=reader)
    if ran.end.done != len(job.items):
        raise AssertionError(ran.end)
