"""A parcel for the activation tests: a card without a person, its code, and who opens it."""

from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from landing.activation.claim import Owner
from landing.cards.activation_code import activation_code, hash_activation
from landing.contract.activation import format_activation
from landing.storage.activations import insert_activation
from landing.storage.cards import insert_card
from landing.storage.database import Database, open_database
from landing.storage.migrate import migrate
from landing.storage.profiles import insert_profile
from tests.landing.web.cast import (
    COMPANY_CARD,
    MARC,
    MARC_CARD,
    ZOE,
    ZOE_CARD,
    make_card,
    make_settings,
)
from tests.landing.weconnect.visitor import Page, Visit

CARD = COMPANY_CARD
PAGE = f"/c/{CARD}"
ACTIVATE = f"{PAGE}/activate"
SECRET = "k" * 32
CODE = activation_code(SECRET, CARD)
TYPED_CODE = format_activation(CODE)
WRONG_CODE = activation_code(SECRET, ZOE_CARD)
TABLES = ("profiles", "cards", "activations")

LEA = {
    "given_name": "Léa",
    "family_name": "N'Guyen-Ó Briain",
    "company": "Fromagerie du Causse",
    "function": "Maître fromagère",
    "mobile": "06 39 98 12 34",
    "phone": "+33 5 61 00 00 00 poste 12",
    "email": "lea@fromagerie.example",
    "website": "www.fromagerie.example/équipe",
}
LEA_KEPT = LEA | {
    "mobile": "+33639981234",
    "phone": "+33561000000;ext=12",
    "website": "https://www.fromagerie.example/%C3%A9quipe",
}
OWNER = Owner(details={"given_name": "Léa", "mobile": "+33639981234"}, language="fr")


class Parcel(Visit):
    """A site with one card that waits, and somebody who has its slip."""

    def form(self, path: str = PAGE) -> Page:
        """Open the card's page and read its form."""
        return Page(self.get(path).text)

    def activate(self, words: dict[str, str] | None = None, **more: str) -> TestResponse:
        """Fill a fresh form in, with the right code and Léa's details, and send it."""
        filled = {"code": TYPED_CODE, **LEA, **(words or {}), **more}
        token = self.form().values["form_token"]
        return self.post(ACTIVATE, data={"form_token": token, **filled})

    def everything(self) -> list[list[tuple[Any, ...]]]:
        """All rows of the tables that a claim may touch."""
        return [self.rows(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES]

    def state(self) -> str:
        """The card's state."""
        return str(self.rows(f"SELECT state FROM cards WHERE token = '{CARD}'")[0][0])

    def opened(self) -> Database:
        """The site's database, as a use case gets it; close it."""
        return open_database(self.settings.database_url, self.settings.lock_path)


def make_parcel(folder: Path, **changes: Any) -> Parcel:
    """Make a site in ``folder``: Zoé's card is active, Marc's suspended, the third has nobody."""
    settings = make_settings(folder, **changes)
    migrate(settings.database_url, settings.lock_path)
    with open_database(settings.database_url, settings.lock_path) as store, store.writing() as db:
        for profile in (ZOE, MARC):
            insert_profile(db, profile)
        insert_card(db, make_card(ZOE_CARD, "active", ZOE))
        insert_card(db, make_card(MARC_CARD, "suspended", MARC))
        insert_card(db, make_card(CARD, "unclaimed", ZOE))
        insert_activation(db, CARD, hash_activation(SECRET, CARD, CODE))
    return Parcel(settings)
