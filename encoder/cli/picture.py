"""A card's picture for people and as JSON: the verdict first, the memory last."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from encoder.chips import ndef
from encoder.chips.describe import (
    ConfigFacts,
    LockFacts,
    PageRange,
    area_of,
    cc_facts,
    config_facts,
    lock_facts,
    page_use,
    record_words,
)
from encoder.chips.locks import is_page_locked, is_password_protected, lock_state
from encoder.chips.models import CC_PAGE
from encoder.ledger import BookedCard, BookedStage
from encoder.station.picture import Picture, is_from_nxp
from encoder.station.preflight import Intention
from landing.contract.documents import format_time
from landing.contract.token import format_token

_GENUINE = {
    True: "yes: signed by NXP for this UID (a copy of both would pass, too)",
    False: "no: its signature is not NXP's for this UID",
    None: "not known: no originality signature can be read",
}
_PASSWORD = {
    "none": "none",
    "ours": "ours: it takes the password of this station's key",
    "not-ours": "not ours: it refuses the password of this station's key",
    "not-tried": "set; not tried, as tries may be counted: name the key with --key",
    "unknown": "not known",
}
_LABEL = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What ``inspect`` found out about one card."""

    picture: Picture
    intention: Intention
    booked: BookedCard | None
    stages: Sequence[BookedStage]

    def as_json(self) -> dict[str, Any]:
        """Everything under stable keys; what could not be read is null."""
        picture, image = self.picture, self.picture.image
        records = ndef.message_on(area_of(image)) or ()
        return {
            "uid": picture.uid.hex().upper(),
            "chip": picture.model.name if picture.model else None,
            **self._state(),
            "url": ndef.url_on(area_of(image)),
            "run_would": self.intention.words,
            "run_act": self.intention.act,
            "run_reason": self.intention.reason,
            "version": picture.version.hex().upper() if picture.version else None,
            "layout": picture.layout.name if picture.layout else None,
            "genuine": picture.genuine,
            "password": picture.password,
            "counter": picture.counter,
            "records": [record_words(record) for record in records],
            "ledger": self._row(),
            "pages": {f"{page:02X}": image[page].hex().upper() for page in sorted(image)},
            "map": [self._page(page) for page in sorted(image)],
        }

    def _state(self) -> dict[str, Any]:
        """CC, locks and configuration as bytes and taken apart."""
        image, layout = self.picture.image, self.picture.layout
        cc = image.get(CC_PAGE)
        facts: dict[str, Any] = dict.fromkeys(
            ("static_lock", "dynamic_lock", "config_locked", "password_protected")
        )
        facts |= {"cc": cc.hex().upper() if cc else None}
        facts |= {"cc_says": asdict(cc_facts(cc)) if cc else None, "locks": None, "config": None}
        if layout is None or not self.picture.state_is_known:
            return facts
        state, locks = lock_state(layout, image), lock_facts(layout, image)
        return facts | {
            "static_lock": state.static.hex().upper(),
            "dynamic_lock": state.dynamic.hex().upper(),
            "config_locked": state.config_locked,
            "password_protected": is_password_protected(layout, image),
            "locks": {
                "locked": [f"{a:02X}-{b:02X}" for a, b in locks.locked],
                "frozen": [f"{a:02X}-{b:02X}" for a, b in locks.frozen],
            },
            "config": asdict(config_facts(layout, image)),
        }

    def _row(self) -> dict[str, Any] | None:
        if self.booked is None:
            return None
        named = ("token", "job", "chip", "protection", "mirror", "key_id", "genuine", "stage")
        return {name: getattr(self.booked, name) for name in named} | {
            "stages": [asdict(stage) | {"at": format_time(stage.at)} for stage in self.stages]
        }

    def _page(self, page: int) -> dict[str, Any]:
        content, layout = self.picture.image[page], self.picture.layout
        return {
            "page": f"{page:02X}",
            "content": content.hex().upper(),
            "ascii": _ascii(content),
            "use": page_use(layout, page),
            "locked": self._is_locked(page),
        }

    def _is_locked(self, page: int) -> bool | None:
        picture = self.picture
        if picture.layout is None or not picture.state_is_known or page < CC_PAGE:
            return None
        return is_page_locked(picture.layout, picture.image, page)

    def as_text(self) -> Iterator[str]:
        """The same in lines: what matters, then the rest, then the memory."""
        picture = self.picture
        yield f"{picture.uid.hex().upper()}  {self._type()}"
        yield ""
        for label, words in self._lines():
            yield f"{label:<{_LABEL}}{words}"
        if picture.image:
            yield ""
            yield "pages    content      text  what"
        for first, last in self._alike():
            yield self._map_line(first, last)

    def _type(self) -> str:
        model, version, layout = self.picture.model, self.picture.version, self.picture.layout
        if model is not None:
            return model.name
        if version is None:
            return "unknown chip, without GET_VERSION"
        maker = "of NXP's" if is_from_nxp(version) else "of another maker than NXP"
        like = f", built like an {layout.name}" if layout else ""
        return f"unknown chip {maker}{like}"

    def _lines(self) -> Iterator[tuple[str, str]]:
        picture = self.picture
        yield "run would", self.intention.words
        yield "a phone opens", self._opened()
        yield "genuine", _GENUINE[picture.genuine]
        yield "password", _PASSWORD[picture.password]
        yield "ledger", self._ledger_words()
        for stage in self.stages:
            when = format_time(stage.at)
            yield "", f"{stage.stage:<12}{when}  {stage.operator} at {stage.station}"
        yield from self._state_lines()

    def _opened(self) -> str:
        area = area_of(self.picture.image)
        records = ndef.message_on(area)
        if not records:
            return "nothing: the card is blank"
        told = ", ".join(record_words(record) for record in records)
        return f"{ndef.url_on(area) or 'no address'}  (records: {told})"

    def _ledger_words(self) -> str:
        if self.booked is None:
            return "not booked"
        booked = self.booked
        return f"{format_token(booked.token)} in {booked.job}, {booked.protection}, {booked.stage}"

    def _state_lines(self) -> Iterator[tuple[str, str]]:
        picture, image, layout = self.picture, self.picture.image, self.picture.layout
        if picture.version is not None:
            yield "GET_VERSION", picture.version.hex(" ").upper()
        if CC_PAGE in image:
            yield "CC", _cc_words(image[CC_PAGE])
        if layout is None or not picture.state_is_known:
            yield "locks", "not readable" if layout else "not known for this chip"
            return
        yield "locks", _lock_words(lock_facts(layout, image))
        asks = is_password_protected(layout, image)
        yield "configuration", _config_words(config_facts(layout, image), asks=asks)
        if picture.counter is not None:
            yield "counter", f"{picture.counter} taps"

    def _alike(self) -> Sequence[PageRange]:
        """The pages, with neighbours that are alike in every way taken together."""
        facts = {page: self._page(page) | {"page": ""} for page in sorted(self.picture.image)}
        found: list[PageRange] = []
        for page, fact in facts.items():
            if found and found[-1][1] == page - 1 and facts[page - 1] == fact:
                found[-1] = (found[-1][0], page)
            else:
                found.append((page, page))
        return found

    def _map_line(self, first: int, last: int) -> str:
        content, use = self.picture.image[first], page_use(self.picture.layout, first)
        told = f"{use}, locked" if self._is_locked(first) and use else use
        pages = _range_words([(first, last)])
        return f"{pages:<9}{content.hex(' ').upper()}  {_ascii(content)}  {told}".rstrip()


def _cc_words(cc: bytes) -> str:
    facts, raw = cc_facts(cc), cc.hex(" ").upper()
    if not facts.is_ndef:
        return f"{raw}: none that a phone knows"
    access = "read only" if facts.is_read_only else "read and write"
    return f"{raw}: version {facts.version}, {facts.data_bytes} bytes, {access}"


def _lock_words(facts: LockFacts) -> str:
    if not facts.locked and not facts.frozen and not facts.config_locked:
        return "all open"
    told = [f"pages {_range_words(facts.locked)} locked" if facts.locked else "no page locked"]
    if facts.frozen:
        told.append(f"lock bits of {_range_words(facts.frozen)} frozen")
    told.append(f"configuration {'locked' if facts.config_locked else 'open'}")
    return "; ".join(told)


def _range_words(ranges: Sequence[PageRange]) -> str:
    return ", ".join(f"{a:02X}h" if a == b else f"{a:02X}h-{b:02X}h" for a, b in ranges)


def _config_words(facts: ConfigFacts, *, asks: bool) -> str:
    place = f" from page {facts.mirror_page:02X}h, byte {facts.mirror_byte}"
    told = [f"mirror {facts.mirror}{place if facts.mirror != 'none' else ''}"]
    if not asks:
        told.append(f"no password asked for (AUTH0 {facts.auth0:02X}h)")
    else:
        what = "reading and writing" if facts.prot else "writing"
        told.append(f"password for {what} from page {facts.auth0:02X}h (AUTH0)")
        told.append(f"{facts.authlim or 'any number of'} tries (AUTHLIM)")
    if facts.counts:
        shut = " (behind the password)" if facts.counter_behind_password else ""
        told.append(f"counts taps{shut}")
    return "; ".join(told)


def _ascii(content: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in content)
