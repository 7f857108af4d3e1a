"""``key`` makes the station key once, and names it without giving it away."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from encoder.key_file import read_key
from tests.encoder.cli.cards import KEY, key_file
from tests.encoder.cli.command import invoke, start


def test_new_key_is_the_owners_alone_and_is_shown_by_its_id(tmp_path: Path) -> None:
    path = tmp_path / "new" / "station.key"

    made = invoke("key", "new", "--key", path, "--json")
    shown = invoke("key", "show", "--key", path, "--json")

    key = read_key(path)
    assert (made.exit_code, shown.exit_code) == (0, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(shown.stdout) == {"key_id": key.key_id, "file": str(path)}
    assert json.loads(made.stdout) == json.loads(shown.stdout)
    assert "copy" in made.stderr


def test_two_new_keys_differ(tmp_path: Path) -> None:
    ids = {
        json.loads(invoke("key", "new", "--key", tmp_path / name, "--json").stdout)["key_id"]
        for name in ("a", "b")
    }

    assert len(ids) == 2


def test_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    before = path.read_bytes()

    ran = invoke("key", "new", "--key", path)

    assert (ran.exit_code, ran.stdout, path.read_bytes()) == (4, "", before)
    assert "nothing was written" in ran.stderr


# Every write to a file fails from then on, as on a full disk.
FULL_DISK = (
    "import resource, signal; from encoder.cli.main import main;"
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); main()"
)


def test_key_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "station.key"

    ended = subprocess.run(
        [sys.executable, "-c", FULL_DISK, "key", "new", "--key", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, path.exists()) == (4, False)
    assert "nothing is left there" in ended.stderr


def test_default_key_stands_among_the_users_data(tmp_path: Path) -> None:
    env = {"XDG_DATA_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    stdout, _ = start("key", "new", env=env).communicate(timeout=60)

    assert stdout.split()[1] == str(tmp_path / "wecard" / "station.key")
    assert read_key(tmp_path / "wecard" / "station.key").key_id == stdout.split()[0]


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_key_that_others_may_read_is_exit_4(mode: int, tmp_path: Path) -> None:
    path = key_file(tmp_path)
    path.chmod(mode)

    ran = invoke("key", "show", "--key", path)

    assert (ran.exit_code, ran.stdout) == (4, "")
    assert "chmod 600" in ran.stderr


def test_pipe_and_device_are_no_keys_and_are_not_waited_for(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe", tmp_path / "device"
    os.mkfifo(pipe, 0o600)
    device.symlink_to("/dev/zero")

    ended = [start("key", "show", "--key", path) for path in (pipe, device)]
    said = [process.communicate(timeout=60) for process in ended]

    assert [process.returncode for process in ended] == [4, 4]
    assert [stdout for stdout, _ in said] == ["", ""]
    assert all("station key" in stderr for _, stderr in said)


def test_endless_file_is_no_key(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    os.truncate(path, 1 << 40)  # sparse: it takes no room

    ran = invoke("key", "show", "--key", path)

    assert (ran.exit_code, ran.stdout) == (4, "")
    assert "is no station key" in ran.stderr


def test_key_itself_is_never_told(tmp_path: Path) -> None:
    path = key_file(tmp_path)

    said = [invoke("key", verb, "--key", path, "--debug").output for verb in ("show", "new")]

    assert KEY.secret.hex() not in "".join(said).lower()
