"""More than five hundred files, good, bad and hostile: within the limits, and nothing but pixels.

The limits end a picture; a test that failed to end would show in the suite's own limit.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from landing.errors import DataError
from landing.profile.pictures import Limits, PictureProcess
from tests.landing.profile.anatomy import parts_with_words
from tests.landing.profile.drawings import halves, saved
from tests.landing.profile.hostile import CANARY, Case, cases, opened, scan_bomb, with_words

LEAST_FILES = 500
# The limit on the clock ten times over, as on a machine that is busy, and a worker's start.
MOST_WAIT_SECONDS = 50
MEMORY_BYTES, PROCESSOR_MS = 256_000_000, 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    case: Case
    made: dict[str, bytes]
    error: DataError | None
    seconds: float  # that the caller waited

    @property
    def verdict(self) -> str:
        """The word that the case was given for it."""
        return "refused" if self.error else "taken"


@dataclass(frozen=True, slots=True)
class Run:
    """What became of all files, in one process after another."""

    outcomes: list[Outcome]
    longest_wait: float
    peak_bytes: int
    most_milliseconds: int


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Take every file, each as a portrait and, where it is one, as a logo."""
    with PictureProcess() as process:
        outcomes = [_taken(process, case) for case in cases()]
        longest = max(outcome.seconds for outcome in outcomes)
        yield Run(outcomes, longest, process.peak_bytes, process.most_milliseconds)


def test_every_file_is_taken_or_refused_as_it_must_be(run: Run) -> None:
    wrong = [
        (outcome.case.name, outcome.verdict, str(outcome.error))
        for outcome in run.outcomes
        if outcome.case.verdict not in ("either", outcome.verdict)
    ]

    assert wrong == []
    assert len(run.outcomes) >= LEAST_FILES
    assert {outcome.verdict for outcome in run.outcomes} == {"taken", "refused"}


def test_no_file_costs_more_than_its_limits(run: Run) -> None:
    assert 0 < run.peak_bytes <= MEMORY_BYTES
    assert 0 < run.most_milliseconds <= PROCESSOR_MS
    assert run.longest_wait <= MOST_WAIT_SECONDS


def test_no_word_of_any_file_comes_out(run: Run) -> None:
    planted = sum(CANARY in outcome.case.content for outcome in run.outcomes if outcome.made)
    leaking = [
        (outcome.case.name, name)
        for outcome in run.outcomes
        for name, content in outcome.made.items()
        if CANARY in content or parts_with_words(content)
    ]

    assert leaking == []
    assert planted >= 10


def test_every_refusal_says_what_happened_and_what_to_do(run: Run) -> None:
    refusals = [outcome.error for outcome in run.outcomes if outcome.error]

    for error in refusals:
        assert str(error).startswith("the picture ")
        assert str(error).endswith("; it was not taken")
        assert "\n" not in str(error)
        assert "Error" not in str(error)
        assert error.hint != DataError.hint
        assert error.exit_code == 4


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("GIF", "is a GIF"),
        ("TIFF", "is a TIFF picture"),
        ("PDF", "is a PDF document"),
        ("AVIF", "is an AVIF picture"),
        ("HEIC", "is a HEIC photograph"),
        ("AVIF, mif1", "is an AVIF picture"),
        ("SVG of XML", "is an SVG drawing"),
        ("SVG, packed", "is no picture that is known here"),
        ("nothing", "is an empty file"),
        ("animated PNG", "is animated"),
        ("animated WEBP", "is animated"),
        ("portrait of (1, 1)", "fewer than 64 pixels"),
        ("portrait of (6000, 1)", "fewer than 64 pixels"),
        ("PNG of a head only", "is damaged or cut short"),
        ("PNG that claims (4001, 4000)", "more than 16 megapixels"),
        ("JPEG of endless scans", "takes more than 2 seconds"),
        ("JPEG, progressive, 49 megapixels", "needs more than the 256 MB of memory"),
        ("13 MB", "has more than 12 MB"),
    ],
)
def test_refusals_name_what_is_wrong(run: Run, name: str, told: str) -> None:
    (outcome,) = [outcome for outcome in run.outcomes if outcome.case.name == name]

    assert told in str(outcome.error)


def test_words_that_are_kept_would_be_noticed() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        content = with_words(kind)
        picture = opened(content)
        words = {name: picture.info[name] for name in ("exif", "icc_profile")}
        naive = saved(picture.resize((224, 224)), kind, **words)
        assert parts_with_words(naive)


def test_a_comment_that_is_kept_would_be_noticed() -> None:
    naive = saved(opened(with_words("JPEG")).resize((224, 224)), "JPEG", exif=b"")

    assert "COM" in parts_with_words(naive)


def test_bytes_behind_the_picture_would_be_noticed() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        assert parts_with_words(saved(halves(), kind)) == []
        assert parts_with_words(saved(halves(), kind) + b"PK") == ["behind the end"]


def test_memory_without_limit_would_be_noticed() -> None:
    large = saved(Image.new("RGB", (4000, 4000)))
    narrow, open_ended = Limits(memory=100_000_000), Limits(memory=0)

    with PictureProcess(narrow) as process, pytest.raises(DataError, match="MB of memory"):
        process.take(large, "photo")
    with PictureProcess(open_ended) as process:
        assert process.take(large, "photo")
        assert process.peak_bytes > narrow.memory


def test_time_without_limit_would_be_noticed() -> None:
    slow = scan_bomb(scans=700)

    with PictureProcess(Limits(seconds=1)) as process, pytest.raises(DataError, match="seconds"):
        process.take(slow, "photo")
    with PictureProcess(Limits(seconds=60)) as process:
        assert process.take(slow, "photo")
        assert process.most_milliseconds > 1_000


def test_a_format_that_is_trusted_by_name_would_be_noticed(tmp_path: Path) -> None:
    misnamed = tmp_path / "portrait.jpg"
    misnamed.write_bytes(saved(halves()))

    with pytest.raises(OSError, match="cannot identify"):
        Image.open(misnamed, formats=("JPEG",))
    with PictureProcess() as process:
        assert process.take(misnamed.read_bytes(), "photo")


def _taken(process: PictureProcess, case: Case) -> Outcome:
    made: dict[str, bytes] = {}
    failed = None
    begun = time.monotonic()
    try:
        made |= process.take(case.content, "photo")
    except DataError as error:
        failed = error
    seconds = time.monotonic() - begun
    if case.verdict == "taken" and len(case.content) < 100_000:
        made |= process.take(case.content, "logo")
    return Outcome(case, made, failed, seconds)
