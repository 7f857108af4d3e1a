"""The profiles whose files are kept, octet for octet, in tests/vectors/vcard.

    python -m tests.landing.profile.vcard_cases

writes them anew. No test does: what a phone gets is changed by hand, and the difference is read.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from landing.profile.model import Link, Profile
from landing.profile.vcard import vcard
from tests.landing.profile.people import COMPANY, NOTHING, ZOE

FOLDER = Path(__file__).parents[2] / "vectors" / "vcard"
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2
_HARD = 'a;b,c\\d\ne\\n\r\nf:"g"'


@dataclass(frozen=True, slots=True)
class Case:
    """One profile with all that goes into its file."""

    profile: Profile
    photo: bytes | None = None
    note: str = ""
    blank_line: bool = False


CASES = {
    "zoe": Case(ZOE, PHOTO),
    "accents": Case(
        replace(
            ZOE,
            given_name="Noe\u0301mie-Ægir",
            family_name="Šťastný-Łukaszewicz",
            function="Ingénieure en génie énergétique",
            company="Œuvres & Frères — Straßenbau",
            street="12 bis, allée des Chênes",
            city="Saint-Étienne-du-Grès",
            country="CI",
            links=(Link(label="Vidéo d’été", url="https://video.example/%C3%A9t%C3%A9"),),
        )
    ),
    "special-signs": Case(
        replace(
            ZOE,
            given_name=_HARD,
            family_name=_HARD,
            function=_HARD,
            company=_HARD,
            email=_HARD,
            street=_HARD,
            postcode=_HARD,
            city=_HARD,
            country=_HARD,
            website='https://a.example/x;y,z\\w\n?q="1"',
            links=(Link(label=_HARD, url="https://b.example/x;y,z"),),
        ),
        note=_HARD,
    ),
    "names-of-60": Case(
        replace(
            ZOE,
            given_name="Marie-Anne-Charlotte-Élisabeth-Françoise-Victoire-Jacqueline",
            family_name="de La Rochefoucauld-Montmorency-Châtellerault-Saint-Gervaise",
        )
    ),
    "company-only": Case(COMPANY, PHOTO),
    "no-photo": Case(replace(ZOE, photo="", logo="ab" * 16)),
    "name-alone": Case(NOTHING),
    "emoji": Case(
        replace(
            ZOE,
            given_name="Zoé 🌻",
            function="🏗️ Chef de chantier 👷🏽\u200d♀️",
            company="🇫🇷" * 20,
            links=(Link(label="📷 Photos", url="https://photos.example/zoe"),),
        )
    ),
    "right-to-left": Case(
        replace(
            ZOE,
            given_name="يوسف",
            family_name="بن عبد الله",
            function="מנהלת מכירות (Sales)",
            company="شركة النور Nour SARL",
            city="بيروت",
            country="Liban",
        )
    ),
    "many-links": Case(
        replace(
            ZOE,
            links=tuple(
                Link(label=f"Lien n° {number}" if number % 3 else "", url=url)
                for number, url in enumerate(
                    [f"https://links.example/{number}?a=1,2;b=3" for number in range(1, 11)]
                    + ["mailto:zoe@links.example", "tel:+33561000000;ext=12"],
                    start=1,
                )
            ),
        )
    ),
    "extension": Case(replace(ZOE, phone="+33561000000;ext=12")),
    "note-in-french": Case(
        replace(ZOE, links=()),
        PHOTO,
        note="Carte\u00a0: https://card.example/c/7H3K9QX2MZ4DG\n"
        "Enregistré le 22 novembre 2026\nLieu\u00a0: Salon Batimat, hall 5",
    ),
    "note-in-english": Case(
        replace(ZOE, links=()),
        note="Card: https://card.example/c/7H3K9QX2MZ4DG\n"
        "Saved on November 22, 2026\nPlace: Salon Batimat, hall 5",
    ),
    "blank-line": Case(ZOE, PHOTO, blank_line=True),
}


def written(case: Case) -> bytes:
    """The file that our writer makes."""
    return vcard(case.profile, photo_jpeg=case.photo, note=case.note, blank_line=case.blank_line)


if __name__ == "__main__":
    for name, case in CASES.items():
        (FOLDER / f"{name}.vcf").write_bytes(written(case))
