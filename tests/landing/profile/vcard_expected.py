"""What the vCard of a profile has to say, written down a second time and in another way.

The writer goes from fields to lines; this goes from the rules to what a reader must find.
"""

import re
import unicodedata
from urllib.parse import quote

from landing.profile.model import Profile
from tests.landing.profile.vcard_reader import Field, Value

COUNTRIES = {"FR": "France", "de": "Allemagne", "ES": "Espagne", "CI": "Côte d’Ivoire"}
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def tidy(text: str) -> str:
    """A field as it should arrive: composed, LF between lines, no other control."""
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))
    return unicodedata.normalize("NFC", text).strip()


def expected_fields(profile: Profile, photo: bytes | None, note: str) -> list[Field]:
    """Every property that must be there, in order, with its decoded value; no other may be."""
    given, family, company = map(tidy, (profile.given_name, profile.family_name, profile.company))
    person = f"{given} {family}".strip(" ")
    found = [
        _field("PRODID", "-//WEMET//WeCard//FR"),
        _field("N", (family, given, "", "", "")),
        _field("FN", person or company or "WeCard"),
        _field("ORG", (company,)),
        _field("X-ABSHOWAS", "COMPANY" if company and not person else ""),
        _field("TITLE", tidy(profile.function)),
        _field("TEL", _number(profile.mobile), TYPE="CELL,VOICE"),
        _field("TEL", _number(profile.phone), TYPE="WORK,VOICE"),
        _field("TEL", _number(profile.fax), TYPE="WORK,FAX"),
        _field("EMAIL", tidy(profile.email), TYPE="WORK,INTERNET"),
        _field("ADR", _address(profile), TYPE="WORK"),
        _field("URL", _uri(profile.website)),
        *_links(profile),
        _field("NOTE", tidy(note)),
        _field("UID", tidy(f"urn:uuid:{profile.uid}")),
        _field("REV", profile.updated_at.isoformat().replace("+00:00", "Z")),
        _field("PHOTO", photo or b"", ENCODING="b", TYPE="JPEG"),
    ]
    return [each for each in found if each.name == "N" or not _is_empty(each.value)]


def _is_empty(value: Value) -> bool:
    return not (any(value) if isinstance(value, tuple) else value)


def _field(name: str, value: Value, group: str = "", **parameters: str) -> Field:
    text = value if isinstance(value, str) else "".join(value) if isinstance(value, tuple) else ""
    if not text.isascii():
        parameters["CHARSET"] = "UTF-8"
    return Field(
        group, name, tuple((key, tuple(each.split(","))) for key, each in parameters.items()), value
    )


def _number(written: str) -> str:
    number, *extension = tidy(written).split(";ext=", 1)
    return tidy("p".join([number, *filter(None, extension)]))


def _address(profile: Profile) -> tuple[str, ...]:
    street, city, postcode = map(tidy, (profile.street, profile.city, profile.postcode))
    country = tidy(COUNTRIES.get(profile.country, profile.country))
    return ("", "", street, city, "", postcode, country)


def _uri(written: str) -> str:
    return quote(tidy(written).replace("\n", ""), safe="!#$%&'()*+,-./:;=?@_~[]")


def _links(profile: Profile) -> list[Field]:
    found = []
    for number, link in enumerate(profile.links, start=1):
        label, address = tidy(link.label), _uri(link.url)
        group = f"item{number}" if label else ""
        found.append(_field("URL", address, group))
        if label and address:
            found.append(_field("X-ABLABEL", label, group))
    return found
