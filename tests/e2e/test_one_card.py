"""One card's whole life, for real: each part is its own process, and a browser is the visitor."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ndef
import pytest
import vobject
from playwright.sync_api import Browser, Page

from encoder.chips.models import FIRST_USER_PAGE, NTAG213, PAGE_SIZE
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.server import FieldServer
from landing.contract.documents import Job, parse_job, parse_report
from tests.e2e.browser import IPHONE, SCHEMES, WIDTHS, Traffic, chromium, keep_picture, visitor
from tests.e2e.measures import axe_findings
from tests.factories import VISITOR, ZOE, write_people
from tests.processes import Workshop, events_of, free_port

FIRST_VIEW_BYTES = 14_000
FIRST_VIEW_REQUESTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """What stands after the workstation's part: the installation, the job, the first chip."""

    workshop: Workshop
    job: Job
    chip: VirtualChip
    events: list[dict[str, object]]

    @property
    def url_on_chip(self) -> str:
        """The address in the chip's memory, read without our own parser."""
        memory = self.chip.memory[FIRST_USER_PAGE * PAGE_SIZE :]
        start = memory.index(b"\x03", 5)  # behind the factory's Lock Control TLV
        message = memory[start + 2 : start + 2 + memory[start + 1]]
        (record,) = ndef.message_decoder(message)
        return str(record.uri)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoded]:
    """A site that serves, and Zoé's card as it left the workstation."""
    workshop = Workshop(folder=tmp_path_factory.mktemp("workshop"), port=free_port())
    people = write_people(workshop.folder, (ZOE,))
    workshop.done("wecard-landing", "migrate")
    with workshop.serving():
        workshop.done("wecard-landing", "profile", "import", people)
        workshop.done("wecard-landing", "job", "new", "--out", "job.json")
        chip = VirtualChip(NTAG213, bytes.fromhex("04A1B2C3D4E580"))
        events = _encode(workshop, chip)
        workshop.done("wecard-landing", "job", "report", "report.json")
        job = parse_job((workshop.folder / "job.json").read_text(encoding="utf-8"))
        yield Encoded(workshop=workshop, job=job, chip=chip, events=events)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the whole file."""
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A French visitor's phone."""
    with visitor(browser) as phone:
        yield phone.new_page()


def _encode(workshop: Workshop, chip: VirtualChip) -> list[dict[str, object]]:
    words = "job.json --labels labels --report report.json --station bench-1 --operator mona --json"
    with FieldServer(CardBox([chip]), free_port()) as server:
        output = workshop.done("wecard-encoder", "run", *words.split(), "--reader", server.path)
    return events_of(output)


def test_workstation_tells_what_it_did(encoded: Encoded) -> None:
    kinds = [event["event"] for event in encoded.events]
    card = encoded.events[1]

    assert kinds[0] == "ready"
    assert kinds[-1] == "end"
    assert (card["status"], card["uid"], card["chip"]) == ("done", "04A1B2C3D4E580", "NTAG213")
    assert card["writes"] == 14


def test_chip_holds_the_address_that_the_job_asked_for(encoded: Encoded) -> None:
    assert encoded.url_on_chip == encoded.job.items[0].url


def test_report_and_labels_name_the_same_card(encoded: Encoded) -> None:
    token = encoded.job.items[0].token

    report = parse_report((encoded.workshop.folder / "report.json").read_text(encoding="utf-8"))

    assert [(card.token, card.uid) for card in report.cards] == [(token, "04A1B2C3D4E580")]
    names = {path.name for path in (encoded.workshop.folder / "labels").iterdir()}
    assert names == {f"{token}.png", f"{token}.svg", f"{encoded.job.job}.pdf"}


def test_tapped_address_shows_the_owner(encoded: Encoded, page: Page) -> None:
    page.goto(encoded.url_on_chip)

    text = page.inner_text("body")
    for words in ("Zoé Lefèvre", "Responsable commerciale", "Dupont Industries", "Toulouse"):
        assert words in text
    assert page.get_attribute("html", "lang") == "fr"


def test_first_view_is_light_and_stays_at_home(encoded: Encoded, page: Page) -> None:
    traffic = Traffic.of(page)

    page.goto(encoded.url_on_chip, wait_until="networkidle")

    assert traffic.hosts == {f"127.0.0.1:{encoded.workshop.port}"}
    assert len(traffic.requests) <= FIRST_VIEW_REQUESTS
    assert traffic.body_bytes <= FIRST_VIEW_BYTES
    assert traffic.responses[0].headers["content-encoding"] in {"gzip", "br"}
    assert page.context.cookies() == []
    assert page.locator("script").count() == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_request_to_a_host_that_is_silent_would_be_noticed(page: Page) -> None:
    traffic = Traffic.of(page)

    page.set_content('<img src="http://127.0.0.2:9/x.png">', wait_until="load")

    assert traffic.hosts == {"127.0.0.2:9"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("name", "path"),
    [("tap", ""), ("connect", "/connect"), ("unknown", "/../0000000000012")],
)
def test_pages_have_no_accessibility_fault(
    encoded: Encoded, browser: Browser, name: str, path: str, width: int, scheme: str
) -> None:
    with visitor(browser, width=width, agent=IPHONE if width == 360 else None) as phone:
        page = phone.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

        page.goto(encoded.url_on_chip + path)

        assert axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep_picture(page, f"{name}-{width}-{scheme}")


def test_axe_finds_a_seeded_fault(encoded: Encoded, page: Page) -> None:
    page.goto(encoded.url_on_chip)

    page.evaluate("document.documentElement.removeAttribute('lang')")

    assert axe_findings(page) == ["html-has-lang"]


def test_saved_contact_is_a_vcard_that_others_read(encoded: Encoded, page: Page) -> None:
    page.goto(encoded.url_on_chip)
    link = page.locator("a[href$='contact.vcf']").first

    with page.expect_download() as downloading:
        link.click()

    saved = downloading.value
    content = Path(saved.path()).read_text(encoding="utf-8")
    card = vobject.readOne(content)
    assert card.fn.value == "Zoé Lefèvre"
    assert card.n.value.family == "Lefèvre"
    assert {line.value for line in card.tel_list} >= {"+33612345678", "+33561000001"}
    assert card.adr.value.city == "Toulouse"
    assert card.photo.value[:2] == b"\xff\xd8"
    assert saved.suggested_filename == "Zoé Lefèvre.vcf"


def test_form_without_the_box_is_refused_and_keeps_the_words(encoded: Encoded, page: Page) -> None:
    _open_form(page, encoded.url_on_chip)
    _fill(page)
    before = _rows(encoded.workshop)

    with page.expect_response(lambda answer: answer.request.method == "POST") as answering:
        page.locator("form [type=submit]").first.click()

    assert answering.value.status == 422
    for name, words in VISITOR.items():
        assert page.locator(f"[name={name}]").input_value() == words
    assert not page.locator("[name=share_with_owner]").is_checked()
    assert axe_findings(page) == []
    assert _rows(encoded.workshop) == before
    keep_picture(page, "connect-refused-360-light")


def test_form_with_the_box_is_kept_proved_and_handed_over(encoded: Encoded, page: Page) -> None:
    _open_form(page, encoded.url_on_chip)
    _fill(page)
    page.locator("[name=share_with_owner]").check()
    before = _rows(encoded.workshop)

    page.locator("form [type=submit]").first.click()
    page.wait_for_url("**/x/*")

    text = page.inner_text("body")
    assert "Zoé Lefèvre" in text
    assert "ines.moreau@visiteuse.example" in text
    assert page.context.cookies() == []
    assert axe_findings(page) == []
    assert _rows(encoded.workshop) == {name: count + 1 for name, count in before.items()}
    received = json.loads(
        encoded.workshop.done(
            "wecard-landing", "contacts", "export", "--reference", "zoe", "--json"
        )
    )
    assert "ines.moreau@visiteuse.example" in json.dumps(received)
    keep_picture(page, "receipt-360-light")


def test_consent_is_withdrawn_in_as_many_acts_as_it_was_given(encoded: Encoded, page: Page) -> None:
    _open_form(page, encoded.url_on_chip)
    page.locator("[name=family_name]").fill("Passagère")
    page.locator("[name=email]").fill("passagere@visiteuse.example")
    page.locator("[name=share_with_owner]").check()
    page.locator("form [type=submit]").first.click()
    page.wait_for_url("**/x/*")

    page.locator("form[action$='/withdraw'] [type=submit]").click()

    page.wait_for_load_state()
    exported = encoded.workshop.done(
        "wecard-landing", "contacts", "export", "--reference", "zoe", "--json"
    )
    assert "passagere@visiteuse.example" not in exported
    assert b"passagere@visiteuse.example" not in _database_bytes(encoded.workshop)


def test_lost_card_is_dead_at_the_next_tap(encoded: Encoded, page: Page) -> None:
    token = encoded.job.items[0].token
    page.goto(encoded.url_on_chip)

    encoded.workshop.done("wecard-landing", "card", "suspend", token)
    suspended = page.goto(encoded.url_on_chip)
    encoded.workshop.done("wecard-landing", "card", "resume", token)
    resumed = page.goto(encoded.url_on_chip)

    assert suspended is not None
    assert suspended.status == 404
    assert resumed is not None
    assert resumed.status == 200


def _open_form(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("a[href$='/connect']").first.click()
    page.wait_for_url("**/connect*")


def _fill(page: Page) -> None:
    for name, words in VISITOR.items():
        page.locator(f"[name={name}]").fill(words)


def _rows(workshop: Workshop) -> dict[str, int]:
    tables = ("submissions", "consent_records", "consent_events", "outbox")
    with sqlite3.connect(f"file:{workshop.database}?mode=ro", uri=True) as db:
        return {
            table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
        }


def _database_bytes(workshop: Workshop) -> bytes:
    return b"".join(path.read_bytes() for path in workshop.database.parent.glob("wecard.db*"))
