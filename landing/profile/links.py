"""The links that a profile may show: taken apart, checked, and written anew.

A link is never passed on as it was typed, as browsers and parsers read sloppy addresses in
different ways. Source: WHATWG URL, 3 and 4 (hosts, backslashes, numeric hosts), RFC 3986,
RFC 6068 (mailto), RFC 3966 (tel), OWASP ASVS 5.0, 1.2.2.
"""

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit

import idna

MAX_LENGTH = 2000
_DEFAULT_PORTS = {"https": 443, "http": 80}
_REFUSED_CATEGORIES = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_MAX_HOST_LENGTH = 253  # RFC 1035, 2.3.4
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$'*+/=^_`{|}~.-]{1,64}", re.ASCII)
_PHONE = re.compile(r"(\+\d{3,15})(;ext=\d{1,8})?", re.ASCII)  # E.164: 15 digits at most
_PHONE_SEPARATORS = str.maketrans("", "", "-.()")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_CHARACTERS = "!$%&()*+,-./:;=@_~"
_QUERY_CHARACTERS = _PATH_CHARACTERS + "?"


class LinkError(ValueError):
    """The text is not a link that a profile may show; the message says why, not the link."""

    hint = "write the whole address, such as https://www.example.org/team"


def safe_link(text: str) -> str:
    """Read an https, http, mailto or tel link and write it anew, in plain ASCII.

    Raises:
        LinkError: it is none, or browsers and people could read it in different ways.
    """
    _refuse_odd_characters(text)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise LinkError("the link's host cannot be read") from error
    if parts.scheme in _DEFAULT_PORTS:
        return _web_link(parts)
    if parts.scheme == "mailto":
        return _mail_link(text.partition(":")[2])
    if parts.scheme == "tel":
        return _phone_link(text.partition(":")[2])
    raise LinkError("the link does not begin with https://, http://, mailto: or tel:")


def _refuse_odd_characters(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise LinkError(f"the link is longer than {MAX_LENGTH} characters")
    if "\\" in text:
        raise LinkError("the link has a backslash")
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in text):
        raise LinkError("the link has a space, a control character or an invisible one")


def _web_link(parts: SplitResult) -> str:
    if "@" in parts.netloc:
        raise LinkError("the link has a user name or password before its host")
    host = _host(parts.hostname or "")
    try:
        port = parts.port
    except ValueError as error:
        raise LinkError("the link's port is not a number up to 65535") from error
    if port == 0:
        raise LinkError("the link's port is 0")
    place = f"{parts.scheme}://{host}"
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        place += f":{port}"
    query, fragment = _quoted(parts.query), _quoted(parts.fragment)
    path = _quoted(parts.path, safe=_PATH_CHARACTERS)
    if (query or fragment) and not path:
        path = "/"
    return place + path + (query and f"?{query}") + (fragment and f"#{fragment}")


def _host(written: str) -> str:
    """The host in lower-case ASCII (punycode): a name with a dot in it, never a number."""
    if not written:
        raise LinkError("the link names no host")
    host = _in_punycode(written.lower())
    labels = host.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]) or ":" in host:
        raise LinkError("the link's host is a number instead of a name")
    if len(host) > _MAX_HOST_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise LinkError("the link's host is not a host name")
    if len(labels) < 2:
        raise LinkError("the link's host has no dot in it, so it is not public")
    return host


def _in_punycode(host: str) -> str:
    if host.isascii() and "xn--" not in host:
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise LinkError("the link's host is not a name that browsers know") from error


def _mail_link(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        raise LinkError("the mailto link is not one plain e-mail address")
    return f"mailto:{quote(local, safe=_PATH_CHARACTERS)}@{_host(domain)}"


def _phone_link(number: str) -> str:
    found = _PHONE.fullmatch(number.translate(_PHONE_SEPARATORS))
    if not found:
        raise LinkError("the tel link is not an international number such as tel:+33561000000")
    return f"tel:{found[1]}{found[2] or ''}"


def _quoted(part: str, *, safe: str = _QUERY_CHARACTERS) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=safe)
