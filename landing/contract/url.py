"""The card's address, as it stands on the chip and in the QR code.

Chip: ``https://HOST/c/TOKEN``. QR: ``HTTPS://HOST/Q/TOKEN``, all upper-case, so that it stays in
the QR code's alphanumeric mode. The path alone tells one from the other.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from landing.contract.errors import CardUrlError, TokenError
from landing.contract.token import parse_token

Channel = Literal["chip", "qr"]

_CHANNELS: dict[str, Channel] = {"c": "chip", "q": "qr"}
_HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_MAX_HOST_LENGTH = 253  # RFC 1035, 2.3.4
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUrl:
    """A card's address, read: ``site`` has no path, ``token`` is in its plain form."""

    site: str
    token: str
    channel: Channel

    @property
    def canonical(self) -> str:
        """The chip's form of the address, whichever form was read."""
        return card_url(self.site, self.token)


def parse_site_url(text: str) -> str:
    """Read a site's public address: scheme, host, port unless usual; nothing behind it.

    Plain ``http`` is for a loopback host only: a phone must never open a card without TLS.

    Raises:
        CardUrlError: the text is not such an address.
    """
    if not text.isascii() or not text.isprintable() or " " in text:
        raise CardUrlError("a site's address is written in plain ASCII, without spaces")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise CardUrlError(f"{text!r} is not an address: {error}") from error
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise CardUrlError(f"{text!r} is not an https:// address of a site")
    if parts.path.strip("/") or "?" in text or "#" in text:
        raise CardUrlError(f"{text!r} goes on behind the host; a site's address ends there")
    if parts.scheme == "http" and not is_loopback(host):
        raise CardUrlError(f"{text!r}: plain http is for a loopback host only, use https")
    if port in (None, _DEFAULT_PORTS[parts.scheme]):
        return f"{parts.scheme}://{_checked_host(host)}"
    return f"{parts.scheme}://{_checked_host(host)}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` names this machine and no other."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def card_url(site: str, token: str) -> str:
    """Make the address that goes on the chip."""
    return f"{site}/c/{token}"


def qr_url(site: str, token: str) -> str:
    """Make the address that goes in the QR code: the alphanumeric mode's characters only."""
    return f"{site}/Q/{token}".upper()


def shared_qr_url(site: str, slug: str) -> str:
    """Make the address of a profile's own link that goes in a QR code, written likewise."""
    return f"{site}/P/{slug}".upper()


def parse_card_url(text: str) -> CardUrl:
    """Read a card's address in either form and any case.

    Raises:
        CardUrlError: the text is not a card's address.
    """
    if not text.isascii():
        raise CardUrlError("a card's address is written in plain ASCII")
    head, _, written_token = text.rpartition("/")
    origin, _, letter = head.rpartition("/")
    channel = _CHANNELS.get(letter.lower())
    if channel is None or "//" not in origin:
        raise CardUrlError(f"{text!r} is not a card's address")
    try:
        token = parse_token(written_token)
    except TokenError as error:
        raise CardUrlError(f"{text!r} is not a card's address: {error}") from error
    return CardUrl(site=parse_site_url(origin.lower()), token=token, channel=channel)


def _checked_host(host: str) -> str:
    if ":" in host:
        return _checked_ipv6(host)
    labels = host.split(".")
    if len(host) > _MAX_HOST_LENGTH or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        raise CardUrlError(f"{host!r} is not a host name")
    return host


def _checked_ipv6(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError as error:
        raise CardUrlError(f"{host!r} is not an IPv6 address") from error
    if address.scope_id is not None:
        raise CardUrlError(f"{host!r} names a network card, which no phone knows")
    return f"[{address.compressed}]"
