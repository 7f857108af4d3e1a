"""Debian's nginx, with a configuration of ours, in the foreground, on this machine alone."""

import base64
import hashlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.raw_http import Answer

START_SECONDS = 20.0
_MAIN = """\
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    open_file_cache off;
    keepalive_requests 1000000000;
    keepalive_timeout 3600;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ }}
    default_type application/octet-stream;
{servers}
}}
"""
_NGINX_WRITES = frozenset(
    "content-type content-length date server etag last-modified connection".split()
)


@contextmanager
def nginx(folder: Path, servers: str, *, host: str = "127.0.0.1", port: int) -> Iterator[None]:
    """Run nginx with these ``server`` blocks until the block ends; it listens at ``port``."""
    folder.mkdir(exist_ok=True)
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is closed to anybody else
    config.write_text(_MAIN.format(folder=folder, user=user, servers=servers), encoding="utf-8")
    process = subprocess.Popen(["nginx", "-p", folder, "-c", config, "-e", folder / "error.log"])
    try:
        _wait_until_open(host, port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def static_server(port: int, places: str) -> str:
    """A ``server`` block of plain files."""
    return f"server {{ listen 127.0.0.1:{port}; max_ranges 0; {places} }}"


def file_place(path: str, file: Path, like: Answer, *, longer: int = 0) -> str:
    """A ``location`` that answers with a file under the headers of ``like``.

    nginx writes a few of them itself, which are as long as they are: the longest of the others is
    made ``longer``, or shorter, until the whole is as long as the answer that it copies.
    """
    copied = {name: value for name, value in like.fields if name.lower() not in _NGINX_WRITES}
    longest = max(copied, key=lambda name: len(copied[name]))
    value = copied[longest]
    copied[longest] = value + "x" * longer if longer >= 0 else value[:longer]
    added = " ".join(f"add_header {name} {_quoted(text)};" for name, text in copied.items())
    kind = _quoted(like.field("Content-Type") or "text/html; charset=utf-8")
    return f"location = {path} {{ alias {file}; default_type {kind}; {added} }}"


def certificate(folder: Path, *hosts: str) -> tuple[Path, str]:
    """Make a key and its own certificate; answer where they are, less ``.key`` and ``.crt``,
    and the hash of the public key, in base64.
    """
    folder.mkdir(exist_ok=True)
    files = folder / "site"
    names = ",".join(f"DNS:{host}" for host in hosts)
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    named = ["-subj", f"/CN={hosts[0]}", "-addext", f"subjectAltName={names}"]
    written = ["-keyout", f"{files}.key", "-out", f"{files}.crt"]
    subprocess.run([*words.split(), *named, *written], check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "pkey", "-in", f"{files}.key", "-pubout", "-outform", "DER"],
        check=True,
        capture_output=True,
    ).stdout
    return files, base64.b64encode(hashlib.sha256(public).digest()).decode()


def _quoted(text: str) -> str:
    if "$" in text or "\\" in text:
        raise AssertionError(f"nginx would read more into {text!r}")
    return '"' + text.replace('"', '\\"') + '"'


def _wait_until_open(host: str, port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"nginx ended with {process.returncode}")
        try:
            socket.create_connection((host, port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nginx did not open {host}:{port} in {START_SECONDS:.0f} s")
