"""The headers that every answer to a visitor carries, and the last touch to its body."""

import hashlib

from flask import Flask, Response, request

from landing.web.compression import compress
from landing.web.context import NO_STORE
from landing.web.stylesheet import Stylesheet


def content_policy(*stylesheets: Stylesheet) -> str:
    """Write the policy of a page whose styles are these, and nothing else."""
    sources = " ".join(stylesheet.source for stylesheet in stylesheets)
    return (
        f"default-src 'none'; img-src 'self'; style-src {sources};"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def security_headers(stylesheet: Stylesheet) -> dict[str, str]:
    """List the headers of visitor pages.

    A hash for the style and no nonce: a 304 renews the header while the body in the cache would
    keep its old nonce. ``same-origin``, so that no token goes out in a Referer.
    """
    return {
        "X-Robots-Tag": "noindex, noarchive",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": content_policy(stylesheet),
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Vary": "Accept-Encoding, Accept-Language",
    }


def install_headers(app: Flask, stylesheet: Stylesheet) -> None:
    """Have every answer compressed, tagged and guarded."""
    headers = security_headers(stylesheet)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", NO_STORE)
        compress(request, response)
        if response.status_code == 200 and response.headers["Cache-Control"] != NO_STORE:
            _revalidate(response)
        for name, value in headers.items():  # a page of its own style brings its own policy
            response.headers.setdefault(name, value)
        return response


def _revalidate(response: Response) -> None:
    """Give the body a strong ETag, and answer 304 to a browser that has these very bytes."""
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request.environ)
