"""``wecard-encoder labels``: from a job and a ledger to paper, by the real command."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from zebrafy.zebrafy_zpl import ZebrafyZPL

from encoder.labels.layout_file import layout_names
from encoder.qr.readback import read_picture
from landing.contract.documents import Job, Label
from tests.encoder.cli.command import events_in, invoke, job_file
from tests.encoder.kit import make_job


@pytest.fixture
def job() -> Job:
    """Two cards."""
    return make_job(2, chips=("NTAG213",))


@pytest.fixture
def made(tmp_path: Path, job: Job) -> tuple[Path, Path]:
    """The job's file, and the ledger of its run."""
    path, ledger = job_file(tmp_path, job), tmp_path / "ledger.db"
    ran = invoke("run", path, "--reader", "sim", "--ledger", ledger)
    assert ran.exit_code == 0, ran.stderr
    return path, ledger


def test_labels_of_a_run_are_printed_and_told_as_json(
    tmp_path: Path, job: Job, made: tuple[Path, Path]
) -> None:
    path, ledger = made
    folder = tmp_path / "out"

    result = invoke(
        *("labels", "print", path, "--ledger", ledger),
        *("--printer", f"file:{folder}", "--json"),
    )

    *labels, end = events_in(result.stdout)
    assert result.exit_code == 0
    assert [label["token"] for label in labels] == [item.token for item in job.items]
    assert {label["status"] for label in labels} == {"printed"}
    assert end == {
        "event": "end",
        "printed": 2,
        "already_printed": 0,
        "not_printed": 0,
        "read_back_by": ["zxing-cpp", "zbar"],
    }
    assert len(list(folder.glob("*-cr80-back.pdf"))) == 2


def test_second_print_is_told_and_needs_again(tmp_path: Path, made: tuple[Path, Path]) -> None:
    words = ("labels", "print", made[0], "--ledger", made[1], "--printer", f"file:{tmp_path}/o")
    invoke(*words)

    told, again = invoke(*words), invoke(*words, "--again")

    assert (told.exit_code, again.exit_code) == (0, 0)
    assert "0 printed, 2 printed before, 0 not printed" in told.stderr
    assert "hint: print a second one with --again" in told.stderr
    assert "destroy that one" in again.stderr


def test_printer_that_fails_ends_with_6_and_its_cure(
    tmp_path: Path, made: tuple[Path, Path]
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")

    result = invoke("labels", "print", made[0], "--ledger", made[1], "--printer", f"file:{blocked}")

    assert result.exit_code == 6
    assert "hint: name another folder" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--token", "0000000000012"), 2, "no token of the job"),
        (("--token", "nonsense"), 2, "no token of the job"),
        (("--layout", "nowhere.toml"), 4, "there is no layout nowhere.toml"),
        (("--layout", "parcel-slip"), 4, "activation code"),
        (("--printer", "fax:1"), 6, "there is no printer"),
        (("--dpi", "101", "--layout", "round-sticker"), 0, ""),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: tuple[Path, Path],
    words: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    result = invoke("labels", "print", made[0], "--ledger", made[1], *words)

    assert (result.exit_code, told in result.stderr) == (code, True), result.stderr


def test_ledger_that_is_not_there_is_named(tmp_path: Path, job: Job) -> None:
    path = job_file(tmp_path, job)

    result = invoke("labels", "print", path, "--ledger", tmp_path / "none.db")

    assert result.exit_code == 4
    assert "none.db" in result.stderr


def test_parcel_slips_show_the_codes_of_cards_without_a_person(tmp_path: Path, job: Job) -> None:
    blank = replace(
        job,
        items=tuple(
            replace(item, label=Label(activation=f"K7QP92MX4D3{item.position}"))
            for item in job.items
        ),
    )
    path, ledger = job_file(tmp_path, blank), tmp_path / "ledger.db"
    invoke("run", path, "--reader", "sim", "--ledger", ledger)
    slips = tmp_path / "slips"

    result = invoke(
        *("labels", "print", path, "--ledger", ledger, "--layout", "parcel-slip"),
        *("--printer", f"file:{slips}"),
    )

    words = [
        subprocess.run(["pdftotext", slip, "-"], check=True, capture_output=True, text=True).stdout
        for slip in (slips / f"{item.token}-parcel-slip.pdf" for item in job.items)
    ]
    assert result.exit_code == 0, result.stderr
    assert ["K7QP92-MX4D31" in words[0], "K7QP92-MX4D32" in words[1]] == [True, True]


@pytest.mark.parametrize("layout", layout_names())
@pytest.mark.parametrize("suffix", ["png", "pdf", "zpl"])
def test_preview_is_written_in_every_kind(tmp_path: Path, layout: str, suffix: str) -> None:
    out = tmp_path / f"preview.{suffix}"

    result = invoke("labels", "preview", "--layout", layout, "--out", out, "--json")

    assert json.loads(result.stdout) == {"layout": layout, "file": str(out), "dpi": 300}
    if suffix == "png":
        assert read_picture(Image.open(out)).endswith("7H3K9QX2MZ4DG")
    elif suffix == "zpl":
        (picture,) = ZebrafyZPL(out.read_text()).to_images()
        assert read_picture(picture.convert("L")).endswith("7H3K9QX2MZ4DG")
    else:
        assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("words", [("--out", "label.gif"), ("--site", "card.example")])
def test_preview_of_what_cannot_be_is_a_usage_error(tmp_path: Path, words: tuple[str, str]) -> None:
    result = invoke("labels", "preview", "--out", tmp_path / "x.png", *words)

    assert result.exit_code == 2


def test_layouts_are_listed() -> None:
    plain, as_json = invoke("labels", "layouts"), invoke("labels", "layouts", "--json")

    assert [line.split()[0] for line in plain.stdout.splitlines()] == layout_names()
    assert [entry["layout"] for entry in json.loads(as_json.stdout)] == layout_names()
