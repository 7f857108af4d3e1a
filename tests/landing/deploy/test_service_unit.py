"""The service unit is understood by systemd, leaves little open, and says what the site needs."""

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from landing.errors import SettingError
from landing.settings import settings_from
from tests.landing.deploy.fronts import DEPLOY, replaced
from tests.processes import COMMANDS, Workshop, free_port, wait_until_ready

UNIT = DEPLOY / "systemd" / "wecard-landing.service"
EXAMPLE = DEPLOY / "systemd" / "wecard-landing.env.example"
MOST_EXPOSED = 1.5  # of 10; a service without a word about it has 9.2
OPENSSL_KEY = "0123456789abcdef" * 4


def installed(folder: Path, changes: Mapping[str, str] = {}) -> Path:
    """The unit as on a machine that has the program, at this machine's place."""
    shipped = UNIT.read_text(encoding="utf-8")
    unit = folder / UNIT.name
    places = {"/opt/wecard/bin": str(COMMANDS), **changes}
    unit.write_text(replaced(shipped, places), encoding="utf-8")
    return unit


def complaints(unit: Path) -> str:
    """What systemd does not understand, or does not find."""
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    return told.stdout + told.stderr


def exposure(unit: Path) -> float:
    """How much systemd says that the service could reach, from 0 to 10."""
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (level,) = re.findall(r"Overall exposure level for \S+: (\d+\.\d)", told)
    return float(level)


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    assert complaints(installed(tmp_path)) == ""


@pytest.mark.parametrize(
    "changes",
    [{"ProtectSystem=strict": "ProtectSytem=strict"}, {"/wecard-landing serve": "/wecard serve"}],
)
def test_wrong_unit_would_be_noticed(changes: dict[str, str], tmp_path: Path) -> None:
    assert complaints(installed(tmp_path, changes))


def test_service_reaches_little(tmp_path: Path) -> None:
    assert exposure(installed(tmp_path)) <= MOST_EXPOSED


@pytest.mark.parametrize(
    "changes",
    [
        {"User=wecard\n": ""},
        {"CapabilityBoundingSet=\n": ""},
        {"SystemCallFilter=@system-service\nSystemCallFilter=~@privileged\n": ""},
        {"RestrictNamespaces=yes\n": "", "PrivateUsers=yes\n": ""},
    ],
)
def test_service_that_reaches_more_would_be_noticed(
    changes: dict[str, str], tmp_path: Path
) -> None:
    assert exposure(installed(tmp_path, changes)) > MOST_EXPOSED


def test_unit_runs_commands_that_there_are() -> None:
    lines = re.findall(r"(?m)^Exec\w+=(.+)$", UNIT.read_text(encoding="utf-8"))
    commands = [shlex.split(line) for line in lines]

    told = [
        subprocess.run([COMMANDS / Path(name).name, *words, "--help"], check=True)
        for name, *words in commands
    ]

    assert [words[0] for _, *words in commands] == ["migrate", "serve"]
    assert [result.returncode for result in told] == [0, 0]


def variables(text: str) -> dict[str, str]:
    """Read an environment file, as far as ours go. Source: systemd.exec(5), EnvironmentFile."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_example_of_settings_is_complete() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")

    given = variables(text) | {"WECARD_SECRET_KEY": OPENSSL_KEY}

    assert settings_from(given).trusted_proxies == ("127.0.0.1",)
    with pytest.raises(SettingError):
        settings_from(variables(text))


HARD = """
import ctypes, os, sys
if ctypes.CDLL(None, use_errno=True).prctl(65, 1, 0, 0, 0):  # PR_SET_MDWE, Linux 6.3
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_site_answers_without_memory_that_is_written_and_run(tmp_path: Path) -> None:
    """``MemoryDenyWriteExecute`` takes nothing from the site. Source: prctl(2), PR_SET_MDWE."""
    workshop = Workshop(folder=tmp_path, port=free_port())
    workshop.done("wecard-landing", "migrate")
    serve: list[str | Path] = [
        COMMANDS / "wecard-landing",
        "serve",
        "--bind",
        f"127.0.0.1:{workshop.port}",
    ]

    process = subprocess.Popen(
        [sys.executable, "-c", HARD, *serve], env=workshop.variables(), stdout=subprocess.DEVNULL
    )
    try:
        if process.poll() != 77:
            wait_until_ready(f"{workshop.site}/readyz", process)
    finally:
        process.terminate()
        ended = process.wait(timeout=30)

    if ended == 77:
        pytest.skip("this kernel has no such rule for one process")
    assert ended == 0
