"""The site's settings, read once from variables at the edge."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from landing.contract.errors import CardUrlError
from landing.contract.url import parse_site_url
from landing.errors import SettingError

Disposition = Literal["inline", "attachment"]

SECRET_KEY_LENGTH = 32
_SQLITE = "sqlite:///"
_DISPOSITIONS: Mapping[str, Disposition] = {"inline": "inline", "attachment": "attachment"}
_POSTGRESQL = "postgresql+psycopg://"
_SAFE = r"(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"  # RFC 3986, 2.3: without the delimiters
_POSTGRESQL_PARTS = re.compile(
    rf"(?:{_SAFE}+(?::{_SAFE}*)?@)?(?:[\w.-]+|\[[\dA-Fa-f:.]+\])?(?::\d+)?/{_SAFE}+", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs from one installation to the next."""

    site_url: str
    secret_key: str
    data_dir: Path
    database_url: str
    form_min_seconds: float = 3.0
    trusted_proxies: tuple[str, ...] = ()
    miss_limit: int = 30
    counts_taps: bool = True
    vcard_disposition: Disposition = "inline"
    vcard_blank_line: bool = False

    def __repr__(self) -> str:
        return f"Settings(site_url={self.site_url!r}, data_dir={str(self.data_dir)!r})"

    @property
    def on_postgresql(self) -> bool:
        """Whether the data stand in PostgreSQL, and not in a file of ours."""
        return self.database_url.startswith(_POSTGRESQL)

    @property
    def lock_path(self) -> Path | None:
        """The lock file that every writer to SQLite waits in, beside the database."""
        if self.on_postgresql:
            return None
        return Path(self.database_url.removeprefix(_SQLITE) + ".lock")

    @property
    def pictures_dir(self) -> Path:
        """Where the pictures stand, named by their content."""
        return self.data_dir / "pictures"


def settings_from(variables: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        SettingError: one is missing or cannot be used; it is named.
    """
    data_dir = Path(variables.get("WECARD_DATA_DIR") or "var").absolute()
    return Settings(
        site_url=_site_url(variables),
        secret_key=_secret_key(variables),
        data_dir=data_dir,
        database_url=_database_url(variables, data_dir),
        form_min_seconds=_seconds(variables, "WECARD_FORM_MIN_SECONDS", 3.0),
        trusted_proxies=_networks(variables, "WECARD_TRUSTED_PROXIES"),
        miss_limit=_whole_number(variables, "WECARD_MISS_LIMIT", 30),
        counts_taps=_switch(variables, "WECARD_COUNT_TAPS", default=True),
        vcard_disposition=_disposition(variables, "WECARD_VCARD_DISPOSITION"),
        vcard_blank_line=_switch(variables, "WECARD_VCARD_BLANK_LINE", default=False),
    )


def _site_url(variables: Mapping[str, str]) -> str:
    text = variables.get("WECARD_SITE_URL", "")
    hint = "set WECARD_SITE_URL to the public address, such as https://card.example"
    if not text:
        raise SettingError("WECARD_SITE_URL", "is not set", hint)
    try:
        return parse_site_url(text)
    except CardUrlError as error:
        raise SettingError("WECARD_SITE_URL", f"cannot be used: {error}", hint) from error


def _secret_key(variables: Mapping[str, str]) -> str:
    key = variables.get("WECARD_SECRET_KEY", "")
    hint = f"set WECARD_SECRET_KEY to {SECRET_KEY_LENGTH} random characters or more, and keep it"
    if not key:
        raise SettingError("WECARD_SECRET_KEY", "is not set", hint)
    if len(key) < SECRET_KEY_LENGTH:
        raise SettingError("WECARD_SECRET_KEY", f"has only {len(key)} characters", hint)
    return key


def _database_url(variables: Mapping[str, str], data_dir: Path) -> str:
    url = variables.get("WECARD_DATABASE_URL") or f"{_SQLITE}{data_dir / 'wecard.db'}"
    if url.startswith(_POSTGRESQL):
        return _postgresql_url(url)
    path = url.removeprefix(_SQLITE)
    if path == url or path in ("", ":memory:"):
        raise SettingError(
            "WECARD_DATABASE_URL",
            "names a database that this version does not work with",
            f"set WECARD_DATABASE_URL to {_SQLITE}/path/to/wecard.db, or to"
            f" {_POSTGRESQL}NAME:PASSWORD@HOST/DATABASE, or leave it out",
        )
    if "?" in path or "%" in path:  # in an address they would mean something else
        name = "WECARD_DATABASE_URL" if variables.get("WECARD_DATABASE_URL") else "WECARD_DATA_DIR"
        hint = f"set {name} to a place without these characters"
        raise SettingError(name, "names a place with ? or % in it", hint)
    return f"{_SQLITE}{Path(path).absolute()}"


def _postgresql_url(url: str) -> str:
    """See that the address says what it seems to say; no part of it enters a message.

    A sign of a password that ends the password would make a host or a name of the rest, and those
    are told when the database cannot be reached.
    """
    try:
        parts = urlsplit(url)
        readable = parts.port != 0
    except ValueError:  # it quotes the address
        readable = False
    if not (readable and _POSTGRESQL_PARTS.fullmatch(f"{parts.netloc}{parts.path}")) or "#" in url:
        raise SettingError(
            "WECARD_DATABASE_URL",
            "is no address of a PostgreSQL database",
            f"set WECARD_DATABASE_URL to {_POSTGRESQL}NAME:PASSWORD@HOST/DATABASE, with every"
            " sign of the password that is no letter or digit written as % and two hex digits",
        ) from None
    return url


def _seconds(variables: Mapping[str, str], name: str, default: float) -> float:
    text = variables.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = -1.0
    if not 0 <= value <= 3600:
        raise SettingError(name, f"is {text!r}", f"set {name} to a number of seconds, 0 to 3600")
    return value


def _whole_number(variables: Mapping[str, str], name: str, default: int) -> int:
    text = variables.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise SettingError(name, f"is {text!r}", f"set {name} to a whole number, or 0 for none")
    return int(text)


def _switch(variables: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = variables.get(name) or ("1" if default else "0")
    if text not in ("0", "1"):
        raise SettingError(name, f"is {text!r}", f"set {name} to 1 or 0")
    return text == "1"


def _networks(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    networks = tuple(variables.get(name, "").replace(",", " ").split())
    for text in networks:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            hint = f"set {name} to addresses and networks, such as 127.0.0.1 or 10.0.0.0/8"
            fault = f"has {text!r}, which is no address or network"
            raise SettingError(name, fault, hint) from error
    return networks


def _disposition(variables: Mapping[str, str], name: str) -> Disposition:
    text = variables.get(name) or "inline"
    if text not in _DISPOSITIONS:
        raise SettingError(name, f"is {text!r}", f"set {name} to {' or '.join(_DISPOSITIONS)}")
    return _DISPOSITIONS[text]
