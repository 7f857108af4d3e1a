"""Sending the form: what is kept when it is right, what stays on the page when it is not."""

import json
from dataclasses import replace

import pytest

from landing.consent.canonical import commitment, document_sha256
from landing.consent.notices import current_notice
from landing.weconnect.fields import FIELD_NAMES
from landing.weconnect.formtoken import seal, unseal
from tests.landing.web.cast import MARC_CARD, NOW, SITE_URL, ZOE, ZOE_CARD
from tests.landing.weconnect.visitor import ANA, CONNECT, YES, Page, Visit

ONE_OF_EACH = {"submissions": 1, "consent_records": 1, "consent_events": 1, "outbox": 1}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_form_with_the_box_is_kept_and_leads_to_its_receipt(visit: Visit, language: str) -> None:
    visit.language = language

    answer = visit.send()

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/x/")
    assert visit.counts() == ONE_OF_EACH | {"notices": 2}


def test_details_are_kept_as_typed_and_the_phone_in_full(visit: Visit) -> None:
    visit.send()

    [row] = visit.rows(f"SELECT {', '.join(ANA)}, state FROM submissions")

    assert row == (*(ANA | {"tel": "+33639981234"}).values(), "received")


def test_owner_is_to_be_told(visit: Visit) -> None:
    visit.send()

    told = visit.rows("SELECT kind, state, profile_uid FROM outbox")

    assert told == [("contact-received", "pending", ZOE.uid)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_record_says_what_was_shown_and_agreed(visit: Visit, language: str) -> None:
    visit.language = language
    visit.send()

    [(document, sha256)] = visit.rows("SELECT document, sha256 FROM consent_records")
    record = json.loads(document)

    assert document_sha256(document) == sha256
    assert record["schema"] == "wc-consent/1"
    assert record["language"] == language
    assert record["collection"]["submitted"] == {"share_with_owner": True}
    assert record["shown_at"] == "2026-11-22T14:00:00.000Z"
    assert record["given_at"] == "2026-11-22T14:00:30.000Z"
    assert record["valid_until"] == "2028-11-22"
    assert [party["name"] for party in record["controllers"]] == ["WEMET", "Dupont Industries"]


def test_notice_and_form_that_were_shown_are_archived(visit: Visit) -> None:
    visit.send()
    record = json.loads(visit.rows("SELECT document FROM consent_records")[0][0])

    archived = dict(visit.rows("SELECT kind, sha256 FROM notices"))

    assert archived == {
        "notice": record["notice"]["sha256"],
        "form": record["form_bundle_sha256"],
    }
    assert record["notice"]["url"] == f"{SITE_URL}/privacy/{archived['notice']}"
    assert visit.get(f"/privacy/{archived['form']}").status_code == 404


def test_archived_form_proves_that_no_box_was_ticked(visit: Visit) -> None:
    visit.send()

    [(content,)] = visit.rows("SELECT content FROM notices WHERE kind = 'form'")
    page = Page(content.decode())

    assert page.having(name="share_with_owner")
    assert page.ticked == set()
    assert "Zoé" not in page.text


def test_record_is_bound_to_the_details_by_their_salt(visit: Visit) -> None:
    visit.send()
    record = json.loads(visit.rows("SELECT document FROM consent_records")[0][0])

    [(salt, *words)] = visit.rows(f"SELECT commit_salt, {', '.join(ANA)} FROM submissions")

    assert commitment(salt, dict(zip(ANA, words, strict=True))) == record["subject_commit"]


@pytest.mark.parametrize(("letter", "method"), [("c", "nfc_tap"), ("Q", "qr")])
def test_record_knows_chip_from_qr(visit: Visit, letter: str, method: str) -> None:
    token = visit.open_form()

    visit.post(f"/{letter}/{ZOE_CARD}/connect", data=ANA | YES | {"form_token": token})

    [(document,)] = visit.rows("SELECT document FROM consent_records")
    assert json.loads(document)["collection"]["method"] == method


@pytest.mark.parametrize("language", ["fr", "en"])
def test_form_without_the_box_is_redrawn_with_the_words(visit: Visit, language: str) -> None:
    visit.language = language
    token = visit.open_form()

    answer = visit.post(data=ANA | {"form_token": token})
    page = Page(answer.text)

    assert answer.status_code == 422
    assert {name: page.values[name] for name in FIELD_NAMES} == ANA
    assert page.ticked == set()
    assert set(visit.counts().values()) == {0}


def test_faults_are_listed_linked_and_the_first_has_the_focus(visit: Visit) -> None:
    token = visit.open_form()

    answer = visit.post(data={"form_token": token, "email": "ana@", "given_name": "Ana"})
    page = Page(answer.text)

    assert page.having(role="alert")
    assert page.having(href="#email")
    assert page.having(href="#share_with_owner")
    assert [field["name"] for field in page.having(autofocus="")] == ["email"]
    for name in ("email", "share_with_owner"):
        [field] = page.having(name=name)
        assert field["aria-invalid"] == "true"
        assert page.having(id=field["aria-describedby"])


def test_ticked_box_stays_ticked_when_something_else_is_wrong(visit: Visit) -> None:
    answer = visit.send(email="ana@")

    assert answer.status_code == 422
    assert Page(answer.text).ticked == {"share_with_owner"}


def test_redrawn_form_can_be_mended_and_sent_at_once(visit: Visit) -> None:
    page = Page(visit.send(email="ana@").text)

    answer = visit.post(data=page.values | YES | {"email": ANA["email"]})

    assert answer.status_code == 303
    assert visit.rows("SELECT state FROM submissions") == [("received",)]


def test_double_tap_is_one_record_and_one_answer(visit: Visit) -> None:
    form = ANA | YES | {"form_token": visit.open_form()}

    answers = [visit.post(data=form) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert visit.counts() == ONE_OF_EACH | {"notices": 2}


def test_form_used_again_for_other_details_says_so_and_keeps_them(visit: Visit) -> None:
    form = ANA | YES | {"form_token": visit.open_form()}
    visit.post(data=form)

    answer = visit.post(data=form | {"email": "ana@elsewhere.example"})
    page = Page(answer.text)

    assert answer.status_code == 422
    assert page.values["email"] == "ana@elsewhere.example"
    assert visit.count("submissions") == 1
    assert visit.post(data=page.values | YES).status_code == 303
    assert visit.rows("SELECT state FROM submissions") == [("received",), ("received",)]


def test_two_visits_are_two_records_with_receipts_of_their_own(visit: Visit) -> None:
    answers = [visit.send(), visit.send()]

    assert len({answer.headers["Location"] for answer in answers}) == 2
    assert visit.count("submissions") == 2


def test_form_that_expired_is_redrawn_with_words_and_a_new_token(visit: Visit) -> None:
    token = visit.open_form(after=2 * 3600 + 1)

    answer = visit.post(data=ANA | YES | {"form_token": token})
    page = Page(answer.text)

    assert answer.status_code == 422
    assert {name: page.values[name] for name in FIELD_NAMES} == ANA
    assert visit.post(data=page.values | YES).status_code == 303
    assert visit.rows("SELECT state FROM submissions") == [("received",)]


@pytest.mark.parametrize("changed", ["notice", "bundle"])
def test_form_whose_texts_have_changed_since_asks_again(visit: Visit, changed: str) -> None:
    secret_key = visit.settings.secret_key
    shown = unseal(visit.open_form(), secret_key)
    assert shown is not None
    earlier = seal(replace(shown, **{changed: "0" * 64}), secret_key)  # type: ignore[arg-type]

    answer = visit.post(data=ANA | YES | {"form_token": earlier})
    page = Page(answer.text)

    assert answer.status_code == 422
    assert set(visit.counts().values()) == {0}
    assert visit.post(data=page.values | YES).status_code == 303


def test_form_redrawn_in_another_language_is_recorded_in_that_one(visit: Visit) -> None:
    token = visit.open_form()
    visit.language = "en"
    page = Page(visit.post(data=ANA | {"form_token": token}).text)

    visit.post(data=page.values | YES)

    [(document,)] = visit.rows("SELECT document FROM consent_records")
    assert "I agree" in page.text
    assert json.loads(document)["language"] == "en"
    assert json.loads(document)["notice"]["sha256"] == current_notice("en").sha256


def test_form_may_stay_open_for_two_hours(visit: Visit) -> None:
    token = visit.open_form(after=2 * 3600)

    assert visit.post(data=ANA | YES | {"form_token": token}).status_code == 303


@pytest.mark.parametrize("token", ["", "forged", "a.b", "\x00", "é" * 400])
def test_form_without_our_token_is_redrawn_and_nothing_is_kept(visit: Visit, token: str) -> None:
    answer = visit.post(data=ANA | YES | {"form_token": token})

    assert answer.status_code == 422
    assert Page(answer.text).values["email"] == ANA["email"]
    assert set(visit.counts().values()) == {0}


def test_token_of_another_card_does_not_serve(visit: Visit) -> None:
    token = Page(visit.get(f"/c/{MARC_CARD}/connect").text).values["form_token"]
    visit.clock.move(seconds=30)

    assert visit.post(CONNECT, data=ANA | YES | {"form_token": token}).status_code == 422
    assert visit.count("submissions") == 0


def test_posted_marketing_box_is_ignored(visit: Visit) -> None:
    visit.send(owner_marketing_email="1")

    [(document,)] = visit.rows("SELECT document FROM consent_records")

    assert "owner_marketing_email" not in document


def test_time_of_the_sending_is_kept_in_utc(visit: Visit) -> None:
    visit.send()

    [(at,)] = visit.rows("SELECT given_at FROM submissions")

    assert at.startswith(f"{NOW:%Y-%m-%d} 14:00:30")
