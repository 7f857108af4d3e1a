"""What a card without a person opens, and what comes of the form on it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest

from landing.activation.form import Fault
from landing.web.activation_words import fault_words
from tests.landing.activation.parcel import (
    ACTIVATE,
    CARD,
    CODE,
    LEA,
    LEA_KEPT,
    PAGE,
    TYPED_CODE,
    WRONG_CODE,
    Parcel,
    make_parcel,
)
from tests.landing.web.cast import MARC_CARD, UNKNOWN, ZOE_CARD
from tests.landing.web.pages import read_page
from tests.landing.web.test_page_promises import faults_of
from tests.landing.weconnect.visitor import Page


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """A site with a card that waits for its owner."""
    return make_parcel(tmp_path)


@pytest.mark.parametrize("path", [PAGE, f"/Q/{CARD}", PAGE.lower(), f"{PAGE}?m=04A1B2x000001"])
def test_unclaimed_card_opens_its_activation_page(parcel: Parcel, path: str) -> None:
    answer = parcel.get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<h1>Activer cette carte</h1>" in answer.text


def test_the_page_has_nobodys_data(parcel: Parcel) -> None:
    form = parcel.form()
    text = parcel.get(PAGE).text

    assert {form.values[name] for name in ("code", *LEA)} == {""}
    assert not any(word in text for word in ("Zoé", "Marc", CODE, TYPED_CODE))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_keeps_the_promises_of_every_page(parcel: Parcel, language: str) -> None:
    parcel.language = language

    page = read_page(parcel.get(PAGE).text)

    assert page.language == language
    assert faults_of(page) == []


def test_the_page_says_who_keeps_the_details_and_why(parcel: Parcel) -> None:
    answer = parcel.get(PAGE)

    assert "WEMET garde ces coordonnées" in answer.text
    assert "contact@wemet.fr" in answer.text
    assert 'href="/privacy"' in answer.text


def test_fields_are_filled_in_by_the_phone_and_the_code_is_not(parcel: Parcel) -> None:
    fields = {field["name"]: field for field in parcel.form().having() if "maxlength" in field}

    assert list(fields) == ["code", *LEA]
    assert fields["code"]["autocomplete"] == "off"
    assert fields["mobile"]["inputmode"] == "tel"
    assert {fields[name]["autocomplete"] for name in ("given_name", "company", "email")} == {
        "given-name",
        "organization",
        "email",
    }


def test_right_code_makes_the_card_its_owners(parcel: Parcel) -> None:
    answer = parcel.activate()

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    opened = parcel.get(PAGE)
    assert opened.status_code == 200
    assert "Léa N&#39;Guyen-Ó Briain" in opened.text
    assert "+33 6 39 98 12 34" in opened.text
    assert opened.headers["Cache-Control"] == "private, no-cache"
    columns = ", ".join(LEA_KEPT)
    assert parcel.rows(f"SELECT {columns} FROM profiles WHERE reference LIKE 'card-%'") == [
        tuple(LEA_KEPT.values())
    ]
    assert parcel.count("activations") == 0


def test_the_page_goes_on_in_its_language_and_the_owner_gets_it(parcel: Parcel) -> None:
    token = parcel.form(f"/Q/{CARD}?lang=en").values["form_token"]

    answer = parcel.post(
        f"/q/{CARD}/activate?lang=en",
        data={"form_token": token, "code": CODE, "company": "Léa Ltd"},
    )

    assert answer.headers["Location"] == f"/q/{CARD}?lang=en"
    assert parcel.rows("SELECT language FROM profiles WHERE company = 'Léa Ltd'") == [("en",)]


@pytest.mark.parametrize("code", [WRONG_CODE, "7H3K9Q", "", CARD])
def test_wrong_code_changes_nothing_and_keeps_the_words(parcel: Parcel, code: str) -> None:
    before = parcel.everything()

    answer = parcel.activate(code=code)
    page = Page(answer.text)

    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "no-store"
    assert {name: page.values[name] for name in ("code", *LEA)} == {"code": code, **LEA}
    assert [field["name"] for field in page.having(autofocus="")] == ["code"]
    assert parcel.everything() == before


def test_of_a_wrong_code_nothing_is_said_but_that_it_is_not_this_cards(parcel: Parcel) -> None:
    told = [parcel.activate(code=code).text for code in (WRONG_CODE, "000000000000", CODE[:-1])]

    blank = [
        text.replace(code, "").split("form_token")[0]
        for text, code in zip(told, (WRONG_CODE, "000000000000", CODE[:-1]), strict=True)
    ]

    assert len(set(blank)) == 1
    assert "Ce n’est pas le code d’activation de cette carte." in told[0]


def test_other_faults_are_told_beside_the_code_and_the_first_is_focused(parcel: Parcel) -> None:
    page = Page(parcel.activate(email="lea", mobile="12").text)

    invalid = page.having(**{"aria-invalid": "true"})

    assert [field["name"] for field in invalid] == ["mobile", "email"]
    assert [field["name"] for field in page.having(autofocus="")] == ["mobile"]
    assert [link["href"] for link in page.having() if link.get("href", "").startswith("#")] == [
        "#mobile",
        "#email",
    ]
    assert page.values["code"] == TYPED_CODE
    assert parcel.state() == "unclaimed"


def test_every_fault_is_described_where_it_stands(parcel: Parcel) -> None:
    page = Page(parcel.activate(code="x", website="x").text)

    for name in ("code", "website"):
        (field,) = page.having(id=name)
        for part in field["aria-describedby"].split():
            assert page.having(id=part)


def _answers_to_wrong_codes(parcel: Parcel, count: int) -> list[int]:
    return [parcel.activate(code=WRONG_CODE).status_code for _ in range(count)]


def test_who_tries_out_codes_is_told_to_wait(tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, miss_limit=3)

    assert _answers_to_wrong_codes(parcel, 5) == [422, 422, 422, 429, 429]
    assert parcel.state() == "unclaimed"
    assert parcel.get(f"/c/{UNKNOWN}").status_code == 429


def test_codes_tried_out_without_end_would_be_noticed(tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, miss_limit=0)

    assert _answers_to_wrong_codes(parcel, 5) == [422] * 5


def test_slip_in_hand_works_however_often_a_neighbour_missed(tmp_path: Path) -> None:
    parcel = make_parcel(tmp_path, miss_limit=1)
    _answers_to_wrong_codes(parcel, 3)

    answer = parcel.activate()

    assert answer.status_code == 303


@pytest.mark.parametrize("words", [{"code": ""}, {"email": "x"}, {"mobile": "12"}])
def test_form_that_is_only_filled_in_badly_is_no_miss(
    tmp_path: Path, words: dict[str, str]
) -> None:
    parcel = make_parcel(tmp_path, miss_limit=1)

    answers = [parcel.activate(words).status_code for _ in range(3)]

    assert answers == [422] * 3


@pytest.mark.parametrize("token", ["", "forged", "stolen"])
def test_forged_form_is_not_taken(parcel: Parcel, token: str) -> None:
    before = parcel.everything()
    if token == "stolen":
        form = parcel.get(f"/c/{ZOE_CARD}/connect").text
        token = Page(form).values["form_token"]

    answer = parcel.post(ACTIVATE, data={"form_token": token, "code": CODE, **LEA})

    assert answer.status_code == 422
    assert parcel.everything() == before


def test_form_that_lay_open_too_long_is_taken_when_it_is_sent_again(parcel: Parcel) -> None:
    words = {"code": TYPED_CODE, **LEA, "form_token": parcel.form().values["form_token"]}
    parcel.clock.move(hours=3)

    late = parcel.post(ACTIVATE, data=words)
    again = parcel.post(ACTIVATE, data=Page(late.text).values)

    assert late.status_code == 422
    assert "restée ouverte trop longtemps" in late.text
    assert again.status_code == 303


def test_forged_form_learns_nothing_of_the_code(parcel: Parcel) -> None:
    right, wrong = (
        parcel.post(ACTIVATE, data={"form_token": "x", "code": code, **LEA})
        for code in (CODE, WRONG_CODE)
    )

    assert (
        right.text.replace(CODE, "").split("form_token")[0]
        == (wrong.text.replace(WRONG_CODE, "").split("form_token")[0])
    )


def test_card_is_claimed_once(parcel: Parcel) -> None:
    token = parcel.form().values["form_token"]
    parcel.activate()
    before = parcel.everything()

    answer = parcel.post(ACTIVATE, data={"form_token": token, "code": CODE, "given_name": "Second"})

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert parcel.everything() == before
    assert "Second" not in parcel.get(PAGE).text


def test_of_many_at_once_one_has_the_card_and_all_see_its_page(parcel: Parcel) -> None:
    form = parcel.form().values["form_token"]

    def claim(number: int) -> tuple[int, str]:
        words = {"form_token": form, "code": CODE, "given_name": f"Owner {number}"}
        answer = parcel.post(ACTIVATE, data=words)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(claim, range(8)))

    assert answers == {(303, PAGE)}
    assert parcel.rows("SELECT count(*) FROM profiles WHERE given_name LIKE 'Owner%'") == [(1,)]


@pytest.mark.parametrize("table", ["activations", "profiles", "cards"])
def test_what_cannot_be_stored_is_said_and_the_words_stay(parcel: Parcel, table: str) -> None:
    verb = {"activations": "DELETE", "profiles": "INSERT", "cards": "UPDATE"}[table]
    before = parcel.everything()
    parcel.run(
        f"CREATE TRIGGER broken BEFORE {verb} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'no space left'); END"
    )

    answer = parcel.activate()
    page = Page(answer.text)

    assert answer.status_code == 503
    assert {name: page.values[name] for name in LEA} == LEA
    assert "n’est pas encore active" in answer.text
    assert parcel.everything() == before


@pytest.mark.parametrize("token", [UNKNOWN, MARC_CARD, "nonsense"])
def test_form_posted_to_any_other_card_is_a_404(parcel: Parcel, token: str) -> None:
    words = {"form_token": parcel.form().values["form_token"], "code": CODE, **LEA}

    answer = parcel.post(f"/c/{token}/activate", data=words)

    assert answer.status_code == 404
    assert answer.data == parcel.post(f"/c/{UNKNOWN}/activate").data


@pytest.mark.parametrize("part", ["contact.vcf", "connect", "qr"])
def test_unclaimed_card_has_no_other_pages(parcel: Parcel, part: str) -> None:
    answers = [parcel.get(f"/c/{token}/{part}") for token in (CARD, UNKNOWN)]

    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].data == answers[1].data


def test_claimed_card_has_them_all(parcel: Parcel) -> None:
    parcel.activate()

    answers = [parcel.get(f"{PAGE}/{part}") for part in ("contact.vcf", "connect", "qr")]

    assert {answer.status_code for answer in answers} == {200}


def test_markup_in_the_details_stays_words(parcel: Parcel) -> None:
    words = '"><script>alert(1)</script>'

    refused = parcel.activate(code="x", company=words)
    parcel.activate(company=words)

    assert "<script" not in refused.text
    assert "<script" not in parcel.get(PAGE).text


def test_every_fault_has_words_of_its_own(parcel: Parcel) -> None:
    faults: tuple[Fault, ...] = get_args(Fault)

    with parcel.app.test_request_context("/"):
        words = {fault_words(fault) for fault in faults}

    assert len(words) == len(faults) == 8
