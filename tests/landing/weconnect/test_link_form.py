"""The form behind the profile's own link: all that the card's form does, and no card in it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from landing.consent.events import chain_faults
from landing.consent.notices import current_notice
from landing.storage.consent import all_events
from landing.storage.database import open_database
from landing.web.context import Services
from landing.weconnect.fields import FIELD_NAMES
from landing.weconnect.form import HONEYPOT
from landing.weconnect.formtoken import unseal
from tests.landing.web.cast import MARC, ZOE, ZOE_CARD
from tests.landing.weconnect.visitor import ANA, CONNECT, YES, Page, Visit

LINK = "/p/zoe-lefevre"
LINK_CONNECT = f"{LINK}/connect"
STATES = "SELECT s.state, o.state FROM submissions s JOIN outbox o USING (subject_ref)"


@pytest.fixture
def visit(visit: Visit) -> Visit:
    """A visitor who was sent the links of Zoé and of Marc."""
    visit.run(f"UPDATE profiles SET slug = 'zoe-lefevre' WHERE uid = '{ZOE.uid}'")
    visit.run(f"UPDATE profiles SET slug = 'marc' WHERE uid = '{MARC.uid}'")
    return visit


def open_form(visit: Visit, path: str = LINK_CONNECT, *, after: float = 30) -> str:
    """Open the form, take some seconds over it, and give its token."""
    token = Page(visit.get(path).text).values["form_token"]
    visit.clock.move(seconds=after)
    return token


def filled(visit: Visit, **more: str) -> dict[str, str]:
    """A fresh form, filled in and ticked."""
    return {**ANA, **YES, "form_token": open_form(visit), **more}


def record_of(visit: Visit) -> dict[str, object]:
    """The one consent record there is."""
    [(document,)] = visit.rows("SELECT document FROM consent_records")
    record: dict[str, object] = json.loads(document)
    return record


@pytest.mark.parametrize("language", ["fr", "en"])
def test_form_sent_from_the_link_is_kept_whole_and_leads_to_its_receipt(
    visit: Visit, language: str
) -> None:
    visit.language = language

    answer = visit.post(LINK_CONNECT, data=filled(visit))

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/x/")
    assert visit.counts() == dict.fromkeys(visit.counts(), 1) | {"notices": 2}
    assert visit.rows(STATES) == [("received", "pending")]


def test_sending_and_record_name_no_card_and_say_that_it_was_the_link(visit: Visit) -> None:
    visit.post(LINK_CONNECT, data=filled(visit))

    record = record_of(visit)

    assert visit.rows("SELECT card, profile_uid FROM submissions") == [("", ZOE.uid)]
    assert record["card_ref"] == ""
    assert record["collection"] == {
        "method": "link",
        "control": "checkbox",
        "defaults": "all_off",
        "submitted": {"share_with_owner": True},
    }
    assert record["owner_ref"] == f"owner:{ZOE.uid}"


def test_form_that_was_shown_at_the_link_is_the_one_that_is_archived(visit: Visit) -> None:
    visit.post(LINK_CONNECT, data=filled(visit))

    [(content, sha256)] = visit.rows("SELECT content, sha256 FROM notices WHERE kind = 'form'")
    page = Page(content.decode())

    assert sha256 == record_of(visit)["form_bundle_sha256"]
    assert [form["action"] for form in page.having(method="post")] == ["/p/{name}/connect?lang=fr"]
    assert page.ticked == set()
    assert "Zoé" not in page.text


def test_form_keeps_to_the_link_in_all_that_it_leads_to(visit: Visit) -> None:
    page = Page(visit.get(LINK_CONNECT + "?lang=en").text)

    assert page.having(method="post")[0]["action"] == LINK_CONNECT + "?lang=en"
    assert page.having(href=LINK + "?lang=en")
    assert page.having(href=f"/privacy/{current_notice('en').sha256}")
    assert page.ticked == set()


def test_receipt_leads_back_to_the_links_own_contact_file(visit: Visit) -> None:
    receipt = visit.post(LINK_CONNECT, data=filled(visit)).headers["Location"]

    [button] = Page(visit.get(receipt).text).having(class_="button")
    saved = visit.get(button["href"])

    assert button["href"] == f"{LINK}/contact.vcf"
    assert (saved.status_code, saved.mimetype) == (200, "text/vcard")
    assert ":Zoé Lefèvre\r\n" in saved.text


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE profiles SET slug = NULL",
        f"UPDATE cards SET state = 'retired' WHERE profile_uid = '{ZOE.uid}'",
    ],
)
def test_receipt_of_a_link_that_is_gone_still_opens_without_its_button(
    visit: Visit, change: str
) -> None:
    receipt = visit.post(LINK_CONNECT, data=filled(visit)).headers["Location"]
    visit.run(change)

    answer = visit.get(receipt)

    assert answer.status_code == 200
    assert Page(answer.text).having(class_="button") == []
    assert visit.count("misses") == 0  # nobody asked for the link


def test_lost_card_leaves_the_links_form_and_file_open(visit: Visit) -> None:
    visit.run("UPDATE cards SET state = 'suspended'")

    answers = [visit.get(LINK_CONNECT), visit.get(f"{LINK}/contact.vcf"), visit.get(CONNECT)]

    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_double_tap_is_one_record_and_one_answer(visit: Visit) -> None:
    form = filled(visit)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: visit.post(LINK_CONNECT, data=form), range(4)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert visit.count("submissions") == visit.count("consent_events") == 1


def test_form_used_again_for_other_details_says_so_and_keeps_them(visit: Visit) -> None:
    form = filled(visit)
    visit.post(LINK_CONNECT, data=form)

    answer = visit.post(LINK_CONNECT, data=form | {"email": "ana@elsewhere.example"})
    page = Page(answer.text)

    assert answer.status_code == 422
    assert page.values["email"] == "ana@elsewhere.example"
    assert visit.post(LINK_CONNECT, data=page.values | YES).status_code == 303
    assert visit.count("submissions") == 2


def test_form_without_the_box_is_redrawn_with_the_words(visit: Visit) -> None:
    answer = visit.post(LINK_CONNECT, data=ANA | {"form_token": open_form(visit)})
    page = Page(answer.text)

    assert answer.status_code == 422
    assert {name: page.values[name] for name in FIELD_NAMES} == ANA
    assert set(visit.counts().values()) == {0}


def test_form_that_expired_is_redrawn_and_can_be_sent(visit: Visit) -> None:
    token = open_form(visit, after=2 * 3600 + 1)

    page = Page(visit.post(LINK_CONNECT, data=ANA | YES | {"form_token": token}).text)

    assert set(visit.counts().values()) == {0}
    assert visit.post(LINK_CONNECT, data=page.values | YES).status_code == 303


def test_filled_trap_and_a_form_sent_too_fast_are_held_back(visit: Visit) -> None:
    visit.post(LINK_CONNECT, data=filled(visit, **{HONEYPOT: "https://spam.example"}))
    fast = ANA | YES | {"form_token": open_form(visit, after=1)}

    answer = visit.post(LINK_CONNECT, data=fast)

    assert answer.status_code == 303
    assert visit.rows(STATES) == [("quarantined", "held")] * 2


def test_failure_of_the_database_is_told_and_nothing_is_kept(visit: Visit) -> None:
    form = filled(visit)
    visit.run(
        "CREATE TRIGGER broken BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END"
    )

    answer = visit.post(LINK_CONNECT, data=form)

    assert answer.status_code == 503
    assert Page(answer.text).values["email"] == ANA["email"]
    assert set(visit.counts().values()) == {0}


def test_consent_given_at_the_link_is_withdrawn_like_any_other(visit: Visit) -> None:
    receipt = visit.post(LINK_CONNECT, data=filled(visit)).headers["Location"]

    answer = visit.post(receipt + "/withdraw", data=Page(visit.get(receipt).text).values)

    assert answer.status_code == 303
    assert visit.rows("SELECT state, email FROM submissions") == [("withdrawn", None)]
    with (
        open_database(visit.settings.database_url, visit.settings.lock_path) as store,
        store.reading() as db,
    ):
        assert chain_faults(all_events(db)) == []


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        (CONNECT, LINK_CONNECT),
        (LINK_CONNECT, CONNECT),
        (LINK_CONNECT, CONNECT.replace("/c/", "/Q/")),
        ("/p/marc/connect", LINK_CONNECT),
    ],
)
def test_token_of_another_way_does_not_serve(visit: Visit, shown: str, sent: str) -> None:
    token = open_form(visit, shown)

    answer = visit.post(sent, data=ANA | YES | {"form_token": token})

    assert answer.status_code == 422
    assert Page(answer.text).values["email"] == ANA["email"]
    assert set(visit.counts().values()) == {0}


def test_link_that_became_another_persons_does_not_take_what_was_meant_for_the_first(
    visit: Visit,
) -> None:
    form = filled(visit)
    visit.run(f"UPDATE profiles SET slug = 'zoe' WHERE uid = '{ZOE.uid}'")
    visit.run(f"UPDATE profiles SET slug = 'zoe-lefevre' WHERE uid = '{MARC.uid}'")

    answer = visit.post(LINK_CONNECT, data=form)

    assert answer.status_code == 422
    assert "Marc-André" in answer.text
    assert set(visit.counts().values()) == {0}


@pytest.mark.parametrize("path", [CONNECT, LINK_CONNECT])
def test_owner_who_changed_company_since_is_named_anew_before_anything_is_sent(
    visit: Visit, path: str
) -> None:
    token = open_form(visit, path)
    visit.run(f"UPDATE profiles SET company = 'Rival SA' WHERE uid = '{ZOE.uid}'")

    answer = visit.post(path, data=ANA | YES | {"form_token": token})
    page = Page(answer.text)

    assert answer.status_code == 422
    assert "Rival SA" in page.text
    assert visit.post(path, data=page.values | YES).status_code == 303


def test_form_token_of_each_way_names_that_way_only(visit: Visit) -> None:
    key = visit.settings.secret_key

    of_card, of_link = (unseal(open_form(visit, path), key) for path in (CONNECT, LINK_CONNECT))

    assert of_card is not None
    assert of_link is not None
    assert (of_card.card, of_card.slug) == (ZOE_CARD, "")
    assert (of_link.card, of_link.slug) == ("", "zoe-lefevre")


@pytest.mark.parametrize("state", ["unknown", "retired"])
@pytest.mark.parametrize("tail", ["", "/contact.vcf", "/connect"])
def test_link_that_opens_nothing_is_the_same_page_on_every_path(
    visit: Visit, state: str, tail: str
) -> None:
    if state == "retired":
        visit.run(f"UPDATE cards SET state = 'retired' WHERE profile_uid = '{ZOE.uid}'")
    name = "zoe-lefevre" if state == "retired" else "nobody"

    answers = [visit.get(f"/p/{name}{tail}"), visit.get(f"/p/{name}")]

    assert {answer.status_code for answer in answers} == {410 if state == "retired" else 404}
    assert answers[0].data == answers[1].data
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_form_and_file_of_the_link_are_counted_as_the_links(visit: Visit) -> None:
    for path in (LINK, f"{LINK}/contact.vcf", LINK_CONNECT, LINK_CONNECT):
        visit.get(path)
    visit.post(LINK_CONNECT, data=ANA)
    services: Services = visit.app.extensions["wecard"]
    assert services.counts is not None

    services.counts.flush()

    assert visit.rows("SELECT profile_uid, token, channel, count FROM taps ORDER BY channel") == [
        (ZOE.uid, "", "form", 2),
        (ZOE.uid, "", "link", 1),
        (ZOE.uid, "", "vcard", 1),
    ]


def test_contact_file_of_the_link_shows_no_hidden_field(visit: Visit) -> None:
    visit.run(f"UPDATE profiles SET visible = '[\"company\"]' WHERE uid = '{ZOE.uid}'")

    content = visit.get(f"{LINK}/contact.vcf").text

    assert "Dupont Industries" in content
    assert "EMAIL" not in content
    assert "TEL" not in content
