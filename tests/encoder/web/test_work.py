"""The station at work, asked over HTTP as its page asks: cards, pauses, kills, labels, redo."""

import json
from pathlib import Path

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.simulator.chip import VirtualChip
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import parse_report
from tests.encoder.kit import make_job, new_chip, seen_by_phone
from tests.stations import Bench, RunningStation


def begin(bench: Bench, station: RunningStation, cards: int = 2, printer: str = "") -> None:
    """Choose a job and start it."""
    station.choose(make_job(cards))
    station.do("start", readers=[bench.reader], printer=printer)
    station.until_panel("lay")


def test_card_goes_from_lay_to_take_and_is_booked(bench: Bench) -> None:
    chip = new_chip(NTAG213)
    with bench.entered() as station:
        begin(bench, station)

        bench.lay(chip)
        shown = station.until_panel("take")
        bench.lift()
        station.until_panel("lay")

    assert [card["uid"] for card in shown["cards"]] == [chip.uid.hex().upper()]
    assert (shown["job"]["done"], shown["job"]["total"]) == (1, 2)
    with Ledger.open(bench.ledger, writable=False) as ledger:
        assert [card.is_done for card in ledger.cards()] == [True]


def test_refused_card_says_why_and_is_remembered_beside_the_next(bench: Bench) -> None:
    blank = new_chip(NTAG213).memory
    locked = VirtualChip(NTAG213, b"\x04locked", memory=blank[:10] + b"\xff\xff" + blank[12:])
    with bench.entered() as station:
        begin(bench, station)

        bench.lay(locked)
        (refused,) = station.until_panel("refused")["panels"]
        bench.lift()
        (next_,) = station.until_panel("lay")["panels"]

    assert refused["reason"] == next_["refused"] == "already-locked"


def test_torn_card_is_asked_for_again_until_it_is_done(bench: Bench) -> None:
    chip = new_chip(NTAG213)
    with bench.entered() as station:
        begin(bench, station)
        bench.place.tear(4, TearPhase.HALF)

        bench.lay(chip)
        (torn,) = station.until_panel("failed")["panels"]
        bench.lay(chip)
        station.until_panel("take")

    assert torn["reason"] == "card-lost"
    assert seen_by_phone(chip) is not None


def test_killed_station_goes_on_with_job_reader_printer_and_browser(
    bench: Bench, tmp_path: Path
) -> None:
    with bench.entered() as station:
        begin(bench, station, printer=f"file:{tmp_path / 'out'}")
        bench.lay(new_chip(NTAG213))
        station.until_panel("take")
        station.kill()
        visit = station.visit
    bench.lift()

    with bench.station() as station:
        station.visit = visit
        station.until_panel("lay")
        bench.lay(new_chip(NTAG213))
        station.until(lambda state: state["phase"] == "done")
        shown = station.until(lambda state: {c["printed"] for c in state["cards"]} == {"printed"})

    assert shown["job"]["done"] == 2
    assert len(list((tmp_path / "out").glob("*.pdf"))) == 2


def test_paused_station_takes_no_card_and_stays_paused_when_it_is_killed(bench: Bench) -> None:
    chip = new_chip(NTAG213)
    with bench.entered() as station:
        begin(bench, station)
        station.do("pause")
        station.until(lambda state: state["phase"] == "paused")
        bench.lay(chip)
        station.kill()
        visit = station.visit

    with bench.station() as station:
        station.visit = visit
        station.until(lambda state: state["phase"] == "paused")
        untouched = seen_by_phone(chip)
        station.do("resume")
        station.until_panel("take")

    assert untouched is None
    assert seen_by_phone(chip) is not None


def test_redone_card_is_scrapped_and_its_token_goes_on_the_next_blank(
    bench: Bench, tmp_path: Path
) -> None:
    spoiled, fresh = new_chip(NTAG213), new_chip(NTAG213)
    with bench.entered() as station:
        begin(bench, station, cards=1, printer=f"file:{tmp_path / 'out'}")
        bench.lay(spoiled)
        station.until(lambda state: state["phase"] == "done")
        bench.lift()
        (card,) = station.until(lambda s: s["cards"] and s["cards"][0]["printed"] == "printed")[
            "cards"
        ]

        station.do("redo", token=card["token"], uid=card["uid"])
        station.until_panel("lay")
        bench.lay(fresh)
        done = station.until(lambda s: s["cards"] and s["cards"][0]["printed"] == "again")

    assert done["cards"][0]["uid"] == fresh.uid.hex().upper()
    assert seen_by_phone(fresh) == seen_by_phone(spoiled)
    with Ledger.open(bench.ledger, writable=False) as ledger:
        assert [found.is_scrapped for found in ledger.cards()] == [True, False]


def test_card_that_is_not_the_one_shown_is_not_redone(bench: Bench) -> None:
    with bench.entered() as station:
        begin(bench, station, cards=1)
        bench.lay(new_chip(NTAG213))
        shown = station.until(lambda state: state["phase"] == "done")
        wish = {"token": shown["cards"][0]["token"], "uid": "04000000000000"}

        status, told = station.ask("POST", "/do/redo", json.dumps(wish))

    assert status == 409
    assert "nothing was changed" in json.loads(told)["detail"]


def test_finished_job_is_forgotten_with_its_names(bench: Bench) -> None:
    with bench.entered() as station:
        begin(bench, station)
        station.do("finish")
        shown = station.until(lambda state: state["phase"] == "setup")

    kept = bench.ledger.with_name("ledger.db.station").read_text(encoding="utf-8")
    assert (shown["job"], shown["chosen"]) == (None, None)
    assert "wecard.job/1" not in kept
    assert bench.ledger.with_name("ledger.db.station").stat().st_mode & 0o077 == 0


def test_report_is_the_one_that_the_site_takes(bench: Bench) -> None:
    chip = new_chip(NTAG213)
    with bench.entered() as station:
        begin(bench, station, cards=1)
        bench.lay(chip)
        station.until(lambda state: state["phase"] == "done")

        status, text = station.ask("GET", "/report")

    assert status == 200
    assert [card.uid for card in parse_report(text).cards] == [chip.uid.hex().upper()]


def test_broken_job_is_refused_and_says_where(bench: Bench) -> None:
    with bench.entered() as station:
        status, told = station.ask("POST", "/do/job", '{"format": "wecard.job/1"}')

    assert status == 409
    assert json.loads(told)["kind"] == "job"


def test_printer_that_there_is_not_keeps_work_from_starting(bench: Bench) -> None:
    with bench.entered() as station:
        station.choose(make_job())
        wish = json.dumps({"readers": [bench.reader], "printer": "fax:12"})

        status, told = station.ask("POST", "/do/start", wish)

        assert (status, json.loads(told)["kind"]) == (409, "printer")
        assert station.state()["phase"] == "setup"


def test_ledger_that_another_command_writes_to_stops_work_and_says_so(bench: Bench) -> None:
    with bench.entered() as station:
        with Ledger.open(bench.ledger, writable=True):
            station.choose(make_job())
            station.do("start", readers=[bench.reader], printer="")
            stopped = station.until(lambda state: state["phase"] == "fault")

        station.do("again")
        station.until_panel("lay")

    assert stopped["trouble"]["kind"] == "ledger"


def test_reader_that_there_is_not_is_waited_for(bench: Bench) -> None:
    with bench.entered() as station:
        station.choose(make_job())
        station.do("start", readers=["tty:NOSUCH:pn532"], printer="")

        lost = station.until(lambda state: state["phase"] == "reader-lost")

    assert lost["trouble"]["kind"] == "reader"
