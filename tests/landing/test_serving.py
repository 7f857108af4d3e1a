"""``serve`` as an operator meets it: real processes, killed for real."""

import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from tests.processes import Workshop, free_port, wait_until_ready


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A migrated site with nobody in it."""
    made = Workshop(folder=tmp_path, port=free_port())
    made.done("wecard-landing", "migrate")
    return made


def test_killed_workers_are_replaced_however_often(workshop: Workshop) -> None:
    with workshop.serving("--workers", "2") as server:
        for _ in range(4):
            for worker in _children(server.pid):
                os.kill(worker, signal.SIGKILL)
            wait_until_ready(f"{workshop.site}/healthz", server)

        assert len(_wait_for_children(server.pid, 2)) == 2


def test_workers_die_with_a_killed_parent(workshop: Workshop) -> None:
    with workshop.serving("--workers", "2") as server:
        workers = _children(server.pid)

        server.kill()
        server.wait(timeout=10)

        assert len(workers) == 2
        assert _wait_until_gone(workers)


def test_stop_is_clean(workshop: Workshop) -> None:
    with workshop.serving() as server:
        server.send_signal(signal.SIGTERM)

        assert server.wait(timeout=30) == 0


def test_taken_address_is_told(workshop: Workshop) -> None:
    with workshop.serving():
        second = workshop.run("wecard-landing", "serve", "--bind", f"127.0.0.1:{workshop.port}")

    assert second.returncode == 2
    assert second.stdout == ""
    assert "error: --bind names 127.0.0.1:" in second.stderr
    assert "hint: " in second.stderr


def test_database_that_is_not_migrated_is_told_before_listening(tmp_path: Path) -> None:
    workshop = Workshop(folder=tmp_path, port=free_port())

    result = workshop.run("wecard-landing", "serve", "--bind", f"127.0.0.1:{workshop.port}")

    assert result.returncode == 4
    assert "wecard-landing migrate" in result.stderr


def test_site_answers_to_its_own_name_only(workshop: Workshop) -> None:
    with workshop.serving():
        request = urllib.request.Request(f"{workshop.site}/", headers={"Host": "evil.example"})

        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)

    with refused.value as answer:
        assert answer.code == 400


def _children(parent: int) -> list[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(pid) for pid in text.split()]


def _wait_for_children(parent: int, count: int) -> list[int]:
    for _ in range(200):
        if len(_children(parent)) == count:
            break
        time.sleep(0.05)
    return _children(parent)


def _wait_until_gone(pids: list[int]) -> bool:
    for _ in range(200):
        if not any(_is_running(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] != "Z"
