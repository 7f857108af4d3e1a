"""What an owner hides is in no answer to a visitor."""

from dataclasses import replace

import pytest

from landing.profile.model import MASKABLE
from landing.storage.database import open_database
from landing.storage.profiles import update_profile
from tests.landing.web.cast import ZOE, ZOE_CARD, Site, make_site

PATHS = (f"/c/{ZOE_CARD}", f"/Q/{ZOE_CARD}", f"/c/{ZOE_CARD}/contact.vcf", f"/c/{ZOE_CARD}/connect")
SAID = {
    "function": "Responsable commerciale",
    "company": "Dupont Industries",
    "mobile": "12 34 56 78|+33612345678",
    "phone": "61 00 00 00|+33561000000",
    "fax": "61 00 00 01|+33561000001",
    "email": "zoe.lefevre@",
    "street": "rue de Caumont",
    "postcode": "31000",
    "city": "Toulouse",
    "country": "France",
    "website": "www.dupont-industries",
    "links": "LinkedIn",
    "photo": f"{ZOE.photo}|PHOTO",
    "logo": ZOE.logo,
}


@pytest.fixture(scope="module")
def secretive(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site whose Zoé shows nothing that she can hide."""
    site = make_site(tmp_path_factory.mktemp("secretive"))
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        update_profile(db, replace(ZOE, visible=frozenset()))
    return site


def _told(site: Site) -> set[str]:
    """The fields that some answer tells."""
    client = site.client()
    text = "".join(client.get(path, headers={"Accept-Language": "fr"}).text for path in PATHS)
    return {name for name, said in SAID.items() if any(word in text for word in said.split("|"))}


def test_hidden_fields_are_in_no_answer(secretive: Site) -> None:
    assert _told(secretive) == set()


def test_a_field_that_is_shown_would_be_noticed(site: Site) -> None:
    assert _told(site) == set(MASKABLE)


def test_the_name_is_never_hidden(secretive: Site) -> None:
    answers = [secretive.client().get(path) for path in PATHS]

    assert {answer.status_code for answer in answers} == {200}
    assert all("Lefèvre" in answer.text for answer in answers)
