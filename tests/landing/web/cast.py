"""The standing cast of the web tests: cards in every state, and the people behind them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from landing.app import create_app
from landing.cards.model import CARD_STATES, Card, CardState
from landing.contract.token import mint_token
from landing.profile.model import MASKABLE, Link, Profile
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running application, its settings, and a card's token for every state."""

    app: Flask
    settings: Settings
    cards: dict[CardState, str]

    def client(self) -> FlaskClient:
        """A visitor who keeps no cookie."""
        return self.app.test_client(use_cookies=False)


def make_settings(folder: Path, **changes: Any) -> Settings:
    """Make the settings of a site that keeps its data in ``folder``."""
    settings = Settings(
        site_url=SITE_URL,
        secret_key="k" * 32,
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'wecard.db'}",
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
        for state, token in cards.items():
            insert_card(db, make_card(token, state, ZOE))
        for token in (MARC_CARD, COMPANY_CARD):
            insert_card(db, make_card(token, "active", OWNERS[token]))
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
    """Keep Zoé's portrait and logo as the import does."""
    folder.mkdir(parents=True)
    palette = Palette(wall="#2f5d62", light="#5e8b7e", skin="#f0c9a4", hair="#6b3e26", coat="#dee")
    portrait = draw_portrait(palette, long_hair=True)
    for size, ending, quality in ((224, "webp", 75), (224, "jpg", 75), (400, "jpg", 80)):
        picture = portrait.resize((size, size), Image.Resampling.LANCZOS)
        picture.save(folder / f"{PHOTO}-{size}.{ending}", quality=quality)
    logo = draw_logo("#b5432b", "D").resize((112, 112), Image.Resampling.LANCZOS)
    logo.save(folder / f"{LOGO}-224.webp", quality=75)
    logo.save(folder / f"{LOGO}-224.png")
