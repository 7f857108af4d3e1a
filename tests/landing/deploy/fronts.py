"""The real nginx and the real Caddy before a real site, with the very files of deploy/."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.landing.web.cast import make_site
from tests.processes import START_SECONDS, Workshop, free_port

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
PAGES = DEPLOY / "pages"
NAME = "card.example"
PROXIES = ("nginx", "caddy")

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind(Workshop):
    """A site whose visitors come through a proxy on the same machine."""

    def variables(self) -> dict[str, str]:
        """The settings as the files in deploy/ want them."""
        return Workshop.variables(self) | {
            "WECARD_SITE_URL": f"https://{NAME}",
            "WECARD_TRUSTED_PROXIES": "127.0.0.1",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, as it went over the wire."""

    version: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The one header of this name; None when there is none."""
        found = [value for given, value in self.headers if given == name]
        assert len(found) < 2, f"{name} came {len(found)} times"
        return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A proxy that runs, and the site behind it."""

    proxy: str
    folder: Path
    http: int
    https: int
    site: Behind

    def ask(self, path: str, *words: str, scheme: str = "https") -> Answer:
        """Ask the proxy as a browser does: by name, over TLS, with HTTP/2."""
        places = (f"{NAME}:443:127.0.0.1:{self.https}", f"{NAME}:80:127.0.0.1:{self.http}")
        joined = [word for place in places for word in ("--connect-to", place)]
        secure = ["--cacert", str(self.folder / "cert.pem"), "--http2"]
        return curl(self.folder, f"{scheme}://{NAME}{path}", *joined, *secure, *words)

    def ask_directly(self, path: str, *words: str) -> Answer:
        """Ask the site itself, past the proxy."""
        return curl(self.folder, f"{self.site.site}{path}", "-H", f"Host: {NAME}", *words)

    def written(self) -> str:
        """All that the proxy has written down so far."""
        files = (file for file in (self.folder / "logs").rglob("*") if file.is_file())
        return "".join(file.read_text(encoding="utf-8") for file in files)


def curl(folder: Path, url: str, *words: str) -> Answer:
    """Run curl; answer what it received, undecoded."""
    head, body = folder / "head", folder / "body"
    body.write_bytes(b"")
    command: list[str | Path] = [
        "curl",
        "-sS",
        "--path-as-is",
        "-D",
        head,
        "-o",
        body,
        "--max-time",
        "60",
    ]
    told = subprocess.run(
        [*command, "-w", "%{http_version} %{http_code}", *words, url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    version, _, status = told.partition(" ")
    last = head.read_bytes().decode("latin-1").rstrip().split("\r\n\r\n")[-1]
    pairs = [line.partition(":") for line in last.split("\r\n")[1:]]
    return Answer(
        version=version,
        status=int(status),
        headers=[(name.lower(), value.strip()) for name, _, value in pairs],
        body=body.read_bytes(),
    )


@contextmanager
def fronted(
    proxy: str, folder: Path, *, serving: bool = True, change: Change = str
) -> Iterator[Front]:
    """Run a proxy with its file of deploy/, and the site behind it with the standing cast.

    Of the file, only ports, folders and the certificate's place are others than they are shipped;
    and what ``change`` does to it, where a test wants a file that is wrong.
    """
    (folder / "logs").mkdir(parents=True)
    make_site(folder / "site")
    make_certificate(folder)
    site = Behind(folder=folder, port=free_port(), secret="k" * 32)
    front = Front(proxy=proxy, folder=folder, http=free_port(), https=free_port(), site=site)
    start = {"nginx": _nginx, "caddy": _caddy}[proxy]
    with ExitStack() as running:
        if serving:
            running.enter_context(site.serving())
        running.enter_context(start(front, change))
        yield front


def make_certificate(folder: Path) -> None:
    """Make a certificate for the site's name that signs itself."""
    words = "req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256".split()
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    files: list[str | Path] = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(["openssl", *words, *names, *files], check=True, capture_output=True)


def replaced(text: str, places: Mapping[str, str]) -> str:
    """Put this test's places into a file of deploy/; each must be there."""
    for shipped, here in places.items():
        assert shipped in text, f"the file has no {shipped!r}"
        text = text.replace(shipped, here)
    return text


NGINX = """daemon off;
{user}
pid {folder}/nginx.pid;
events {{}}
http {{
    # As Debian ships it: the site's own file must not depend on better ones.
    sendfile on;
    gzip on;
    default_type application/octet-stream;
    access_log {folder}/logs/debian.log;
    {temporary}
    include {folder}/wecard.conf;
}}
"""


@contextmanager
def _nginx(front: Front, change: Change) -> Iterator[None]:
    shipped = (DEPLOY / "nginx" / "wecard.conf").read_text(encoding="utf-8")
    folder = front.folder
    places = {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{front.http};",
        "listen 443 ": f"listen 127.0.0.1:{front.https} ",
        "/etc/letsencrypt/live/card.example/fullchain.pem": f"{folder}/cert.pem",
        "/etc/letsencrypt/live/card.example/privkey.pem": f"{folder}/key.pem",
        "/usr/share/wecard/pages": str(PAGES),
        "/var/log/nginx/wecard": f"{folder}/logs",
        "/var/www/acme": f"{folder}/acme",
        "server 127.0.0.1:8000": f"server 127.0.0.1:{front.site.port}",
    }
    (folder / "wecard.conf").write_text(change(replaced(shipped, places)), encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    main = NGINX.format(
        folder=folder,
        user="user root;" if os.geteuid() == 0 else "",
        temporary=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds),
    )
    (folder / "nginx.conf").write_text(main, encoding="utf-8")
    command: list[str | Path] = ["nginx", "-p", folder, "-e", folder / "logs" / "start.log"]
    with _running([*command, "-c", folder / "nginx.conf"], front, {}):
        yield


@contextmanager
def _caddy(front: Front, change: Change) -> Iterator[None]:
    shipped = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    folder = front.folder
    ports = f"http_port {front.http}\n\thttps_port {front.https}\n\tdefault_bind 127.0.0.1"
    shipped_tls = "# tls /etc/caddy/wecard.pem /etc/caddy/wecard.key"
    places = {
        "auto_https disable_redirects": f"auto_https off\n\t{ports}",  # no authority is asked
        shipped_tls: f"tls {folder}/cert.pem {folder}/key.pem",
        "/usr/share/wecard/pages": str(PAGES),
        "reverse_proxy 127.0.0.1:8000": f"reverse_proxy 127.0.0.1:{front.site.port}",
    }
    (folder / "Caddyfile").write_text(change(replaced(shipped, places)), encoding="utf-8")
    command: list[str | Path] = [
        "caddy",
        "run",
        "--config",
        folder / "Caddyfile",
        "--adapter",
        "caddyfile",
    ]
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with _running(command, front, homes):
        yield


@contextmanager
def _running(command: list[str | Path], front: Front, more: Mapping[str, str]) -> Iterator[None]:
    with (front.folder / "logs" / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=stderr, stderr=stderr, env=dict(os.environ) | dict(more)
        )
        try:
            _wait_for_port(front, process)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait_for_port(front: Front, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"{front.proxy} ended:\n{front.written()}")
        try:
            socket.create_connection(("127.0.0.1", front.https), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{front.proxy} did not listen in {START_SECONDS} s")


def without(pattern: str) -> Change:
    """A change that takes a line out of a proxy's file; there must be one."""

    def change(text: str) -> str:
        changed, count = re.subn(rf"(?m)^\s*{pattern}.*\n", "", text)
        assert count, f"no line has {pattern}"
        return changed

    return change
