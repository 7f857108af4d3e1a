"""What must hold between a layout's parts: everything has room, and nothing lies on the QR code."""

from collections.abc import Sequence
from itertools import combinations
from math import hypot

from encoder.labels.layout import Box, Field, Layout, Sheet
from encoder.labels.toml_lines import Table
from encoder.labels.words import ASCENT, DESCENT
from encoder.qr.dots import MIN_MODULE_MM

POINTS_PER_MM = 72 / 25.4
_SMALLEST_CODE = 25 + 2 * 4  # modules: no card's address makes fewer, and 4 are quiet on each side
_EDGE_MM = 0.005  # sizes are written with two decimals
_NO_TABLE = ""


def check_room(layout: Layout, top: Table, tables: Sequence[Table]) -> None:
    """Refuse a layout whose parts do not fit.

    Raises:
        LayoutError: it names the field, its line and the millimetres.
    """
    if sum(field.kind == "qr" for field in layout.fields) != 1:
        raise top.fault("field", 'one QR code is allowed and needed (kind = "qr")')
    for field, table in zip(layout.fields, tables, strict=True):
        _check_inside(layout, field, table)
        _check_size(field, table)
    pairs = combinations(zip(layout.fields, tables, strict=True), 2)
    for (first, _), (second, table) in pairs:
        if first.box.overlaps(second.box) and not _may_overlap(first, second):
            raise table.fault(_NO_TABLE, f"it overlaps the field of kind {first.kind}")
    if layout.sheet is not None:
        _check_sheet(layout, layout.sheet, top)


def _may_overlap(first: Field, second: Field) -> bool:
    """Words may stand on a band; nothing may stand on a code."""
    kinds = {first.kind, second.kind}
    return "band" in kinds and "qr" not in kinds


def _check_inside(layout: Layout, field: Field, table: Table) -> None:
    box = field.box
    edge = -layout.bleed_mm if field.kind == "band" else layout.safe_mm
    room = Box(
        x_mm=edge,
        y_mm=edge,
        width_mm=layout.width_mm - 2 * edge,
        height_mm=layout.height_mm - 2 * edge,
    )
    inside = (
        box.x_mm >= room.x_mm - _EDGE_MM
        and box.y_mm >= room.y_mm - _EDGE_MM
        and box.right_mm <= room.right_mm + _EDGE_MM
        and box.bottom_mm <= room.bottom_mm + _EDGE_MM
    )
    if not inside:
        raise table.fault(
            _NO_TABLE,
            f"it may reach from {room.x_mm:g} to {room.right_mm:g} mm across and from"
            f" {room.y_mm:g} to {room.bottom_mm:g} mm down, found {box.x_mm:g} to"
            f" {box.right_mm:g} and {box.y_mm:g} to {box.bottom_mm:g}",
        )
    if layout.shape == "round" and field.kind != "band":
        _check_in_circle(layout, box, table)


def _check_in_circle(layout: Layout, box: Box, table: Table) -> None:
    radius = min(layout.width_mm, layout.height_mm) / 2 - layout.safe_mm
    middle = layout.width_mm / 2, layout.height_mm / 2
    corners = [(x, y) for x in (box.x_mm, box.right_mm) for y in (box.y_mm, box.bottom_mm)]
    farthest = max(hypot(x - middle[0], y - middle[1]) for x, y in corners)
    if farthest > radius + _EDGE_MM:
        raise table.fault(
            _NO_TABLE,
            f"its corners may be {radius:.2f} mm from the middle of the round label,"
            f" found {farthest:.2f}",
        )


def _check_size(field: Field, table: Table) -> None:
    if field.kind == "qr" and field.box.width_mm < _SMALLEST_CODE * MIN_MODULE_MM:
        raise table.fault(
            "side_mm",
            f"{_SMALLEST_CODE * MIN_MODULE_MM:g} mm or more is allowed, so that each of the"
            f" {_SMALLEST_CODE} modules, quiet zones included, has {MIN_MODULE_MM:g} mm,"
            f" found {field.box.width_mm:g}: {field.box.width_mm / _SMALLEST_CODE:.3f} mm a module",
        )
    if field.type is not None:
        needed = field.type.min_size_pt * (ASCENT + DESCENT) / POINTS_PER_MM
        if field.box.height_mm + _EDGE_MM < needed:
            raise table.fault(
                "height_mm",
                f"{needed:.2f} mm or more is allowed for a line of"
                f" {field.type.min_size_pt:g} points, found {field.box.height_mm:g}",
            )


def _check_sheet(layout: Layout, sheet: Sheet, top: Table) -> None:
    checks = (
        ("across", sheet.columns, sheet.column_pitch_mm, layout.width_mm, sheet.left_mm,
         sheet.page_width_mm),
        ("down", sheet.rows, sheet.row_pitch_mm, layout.height_mm, sheet.top_mm,
         sheet.page_height_mm),
    )  # fmt: skip
    for way, count, pitch, side, start, page in checks:
        end = start + (count - 1) * pitch + side
        if end > page + _EDGE_MM or (count > 1 and pitch < side - _EDGE_MM):
            raise top.fault(
                "sheet",
                f"its {count} labels of {side:g} mm must fit {way} into {page:g} mm without"
                f" overlapping, found a pitch of {pitch:g} mm and an end at {end:g}",
            )
