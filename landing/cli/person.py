"""``wecard-landing profile show|set``: look at one person's profile, change a few things of it."""

from collections.abc import Sequence
from typing import Any

import click

from landing.cards.model import Card
from landing.cli.common import answer, now, open_site_database, read_settings, verb_options
from landing.contract.documents import format_time
from landing.contract.token import format_token
from landing.people.change import Change, change_profile, known_profile
from landing.profile.model import MASKABLE, Profile
from landing.storage.cards import cards_of_profile

_REFERENCE = click.argument("reference", metavar="REF")


class FieldsType(click.ParamType[frozenset[str]]):
    """Names of fields that a profile may hide, joined by commas."""

    name = "fields"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[str]:
        """Take the names apart; one that no field has is refused."""
        if isinstance(value, frozenset):
            return value
        names = [name.strip() for name in str(value).split(",")]
        unknown = [repr(name[:40]) for name in names if name not in MASKABLE]
        if unknown:
            told = f"no field is named {', '.join(unknown)}; the fields are {', '.join(MASKABLE)}"
            self.fail(told, param, ctx)
        return frozenset(names)


@click.command(short_help="Tell all that is kept of a person.")
@_REFERENCE
@verb_options
def show(reference: str, as_json: bool) -> None:
    """Tell all that is kept of a person, what visitors do not see of it, and their cards.

    \b
    Examples:
      wecard-landing profile show zoe
      wecard-landing profile show card-7H3K-9QX2-MZ4D-G --json
    """
    settings = read_settings()
    with open_site_database(settings) as database, database.reading() as db:
        person = known_profile(db, reference)
        cards = cards_of_profile(db, person.uid)
    document = _document(person, cards, settings.site_url)
    answer(document, "\n".join(_lines(document, person)), as_json=as_json)


@click.command(name="set", short_help="Change a person's colour, link, or what is seen.")
@_REFERENCE
@click.option("--colour", metavar="#RRGGBB|none", help="The company's colour, such as '#b5432b'.")
@click.option("--slug", metavar="SLUG|none", help="The name in the person's own link, /p/SLUG.")
@click.option("--hide", type=FieldsType(), metavar="FIELDS", help="Fields that nobody is to see.")
@click.option("--show", type=FieldsType(), metavar="FIELDS", help="Fields that are to be seen.")
@verb_options
def set_fields(
    reference: str,
    colour: str | None,
    slug: str | None,
    hide: frozenset[str] | None,
    show: frozenset[str] | None,
    as_json: bool,
) -> None:
    """Change a person's colour, link, or which fields are seen; the rest stays.

    FIELDS are joined by commas: function, company, mobile, phone, fax, email, street, postcode,
    city, country, website, links, photo, logo. Visitors see the change at their next tap.

    \b
    Examples:
      wecard-landing profile set zoe --colour '#b5432b' --slug zoe-lefevre
      wecard-landing profile set zoe --hide mobile,fax --show email
    """
    if colour is None and slug is None and hide is None and show is None:
        raise click.UsageError("nothing to change: name --colour, --slug, --hide or --show")
    change = Change(colour=colour, slug=slug, hide=hide or frozenset(), show=show or frozenset())
    if both := sorted(change.hide & change.show):
        raise click.UsageError(f"to hide and to show at once: {', '.join(both)}")
    with open_site_database(read_settings()) as database, database.writing() as db:
        before, after = change_profile(db, reference, change, now=now())
    named = [name for name in MASKABLE if name in change.hide | change.show]
    document = {
        "reference": after.reference,
        "changed": after != before,
        "colour": after.colour or None,
        "slug": after.slug,
        "hidden": hidden_fields(after),
        "empty": [name for name in named if not getattr(after, name)],
    }
    answer(document, "\n".join(_told_change(document)), as_json=as_json)


def hidden_fields(person: Profile) -> list[str]:
    """The fields that say something which visitors do not see."""
    seen = person.as_seen()
    return [name for name in MASKABLE if getattr(person, name) and not getattr(seen, name)]


def _document(person: Profile, cards: Sequence[Card], site_url: str) -> dict[str, Any]:
    fields = ("given_name", "family_name", *MASKABLE)
    values = {name: getattr(person, name) or None for name in fields if name != "links"}
    return {
        "reference": person.reference,
        "uid": person.uid,
        **values,
        "links": [{"label": link.label, "url": link.url} for link in person.links],
        "colour": person.colour or None,
        "language": person.language,
        "slug": person.slug,
        "link": f"{site_url}/p/{person.slug}" if person.slug else None,
        "hidden": hidden_fields(person),
        "cards": [{"token": card.token, "state": card.state} for card in cards],
        "updated_at": format_time(person.updated_at),
    }


def _lines(document: dict[str, Any], person: Profile) -> list[str]:
    told = document | {
        "links": " | ".join(f"{link.label}={link.url}" for link in person.links) or None,
        "hidden": ", ".join(document["hidden"]) or None,
        "cards": ", ".join(
            f"{format_token(card['token'])} {card['state']}" for card in document["cards"]
        )
        or None,
    }
    return [f"{name:<17} {'-' if value is None else value}" for name, value in told.items()]


def _told_change(document: dict[str, Any]) -> list[str]:
    done = "changed" if document["changed"] else "nothing was changed"
    facts = {
        "colour": document["colour"],
        "slug": document["slug"],
        "hidden": ", ".join(document["hidden"]),
        "empty": ", ".join(document["empty"]),
    }
    return [
        f"{document['reference']}: {done}",
        *(f"{name:<7} {value or '-'}" for name, value in facts.items()),
    ]
