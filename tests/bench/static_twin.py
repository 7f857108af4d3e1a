"""nginx that answers with the tap page's very bytes, from a file: what 1.00 is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.nginx import file_place, nginx, static_server
from tests.bench.raw_http import PHONE, Answer, Line
from tests.processes import free_port

_PAGE, _KNOWN_PAGE = "/page", "/known-page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to ask, and with which headers."""

    port: int
    path: str
    headers: dict[str, str]

    @property
    def url(self) -> str:
        """The address in one."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    def ask(self) -> Answer:
        """Ask once."""
        with Line(self.port) as line:
            return line.get(self.path, self.headers)

    def as_known(self) -> "Address":
        """The same, asked by a browser that has the page already."""
        etag = self.ask().field("ETag")
        return Address(port=self.port, path=self.path, headers={**PHONE, "If-None-Match": etag})


@contextmanager
def static_twin(page: Address, folder: Path) -> Iterator[tuple[Address, Address]]:
    """Serve the page's bytes as a file; answer where: for its 200, and for its 304.

    Raises:
        AssertionError: an answer has another length than the one that it copies.
    """
    full, known = page.ask(), page.as_known().ask()
    file = folder / "page"
    file.write_bytes(full.body)
    copied = {_PAGE: full, _KNOWN_PAGE: known}
    with _serving(folder, file, copied, dict.fromkeys(copied, 0)) as addresses:
        longer = {
            address.path: copied[address.path].size - address.ask().size for address in addresses
        }
    with _serving(folder, file, copied, longer) as addresses:
        for address in addresses:
            found, wanted = address.ask(), copied[address.path]
            if (found.status, found.size, found.body) != (wanted.status, wanted.size, wanted.body):
                raise AssertionError(f"{found.head!r} is not as long as {wanted.head!r}")
        yield addresses


@contextmanager
def _serving(
    folder: Path, file: Path, copied: dict[str, Answer], longer: dict[str, int]
) -> Iterator[tuple[Address, Address]]:
    port = free_port()
    places = (
        file_place(path, file, answer, longer=longer[path]) for path, answer in copied.items()
    )
    with nginx(folder / "nginx", static_server(port, " ".join(places)), port=port):
        full = Address(port=port, path=_PAGE, headers=PHONE)
        yield full, Address(port=port, path=_KNOWN_PAGE, headers=PHONE).as_known()
