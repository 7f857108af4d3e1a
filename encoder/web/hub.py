"""What the page is told, numbered, so that a browser that comes back misses nothing."""

import secrets
from collections import deque
from dataclasses import dataclass
from threading import Condition
from typing import Any

_KEPT_MESSAGES = 256


@dataclass(frozen=True, slots=True)
class Message:
    """One state of the page; ``name`` is its id in the stream."""

    name: str
    content: dict[str, Any]


class Hub:
    """The states in their order; any number of browsers follow, each from where it stands.

    The ids of another process begin with another word, so that none is mistaken for one of ours.
    """

    def __init__(self) -> None:
        self._epoch = secrets.token_hex(4)
        self._news = Condition()
        self._number = 0
        self._messages: deque[Message] = deque(maxlen=_KEPT_MESSAGES)
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether the process is about to end."""
        return self._is_closed

    def publish(self, content: dict[str, Any]) -> None:
        """Tell everyone who follows."""
        with self._news:
            self._number += 1
            self._messages.append(Message(f"{self._epoch}-{self._number}", content))
            self._news.notify_all()

    def after(self, name: str, *, wait: float) -> list[Message]:
        """What came after the state with this id, waiting for it if there is none yet.

        Where the id is not one that is kept, the latest state alone.
        """
        with self._news:
            self._news.wait_for(lambda: self._is_closed or self._is_behind(name), wait)
            names = [message.name for message in self._messages]
            if name not in names:
                return list(self._messages)[-1:]
            return list(self._messages)[names.index(name) + 1 :]

    def close(self) -> None:
        """Let everyone go who waits."""
        with self._news:
            self._is_closed = True
            self._news.notify_all()

    def _is_behind(self, name: str) -> bool:
        return bool(self._messages) and self._messages[-1].name != name
