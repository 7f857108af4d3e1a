"""The profile that a card opens, and which of its fields a visitor may see."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

MASKABLE = (
    "function",
    "company",
    "mobile",
    "phone",
    "fax",
    "email",
    "street",
    "postcode",
    "city",
    "country",
    "website",
    "links",
    "photo",
    "logo",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A further link of the owner's choice; ``url`` has passed the link rules."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All that an owner has said of themselves; an empty string means: not said.

    ``uid`` is the profile's own UUID, stable, and never a card's token. Phones are E.164 with an
    optional extension (``+33561000000;ext=12``), ``country`` is ISO 3166-1 alpha-2, ``photo``
    and ``logo`` are the content hashes of pictures, ``colour`` is the company's, as ``#rrggbb``,
    ``language`` is BCP 47.
    ``visible`` names the fields that a visitor sees; a name or company is always seen.
    """

    uid: str
    reference: str
    slug: str | None
    given_name: str
    family_name: str
    function: str
    company: str
    mobile: str
    phone: str
    fax: str
    email: str
    street: str
    postcode: str
    city: str
    country: str
    website: str
    links: tuple[Link, ...]
    photo: str
    logo: str
    colour: str
    language: str
    visible: frozenset[str]
    updated_at: datetime

    @property
    def display_name(self) -> str:
        """The person's name, or the company's where there is no person."""
        return " ".join(part for part in (self.given_name, self.family_name) if part) or (
            self.company
        )

    def as_seen(self) -> "Profile":
        """The profile with every hidden field emptied."""
        kept = self.visible | ({"company"} if not (self.given_name or self.family_name) else set())
        hidden: dict[str, object] = {
            field.name: () if field.name == "links" else ""
            for field in fields(self)
            if field.name in MASKABLE and field.name not in kept
        }
        return replace(self, **hidden)  # type: ignore[arg-type]
