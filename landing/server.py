"""Serve the site with granian: worker processes that live and die with their parent.

Two things differ from granian's own supervisor: a worker that dies is always replaced, however
often it happens (granian gives up after two deaths in 5.5 s), and no worker outlives a parent
that was killed.
"""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing.util import Finalize
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from landing.app import create_app
from landing.errors import SettingError
from landing.settings import Settings

# Per worker. More of them wait for the interpreter instead of answering: at 32 connections two
# answer 1.4 times the taps of four, and twice those of eight. A slow visitor holds one.
BLOCKING_THREADS = 2
STOP_SECONDS = 10  # what a worker may take to finish its requests
# What is above the site's own limits and below this is answered with the site's page; what is
# above, or is no HTTP, gets a bare 400, 414 or 431 from the server, and no worker sees it.
HEAD_BYTES = 64 * 1024
# For a request's head, and for an idle connection: longer than the proxies keep one (10 s), so
# that they never send a form into a connection that is being closed.
HEAD_SECONDS = 20
_RESPAWN_PAUSE_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1  # prctl(2)


def refuse_taken_address(host: str, port: int) -> None:
    """See that the address can be bound, before anybody is told that it is served.

    Raises:
        SettingError: it cannot; nothing was started.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise SettingError(
            "--bind",
            f"names {host}:{port}, which cannot be bound: {error}",
            "stop what listens there, or name another address with --bind HOST:PORT",
        ) from error


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve the site over plain HTTP until SIGINT or SIGTERM."""
    parent = os.getpid()

    def load_app(*_: object) -> Callable[..., Any]:
        _die_with(parent)
        _forget_settings()
        app = create_app(settings)
        counts = app.extensions["wecard"].counts
        if counts is not None:
            Finalize(None, counts.flush, exitpriority=0)  # a worker that is stopped, not killed
        return app

    _Supervisor(
        "landing.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # what proxies speak inward; HTTP/2 without TLS is for nobody
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES
        ),
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
        log_level=LogLevels.error,
    ).serve(target_loader=load_app, wrap_loader=False)


def _forget_settings() -> None:
    """Leave no secret in a worker's variables: granian copies them into each request's environ."""
    for name in [name for name in os.environ if name.startswith("WECARD_")]:
        del os.environ[name]


class _Supervisor(MPServer):
    """granian's parent process, with another answer to a worker's death."""

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        while True:
            self.main_loop_interrupt.wait()
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            workers: list[Any] = self.wrks
            dead = [index for index, worker in enumerate(workers) if not worker.is_alive()]
            self.interrupt_children.clear()
            if dead:
                time.sleep(_RESPAWN_PAUSE_SECONDS)
                self._respawn_workers(dead, spawn_target, target_loader)


def _die_with(parent: int) -> None:
    """Have the kernel end this process when ``parent`` ends. Source: prctl(2)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
