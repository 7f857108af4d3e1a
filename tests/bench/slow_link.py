"""A slow network between two places on this machine that no packet leaves.

Two network namespaces, joined by a pair of TUN devices and by this process, which hands each
packet on when its time has come. Neither has another way out. The kernel's own TCP runs at both
ends, so that handshakes and slow start cost what they cost in the field. It takes root and
/dev/net/tun; ``python -m tests.bench.slow_link CLIENT SITE`` keeps the link up until its standard
input ends.
"""

import fcntl
import os
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROUND_TRIP_SECONDS = 0.150
DOWN_BITS, UP_BITS = 1_600_000, 750_000  # a second
SITE_ADDRESS, _CLIENT_ADDRESS = "198.18.0.2", "198.18.0.1"  # RFC 2544: for benches alone
_READY_SECONDS = 20
_TUN = Path("/dev/net/tun")
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h
_MOST_WAITING = 1000  # packets, as a queue of a radio cell; more are lost
_PACKET_BYTES = 2048


class NoSlowLinkError(Exception):
    """This machine does not let us make one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The two namespaces' names."""

    client: str
    site: str

    @staticmethod
    def inside(name: str) -> list[str]:
        """The words before a command that is to run there."""
        return ["ip", "netns", "exec", name]


@contextmanager
def slow_link() -> Iterator[Places]:
    """Keep a slow network up until the block ends.

    Raises:
        NoSlowLinkError: it takes root, iproute2 and TUN devices.
    """
    if os.geteuid() != 0 or not _TUN.exists():
        raise NoSlowLinkError("not root, or no TUN devices")
    places = Places(client=f"wecard-{os.getpid()}-c", site=f"wecard-{os.getpid()}-s")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.slow_link", places.client, places.site],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with process:
        try:
            if process.stdout is None or process.stdout.readline() != b"up\n":
                raise NoSlowLinkError("the namespaces could not be made")
            yield places
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(timeout=_READY_SECONDS)


@dataclass(slots=True, kw_only=True)
class _Way:
    """One direction: packets leave one after another at the line's rate, then travel."""

    source: int
    target: int
    bits: int
    free_at: float = 0.0
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)

    def take(self, now: float) -> None:
        """Take a packet in at the near end."""
        packet = os.read(self.source, _PACKET_BYTES)
        if len(self.waiting) < _MOST_WAITING:
            self.free_at = max(now, self.free_at) + 8 * len(packet) / self.bits
            self.waiting.append((self.free_at + ROUND_TRIP_SECONDS / 2, packet))

    def give(self, now: float) -> None:
        """Hand on what has arrived at the far end."""
        while self.waiting and self.waiting[0][0] <= now:
            os.write(self.target, self.waiting.popleft()[1])


def main(client: str, site: str) -> None:
    """Make both places, and carry packets between them until standard input ends."""
    with ExitStack() as stack:
        near = stack.enter_context(_place(client, _CLIENT_ADDRESS, SITE_ADDRESS))
        far = stack.enter_context(_place(site, SITE_ADDRESS, _CLIENT_ADDRESS))
        print("up", flush=True)
        up = _Way(source=near, target=far, bits=UP_BITS)
        down = _Way(source=far, target=near, bits=DOWN_BITS)
        _carry({near: up, far: down})


def _carry(ways: dict[int, _Way]) -> None:
    ended = sys.stdin.fileno()
    while True:
        due = [way.waiting[0][0] for way in ways.values() if way.waiting]
        pause = max(0.0, min(due) - time.monotonic()) if due else None
        readable, _, _ = select.select([ended, *ways], [], [], pause)
        if ended in readable:
            return
        now = time.monotonic()
        for source in readable:
            ways[source].take(now)
        for way in ways.values():
            way.give(time.monotonic())


@contextmanager
def _place(name: str, own: str, other: str) -> Iterator[int]:
    """A namespace that knows itself and the other end; answer its TUN device's descriptor."""
    device = name.replace("-", "").replace("wecard", "wc")  # 15 characters at the most
    descriptor = os.open(_TUN, os.O_RDWR)
    try:
        request = struct.pack("16sH", device.encode(), _IFF_TUN | _IFF_NO_PI)
        fcntl.ioctl(descriptor, _TUNSETIFF, request)
        _ip("netns", "add", name)
        try:
            _ip("link", "set", device, "netns", name)
            _ip("-n", name, "addr", "add", own, "peer", other, "dev", device)
            for link in ("lo", device):
                _ip("-n", name, "link", "set", link, "up")
            _forget_connections(name)
            yield descriptor
        finally:
            _ip("netns", "del", name)
    finally:
        os.close(descriptor)


def _forget_connections(name: str) -> None:
    """Let every connection begin as the first: the kernel would keep what it learned of a peer."""
    setting = "echo 1 >/proc/sys/net/ipv4/tcp_no_metrics_save"
    subprocess.run([*Places.inside(name), "sh", "-c", setting], check=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
