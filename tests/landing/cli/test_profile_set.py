"""``profile show`` and ``profile set``: one person, looked at and changed a little."""

import pytest

from landing.contract.documents import dump_report
from landing.profile.model import MASKABLE
from tests.factories import ZOE, write_people
from tests.landing.cli.conftest import Desk
from tests.landing.records import report_of


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with the standing cast."""
    desk.done("profile", "import", write_people(desk.folder))
    return desk


def version(desk: Desk, reference: str = "zoe") -> int:
    """How often the pages that are kept of a profile must have been made anew."""
    ((number,),) = desk.rows(f"SELECT version FROM profiles WHERE reference = '{reference}'")
    return int(number)


def test_show_tells_all_that_is_kept(office: Desk) -> None:
    job = office.job("--profiles", "zoe")
    office.done("job", "report", "-", stdin=dump_report(report_of(job)))

    shown = office.done("profile", "show", "zoe")

    assert (shown["given_name"], shown["mobile"]) == ("Zoé", "+33612345678")
    assert shown["links"][0] == {
        "label": "LinkedIn",
        "url": "https://social.example/in/zoe-lefevre",
    }
    assert shown["cards"] == [{"token": job.items[0].token, "state": "active"}]
    assert (shown["hidden"], shown["slug"], shown["link"], shown["colour"]) == (
        [],
        None,
        None,
        None,
    )
    assert set(MASKABLE) <= set(shown)


def test_show_prints_a_line_a_fact(office: Desk) -> None:
    office.done("profile", "set", "marc", "--hide", "mobile,website", "--slug", "marc")

    lines = office.run("profile", "show", "marc").stdout.splitlines()

    assert "link              https://card.example/p/marc" in lines
    assert "hidden            mobile, website" in lines
    assert "fax               -" in lines
    assert "cards             -" in lines


def test_set_changes_what_is_named_and_nothing_else(office: Desk) -> None:
    before = office.done("profile", "show", "zoe")

    done = office.done(
        "profile", "set", "zoe", "--colour", "#B5432B", "--slug", "zoe", "--hide", "mobile, fax"
    )

    after = office.done("profile", "show", "zoe")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"colour", "slug", "link", "hidden", "updated_at"}
    assert (after["colour"], after["slug"], after["hidden"]) == (
        "#b5432b",
        "zoe",
        ["mobile", "fax"],
    )
    assert done == {
        "reference": "zoe",
        "changed": True,
        "colour": "#b5432b",
        "slug": "zoe",
        "hidden": ["mobile", "fax"],
        "empty": [],
    }


def test_what_was_hidden_is_shown_again_and_none_takes_away(office: Desk) -> None:
    office.done("profile", "set", "zoe", "--hide", "mobile,fax", "--slug", "zoe", "--colour", "fff")

    done = office.done(
        "profile", "set", "zoe", "--show", "fax", "--slug", "none", "--colour", "none"
    )

    assert (done["hidden"], done["slug"], done["colour"]) == (["mobile"], None, None)


def test_each_change_has_the_kept_pages_made_anew(office: Desk) -> None:
    first = version(office)
    office.done("profile", "set", "zoe", "--hide", "mobile")

    assert version(office) == first + 1


def test_what_is_so_already_changes_nothing(office: Desk) -> None:
    office.done("profile", "set", "zoe", "--hide", "mobile")
    before, kept = office.everything(), version(office)

    result = office.run("profile", "set", "zoe", "--hide", "mobile", "--colour", "none")

    assert result.stdout.startswith("zoe: nothing was changed\n")
    assert office.everything() == before
    assert version(office) == kept


def test_empty_field_is_told(office: Desk) -> None:
    result = office.run("profile", "set", "marc", "--show", "fax", "--hide", "mobile")

    assert result.exit_code == 0
    assert "hidden  mobile" in result.stdout.splitlines()
    assert "empty   fax" in result.stdout.splitlines()


def test_unknown_field_is_told_with_those_that_there_are(office: Desk) -> None:
    before = office.everything()

    result = office.run("profile", "set", "zoe", "--hide", "mobile,shoe size")

    assert result.exit_code == 2
    assert "no field is named 'shoe size'; the fields are function, company" in result.stderr
    assert office.everything() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["zoe", "--colour", "red"], "colour: a colour such as #b5432b"),
        (["zoe", "--colour", "#12345"], "colour: "),
        (["zoe", "--slug", "Zoé"], "slug: 3 to 64 of a-z, 0-9 and -"),
        (["zoe", "--slug", "zo"], "slug: "),
        (["zoe", "--slug", "le-moulin"], "the slug le-moulin is another person's"),
        (["nobody", "--hide", "fax"], "no profile has the reference nobody"),
    ],
)
def test_bad_value_is_told_and_nothing_changes(office: Desk, words: list[str], told: str) -> None:
    office.done("profile", "set", "moulin", "--slug", "le-moulin")
    before = office.everything()

    result = office.run("profile", "set", *words)

    assert result.exit_code == 4
    assert told in result.stderr
    assert "nothing was changed" in result.stderr
    assert office.everything() == before


def test_reference_that_nobody_has_is_told_by_show(office: Desk) -> None:
    result = office.run("profile", "show", "nobody")

    assert result.exit_code == 4
    assert result.stderr.startswith("error: no profile has the reference nobody")


def test_what_is_hidden_stays_hidden_when_the_file_comes_again(office: Desk) -> None:
    office.done("profile", "set", "zoe", "--hide", "mobile")

    office.done("profile", "import", write_people(office.folder, (ZOE | {"fax": ""},)))

    assert office.done("profile", "show", "zoe")["hidden"] == ["mobile"]


def test_company_is_seen_where_there_is_no_other_name_and_so_is_not_hidden(office: Desk) -> None:
    done = office.done("profile", "set", "moulin", "--hide", "company,email")

    assert done["hidden"] == ["email"]
