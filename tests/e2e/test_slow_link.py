"""The slow line of the first sight: every round trip takes its time, and nothing leads out."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.bench.slow_link import (
    ROUND_TRIP_SECONDS,
    SITE_ADDRESS,
    NoSlowLinkError,
    Places,
    slow_link,
)

_SITE = """
import socket
with socket.create_server(("{address}", 8080)) as server:
    print("up", flush=True)
    line = server.accept()[0]
    line.sendall(bytes(40_000))
    line.close()
"""
_CLIENT = """
import socket, time
begun = time.monotonic()
with socket.create_connection(("{address}", 8080)) as line:
    print(time.monotonic() - begun)
    while line.recv(65536):
        pass
    print(time.monotonic() - begun)
"""


@pytest.fixture
def places() -> Iterator[Places]:
    """Both ends of the line, where this machine lets us make one."""
    try:
        with slow_link() as made:
            yield made
    except NoSlowLinkError as error:
        pytest.skip(str(error))


def test_handshake_and_slow_start_take_their_round_trips(places: Places) -> None:
    site = [*Places.inside(places.site), sys.executable, "-c", _SITE.format(address=SITE_ADDRESS)]
    with subprocess.Popen(site, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        connected, read = _run(places.client, _CLIENT.format(address=SITE_ADDRESS))

    assert connected >= ROUND_TRIP_SECONDS
    assert read >= 2 * ROUND_TRIP_SECONDS + 8 * 40_000 / 1_600_000 - ROUND_TRIP_SECONDS / 2


def test_nothing_leads_out(places: Places) -> None:
    routes = subprocess.run(
        [*Places.inside(places.client), "ip", "route"], capture_output=True, text=True, check=True
    )

    assert SITE_ADDRESS in routes.stdout
    assert "default" not in routes.stdout
    assert "via" not in routes.stdout


def test_namespaces_go_with_the_block() -> None:
    try:
        with slow_link() as places:
            during = _namespaces()
    except NoSlowLinkError as error:
        pytest.skip(str(error))
    after = _namespaces()

    assert {places.client, places.site} <= during
    assert not {places.client, places.site} & after


def _namespaces() -> set[str]:
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
    return {line.split()[0] for line in listed.stdout.splitlines()}


def _run(place: str, script: str) -> list[float]:
    ended = subprocess.run(
        [*Places.inside(place), sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(line) for line in ended.stdout.split()]
