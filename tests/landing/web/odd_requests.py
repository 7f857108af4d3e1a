"""Requests that no browser sends, made from a seed: valid ones bent, and plain nonsense.

Every one carries ``CANARY`` in its address, its headers or both, which no answer may say again, and
``MARKUP``, which no page may hold as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from urllib.parse import quote_from_bytes

from tests.landing.web.cast import COMPANY_CARD, LOGO, MARC_CARD, PHOTO, UNKNOWN, ZOE_CARD

CANARY = "zqCanaryqz"
MARKUP = "<odd x='\">"

_TOKENS = (ZOE_CARD, MARC_CARD, COMPANY_CARD, UNKNOWN, ZOE_CARD.lower(), "7H3K9QX2MZ4DH", "")
_PATHS = (
    "/",
    "/c/{token}",
    "/Q/{token}",
    "/c/{token}/connect",
    "/c/{token}/contact.vcf",
    "/c/{token}/qr",
    "/q/{token}/connect",
    "/p/{token}",
    "/p/{token}/contact.vcf",
    "/x/{token}",
    "/x/{token}/withdraw",
    "/m/{photo}-224.webp",
    "/m/{logo}-112.png",
    "/privacy",
    "/privacy/{digest}",
    "/api/v1/jobs/{token}",
    "/api/v1/jobs/{token}/reports",
    "/healthz",
    "/readyz",
    "/metrics",
    "/favicon.ico",
    "/favicon.svg",
    "/robots.txt",
    "/static/site.css",
    "/.well-known/security.txt",
    "/index.php",
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "PRI")
_ODD_METHODS = ("get", "G", "GET" * 30, "X-Y", "PROPFIND", CANARY)
_ODD_PARTS = (
    b"\x00",
    b"\xff\xfe",
    b"\xc0\xaf",  # a slash in too many bytes
    b"\xed\xa0\x80",  # half a surrogate pair
    "é🦊\u202e".encode(),
    b"../",
    b"..;/",
    b"//",
    b"/",
    b"\\",
    b"\r\nX-Odd: 1",
    b"%2f",
    b"%",
    b"{{7*7}}",
    b"%s%n",
    b"' OR 1=1 --",
    MARKUP.encode(),
    CANARY.encode(),
    b"A" * 300,
    b"7" * 5000,
)
_QUERIES = (
    "",
    "lang=fr",
    "lang=en",
    "lang=" + CANARY,
    "code=" + ZOE_CARD,
    "code=7H3K9QX2MZ4DH",
    "code=%3Codd%20x%3D%27%22%3E",
    "code=%00%ff",
    "code=1&code=2",
    "form_token=" + CANARY,
    CANARY,
    "%",
    "%zz=%",
    "&&&===",
    "a=b;c=d",
    "lang=fr&" * 40,
    "x=" + "y" * 5000,
    "x[]=1&x[a][b]=2",
    "lang=\xe9",
    "\x86\xc1",
    "é🦊".encode().decode("latin-1"),
)
_HEADERS: dict[str, tuple[str, ...]] = {
    "Accept": ("*/*", "text/html;q=2", ";;;", CANARY, "text/vcard, application/json"),
    "Accept-Encoding": (
        "br",
        "gzip",
        "br;q=0, gzip;q=-1",
        "identity;q=0",
        "*;q=0",
        "gzip;q=" + CANARY,
    ),
    "Accept-Language": ("fr", "en-GB,en;q=0.5", "*", "fr;q=nan", "x" * 300, "en_US", "-", "\xe9"),
    "Accept-Charset": ("utf-7", CANARY),
    "Authorization": ("Bearer " + CANARY, "Bearer", "Basic !!!", "Basic eDp5", "Digest x=", "\xff"),
    "Cache-Control": ("no-cache", "only-if-cached", "max-age=" + CANARY),
    "Connection": ("close", "keep-alive", "Upgrade", "X-Odd, close"),
    "Content-Encoding": ("gzip", "br", CANARY),
    "Content-Type": (
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=b",
        "multipart/form-data; boundary=" + "b" * 300,
        "application/json",
        "text/" + CANARY,
        ";",
    ),
    "Cookie": ("a=b", "=;;=", "session=" + CANARY, "a=" + "b" * 9000, "a=" + "b" * 20_000),
    "Expect": ("100-continue", CANARY),
    "Forwarded": ("for=127.0.0.1", "for=" + CANARY),
    "From": (CANARY,),
    "Host": (
        "card.example",
        "CARD.example:443",
        "evil.example",
        "",
        "a,b",
        "[::1",
        "card.example:99999",
        "xn--",
        CANARY,
        "\xe9",
        "x" * 400,
    ),
    "If-Match": ("*", '"x"', CANARY),
    "If-Modified-Since": ("Wed, 25 Nov 2026 10:00:00 GMT", "yesterday", CANARY, "0", "\xff"),
    "If-None-Match": ("*", '"x"', 'W/"x"', '"' * 50, CANARY, ",,,", '"\xe9"'),
    "If-Range": ('"x"', "Wed, 25 Nov 2026 10:00:00 GMT", CANARY),
    "If-Unmodified-Since": ("Thu, 01 Jan 1970 00:00:00 GMT", CANARY),
    "Origin": ("null", "https://" + CANARY + ".example"),
    "Range": (
        "bytes=0-0",
        "bytes=5-1",
        "bytes=-1",
        "bytes=0-,0-,0-",
        "bytes=" + "0-1," * 200,
        "bytes=99999999999999999999-",
        "x=1",
        CANARY,
        "\xe9",
    ),
    "Referer": ("https://" + CANARY + ".example/", MARKUP),
    "Sec-Fetch-Site": ("cross-site", CANARY),
    "Sec-Purpose": ("prefetch", CANARY),
    "TE": ("trailers", CANARY),
    "Transfer-Encoding": ("chunked", "gzip, chunked", CANARY),
    "Upgrade": ("websocket", "h2c", CANARY),
    "User-Agent": ("", CANARY, MARKUP, "iPhone", "Android", "\xff" * 20, "x" * 3000),
    "X-Forwarded-For": ("127.0.0.1", "::1", "1.2.3.4, " * 50, CANARY),
    "X-Forwarded-Host": ("card.example", CANARY + ".example"),
    "X-Forwarded-Proto": ("http", "javascript", CANARY),
    "X-HTTP-Method-Override": ("DELETE",),
    "X-Odd": (CANARY, MARKUP, "y" * 17_000),
}
_FORM_WORDS = (
    "",
    "x",
    "\u202e",
    MARKUP,
    "a@b.example",
    "a@b\r\nBcc: c@d.example",
    "+33612345678",
    "\x00",
    "x" * 2000,
    "=cmd|' /C calc'!A0",
    "🦊" * 50,
)
_FORM_NAMES = (
    "given_name",
    "family_name",
    "email",
    "tel",
    "organization",
    "organization_title",
    "message",
    "share_with_owner",
    "form_token",
    "",
    "website",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRequest:
    """One request; ``target`` is percent-encoded where it must be, header values are Latin-1."""

    method: str
    target: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> bytes:
        """What is before the query, still encoded."""
        return self.target.partition(b"?")[0]

    @property
    def query(self) -> str:
        """What is behind the first question mark."""
        return self.target.partition(b"?")[2].decode("latin-1")

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for given, value in self.headers if given == name), None)


def odd_requests(random: Random, count: int) -> Iterator[OddRequest]:
    """Make ``count`` odd requests; the same ones for the same seed."""
    for _ in range(count):
        method = random.choices(("GET", "POST", "HEAD"), (60, 25, 15))[0]
        if random.random() < 0.15:
            method = random.choice(_METHODS + _ODD_METHODS)
        body = _body(random) if method not in ("GET", "HEAD") or random.random() < 0.05 else b""
        yield OddRequest(
            method=method,
            target=_target(random),
            headers=tuple(_headers(random, body)),
            body=body,
        )


def _target(random: Random) -> bytes:
    path = random.choice(_PATHS).format(
        token=random.choice(_TOKENS), photo=PHOTO, logo=LOGO, digest="f" * 64
    )
    raw = path.encode()
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 4))):
        raw = _bent(random, raw)
    if random.random() < 0.03:
        return random.choice((b"*", b"", b"evil.example:443", b"http://evil.example/", b"?", raw))
    safe = random.choice(("/", "/%", "/%<>\"'{}"))
    encoded = quote_from_bytes(raw, safe=safe).encode()
    query = random.choice(_QUERIES) if random.random() < 0.4 else ""
    return encoded + (b"?" + query.encode("latin-1") if query else b"")


def _bent(random: Random, raw: bytes) -> bytes:
    """Put something odd into a path, take something out, or turn its letters."""
    at = random.randrange(1, len(raw) + 1)
    match random.randrange(5):
        case 0:
            return raw[:at] + random.choice(_ODD_PARTS) + raw[at:]
        case 1:
            return raw[:at] + random.randbytes(random.randrange(1, 9)) + raw[at:]
        case 2:
            return raw[:at] + raw[at + random.randrange(1, 5) :]
        case 3:
            return raw.swapcase()
        case _:
            return raw + b"/" + random.choice(_ODD_PARTS)


def _headers(random: Random, body: bytes) -> Iterator[tuple[str, str]]:
    names = random.sample(tuple(_HEADERS), random.choice((0, 1, 2, 3, 5, 8)))
    if "Host" not in names:
        yield "Host", "card.example"
    for name in names:
        value = random.choice(_HEADERS[name])
        if random.random() < 0.1:
            value += "".join(chr(random.randrange(32, 256)) for _ in range(random.randrange(1, 40)))
        yield name, value
    if body and "Content-Type" not in names:
        yield "Content-Type", "application/x-www-form-urlencoded"
    if body and random.random() < 0.95:
        length = str(len(body)) if random.random() < 0.95 else random.choice(("-1", "x", "99999"))
        yield "Content-Length", length


def _body(random: Random) -> bytes:
    match random.randrange(6):
        case 0:
            return random.randbytes(random.randrange(0, 200))
        case 1:
            return b'{"schema": "wecard-report/1", "job": ' + random.randbytes(20) + b"}"
        case 2:
            part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\nx\r\n'
            return (
                b"".join(part % random.randbytes(3) for _ in range(random.randrange(80))) + b"--b--"
            )
        case 3:
            return b"message=" + b"x" * random.choice((100, 20_000, 60_000, 70_000))
        case _:
            return "&".join(
                f"{random.choice(_FORM_NAMES)}={quote_from_bytes(word.encode())}"
                for word in random.choices(_FORM_WORDS, k=random.randrange(12))
            ).encode()
