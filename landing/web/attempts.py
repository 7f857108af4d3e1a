"""Count wrong tokens by the address they come from, and say when it is enough.

A right token is never locked out by a neighbour's wrong ones: it is looked up before anything is
counted. Guessing 256 bits is hopeless at any rate; what is spared is the log, and the asker, who
learns to stop. Counts live in the process and are lost with it.
"""

import ipaddress
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

WRONG_TOKENS = 10  # in a window, from one address
WINDOW = timedelta(minutes=1)
_MOST_ADDRESSES = 4096
_IPV6_HOME = 64  # bits of an address that one household is given; RFC 6177, 2


class WrongTokens:
    """Wrong tokens of late; threads may share it."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._guard = Lock()

    def add(self, address: str, *, now: datetime) -> int:
        """Count one; the seconds to wait where it is one too many, else 0."""
        key = _network(address)
        with self._guard:
            since, count = self._seen.pop(key, (now, 0))
            if now - since >= WINDOW:
                since, count = now, 0
            self._seen[key] = since, count + 1
            if len(self._seen) > _MOST_ADDRESSES:
                self._seen.popitem(last=False)
        if count < WRONG_TOKENS:
            return 0
        return max(1, round((since + WINDOW - now).total_seconds()))


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_HOME), strict=False))
