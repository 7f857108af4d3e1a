"""A printer is opened by its name; a folder is one, too."""

from pathlib import Path

import pytest

from encoder.errors import PrinterError
from encoder.printers import Document, open_printer

DOCUMENT = Document(name="label", content=b"%PDF", width_mm=50, height_mm=50)


@pytest.mark.parametrize(
    ("name", "opened", "takes"),
    [
        ("file:labels", "file:labels", "pdf"),
        ("cups:office_2", "cups:office_2", "pdf"),
        ("zpl:printer.local", "zpl:printer.local:9100", "zpl"),
        ("zpl:192.0.2.7:6101", "zpl:192.0.2.7:6101", "zpl"),
        ("zpl:[::1]:9100", "zpl:::1:9100", "zpl"),
    ],
)
def test_printer_has_the_name_it_is_opened_by(name: str, opened: str, takes: str) -> None:
    printer = open_printer(name)

    assert (printer.name, printer.takes) == (opened, takes)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "file:",
        "cups:",
        "cups:-o",
        "cups:a b",
        "cups:a/b",
        "zpl:",
        "zpl:a:b",
        "zpl:a:70000",
        "usb",
    ],
)
def test_what_is_no_printer_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(PrinterError) as caught:
        open_printer(name)

    assert "file:DIR" in caught.value.hint


def test_folder_takes_documents_and_replaces_older_ones(tmp_path: Path) -> None:
    printer = open_printer(f"file:{tmp_path / 'new' / 'labels'}")
    printer.check()

    said = [printer.send(DOCUMENT) for _ in range(2)]

    (path,) = (tmp_path / "new" / "labels").iterdir()
    assert said == [f"written to {path}"] * 2
    assert path.read_bytes() == DOCUMENT.content
    assert path.stat().st_mode & 0o077 == 0


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "labels"
    blocked.write_text("a file")

    printer = open_printer(f"file:{blocked}")

    with pytest.raises(PrinterError, match="takes no labels"):
        printer.check()
    with pytest.raises(PrinterError, match="cannot be written"):
        printer.send(DOCUMENT)
