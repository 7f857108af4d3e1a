"""A label goes through a real CUPS queue, and what does not come out is told."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from encoder.errors import PrinterError
from encoder.labels.layout_file import load_layout
from encoder.labels.render import Style, render_label
from encoder.printers import Document, open_printer
from encoder.printers.cups import CupsPrinter
from encoder.qr.readback import read_picture
from tests.encoder.labels.cast import ZOE_CARD
from tests.encoder.printers.cupsd import PPD, Cups, running_cups, why_not

_WHY_NOT = why_not()
pytestmark = pytest.mark.skipif(_WHY_NOT is not None, reason=_WHY_NOT or "")


@pytest.fixture(scope="module")
def cups() -> Iterator[Cups]:
    """A CUPS with a queue that prints to PDF, and others that do not print."""
    with running_cups() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUPS_SERVER", server.socket)
        server.add_queue("pdf", "cups-pdf:/", "-P", str(PPD))
        yield server


def label(layout: str = "cr80-back") -> Document:
    """A label as PDF."""
    style = Style(layout=load_layout(layout))
    bleed = 2 * style.layout.bleed_mm
    return Document(
        name=f"label-{layout}",
        content=render_label(style, ZOE_CARD, "pdf"),
        width_mm=style.layout.width_mm + bleed,
        height_mm=style.layout.height_mm + bleed,
    )


def rasterised(pdf: Path, folder: Path, dpi: int = 300) -> Image.Image:
    """The first page as an independent renderer paints it."""
    target = folder / "page"
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", str(pdf), str(target)], check=True
    )
    return Image.open(target.with_suffix(".pgm")).convert("L")


@pytest.mark.parametrize("layout", ["cr80-back", "round-sticker", "parcel-slip"])
def test_label_comes_out_of_a_real_queue_in_its_size_and_is_readable(
    cups: Cups, tmp_path: Path, layout: str
) -> None:
    document = label(layout)

    said = open_printer("cups:pdf").send(document)

    (pdf,) = [path for path in cups.printed() if layout in path.name]
    page = rasterised(pdf, tmp_path)
    assert "completed" in said
    assert read_picture(page).endswith(ZOE_CARD.token)
    assert page.width == pytest.approx(document.width_mm / 25.4 * 300, abs=6)
    assert page.height == pytest.approx(document.height_mm / 25.4 * 300, abs=6)


LOOKING = """#!/bin/sh
ls -A "$TMPDIR" >"$SEEN" && exec {lp} "$@"
"""


@pytest.mark.parametrize("is_left", [False, True])
def test_label_lies_in_no_file_that_a_killed_command_would_leave(
    cups: Cups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_left: bool
) -> None:
    """Seeded fault: a file that lies there while the document is handed over is seen."""
    folder, tools = tmp_path / "tmp", tmp_path / "tools"
    folder.mkdir()
    tools.mkdir()
    (tools / "lp").write_text(LOOKING.format(lp=shutil.which("lp")), encoding="utf-8")
    (tools / "lp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    if is_left:
        (folder / "wecard-label.pdf").touch()

    said = open_printer("cups:pdf").send(label())

    assert "completed" in said
    assert bool((tmp_path / "seen").read_text(encoding="utf-8")) == is_left


def test_check_finds_nothing_wrong_with_a_queue_that_prints(cups: Cups) -> None:
    open_printer("cups:pdf").check()


@pytest.mark.parametrize("queue", ["nowhere", "étage", "100%25"])
def test_queue_that_is_not_there_is_named(cups: Cups, queue: str) -> None:
    with pytest.raises(PrinterError, match=queue) as checked:
        open_printer(f"cups:{queue}").check()
    with pytest.raises(PrinterError, match=queue) as sent:
        open_printer(f"cups:{queue}").send(label())

    assert "lpstat" in checked.value.hint
    assert "lpstat" in sent.value.hint


def test_queue_that_rejects_jobs_prints_nothing_and_names_the_cure(cups: Cups) -> None:
    cups.add_queue("closed", "file:///dev/null")
    cups.tool("cupsreject", "-r", "stock-taking", "closed")

    with pytest.raises(PrinterError, match="stock-taking") as checked:
        open_printer("cups:closed").check()
    with pytest.raises(PrinterError, match="not accepting"):
        open_printer("cups:closed").send(label())

    assert "cupsaccept closed" in checked.value.hint


def test_stopped_queue_gives_the_job_back_and_names_the_cure(cups: Cups) -> None:
    cups.add_queue("stopped", "file:///dev/null")
    cups.tool("cupsdisable", "-r", "no paper", "stopped")

    with pytest.raises(PrinterError, match="no paper"):
        open_printer("cups:stopped").check()
    with pytest.raises(PrinterError, match=r"no paper.*taken back") as sent:
        open_printer("cups:stopped").send(label())

    assert "cupsenable stopped" in sent.value.hint
    assert cups.tool("lpstat", "-o", "stopped") == ""


def test_job_that_its_backend_gives_up_is_an_error_and_leaves_the_queue_empty(cups: Cups) -> None:
    cups.add_queue(
        "broken", "socket://127.0.0.1:1/?contimeout=1", "-o", "printer-error-policy=abort-job"
    )

    with pytest.raises(PrinterError, match="aborted"):
        open_printer("cups:broken").send(label())

    assert cups.tool("lpstat", "-o", "broken") == ""


def test_job_that_takes_too_long_is_taken_back(cups: Cups) -> None:
    cups.add_queue(
        "slow", "socket://127.0.0.1:1/?contimeout=600", "-o", "printer-error-policy=retry-job"
    )

    with pytest.raises(PrinterError, match=r"not printed in 1 s.*taken back"):
        CupsPrinter("slow", patience_seconds=1).send(label())

    assert cups.tool("lpstat", "-o", "slow") == ""


def test_server_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "nobody.sock"))

    with pytest.raises(PrinterError, match="does not answer"):
        open_printer("cups:pdf").check()


def test_tools_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))

    with pytest.raises(PrinterError, match="lp") as caught:
        open_printer("cups:pdf").send(label())

    assert "cups-client" in caught.value.hint
