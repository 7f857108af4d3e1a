"""Answer under the site's own name only, so that nobody's Host header ends up in a link."""

import ipaddress

from flask import Flask, abort, request

from landing.web.proxies import FORWARDING_HEADERS

OPERATOR_PATHS = frozenset({"/healthz", "/readyz"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def site_hosts(site_url: str) -> frozenset[str]:
    """List what a browser may send as Host for the site's address, in lower case."""
    scheme, _, host = site_url.partition("://")
    hosts = {host, host.removesuffix(_DEFAULT_PORTS[scheme])}
    return frozenset(
        hosts | {name + _DEFAULT_PORTS[scheme] for name in hosts if not _has_port(name)}
    )


def install_host_check(app: Flask, site_url: str) -> None:
    """Refuse a Host other than the site's with 400; operators' paths are for loopback peers."""
    hosts = site_hosts(site_url)

    @app.before_request
    def check_host() -> None:
        if request.path in OPERATOR_PATHS:
            if not _is_local():
                abort(404)
        elif request.environ.get("HTTP_HOST", "").lower() not in hosts:
            abort(400)


def _has_port(host: str) -> bool:
    return ":" in host.rpartition("]")[2]


def _is_local() -> bool:
    """Tell whether the asker is on this machine; who was forwarded is not, whatever they say."""
    if any(header in request.environ for header in FORWARDING_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
