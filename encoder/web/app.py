"""The operator's page as a Flask application."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from encoder.errors import EncoderError
from encoder.qr.code import draw
from encoder.qr.pictures import to_svg
from encoder.web import charts
from encoder.web.access import Doorkeeper, install_access
from encoder.web.board import Board
from encoder.web.controls import Controls
from encoder.web.figures import PERIODS, figures_of
from encoder.web.hub import Hub
from encoder.web.resources import station_dir
from encoder.web.stream import Streams
from encoder.web.trouble import trouble_of
from encoder.web.words import DEFAULT_LANGUAGE, LANGUAGES, words_in
from landing.contract.errors import TokenError
from landing.contract.token import parse_token

_EMPTY_PAGES = frozenset({"home", "bench", "figures"})
_MOST_BYTES = 64 * 1024 * 1024  # of a job's document


def create_app(
    controls: Controls, board: Board, hub: Hub, door: Doorkeeper, *, ledger_path: Path
) -> Flask:
    """Put the page together."""
    app = Flask(
        "station",
        template_folder=str(station_dir("templates")),
        static_folder=str(station_dir("static")),
        static_url_path="/static",
    )
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    install_access(app, door, opened=_opened, closed=_closed, empty=_EMPTY_PAGES)
    app.register_error_handler(EncoderError, _refused)
    _add_pages(app, ledger_path)
    _add_stream(app, controls, board, Streams(hub))
    _add_levers(app, controls, door)
    return app


def _add_pages(app: Flask, ledger_path: Path) -> None:
    languages = {language: words_in(language) for language in LANGUAGES}

    def words(language: str) -> dict[str, Any]:
        if language not in languages:
            raise NotFound
        return languages[language]

    @app.get("/")
    def home() -> ResponseReturnValue:
        best = request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE
        return redirect(f"/{best}/", 303)

    @app.get("/<language>/")
    def bench(language: str) -> ResponseReturnValue:
        return render_template("bench.html", words=words(language), language=language)

    @app.get("/<language>/figures")
    def figures(language: str) -> ResponseReturnValue:
        return render_template(
            "figures.html", words=words(language), language=language, period=_period()
        )

    @app.get("/figures/<language>")
    def counted(language: str) -> ResponseReturnValue:
        period = _period()
        found = figures_of(ledger_path, days=PERIODS[period], now=datetime.now(UTC))
        return render_template(
            "counted.html",
            words=words(language),
            language=language,
            figures=found,
            period=period,
            periods=PERIODS,
            charts=charts,
        )


def _period() -> str:
    period = request.args.get("days", "7")
    if period not in PERIODS:
        raise BadRequest
    return period


def _add_stream(app: Flask, controls: Controls, board: Board, streams: Streams) -> None:
    @app.get("/events")
    def events() -> Response:
        return streams.answer(request.headers.get("Last-Event-ID", ""))

    @app.get("/state")
    def state() -> Response:
        return jsonify(board.snapshot())

    @app.get("/readers")
    def readers() -> Response:
        return jsonify(controls.readers())

    @app.get("/qr/<name>.svg")
    def qr(name: str) -> Response:
        try:
            token = parse_token(name)
        except TokenError as error:
            raise NotFound from error
        site = controls.site_of(token)
        if site is None:
            raise NotFound
        return Response(to_svg(draw(site, token)), mimetype="image/svg+xml")

    @app.get("/report")
    def report() -> Response:
        job, text = controls.report()
        response = Response(text, mimetype="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{job}-report.json"'
        return response


def _add_levers(app: Flask, controls: Controls, door: Doorkeeper) -> None:
    def lever(path: str) -> Callable[[Callable[[dict[str, Any]], Any]], None]:
        def add(pull: Callable[[dict[str, Any]], Any]) -> None:
            def answer() -> ResponseReturnValue:
                return jsonify(pull(_wish()) or {})

            app.add_url_rule(f"/do/{path}", path, answer, methods=["POST"])

        return add

    lever("fetch")(lambda wish: controls.fetch_job(_word(wish, "address")))
    lever("start")(lambda wish: controls.start(_words(wish, "readers"), _word(wish, "printer")))
    lever("pause")(lambda _wish: controls.pause(paused=True))
    lever("resume")(lambda _wish: controls.pause(paused=False))
    lever("finish")(lambda _wish: controls.finish())
    lever("again")(lambda _wish: controls.again())
    lever("redo")(lambda wish: controls.redo(_word(wish, "token"), _word(wish, "uid")))
    lever("print")(lambda wish: controls.print_again(_word(wish, "token")))
    lever("print-missing")(lambda _wish: controls.print_missing())
    lever("address")(lambda _wish: {"address": door.new_address()})

    @app.post("/do/job")
    def job() -> ResponseReturnValue:
        try:
            controls.drop_job(_body().decode("utf-8"))
        except UnicodeDecodeError as error:
            raise BadRequest from error
        return jsonify({})


def _body() -> bytes:
    """What was sent, if it was sent as JSON: a form of another site cannot do that unasked."""
    if request.mimetype != "application/json":
        raise BadRequest
    return request.get_data()


def _wish() -> dict[str, Any]:
    _body()
    try:
        told = request.get_json()
    except RecursionError as error:  # too deep a nest
        raise BadRequest from error
    if not isinstance(told, dict):
        raise BadRequest
    return told


def _word(wish: dict[str, Any], name: str) -> str:
    value = wish.get(name, "")
    if not isinstance(value, str):
        raise BadRequest
    return value.strip()


def _words(wish: dict[str, Any], name: str) -> tuple[str, ...]:
    values = wish.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise BadRequest
    return tuple(values)


def _refused(error: EncoderError) -> ResponseReturnValue:
    return jsonify(trouble_of(error)), 409


def _opened(word: str) -> str:
    """What a browser sees for a moment once its key was taken: it keeps the pass."""
    return render_template("opened.html", word=word)


def _closed() -> ResponseReturnValue:
    """What a browser without a cookie sees."""
    best = request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE
    return render_template("closed.html", words=words_in(best), language=best), 401
