"""``wecard-encoder simulate`` as its own process, with nfcpy as the reader."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nfc
import nfc.clf
import pytest

from encoder.chips.models import MODELS, NTAG213, UID_LENGTH
from encoder.cli.main import main
from encoder.readers import open_field
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.saving import saved_chips
from encoder.simulator.server import FieldServer
from tests.encoder.simulator.cast import UID, sense

COMMAND = [sys.executable, "-c", "from encoder.cli.main import main; main()", "simulate"]
PATIENCE_SECONDS = 60
WRITE_6 = bytes.fromhex("A20601020304")
MANY_POLLS = 50


class Running:
    """A ``simulate --json`` that has said what it serves."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.serving = self.event()

    def event(self) -> dict[str, Any]:
        """The next line it writes."""
        assert self.process.stdout is not None
        event: dict[str, Any] = json.loads(self.process.stdout.readline())
        return event

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end: its exit code."""
        self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(*arguments: str) -> Iterator[Running]:
    """Start the command, and never leave it behind."""
    with subprocess.Popen(
        [*COMMAND, "--json", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


@contextmanager
def reader_of(simulator: Running) -> Iterator[Any]:
    """nfcpy's frontend at what is served."""
    with nfc.ContactlessFrontend(simulator.serving["reader"]) as reader:
        yield reader


def wait_for_card(reader: Any) -> bytes:
    """Look until a card is there: its UID."""
    for _ in range(MANY_POLLS):
        target = sense(reader)
        if target is not None:
            return bytes(target.sdd_res)
    raise AssertionError("no card came")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says on stderr as it refuses its arguments."""
    with pytest.raises(SystemExit) as exit_info:
        main(["simulate", *arguments])
    assert exit_info.value.code == 2
    return capsys.readouterr().err


def test_nfcpy_finds_the_card_that_was_asked_for() -> None:
    with running("--chip", "NTAG216") as simulator, reader_of(simulator) as reader:
        uid = wait_for_card(reader)
        version = reader.exchange(b"\x60", PATIENCE_SECONDS)
        laid = simulator.event()

    assert simulator.serving["chip"] == "NTAG216"
    assert laid == {"event": "laid", "uid": uid.hex().upper(), "chip": "NTAG216"}
    assert bytes(version) == bytes.fromhex("0004040201001303")


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_with_the_card_lifted_and_kept(
    with_signal: signal.Signals, tmp_path: Path
) -> None:
    with running("--memory", str(tmp_path)) as simulator:
        with reader_of(simulator) as reader:
            uid = wait_for_card(reader)
            reader.exchange(WRITE_6, PATIENCE_SECONDS)
        code = simulator.stop(with_signal)
        events = [simulator.event()["event"] for _ in range(2)]

    (kept,) = saved_chips(tmp_path)
    assert (code, events) == (0, ["laid", "lifted"])
    assert (kept.uid, kept.memory[24:28]) == (uid, b"\x01\x02\x03\x04")


def test_background_job_of_a_shell_can_be_interrupted() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running() as simulator:
            code = simulator.stop(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)

    assert code == 0


def test_card_kept_in_the_folder_is_laid_down_first(tmp_path: Path) -> None:
    uids = []
    for _ in range(2):
        with running("--memory", str(tmp_path)) as simulator:
            with reader_of(simulator) as reader:
                uids.append(wait_for_card(reader))
            simulator.stop()

    assert uids[0] == uids[1]


def test_card_whose_size_another_chip_has_comes_back_as_itself(tmp_path: Path) -> None:
    versions = []
    for _ in range(2):
        with running("--chip", "MF0UL11", "--memory", str(tmp_path)) as simulator:
            with reader_of(simulator) as reader:
                wait_for_card(reader)
                versions.append(bytes(reader.exchange(b"\x60", PATIENCE_SECONDS)))
            simulator.stop()

    assert versions == [bytes.fromhex("0004030101000B03")] * 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", MODELS)
def test_every_chip_can_lie_in_the_simulated_reader(name: str) -> None:
    with open_field(f"sim:{name}", cards=1, chip=NTAG213) as field:
        uid = next(filter(None, (field.sense() for _ in range(MANY_POLLS))))
        version = field.exchange(b"\x60")

    assert len(uid) == UID_LENGTH
    assert version == MODELS[name].version


def test_torn_card_comes_back() -> None:
    with running("--tear", "2") as simulator, reader_of(simulator) as reader:
        torn = wait_for_card(reader)
        acknowledged = reader.exchange(WRITE_6, PATIENCE_SECONDS)
        with pytest.raises(nfc.clf.CommunicationError):
            reader.exchange(WRITE_6, PATIENCE_SECONDS)
        again = wait_for_card(reader)

    assert bytes(acknowledged) == b"\x0a"
    assert again == torn


def test_cards_are_laid_down_one_after_another() -> None:
    with running("--count", "3") as simulator, reader_of(simulator) as reader:
        uids = {bytes(target.sdd_res) for _ in range(MANY_POLLS) if (target := sense(reader))}

    assert len(uids) == 3


def test_it_says_where_to_point_the_encoder() -> None:
    with running() as simulator:
        simulator.stop()
        assert simulator.process.stderr is not None
        said = simulator.process.stderr.read()

    assert simulator.serving["reader"].startswith("udp:127.0.0.1:")
    assert simulator.serving["reader"] in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--chip", "NTAG999"], "NTAG999"),
        (["--chip", "ntag213"], "ntag213"),
        (["--count", "0"], "--count"),
        (["--tear", "0"], "--tear"),
        (["--port", "65536"], "--port"),
        (["--port", "5432"], "5432"),
        (["--memory", "/no/such/folder"], "/no/such/folder"),
        (["card"], "card"),
    ],
)
def test_wrong_usage_is_named_and_explained(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, *arguments)

    assert said.startswith("error: ")
    assert named in said
    assert "\nhint: " in said


def test_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with FieldServer(VirtualField()) as other:
        said = refused(capsys, "--port", str(other.port))

    assert f"port {other.port} cannot be served" in said


def test_file_that_is_no_chip_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "04A1B2C3D4E580.bin").write_bytes(VirtualChip(NTAG213, UID).memory[:-1])

    said = refused(capsys, "--memory", str(tmp_path))

    assert "04A1B2C3D4E580.bin has 179 bytes" in said
