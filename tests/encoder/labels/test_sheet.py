"""The sheet has a readable label for each card that is done, and nothing overlaps."""

import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from encoder.errors import QrMismatchError
from encoder.labels.sheet import render_sheet, write_sheet
from landing.contract.documents import Job, JobItem, Label, Policy
from landing.contract.token import format_token, mint_token
from landing.contract.url import card_url, parse_card_url

SITE = "https://card.example"
COLUMNS, ROWS = 3, 7
ZOE = Label(name="Zoé Lefèvre", line="Dupont Industries")
LONG = Label(name="Jean-Baptiste " * 20, line="Anticonstitutionnellement" * 12)


def job_of(labels: list[Label], site: str = SITE) -> Job:
    """A job with one card a label; its tokens are the same in every run."""
    source = random.Random(20261122)
    tokens = [mint_token(source.randrange) for _ in labels]
    return Job(
        job="J-2026-0001",
        site=site,
        created_at=datetime(2026, 11, 22, 14, tzinfo=UTC),
        policy=Policy(chips=("NTAG213",)),
        items=tuple(
            JobItem(position=position, token=token, url=card_url(site, token), label=label)
            for position, (token, label) in enumerate(zip(tokens, labels, strict=True), start=1)
        ),
    )


def tokens_of(job: Job) -> list[str]:
    """All the job's tokens in order."""
    return [item.token for item in job.items]


def pages(pdf: Path, dpi: int = 200) -> list[Image.Image]:
    """The sheet's pages as an independent renderer paints them."""
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", str(pdf), str(pdf.with_suffix(""))], check=True
    )
    return [Image.open(page).convert("L") for page in sorted(pdf.parent.glob("*.pgm"))]


def words(pdf: Path) -> str:
    """The sheet's text as an independent reader finds it."""
    found = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True)
    return found.stdout.decode()


def codes(page: Image.Image) -> list[str]:
    """The canonical addresses on a page, in reading order."""
    found = zxingcpp.read_barcodes(page, text_mode=zxingcpp.TextMode.Plain)
    millimetre = page.width / 210
    found.sort(
        key=lambda code: (
            (code.position.top_left.y / millimetre - 15) // 38.1,
            code.position.top_left.x,
        )
    )
    return [parse_card_url(code.text).canonical for code in found]


def test_every_code_of_a_full_page_reads_back_in_order(tmp_path: Path) -> None:
    job = job_of([ZOE] * (COLUMNS * ROWS + 2))

    write_sheet(tmp_path / "sheet.pdf", job, tokens_of(job))

    read = [code for page in pages(tmp_path / "sheet.pdf") for code in codes(page)]
    assert read == [item.url for item in job.items]


def test_only_done_cards_are_on_the_sheet(tmp_path: Path) -> None:
    job = job_of([ZOE] * 4)
    done = [job.items[3].token, job.items[1].token]

    write_sheet(tmp_path / "sheet.pdf", job, done)

    assert codes(pages(tmp_path / "sheet.pdf")[0]) == [job.items[1].url, job.items[3].url]


def test_sheet_shows_names_tokens_count_and_pages(tmp_path: Path) -> None:
    job = job_of([ZOE] * (COLUMNS * ROWS + 1))

    write_sheet(tmp_path / "sheet.pdf", job, tokens_of(job))

    text = words(tmp_path / "sheet.pdf")
    assert all(format_token(token) in text for token in tokens_of(job))
    assert "Zoé Lefèvre" in text
    assert "Dupont Industries" in text
    assert "J-2026-0001" in text
    assert "22 cards · page 1/2" in text
    assert "22 cards · page 2/2" in text


def test_sheet_without_a_done_card_is_one_page_that_says_so(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.pdf", job_of([ZOE]), [])

    assert "0 cards · page 1/1" in words(tmp_path / "sheet.pdf")


@pytest.mark.parametrize("label", [LONG, Label(), Label(line="W" * 2000)])
def test_no_words_reach_a_code_or_leave_their_label(tmp_path: Path, label: Label) -> None:
    job = job_of([label] * COLUMNS)
    write_sheet(tmp_path / "sheet.pdf", job, tokens_of(job))

    page = pages(tmp_path / "sheet.pdf")[0]

    assert codes(page) == [item.url for item in job.items]
    assert _clear_of_ink(page, tokens=len(job.items))


def test_the_check_for_ink_outside_catches_a_stray_word(tmp_path: Path) -> None:
    job = job_of([ZOE] * COLUMNS)
    write_sheet(tmp_path / "sheet.pdf", job, tokens_of(job))
    page = pages(tmp_path / "sheet.pdf")[0]

    page.paste(0, (round(72 * 200 / 25.4), 300, round(73 * 200 / 25.4), 310))

    assert not _clear_of_ink(page, tokens=len(job.items))


def test_fonts_are_embedded_and_drawing_is_vector(tmp_path: Path) -> None:
    job = job_of([ZOE])
    write_sheet(tmp_path / "sheet.pdf", job, tokens_of(job))

    fonts = subprocess.run(
        ["pdffonts", str(tmp_path / "sheet.pdf")], check=True, capture_output=True, text=True
    ).stdout
    images = subprocess.run(
        ["pdfimages", "-list", str(tmp_path / "sheet.pdf")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    used = fonts.splitlines()[2:]
    assert sorted(line.split()[0].rpartition("-")[2] for line in used) == ["Bold", "Regular"]
    assert all("yes yes yes" in line for line in used)
    assert len(images.splitlines()) == 2  # the table's head alone


def test_same_cards_make_the_same_bytes() -> None:
    job = job_of([ZOE, LONG])

    assert render_sheet(job, tokens_of(job)) == render_sheet(job, tuple(tokens_of(job)))


def test_job_whose_address_is_not_the_cards_makes_no_sheet(tmp_path: Path) -> None:
    job = job_of([ZOE])
    item = job.items[0]
    lying = JobItem(
        position=1, token=item.token, url=card_url(SITE, "0000000000012"), label=item.label
    )
    broken = Job(
        job=job.job, site=SITE, created_at=job.created_at, policy=job.policy, items=(lying,)
    )

    with pytest.raises(QrMismatchError):
        write_sheet(tmp_path / "sheet.pdf", broken, [item.token])

    assert list(tmp_path.iterdir()) == []


def _clear_of_ink(page: Image.Image, *, tokens: int) -> bool:
    """Whether the gaps between the labels and the codes' quiet zones are white."""
    dots = page.width / 210  # dots per millimetre
    for column in range(tokens):
        left = 7.25 + column * (63.5 + 2.5)
        for start, end in ((left + 63.5 + 0.3, left + 65.7), (left + 30.5, left + 32.5)):
            box = (round(start * dots), round(16 * dots), round(end * dots), round(53 * dots))
            if min(page.crop(box).tobytes()) < 128:
                return False
    return True
