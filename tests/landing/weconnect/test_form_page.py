"""The form as a visitor meets it."""

import pytest

from landing.consent.notices import current_notice
from landing.weconnect.fields import FIELD_NAMES
from tests.landing.web.cast import COMPANY_CARD, MARC_CARD
from tests.landing.weconnect.visitor import CONNECT, Page, Visit

TYPING = {
    "given_name": {"autocomplete": "given-name", "type": "text", "autocapitalize": "words"},
    "family_name": {"autocomplete": "family-name", "type": "text", "autocapitalize": "words"},
    "email": {"autocomplete": "email", "type": "email", "inputmode": "email"}
    | {"autocapitalize": "none", "spellcheck": "false"},
    "tel": {"autocomplete": "tel", "type": "tel", "inputmode": "tel"},
    "organization": {"autocomplete": "organization", "type": "text"},
    "organization_title": {"autocomplete": "organization-title", "type": "text"},
}


@pytest.mark.parametrize("name", TYPING)
def test_phone_knows_how_to_fill_the_field_in(visit: Visit, name: str) -> None:
    [field] = Page(visit.get().text).having(name=name)

    assert TYPING[name].items() <= field.items()


def test_every_field_has_its_own_label_and_no_placeholder(visit: Visit) -> None:
    page = Page(visit.get().text)

    for name in (*FIELD_NAMES, "share_with_owner"):
        assert len(page.having(for_=name)) == 1
        assert "placeholder" not in page.having(id=name)[0]


def test_form_is_blank_and_no_box_is_ticked(visit: Visit) -> None:
    page = Page(visit.get().text)

    assert page.ticked == set()
    assert {page.values[name] for name in FIELD_NAMES} == {""}


def test_marketing_is_not_asked_for(visit: Visit) -> None:
    assert Page(visit.get().text).having(name="owner_marketing_email") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["WEMET", "24\u00a0mois", "retirer votre accord", "sans envoyer", "publicité"]),
        ("en", ["WEMET", "24 months", "withdraw your consent", "Leave without", "advertising"]),
    ],
)
def test_short_notice_says_who_why_how_long_and_how_to_withdraw(
    visit: Visit, language: str, said: list[str]
) -> None:
    visit.language = language

    text = Page(visit.get().text).text

    assert text.index("Zoé Lefèvre, Dupont Industries") < text.index(said[1])
    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_full_notice_is_linked_by_its_hash(visit: Visit, language: str) -> None:
    visit.language = language
    [link] = Page(visit.get().text).having(href=f"/privacy/{current_notice(language).sha256}")

    notice = visit.get(link["href"])

    assert notice.status_code == 200
    assert notice.data == current_notice(language).content


def test_private_owner_and_company_card_are_named_once(visit: Visit) -> None:
    labels = {}
    for card in (MARC_CARD, COMPANY_CARD):
        labels[card] = Page(visit.get(f"/c/{card}/connect").text).text.split("J’accepte")[1]

    assert "à Marc-André N'Diaye, pour que" in labels[MARC_CARD]
    assert "à Le Moulin à Café, pour que" in labels[COMPANY_CARD]


@pytest.mark.parametrize(
    "path", [CONNECT, CONNECT.replace("/c/", "/Q/").lower(), CONNECT + "?lang=en"]
)
def test_form_page_is_not_kept_sets_no_cookie_and_has_no_script(visit: Visit, path: str) -> None:
    answer = visit.get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_chosen_language_is_kept_through_form_receipt_and_withdrawal(visit: Visit) -> None:
    page = Page(visit.get(CONNECT + "?lang=en").text)
    visit.clock.move(seconds=30)
    [form] = page.having(method="post")
    words = {"given_name": "Ana", "email": "ana@visitor.example", "share_with_owner": "1"}

    sent = visit.post(form["action"], data=words | {"form_token": page.values["form_token"]})

    assert form["action"].endswith("?lang=en")
    assert sent.headers["Location"].endswith("?lang=en")
    assert '<html lang="en">' in visit.get(sent.headers["Location"]).text


def test_form_of_a_card_that_is_not_in_use_is_not_shown(visit: Visit) -> None:
    token = visit.open_form()
    visit.run("UPDATE cards SET state = 'suspended'")

    answers = [visit.get(), visit.post(data={"form_token": token})]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert set(visit.counts().values()) == {0}
