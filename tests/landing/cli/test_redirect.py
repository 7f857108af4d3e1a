"""``card redirect``: a card leads elsewhere, and back to its own page."""

import pytest

from landing.contract.documents import dump_report
from tests.landing.cli.conftest import Desk
from tests.landing.records import report_of

ELSEWHERE = "https://dupont-industries.example/salon"


@pytest.fixture
def token(staffed_desk: Desk) -> str:
    """The token of Zoé's card, which is active."""
    job = staffed_desk.job("--profiles", "zoe")
    staffed_desk.done("job", "report", "-", stdin=dump_report(report_of(job)))
    return job.items[0].token


def test_card_leads_elsewhere_and_show_tells_it(staffed_desk: Desk, token: str) -> None:
    done = staffed_desk.done("card", "redirect", token, ELSEWHERE)

    assert done == {"token": token, "redirect_url": ELSEWHERE, "changed": True}
    assert staffed_desk.done("card", "show", token)["redirect_url"] == ELSEWHERE
    assert f"redirect_url      {ELSEWHERE}" in staffed_desk.run("card", "show", token).stdout


def test_card_is_led_back_to_its_page(staffed_desk: Desk, token: str) -> None:
    before = staffed_desk.everything()
    staffed_desk.done("card", "redirect", token, ELSEWHERE)

    done = staffed_desk.done("card", "redirect", token, "--off")

    assert done == {"token": token, "redirect_url": None, "changed": True}
    assert staffed_desk.everything() == before


def test_what_is_so_already_changes_nothing(staffed_desk: Desk, token: str) -> None:
    staffed_desk.done("card", "redirect", token, ELSEWHERE)

    again = staffed_desk.run("card", "redirect", token, ELSEWHERE)

    assert again.stdout.endswith(f": leads to {ELSEWHERE} already; nothing was changed\n")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("HTTP://Example.ORG:80/Équipe", "http://example.org/%C3%89quipe"),
        (
            "https://www.example.org/?utm=a b".replace(" ", "%20"),
            "https://www.example.org/?utm=a%20b",
        ),
        ("https://card.example/p/zoe", "https://card.example/p/zoe"),
        ("https://other.example/c/7H3K9QX2MZ4DG", "https://other.example/c/7H3K9QX2MZ4DG"),
    ],
)
def test_address_is_written_anew(staffed_desk: Desk, token: str, typed: str, kept: str) -> None:
    assert staffed_desk.done("card", "redirect", token, typed)["redirect_url"] == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "/p/zoe",
        "ftp://example.org/",
        "mailto:zoe@example.org",
        "tel:+33561000000",
        "https://zoe@example.org/",
        "https://192.0.2.1/",
        "http://localhost/",
        "https://example.org/a b",
        "https://example.org/\r\nSet-Cookie: a=b",
        "https://card.example/c/7H3K9QX2MZ4DG",
        "HTTPS://CARD.EXAMPLE/Q/7H3K9QX2MZ4DG?lang=fr",
    ],
)
def test_address_that_is_none_is_refused(staffed_desk: Desk, token: str, typed: str) -> None:
    before = staffed_desk.everything()

    result = staffed_desk.run("card", "redirect", token, "--", typed)

    assert result.exit_code == 4
    assert "nothing was changed" in result.stderr
    assert staffed_desk.everything() == before


def test_ended_card_leads_nowhere(staffed_desk: Desk, token: str) -> None:
    staffed_desk.done("card", "retire", token)

    result = staffed_desk.run("card", "redirect", token, ELSEWHERE)

    assert result.exit_code == 4
    assert "the card is retired" in result.stderr


def test_suspended_card_may_be_told_where_it_will_lead(staffed_desk: Desk, token: str) -> None:
    staffed_desk.done("card", "suspend", token)

    assert staffed_desk.done("card", "redirect", token, ELSEWHERE)["changed"] is True


def test_card_without_a_person_asks_for_its_code_first(desk: Desk) -> None:
    token = desk.job("--blank", "1").items[0].token

    result = desk.run("card", "redirect", token, ELSEWHERE)

    assert result.exit_code == 4
    assert "the card has no person yet" in result.stderr


def test_card_that_nobody_has_is_told(desk: Desk) -> None:
    result = desk.run("card", "redirect", "7H3K9QX2MZ4DG", ELSEWHERE)

    assert result.exit_code == 4
    assert "no card has the token 7H3K-9QX2-MZ4D-G" in result.stderr
