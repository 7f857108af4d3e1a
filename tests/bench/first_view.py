"""What a stranger's first look costs on the wire, picture and all."""

import random
import string
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image

from landing.profile.model import MASKABLE, Link, Profile
from landing.storage.profiles import update_profile
from tests.bench.figures import Figure, Suite
from tests.bench.raw_http import PHONE, Answer, Line
from tests.bench.tap_site import TapSite, tap_site
from tests.e2e.browser import Traffic, chromium
from tests.factories import ZOE

TYPICAL_LIMIT_KB, LIMIT_KB, REQUEST_LIMIT = 9.0, 14.0, 3
LINKS, LABEL_LENGTH, NAME_LENGTH = 12, 60, 60
_SEED = 20261122
_LETTERS = string.ascii_letters + "éèàçôîïüñ '-"
_FIRST_WINDOW_KB = 14.6  # ten segments of 1 460 bytes. Source: RFC 6928, 2
_METHOD = (
    "Chromium opens the page as a phone does (360 px wide, three dots a pixel) and says what it"
    " asks for; the\nsame is then asked over a plain socket and counted as it was sent: the"
    " bodies, and all bytes with heads,\nbeside what a server may send at once. The favicon is"
    " apart. Typical: a portrait, a logo, all fields,\ntwo links. Heaviest: all fields,"
    f" {LINKS} links with labels of {LABEL_LENGTH} letters, names of {NAME_LENGTH}, a colour, a"
    " photo and a\nlogo of noise. Every cell full: as long as the people file takes them, of"
    " random letters that no\ncompression shortens."
)


class Wire:
    """The answers of a first view."""

    def __init__(self, answers: list[Answer]) -> None:
        if any(answer.status != 200 for answer in answers):
            raise AssertionError([answer.status for answer in answers])
        self.requests = len(answers)
        self.body_kb = sum(len(answer.body) for answer in answers) / 1000
        self.whole_kb = sum(answer.size for answer in answers) / 1000


def measure() -> Suite:
    """Weigh three people's pages."""
    people = (ZOE, {**ZOE, "reference": "heavy", "photo": "noise.png", "logo": "signs.png"})
    with tap_site(people, pictures=_noise) as site, site.serving():
        typical = _weigh(site, "zoe")
        _fill(site, "heavy", name=NAME_LENGTH, address=40)
        heaviest = _weigh(site, "heavy")
        _fill(site, "heavy", name=120, address=250)
        full = _weigh(site, "heavy")
    return Suite(
        title="The first view on the wire",
        method=_METHOD,
        figures=(
            *_figures("typical person", typical, TYPICAL_LIMIT_KB),
            *_figures("heaviest profile", heaviest, LIMIT_KB),
            *_figures("every cell full", full, LIMIT_KB),
        ),
    )


def _figures(who: str, wire: Wire, limit_kb: float) -> tuple[Figure, ...]:
    def limited(what: str, ours: float, limit: float, unit: str) -> Figure:
        return Figure(what=f"{who}, {what}", ours=ours, against="limit", theirs=limit, unit=unit)

    return (
        limited("bodies", wire.body_kb, limit_kb, "kB"),
        Figure(
            what=f"{who}, with heads",
            ours=wire.whole_kb,
            against="first window",
            theirs=_FIRST_WINDOW_KB,
            unit="kB",
        ),
        limited("requests", wire.requests, REQUEST_LIMIT, ""),
    )


def _weigh(site: TapSite, reference: str) -> Wire:
    """Ask for all that Chromium asks for, on one connection."""
    with Line(site.port) as line:
        return Wire([line.get(path, PHONE) for path in _asked(site, site.new_card(reference))])


def _asked(site: TapSite, token: str) -> list[str]:
    with chromium() as browser:
        phone = browser.new_context(
            locale="fr-FR", viewport={"width": 360, "height": 740}, device_scale_factor=3
        )
        page = phone.new_page()
        traffic = Traffic.of(page)
        page.goto(f"{site.site}/c/{token}", wait_until="networkidle")
        if traffic.hosts != {f"127.0.0.1:{site.port}"}:
            raise AssertionError(traffic.hosts)
        return [urlsplit(request.url).path for request in traffic.requests]


def _fill(site: TapSite, reference: str, *, name: int, address: int) -> None:
    """Fill all that a profile has; its pictures stay."""
    person = _filled(site.person(reference), random.Random(_SEED), name=name, address=address)
    with site.database_open() as database, database.writing() as db:
        update_profile(db, person)


def _filled(person: Profile, source: random.Random, *, name: int, address: int) -> Profile:
    def words(length: int) -> str:
        return "".join(source.choices(_LETTERS, k=length - 2)).join("Éé")

    def link(length: int) -> str:
        path = "".join(source.choices(string.ascii_letters + string.digits, k=length))
        return f"https://{path[:12].lower()}.example/{path[12:]}"

    return replace(
        person,
        given_name=words(name),
        family_name=words(name),
        function=words(name),
        company=words(name),
        street=words(name),
        city=words(name),
        postcode="".join(source.choices(string.digits, k=10)),
        fax="+33561000001;ext=4821",
        email=f"{''.join(source.choices(string.ascii_lowercase, k=60))}@company.example",
        website=link(address),
        links=tuple(Link(label=words(LABEL_LENGTH), url=link(address)) for _ in range(LINKS)),
        colour="#b5432b",
        visible=frozenset(MASKABLE),
    )


def _noise(folder: Path) -> None:
    """Draw a photo and a logo that no picture format makes small."""
    source = random.Random(_SEED)
    for file, kind in (("noise.png", "RGB"), ("signs.png", "RGBA")):
        size = (640, 640)
        dots = source.randbytes(size[0] * size[1] * len(kind))
        Image.frombytes(kind, size, dots).save(folder / file)
