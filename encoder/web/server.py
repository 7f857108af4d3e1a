"""The station's process: the page's server on loopback, and all that stands behind it."""

import os
import resource
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from waitress.server import create_server

from encoder.errors import EncoderError
from encoder.readers import SeenReader
from encoder.web.access import Doorkeeper
from encoder.web.app import create_app
from encoder.web.board import Board
from encoder.web.controls import Controls
from encoder.web.hub import Hub
from encoder.web.memory import Memory
from encoder.web.stream import MOST_STREAMS
from encoder.web.supplies import Supplies

HOST = "127.0.0.1"
_THREADS = MOST_STREAMS + 6
_MOST_CONNECTIONS = 1000
_OTHER_FILES = 256  # descriptors for readers, the ledger, printers, the site
_IDLE_SECONDS = 5  # a browser opens another connection; half a request is not waited for
_CLEANUP_SECONDS = 1
_PAGE = """<!doctype html><meta charset="utf-8"><title>WeCard</title>
<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">WeCard</a>
"""


class Station:
    """A station that serves; ``address`` lets one browser in, once."""

    def __init__(self, door: Doorkeeper) -> None:
        self._door = door

    def new_address(self) -> str:
        """An address for one more browser."""
        return self._door.new_address()


@contextmanager
def serving(
    supplies: Supplies,
    *,
    port: int,
    list_readers: Callable[[], list[SeenReader]],
    readers: tuple[str, ...] = (),
    printer: str = "",
) -> Iterator[Station]:
    """Serve the page until the block ends; then the card at hand is finished.

    ``readers`` and ``printer``, where given, are offered in the place of the last ones.

    Raises:
        EncoderError: the port is taken, or the station's memory cannot be written.
    """
    hub = Hub()
    board = Board(hub, seconds=time.monotonic)
    memory = Memory(supplies.ledger_path)
    with _listening(port) as listener:
        own_port: int = listener.getsockname()[1]
        door = Doorkeeper(
            own_port,
            memory.now.sessions,
            lambda all_: memory.change(sessions=all_),
            seconds=time.monotonic,
        )
        controls = Controls(supplies, memory, board, list_readers=list_readers)
        bench = supplies.bench
        board.fix(station=bench.station, operator=bench.operator, delivery=None)
        _offer(memory, readers, printer)
        app = create_app(controls, board, hub, door, ledger_path=supplies.ledger_path)
        server = create_server(
            app,
            sockets=[listener],
            threads=_THREADS,
            ident=None,
            connection_limit=_connection_limit(),
            channel_timeout=_IDLE_SECONDS,
            cleanup_interval=_CLEANUP_SECONDS,
            asyncore_use_poll=True,  # select() takes no descriptor from 1,024 on
            clear_untrusted_proxy_headers=True,
        )
        thread = Thread(target=server.run, name="page", daemon=True)
        thread.start()
        controls.wake_up()
        try:
            yield Station(door)
        finally:
            controls.stop()
            hub.close()
            server.close()
            server.task_dispatcher.shutdown(timeout=1)


def _connection_limit() -> int:
    """So many that idle ones shut nobody out, and descriptors are left for the work."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return min(_MOST_CONNECTIONS, max(files - _OTHER_FILES, files // 2))


def _offer(memory: Memory, readers: tuple[str, ...], printer: str) -> None:
    if memory.now.is_open:
        return  # what is at work goes on as it was
    if readers or printer:
        memory.change(readers=readers or memory.now.readers, printer=printer or memory.now.printer)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise EncoderError(
                f"the port {port} cannot be had: {error.strerror}; no page is served",
                hint="a station may be running already; else name another port with --port",
            ) from error
        listener.listen()
        yield listener


@contextmanager
def shown_privately(address: str) -> Iterator[str]:
    """A file that leads a browser to the address: on a command line everyone could read its key."""
    handle, name = tempfile.mkstemp(prefix="wecard-", suffix=".html")  # readable by its owner alone
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_PAGE.format(address=address))
        yield Path(name).as_uri()
    finally:
        with suppress(OSError):
            Path(name).unlink()
