"""The station key and the cards' passwords stay in the key file and on the chips."""

from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.chips.password import StationKey
from encoder.errors import CardFailedError
from encoder.key_file import make_key
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.station.session import Session
from tests.encoder.cli.command import events_in, invoke, job_file
from tests.encoder.kit import KEY, UID, DirectField, lying, make_job, new_chip, run_box


def secrets_of(key: StationKey, uids: list[bytes]) -> dict[str, bytes]:
    """What must not be seen: the key, and each card's PWD; PACK where it follows PWD."""
    told = {"key": key.secret, "half of the key": key.secret[:16]}
    for uid in uids:
        credentials = key.credentials(uid)
        told[f"PWD of {uid.hex()}"] = credentials.pwd
        told[f"PACK of {uid.hex()}"] = credentials.pwd[2:] + credentials.pack
    return told


def seen_in(text: bytes, hidden: dict[str, bytes]) -> list[str]:
    """The secrets that stand in a text, as they are or in hex."""
    lowered = text.lower()
    return [
        name
        for name, secret in hidden.items()
        if secret in text
        or secret.hex().encode() in lowered
        or secret.hex(" ").encode() in lowered
        or str(secret).encode() in text
    ]


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file but the key's own."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "station.key"
    }


def run_with_everything(folder: Path) -> tuple[StationKey, list[bytes], dict[str, bytes]]:
    """A run that writes all there is to write: the key, the UIDs, and what can be seen."""
    key = make_key(folder / "station.key")
    job = job_file(folder, make_job(3, protection="password"))
    words: list[str | Path] = [
        "run",
        job,
        "--reader",
        "sim",
        "--ledger",
        folder / "ledger.db",
        "--debug",
    ]
    words += ["--key", folder / "station.key", "--labels", folder / "labels"]
    ran = invoke(*words, "--report", folder / "report.json", "--json")
    shown = invoke("ledger", "show", "--ledger", folder / "ledger.db", "--json")
    exported = invoke("ledger", "export", "--ledger", folder / "ledger.db")
    uids = [bytes.fromhex(event["uid"]) for event in events_in(ran.stdout) if "token" in event]
    assert (ran.exit_code, shown.exit_code, exported.exit_code) == (0, 0, 0)
    spoken = {"run": ran.output, "show": shown.output, "export": exported.output}
    return key, uids, {name: text.encode() for name, text in spoken.items()} | files_below(folder)


def test_no_secret_is_in_any_file_or_output(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)

    key, uids, seen = run_with_everything(tmp_path)

    hidden = secrets_of(key, uids)
    assert len(uids) == 3
    assert {"ledger.db", "report.json"} < set(seen)
    assert {name: found for name, text in seen.items() if (found := seen_in(text, hidden))} == {}
    assert seen_in(caplog.text.encode(), hidden) == []


def test_the_search_finds_a_reader_s_log_of_its_frames(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1, logger="nfc")

    key, uids, _ = run_with_everything(tmp_path)

    assert seen_in(caplog.text.encode(), secrets_of(key, uids)) != []


@pytest.mark.parametrize(
    "leak", ["{0.pwd}", "{0.pwd!r}", "pwd={1}", "key {2}", "frame 1B {1}"], ids=str
)
def test_the_search_finds_a_leak(leak: str) -> None:
    credentials = KEY.credentials(UID)
    text = leak.format(credentials, credentials.pwd.hex().upper(), KEY.secret.hex())

    assert seen_in(text.encode(), secrets_of(KEY, [UID])) != []


def test_the_search_finds_bytes_in_a_binary_file() -> None:
    credentials = KEY.credentials(UID)

    assert seen_in(b"\x00" + credentials.pwd + b"\xff", secrets_of(KEY, [UID])) != []


def refusal() -> list[BaseException]:
    """The error of a chip that refuses its password, with all that led to it."""
    session = Session(DirectField(lying(new_chip(NTAG213, UID)), lambda: False), UID)
    errors: list[BaseException] = []
    with pytest.raises(CardFailedError) as caught:
        session.prove_password(KEY.credentials(UID))
    error: BaseException | None = caught.value
    while error is not None:
        errors.append(error)
        error = error.__cause__ or error.__context__
    return errors


def test_error_of_a_refused_password_does_not_tell_it() -> None:
    said = " ".join(f"{error!r} {error}" for error in refusal())

    assert len(refusal()) > 1
    assert seen_in(said.encode(), secrets_of(KEY, [UID])) == []


def test_events_and_plan_of_a_password_card_do_not_tell_it(tmp_path: Path) -> None:
    chip = VirtualChip(NTAG213, UID)

    ran = run_box(make_job(protection="password"), CardBox([chip]), tmp_path / "ledger.db", key=KEY)

    assert seen_in(repr(ran).encode(), secrets_of(KEY, [UID])) == []
