"""The client: what it sends, and that nothing but the site's own yes counts as one."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from encoder.errors import SiteAwayError, SiteError, SiteRefusedError
from encoder.site import JobAddress, SiteClient, is_address, read_token
from landing.contract.documents import Report, ReportedCard, Stage, dump_report, parse_report
from tests.encoder.kit import START, TOKEN
from tests.encoder.site.counter import Asked, Reply, counter, problem, taken

STATION_TOKEN = "wcs_" + "A" * 43
CARD = ReportedCard(
    token=TOKEN,
    uid="04A1B2C3D4E580",
    chip="NTAG213",
    protection="permanent",
    genuine=None,
    digest="ab" * 32,
    operator="mona",
    stages=(
        Stage(stage="written", at=START),
        Stage(stage="verified", at=START),
        Stage(stage="locked", at=START),
    ),
)
REPORT = Report(job="J-1", station="bench-1", cards=(CARD,))
ENOUGH = 5.0  # seconds that are far more than any of these takes


def send(answer: Callable[[Asked], Reply], **limits: float) -> frozenset[str]:
    """Hand the report in at a counter that answers so."""
    with counter(answer) as served:
        return SiteClient(served.site, STATION_TOKEN, **limits).send_report(REPORT)


def test_report_goes_out_with_the_token_as_the_contract_writes_it() -> None:
    with counter(taken) as served:
        withdrawn = SiteClient(served.site, STATION_TOKEN).send_report(REPORT)

    (asked,) = served.asked
    assert withdrawn == frozenset()
    assert (asked.method, asked.path) == ("POST", "/api/v1/jobs/J-1/reports")
    assert asked.headers["Authorization"] == f"Bearer {STATION_TOKEN}"
    assert asked.headers["Content-Type"] == "application/json"
    assert parse_report(asked.body.decode()) == REPORT


def test_withdrawn_tokens_are_answered() -> None:
    assert send(lambda asked: taken(asked, withdrawn=(TOKEN,))) == {TOKEN}


GARBAGE: dict[str, Reply] = {
    "a captive portal's page": Reply(kind="text/html", body=b"<h1>Log in</h1>"),
    "an empty object": Reply(),
    "a list": Reply(body=b"[]"),
    "no JSON": Reply(body=b"{"),
    "deep nesting": Reply(body=b"[" * 100_000),
    "another job": Reply(
        body=b'{"job":"J-2","active":1,"unclaimed":0,"again":0,"unchanged":0,"withdrawn":[]}'
    ),
    "fewer cards": Reply(
        body=b'{"job":"J-1","active":0,"unclaimed":0,"again":0,"unchanged":0,"withdrawn":[]}'
    ),
    "no tokens": Reply(
        body=b'{"job":"J-1","active":0,"unclaimed":0,"again":0,"unchanged":0,"withdrawn":[{}]}'
    ),
    "a number for a token": Reply(
        body=b'{"job":"J-1","active":0,"unclaimed":0,"again":0,"unchanged":0,"withdrawn":[1]}'
    ),
    "a stranger's token": Reply(
        body=b'{"job":"J-1","active":0,"unclaimed":0,"again":0,"unchanged":0,"withdrawn":["X"]}'
    ),
    "an answer that breaks off": Reply(body=b'{"job": "J-1"', length=1000),
    "another protocol": Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
    "nothing": Reply(raw=b""),
    "a redirect": Reply(status=302, headers=(("Location", "http://127.0.0.1:1/"),)),
    "a failure": Reply(status=500, kind="text/html"),
    "a gateway's no": Reply(status=403, kind="text/html"),
    "busy": problem(429),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_what_is_no_answer_of_the_site_counts_as_none(name: str) -> None:
    with pytest.raises(SiteAwayError):
        send(lambda _: GARBAGE[name])


class Gullible(SiteClient):
    """The seeded fault: any 200 is a yes."""

    def send_report(
        self, report: Report, *, ahead: Callable[[], None] = lambda: None
    ) -> frozenset[str]:
        """Hand a report in, and believe whoever answers."""
        self._ask("POST", JobAddress(self.site, report.job).path, dump_report(report).encode())
        return frozenset()


@pytest.mark.parametrize("name", ["a captive portal's page", "no JSON", "fewer cards"])
def test_taking_any_200_for_a_yes_would_be_noticed(name: str) -> None:
    with counter(lambda _: GARBAGE[name]) as served:
        assert Gullible(served.site, STATION_TOKEN).send_report(REPORT) == frozenset()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed_with_the_token(status: int) -> None:
    with counter(taken) as other:
        moved = Reply(
            status=status, headers=(("Location", f"{other.site}/api/v1/jobs/J-1/reports"),)
        )

        with pytest.raises(SiteAwayError, match="not followed"):
            send(lambda _: moved)

    assert other.asked == []


def test_wait_that_the_site_asks_for_is_kept() -> None:
    busy = Reply(status=503, headers=(("Retry-After", "7"),))

    with pytest.raises(SiteAwayError) as caught:
        send(lambda _: busy)

    assert caught.value.wait == 7


def test_refusal_names_the_cards_and_what_to_do() -> None:
    refusal = problem(409, "It is so.", faults=[{"token": TOKEN, "fault": "bound"}, "odd", {}])

    with pytest.raises(SiteRefusedError) as caught:
        send(lambda _: refusal)

    assert caught.value.status == 409
    assert caught.value.faults == {TOKEN: "bound"}
    assert "card show" in caught.value.hint


def test_refusal_cannot_write_to_the_terminal() -> None:
    with pytest.raises(SiteRefusedError) as caught:
        send(lambda _: problem(401, "\x1b[2Jgone\n"))

    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=b"\x1b[2J\r\n\r\n"),
        Reply(kind="a/\x1b[2J"),
        problem(409, faults=[{"token": TOKEN, "fault": "\x1b[2Jgone"}]),
    ],
)
def test_no_answer_at_all_can_write_to_the_terminal(reply: Reply) -> None:
    with counter(lambda _: reply) as served, pytest.raises(SiteError) as caught:
        SiteClient(served.site, STATION_TOKEN).fetch_job(JobAddress(served.site, "J-1"))

    said = f"{caught.value} {getattr(caught.value, 'faults', '')}"
    assert "[2j" in said.lower()
    assert said.isprintable()
    assert "\\x1b" not in said


def test_site_that_drips_is_away() -> None:
    drip = Reply(body=b"{" + b" " * 10_000, drips=True)
    begun = time.monotonic()

    with pytest.raises(SiteAwayError):
        send(lambda _: drip, answer_seconds=0.3)

    assert time.monotonic() - begun < ENOUGH


def test_silent_site_is_away() -> None:
    with pytest.raises(SiteAwayError):
        send(lambda _: Reply(delay=1.0), quiet_seconds=0.2)


def test_job_that_breaks_off_is_no_job() -> None:
    torn = Reply(body=b"{}", length=3)

    with counter(lambda _: torn) as served, pytest.raises(SiteAwayError, match="broke off"):
        SiteClient(served.site, STATION_TOKEN).fetch_job(JobAddress(served.site, "J-1"))


def test_answer_without_an_end_is_not_read_to_one() -> None:
    endless = Reply(body=b" " * (2 * 1024 * 1024))

    with pytest.raises(SiteAwayError, match="longer than 1048576 bytes"):
        send(lambda _: endless)


def test_closing_ends_a_request_at_hand() -> None:
    asked, done = threading.Event(), threading.Event()

    def hold(_: Asked) -> Reply:
        asked.set()
        done.wait(ENOUGH)
        return Reply()

    with counter(hold) as served:
        client = SiteClient(served.site, STATION_TOKEN)

        def close_when_asked() -> None:
            asked.wait(ENOUGH)
            client.close()

        closer = threading.Thread(target=close_when_asked)
        closer.start()

        with pytest.raises(SiteAwayError):
            client.send_report(REPORT)

        done.set()
        closer.join()
    with pytest.raises(SiteAwayError, match="not asked any more"):
        client.send_report(REPORT)


def test_site_that_is_not_there_is_away_and_the_token_unnamed() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

        with pytest.raises(SiteAwayError, match="cannot be reached") as caught:
            SiteClient(f"http://127.0.0.1:{port}", STATION_TOKEN).send_report(REPORT)

    assert STATION_TOKEN not in str(caught.value)


def test_certificate_that_nobody_vouches_for_ends_it_ahead_of_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path)

    with _tls_site(certificate) as (site, heard):
        with pytest.raises(SiteAwayError, match="cannot prove who it is"):
            SiteClient(site, STATION_TOKEN).send_report(REPORT)
        strangers = bytes(heard)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(SiteAwayError):  # it is no HTTP server, but it hears us now
            SiteClient(site, STATION_TOKEN).send_report(REPORT)

    assert strangers == b""
    assert STATION_TOKEN.encode() in heard


@pytest.mark.parametrize(
    "text",
    [
        "http://card.example/api/v1/jobs/J-1",
        "https://card.example/api/v1/jobs/",
        "https://card.example/api/v1/jobs/J-1/reports",
        "https://card.example/api/v1/jobs/../J-1",
        "https://card.example/jobs/J-1",
        "https://user:word@card.example/api/v1/jobs/J-1",
        "https://card.example/deeper/api/v1/jobs/J-1",
        "https://card.example/api/v1/jobs/J-1?x=1",
        "https://",
    ],
)
def test_other_addresses_are_refused(text: str) -> None:
    assert is_address(text)
    with pytest.raises(SiteError, match="no card was touched"):
        JobAddress.parse(text)


def test_address_is_site_and_job() -> None:
    address = JobAddress.parse("https://card.example/api/v1/jobs/J-2026-0001")

    assert (address.site, address.job) == ("https://card.example", "J-2026-0001")
    assert str(address) == "https://card.example/api/v1/jobs/J-2026-0001"
    assert not is_address("job.json")


def test_token_is_read_from_its_file_or_the_variable(tmp_path: Path) -> None:
    path = tmp_path / "station.token"
    path.write_text(f"{STATION_TOKEN}\n")
    path.chmod(0o600)

    assert read_token(path, {}) == STATION_TOKEN
    assert read_token(None, {"WECARD_STATION_TOKEN": STATION_TOKEN}) == STATION_TOKEN


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        ("", 0o600),
        ("a\nb", 0o600),
        ("é", 0o600),
        ("a b", 0o600),
        ("x" * 600, 0o600),
        ("ok", 0o640),
        ("ok", 0o604),
    ],
)
def test_file_that_is_no_token_is_refused_without_quoting_it(
    tmp_path: Path, content: str, mode: int
) -> None:
    path = tmp_path / "t"
    path.write_text(content)
    path.chmod(mode)

    with pytest.raises(SiteError, match="nothing was sent") as caught:
        read_token(path, {"WECARD_STATION_TOKEN": STATION_TOKEN})

    assert "x" * 20 not in str(caught.value)


def test_missing_token_names_both_ways() -> None:
    with pytest.raises(SiteError) as caught:
        read_token(None, {})

    assert "--token-file" in caught.value.hint
    assert "WECARD_STATION_TOKEN" in caught.value.hint


def _certificate(folder: Path) -> Path:
    """A key and a certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "site.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def _tls_site(certificate: Path) -> Iterator[tuple[str, bytearray]]:
    """A TLS server that listens for a moment and hangs up; what it heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard = bytearray()
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(line, server_side=True) as secure:
                    heard.extend(secure.recv(4096))
            except OSError:
                line.close()

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.getsockname()[1]}", heard
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
