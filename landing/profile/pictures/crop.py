"""Where a portrait is cut: on its face, else where faces use to be. Pure geometry, in pixels."""

from dataclasses import dataclass

# A finder's box goes from the brows' upper edge to the chin; with hair and some air, a head stands
# well in a square of two and a half boxes, its eyes a little above the middle.
_SIDE_IN_FACES = 2.5
_EYES_IN_FACE = 0.4
_EYES_IN_CROP = 0.42
# Without a face: heads fill the upper part of an upright picture, so that its middle would cut
# hair off; a quarter of what must go is cut above, three quarters below. Sideways, the middle.
_SHARE_CUT_ABOVE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The box of a face that was found."""

    left: float
    top: float
    side: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """The part of a picture that is kept."""

    left: int
    top: int
    side: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, upper, right and lower edge, as Pillow takes them."""
        return self.left, self.top, self.left + self.side, self.top + self.side


def portrait_square(size: tuple[int, int], face: Face | None, *, least: int) -> Square:
    """The square to keep; with fewer than ``least`` pixels a side only if the picture has no more.

    A face near an edge cannot stand in the middle: the square never leaves the picture.
    """
    width, height = size
    shorter = min(size)
    if face is None:
        left, top = (width - shorter) / 2, (height - shorter) * _SHARE_CUT_ABOVE
        return Square(left=int(left), top=int(top), side=shorter)
    side = min(shorter, max(least, round(face.side * _SIDE_IN_FACES)))
    left = face.left + face.side / 2 - side / 2
    top = face.top + face.side * _EYES_IN_FACE - side * _EYES_IN_CROP
    return Square(
        left=_kept_inside(left, width - side), top=_kept_inside(top, height - side), side=side
    )


def _kept_inside(start: float, last: int) -> int:
    return min(max(round(start), 0), last)
