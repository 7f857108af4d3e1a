"""The board's states as server-sent events. Source: HTML Living Standard, 9.2."""

import json
from collections.abc import Iterator
from threading import BoundedSemaphore

from flask import Response

from encoder.web.hub import Hub

MOST_STREAMS = 12
_HEARTBEAT_SECONDS = 1.0  # a closed tab is noticed at the second write that nobody takes
_RETRY_MS = 500


class Streams:
    """The open streams: each holds a thread of the server, so there are so many and no more."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._free = BoundedSemaphore(MOST_STREAMS)

    def answer(self, last: str) -> Response:
        """A stream of all states after the one with this id; 503 when there are too many."""
        if not self._free.acquire(blocking=False):
            return Response("too many pages are open\n", 503)
        return Response(_Follow(self._hub, last, self._free), mimetype="text/event-stream")


class _Follow:
    """One browser; its place is given back when the server lets go of the answer."""

    def __init__(self, hub: Hub, last: str, place: BoundedSemaphore) -> None:
        self._events = _events(hub, last)
        self._place: BoundedSemaphore | None = place

    def __iter__(self) -> Iterator[bytes]:
        return self._events

    def close(self) -> None:
        """The browser is gone."""
        place, self._place = self._place, None
        if place is not None:
            place.release()


def _events(hub: Hub, last: str) -> Iterator[bytes]:
    yield f"retry: {_RETRY_MS}\n\n".encode()
    while not hub.is_closed:
        messages = hub.after(last, wait=_HEARTBEAT_SECONDS)
        fresh = [message for message in messages if message.name != last]
        for message in fresh:
            text = json.dumps(message.content, ensure_ascii=False)
            yield f"id: {message.name}\ndata: {text}\n\n".encode()
            last = message.name
        if not fresh:
            yield b": still here\n\n"
