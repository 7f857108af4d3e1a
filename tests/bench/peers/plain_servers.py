"""Two peers on the site's own server: ``python -m tests.bench.peers.plain_servers WHICH PORT``.

``flask`` is the site as Flask renders it for every visitor anew, past everything that is laid in
front of it; ``bare N`` answers N constant bytes.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from landing.app import create_app
from landing.server import BLOCKING_THREADS
from landing.settings import settings_from

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def rendered_each_time() -> Application:
    """The site without what stands in front of Flask."""
    app = create_app(settings_from(os.environ))

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return Flask.wsgi_app(app, environ, start_response)

    return answer


def bare(length: int) -> Application:
    """An application that does nothing."""
    body = b"x" * length
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(length))]

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [body]

    return answer


def main(which: str, port: str, length: str = "0") -> None:
    """Serve until SIGTERM."""
    Server(
        which,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        log_level=LogLevels.error,
        websockets=False,
    ).serve(
        target_loader=lambda *_: rendered_each_time() if which == "flask" else bare(int(length)),
        wrap_loader=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
