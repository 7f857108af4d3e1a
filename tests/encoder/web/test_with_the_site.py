"""The station at a real site: jobs by address, reports that wait, cards that the site knows."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from tests.encoder.kit import new_chip, seen_by_phone
from tests.processes import Workshop, free_port
from tests.stations import Bench, RunningStation

PATIENCE = 60.0  # seconds until a test gives up


class Shop:
    """A bench beside a site that can be switched off."""

    def __init__(self, bench: Bench, site: Workshop) -> None:
        self.bench = bench
        self.site = site
        self._serving = ExitStack()
        site.done("wecard-landing", "migrate")
        told = site.done("wecard-landing", "job", "new", "--blank", "2", "--no-file", "--json")
        self.job = str(json.loads(told)["job"])
        self.address = f"{site.site}/api/v1/jobs/{self.job}"
        self.token = bench.workshop.folder / "station.token"
        self.token.touch(0o600)
        self.token.write_text(site.done("wecard-landing", "station", "new", "bench-1"))

    def open(self) -> None:
        """Switch the site on."""
        self._serving.enter_context(self.site.serving())

    def close(self) -> None:
        """Switch it off."""
        self._serving.close()

    def at_site(self, token: str, uid: str) -> str:
        """Wait until the token is on this chip at the site: the card's state there."""
        query = "SELECT state FROM cards WHERE token = ? AND uid = ?"
        deadline = time.monotonic() + PATIENCE
        with closing(sqlite3.connect(self.site.database)) as opened:
            while (row := opened.execute(query, (token, uid)).fetchone()) is None:
                assert time.monotonic() < deadline, f"{token} is not on {uid} at the site"
                time.sleep(0.05)
        return str(row[0])

    def start(self, station: RunningStation) -> None:
        """Take the job by its address."""
        station.do("fetch", address=self.address)
        station.do("start", readers=[self.bench.reader], printer="")
        station.until_panel("lay")


@pytest.fixture
def shop(tmp_path: Path, bench: Bench) -> Iterator[Shop]:
    """A job of two blank cards at a site that is on."""
    made = Shop(bench, Workshop(folder=tmp_path, port=free_port()))
    made.open()
    yield made
    made.close()


def test_cards_wait_for_a_site_that_is_away_and_are_told_when_it_is_back(shop: Shop) -> None:
    with shop.bench.entered("--token-file", str(shop.token)) as station:
        shop.start(station)
        shop.close()
        shop.bench.lay(new_chip(NTAG213))
        station.until_panel("take")
        away = station.until(lambda state: state["delivery"]["state"] == "away")
        shop.open()
        station.until(lambda state: not state["delivery"]["waiting"])

    assert away["delivery"]["waiting"] == 1


def test_killed_station_goes_on_with_the_job_while_the_site_is_away(shop: Shop) -> None:
    chip = new_chip(NTAG213)
    with shop.bench.entered("--token-file", str(shop.token)) as station:
        shop.start(station)
        station.kill()
        visit = station.visit
    shop.close()

    with shop.bench.station("--token-file", str(shop.token)) as station:
        station.visit = visit
        station.until_panel("lay")
        shop.bench.lay(chip)
        station.until_panel("take")

    assert seen_by_phone(chip) is not None


def test_card_that_the_site_has_in_service_is_made_again(shop: Shop) -> None:
    fresh = new_chip(NTAG213)
    with shop.bench.entered("--token-file", str(shop.token)) as station:
        shop.start(station)
        shop.bench.lay(new_chip(NTAG213))
        (card,) = station.until_panel("take")["cards"]
        before = shop.at_site(card["token"], card["uid"])
        shop.bench.lift()

        station.do("redo", token=card["token"], uid=card["uid"])
        station.until_panel("lay")
        shop.bench.lay(fresh)
        after = shop.at_site(card["token"], fresh.uid.hex().upper())

    assert (before, after) == ("unclaimed", "unclaimed")
    assert seen_by_phone(fresh) is not None


def test_job_that_is_cancelled_stops_work_and_says_so(shop: Shop) -> None:
    with shop.bench.entered("--token-file", str(shop.token)) as station:
        shop.start(station)
        shop.site.done("wecard-landing", "job", "cancel", shop.job)
        shop.bench.lay(new_chip(NTAG213))

        stopped = station.until(lambda state: state["phase"] == "fault")

        assert "was cancelled at the site" in stopped["trouble"]["detail"]
        station.do("finish")
        assert station.state()["phase"] == "setup"


def test_wrong_token_is_told_before_any_card(shop: Shop) -> None:
    shop.token.write_text("wrong")
    with shop.bench.entered("--token-file", str(shop.token)) as station:
        status, told = station.ask("POST", "/do/fetch", json.dumps({"address": shop.address}))

        assert (status, json.loads(told)["kind"]) == (409, "site")
        assert station.state()["phase"] == "setup"
