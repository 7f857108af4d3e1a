"""Our tap page and the heavy one behind one nginx, opened in turn by a phone that knows neither.

``python -m tests.bench.both_pages ADDRESS PLACE`` serves where it runs, at that address, starts
Chromium in the network namespace PLACE, and prints what it saw as JSON.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.bench.effort import IS_SHORT
from tests.bench.nginx import certificate, nginx
from tests.bench.painted import Emulated, name_painted_ms, new_phone
from tests.bench.peers.heavy_page import GZIP_LEVEL, NAME, write_heavy_page
from tests.bench.slow_link import Places
from tests.bench.tap_site import tap_site
from tests.e2e.browser import CHROMIUM, QUIET
from tests.processes import free_port

RUNS = 3 if IS_SHORT else 20
_HOST, _PEER_HOST, _OTHER_HOST = "card.example", "links.example", "other.example"
_SERVER = """
server {{
    listen {address}:{port} ssl http2;
    server_name {host};
    ssl_certificate {files}.crt;
    ssl_certificate_key {files}.key;
    ssl_protocols TLSv1.3;
    ssl_buffer_size 4k;
    {place}
}}
"""
_PROXY = """location / {{ proxy_pass http://127.0.0.1:{port}; proxy_set_header Host $http_host;
    proxy_http_version 1.1; proxy_set_header Connection ""; }}"""
_FILES = """root {folder}; gzip on; gzip_comp_level {level}; gzip_min_length 256;
    gzip_types text/css text/javascript image/svg+xml;
    types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg;
             image/jpeg jpg; font/ttf ttf; }}"""
Painted = dict[str, list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Where the two pages are, and a third to begin with."""

    ours: str
    theirs: str
    other: str  # a page of no weight on a third host
    key: str  # the certificate's, as Chromium wants to know it


def open_in_turn(address: str, chromium: str, network: Emulated | None = None) -> Painted:
    """Open both pages many times; answer when each had painted its name, in milliseconds."""
    painted: Painted = {"ours": [], "theirs": []}
    with _served(address) as pages, _browser(chromium, address, pages.key) as browser:
        for _ in range(RUNS):
            for whose, url in (("ours", pages.ours), ("theirs", pages.theirs)):
                with new_phone(browser, before=pages.other) as phone:
                    painted[whose].append(name_painted_ms(phone, url, NAME, network))
    return painted


@contextmanager
def _served(address: str) -> Iterator[Pages]:
    with tap_site() as made, ExitStack() as stack:
        port = free_port()
        site = replace(made, more={"WECARD_SITE_URL": f"https://{_HOST}:{port}"})
        heavy = site.folder / "heavy"
        heavy.mkdir()
        write_heavy_page(heavy)
        stack.enter_context(site.serving())
        folder = site.folder / "nginx"
        files, key = certificate(folder, _HOST, _PEER_HOST, _OTHER_HOST)
        servers = "".join(
            _SERVER.format(address=address, port=port, host=host, files=files, place=place)
            for host, place in (
                (_HOST, _PROXY.format(port=site.port)),
                (_PEER_HOST, _FILES.format(folder=heavy, level=GZIP_LEVEL)),
                (_OTHER_HOST, "default_type text/html; return 200 other;"),
            )
        )
        stack.enter_context(nginx(folder, servers, host=address, port=port))
        yield Pages(
            ours=f"https://{_HOST}:{port}/c/{site.new_card('zoe')}",
            theirs=f"https://{_PEER_HOST}:{port}/",
            other=f"https://{_OTHER_HOST}:{port}/",
            key=key,
        )


@contextmanager
def _browser(chromium: str, address: str, key: str) -> Iterator[Browser]:
    """Chromium that takes our certificate at once; told to overlook its fault, it calls twice."""
    own = [
        f"--host-resolver-rules=MAP *.example {address}",
        f"--ignore-certificate-errors-spki-list={key}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, *own])
        try:
            yield browser
        finally:
            browser.close()


def main(address: str, place: str) -> None:
    """Measure, with Chromium at the other end of a slow network."""
    with TemporaryDirectory() as folder:
        chromium = Path(folder) / "chromium"
        command = " ".join([*Places.inside(place), CHROMIUM])
        chromium.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        chromium.chmod(0o700)
        print(json.dumps(open_in_turn(address, str(chromium))))


if __name__ == "__main__":
    main(*sys.argv[1:])
