"""The page's parts by themselves: the stream of states, the pace, the memory, the charts."""

import json
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import pytest

from encoder.errors import LedgerError
from encoder.station.pace import Pace
from encoder.web import charts
from encoder.web.hub import Hub, Message
from encoder.web.memory import Memory, Remembered
from encoder.web.stream import MOST_STREAMS, Streams


def published(hub: Hub, *numbers: int) -> None:
    """Publish a state a number."""
    for number in numbers:
        hub.publish({"n": number})


def numbers(messages: list[Message]) -> list[int]:
    """What was published."""
    return [message.content["n"] for message in messages]


def test_browser_that_comes_back_gets_all_that_it_missed() -> None:
    hub = Hub()
    published(hub, 1)
    (seen,) = hub.after("", wait=0)
    published(hub, 2, 3, 4)

    assert numbers(hub.after(seen.name, wait=0)) == [2, 3, 4]


def test_browser_of_another_process_gets_the_latest_state_alone() -> None:
    before, now = Hub(), Hub()
    published(before, 1, 2)
    (seen,) = before.after("", wait=0)
    published(now, 7, 8, 9)

    assert numbers(now.after(seen.name, wait=0)) == [9]


def test_browser_that_was_away_too_long_gets_the_latest_state_alone() -> None:
    hub = Hub()
    published(hub, 0)
    (seen,) = hub.after("", wait=0)
    published(hub, *range(1, 400))

    assert numbers(hub.after(seen.name, wait=0)) == [399]


def test_all_who_wait_are_told_at_once() -> None:
    hub, told = Hub(), []
    published(hub, 1)
    (seen,) = hub.after("", wait=0)
    waiting = [
        Thread(target=lambda: told.append(numbers(hub.after(seen.name, wait=30)))) for _ in range(5)
    ]
    for thread in waiting:
        thread.start()

    published(hub, 2)
    for thread in waiting:
        thread.join(timeout=30)

    assert told == [[2]] * 5


def test_closed_hub_lets_everyone_go() -> None:
    hub = Hub()
    published(hub, 1)
    (seen,) = hub.after("", wait=0)

    hub.close()

    assert hub.after(seen.name, wait=30) == []


def test_place_of_a_stream_is_given_back_once_and_no_more_are_given_than_there_are() -> None:
    streams = Streams(Hub())
    taken = [streams.answer("") for _ in range(MOST_STREAMS)]
    before = streams.answer("").status_code

    for _ in range(2):
        taken[0].close()
    after = [streams.answer("").status_code for _ in range(2)]

    assert [answer.status_code for answer in taken] == [200] * MOST_STREAMS
    assert (before, after) == (503, [200, 503])


def test_pace_is_that_of_the_last_cards_and_leaves_breaks_out() -> None:
    pace = Pace()
    for second in (0, 2, 4, 1000, 1002):
        pace.card_done(float(second))

    assert pace.cards_per_hour == 1800
    assert pace.seconds_left(900) == 1800


def test_pace_is_unknown_until_two_cards_followed_one_another() -> None:
    pace = Pace()
    pace.card_done(0.0)
    pace.pause()
    pace.card_done(5.0)

    assert pace.cards_per_hour is None
    assert pace.seconds_left(3) is None


def test_memory_outlives_the_process_and_is_its_owners_alone(tmp_path: Path) -> None:
    ledger = tmp_path / "new" / "ledger.db"
    Memory(ledger).change(document="{}", readers=("sim",), is_open=True, sessions=("ab",))

    kept = Memory(ledger).now

    assert kept == Remembered(document="{}", readers=("sim",), is_open=True, sessions=("ab",))
    assert (tmp_path / "new" / "ledger.db.station").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "[]", "{", '"x"', '{"later": 1}', "\0"])
def test_memory_that_makes_no_sense_is_forgotten(tmp_path: Path, content: str) -> None:
    (tmp_path / "ledger.db.station").write_text(content)

    assert Memory(tmp_path / "ledger.db").now == Remembered()


def test_memory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")

    with pytest.raises(LedgerError, match="cannot be written"):
        Memory(tmp_path / "folder" / "ledger.db").change(printer="x")


def test_forgotten_job_leaves_readers_and_printer(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "ledger.db")
    memory.change(document="Zoé", readers=("sim",), printer="file:x", is_open=True, is_paused=True)

    memory.forget_job()

    text = (tmp_path / "ledger.db.station").read_text(encoding="utf-8")
    assert memory.now == Remembered(readers=("sim",), printer="file:x")
    assert json.loads(text)["document"] is None


@pytest.mark.parametrize("values", [{}, {"<1&": 0}, {f"{day:02}": day for day in range(60)}])
def test_chart_is_well_formed_and_has_a_bar_a_value(values: dict[str, int]) -> None:
    drawn = ElementTree.fromstring(str(charts.columns(values, title="By <day>")))

    assert len(drawn.findall("rect")) == len(values)
    assert drawn.attrib["aria-label"] == "By <day>"


def test_longest_bar_is_the_greatest_value() -> None:
    drawn = ElementTree.fromstring(str(charts.columns({"a": 10, "b": 5}, title="x")))

    first, second = (float(bar.attrib["height"]) for bar in drawn.findall("rect"))
    assert first == pytest.approx(2 * second, abs=0.2)
