"""The site as a workstation speaks to it: one request at a time, no redirect, TLS verified.

The standard library's client is all that is needed: docs/decisions/0002-libraries.md.
"""

import json
import socket
import ssl
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from importlib.metadata import version
from threading import Lock, Timer
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from encoder.errors import SiteAwayError, SiteRefusedError
from encoder.site.address import JobAddress
from landing.contract.documents import Report, dump_report

QUIET_SECONDS = 10.0  # between two signs of life
ANSWER_SECONDS = 30.0  # for a whole answer, so that a site that drips is away, too
MAX_JOB_BYTES = 64 * 1024 * 1024
_MAX_ANSWER_BYTES = 1024 * 1024
_PIECE = 64 * 1024
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_LATER = frozenset({408, 425, 429})
_MOST_WAIT = 300.0
_HINTS = {
    401: "set the station's token right; the site makes one with: wecard-landing station new NAME",
    403: "have a new token made at the site with: wecard-landing station new NAME",
    404: "compare the job's name with the one that job new told, and the site with its own",
    409: "set these cards aside, and compare them with the site: wecard-landing card show TOKEN",
    410: "make no more cards of this job; what is done is reported by: wecard-encoder report send",
}


class SiteClient:
    """A site and a station's token for it; the token goes to no other."""

    def __init__(
        self,
        site: str,
        token: str,
        *,
        quiet_seconds: float = QUIET_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.site = site
        self._token = token
        self._quiet_seconds = quiet_seconds
        self._answer_seconds = answer_seconds
        self._line: socket.socket | None = None
        self._guard = Lock()
        self._closed = False

    def fetch_job(self, address: JobAddress) -> str:
        """The text of a job's document.

        Raises:
            SiteAwayError: there is no answer that makes sense.
            SiteRefusedError: the site does not give the job.
        """
        kind, body = self._ask("GET", address.path, limit=MAX_JOB_BYTES)
        if kind != _JSON:
            raise self._nonsense(f"{kind or 'nothing'} in the place of a job")
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._nonsense("no text in the place of a job") from error

    def send_report(
        self, report: Report, *, ahead: Callable[[], None] = lambda: None
    ) -> frozenset[str]:
        """Hand a report in; answer the tokens that the site had withdrawn.

        ``ahead`` is called when the line stands, before a byte of the report is sent; what it
        raises keeps the report here.

        Raises:
            SiteAwayError: there is no answer that makes sense; it may or may not be booked.
            SiteRefusedError: the site booked nothing of it.
        """
        path = f"{JobAddress(self.site, report.job).path}/reports"
        kind, body = self._ask("POST", path, dump_report(report).encode(), ahead=ahead)
        document = _object(body) if kind == _JSON else {}
        withdrawn = document.get("withdrawn")
        names = ("active", "unclaimed", "again", "unchanged")
        counts = [document.get(name) for name in names]
        if (
            document.get("job") != report.job
            or not _are_some_of(withdrawn, {card.token for card in report.cards})
            or sum(count for count in counts if isinstance(count, int)) + len(withdrawn)
            != len(report.cards)
        ):
            raise self._nonsense("something else than what it booked")
        return frozenset(withdrawn)

    def close(self) -> None:
        """Break off what is being asked, from whichever thread, and ask nothing more."""
        with self._guard:
            self._closed = True
        self._break_off()

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        limit: int = _MAX_ANSWER_BYTES,
        ahead: Callable[[], None] = lambda: None,
    ) -> tuple[str, bytes]:
        """Kind and body of an answer that says yes."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": f"{_JSON}, {_PROBLEM}",
            "User-Agent": f"wecard-encoder/{version('wecard')}",
        }
        if body is not None:
            headers["Content-Type"] = _JSON
        connection = self._connection()
        watchdog = Timer(self._answer_seconds, self._break_off)
        watchdog.daemon = True
        try:
            connection.connect()
            self._line = connection.sock  # the connection forgets it once the answer has begun
            watchdog.start()
            ahead()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            with answer:  # it may hold the socket longer than the connection does
                content = self._read(answer, limit)
        except ssl.SSLCertVerificationError as error:
            told = f"the site {self.site} cannot prove who it is: {error.verify_message}"
            raise SiteAwayError(f"{told}; nothing was sent") from error
        except (OSError, HTTPException, ValueError) as error:
            told = _printable(str(error)) or type(error).__name__
            raise SiteAwayError(f"the site {self.site} cannot be reached: {told}") from error
        finally:
            watchdog.cancel()
            self._line = None
            connection.close()
        return self._sorted_out(answer, content)

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.site)
        host, port = parts.hostname or "", parts.port
        connection: HTTPConnection
        if parts.scheme == "https":
            connection = HTTPSConnection(
                host, port, timeout=self._quiet_seconds, context=ssl.create_default_context()
            )
        else:
            connection = HTTPConnection(host, port, timeout=self._quiet_seconds)
        with self._guard:
            if self._closed:
                raise SiteAwayError(f"the site {self.site} is not asked any more")
        return connection

    def _read(self, answer: HTTPResponse, limit: int) -> bytes:
        """The body, if it is whole and ends somewhere."""
        pieces: list[bytes] = []
        length = 0
        while piece := answer.read1(_PIECE):
            pieces.append(piece)
            length += len(piece)
            if length > limit:
                raise HTTPException(f"its answer is longer than {limit} bytes")
        if answer.length:
            raise HTTPException("its answer broke off")
        return b"".join(pieces)

    def _break_off(self) -> None:
        """End the request at hand from another thread; closing alone would not wake a reader."""
        line = self._line
        if line is not None:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def _sorted_out(self, answer: HTTPResponse, content: bytes) -> tuple[str, bytes]:
        status, kind = answer.status, answer.headers.get_content_type()
        if status == 200:
            return kind, content
        if status in _LATER or status >= 500:
            wait = _seconds(answer.headers.get("Retry-After", ""))
            raise SiteAwayError(f"the site {self.site} answers {status}: not now", wait=wait)
        if 300 <= status < 400:
            raise self._nonsense(f"{status}, a redirect, which is not followed")
        if kind != _PROBLEM:
            raise self._nonsense(f"{status} in the manner of another program")
        raise _refusal(self.site, status, _object(content))

    def _nonsense(self, told: str) -> SiteAwayError:
        return SiteAwayError(
            f"{self.site} answers {_printable(told)}",
            hint="look whether the address is the site's own, and whether something stands between",
        )


def _refusal(site: str, status: int, document: Mapping[str, Any]) -> SiteRefusedError:
    detail, faults = document.get("detail"), document.get("faults")
    named = {
        str(entry["token"]): _printable(str(entry["fault"])[:500])
        for entry in (faults if isinstance(faults, list) else [])
        if isinstance(entry, dict) and {"token", "fault"} <= entry.keys()
    }
    told = detail[:2000].rstrip(".") if isinstance(detail, str) else "it does not say why"
    return SiteRefusedError(
        f"the site {site} refuses ({status}): {_printable(told)}",
        status=status,
        faults=named,
        hint=_HINTS.get(status, "use the encoder and the site in versions that belong together"),
    )


def _printable(text: str) -> str:
    """Words of another machine's, so that they cannot drive the terminal that shows them."""
    return "".join(sign for sign in text if sign.isprintable())


def _are_some_of(given: object, known: Set[str]) -> TypeGuard[list[str]]:
    """Whether it is a list of known tokens, each once."""
    return (
        isinstance(given, list)
        and all(isinstance(token, str) and token in known for token in given)
        and len(set(given)) == len(given)
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _seconds(text: str) -> float:
    """Source: RFC 9110, 10.2.3; a date in its place is not waited for."""
    return min(float(text), _MOST_WAIT) if text.isascii() and text.isdigit() else 0.0
