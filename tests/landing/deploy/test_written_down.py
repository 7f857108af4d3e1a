"""What nginx and Caddy write down has no token, no query and no visitor's whole address."""

import json
import re
from pathlib import Path

import pytest

from tests.landing.deploy.fronts import PROXIES, Change, Front, fronted, replaced, without
from tests.landing.web.cast import ZOE_CARD

VISITOR = "127.0.0.77"
SECRETS = (ZOE_CARD, "secret-query", "secret-agent", VISITOR)


def visit(front: Front) -> None:
    """Ask for what should not be written down, over HTTP and HTTPS, from an address of its own."""
    words = ("--interface", VISITOR, "-A", "secret-agent", "-e", f"https://x.example/{ZOE_CARD}")
    for path in (f"/c/{ZOE_CARD}", f"/Q/{ZOE_CARD}/connect", f"/x/{ZOE_CARD}", f"/{ZOE_CARD}"):
        for method in ("GET", "POST"):
            front.ask(f"{path}?x=secret-query", "-X", method, *words)
        front.ask(f"{path}?x=secret-query", *words, scheme="http")


def shown(proxy: str, folder: Path, *, serving: bool, change: Change = str) -> list[str]:
    """Which secrets are in what the proxy wrote down."""
    with fronted(proxy, folder, serving=serving, change=change) as front:
        visit(front)
    return [secret for secret in SECRETS if secret in front.written()]


def counting(text: str) -> str:
    """Switch the proxy's log on, as its file says."""
    line = re.search(r"#\s+(access_log \S+ wecard;)", text)
    if line is None:
        return replaced(text, {"\t# log\n": "\tlog\n"})
    return text.replace("access_log off;", line[1])


def without_a_filter(text: str) -> str:
    """Count, and write the page's address down."""
    return without("request>uri")(counting(text))


@pytest.mark.parametrize("serving", [True, False])
@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("change", [str, counting])
def test_nothing_of_a_visitor_is_written_down(
    proxy: str, serving: bool, change: Change, tmp_path: Path
) -> None:
    assert shown(proxy, tmp_path / "front", serving=serving, change=change) == []


@pytest.mark.parametrize(
    ("proxy", "fault"),
    [
        ("nginx", without("access_log off;")),
        ("nginx", lambda text: text.replace("error.log crit;", "error.log error;")),
        ("caddy", without_a_filter),
    ],
)
def test_what_is_written_down_would_be_noticed(proxy: str, fault: Change, tmp_path: Path) -> None:
    assert ZOE_CARD in shown(proxy, tmp_path / "front", serving=False, change=fault)


def test_counting_says_what_was_asked_and_not_by_whom(tmp_path: Path) -> None:
    with fronted("nginx", tmp_path / "front", change=counting) as front:
        visit(front)

    lines = (front.folder / "logs" / "access.log").read_text(encoding="ascii").splitlines()
    assert len(lines) == 12
    assert sum(" 127.0.0.0 GET /c 200 " in line for line in lines) == 1
    assert sum(" 127.0.0.0 POST /Q 4" in line for line in lines) == 1
    assert sum(" 127.0.0.0 GET other 404 " in line for line in lines) == 1


def test_counting_at_caddy_says_how_many(tmp_path: Path) -> None:
    with fronted("caddy", tmp_path / "front", change=counting) as front:
        visit(front)

    events = [json.loads(line) for line in front.written().splitlines()]
    counted = [event for event in events if event["msg"] == "handled request"]
    assert len(counted) == 8
    assert {event["request"]["remote_ip"] for event in counted} == {"127.0.0.0"}
