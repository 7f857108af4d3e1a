"""Paint labels on pages of a PDF: vectors, embedded fonts, and bleed where the layout has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil

from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from encoder.labels.layout import Box, Layout
from encoder.labels.place import POINTS_PER_MM, Band, Code, Picture, Placed, Words, inscribed
from encoder.labels.words import BOLD, REGULAR, cut, printable, register_fonts
from encoder.qr.code import dark_runs
from encoder.qr.dots import MM_PER_INCH

_FRAME_GREY = Color(0.8, 0.8, 0.8)
_GREY = Color(0.45, 0.45, 0.45)
_FRAME_POINTS = 0.3
_HEAD_MM = 5  # above the first row
_HEAD_ROOM_MM = 10
_ROUNDING = 1e-6  # dots
# A printer inks every dot that a shape touches, by however little: a number rounded up would
# make all modules a dot wider. Source: ISO 32000-1, 10.6.4
_INSET = 0.01  # dots


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above a sheet's labels."""

    left: str
    right: str


class Pages:
    """A PDF in the making, for a printer of ``dpi``. The same labels make the same bytes."""

    def __init__(self, layout: Layout, *, title: str, dpi: int) -> None:
        register_fonts()
        self._layout = layout
        self._dot_mm = MM_PER_INCH / dpi
        self._written = BytesIO()
        self._height_mm = 0.0
        self._pictures: dict[int, ImageReader] = {}
        self._canvas = Canvas(
            self._written,
            invariant=True,
            initialFontName=REGULAR,  # type: ignore[arg-type]  # the stub says float
        )
        self._canvas.setTitle(title)
        self._canvas.setCreator("WeCard")

    def add_label(self, placed: Sequence[Placed]) -> None:
        """One label on a page of its own, as large as the label and its bleed."""
        layout, bleed = self._layout, self._layout.bleed_mm
        width, height = layout.width_mm + 2 * bleed, layout.height_mm + 2 * bleed
        self._begin(width, height)
        if bleed:
            left, bottom = self._point(bleed, bleed + layout.height_mm)
            right, top = self._point(bleed + layout.width_mm, bleed)
            self._canvas.setTrimBox((left, bottom, right, top))
            self._canvas.setBleedBox((*self._point(0, height), *self._point(width, 0)))
        self._paint(placed, bleed, bleed)
        self._canvas.showPage()

    def add_sheet(self, labels: Sequence[Sequence[Placed]], head: Head | None) -> None:
        """One page of the layout's sheet, filled from its first place on."""
        sheet = self._layout.sheet
        if sheet is None:
            raise ValueError("the layout has no sheet")
        self._begin(sheet.page_width_mm, sheet.page_height_mm)
        if head is not None and sheet.top_mm >= _HEAD_ROOM_MM:
            right = sheet.corner_of(sheet.columns - 1)[0] + self._layout.width_mm
            self._draw_head(head, sheet.left_mm, right, sheet.top_mm - _HEAD_MM)
        for place, placed in enumerate(labels):
            left, top = sheet.corner_of(place)
            if sheet.frames:
                self._frame(left, top)
            self._paint(placed, left, top)
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The PDF."""
        self._canvas.save()
        return self._written.getvalue()

    def _begin(self, width_mm: float, height_mm: float) -> None:
        """Begin a page of whole dots: PDF counts from the foot, and a code's edges from the top."""
        dots = [ceil(side / self._dot_mm - _ROUNDING) for side in (width_mm, height_mm)]
        self._height_mm = dots[1] * self._dot_mm
        width, height = (count * self._dot_mm * POINTS_PER_MM for count in dots)
        self._canvas.setPageSize((width, height))

    def _paint(self, placed: Sequence[Placed], left_mm: float, top_mm: float) -> None:
        for thing in placed:
            if isinstance(thing, Words):
                self._write(thing, left_mm, top_mm)
            elif isinstance(thing, Code):
                self._draw_code(thing, left_mm, top_mm)
            elif isinstance(thing, Picture):
                self._draw_picture(thing, left_mm, top_mm)
            else:
                self._fill(thing, left_mm, top_mm)

    def _write(self, words: Words, left_mm: float, top_mm: float) -> None:
        self._canvas.setFillColor(HexColor(words.colour))
        self._canvas.setFont(words.font, words.size_pt)
        x, y = self._point(left_mm + words.x_mm, top_mm + words.baseline_mm)
        self._canvas.drawString(x, y, words.text)

    def _draw_code(self, thing: Code, left_mm: float, top_mm: float) -> None:
        """Draw the modules, their edges where the printer's dots meet."""
        dot_mm, edges = self._dot_mm, (left_mm + thing.x_mm, top_mm + thing.y_mm)
        corner = [round(edge / dot_mm) * dot_mm for edge in edges]
        side_mm, module = thing.code.side * thing.module_mm, thing.module_mm * POINTS_PER_MM
        left, bottom = self._point(corner[0], corner[1] + side_mm)
        side = side_mm * POINTS_PER_MM
        self._canvas.setFillColor(white)
        self._canvas.rect(left, bottom, side, side, stroke=0, fill=1)
        self._canvas.setFillColor(black)
        path, inset = self._canvas.beginPath(), _INSET * dot_mm * POINTS_PER_MM
        for run in dark_runs(thing.code):
            x, y = left + run.x * module, bottom + (thing.code.side - run.y - 1) * module
            path.rect(x + inset, y + inset, run.length * module - 2 * inset, module - 2 * inset)
        self._canvas.drawPath(path, stroke=0, fill=1)
        if thing.logo is not None and thing.hole is not None:
            box = inscribed(thing.logo, thing.hole, centered=True)
            self._draw_picture(Picture(box=box, picture=thing.logo), left_mm, top_mm)

    def _draw_picture(self, thing: Picture, left_mm: float, top_mm: float) -> None:
        reader = self._pictures.setdefault(id(thing.picture), ImageReader(thing.picture))
        box = thing.box
        x, y = self._point(left_mm + box.x_mm, top_mm + box.bottom_mm)
        self._canvas.drawImage(
            reader, x, y, box.width_mm * POINTS_PER_MM, box.height_mm * POINTS_PER_MM
        )

    def _fill(self, band: Band, left_mm: float, top_mm: float) -> None:
        self._canvas.setFillColor(HexColor(band.colour))
        self._rectangle(band.box, left_mm, top_mm)

    def _rectangle(self, box: Box, left_mm: float, top_mm: float) -> None:
        x, y = self._point(left_mm + box.x_mm, top_mm + box.bottom_mm)
        width, height = box.width_mm * POINTS_PER_MM, box.height_mm * POINTS_PER_MM
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def _frame(self, left_mm: float, top_mm: float) -> None:
        layout = self._layout
        x, y = self._point(left_mm, top_mm + layout.height_mm)
        self._canvas.setStrokeColor(_FRAME_GREY)
        self._canvas.setLineWidth(_FRAME_POINTS)
        size = (layout.width_mm * POINTS_PER_MM, layout.height_mm * POINTS_PER_MM)
        self._canvas.roundRect(x, y, *size, layout.corner_mm * POINTS_PER_MM, stroke=1, fill=0)

    def _draw_head(self, head: Head, left_mm: float, right_mm: float, baseline_mm: float) -> None:
        left, baseline = self._point(left_mm, baseline_mm)
        self._canvas.setFillColor(black)
        self._canvas.setFont(BOLD, 11)
        room = (right_mm - left_mm) / 2 * POINTS_PER_MM
        self._canvas.drawString(left, baseline, cut(printable(head.left, BOLD), BOLD, 11, room))
        self._canvas.setFillColor(_GREY)
        self._canvas.setFont(REGULAR, 8)
        self._canvas.drawRightString(right_mm * POINTS_PER_MM, baseline, head.right)

    def _point(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """In points from the page's lower left corner, as PDF counts."""
        return x_mm * POINTS_PER_MM, (self._height_mm - y_mm) * POINTS_PER_MM
