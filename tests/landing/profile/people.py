"""The people whose profiles are tested, and how a vCard is taken apart without our own code."""

from dataclasses import replace
from datetime import UTC, datetime

from landing.profile.model import MASKABLE, Link, Profile

ZOE = Profile(
    uid="3f1b6c9e-6f2e-4a58-9d53-1f6f1d2c7a10",
    reference="zoe",
    slug=None,
    given_name="Zoé",
    family_name="Lefèvre",
    function="Responsable commerciale",
    company="Dupont Industries",
    mobile="+33612345678",
    phone="+33561000000",
    fax="+33561000001",
    email="zoe.lefevre@dupont-industries.fr",
    street="28 rue de Caumont",
    postcode="31000",
    city="Toulouse",
    country="FR",
    website="https://dupont-industries.fr",
    links=(Link(label="LinkedIn", url="https://www.linkedin.com/in/zoe-lefevre"),),
    photo="",
    logo="",
    colour="",
    language="fr",
    visible=frozenset(MASKABLE),
    updated_at=datetime(2026, 11, 22, 14, 0, 0, tzinfo=UTC),
)
NOTHING = replace(
    ZOE,
    **{name: "" for name in MASKABLE if name != "links"},  # type: ignore[arg-type]
    links=(),
)
COMPANY = replace(ZOE, given_name="", family_name="", function="", company="Café Müller; Fils")


def physical_lines(body: bytes) -> list[bytes]:
    """The lines as they stand in the file."""
    assert body.endswith(b"\r\n")
    return body[:-2].split(b"\r\n")


def content_lines(body: bytes) -> list[str]:
    """The lines unfolded. Source: RFC 2425, 5.8.1."""
    return body[:-2].replace(b"\r\n ", b"").decode().split("\r\n")


def line(body: bytes, name: str) -> str:
    """The one line that begins with ``name`` and a colon or semicolon."""
    (found,) = lines(body, name)
    return found


def lines(body: bytes, name: str) -> list[str]:
    """All lines that begin with ``name`` and a colon or semicolon."""
    return [text for text in content_lines(body) if text.startswith((f"{name}:", f"{name};"))]
