"""A label printer takes ZPL over TCP; what it took in part, or cannot print, is told."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from zebrafy.zebrafy_zpl import ZebrafyZPL

from encoder.errors import PrinterError
from encoder.labels.layout_file import load_layout
from encoder.labels.render import Style, render_label
from encoder.printers import Document
from encoder.printers.zebra import Patience, ZebraPrinter
from encoder.qr.readback import read_picture
from tests.encoder.labels.cast import ZOE_CARD
from tests.encoder.printers.label_printer import (
    HEAD_OPEN,
    OUT_OF_PAPER,
    LabelPrinter,
    listening,
)

QUICK = Patience(connect=5, send=5, status=0.5)


def at(printer: LabelPrinter) -> ZebraPrinter:
    """Our side of a label printer."""
    return ZebraPrinter("127.0.0.1", printer.port, QUICK)


def label(dpi: int = 203) -> Document:
    """A label as ZPL."""
    style = Style(layout=load_layout("round-sticker"), dpi=dpi)
    content = render_label(style, ZOE_CARD, "zpl")
    return Document(name="label", content=content, width_mm=50, height_mm=50)


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_label_that_was_sent_reads_back_from_what_the_printer_took(dpi: int) -> None:
    with listening(LabelPrinter()) as printer:
        said = at(printer).send(label(dpi))

    (taken,) = printer.labels
    (picture,) = ZebrafyZPL(taken.decode("ascii")).to_images()
    assert "nothing is in its way" in said
    assert taken == label(dpi).content
    assert read_picture(picture.convert("L")).endswith(ZOE_CARD.token)


@pytest.mark.parametrize(
    ("status", "told"), [(OUT_OF_PAPER, "out of paper"), (HEAD_OPEN, "head is open")]
)
def test_printer_that_cannot_print_says_so_ahead_of_the_label_and_behind_it(
    status: bytes, told: str
) -> None:
    with listening(LabelPrinter(status=status)) as printer:
        with pytest.raises(PrinterError, match=f"{told}; nothing was printed"):
            at(printer).check()
        with pytest.raises(PrinterError, match=f"{told}; the label waits"):
            at(printer).send(label())

    assert len(printer.labels) == 1


def test_printer_that_tells_nothing_is_said_to_tell_nothing() -> None:
    with listening(LabelPrinter(status=b"")) as printer:
        at(printer).check()
        said = at(printer).send(label())

    assert "does not tell" in said


def test_label_sent_in_part_is_an_error_that_says_so() -> None:
    document = Document(name="long", content=b"^XA" * 4_000_000, width_mm=50, height_mm=50)

    with (
        listening(LabelPrinter(takes=10_000)) as printer,
        pytest.raises(PrinterError, match=r"took \d+ of 12000000 bytes.*in part") as caught,
    ):
        at(printer).send(document)

    assert "throw away" in caught.value.hint


def test_printer_that_takes_no_more_is_given_up_after_a_while() -> None:
    document = Document(name="long", content=b"^XA" * 10_000_000, width_mm=50, height_mm=50)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        printer = ZebraPrinter("127.0.0.1", silent.getsockname()[1], Patience(send=0.3))

        with pytest.raises(PrinterError, match="timed out; the label was sent in part"):
            printer.send(document)


def test_printer_that_is_away_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(PrinterError, match=r"cannot be reached.*nothing was printed"):
        ZebraPrinter("127.0.0.1", port).check()


def test_printer_that_drips_its_status_holds_nobody_up() -> None:
    """Each byte comes in time; all of them together would take a minute."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        dripping = pool.submit(drip, server, b"x" * 300, seconds=0.2)
        printer = ZebraPrinter("127.0.0.1", server.getsockname()[1], QUICK)

        printer.check()

        assert dripping.result(timeout=30) < 100


def drip(server: socket.socket, answer: bytes, *, seconds: float) -> int:
    """Answer a byte at a time until the asker has gone; how many bytes that were."""
    link, _ = server.accept()
    link.settimeout(seconds)
    sent = 0
    with link, suppress(ConnectionError):
        while sent < len(answer):
            with suppress(TimeoutError):
                while link.recv(4096):
                    pass
                return sent
            sent += link.send(answer[sent : sent + 1])
    return sent


@pytest.mark.parametrize("host", ["a..b", ".", "a" * 64])
def test_host_that_is_no_name_is_told_as_a_printer_that_is_away(host: str) -> None:
    with pytest.raises(PrinterError, match=r"cannot be reached.*nothing was printed"):
        ZebraPrinter(host, 9100).check()
