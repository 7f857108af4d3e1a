"""What the operator can hand an owner."""

from landing.storage.database import open_database
from landing.storage.submissions import ReceivedContact, export_contacts
from tests.landing.web.cast import MARC, MARC_CARD, ZOE
from tests.landing.weconnect.visitor import ANA, Page, Visit


def exported(
    visit: Visit, uid: str = ZOE.uid, *, quarantined: bool = False
) -> list[ReceivedContact]:
    """Export as the command does."""
    with (
        open_database(visit.settings.database_url, visit.settings.lock_path) as store,
        store.reading() as db,
    ):
        return export_contacts(db, uid, quarantined=quarantined)


def test_owner_gets_the_details_with_time_purpose_and_record(visit: Visit) -> None:
    visit.send()

    [contact] = exported(visit)
    words = {name: getattr(contact, name) for name in ANA}

    assert words == {**ANA, "tel": "+33639981234"}
    assert contact.purposes == ("share_with_owner",)
    assert [(contact.record_id,)] == visit.rows("SELECT record_id FROM consent_records")
    assert contact.given_at == visit.clock.now


def test_contacts_come_in_the_order_of_their_sending(visit: Visit) -> None:
    for name in ("Ana", "Bo", "Ali"):
        visit.send({"given_name": name})

    assert [contact.given_name for contact in exported(visit)] == ["Ana", "Bo", "Ali"]


def test_withdrawn_contact_is_in_no_export(visit: Visit) -> None:
    path = visit.send().headers["Location"]
    visit.post(path + "/withdraw", data=Page(visit.get(path).text).values)

    assert exported(visit) == []
    assert exported(visit, quarantined=True) == []


def test_held_contact_is_in_its_own_export_only(visit: Visit) -> None:
    visit.send({"topic": "x"})

    assert exported(visit) == []
    assert [contact.given_name for contact in exported(visit, quarantined=True)] == ["Ana"]


def test_owner_gets_nobody_elses_contacts(visit: Visit) -> None:
    page = Page(visit.get(f"/c/{MARC_CARD}/connect").text)
    visit.clock.move(seconds=30)
    visit.post(
        f"/c/{MARC_CARD}/connect",
        data={**page.values, **ANA, "share_with_owner": "1"},
    )

    assert exported(visit) == []
    assert len(exported(visit, MARC.uid)) == 1
