"""Whom the tap page is tried with: a full card, a bare one, and every shape in between."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from landing.contract.documents import parse_job
from tests.factories import HEADINGS, ZOE, write_people
from tests.processes import Workshop, free_port

COLOUR = "colour"
_LINKS = " | ".join(f"Lien {number}=https://lien-{number}.example/page" for number in range(1, 13))
_LONG = {
    "given_name": "Marie-Antoinette Élisabeth Charlotte",
    "family_name": "de La Rochefoucauld-Liancourt",
    "function": "Directrice adjointe du développement international et durable",
    "company": "Société coopérative des établissements Dupont, Durand et Fils",
}
PEOPLE: dict[str, dict[str, str]] = {
    "full": ZOE,
    "minimal": {"given_name": "Marc-André", "family_name": "N'Diaye", "language": "fr"},
    "company": {
        "company": "Le Moulin à Café",
        "phone": "05 34 00 00 00",
        "logo": "moulin.png",
        "language": "fr",
    },
    "long": ZOE | _LONG,
    "arabic": {
        "given_name": "فاطمة",
        "family_name": "العلي",
        "function": "مديرة المبيعات",
        "company": "شركة النور",
        "mobile": "+966 50 123 4567",
        "email": "fatima@noor.example",
        "street": "شارع الملك فهد 12",
        "city": "الرياض",
        "country": "SA",
        "language": "fr",
        COLOUR: "#0b6e4f",
    },
    "coloured": ZOE | {COLOUR: "#c8102e"},
    "yellow": ZOE | {COLOUR: "#ffd500", "photo": "", "logo": ""},
    "links": ZOE | {"links": _LINKS},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSite:
    """A site that serves, and the address of each person's card."""

    site: str
    urls: Mapping[str, str]

    @property
    def states(self) -> dict[str, str]:
        """The pages around the card: no such card, a retired one, the code, what is refused."""
        return {
            "unknown": f"{self.site}/c/0000000000012",
            "retired": self.urls["retired"],
            "home": f"{self.site}/",
            "mistyped": f"{self.site}/?code=7H3K9QX2MZ4DH",
            "error": f"{self.site}/nowhere/at/all",
        }


@contextmanager
def tap_site(folder: Path) -> Iterator[TapSite]:
    """Run a site on which each of the people has an active card, and one card is retired."""
    workshop = Workshop(folder=folder, port=free_port())
    people = {name: {**fields, "reference": name} for name, fields in PEOPLE.items()}
    people["retired"] = {**PEOPLE["minimal"], "reference": "retired"}
    _write(folder, list(people.values()))
    workshop.done("wecard-landing", "migrate")
    workshop.done("wecard-landing", "profile", "import", "people.csv")
    workshop.done("wecard-landing", "job", "new", "--out", "job.json")
    words = "run job.json --reader sim --report report.json --json"
    workshop.done("wecard-encoder", *words.split())
    workshop.done("wecard-landing", "job", "report", "report.json")
    items = parse_job((folder / "job.json").read_text(encoding="utf-8")).items
    cards = dict(zip(sorted(people), items, strict=True))  # a job follows the references
    workshop.done("wecard-landing", "card", "retire", cards["retired"].token)
    with workshop.serving():
        yield TapSite(site=workshop.site, urls={name: item.url for name, item in cards.items()})


def _write(folder: Path, people: list[dict[str, str]]) -> None:
    write_people(folder, ())  # for the pictures
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, (*HEADINGS, COLOUR), restval="")
        writer.writeheader()
        writer.writerows(people)
