"""``unprotect`` takes a password off, whatever happens on the way, and ``run`` encodes anew."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from encoder.chips.models import MF0UL21, NTAG213, NTAG215
from encoder.chips.password import FACTORY_CREDENTIALS
from encoder.ledger import Ledger, NewCard
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from landing.contract.documents import Job, Protection
from tests.encoder.cli.cards import KEY, OTHER_KEY, invoke_at, key_file, made_card
from tests.encoder.cli.command import events_in, invoke, job_file, start
from tests.encoder.kit import BENCH, START, TOKEN, UID, URL, make_job, new_chip, seen_by_phone

OTHER_SITE = "https://another.example"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


def unprotected(chip: VirtualChip, ledger: Path, *words: str | Path) -> tuple[int, dict[str, Any]]:
    """The exit code of ``unprotect`` and what it tells."""
    key = key_file(ledger.parent)
    ran = invoke_at(chip, "unprotect", "--ledger", ledger, "--key", key, "--json", *words)
    return ran.exit_code, json.loads(ran.stdout)


def run_again(chip: VirtualChip, ledger: Path, job: Job) -> dict[str, Any]:
    """What ``run`` says of the card, laid down again."""
    key = key_file(ledger.parent)
    with FieldServer(CardBox([chip])) as server:
        ran = invoke(
            *("run", job_file(ledger.parent, job), "--reader", server.path),
            *("--ledger", ledger, "--key", key, "--json"),
        )
    return events_in(ran.stdout)[1]


def is_open(chip: VirtualChip) -> bool:
    """Whether a chip has no password, no mirror and the factory's PWD and PACK."""
    model = chip.model
    pages = [chip.memory[4 * page : 4 * page + 4] for page in range(model.pages)]
    cfg0 = pages[model.cfg0_page]
    return (
        (cfg0[3], cfg0[0] & 0xC0, pages[model.cfg1_page]) == (0xFF, 0, bytes.fromhex("00050000"))
        and pages[model.pwd_page] == FACTORY_CREDENTIALS.pwd
        and pages[model.pack_page] == bytes(4)
    )


@pytest.mark.parametrize("model", [NTAG213, NTAG215, MF0UL21], ids=lambda model: model.name)
def test_password_is_taken_off_and_the_address_stays(model: Any, ledger: Path) -> None:
    chip = made_card(ledger, model=model)

    code, told = unprotected(chip, ledger)

    assert (code, told["status"], told["token"], told["uid"]) == (
        *(0, "unprotected", TOKEN),
        UID.hex().upper(),
    )
    assert (is_open(chip), seen_by_phone(chip)) == (True, URL)
    (row,) = json.loads(invoke("ledger", "show", "--ledger", ledger, "--json").stdout)
    assert row["stage"] == "unprotected"


def test_mirror_is_taken_off_with_the_password(ledger: Path) -> None:
    chip = made_card(ledger, mirror="both")

    code, _ = unprotected(chip, ledger)

    assert (code, is_open(chip), seen_by_phone(chip)) == (0, True, URL)


def test_card_without_its_password_is_left_as_it_is(ledger: Path) -> None:
    chip = made_card(ledger)
    unprotected(chip, ledger)
    before = chip.memory

    code, told = unprotected(chip, ledger)

    assert (code, told["status"], told["writes"]) == (0, "already-unprotected", 0)
    assert chip.memory == before


@pytest.mark.parametrize("protection", ["none", "password", "permanent"])
def test_unprotected_card_is_encoded_again_with_its_token(
    protection: Protection, ledger: Path
) -> None:
    chip = made_card(ledger, mirror="counter")
    unprotected(chip, ledger)
    job = make_job(protection=protection, site=OTHER_SITE)

    card = run_again(chip, ledger, job)

    assert (card["status"], card["token"]) == ("resumed", TOKEN)
    assert seen_by_phone(chip) == f"{OTHER_SITE}/c/{TOKEN}"
    with Ledger.open(ledger, writable=False) as book:
        (row,) = book.cards()
    assert (row.is_done, row.protection, row.url) == (True, protection, job.items[0].url)
    checked = invoke("ledger", "check", "--ledger", ledger)
    assert checked.exit_code == 0, checked.stderr


def test_killed_command_is_finished_by_the_next(ledger: Path) -> None:
    chip = made_card(ledger)
    field = KillingField()
    field.lay(chip)
    words = ("--ledger", ledger, "--key", key_file(ledger.parent), "--json")
    for write in range(1, 4):
        with FieldServer(field) as server:
            process = start("unprotect", "--reader", server.path, *words)
            field.kill(process.pid, at_write=write)
            process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert seen_by_phone(chip) in (None, URL)
    field.lift()

    code, told = unprotected(chip, ledger)

    assert (code, told["status"], is_open(chip)) == (0, "unprotected", True)


class KillingField(VirtualField):
    """A field that kills a process when its n-th WRITE arrives."""

    def kill(self, pid: int, *, at_write: int) -> None:
        """Kill it at a WRITE from now on."""
        left = iter(range(at_write - 1, -1, -1))

        def count_down(_chip: VirtualChip, _page: int) -> None:
            if next(left, None) == 0:
                os.kill(pid, signal.SIGKILL)

        self.before_write = count_down


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("not-booked", "is not in the ledger"),
        ("scrapped", "was scrapped in the job J-1"),
        ("permanent", "locked for ever"),
        ("no-password", "made without a password"),
        ("other-key", KEY.key_id),
    ],
)
def test_card_that_is_not_ours_to_open_is_left_by_name(
    reason: str, words: str, ledger: Path
) -> None:
    chip = STRANGERS[reason](ledger)
    before = chip.memory

    key = key_file(ledger.parent)
    ran = invoke_at(chip, "unprotect", "--ledger", ledger, "--key", key, "--json")

    told = json.loads(ran.stdout)
    assert (ran.exit_code, told["status"], told["reason"]) == (6, "refused", reason)
    assert words in ran.stderr
    assert "hint: " in ran.stderr
    assert (told["writes"], chip.memory) == (0, before)


def test_password_that_someone_changed_is_named(ledger: Path) -> None:
    memory = bytearray(made_card(ledger).memory)
    memory[0x2B * 4 : 0x2B * 4 + 4] = b"evil"
    chip = VirtualChip(NTAG213, UID, memory=bytes(memory))

    code, told = unprotected(chip, ledger)

    assert (code, told["reason"], chip.memory) == (6, "write-failed", bytes(memory))
    with Ledger.open(ledger, writable=False) as book:
        assert [card.is_done for card in book.cards()] == [True]


@pytest.mark.parametrize("content", [None, "no key", "00" * 31])
def test_trouble_with_the_key_is_exit_4(content: str | None, ledger: Path) -> None:
    chip, path = made_card(ledger), ledger.parent / "station.key"
    if content is not None:
        path.touch(mode=0o600)
        path.write_text(content)

    ran = invoke_at(chip, "unprotect", "--ledger", ledger, "--key", path, "--json")

    assert (ran.exit_code, ran.stdout) == (4, "")
    assert "no card was touched" in ran.stderr


def test_missing_ledger_is_exit_4_and_none_is_made(tmp_path: Path) -> None:
    key = key_file(tmp_path)

    ran = invoke("unprotect", "--ledger", tmp_path / "none.db", "--key", key)

    assert (ran.exit_code, list(tmp_path.iterdir())) == (4, [key])


def test_neither_key_nor_password_is_ever_told(ledger: Path) -> None:
    chip, key = made_card(ledger), key_file(ledger.parent)
    credentials = KEY.credentials(UID)
    torn = VirtualChip(NTAG213, UID, memory=chip.memory[:-8] + bytes(8))

    said = [
        invoke_at(laid, "unprotect", "--ledger", ledger, "--key", key, "--debug", *words)
        for laid in (torn, chip)
        for words in ((), ("--json",))
    ]
    said.append(invoke("ledger", "show", "--ledger", ledger, "--json"))

    told = "".join(ran.output for ran in said).lower()
    for secret in (KEY.secret, credentials.pwd, credentials.pack):
        assert secret.hex() not in told


def book_scrapped(ledger: Path) -> VirtualChip:
    """A card with a password that was begun and given up."""
    card = NewCard(
        uid=UID.hex().upper(),
        token=TOKEN,
        job="J-1",
        chip="NTAG213",
        protection="password",
        url=URL,
        key_id=KEY.key_id,
    )
    with Ledger.open(ledger, writable=True) as book:
        book.begin(card, at=START, by=BENCH)
        book.scrap(TOKEN, at=START, by=BENCH)
    return new_chip(NTAG213, UID)


def book_nothing(ledger: Path) -> VirtualChip:
    """A card of nobody's, and a ledger without a row."""
    with Ledger.open(ledger, writable=True):
        return new_chip(NTAG213, UID)


STRANGERS: dict[str, Callable[[Path], VirtualChip]] = {
    "not-booked": book_nothing,
    "scrapped": book_scrapped,
    "permanent": lambda ledger: made_card(ledger, "permanent"),
    "no-password": lambda ledger: made_card(ledger, "none"),
    "other-key": lambda ledger: made_card(ledger, key=OTHER_KEY),
}
