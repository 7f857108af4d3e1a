"""``verify --scan`` compares the printed label with the chip on the reader and with the ledger."""

import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from encoder.chips.mirror import MIRRORS, Mirror
from encoder.chips.models import MF0UL11, NTAG213
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from encoder.station import matching
from encoder.station.matching import Match, Scan
from landing.contract.token import format_token, mint_token
from landing.contract.url import qr_url
from tests.encoder.cli.cards import invoke_at, made_card
from tests.encoder.cli.command import COMMAND, events_in, invoke
from tests.encoder.kit import SITE, TOKEN, URL, make_job, new_chip, run_chips

LABEL = qr_url(SITE, TOKEN)
OTHER_TOKEN = "0000000000012"
TYPO = TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


def scanned(chip: VirtualChip | None, ledger: Path, scan: str) -> tuple[int, dict[str, Any]]:
    """The exit code of one scan at this card, and what is told first."""
    before = chip.memory if chip else b""
    words = ("--ledger", ledger, "--wait", "5", "--json", "--scan", scan)
    ran = invoke_at(chip, "verify", *words)
    assert chip is None or chip.memory == before
    return ran.exit_code, events_in(ran.stdout)[0]


@pytest.mark.parametrize("mirror", MIRRORS)
@pytest.mark.parametrize("scan", [LABEL, LABEL.lower(), format_token(TOKEN), f" {TOKEN.lower()}\r"])
def test_label_of_the_card_is_the_same(scan: str, mirror: Mirror, ledger: Path) -> None:
    chip = made_card(ledger, "none", mirror=mirror)

    code, card = scanned(chip, ledger, scan)

    assert (code, card["status"], card["label"]["verdict"]) == (0, "same", "same")
    assert (card["label"]["address"], card["label"]["token"]) == (URL, TOKEN)


def test_label_of_another_kind_of_chip_is_the_same(ledger: Path) -> None:
    chip = made_card(ledger, "permanent", model=MF0UL11)

    assert scanned(chip, ledger, LABEL)[0] == 0


@pytest.mark.parametrize(
    ("scan", "verdict"),
    [
        (qr_url(SITE, OTHER_TOKEN), "other-card"),
        (OTHER_TOKEN, "other-card"),
        (qr_url("https://other.example", TOKEN), "other-site"),
    ],
)
def test_label_of_another_card_is_not_the_same(scan: str, verdict: str, ledger: Path) -> None:
    chip = made_card(ledger)

    code, card = scanned(chip, ledger, scan)

    assert (code, card["status"], card["label"]["verdict"]) == (6, "same", verdict)
    assert card["label"]["message"]


class Lenient:
    """The seeded fault: whatever names some card is this one's."""

    def __call__(self, scan: Scan, address: str | None) -> Match:
        return Match(verdict="same", scanned=scan.text, token=scan.token, address=address)


def test_comparison_that_says_yes_to_all_would_be_noticed(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chip = made_card(ledger)
    monkeypatch.setattr("encoder.station.verifying.match", Lenient())

    assert scanned(chip, ledger, qr_url(SITE, OTHER_TOKEN))[0] == 0


@pytest.mark.parametrize(
    ("scan", "verdict"),
    [
        (qr_url(SITE, TYPO), "misread"),
        (TYPO, "misread"),
        ("httpsÑ--card.example-q-7H3K", "not-a-card"),
        ("9783161484100", "misread"),
        ("https://shop.example/offer", "not-a-card"),
        ("\x1b[2J\x07", "not-a-card"),
        ("x" * 5000, "not-a-card"),
        ("", "not-a-card"),
    ],
)
def test_scan_that_names_no_card_is_told_without_one(scan: str, verdict: str, ledger: Path) -> None:
    made_card(ledger)

    code, told = scanned(None, ledger, scan)

    assert (code, told["event"], told["label"]["verdict"]) == (6, "scan", verdict)
    assert told["label"]["hint"]
    assert "\x1b" not in told["label"]["scanned"]
    assert len(told["label"]["scanned"]) < 200


def test_label_of_a_card_that_is_still_blank_is_not_the_same(ledger: Path) -> None:
    made_card(ledger)

    code, card = scanned(new_chip(NTAG213), ledger, LABEL)

    assert (code, card["status"], card["label"]["verdict"]) == (6, "not-booked", "no-address")


def test_card_that_the_ledger_does_not_know_is_compared_with_its_label(
    ledger: Path, tmp_path: Path
) -> None:
    made_card(ledger)
    stranger = new_chip(NTAG213)
    run_chips(make_job(), [stranger], tmp_path / "other.db")

    code, card = scanned(stranger, ledger, LABEL)

    assert (code, card["status"], card["label"]["verdict"]) == (6, "not-booked", "same")


def test_copy_of_a_label_does_not_hide_a_changed_card(ledger: Path) -> None:
    chip = made_card(ledger, "none")
    memory = bytearray(chip.memory)
    memory[2 * 4 : 3 * 4] = bytes.fromhex("72480100")  # a lock bit

    code, card = scanned(VirtualChip(NTAG213, chip.uid, memory=bytes(memory)), ledger, LABEL)

    assert (code, card["status"], card["label"]["verdict"]) == (6, "differs", "same")


def test_people_see_one_big_word(ledger: Path) -> None:
    chip = made_card(ledger)
    words = ("verify", "--ledger", ledger, "--scan")

    right = invoke_at(chip, *words, LABEL)
    wrong = invoke_at(chip, *words, OTHER_TOKEN)

    assert right.stdout.split()[:2] == ["SAME", format_token(TOKEN)]
    assert wrong.stdout.split()[:3] == ["NOT", "THE", "SAME"]
    assert f"the label is of {format_token(OTHER_TOKEN)}" in wrong.stderr
    assert "hint: put card and label aside" in wrong.stderr


def box_round(
    chips: Iterable[VirtualChip], ledger: Path, text: str, *words: str
) -> tuple[int, list[dict[str, Any]]]:
    """A hand scanner's lines and a box of cards."""
    with FieldServer(CardBox(chips)) as server:
        fixed = ("--reader", server.path, "--ledger", ledger, "--scan", "-", "--json")
        ran = invoke("verify", *fixed, *words, stdin=text)
    return ran.exit_code, events_in(ran.stdout)


def made_box(ledger: Path, cards: int) -> tuple[list[VirtualChip], list[str]]:
    """Finished cards, and what their labels say."""
    chips, job = [new_chip(NTAG213) for _ in range(cards)], make_job(cards)
    run_chips(job, chips, ledger)
    return chips, [qr_url(SITE, item.token) for item in job.items]


def test_box_of_cards_is_compared_scan_by_scan(ledger: Path) -> None:
    chips, labels = made_box(ledger, 3)

    code, (*cards, end) = box_round(chips, ledger, "\n\r\n".join(labels))

    assert [card["label"]["verdict"] for card in cards] == ["same"] * 3
    assert (code, end["same"], end["other_label"], end["bad_scan"]) == (0, 3, 0, 0)


def test_two_labels_that_were_swapped_are_found(ledger: Path) -> None:
    chips, (first, second, third) = made_box(ledger, 3)
    lines = "\n".join([second, "smudge", first, third]) + "\n"

    code, (*told, end) = box_round(chips, ledger, lines)

    verdicts = [event["label"]["verdict"] for event in told]
    assert verdicts == ["other-card", "not-a-card", "other-card", "same"]
    assert (code, end["other_label"], end["bad_scan"]) == (6, 2, 1)


def test_scan_without_a_card_is_exit_5(ledger: Path) -> None:
    chips, labels = made_box(ledger, 2)

    code, (*cards, _) = box_round(chips[:1], ledger, "\n".join(labels), "--wait", "1")

    assert (code, len(cards)) == (5, 1)


def test_no_scan_at_all_is_exit_5(ledger: Path) -> None:
    made_card(ledger)

    assert box_round([], ledger, "\n\n")[0] == 5


def test_one_scan_for_several_cards_is_refused(ledger: Path) -> None:
    ran = invoke("verify", "--ledger", ledger, "--scan", LABEL, "--count", "3")

    assert ran.exit_code == 2


def piped(reader: str, ledger: Path) -> subprocess.Popen[str]:
    """The command with a scanner at its standard input."""
    words = ("verify", "--reader", reader, "--ledger", str(ledger), "--scan", "-", "--json")
    return subprocess.Popen(
        [*COMMAND, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_verdict_comes_as_soon_as_the_scanner_typed_its_line(ledger: Path) -> None:
    field = VirtualField()
    field.lay(made_card(ledger))

    with FieldServer(field) as server, piped(server.path, ledger) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{LABEL}\n")
        process.stdin.flush()
        first = events_in(process.stdout.readline())
        field.lift()
        rest, _ = process.communicate(timeout=60)

    assert first[0]["label"]["verdict"] == "same"
    assert (process.returncode, len(events_in(rest))) == (0, 1)


def test_ctrl_c_is_heard_while_the_scanner_is_silent(ledger: Path) -> None:
    field = VirtualField()
    field.lay(made_card(ledger))

    with FieldServer(field) as server, piped(server.path, ledger) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"smudge\n{LABEL[:9]}")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        rest = events_in(process.stdout.read())

    assert (process.returncode, [event["event"] for event in rest]) == (6, ["end"])


@pytest.mark.parametrize("seed", range(20))
def test_every_token_is_read_from_its_label_and_from_its_words(seed: int) -> None:
    token = mint_token()
    scans = (token, format_token(token).lower(), qr_url(SITE, token), qr_url(SITE, token).lower())

    read = {matching.read_scan(scan).token for scan in scans}

    assert read == {token}, seed
