"""The job and the report: what the site asks of a workstation, and what was done.

``wecard.job/1`` goes from the site to the encoder, ``wecard.report/1`` comes back. Readers
ignore fields they do not know and refuse another ``format``. JSON Schemas: docs/formats/.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from landing.contract.errors import CardUrlError, DocumentError, FormatError, TokenError
from landing.contract.fields import Fields, refuse_repeats
from landing.contract.token import parse_token
from landing.contract.url import card_url, parse_site_url

JOB_FORMAT = "wecard.job/1"
REPORT_FORMAT = "wecard.report/1"

Protection = Literal["none", "password", "permanent"]
StageName = Literal["written", "verified", "locked"]

PROTECTIONS: tuple[Protection, ...] = get_args(Protection)
STAGE_NAMES: tuple[StageName, ...] = get_args(StageName)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_CHIP = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}", re.ASCII)
_UID = re.compile(r"[0-9A-F]{14}", re.ASCII)
_UID_OR_NONE = re.compile(r"|[0-9A-F]{14}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ACTIVATION = re.compile(r"|[0-9A-HJKMNP-TV-Z]{12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the workstation may take and must do: chip names, lock, originality check."""

    chips: tuple[str, ...]
    protection: Protection = "permanent"
    require_genuine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The words printed beside the QR code.

    ``activation`` is the code for the parcel slip of a card that has no person yet.
    """

    name: str = ""
    line: str = ""
    activation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobItem:
    """One card to make: ``url`` is the chip's form of the card URL."""

    position: int
    token: str
    url: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A batch of cards for a workstation; ``created_at`` is aware."""

    job: str
    site: str
    created_at: datetime
    policy: Policy
    items: tuple[JobItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step that a card has behind it; ``at`` is aware."""

    stage: StageName
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCard:
    """One card that is done.

    ``uid`` is 14 upper-case hex digits; ``digest`` the SHA-256, in hex, of the pages from 04h up
    to the page of the Terminator TLV as they were read back. ``replaces`` is the UID of the card
    that was done with this token and then scrapped, the last one where there were several;
    ``replaced_before`` are the UIDs of those ahead of it, which the site may have in its place.
    """

    token: str
    uid: str
    chip: str
    protection: Protection
    genuine: bool | None
    digest: str
    operator: str
    stages: tuple[Stage, ...]
    replaces: str | None = None
    replaced_before: tuple[str, ...] = ()

    @property
    def replaced(self) -> tuple[str, ...]:
        """The UIDs of all cards that this one stands in for, the last one first."""
        return (self.replaces, *self.replaced_before) if self.replaces else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The cards of a job that one station has done so far."""

    job: str
    station: str
    cards: tuple[ReportedCard, ...]


def parse_job(text: str) -> Job:
    """Read a ``wecard.job/1`` document.

    Raises:
        FormatError: it is another format or version.
        DocumentError: a field is missing, of the wrong kind, repeated, or names another host.
    """
    document = _loaded(text, JOB_FORMAT)
    site = _site(document)
    items = tuple(_job_item(entry, site) for entry in document.entries("items"))
    if not items:
        raise DocumentError("items", "the job has no card")
    refuse_repeats("items", "token", [item.token for item in items])
    refuse_repeats("items", "position", [str(item.position) for item in items])
    return Job(
        job=document.matching("job", _NAME),
        site=site,
        created_at=document.time("created_at"),
        policy=_policy(document.object("policy")),
        items=tuple(sorted(items, key=lambda item: item.position)),
    )


def parse_report(text: str) -> Report:
    """Read a ``wecard.report/1`` document.

    Raises:
        FormatError: it is another format or version.
        DocumentError: a field is missing, of the wrong kind or repeated, or a card is not done.
    """
    document = _loaded(text, REPORT_FORMAT)
    cards = tuple(_reported_card(entry) for entry in document.entries("cards"))
    refuse_repeats("cards", "token", [card.token for card in cards])
    uids = [uid for card in cards for uid in (card.uid, *card.replaced)]
    refuse_repeats("cards", "uid", uids)  # nor does a card replace itself or its neighbour
    return Report(
        job=document.matching("job", _NAME), station=document.text("station"), cards=cards
    )


def dump_job(job: Job) -> str:
    """Write a job as JSON text, ending in a newline."""
    return _dumped(
        {
            "format": JOB_FORMAT,
            "job": job.job,
            "site": job.site,
            "created_at": format_time(job.created_at, timespec="seconds"),
            "policy": {
                "chips": list(job.policy.chips),
                "protection": job.policy.protection,
                "require_genuine": job.policy.require_genuine,
            },
            "items": [
                {
                    "position": item.position,
                    "token": item.token,
                    "url": item.url,
                    "label": _label_object(item.label),
                }
                for item in job.items
            ],
        }
    )


def dump_report(report: Report) -> str:
    """Write a report as JSON text, ending in a newline."""
    cards = [dump_reported_card(card) for card in report.cards]
    return join_report(report.job, report.station, cards)


def dump_reported_card(card: ReportedCard) -> str:
    """Write one card as it stands in a report's text."""
    return _compact(_card_object(card))


def join_report(job: str, station: str, cards: Iterable[str]) -> str:
    """Write a report of cards that were written one by one before."""
    fields = {"format": REPORT_FORMAT, "job": job, "station": station}
    texts = {name: _compact(value) for name, value in fields.items()}
    return _object({**texts, "cards": _list(cards)})


def format_time(at: datetime, *, timespec: str = "milliseconds") -> str:
    """Write an aware time as RFC 3339 in UTC: ``2026-11-22T14:01:02.345Z``."""
    return at.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def _loaded(text: str, expected_format: str) -> Fields:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError("document", f"it is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise DocumentError("document", "it is not a JSON object")
    if content.get("format") != expected_format:
        found = repr(content.get("format"))[:60]
        raise FormatError("format", f"it is {found}, this reads {expected_format!r}")
    return Fields(content, where="")


def _site(document: Fields) -> str:
    written = document.text("site")
    try:
        site = parse_site_url(written)
    except CardUrlError as error:
        raise DocumentError("site", str(error)) from error
    if site != written:
        raise DocumentError("site", f"{written!r} is written {site!r}")
    return site


def _policy(policy: Fields) -> Policy:
    chips = policy.texts("chips", _CHIP)
    if not chips:
        raise DocumentError("policy.chips", "it names no chip")
    refuse_repeats("policy.chips", "chip", chips)
    return Policy(
        chips=tuple(chips),
        protection=policy.choice("protection", PROTECTIONS),
        require_genuine=policy.boolean("require_genuine", default=False),
    )


def _job_item(item: Fields, site: str) -> JobItem:
    token, url = _token(item), item.text("url")
    if url != card_url(site, token):
        raise DocumentError(
            f"{item.where}url", f"{url!r} is not this card's address, {card_url(site, token)!r}"
        )
    label = item.object("label", optional=True)
    return JobItem(
        position=item.positive("position"),
        token=token,
        url=url,
        label=Label(
            name=label.text("name", default=""),
            line=label.text("line", default=""),
            activation=label.matching("activation", _ACTIVATION, default=""),
        ),
    )


def _token(entry: Fields) -> str:
    written = entry.text("token")
    try:
        token = parse_token(written)
    except TokenError as error:
        raise DocumentError(f"{entry.where}token", str(error)) from error
    if token != written:
        raise DocumentError(f"{entry.where}token", f"{written!r} is written {token!r}")
    return token


def _reported_card(card: Fields) -> ReportedCard:
    protection: Protection = card.choice("protection", PROTECTIONS)
    stages = tuple(
        Stage(stage=entry.choice("stage", STAGE_NAMES), at=entry.time("at"))
        for entry in card.entries("stages")
    )
    needed: set[StageName] = {"written", "verified", "locked"}
    if protection == "none":
        needed.remove("locked")
    missing = needed - {stage.stage for stage in stages}
    if missing:
        raise DocumentError(
            f"{card.where}stages", f"the card is not done, no {' and no '.join(sorted(missing))}"
        )
    replaces, replaced_before = _replaced(card)
    return ReportedCard(
        token=_token(card),
        uid=card.matching("uid", _UID),
        chip=card.matching("chip", _CHIP),
        protection=protection,
        genuine=card.boolean("genuine", default=None),
        digest=card.matching("digest", _SHA256),
        operator=card.text("operator"),
        stages=stages,
        replaces=replaces,
        replaced_before=replaced_before,
    )


def _replaced(card: Fields) -> tuple[str | None, tuple[str, ...]]:
    replaces = card.matching("replaces", _UID_OR_NONE, default="") or None
    before = tuple(card.texts("replaced_before", _UID, optional=True))
    if before and replaces is None:
        raise DocumentError(f"{card.where}replaced_before", "it stands there without replaces")
    return replaces, before


def _label_object(label: Label) -> dict[str, str]:
    words = {"name": label.name, "line": label.line}
    return words | {"activation": label.activation} if label.activation else words


def _card_object(card: ReportedCard) -> dict[str, Any]:
    replaced: dict[str, Any] = {"replaces": card.replaces} if card.replaces else {}
    if card.replaced_before:
        replaced["replaced_before"] = list(card.replaced_before)
    return {
        "token": card.token,
        "uid": card.uid,
        "chip": card.chip,
        "protection": card.protection,
        "genuine": card.genuine,
        "digest": card.digest,
        "operator": card.operator,
        "stages": [{"stage": stage.stage, "at": format_time(stage.at)} for stage in card.stages],
        **replaced,
    }


def _dumped(content: dict[str, Any]) -> str:
    return _object({name: _value(value) for name, value in content.items()})


def _object(fields: dict[str, str]) -> str:
    """One line a field and one a list's entry: readable, and quick to write after each card."""
    lines = [f" {_compact(name)}: {text}" for name, text in fields.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _value(value: Any) -> str:
    return _list(map(_compact, value)) if isinstance(value, list) else _compact(value)


def _list(entries: Iterable[str]) -> str:
    text = ",\n  ".join(entries)
    return f"[\n  {text}\n ]" if text else "[\n\n ]"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
