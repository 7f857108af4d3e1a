"""The worker that draws: one for many pictures, caged, replaced when it ends, never trusted."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from landing.errors import DataError
from landing.profile.pictures import Limits, PictureProcess
from tests.landing.profile.drawings import halves, saved
from tests.landing.profile.hostile import scan_bomb

PICTURE = saved(halves((120, 120)))
ROOT = Path(__file__).parents[3]


@pytest.fixture
def process() -> Iterator[PictureProcess]:
    """A process of the real limits."""
    with PictureProcess() as process:
        yield process


def test_one_worker_serves_many_pictures(process: PictureProcess) -> None:
    made = [process.take(PICTURE, "photo") for _ in range(5)]

    assert process.started == 1
    assert all(renditions == made[0] for renditions in made)


def test_refusal_costs_no_new_worker(process: PictureProcess) -> None:
    with pytest.raises(DataError):
        process.take(b"GIF89a", "photo")

    process.take(PICTURE, "photo")

    assert process.started == 1


def test_worker_is_replaced_after_so_many_pictures() -> None:
    with PictureProcess(Limits(pictures=2)) as process:
        for _ in range(5):
            process.take(PICTURE, "logo")

        assert process.started == 3


def test_worker_that_nobody_asks_ends_and_is_replaced_unseen() -> None:
    with PictureProcess(Limits(idle_seconds=1)) as process:
        process.take(PICTURE, "logo")
        worker = process.worker_id
        wait_until(lambda: not is_alive(worker))

        assert process.take(PICTURE, "logo")
        assert process.started == 2


def test_worker_that_was_killed_is_replaced_unseen(process: PictureProcess) -> None:
    process.take(PICTURE, "logo")
    worker = process.worker_id
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not is_alive(worker))

    assert process.take(PICTURE, "logo")


def test_picture_that_brings_the_worker_down_is_refused(process: PictureProcess) -> None:
    process.take(PICTURE, "logo")
    worker = process.worker_id
    _stop_while_drawing(worker, signal.SIGSEGV)

    with pytest.raises(DataError, match="brought down the process") as caught:
        process.take(scan_bomb(), "photo")

    assert caught.value.hint.startswith("open it in a picture editor")
    assert process.take(PICTURE, "logo")


def test_worker_that_stands_still_is_not_waited_for(process: PictureProcess) -> None:
    process.take(PICTURE, "logo")
    worker = process.worker_id
    os.kill(worker, signal.SIGSTOP)

    with pytest.raises(DataError, match="takes more than 2 seconds"):
        process.take(PICTURE, "logo")

    assert not is_alive(worker)
    assert process.take(PICTURE, "logo")


def test_answer_that_nobody_waited_for_is_not_the_next_pictures(process: PictureProcess) -> None:
    expected = process.take(PICTURE, "photo")
    before = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)

    try:
        with pytest.raises(KeyboardInterrupt):
            process.take(scan_bomb(), "photo")
    finally:
        signal.signal(signal.SIGALRM, before)

    assert process.take(PICTURE, "photo") == expected
    assert process.started == 2


def test_worker_is_caged_by_the_kernel(process: PictureProcess) -> None:
    process.take(PICTURE, "logo")
    worker = process.worker_id

    limits = _limits(worker)

    assert limits["Max core file size"] == limits["Max file size"] == ("0", "0")
    assert limits["Max processes"] == ("0", "0")
    assert int(limits["Max open files"][1]) < 16
    assert int(limits["Max address space"][1]) < 700_000_000
    assert int(limits["Max cpu time"][0]) < 10
    assert os.getsid(worker) == worker


def test_a_worker_without_a_cage_would_be_noticed() -> None:
    limits = _limits(os.getpid())

    assert limits["Max file size"] != ("0", "0")
    assert limits["Max address space"][1] == "unlimited"


def test_worker_inherits_no_variable_of_the_site(
    process: PictureProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECARD_SECRET_KEY", "s" * 40)
    process.take(PICTURE, "logo")
    worker = process.worker_id

    variables = Path(f"/proc/{worker}/environ").read_bytes()

    assert b"PYTHONPATH=" in variables
    assert b"WECARD" not in variables


def test_worker_ends_with_its_process(process: PictureProcess) -> None:
    process.take(PICTURE, "logo")
    worker = process.worker_id

    process.close()

    assert not is_alive(worker)


def test_worker_ends_when_its_parent_is_killed() -> None:
    program = (
        "from landing.profile.pictures import PictureProcess\n"
        "import os, signal, sys\n"
        "process = PictureProcess()\n"
        "process.take(sys.stdin.buffer.read(), 'logo')\n"
        "print(process.worker_id, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    ended = _python(program)

    worker = int(ended.stdout)
    wait_until(lambda: not is_alive(worker))
    assert ended.returncode == -signal.SIGKILL


def test_threads_share_one_worker(process: PictureProcess) -> None:
    made: list[dict[str, bytes]] = []
    threads = [
        threading.Thread(target=lambda: made.append(process.take(PICTURE, "logo")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert process.started == 1
    assert made == [made[0]] * 6


def test_a_fork_starts_a_worker_of_its_own() -> None:
    program = (
        "from landing.profile.pictures import take_picture\n"
        "import os, sys\n"
        "content = sys.stdin.buffer.read()\n"
        "take_picture(content, 'logo')\n"
        "child = os.fork()\n"
        "same = take_picture(content, 'logo') == take_picture(content, 'logo')\n"
        "if not child: os._exit(0 if same else 1)\n"
        "print(os.waitpid(child, 0)[1], same)\n"
    )

    assert _python(program).stdout == b"0 True\n"


def test_pictures_are_drawn_without_the_rights_of_root() -> None:
    program = (
        "from landing.profile.pictures import PictureProcess\n"
        "import os, sys\n"
        "with PictureProcess() as process:\n"
        "    made = process.take(sys.stdin.buffer.read(), 'photo')\n"
        "print(os.getuid() != 0, len(made))\n"
    )
    # The interpreter may lie where only root looks; the right to read is all that is left.
    reading = ("--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search")
    other = ("setpriv", "--reuid", "65534", "--clear-groups", *reading)

    ended = _python(program, *(other if os.getuid() == 0 else ()))

    assert ended.stdout == b"True 3\n"


def is_alive(process_id: int) -> bool:
    """Whether a process is there and is no zombie."""
    stat = _read(f"/proc/{process_id}/stat")
    return bool(stat) and stat.rpartition(b")")[2].split()[0] != b"Z"


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what must come."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stop_while_drawing(worker: int, sign: signal.Signals) -> None:
    """Send a signal as soon as the worker has computed for half a second more."""
    before = _processor_ticks(worker)

    def stop() -> None:
        wait_until(lambda: _processor_ticks(worker) > before + 50)
        os.kill(worker, sign)

    threading.Thread(target=stop, daemon=True).start()


def _processor_ticks(process_id: int) -> int:
    fields = _read(f"/proc/{process_id}/stat").rpartition(b")")[2].split()
    return int(fields[11]) + int(fields[12])


def _limits(process_id: int) -> dict[str, tuple[str, str]]:
    lines = _read(f"/proc/{process_id}/limits").decode().splitlines()[1:]
    return {line[:26].strip(): (line[26:47].strip(), line[47:68].strip()) for line in lines}


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _python(program: str, *before: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*before, sys.executable, "-c", program],
        input=PICTURE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=False,
    )
