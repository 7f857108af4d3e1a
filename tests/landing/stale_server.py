"""The site behind a cache of 100 ms that asks nobody: the fault that the hammer must notice.

``python -m tests.landing.stale_server PORT``, with the site's own variables.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from landing.app import create_app
from landing.settings import settings_from

STALE_SECONDS = 0.1
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def remembering(app: Application) -> Application:
    """Answer for 100 ms what was answered last to the same question."""
    kept: dict[tuple[str, str], tuple[float, Any, Any, bytes]] = {}

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        question = (environ["PATH_INFO"], environ.get("HTTP_IF_NONE_MATCH", ""))
        if question not in kept or time.monotonic() > kept[question][0] + STALE_SECONDS:
            told: list[Any] = []
            body = b"".join(app(environ, lambda *words: told.extend(words[:2])))
            kept[question] = (time.monotonic(), *told, body)
        _, status, headers, body = kept[question]
        start_response(status, headers)
        return [body]

    return answer


def main(port: str) -> None:
    """Serve until SIGTERM."""
    Server(
        "stale",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=8,
        log_level=LogLevels.error,
        websockets=False,
    ).serve(
        target_loader=lambda *_: remembering(create_app(settings_from(os.environ))),
        wrap_loader=False,
    )


if __name__ == "__main__":
    main(sys.argv[1])
