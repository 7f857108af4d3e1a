"""A printed label beside a chip: what a scanner read, and whether both name one card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from encoder.chips import ndef
from encoder.chips.mirror import without_mirror
from encoder.chips.models import ChipModel
from encoder.station.identify import identify, read_message, read_state
from encoder.station.session import Session
from landing.contract.errors import CardUrlError, TokenError, TokenTypoError
from landing.contract.token import format_token, parse_token
from landing.contract.url import parse_card_url

ScanFault = Literal["misread", "not-a-card"]
Verdict = Literal["same", "other-card", "other-site", "no-address", ScanFault]

_MOST_SHOWN = 120
_HINTS: dict[Verdict, str] = {
    "same": "",
    "other-card": "put card and label aside, and find the one that belongs to each; this card's"
    " label comes anew from: wecard-encoder labels print JOB --again",
    "other-site": "put card and label aside: they are of two sites",
    "no-address": "lay the card down in a run of its job, or put it aside; it opens nothing",
    "misread": "scan again; a label that says so twice is printed anew with: wecard-encoder labels"
    " print JOB --again",
    "not-a-card": "scan the card's own code; where it was, set the scanner's keyboard layout to the"
    " computer's",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What was read from a label; ``site`` is None where only the token was typed."""

    text: str
    token: str | None = None
    site: str | None = None
    fault: ScanFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whether a label is a chip's own; ``message`` says what both say where it is not."""

    verdict: Verdict
    scanned: str
    token: str | None
    address: str | None
    message: str = ""
    hint: str = ""

    @property
    def is_same(self) -> bool:
        """Whether it is."""
        return self.verdict == "same"


def read_scan(text: str) -> Scan:
    """Read a scan: the label's address in any case, or a token as people type it."""
    text = text.strip()
    try:
        return Scan(text=text, token=parse_token(text))
    except TokenTypoError:
        return Scan(text=text, fault="misread")
    except TokenError:
        pass
    try:
        read = parse_card_url(text)
    except CardUrlError as error:
        is_typo = isinstance(error.__cause__, TokenTypoError)
        return Scan(text=text, fault="misread" if is_typo else "not-a-card")
    return Scan(text=text, token=read.token, site=read.site)


def match(scan: Scan, address: str | None) -> Match:
    """Compare a label with the address on a chip; None where a phone finds none there."""
    verdict, message = _compared(scan, address)
    return Match(
        verdict=verdict,
        scanned=_shown(scan.text),
        token=scan.token,
        address=address,
        message=message,
        hint=_HINTS[verdict],
    )


def address_on(session: Session, known: Mapping[bytes, ChipModel]) -> str | None:
    """The address that a phone finds on the card, without what the chip mirrors behind it.

    Raises:
        NakError, CardLostError, CardRefusedError: it cannot be read.
    """
    found = read_state(session, identify(session, known))
    if not found.has_cc:
        return None
    read_message(session, found)
    url = ndef.url_on(found.area)
    return None if url is None else without_mirror(url)


def _compared(scan: Scan, address: str | None) -> tuple[Verdict, str]:
    if scan.fault == "misread":
        return "misread", f"the check character of {_shown(scan.text)!r} does not match"
    if scan.token is None:
        return "not-a-card", f"{_shown(scan.text)!r} is neither a card's address nor a token"
    label = f"the label is of {format_token(scan.token)}"
    if address is None:
        return "no-address", f"{label}, the chip has no address"
    try:
        chip = parse_card_url(address)
    except CardUrlError:
        return "other-card", f"{label}, the chip opens {_shown(address)}"
    if chip.token != scan.token:
        return "other-card", f"{label}, the chip is of {format_token(chip.token)}"
    if scan.site not in (None, chip.site):
        return "other-site", f"the label opens {scan.site}, the chip {chip.site}"
    return "same", ""


def _shown(text: str) -> str:
    """A text of unknown origin, fit for a terminal."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return printable if len(printable) <= _MOST_SHOWN else f"{printable[:_MOST_SHOWN]}..."
