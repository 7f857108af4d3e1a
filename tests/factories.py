"""A standing cast for tests and demo: three people, their drawn portraits, their CSV."""

import csv
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

HEADINGS = tuple(
    "reference,given_name,family_name,function,company,mobile,phone,fax,email,street,postcode,"
    "city,country,website,links,photo,logo,language".split(",")
)

ZOE = {
    "reference": "zoe",
    "given_name": "Zoé",
    "family_name": "Lefèvre",
    "function": "Responsable commerciale",
    "company": "Dupont Industries",
    "mobile": "06 12 34 56 78",
    "phone": "05 61 00 00 00",
    "fax": "05 61 00 00 01",
    "email": "zoe.lefevre@dupont-industries.example",
    "street": "28 rue de Caumont",
    "postcode": "31000",
    "city": "Toulouse",
    "country": "France",
    "website": "https://dupont-industries.example",
    "links": "LinkedIn=https://social.example/in/zoe-lefevre"
    " | Catalogue 2026=https://dupont-industries.example/catalogue",
    "photo": "zoe.png",
    "logo": "dupont.png",
    "language": "fr",
}
MARC = {
    "reference": "marc",
    "given_name": "Marc-André",
    "family_name": "N'Diaye",
    "function": "Head of engineering",
    "company": "Atelier Durand",
    "mobile": "+44 7400 123456",
    "email": "marc@atelier-durand.example",
    "city": "London",
    "country": "GB",
    "website": "https://atelier-durand.example",
    "photo": "marc.png",
    "language": "en",
}
COMPANY = {
    "reference": "moulin",
    "company": "Le Moulin à Café",
    "phone": "05 34 00 00 00",
    "email": "bonjour@moulin-a-cafe.example",
    "street": "3 place du Marché",
    "postcode": "31300",
    "city": "Toulouse",
    "country": "FR",
    "logo": "moulin.png",
    "language": "fr",
}
PEOPLE = (ZOE, MARC, COMPANY)

VISITOR = {
    "given_name": "Inès",
    "family_name": "Moreau",
    "email": "ines.moreau@visiteuse.example",
    "tel": "06 98 76 54 32",
    "organization": "Moreau & Filles",
    "organization_title": "Gérante",
    "message": "Ravie de vous avoir rencontrée ! Pouvez-vous m'envoyer le catalogue ?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of a drawn portrait, as Pillow spells them."""

    wall: str
    light: str
    skin: str
    hair: str
    coat: str


_PALETTES = {
    "zoe.png": Palette(
        wall="#2f5d62", light="#5e8b7e", skin="#f0c9a4", hair="#6b3e26", coat="#dfeeea"
    ),
    "marc.png": Palette(
        wall="#3b3355", light="#5d5379", skin="#8d5a3b", hair="#1d1a1a", coat="#f2b705"
    ),
}


def write_people(directory: Path, people: tuple[dict[str, str], ...] = PEOPLE) -> Path:
    """Write the people's CSV and their pictures into ``directory``; answer the CSV's path."""
    for name, palette in _PALETTES.items():
        draw_portrait(palette, long_hair=name == "zoe.png").save(directory / name)
    draw_logo("#b5432b", "D").save(directory / "dupont.png")
    draw_logo("#7a4a21", "M").save(directory / "moulin.png")
    path = directory / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADINGS, restval="")
        writer.writeheader()
        writer.writerows(people)
    return path


def draw_portrait(palette: Palette, *, long_hair: bool) -> Image.Image:
    """Draw a person, 640 × 640 px, of plain shapes: no real face belongs in a repository."""
    image = Image.new("RGB", (1280, 1280), palette.wall)
    draw = ImageDraw.Draw(image)
    draw.ellipse((120, 60, 1160, 1100), fill=palette.light)
    if long_hair:
        draw.rounded_rectangle((380, 330, 900, 1010), radius=220, fill=palette.hair)
    draw.rounded_rectangle((250, 930, 1030, 1500), radius=230, fill=palette.coat)
    draw.rounded_rectangle((545, 760, 735, 1010), radius=90, fill=palette.skin)
    draw.ellipse((430, 330, 850, 880), fill=palette.skin)
    draw.pieslice((405, 270, 875, 830), 180, 360, fill=palette.hair)
    for left in (530, 705):
        draw.ellipse((left, 590, left + 42, 640), fill="#2a1d16")
    draw.arc((560, 640, 720, 780), 25, 155, fill="#8c3b2e", width=14)
    return image.resize((640, 640), Image.Resampling.LANCZOS)


def draw_logo(colour: str, letter: str) -> Image.Image:
    """Draw a company's sign, 320 × 320 px with a clear ground: a ring and bars."""
    image = Image.new("RGBA", (640, 640), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 600, 600), outline=colour, width=64)
    for index, top in enumerate((230, 300, 370)):
        right = 470 - 60 * (index if letter == "D" else 2 - index)
        draw.rounded_rectangle((190, top, right, top + 44), radius=22, fill=colour)
    return image.resize((320, 320), Image.Resampling.LANCZOS)
