"""A PostgreSQL server of the tests' own: a folder, a unix socket in it, nothing on the network."""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from landing.storage.migrate import migrate

PACKAGE = "postgresql-15"
START_SECONDS = 60
_TEMPLATE = "migrated"
_SUPERUSER = "wecard"
_PR_SET_PDEATHSIG = 1  # prctl(2)
_INITDB = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
_SETTINGS = {  # nothing that is worth keeping: no wait for the disk
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(kw_only=True)
class PostgresServer:
    """A server that may be stopped and started again; each database of it is made anew."""

    folder: Path
    programs: Path
    settings: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = _SETTINGS | {"unix_socket_directories": str(self.folder)} | self.settings
        words = [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", *words],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which end the server then
                preexec_fn=_die_with_the_tests,
                **_identity(),
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server and all its processes, at once and for sure."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGQUIT)  # immediate shutdown
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=30)
        self._process = None

    def restart(self) -> None:
        """End the server with every connection, and start it again."""
        self.stop()
        self.start()

    @contextmanager
    def database(self, *, migrated: bool = True, options: str = "") -> Iterator[str]:
        """Make a database, of this version's schema if wished; answer its address."""
        name = f"t{secrets.token_hex(8)}"
        if migrated:
            self._make_template()
            options = f"TEMPLATE {_TEMPLATE}"
        self.execute(f"CREATE DATABASE {name} {options}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, database: str, *, password: str = "") -> str:
        """The address of a database as a setting has it."""
        name = f"{_SUPERUSER}:{password}" if password else _SUPERUSER
        return f"postgresql+psycopg://{name}@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the server's owner; answer its rows."""
        with psycopg.connect(
            host=str(self.folder), user=_SUPERUSER, dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(sql.SQL(statement))
            return cursor.fetchall() if cursor.description else []

    def _make_template(self) -> None:
        if not self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{_TEMPLATE}'"):
            self.execute(f"CREATE DATABASE {_TEMPLATE}")
            migrate(self.url(_TEMPLATE), None)

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def programs() -> Path | None:
    """Where the newest server's programs are; Debian keeps them out of PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    elsewhere = shutil.which("initdb")
    if not found and elsewhere:
        found = [Path(elsewhere).resolve()]
    return found[-1].parent if found else None


@contextmanager
def private_server(**settings: str) -> Iterator[PostgresServer]:
    """Run a server until the block ends; nothing of it is left. Without its package: skip."""
    where = programs()
    if where is None:
        pytest.skip(f"PostgreSQL is not installed: apt-get install {PACKAGE}")
    folder = Path(tempfile.mkdtemp(prefix="wecard-pg-"))  # short, as a socket's name must be
    server = PostgresServer(folder=folder, programs=where, settings=settings)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user="postgres")
        subprocess.run(
            [where / "initdb", *_INITDB, f"--username={_SUPERUSER}", "-D", folder / "data"],
            stdout=subprocess.DEVNULL,
            check=True,
            **_identity(),
        )
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _identity() -> dict[str, Any]:
    """Who runs the server: ourselves, or ``postgres``, as it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


def _die_with_the_tests() -> None:
    """Have the kernel end the server when the tests are killed. Source: prctl(2)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
