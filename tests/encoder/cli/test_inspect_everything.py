"""``inspect`` takes a card apart: whose it is, what is locked, what a run would say; it is read."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from encoder.chips.models import MF0UL11, MODELS, NTAG213, NTAG215, NTAG216, ChipModel
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import Job
from tests.encoder.chips.published import published
from tests.encoder.cli.cards import KEY, OTHER_KEY, invoke_at, key_file, made_card
from tests.encoder.cli.command import invoke, job_file
from tests.encoder.kit import TOKEN, UID, URL, make_job, new_chip, run_box, run_chips
from tests.encoder.station.test_refusals import SPOILT, spoilt_chip

READS = {0x26, 0x93, 0x95, 0x30, 0x3A, 0x60, 0x3C, 0x39}
PWD_AUTH, FAST_READ, GET_VERSION, READ_SIG = 0x1B, 0x3A, 0x60, 0x3C
CLONE = bytes.fromhex("0053040201000F03")
FOREIGN_PASSWORD = {0x29: "04000004", 0x2A: "01050000", 0x2B: "12345678"}  # AUTHLIM 1


class Listening(VirtualChip):
    """A chip that notes which commands reach it, and knows some of them not."""

    def __init__(self, *words: Any, deaf_to: tuple[int, ...] = (), **named: Any) -> None:
        super().__init__(*words, **named)
        self.heard: set[int] = set()
        self._deaf_to = deaf_to

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer one frame."""
        self.heard.add(frame[0])
        return super().transceive(b"\xff" if frame[0] in self._deaf_to else frame)


def listening(chip: VirtualChip, **named: Any) -> Listening:
    """The same card, listened to."""
    return Listening(chip.model, chip.uid, memory=chip.memory, **named)


def chip_with(pages: dict[int, str], model: ChipModel = NTAG213) -> Listening:
    """A chip that is as delivered but for these pages."""
    memory = bytearray(new_chip(model, UID).memory)
    for page, content in pages.items():
        memory[page * 4 : page * 4 + 4] = bytes.fromhex(content)
    return Listening(model, UID, memory=bytes(memory))


def picture_of(chip: VirtualChip, *words: str | Path) -> dict[str, Any]:
    """The picture as JSON."""
    ran = invoke_at(chip, "inspect", "--json", *words)
    assert ran.exit_code == 0, ran.output
    picture: dict[str, Any] = json.loads(ran.stdout)
    return picture


def test_type_memory_and_signature_are_told() -> None:
    pair = published("NTAG21x")

    picture = picture_of(VirtualChip(NTAG213, pair.uid, signature=pair.signature))

    assert (picture["chip"], picture["version"], picture["genuine"]) == (
        *("NTAG213", "0004040201000F03", True),
    )
    assert [picture["map"][0][name] for name in ("page", "use")] == ["00", "UID"]
    assert picture["cc_says"] == {
        "is_ndef": True,
        "version": "1.0",
        "data_bytes": 144,
        "is_read_only": False,
    }


def test_copied_signature_is_not_genuine() -> None:
    assert (
        picture_of(VirtualChip(NTAG213, UID, signature=published("NTAG21x").signature))["genuine"]
        is False
    )


def test_signature_that_cannot_be_read_is_not_known() -> None:
    chip = listening(new_chip(NTAG213, UID), deaf_to=(READ_SIG,))

    assert picture_of(chip)["genuine"] is None


@pytest.mark.parametrize("model", [NTAG213, NTAG215, NTAG216], ids=lambda model: model.name)
def test_locks_of_a_finished_card_are_taken_apart(model: ChipModel, tmp_path: Path) -> None:
    chip = made_card(tmp_path / "l.db", "permanent", model=model)

    picture = picture_of(chip)

    last = f"{model.last_user_page:02X}"
    assert picture["locks"]["locked"] == [f"03-{last}"]
    assert picture["locks"]["frozen"][:3] == ["03-03", "04-09", "0A-0F"]
    assert picture["locks"]["frozen"][3].startswith("10-")
    assert picture["locks"]["frozen"][-1].endswith(f"-{last}")
    assert picture["config_locked"] is True


def test_configuration_and_counter_are_taken_apart(tmp_path: Path) -> None:
    chip = made_card(tmp_path / "l.db", "none", mirror="both")
    chip.nfc_counter = 41

    picture = picture_of(chip)

    assert picture["config"] | {"mirror_page": 0, "mirror_byte": 0} == {
        "mirror": "both",
        "mirror_page": 0,
        "mirror_byte": 0,
        "auth0": 255,
        "prot": False,
        "authlim": 0,
        "counts": True,
        "counter_behind_password": False,
    }
    assert picture["counter"] > 41
    assert picture["url"].startswith(f"{URL}?m={UID.hex().upper()}x")


def test_records_are_named() -> None:
    chip = spoilt_chip(SPOILT["a text"][1])

    picture = picture_of(chip)

    assert (picture["records"], picture["url"]) == (["well-known T"], None)


@pytest.mark.parametrize("fault", SPOILT)
def test_run_gives_the_reason_that_inspect_foretold(fault: str, tmp_path: Path) -> None:
    path = job_file(tmp_path, make_job())

    foretold = picture_of(spoilt_chip(SPOILT[fault][1]), "--job", path)
    ran = run_chips(make_job(), [spoilt_chip(SPOILT[fault][1])], tmp_path / "ledger.db")

    assert ran.cards[0].reason == foretold["run_reason"]
    assert foretold["run_would"].startswith(f"refuse it: {ran.cards[0].reason}, ")


STRICT = make_job()
JOBS: dict[str, tuple[str | None, Job]] = {
    "any chip": (None, make_job()),
    "another chip": ("unknown-chip", make_job(chips=["NTAG216"])),
    "genuine chips": (
        "not-genuine",
        replace(STRICT, policy=replace(STRICT.policy, require_genuine=True)),
    ),
    "a long address": ("too-small", make_job(site=f"https://{'.'.join(['a' * 60] * 3)}.example")),
}


@pytest.mark.parametrize("name", JOBS)
def test_policy_of_a_job_decides(name: str, tmp_path: Path) -> None:
    reason, job = JOBS[name]

    picture = picture_of(new_chip(NTAG213, UID), "--job", job_file(tmp_path, job))

    assert (picture["run_act"], picture["run_reason"]) == ("refuse" if reason else "write", reason)


def test_new_card_finds_no_item_where_all_are_taken(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    made_card(ledger)

    picture = picture_of(
        *(new_chip(NTAG213), "--ledger", ledger, "--job", job_file(tmp_path, make_job()))
    )

    assert picture["run_reason"] == "no-item"


def test_card_of_another_job_is_uid_booked(tmp_path: Path) -> None:
    ledger, other = tmp_path / "l.db", make_job(name="J-2", first_token="0000000000012")
    chip = made_card(ledger)

    picture = picture_of(chip, "--ledger", ledger, "--job", job_file(tmp_path, other))

    assert picture["run_reason"] == "uid-booked"


def test_done_card_that_someone_changed_would_fail(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    memory = bytearray(made_card(ledger, "none").memory)
    memory[0x20] ^= 0x01

    picture = picture_of(VirtualChip(NTAG213, UID, memory=bytes(memory)), "--ledger", ledger)

    assert (picture["run_act"], picture["run_reason"]) == ("fail", "verify-mismatch")


def test_row_is_shown_with_its_stages(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    chip = made_card(ledger, "permanent")

    row = picture_of(chip, "--ledger", ledger)["ledger"]

    assert (row["token"], row["stage"]) == (TOKEN, "booked")
    assert [stage["stage"] for stage in row["stages"]] == [
        *("begun", "written", "verified", "locked", "booked")
    ]
    assert row["stages"][0] == {
        "stage": "begun",
        "at": "2026-11-22T14:00:00.000Z",
        "station": "bench-1",
        "operator": "mona",
    }


def test_unprotected_card_would_be_encoded_again(tmp_path: Path) -> None:
    ledger, key = tmp_path / "l.db", key_file(tmp_path)
    chip = made_card(ledger)
    invoke_at(chip, "unprotect", "--ledger", ledger, "--key", key)

    picture = picture_of(chip, "--ledger", ledger)

    assert picture["run_act"] == "encode-again"


def test_begun_card_that_is_torn_would_be_finished(tmp_path: Path) -> None:
    ledger, chip, field = tmp_path / "l.db", new_chip(NTAG213, UID), VirtualField()
    field.tear(5, TearPhase.HALF)
    box = CardBox([chip], field=field)
    run_box(make_job(), box, ledger, stopping=lambda: chip.meter.writes > 4)

    picture = picture_of(chip, "--ledger", ledger)

    assert (picture["run_act"], picture["url"]) == ("finish", None)


@pytest.mark.parametrize(
    ("named", "password"), [(KEY, "ours"), (OTHER_KEY, "not-ours"), (None, "not-tried")]
)
def test_password_is_tried_with_the_key_that_is_named(
    named: Any, password: str, tmp_path: Path
) -> None:
    chip = listening(made_card(tmp_path / "l.db"))
    words = ("--key", key_file(tmp_path, named)) if named else ()

    picture = picture_of(chip, *words)

    assert picture["password"] == password
    assert (PWD_AUTH in chip.heard) == (named is not None)


def test_password_that_the_ledger_says_is_ours_is_tried_with_our_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "l.db"
    chip = made_card(ledger)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "wecard").mkdir()
    key_file(tmp_path).rename(tmp_path / "wecard" / "station.key")

    assert picture_of(chip, "--ledger", ledger)["password"] == "ours"


def test_strangers_password_is_never_tried_unasked() -> None:
    chip = chip_with(FOREIGN_PASSWORD)

    picture = picture_of(chip)

    assert (picture["password"], picture["config"]["authlim"]) == ("not-tried", 1)
    assert PWD_AUTH not in chip.heard


def test_pages_behind_our_password_are_shown(tmp_path: Path) -> None:
    secret = KEY.credentials(UID)
    pages = {0x29: "04000005", 0x2A: "80050000", 0x2B: secret.pwd.hex()}
    chip = chip_with(pages | {0x2C: secret.pack.hex() + "0000"})

    hidden = picture_of(chip)
    shown = picture_of(chip, "--key", key_file(tmp_path))

    assert list(hidden["pages"]) == ["00", "01", "02", "03", "04"]
    assert len(shown["pages"]) == NTAG213.pages
    assert shown["password"] == "ours"


@pytest.mark.parametrize("auth0", [0x00, 0x03, 0x04, 0x13, 0x29, 0x2B])
def test_all_that_is_not_hidden_is_shown(auth0: int) -> None:
    chip = chip_with({0x29: f"040000{auth0:02X}", 0x2A: "80050000"})

    assert len(picture_of(chip)["pages"]) == auth0


def test_clone_is_named_and_taken_apart_like_the_chip_that_it_is_like() -> None:
    chip = listening(new_chip(NTAG213, UID), version=CLONE)

    picture = picture_of(chip)
    words = invoke_at(listening(new_chip(NTAG213, UID), version=CLONE), "inspect").stdout

    assert (picture["chip"], picture["layout"], picture["run_reason"]) == (
        *(None, "NTAG213", "unknown-chip"),
    )
    assert len(picture["pages"]) == NTAG213.pages
    assert "unknown chip of another maker than NXP, built like an NTAG213" in words
    assert f"--allow-unknown {CLONE.hex().upper()}=NTAG213" in words


@pytest.mark.parametrize("model", [MF0UL11, NTAG213, NTAG216], ids=lambda model: model.name)
def test_chip_without_the_newer_commands_is_read_to_its_end(model: ChipModel) -> None:
    chip = listening(new_chip(model, UID), deaf_to=(GET_VERSION, FAST_READ, READ_SIG))

    picture = picture_of(chip)

    assert (picture["chip"], picture["layout"], picture["password"]) == (None, None, "unknown")
    assert len(picture["pages"]) == model.pages
    assert bytes.fromhex("".join(picture["pages"].values()))[:-8] == chip.memory[:-8]


@pytest.mark.parametrize("name", MODELS)
def test_every_chip_is_shown_and_only_read(name: str) -> None:
    chip = listening(new_chip(MODELS[name], UID))
    before = chip.memory

    picture = picture_of(chip)

    assert (picture["chip"], len(picture["pages"])) == (name, MODELS[name].pages)
    assert chip.heard <= READS
    assert chip.memory == before


def test_a_write_would_be_heard(tmp_path: Path) -> None:
    chip = listening(new_chip(NTAG213, UID))

    run_chips(make_job(), [chip], tmp_path / "l.db")

    assert not chip.heard <= READS


def test_verdict_comes_ahead_of_the_memory(tmp_path: Path) -> None:
    chip = made_card(tmp_path / "l.db", "permanent")

    lines = invoke_at(chip, "inspect").stdout.splitlines()

    assert lines[0] == f"{UID.hex().upper()}  NTAG213"
    assert lines[2].startswith("run would      refuse it: already-locked")
    assert lines[3] == f"a phone opens  {URL}  (records: well-known U)"
    memory = lines.index("pages    content      text  what")
    assert lines[memory + 1] == "00h      04 A1 B2 9F  ....  UID"
    assert any(line.startswith("0Fh-27h  00 00 00 00  ....  data, locked") for line in lines)


def test_card_that_is_taken_away_meanwhile_is_said_to_be() -> None:
    chip = TakenAway(NTAG213, UID)

    ran = invoke_at(chip, "inspect", "--json")

    assert (ran.exit_code, ran.stdout) == (6, "")
    assert "taken away" in ran.stderr


class TakenAway(VirtualChip):
    """A card that leaves when it is asked for its signature."""

    gone = False

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer, or keep silent for ever."""
        self.gone = self.gone or frame[0] == READ_SIG
        return None if self.gone else super().transceive(frame)


def test_broken_job_is_exit_4_ahead_of_any_card(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text("{")

    ran = invoke("inspect", "--reader", "sim", "--job", tmp_path / "job.json")

    assert (ran.exit_code, ran.stdout) == (4, "")


def test_no_secret_is_shown(tmp_path: Path) -> None:
    ledger, key = tmp_path / "l.db", key_file(tmp_path)
    chip, secret = made_card(ledger), KEY.credentials(UID)

    said = [
        invoke_at(chip, "inspect", "--ledger", ledger, "--key", key, *words).output
        for words in ((), ("--json",))
    ]

    told = "".join(said).lower().replace(" ", "")
    assert not any(value.hex() in told for value in (KEY.secret, secret.pwd))
