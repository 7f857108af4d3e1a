"""The one state that every page shows: what to do at each reader, how far the job is."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from threading import RLock
from typing import Any, Literal

from encoder.errors import EncoderError
from encoder.station.events import Card, Event, Removed
from encoder.station.pace import Pace
from encoder.station.visit import Verdict
from encoder.station.worklist import Worklist
from encoder.web.hub import Hub
from encoder.web.trouble import trouble_of
from landing.contract.documents import Job
from landing.contract.token import format_token

Phase = Literal[
    "setup", "starting", "site", "working", "paused", "reader-lost", "done", "fault", "ending"
]
PanelState = Literal["lay", "hold", "take", "known", "refused", "failed", "lost", "enough"]
PrintState = Literal["none", "waiting", "printed", "again", "failed", "unsure"]

_LAST_CARDS = 10
_LAST_NOTICES = 3
_SHOWN_AS: dict[str, PanelState] = {
    "done": "take",
    "resumed": "take",
    "already-done": "known",
    "refused": "refused",
    "failed": "failed",
}
READER_IS_BACK = "the reader is back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What is to be done at one reader; ``detail`` is the engine's own sentence, in English."""

    state: PanelState = "lay"
    reason: str | None = None
    detail: str = ""
    token: str | None = None
    name: str = ""
    refused: str | None = None  # why the card before was refused, once it is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneCard:
    """A card that is done, as the list shows it; ``at`` is RFC 3339."""

    token: str
    uid: str
    chip: str
    name: str
    status: str
    at: str
    printed: PrintState = "none"
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """With the token as it is printed."""
        return asdict(self) | {"grouped": format_token(self.token)}


class Board:
    """Gathers what happens into one state, and publishes each change; safe for threads."""

    def __init__(self, hub: Hub, *, seconds: Callable[[], float]) -> None:
        self._hub = hub
        self._seconds = seconds
        self._turn = RLock()
        self._fixed: dict[str, Any] = {}
        self._phase: Phase = "setup"
        self._trouble: dict[str, str] | None = None
        self._job: Job | None = None
        self._worklist: Worklist | None = None
        self._panels: dict[str, Panel] = {}
        self._cards: deque[DoneCard] = deque(maxlen=_LAST_CARDS)
        self._counts = {"refused": 0, "failed": 0}
        self._notices: deque[str] = deque(maxlen=_LAST_NOTICES)
        self._pace = Pace()
        self._unprinted = 0

    @property
    def phase(self) -> Phase:
        """Where the work stands."""
        return self._phase

    @property
    def unprinted_labels(self) -> int:
        """How many done cards have no label."""
        return self._unprinted

    def fix(self, **facts: Any) -> None:
        """Set what the page shows beside the work: job chosen, printer, operator, site."""
        with self._turn:
            self._fixed |= facts
            self._publish()

    def turn_to(self, phase: Phase, error: EncoderError | None = None) -> None:
        """Go on to another phase; an error says why."""
        with self._turn:
            self._phase = phase
            self._trouble = trouble_of(error) if error is not None else None
            if phase not in ("working", "starting"):
                self._pace.pause()
            self._publish()

    def open_job(self, job: Job, worklist: Worklist, cards: Iterable[DoneCard]) -> None:
        """Begin to show a job; ``cards`` are its last ones, the latest first."""
        with self._turn:
            self._job, self._worklist = job, worklist
            self._cards = deque(cards, maxlen=_LAST_CARDS)
            self._counts = {"refused": 0, "failed": 0}
            self._notices.clear()
            self._pace = Pace()
            self._publish()

    def close_job(self) -> None:
        """Forget the job, and all names with it."""
        with self._turn:
            self._job, self._worklist, self._panels = None, None, {}
            self._cards.clear()
            self._notices.clear()
            self._phase, self._trouble, self._unprinted = "setup", None, 0
            self._publish()

    def open_readers(self, readers: Sequence[str]) -> None:
        """Wait for cards at these."""
        with self._turn:
            self._panels = {path: self._panels.get(path, Panel()) for path in readers}
            for path, panel in self._panels.items():
                if panel.state in ("hold", "lost", "enough", "take", "known"):
                    self._panels[path] = self._next(panel)
            self.turn_to("working")

    def laid(self, reader: str) -> None:
        """A card is at a reader."""
        with self._turn:
            self._panels[reader] = Panel(state="hold")
            self._publish()

    def show(self, event: Event, verdict: Verdict | None, at: str) -> None:
        """Take in what a run tells."""
        with self._turn:
            if isinstance(event, Card):
                self._take_card(event, verdict, at)
            elif isinstance(event, Removed):
                path = self._path(event.reader)
                self._panels[path] = self._next(self._panels.get(path, Panel()))
            else:
                return
            self._publish()

    def notice(self, words: str) -> None:
        """Show that something goes on without being right; a reader's own goes on its panel."""
        with self._turn:
            for path, panel in self._panels.items():
                if words == f"{path}: {READER_IS_BACK}":
                    self._panels[path] = self._next(Panel())
                    break
                if words.startswith(f"{path}: ") and "lost" in words:
                    said = words.removeprefix(f"{path}: ")
                    self._panels[path] = replace(panel, state="lost", detail=said)
                    break
            else:
                self._notices.append(words)
            self._publish()

    def print_state(self, token: str, state: PrintState, detail: str = "") -> None:
        """Say what became of a label."""
        with self._turn:
            for place, card in enumerate(self._cards):
                if card.token == token:
                    self._cards[place] = replace(card, printed=state, detail=detail)
            self._publish()

    def unprinted(self, labels: int) -> None:
        """Say how many done cards have no label."""
        with self._turn:
            self._unprinted = labels
            self._publish()

    def forget_card(self, token: str) -> None:
        """Take a scrapped card off the list."""
        with self._turn:
            kept = [card for card in self._cards if card.token != token]
            self._cards = deque(kept, maxlen=_LAST_CARDS)
            for path, panel in self._panels.items():
                if panel.state == "enough":
                    self._panels[path] = Panel()
            self._publish()

    def snapshot(self) -> dict[str, Any]:
        """The whole state, as the page gets it."""
        with self._turn:
            return {
                **self._fixed,
                "phase": self._phase,
                "trouble": self._trouble,
                "job": self._progress(),
                "panels": [
                    {"reader": path, **asdict(panel)} for path, panel in self._panels.items()
                ],
                "cards": [card.as_json() for card in self._cards],
                "notices": list(self._notices),
                "unprinted": self._unprinted,
            }

    def _publish(self) -> None:
        self._hub.publish(self.snapshot())

    def _progress(self) -> dict[str, Any] | None:
        if self._job is None or self._worklist is None:
            return None
        remaining = self._worklist.remaining
        return {
            "name": self._job.job,
            "site": self._job.site,
            "protection": self._job.policy.protection,
            "total": len(self._job.items),
            "done": self._worklist.done,
            "begun": self._worklist.unfinished,
            "rate": self._pace.cards_per_hour,
            "seconds_left": self._pace.seconds_left(remaining) if remaining else 0,
            **self._counts,
        }

    def _take_card(self, card: Card, verdict: Verdict | None, at: str) -> None:
        error = verdict.error if verdict is not None else None
        item = self._worklist.item(card.token) if self._worklist and card.token else None
        name = item.label.name if item else ""
        lost = card.reason == "reader-lost"
        self._panels[self._path(card.reader)] = Panel(
            state="lost" if lost else _SHOWN_AS[card.status],
            reason=card.reason,
            detail=str(error) if error is not None else "",
            token=format_token(card.token) if card.token else None,
            name=name,
        )
        if card.status in self._counts:
            self._counts[card.status] += 1
        if card.status in ("done", "resumed") and card.token and card.uid:
            self._pace.card_done(self._seconds())
            done = DoneCard(
                token=card.token,
                uid=card.uid,
                chip=card.chip or "",
                name=name,
                status=card.status,
                at=at,
                printed="waiting" if self._fixed.get("printer") else "none",
            )
            self._cards.appendleft(done)

    def _path(self, reader: str | None) -> str:
        """A run at one reader does not name it."""
        return reader if reader is not None else next(iter(self._panels), "")

    def _next(self, panel: Panel) -> Panel:
        """What is to be done once the card is gone; a begun one is wanted again."""
        if panel.state == "failed":
            return panel
        if self._worklist is not None and not self._worklist.remaining:
            return Panel(state="enough")
        if panel.state == "refused":
            return Panel(refused=panel.reason)
        return Panel()
