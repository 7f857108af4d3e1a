"""What a label's layout says: its size, its fields, and the sheet it stands on.

All lengths are in millimetres from the upper left corner of the trimmed label; type is in points.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal[
    "qr", "token", "name", "line", "logo", "text", "hint", "position", "activation", "band"
]
Shape = Literal["rectangle", "round"]
Face = Literal["regular", "bold"]
Align = Literal["left", "center", "right"]
VerticalAlign = Literal["top", "middle", "bottom"]
Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on the label."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        """The right edge."""
        return self.x_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        """The lower edge."""
        return self.y_mm + self.height_mm

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x_mm < other.right_mm
            and other.x_mm < self.right_mm
            and self.y_mm < other.bottom_mm
            and other.y_mm < self.bottom_mm
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """How a field's words are set; they shrink to ``min_size_pt``, then wrap, then are cut."""

    face: Face
    size_pt: float
    min_size_pt: float
    lines: int
    align: Align
    vertical_align: VerticalAlign
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing on the label, and the room it has; ``type`` is None where it has no words."""

    kind: Kind
    box: Box
    type: Type | None = None
    words: tuple[tuple[Language, str], ...] = ()
    colour: str = "#000000"
    logo_inside: bool = False
    file: Path | None = None

    def words_in(self, language: Language) -> str:
        """The field's own words; in the other language where it has none in this one."""
        own = dict(self.words)
        return own.get(language) or next(iter(own.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page with several labels; the pitch is from one label's edge to the next one's."""

    page_width_mm: float
    page_height_mm: float
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    column_pitch_mm: float
    row_pitch_mm: float
    frames: bool

    @property
    def places(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def corner_of(self, place: int) -> tuple[float, float]:
        """Where a label's upper left corner is on the page."""
        row, column = divmod(place, self.columns)
        return (
            self.left_mm + column * self.column_pitch_mm,
            self.top_mm + row * self.row_pitch_mm,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A label. What stands outside ``safe_mm`` from its edge may be cut; a band may reach into
    the bleed."""

    name: str
    title: str
    width_mm: float
    height_mm: float
    bleed_mm: float
    safe_mm: float
    corner_mm: float
    shape: Shape
    fields: tuple[Field, ...]
    sheet: Sheet | None

    @property
    def needs_activation(self) -> bool:
        """Whether a card without an activation code cannot be printed with it."""
        return any(field.kind == "activation" for field in self.fields)
