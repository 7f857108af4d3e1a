"""Read a job file and refuse what this version cannot do, ahead of any card."""

import sys
from pathlib import Path

from encoder.chips.models import MODELS
from encoder.errors import JobError
from landing.contract.documents import Job, parse_job
from landing.contract.errors import DocumentError

_STDIN = "-"
_MAX_JOB_BYTES = 256 * 1024 * 1024


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
    _check_policy(job)
    return job


def _text(name: str, source: str) -> str:
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


def _check_policy(job: Job) -> None:
    policy = job.policy
    unknown = [name for name in policy.chips if name not in MODELS]
    if unknown:
        raise JobError(
            f"the job asks for the chip {unknown[0]}, which this version does not know;"
            " no card was touched",
            hint=f"this version writes {', '.join(MODELS)}",
        )
    if policy.protection == "password":
        raise JobError(
            "the job asks for password protection, which this version cannot do;"
            " no card was touched",
            hint="have the job made with the protection permanent or none",
        )
    if policy.require_genuine:
        raise JobError(
            "the job asks for the originality check, which this version cannot do;"
            " no card was touched",
            hint="have the job made without require_genuine",
        )
