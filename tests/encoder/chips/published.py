"""The published UIDs with their originality signatures."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORIGINALITY: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "originality.json").read_text("utf-8")
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One chip that someone read: whose key, its UID, its signature."""

    family: str
    uid: bytes
    signature: bytes

    @property
    def key(self) -> bytes:
        """The public key that the signature was made for."""
        return bytes.fromhex(ORIGINALITY["keys"][self.family])


PAIRS = [
    Pair(pair["key"], bytes.fromhex(pair["uid"]), bytes.fromhex(pair["signature"]))
    for pair in ORIGINALITY["pairs"]
]


def published(family: str) -> Pair:
    """The first published pair of a family of chips."""
    return next(pair for pair in PAIRS if pair.family == family)
