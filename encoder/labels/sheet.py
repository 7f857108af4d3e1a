"""The sheet of a job: one vector PDF, A4, with a label for each card that is done.

21 labels of 63.5 by 38.1 mm a page, three beside each other, for the label stock of that size;
on plain paper the thin frames show where to cut.
"""

from collections.abc import Collection
from io import BytesIO
from pathlib import Path

from reportlab.lib.colors import Color, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from encoder.labels.files import proved_pictures
from encoder.labels.words import BOLD, REGULAR, FittedText, cut, fit, printable, register_fonts
from encoder.qr.code import QUIET_ZONE, QrCode, dark_runs, draw
from encoder.whole_files import write_whole
from landing.contract.documents import Job, JobItem
from landing.contract.token import format_token

COLUMNS, ROWS = 3, 7
LABEL_WIDTH, LABEL_HEIGHT, COLUMN_GAP = 63.5 * mm, 38.1 * mm, 2.5 * mm
_PAGE_WIDTH, _PAGE_HEIGHT = A4
_LEFT = (_PAGE_WIDTH - COLUMNS * LABEL_WIDTH - (COLUMNS - 1) * COLUMN_GAP) / 2
_TOP = (_PAGE_HEIGHT + ROWS * LABEL_HEIGHT) / 2  # upper edge of the first row
_QR_SIDE = 32 * mm  # quiet zones included
_QR_INSET = 1 * mm
_TEXT_INSET = 2.5 * mm
_CORNER = 2 * mm
_LEADING = 1.2
_ASCENT = 0.73  # height of Bitstream Vera's capitals, in font sizes
_GREY = Color(0.45, 0.45, 0.45)
_FRAME_GREY = Color(0.8, 0.8, 0.8)


def write_sheet(path: Path, job: Job, tokens: Collection[str]) -> None:
    """Write the labels of the job's cards named in ``tokens``, in the job's order.

    Raises:
        QrMismatchError: a QR code does not say what the job says; the file is as it was.
        EncoderError: the file cannot be written.
    """
    write_whole(path, render_sheet(job, tokens))


def render_sheet(job: Job, tokens: Collection[str]) -> bytes:
    """The sheet as PDF; the same job and cards make the same bytes.

    Raises:
        QrMismatchError: a QR code does not say what the job says.
    """
    register_fonts()
    done = frozenset(tokens)
    items = [item for item in job.items if item.token in done]
    per_page = COLUMNS * ROWS
    pages = [items[start : start + per_page] for start in range(0, len(items), per_page)] or [[]]
    written = BytesIO()
    canvas = Canvas(
        written,
        pagesize=A4,
        invariant=True,
        initialFontName=REGULAR,  # type: ignore[arg-type]  # the stub says float
    )
    canvas.setTitle(f"WeCard {job.job}")
    canvas.setCreator("WeCard")
    for number, page in enumerate(pages, start=1):
        _draw_head(canvas, job, len(items), f"page {number}/{len(pages)}")
        for place, item in enumerate(page):
            _draw_label(canvas, place, item, _proved_code(job.site, item))
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _proved_code(site: str, item: JobItem) -> QrCode:
    code = draw(site, item.token)
    proved_pictures(code, item.url)
    return code


def _draw_head(canvas: Canvas, job: Job, count: int, page: str) -> None:
    baseline = _TOP + 5 * mm
    right = _PAGE_WIDTH - _LEFT
    canvas.setFillColor(black)
    canvas.setFont(BOLD, 11)
    canvas.drawString(_LEFT, baseline, cut(printable(job.job, BOLD), BOLD, 11, 90 * mm))
    canvas.setFillColor(_GREY)
    canvas.setFont(REGULAR, 8)
    cards = "1 card" if count == 1 else f"{count} cards"
    canvas.drawRightString(right, baseline, f"{cards} · {page}")


def _draw_label(canvas: Canvas, place: int, item: JobItem, code: QrCode) -> None:
    row, column = divmod(place, COLUMNS)
    left = _LEFT + column * (LABEL_WIDTH + COLUMN_GAP)
    bottom = _TOP - (row + 1) * LABEL_HEIGHT
    canvas.setStrokeColor(_FRAME_GREY)
    canvas.setLineWidth(0.3)
    canvas.roundRect(left, bottom, LABEL_WIDTH, LABEL_HEIGHT, _CORNER, stroke=1, fill=0)
    _draw_code(canvas, left + _QR_INSET, bottom + (LABEL_HEIGHT - _QR_SIDE) / 2, code)
    text_left = left + _QR_INSET + _QR_SIDE
    width = left + LABEL_WIDTH - _TEXT_INSET - text_left
    margin = (LABEL_HEIGHT - _QR_SIDE) / 2 + QUIET_ZONE * _QR_SIDE / code.side
    _draw_words(canvas, text_left, bottom + margin, bottom + LABEL_HEIGHT - margin, width, item)


def _draw_code(canvas: Canvas, left: float, bottom: float, code: QrCode) -> None:
    module = _QR_SIDE / code.side
    canvas.setFillColor(white)
    canvas.rect(left, bottom, _QR_SIDE, _QR_SIDE, stroke=0, fill=1)
    canvas.setFillColor(black)
    path = canvas.beginPath()
    for run in dark_runs(code):
        path.rect(
            left + run.x * module,
            bottom + (code.side - run.y - 1) * module,
            run.length * module,
            module,
        )
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_words(
    canvas: Canvas, left: float, foot: float, top: float, width: float, item: JobItem
) -> None:
    """Name and line from the top of the QR code's modules down, the token from their foot up."""
    name = fit(item.label.name, BOLD, width=width, largest=10, smallest=7.5, max_lines=2)
    line = fit(item.label.line, REGULAR, width=width, largest=8, smallest=6.5, max_lines=2)
    canvas.setFillColor(black)
    top = _draw_lines(canvas, left, top, BOLD, name)
    canvas.setFillColor(_GREY)
    _draw_lines(canvas, left, top - 1 * mm, REGULAR, line)
    token = fit(
        format_token(item.token), REGULAR, width=width, largest=7.5, smallest=5, max_lines=1
    )
    canvas.setFillColor(black)
    canvas.setFont(REGULAR, token.size)
    canvas.drawString(left, foot, token.lines[0])
    canvas.setFillColor(_GREY)
    canvas.setFont(REGULAR, 6)
    canvas.drawString(left, foot + 3.5 * mm, f"no. {item.position}")


def _draw_lines(canvas: Canvas, left: float, top: float, font: str, text: FittedText) -> float:
    """Draw the lines from ``top`` down; the answer is where the next may start."""
    canvas.setFont(font, text.size)
    for line in text.lines:
        top -= text.size * (_LEADING if line is not text.lines[0] else _ASCENT)
        canvas.drawString(left, top, line)
    return top - ((1 - _ASCENT) * text.size if text.lines else 0)
