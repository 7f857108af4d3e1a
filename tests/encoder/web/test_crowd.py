"""Many at the door: idle connections, half requests, and pages that are loaded over and over."""

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from encoder.web.stream import MOST_STREAMS
from tests.stations import PATIENCE_SECONDS, RunningStation, bench_in

IDLE, HALF = 150, 110
HALF_A_REQUEST = b"GET /state HTTP/1.1\r\nHost: 127.0.0.1"


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStation]:
    """A station that a browser came into."""
    with bench_in(tmp_path_factory.mktemp("bench")) as bench, bench.entered() as running:
        yield running


@pytest.fixture
def crowd(station: RunningStation) -> Iterator[list[socket.socket]]:
    """Connections of somebody without a cookie: the last ones have begun to ask."""
    with ExitStack() as stack:
        address = ("127.0.0.1", station.port)
        idle = [
            stack.enter_context(socket.create_connection(address, timeout=PATIENCE_SECONDS))
            for _ in range(IDLE + HALF)
        ]
        for connection in idle[IDLE:]:
            connection.sendall(HALF_A_REQUEST)
        yield idle


def test_idle_connections_shut_nobody_out(
    station: RunningStation, crowd: list[socket.socket]
) -> None:
    begun = time.monotonic()

    station.state()

    assert len(crowd) == IDLE + HALF
    assert time.monotonic() - begun < 4  # before the first of the crowd is sent away


def test_half_a_request_is_not_waited_for(
    station: RunningStation, crowd: list[socket.socket]
) -> None:
    ends = [connection.recv(1) for connection in crowd]

    assert ends == [b""] * (IDLE + HALF)
    assert station.state()


def test_page_that_is_loaded_over_and_over_is_always_served(station: RunningStation) -> None:
    answers = []

    for _ in range(2 * MOST_STREAMS):
        request = urllib.request.Request(f"{station.origin}/events", headers=station.visit.headers)
        with urllib.request.urlopen(request) as stream:
            answers.append(stream.readline())
        time.sleep(0.4)

    assert answers == [b"retry: 500\n"] * (2 * MOST_STREAMS)
