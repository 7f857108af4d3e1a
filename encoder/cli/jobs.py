"""Read a job file and refuse what this version cannot do, ahead of any card."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from encoder.chips.commands import VERSION_LENGTH
from encoder.chips.mirror import Mirror, has_counter
from encoder.chips.models import WRITABLE, ChipModel, named_unknown
from encoder.errors import JobError
from encoder.station.identify import KNOWN_CHIPS
from landing.contract.documents import Job, parse_job
from landing.contract.errors import DocumentError

_STDIN = "-"
_MAX_JOB_BYTES = 256 * 1024 * 1024
STORAGE_ONLY_LIMITS = (
    "passes READ and WRITE only: a copied chip cannot be told from a real one, and the chip is"
    " named by its CC"
)


def load_job(name: str) -> Job:
    """Read a job from a file, or from stdin when its name is ``-``.

    Raises:
        JobError: it cannot be read, is broken, or asks for what this version cannot do.
    """
    source = "standard input" if name == _STDIN else name
    try:
        job = parse_job(_text(name, source))
    except DocumentError as error:
        raise JobError(
            f"the job in {source} is broken at {error.where}: {error.fault}; no card was touched"
        ) from error
    check_policy(job)
    return job


def _text(name: str, source: str) -> str:
    if name == _STDIN and sys.stdin is None:  # closed by whoever started the command
        raise JobError(
            "standard input is closed; no card was touched",
            hint="pipe the job in, or name its file",
        )
    try:
        if name == _STDIN:
            content = sys.stdin.buffer.read(_MAX_JOB_BYTES)
        else:
            with Path(name).open("rb") as file:
                content = file.read(_MAX_JOB_BYTES)
        return content.decode("utf-8")
    except OSError as error:
        raise JobError(
            f"the job {source} cannot be read: {error.strerror}; no card was touched",
            hint="check the file's name",
        ) from error
    except UnicodeDecodeError as error:
        raise JobError(f"the job in {source} is not UTF-8 text; no card was touched") from error


def check_mirror(job: Job, mirror: Mirror) -> None:
    """Refuse a mirror that one of the job's chips does not have.

    Raises:
        JobError: it names the chip.
    """
    without = [name for name in job.policy.chips if not WRITABLE[name].can_mirror]
    if mirror != "none" and without:
        raise JobError(
            f"the job allows the chip {without[0]}, which has no mirror; no card was touched",
            hint="have the job made for NTAG213, NTAG215 or NTAG216, or run without --mirror",
        )


def check_storage_only(job: Job, mirror: Mirror, reader: str) -> None:
    """Refuse a job that a reader without the chip's own commands cannot do.

    Raises:
        JobError: it says what the job needs.
    """
    needs = {
        "password protection": job.policy.protection == "password",
        "the originality check": job.policy.require_genuine,
        "the counter mirror": has_counter(mirror),
    }
    needed = [what for what, is_needed in needs.items() if is_needed]
    if needed:
        raise JobError(
            f"the job needs {needed[0]}, and the reader {reader} passes READ and WRITE only;"
            " no card was touched",
            hint="take a reader that passes all frames; list them with: wecard-encoder readers",
        )


def named_chips(named: Iterable[str]) -> dict[bytes, ChipModel]:
    """What --allow-unknown names, by the answer to GET_VERSION."""
    return dict(_named_chip(text) for text in named)


def _named_chip(text: str) -> tuple[bytes, ChipModel]:
    told, _, product = text.partition("=")
    try:
        version = bytes.fromhex(told)
    except ValueError:
        version = b""
    if len(version) != VERSION_LENGTH or product not in WRITABLE:
        raise click.BadParameter(
            f"{text!r} is not 16 hex digits, '=' and one of {', '.join(WRITABLE)}",
            param_hint="--allow-unknown",
        )
    if version in KNOWN_CHIPS:
        raise click.BadParameter(
            f"{told} is what {KNOWN_CHIPS[version].name} answers; it is not unknown",
            param_hint="--allow-unknown",
        )
    return version, named_unknown(version, product)


def check_policy(job: Job) -> None:
    """Refuse a chip that this version does not write.

    Raises:
        JobError: it names the chip.
    """
    unknown = [name for name in job.policy.chips if name not in WRITABLE]
    if unknown:
        raise JobError(
            f"the job asks for the chip {unknown[0]}, which this version does not write;"
            " no card was touched",
            hint=f"this version writes {', '.join(WRITABLE)}",
        )
