"""The web application: where the parts of the site are put together."""

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined

from landing.languages import DEFAULT_LANGUAGE, TRANSLATIONS, languages, own_name
from landing.settings import Settings
from landing.storage.database import open_database
from landing.storage.lookup import TapLookup
from landing.web import (
    activation,
    api,
    contact,
    files,
    home,
    link,
    numbers,
    ops,
    pictures,
    privacy,
    qr,
    receipt,
    tap,
    weconnect,
)
from landing.web.clock import Clock, utc_now
from landing.web.context import ChannelConverter, Services, local, url
from landing.web.errors import install_error_pages
from landing.web.headers import install_headers
from landing.web.hosts import install_host_check, site_hosts
from landing.web.kept_pages import KeptPages
from landing.web.language import asked_language, language
from landing.web.limits import install_limits
from landing.web.proxies import TrustedProxies
from landing.web.resources import resource_dir
from landing.web.styled import stylesheet_of
from landing.web.stylesheet import Stylesheet
from landing.web.tap_counts import TapCounts


def create_app(settings: Settings, *, clock: Clock = utc_now) -> Flask:
    """Put the site together for one process; ``flask.Flask`` is a WSGI application.

    Raises:
        NotMigratedError: the database is missing, or has another schema.
    """
    app = Flask("landing", static_folder=None, template_folder=str(resource_dir("templates")))
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a failure of ours gets our page
    app.url_map.merge_slashes = False  # a redirect would echo the address
    app.url_map.converters["channel"] = ChannelConverter
    database = open_database(settings.database_url, settings.lock_path)
    counts = TapCounts(database, clock) if settings.counts_taps else None
    app.extensions["wecard"] = Services(
        database=database, settings=settings, clock=clock, counts=counts
    )
    stylesheet = stylesheet_of("site", "forms")
    _prepare_templates(app, stylesheet)
    install_limits(app)
    install_host_check(app, settings.site_url)
    install_headers(app, stylesheet)
    install_error_pages(app)
    cards = (tap, activation, qr, contact, link, pictures)
    visitors = (weconnect, receipt, privacy, home, files)
    for part in (*cards, *visitors, numbers, ops, api):
        app.register_blueprint(part.blueprint)
    kept = KeptPages(
        app.wsgi_app,
        lookup=TapLookup(settings.database_url),
        hosts=site_hosts(settings.site_url),
        counts=counts,
    )
    app.wsgi_app = TrustedProxies(kept, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _prepare_templates(app: Flask, stylesheet: Stylesheet) -> None:
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    Babel(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=language,
    )
    app.jinja_env.globals.update(
        asked_language=asked_language,
        language=language,
        languages=languages,
        local=local,
        own_name=own_name,
        stylesheet=stylesheet,
        url=url,
    )
