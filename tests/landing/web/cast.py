"""The standing cast of the web tests: cards in every state, and the people behind them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from landing.app import create_app
from landing.cards.model import CARD_STATES, Card, CardState
from landing.contract.token import mint_token
from landing.profile.model import MASKABLE, Link, Profile
from landing.profile.pictures import store_pictures, take_picture
from landing.settings import Settings
from landing.storage.cards import insert_card
from landing.storage.database import open_database
from landing.storage.migrate import migrate
from landing.storage.profiles import insert_profile
from tests.factories import Palette, draw_logo, draw_portrait

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SITE_URL = "https://card.example"
PHOTO = "0123456789abcdef0123456789abcdef"
LOGO = "fedcba9876543210fedcba9876543210"

ZOE_CARD = "7H3K9QX2MZ4DG"
MARC_CARD = "ZZZZZZZZZZZZR"
COMPANY_CARD = "0000000000012"
UNKNOWN = "WEMETCARD2346"
MISTYPED = "7H3K9QX2MZ4DH"

ZOE = Profile(
    uid="0b8e7b3e-6f0c-4c67-8a0e-2f6d3b1c9a11",
    reference="zoe",
    slug=None,
    given_name="Zoé",
    family_name="Lefèvre",
    function="Responsable commerciale",
    company="Dupont Industries",
    mobile="+33612345678",
    phone="+33561000000;ext=12",
    fax="+33561000001",
    email="zoe.lefevre@dupont-industries.example",
    street="28 rue de Caumont",
    postcode="31000",
    city="Toulouse",
    country="FR",
    website="https://www.dupont-industries.example/",
    links=(
        Link(label="LinkedIn", url="https://social.example/in/zoe-lefevre"),
        Link(label="Catalogue 2026", url="https://dupont-industries.example/catalogue"),
    ),
    photo=PHOTO,
    logo=LOGO,
    colour="",
    language="fr",
    visible=frozenset(MASKABLE),
    updated_at=NOW,
)


def profile_with(**fields: Any) -> Profile:
    """Make a profile that has these fields and no others, all of them visible."""
    empty: dict[str, Any] = {name: () if name == "links" else "" for name in MASKABLE}
    return replace(ZOE, **{**empty, "visible": frozenset(fields) & frozenset(MASKABLE), **fields})


MARC = profile_with(
    uid="a2c1f0de-0d0a-4a55-9b57-51a3f1f0b7c2",
    reference="marc",
    given_name="Marc-André",
    family_name="N'Diaye",
    email="marc@atelier-durand.example",
    language="en",
)
COMPANY = profile_with(
    uid="5f3a6f5e-0f39-4a5d-9f07-4b2d0f4a6c33",
    reference="moulin",
    given_name="",
    family_name="",
    company="Le Moulin à Café",
    phone="+33534000000",
)
OWNERS = {ZOE_CARD: ZOE, MARC_CARD: MARC, COMPANY_CARD: COMPANY}


class Visitor(FlaskClient):
    """A browser that asks at the site's own address, as the proxy passes it on."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask; another Host header wins."""
        kwargs.setdefault("base_url", SITE_URL)
        return super().open(*args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running application, its settings, and a card's token for every state.

    The active one is Zoé's, who speaks French; the others are Marc's, who speaks English.
    """

    app: Flask
    settings: Settings
    cards: dict[CardState, str]

    def client(self) -> FlaskClient:
        """A visitor with a browser of their own."""
        return Visitor(self.app)


def make_settings(folder: Path, **changes: Any) -> Settings:
    """Make the settings of a site that keeps its data in ``folder``."""
    settings = Settings(
        site_url=SITE_URL,
        secret_key="k" * 32,
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'wecard.db'}",
        miss_limit=0,
    )
    return replace(settings, **changes)


def make_site(folder: Path, **changes: Any) -> Site:
    """Migrate a database in ``folder``, let the cast in, and put the application together."""
    settings = make_settings(folder, **changes)
    migrate(settings.database_url, settings.lock_path)
    randbelow = Random(7).randrange
    cards: dict[CardState, str] = {state: mint_token(randbelow) for state in CARD_STATES}
    cards["active"] = ZOE_CARD
    with open_database(settings.database_url, settings.lock_path) as store, store.writing() as db:
        for profile in OWNERS.values():
            insert_profile(db, profile)
        for token, profile in OWNERS.items():
            insert_card(db, make_card(token, "active", profile))
        for state, token in cards.items():
            if state != "active":
                insert_card(db, make_card(token, state, MARC))
    write_pictures(settings.pictures_dir)
    return Site(app=create_app(settings, clock=lambda: NOW), settings=settings, cards=cards)


def make_card(token: str, state: CardState, profile: Profile) -> Card:
    """Make a card of ``profile``; an unclaimed one has no person."""
    return Card(
        token=token,
        state=state,
        profile_uid=None if state == "unclaimed" else profile.uid,
        job=None,
        position=None,
        encoding=None,
        created_at=NOW,
        state_changed_at=NOW,
    )


def write_pictures(folder: Path) -> None:
    """Keep Zoé's portrait and logo, drawn with noise as a photograph has it, as an import does."""
    palette = Palette(wall="#2f5d62", light="#5e8b7e", skin="#f0c9a4", hair="#6b3e26", coat="#dee")
    portrait = draw_portrait(palette, long_hair=True)
    grain = Image.effect_noise(portrait.size, 60).convert("RGB")
    _store(folder, PHOTO, take_picture(_png(Image.blend(portrait, grain, 0.2)), "photo"))
    _store(folder, LOGO, take_picture(_png(draw_logo("#b5432b", "D")), "logo"))


def _store(folder: Path, digest: str, taken: dict[str, bytes]) -> None:
    store_pictures(folder, {digest + name[len(digest) :]: taken[name] for name in taken})


def _png(picture: Image.Image) -> bytes:
    output = BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()
