"""Jobs and reports over HTTP, for workstations: bearer tokens, JSON, problem documents.

Source: RFC 6750 (bearer tokens), RFC 9457 (problem documents).
"""

from dataclasses import asdict, replace

from flask import Blueprint, Response, current_app, g, request
from flask.json import dumps

from landing.contract.documents import Report, dump_job, parse_report
from landing.contract.errors import DocumentError
from landing.errors import ContradictionError, DataError
from landing.jobs.book import Booking, book_report
from landing.jobs.document import job_document
from landing.stations.tokens import station_with_token
from landing.storage.connection import Connection
from landing.storage.stations import Station, find_station, note_station_seen
from landing.web.attempts import WrongTokens
from landing.web.context import services
from landing.web.problems import API_PREFIX, problem

MAX_REPORT_BYTES = 4 * 1024 * 1024  # some 8 000 cards
MOST_FAULTS = 1000
_WRONG_TOKENS = "wecard.wrong_tokens"
_REVOKED = "This station's token was revoked; nothing was booked."

blueprint = Blueprint("api", __name__, url_prefix=f"{API_PREFIX}v1")


@blueprint.record_once
def _prepare(state: object) -> None:
    state.app.extensions[_WRONG_TOKENS] = WrongTokens()  # type: ignore[attr-defined]


@blueprint.before_request
def authorise() -> Response | None:
    """Let in who has a station's token, ahead of reading a byte of the body."""
    request.max_content_length = MAX_REPORT_BYTES
    parts, token = services(), _bearer()
    with parts.database.reading() as db:
        station = station_with_token(db, token) if token else None
    if station is None:
        return _unknown(tried=bool(token))
    if station.revoked_at is not None:
        return problem(403, _REVOKED, kind="station-revoked")
    today = parts.clock().date()
    if station.last_seen_on != today:
        with parts.database.writing() as db:
            note_station_seen(db, station.token_sha256, today)
    g.station = station
    return None


@blueprint.get("/jobs/<name>")
def show(name: str) -> Response:
    """Give a job's document."""
    settings = services().settings
    with services().database.reading() as db:
        job = job_document(db, name, site=settings.site_url, secret_key=settings.secret_key)
    if job is None:
        return _no_job()
    if not job.items:
        return problem(410, "This job was cancelled; make no card of it.", kind="job-cancelled")
    return Response(dump_job(job), mimetype="application/json")


@blueprint.post("/jobs/<name>/reports")
def take_report(name: str) -> Response:
    """Book a report: all of it or nothing, as often as it comes."""
    if request.mimetype != "application/json" or "Content-Encoding" in request.headers:
        told = "A report is sent as application/json, not compressed; nothing was booked."
        return problem(415, told, headers={"Accept": "application/json"})
    try:
        report = parse_report(request.get_data().decode("utf-8"))
    except UnicodeDecodeError:
        return problem(422, "The report is not UTF-8 text; nothing was booked.", kind="bad-report")
    except DocumentError as error:
        told = f"{error}; nothing was booked."
        return problem(422, told, kind="bad-report", where=error.where)
    if report.job != name:
        told = f"The report is of {report.job}, the address of another job; nothing was booked."
        return problem(422, told, kind="bad-report", where="job")
    return _booked(report, g.station)


def _booked(report: Report, station: Station) -> Response:
    """Book under the name that the token stands for, whatever the report says."""
    parts = services()
    try:
        with parts.database.writing() as db:
            if not _still_counts(db, station):
                return problem(403, _REVOKED, kind="station-revoked")
            done = book_report(db, replace(report, station=station.name), now=parts.clock())
    except ContradictionError as error:
        faults = [{"token": token, "fault": fault} for token, fault in error.faults[:MOST_FAULTS]]
        return problem(409, f"{error}.", kind="contradiction", hint=error.hint, faults=faults)
    except DataError:
        return _no_job()
    return _counts(done)


def _still_counts(db: Connection, station: Station) -> bool:
    """Whether the token was not revoked since it was looked at."""
    found = find_station(db, station.token_sha256)
    return found is not None and found.revoked_at is None


def _counts(done: Booking) -> Response:
    return Response(dumps(asdict(done)), mimetype="application/json")


def _bearer() -> str:
    """Read the header ourselves: the framework's reader fails on credentials of another kind."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _unknown(*, tried: bool) -> Response:
    if tried:
        wrong: WrongTokens = current_app.extensions[_WRONG_TOKENS]
        wait = wrong.add(request.remote_addr or "", now=services().clock())
        if wait:
            told = "Too many wrong tokens came from this address; wait, and set the token right."
            return problem(429, told, headers={"Retry-After": str(wait)})
    told = "A station's token is needed, and this is none that counts."
    return problem(401, told, kind="unknown-token", headers={"WWW-Authenticate": "Bearer"})


def _no_job() -> Response:
    return problem(404, "There is no such job; nothing was booked.", kind="unknown-job")
