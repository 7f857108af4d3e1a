"""``wecard-landing serve``: answer visitors."""

import os
import sys

import click

from landing.cli.common import answer, open_site_database, read_settings, verb_options
from landing.settings import Settings


@click.command(short_help="Answer visitors.")
@click.option(
    "--bind",
    default="127.0.0.1:8000",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to listen; TLS ends at the proxy in front.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=None,
    help="Worker processes; without it one on SQLite, where one writer keeps the tail short, and"
    " one a core on PostgreSQL.",
)
@verb_options
def serve(bind: str, workers: int | None, as_json: bool) -> None:
    """Answer visitors over plain HTTP until SIGINT or SIGTERM.

    \b
    Examples:
      wecard-landing serve
      wecard-landing serve --bind 127.0.0.1:9000 --workers 2
    """
    host, port = _address(bind)
    settings = read_settings()
    from landing import server  # heavy: the web application and its server

    with open_site_database(settings):
        pass
    server.refuse_taken_address(host, port)
    workers = workers or _usual_workers(settings)
    document = {"site": settings.site_url, "bind": bind, "workers": workers}
    answer(document, f"{settings.site_url} is served at http://{bind}", as_json=as_json)
    sys.stdout.flush()
    server.serve(settings, host=host, port=port, workers=workers)


def _usual_workers(settings: Settings) -> int:
    return len(os.sched_getaffinity(0)) if settings.on_postgresql else 1


def _address(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise click.BadParameter("it reads HOST:PORT, such as 127.0.0.1:8000", param_hint="--bind")
    return host.strip("[]"), int(port)
