"""Which cards are attacked: every chip, protection and mirror, new or with a past."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Literal, get_args

from encoder.ledger import Ledger
from encoder.ledger.file import in_memory
from tests.encoder.torture.memory import LAYOUTS, Wanted, delivered, with_content, with_page
from tests.encoder.torture.rig import (
    IN_MEMORY,
    OPERATOR,
    SECRET,
    START,
    TOKEN,
    UID,
    Engine,
    Glitch,
    Ran,
    Snapshot,
    empty_ledger,
    present,
)

Past = Literal["new", "foreign", "mirroring", "hidden", "unprotected"]

PROTECTIONS = ("none", "password", "permanent")
PASTS: tuple[Past, ...] = get_args(Past)
SMALL = ("MF0UL11", "NTAG210")  # 48 bytes hold a short address only
_SOMEONES_CFG0 = "440005FF"  # the UID from page 05h on
_SOMEONES_CFG1 = "80050000"  # PROT without an AUTH0: it hides nothing yet
_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Situation:
    """A card as it is laid down for the first time, and what it shall become."""

    chip: str
    protection: str
    mirror: str
    past: Past

    def __str__(self) -> str:
        return f"{self.chip} {self.protection} mirror={self.mirror} {self.past}"

    @cached_property
    def wanted(self) -> Wanted:
        """The finished card."""
        site = "c.ex" if self.chip in SMALL else "card.example"
        return Wanted(
            chip=self.chip,
            uid=UID,
            url=f"https://{site}/c/{TOKEN}",
            protection=self.protection,
            mirror=self.mirror,
            secret=SECRET,
        )

    @cached_property
    def start(self) -> Snapshot:
        """The card and the ledger ahead of its first presentation."""
        blank = delivered(self.chip, UID)
        if self.past == "new":
            return Snapshot(memory=blank, ledger=empty_ledger())
        if self.past != "unprotected":
            return Snapshot(memory=_overwritten(self.chip, self.past, blank), ledger=empty_ledger())
        return _unprotected(self._earlier, Snapshot(memory=blank, ledger=empty_ledger()))

    @property
    def is_foreign(self) -> bool:
        """Whether someone else's content is overwritten."""
        return self.past in ("foreign", "mirroring")

    def present(
        self,
        snapshot: Snapshot,
        engine: Engine,
        *,
        glitch: Glitch | None = None,
        traced: bool = False,
    ) -> Ran:
        """Lay the card down."""
        return present(
            snapshot,
            self.wanted,
            engine=engine,
            overwrite=self.is_foreign,
            glitch=glitch,
            traced=traced,
        )

    @property
    def _earlier(self) -> Wanted:
        """What the card was while it had its password: at another site."""
        site = "w.ex" if self.chip in SMALL else "wemet.example"
        return replace(self.wanted, url=f"https://{site}/c/{TOKEN}", protection="password")


def situations() -> Iterator[Situation]:
    """All of them."""
    for chip, layout in LAYOUTS.items():
        pasts = set(PASTS) - ({"mirroring"} if chip.startswith("MF0") else {"hidden"})
        for protection in PROTECTIONS:
            for mirror in ("none", "uid", "counter", "both") if layout.mirrors else ("none",):
                for past in PASTS:
                    if past in pasts:
                        yield Situation(chip, protection, mirror, past)


def _overwritten(chip: str, past: Past, blank: bytes) -> bytes:
    """Someone's card; ``hidden`` where it has no CC yet, so that a phone sees nothing of it."""
    layout = LAYOUTS[chip]
    memory = with_content(blank, _foreign(chip), cc="" if past == "hidden" else layout.cc)
    if past == "mirroring":
        memory = with_page(memory, layout.cfg0, bytes.fromhex(_SOMEONES_CFG0))
        memory = with_page(memory, layout.cfg0 + 1, bytes.fromhex(_SOMEONES_CFG1))
    return memory


def _foreign(chip: str) -> bytes:
    """Someone's address, in the layout that most programs write."""
    rest = b"x.ex/0123456789abcdefghijk" if chip in SMALL else b"someone.example/" + b"abc" * 12
    record = bytes([0xD1, 0x01, len(rest) + 1]) + b"U\x04" + rest
    return bytes([0x03, len(record)]) + record + b"\xfe"


def _unprotected(earlier: Wanted, blank: Snapshot) -> Snapshot:
    """A card that had our password until it was taken off: it opens its address, plain."""
    booked = present(blank, earlier).after
    memory = present(blank, replace(earlier, protection="none", mirror="none")).after.memory
    with closing(in_memory()) as opened:
        opened.deserialize(booked.ledger)
        ledger = Ledger(opened, IN_MEMORY)
        ledger.record(UID.hex().upper(), "unprotected", at=START + _AFTER, by=OPERATOR)
        return Snapshot(memory=memory, ledger=opened.serialize(), counter=booked.counter)
