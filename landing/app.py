"""The web application: where the parts of the site are put together."""

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined

from landing.settings import Settings
from landing.storage.database import open_database
from landing.web import api, contact, files, home, ops, pictures, privacy, receipt, tap, weconnect
from landing.web.context import ChannelConverter, Clock, Services, local, url, utc_now
from landing.web.errors import install_error_pages
from landing.web.headers import install_headers
from landing.web.hosts import install_host_check
from landing.web.language import DEFAULT_LANGUAGE, asked_language, language
from landing.web.limits import install_limits
from landing.web.proxies import TrustedProxies
from landing.web.resources import PACKAGE, resource_dir
from landing.web.stylesheet import Stylesheet, read_stylesheet


def create_app(settings: Settings, *, clock: Clock = utc_now) -> Flask:
    """Put the site together for one process; ``flask.Flask`` is a WSGI application.

    Raises:
        NotMigratedError: the database is missing, or has another schema.
    """
    app = Flask("landing", static_folder=None, template_folder=str(resource_dir("templates")))
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a failure of ours gets our page
    app.url_map.merge_slashes = False  # a redirect would echo the address
    app.url_map.converters["channel"] = ChannelConverter
    app.extensions["wecard"] = Services(
        database=open_database(settings.database_url, settings.lock_path),
        settings=settings,
        clock=clock,
    )
    static = resource_dir("static")
    stylesheet = read_stylesheet(static / "site.css", static / "forms.css")
    _prepare_templates(app, stylesheet)
    install_host_check(app, settings.site_url)
    install_limits(app)
    install_headers(app, stylesheet)
    install_error_pages(app)
    for part in (tap, contact, weconnect, receipt, privacy, pictures, home, files, ops, api):
        app.register_blueprint(part.blueprint)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _prepare_templates(app: Flask, stylesheet: Stylesheet) -> None:
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    Babel(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_translation_directories=str(PACKAGE / "translations"),
        locale_selector=language,
    )
    app.jinja_env.globals.update(
        asked_language=asked_language,
        language=language,
        local=local,
        stylesheet=stylesheet,
        url=url,
    )
