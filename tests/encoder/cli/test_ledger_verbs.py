"""``ledger``: what its verbs print, write and answer."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import parse_report
from tests.encoder.cli.command import invoke
from tests.encoder.kit import BENCH, START, TOKEN, UID, make_job, new_chip, run_box, run_chips
from tests.encoder.ledger.cast import (
    OTHER_BENCH,
    OTHER_TOKEN,
    OTHER_UID,
    WHOLE,
    book,
    card,
    contents,
    damage,
    shown,
)

FORMATS = Path(__file__).parents[3] / "docs" / "formats" / "ledger.md"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with one finished card."""
    path = tmp_path / "ledger.db"
    run_chips(make_job(), [new_chip(NTAG213, UID)], path)
    return path


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A ledger with one card that was begun and never came back."""
    path = tmp_path / "torn.db"
    chip, field = new_chip(NTAG213, UID), VirtualField()
    field.tear(3, TearPhase.AFTER)
    box = CardBox([chip], field=field)
    run_box(make_job(), box, path, stopping=lambda: chip.meter.writes > 2)
    return path


def test_ledger_show_lists_the_cards(ledger: Path) -> None:
    shown = invoke("ledger", "show", "--ledger", ledger)
    (row,) = json.loads(invoke("ledger", "show", "--ledger", ledger, "--json").stdout)

    assert "7H3K-9QX2-MZ4D-G  04A1B2C3D4E580" in shown.stdout
    assert (row["token"], row["stage"], row["operator"]) == (TOKEN, "booked", "mona")


def test_ledger_export_gives_the_report_again(ledger: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"

    ran = invoke("ledger", "export", "--ledger", ledger, "--station", "b", "--out", out)

    report = parse_report(out.read_text())
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert (report.job, report.station, report.cards[0].token) == ("J-2026-0001", "b", TOKEN)


def test_ledger_export_gives_a_table(ledger: Path) -> None:
    ran = invoke("ledger", "export", "--ledger", ledger, "--format", "csv")

    (row,) = csv.DictReader(io.StringIO(ran.stdout))
    assert (row["token"], row["uid"]) == (TOKEN, "04A1B2C3D4E580")


def test_report_of_an_unknown_job_is_exit_4(ledger: Path) -> None:
    ran = invoke("ledger", "export", "--ledger", ledger, "--job", "J-9")

    assert (ran.exit_code, ran.stdout) == (4, "")


def test_scrap_gives_the_item_to_the_next_card(torn: Path) -> None:
    ran = invoke("ledger", "scrap", "7h3k-9qx2-mz4d-g", "--ledger", torn, "--json")
    again = run_chips(make_job(), [new_chip(NTAG213)], torn)

    assert json.loads(ran.stdout)["scrapped"] == "04A1B2C3D4E580"
    assert again.told() == [("done", None)]
    assert again.cards[0].token == TOKEN


@pytest.mark.parametrize(
    ("token", "code"), [(TOKEN, 4), ("0000000000012", 4), ("7H3K9QX2MZ4DH", 2), ("X", 2)]
)
def test_scrap_of_what_cannot_be_scrapped_changes_nothing(
    token: str, code: int, ledger: Path
) -> None:
    before = invoke("ledger", "show", "--ledger", ledger).stdout

    ran = invoke("ledger", "scrap", token, "--ledger", ledger)

    assert ran.exit_code == code
    assert invoke("ledger", "show", "--ledger", ledger).stdout == before


@pytest.mark.parametrize("verb", ["show", "export", "scrap", "stats", "check", "backup", "merge"])
def test_missing_ledger_is_exit_4(verb: str, tmp_path: Path) -> None:
    words = {"scrap": ["scrap", TOKEN]}.get(verb, [verb])
    if verb in ("backup", "merge"):
        words.append(str(tmp_path / "file.db"))

    ran = invoke("ledger", *words, "--ledger", tmp_path / "none.db")

    assert ran.exit_code == 4
    assert list(tmp_path.iterdir()) == []


def json_of(*words: str | Path) -> Any:
    """What a verb writes as JSON."""
    return json.loads(invoke("ledger", *words, "--json").stdout)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A ledger with a done card, and one that was refused."""
    refused = shown("refused", reason="already-locked", token=None, uid=None)
    new = card(version="0004040201000F03", genuine=True)
    return book(tmp_path / "two.db", new, *WHOLE, presented=[shown(), refused])


def test_table_and_json_say_all_that_is_booked(two: Path) -> None:
    (row,) = json_of("export", "--ledger", two, "--format", "csv")
    table = invoke("ledger", "export", "--ledger", two, "--format", "csv").stdout
    (line,) = csv.DictReader(io.StringIO(table))

    assert (row["url"], row["mirror"]) == ("https://card.example/c/" + TOKEN, "none")
    assert (row["genuine"], row["key_id"], row["version"]) == (True, None, "0004040201000F03")
    assert (line["genuine"], line["key_id"], line["config"]) == ("true", "", "040000FF00050000")
    assert line.keys() == row.keys()


def test_stats_count_cards_and_reasons(two: Path) -> None:
    found = json_of("stats", "--ledger", two)

    assert (found["by"], found["groups"]) == (None, [])
    assert (found["total"]["done"], found["total"]["refused"]) == (1, {"already-locked": 1})
    assert found["total"]["exchanges"] == {"median": 25, "p95": 25}


def test_stats_are_told_by_operator(two: Path) -> None:
    told = invoke("ledger", "stats", "--ledger", two, "--by", "operator").stdout.splitlines()

    assert [line.split()[0] for line in told] == ["operator", "mona", "total", "mona,", "total,"]
    assert told[3] == "mona, refused: already-locked=1"


def test_stats_are_a_table_for_a_spreadsheet(two: Path) -> None:
    told = invoke("ledger", "stats", "--ledger", two, "--by", "day", "--format", "csv").stdout

    (line,) = csv.DictReader(io.StringIO(told))
    assert (line["day"], line["done"], line["refused"]) == ("2026-11-22", "1", "1")
    assert line["refused_by_reason"] == "already-locked=1"


def test_stats_of_one_job_since_a_day(two: Path) -> None:
    words = ("--since", "2026-11-23", "--job", "J-1")

    found = json_of("stats", "--ledger", two, *words)

    assert (found["since"], found["total"]["done"]) == ("2026-11-23T00:00:00Z", 0)


@pytest.mark.parametrize("words", [("--since", "yesterday"), ("--by", "moon")])
def test_stats_of_what_cannot_be_told_is_a_wrong_command_line(
    words: tuple[str, str], two: Path
) -> None:
    assert invoke("ledger", "stats", "--ledger", two, *words).exit_code == 2


def test_check_of_a_ledger_that_is_right_is_exit_0(two: Path) -> None:
    ran = invoke("ledger", "check", "--ledger", two)

    assert (ran.exit_code, ran.stdout) == (0, "")
    assert json_of("check", "--ledger", two) == {"clean": True, "findings": []}


def test_check_names_the_card_and_what_to_do_and_is_exit_4(two: Path) -> None:
    damage(two, "UPDATE cards SET digest = NULL")

    ran = invoke("ledger", "check", "--ledger", two)
    found = json_of("check", "--ledger", two)

    assert ran.exit_code == 4
    assert ran.stdout.startswith("04A1B2C3D4E580 7H3K-9QX2-MZ4D-G: no-digest: ")
    assert "hint: " in ran.stdout
    (finding,) = found["findings"]
    assert (finding["fault"], finding["uid"], finding["token"]) == (
        "no-digest",
        "04A1B2C3D4E580",
        TOKEN,
    )


def test_card_without_stages_is_told_by_the_other_verbs_too(two: Path) -> None:
    damage(two, "DELETE FROM stages")

    ran = invoke("ledger", "show", "--ledger", two)

    assert ran.exit_code == 4
    assert "04A1B2C3D4E580" in ran.stderr
    assert "ledger check" in ran.stderr


def test_backup_is_written_and_not_over_another_file(two: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"

    first = json_of("backup", copy, "--ledger", two)
    again = invoke("ledger", "backup", copy, "--ledger", two)
    forced = invoke("ledger", "backup", copy, "--ledger", two, "--force")

    assert first == {"backup": str(copy), "bytes": copy.stat().st_size}
    assert (again.exit_code, forced.exit_code) == (4, 0)
    assert contents(copy) == contents(two)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".lock"])
def test_backup_does_not_replace_what_the_ledger_lives_in(two: Path, suffix: str) -> None:
    target = two.with_name(two.name + suffix)

    ran = invoke("ledger", "backup", target, "--ledger", two, "--force")

    assert ran.exit_code == 2
    assert json_of("check", "--ledger", two)["clean"]


def test_merge_brings_the_other_stations_cards(two: Path, tmp_path: Path) -> None:
    other = book(tmp_path / "o.db", card(OTHER_UID, OTHER_TOKEN), *WHOLE, by=OTHER_BENCH)

    planned = json_of("merge", other, "--ledger", two, "--dry-run")
    brought = json_of("merge", other, "--ledger", two)
    again = json_of("merge", other, "--ledger", two)

    assert (planned["written"], planned["cards"]) == (False, 1)
    assert brought == planned | {"written": True}
    assert (again["cards"], again["stages"]) == (0, 0)


def test_merge_with_a_clash_names_it_and_is_exit_4(two: Path, tmp_path: Path) -> None:
    other = book(tmp_path / "o.db", card(OTHER_UID, TOKEN), *WHOLE)
    before = contents(two)

    ran = invoke("ledger", "merge", other, "--ledger", two)
    found = json_of("merge", other, "--ledger", two)

    assert ran.exit_code == 4
    assert ran.stdout.startswith(f"{OTHER_UID} 7H3K-9QX2-MZ4D-G: token-on-two-cards: ")
    assert "nothing is written" in ran.stderr
    assert (found["written"], found["clashes"][0]["kind"]) == (False, "token-on-two-cards")
    assert contents(two) == before


def test_merge_with_itself_is_a_wrong_command_line(two: Path) -> None:
    assert invoke("ledger", "merge", two, "--ledger", two).exit_code == 2


@pytest.mark.parametrize("words", [("scrap", TOKEN), ("merge", "other.db")])
def test_verbs_that_write_are_told_of_a_run(
    words: tuple[str, str], two: Path, tmp_path: Path
) -> None:
    book(tmp_path / "other.db", card(OTHER_UID, OTHER_TOKEN))
    verb, what = words
    with Ledger.open(two, writable=True):
        ran = invoke("ledger", verb, tmp_path / what if verb == "merge" else what, "--ledger", two)

    assert ran.exit_code == 4
    assert "another command is writing" in ran.stderr


@pytest.mark.parametrize("verb", ["show", "export", "stats", "check", "backup", "merge --dry-run"])
def test_verbs_that_read_work_while_a_run_writes(verb: str, two: Path, tmp_path: Path) -> None:
    book(tmp_path / "other.db", card(OTHER_UID, OTHER_TOKEN))
    files = {"backup": tmp_path / "copy.db", "merge --dry-run": tmp_path / "other.db"}
    words: list[str | Path] = [
        *verb.split(),
        *(file for name, file in files.items() if name == verb),
    ]
    with Ledger.open(two, writable=True) as ledger:
        ledger.begin(card("04A1B2C3D4E599", "WEMETCARD2346"), at=START, by=BENCH)
        ran = invoke("ledger", *words, "--ledger", two)

    assert ran.exit_code == 0


def test_every_word_of_the_exports_is_explained(two: Path, tmp_path: Path) -> None:
    other = book(tmp_path / "o.db", card(OTHER_UID, TOKEN), *WHOLE)
    damage(two, "UPDATE cards SET digest = NULL")
    table = invoke("ledger", "stats", "--ledger", two, "--format", "csv").stdout
    stats, check = json_of("stats", "--ledger", two), json_of("check", "--ledger", two)
    merge = json_of("merge", other, "--ledger", two)
    (row,) = json_of("export", "--ledger", two, "--format", "csv")
    words = {
        *row,
        *stats,
        *stats["total"],
        *check,
        *check["findings"][0],
        *table.splitlines()[0].split(","),
    }
    words |= {*merge, *merge["clashes"][0]}

    explained = set(FORMATS.read_text().replace("`", "\n").splitlines())

    assert words - explained == set()
    assert "no_such_word" not in explained
