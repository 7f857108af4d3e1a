"""The letters of a monogram are those that a reader would choose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.profile.initials import company_initials, first_grapheme, person_initials


@pytest.mark.parametrize(
    ("given_name", "family_name", "letters"),
    [
        ("Zoé", "Lefèvre", "ZL"),
        ("zoé", "lefèvre", "ZL"),
        ("Élodie", "Œuvray", "ÉŒ"),
        ("Marc-André", "N'Diaye", "MN"),
        ("Ludwig", "van Beethoven", "LB"),
        ("Guy", "de la Tour", "GT"),
        ("Otto", "von der Heide", "OH"),
        ("Jean", "d'Ormesson", "JO"),
        ("Jean", "d’Ormesson", "JO"),
        ("Sinéad", "O'Connor", "SO"),
        ("Madonna", "", "M"),
        ("", "Lefèvre", "L"),
        ("«Zoé»", "(Lefèvre)", "ZL"),
        ("فاطمة", "العلي", "ف ع"),
        ("נועה", "כהן", "נכ"),
        ("小龙", "李", "李"),
        ("太郎", "山田", "山"),
        ("민준", "김", "김"),
        ("Χριστίνα", "Παππά", "ΧΠ"),
        ("ირაკლი", "ბერიძე", "იბ"),
        ("क्षमा", "शर्मा", "क्षश"),
        ("🦊", "", "🦊"),
        ("👩🏽‍💻", "", "👩🏽‍💻"),
        ("Zoé 🦊", "Lefèvre", "ZL"),
        ("E\u0301lodie", "X", "ÉX"),
        ("", "", ""),
    ],
)
def test_a_person_has_the_letters_of_their_names(
    given_name: str, family_name: str, letters: str
) -> None:
    assert person_initials(given_name, family_name) == letters


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dupont Industries", "DI"),
        ("Le Moulin à Café", "MC"),
        ("SNCF", "S"),
        ("3M", "3"),
        ("les", "L"),
        ("atelier durand", "AD"),
        ("株式会社 日立", "株"),
        ("", ""),
    ],
)
def test_a_company_has_the_letters_of_its_first_words(name: str, letters: str) -> None:
    assert company_initials(name) == letters


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("🇫🇷🇩🇪", "🇫🇷"),
        ("👨‍👩‍👧 x", "👨‍👩‍👧"),
        ("👍🏿a", "👍🏿"),
        ("q\u0307\u0323z", "q\u0323\u0307"),
        ("", ""),
    ],
)
def test_a_letter_keeps_what_belongs_to_it(text: str, letter: str) -> None:
    assert first_grapheme(text) == letter


@given(st.text(max_size=20), st.text(max_size=20))
def test_every_name_has_letters_or_none(given_name: str, family_name: str) -> None:
    letters = person_initials(given_name, family_name) + company_initials(family_name)

    assert letters == letters.strip()
