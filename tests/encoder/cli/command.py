"""Run the real command: in this process, or in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from encoder.cli.main import main
from landing.contract.documents import Job, dump_job

COMMAND = (sys.executable, "-c", "from encoder.cli.main import main; main()")


def invoke(*words: str | Path, stdin: str | None = None) -> Result:
    """Run a verb in this process."""
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def start(*words: str | Path, env: Mapping[str, str] = os.environ) -> subprocess.Popen[str]:
    """Run a verb in a process of its own."""
    return subprocess.Popen(
        [*COMMAND, *(str(word) for word in words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(env),
    )


def events_in(text: str) -> list[dict[str, Any]]:
    """The events on stdout."""
    return [json.loads(line) for line in text.splitlines()]


def job_file(folder: Path, job: Job) -> Path:
    """Write a job."""
    path = folder / f"{job.job}.json"
    path.write_text(dump_job(job))
    return path
