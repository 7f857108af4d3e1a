"""``card``: look, stop, bring back, end."""

import json

import pytest

from landing.contract.documents import dump_report
from landing.contract.token import format_token
from tests.landing.cli.conftest import Desk
from tests.landing.records import report_of


@pytest.fixture
def token(staffed_desk: Desk) -> str:
    """The token of Zoé's card, which is active."""
    job = staffed_desk.job("--profiles", "zoe")
    staffed_desk.done("job", "report", "-", stdin=dump_report(report_of(job)))
    return job.items[0].token


def test_show_tells_all_that_is_known(staffed_desk: Desk, token: str) -> None:
    shown = staffed_desk.done("card", "show", token)

    assert shown["printed"] == format_token(token)
    assert (shown["state"], shown["reference"], shown["name"]) == ("active", "zoe", "Zoé Lefèvre")
    assert (shown["uid"], shown["chip"], shown["protection"]) == (
        "04A1B2C3D40001",
        "NTAG213",
        "permanent",
    )
    assert shown["url"] == f"https://card.example/c/{token}"
    assert shown["created_at"] <= shown["state_changed_at"]


def test_show_prints_a_line_a_fact(staffed_desk: Desk, token: str) -> None:
    lines = staffed_desk.run("card", "show", token).stdout.splitlines()

    assert f"printed           {format_token(token)}" in lines
    assert "genuine           -" in lines
    assert "redirect_url      -" in lines


def test_token_is_read_as_people_type_it(staffed_desk: Desk, token: str) -> None:
    typed = format_token(token).lower().replace("0", "o").replace("1", "l")

    assert staffed_desk.done("card", "show", typed)["token"] == token


@pytest.mark.parametrize("verb", ["show", "suspend", "resume", "retire"])
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("7H3K-9QX2-MZ4D-H", "check character"),
        ("7H3K", "13 characters"),
        ("7H3K9QX2MZ4DG", "no card has the token 7H3K-9QX2-MZ4D-G"),
    ],
)
def test_wrong_token_is_told_and_nothing_changes(
    desk: Desk, verb: str, typed: str, told: str
) -> None:
    before = desk.everything()

    result = desk.run("card", verb, typed)

    assert result.exit_code == 4
    assert told in result.stderr
    assert desk.everything() == before


def test_card_is_stopped_brought_back_and_ended(staffed_desk: Desk, token: str) -> None:
    states = [
        staffed_desk.done("card", verb, token)["state"]
        for verb in ("suspend", "suspend", "resume", "resume", "retire", "retire")
    ]

    assert states == ["suspended", "suspended", "active", "active", "retired", "retired"]


def test_what_is_done_already_changes_nothing(staffed_desk: Desk, token: str) -> None:
    staffed_desk.done("card", "suspend", token)
    before = staffed_desk.everything()

    result = staffed_desk.run("card", "suspend", token, "--json")

    assert json.loads(result.stdout)["changed"] is False
    assert staffed_desk.everything() == before


@pytest.mark.parametrize("verb", ["suspend", "resume"])
def test_ended_card_stays_ended(staffed_desk: Desk, token: str, verb: str) -> None:
    staffed_desk.done("card", "retire", token)
    before = staffed_desk.everything()

    result = staffed_desk.run("card", verb, token)

    assert result.exit_code == 4
    assert "the card is retired" in result.stderr
    assert staffed_desk.everything() == before
