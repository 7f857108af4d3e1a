"""Rows as an aligned table on stdout, or as CSV."""

import csv
import io
from collections.abc import Sequence

import click


def print_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their names, each column as wide as its widest cell."""
    lines = (names, *rows)
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def csv_text(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV with a heading. Source: RFC 4180, 2."""
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer, lineterminator="\r\n")
    table.writerow(names)
    table.writerows(rows)
    return buffer.getvalue()
