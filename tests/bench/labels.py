"""Labels: how fast they are made, what memory they take, and whether phones read them in print."""

import random
import subprocess
import sys
import time
from dataclasses import replace
from statistics import median

import zxingcpp

from encoder.labels.layout_file import load_layout
from encoder.labels.render import FileKind, Style, render_label
from encoder.qr import zbar
from encoder.qr.code import draw
from landing.contract.token import mint_token
from landing.contract.url import card_url
from tests.bench.figures import Figure, Suite
from tests.bench.printed_views import random_view, seen
from tests.encoder.labels.cast import SITE, ZOE_CARD

VIEWS = 300
LEAST_READ_PERCENT = 95.0
SHEET_SECONDS, SHEET_MEMORY_MB, LABEL_MS = 15.0, 200.0, 30.0
_LABELS = 40
_SEED = 20261122
_KINDS: tuple[FileKind, ...] = ("pdf", "png", "zpl")
_METHOD = (
    "A sheet of 1 000 cards (avery-l7160, PDF) in a process of its own; the median of"
    f" {_LABELS} card backs at 300\ndpi, each read back by both readers. Print is simulated:"
    " modules of 5 dots at 300 dpi and 10 at 600\n(0.42 mm), dark areas a dot wider and higher,"
    " turned by up to 10°, seen at 300 dpi through blur\n(radius 0.4 to 1.2 pixels) and noise"
    f" (±15 shades; ink and paper are 190 apart); {VIEWS} views at each resolution."
)
_SHEET = """
import resource, time
from encoder.labels.sheet import render_sheet
from tests.encoder.kit import make_job

job = make_job(1000)
begun = time.perf_counter()
render_sheet(job, [item.token for item in job.items])
seconds = time.perf_counter() - begun
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure() -> Suite:
    """Make a large sheet and many labels, and look at many prints."""
    seconds, megabytes = _sheet()
    return Suite(
        title="Labels",
        method=_METHOD,
        figures=(
            _limited("sheet of 1 000 cards", seconds, SHEET_SECONDS, "s"),
            _limited("memory of that process", megabytes, SHEET_MEMORY_MB, "MB"),
            *(
                _limited(f"one label as {kind.upper()}", _label_ms(kind), LABEL_MS, "ms")
                for kind in _KINDS
            ),
            *(
                figure
                for dpi in (300, 600)
                for reader, percent in read_percent(dpi, VIEWS).items()
                for figure in (_least(f"{dpi} dpi, views read by {reader}", percent),)
            ),
        ),
    )


def read_percent(dpi: int, views: int, *, dots: int | None = None) -> dict[str, float]:
    """How many prints each reader reads, by its name; the same prints in every run."""
    source = random.Random(_SEED)
    read = {"zxing-cpp": 0, "zbar": 0}
    for _ in range(views):
        code = draw(SITE, mint_token(source.randrange))
        picture = seen(code, dpi, random_view(source), source, dots=dots)
        read["zxing-cpp"] += [found.text for found in zxingcpp.read_barcodes(picture)] == [
            code.text
        ]
        read["zbar"] += zbar.find_codes(picture) == [code.text]
    return {reader: 100 * count / views for reader, count in read.items()}


def _sheet() -> tuple[float, float]:
    words = [sys.executable, "-c", _SHEET]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    seconds, megabytes = ended.stdout.split()
    return float(seconds), float(megabytes)


def _label_ms(kind: FileKind) -> float:
    style = Style(layout=load_layout("cr80-back"))
    source = random.Random(_SEED)
    taken = []
    for _ in range(_LABELS):
        token = mint_token(source.randrange)
        card = replace(ZOE_CARD, token=token, url=card_url(SITE, token))
        begun = time.perf_counter()
        render_label(style, card, kind)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)


def _limited(what: str, ours: float, limit: float, unit: str) -> Figure:
    return Figure(what=what, ours=ours, against="at most", theirs=limit, unit=unit)


def _least(what: str, percent: float) -> Figure:
    return Figure(what=what, ours=percent, against="at least", theirs=LEAST_READ_PERCENT, unit="%")
