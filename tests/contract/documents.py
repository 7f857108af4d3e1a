"""Sample documents of the contract, ways to break them, and Hypothesis strategies for them."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from landing.contract.documents import (
    PROTECTIONS,
    Job,
    JobItem,
    Label,
    Policy,
    Report,
    ReportedCard,
    Stage,
)
from landing.contract.token import mint_token
from landing.contract.url import card_url

ROOT = Path(__file__).parents[2]
Break = Callable[[dict[str, Any]], object]

JOB: dict[str, Any] = {
    "format": "wecard.job/1",
    "job": "J-2026-0001",
    "site": "https://card.example",
    "created_at": "2026-11-22T14:00:00Z",
    "policy": {
        "chips": ["NTAG213", "NTAG215", "NTAG216"],
        "protection": "permanent",
        "require_genuine": False,
    },
    "items": [
        {
            "position": 1,
            "token": "7H3K9QX2MZ4DG",
            "url": "https://card.example/c/7H3K9QX2MZ4DG",
            "label": {"name": "Zoé Lefèvre", "line": "Dupont Industries"},
        },
        {
            "position": 2,
            "token": "0000000000012",
            "url": "https://card.example/c/0000000000012",
            "label": {"name": "Bob", "line": ""},
        },
    ],
}
REPORT: dict[str, Any] = {
    "format": "wecard.report/1",
    "job": "J-2026-0001",
    "station": "bench-1",
    "cards": [
        {
            "token": "7H3K9QX2MZ4DG",
            "uid": "04A1B2C3D4E580",
            "chip": "NTAG213",
            "protection": "permanent",
            "genuine": None,
            "digest": "ab" * 32,
            "operator": "mona",
            "stages": [
                {"stage": "written", "at": "2026-11-22T14:01:02.345Z"},
                {"stage": "verified", "at": "2026-11-22T14:01:02.400Z"},
                {"stage": "locked", "at": "2026-11-22T14:01:02.500Z"},
            ],
        },
        {
            "token": "0000000000012",
            "uid": "04A1B2C3D4E581",
            "chip": "NTAG215",
            "protection": "none",
            "genuine": True,
            "digest": "cd" * 32,
            "operator": "mona",
            "stages": [
                {"stage": "written", "at": "2026-11-22T14:01:03.345Z"},
                {"stage": "verified", "at": "2026-11-22T14:01:03.400Z"},
            ],
        },
    ],
}


def schema(name: str) -> Draft202012Validator:
    """The published schema of ``job-1`` or ``report-1``, itself checked."""
    content = json.loads((ROOT / "docs/formats" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


def broken(document: dict[str, Any], change: Break) -> dict[str, Any]:
    """A copy of the document with one thing changed in it."""
    changed = copy.deepcopy(document)
    change(changed)
    return changed


_TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs")),
    max_size=40,
)
_NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
_SITES = st.sampled_from(
    ["https://card.example", "https://a.b.example:8443", "http://127.0.0.1:8000", "https://[::1]"]
)
_MILLISECONDS = st.integers(0, 7_000_000_000_000).map(
    lambda count: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count)
)


@st.composite
def tokens(draw: st.DrawFn) -> str:
    """A valid token."""
    values = iter(draw(st.lists(st.integers(0, 31), min_size=12, max_size=12)))
    return mint_token(lambda _: next(values))


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    """A job that a site could have written."""
    site = draw(_SITES)
    chosen = draw(st.lists(tokens(), min_size=1, max_size=4, unique=True))
    return Job(
        job=draw(_NAMES),
        site=site,
        created_at=draw(_MILLISECONDS).replace(microsecond=0),
        policy=Policy(
            chips=tuple(draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True))),
            protection=draw(st.sampled_from(PROTECTIONS)),
            require_genuine=draw(st.booleans()),
        ),
        items=tuple(
            JobItem(
                position=position,
                token=token,
                url=card_url(site, token),
                label=Label(
                    name=draw(_TEXT),
                    line=draw(_TEXT),
                    activation=draw(st.sampled_from(["", "7H3K9QX2MZ4D"])),
                ),
            )
            for position, token in enumerate(chosen, start=1)
        ),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report that a workstation could have written."""
    chosen = draw(st.lists(tokens(), max_size=3, unique=True))
    return Report(
        job=draw(_NAMES),
        station=draw(_TEXT),
        cards=tuple(
            ReportedCard(
                token=token,
                uid=f"04A1B2C3D4E5{place:02X}",
                chip=draw(_NAMES),
                protection=draw(st.sampled_from(PROTECTIONS)),
                genuine=draw(st.none() | st.booleans()),
                digest=draw(st.binary(min_size=32, max_size=32)).hex(),
                operator=draw(_TEXT),
                stages=(
                    Stage(stage="written", at=draw(_MILLISECONDS)),
                    Stage(stage="verified", at=draw(_MILLISECONDS)),
                    Stage(stage="locked", at=draw(_MILLISECONDS)),
                ),
                replaces=gone[0] if gone else None,
                replaced_before=tuple(gone[1:]),
            )
            for place, token in enumerate(chosen)
            for gone in [draw(st.sampled_from(_gone(place)))]
        ),
    )


def _gone(place: int) -> list[list[str]]:
    """No card, one or several that the card at this place stands in for."""
    uids = [f"04A1B2C3D4{number:02X}{place:02X}" for number in range(3)]
    return [[], uids[:1], uids]
