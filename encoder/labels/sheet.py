"""The sheet of a job: one vector PDF, A4, with a label for each card that is done."""

from collections.abc import Collection
from pathlib import Path

from encoder.labels.content import content_of
from encoder.labels.layout_file import load_layout
from encoder.labels.render import Style, render_pages
from encoder.whole_files import write_whole
from landing.contract.documents import Job

DEFAULT_LAYOUT = "avery-l7160"


def write_sheet(
    path: Path, job: Job, tokens: Collection[str], *, style: Style | None = None
) -> None:
    """Write the labels of the job's cards named in ``tokens``, in the job's order.

    Raises:
        QrMismatchError: a QR code does not say what the job says; the file is as it was.
        LayoutError: the layout cannot be used; the file is as it was.
        EncoderError: the file cannot be written.
    """
    write_whole(path, render_sheet(job, tokens, style=style))


def render_sheet(job: Job, tokens: Collection[str], *, style: Style | None = None) -> bytes:
    """The sheet as PDF; the same job and cards make the same bytes.

    Raises:
        QrMismatchError: a QR code does not say what the job says.
        LayoutError: the layout cannot be used.
    """
    done = frozenset(tokens)
    contents = [content_of(job, item) for item in job.items if item.token in done]
    return render_pages(style or default_style(), contents, title=job.job)


def default_style() -> Style:
    """The sheet that a run draws; the workstation's own paper is in English, as its screen is."""
    return Style(layout=load_layout(DEFAULT_LAYOUT), language="en")
