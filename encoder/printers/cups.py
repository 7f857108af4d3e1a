"""``cups:QUEUE``: a queue of CUPS, through ``lp``; each job is followed to its end."""

import os
import re
import subprocess
import time
from collections.abc import Callable

from encoder.errors import PrinterError
from encoder.printers import ipp
from encoder.printers.printer import Document, DocumentKind

_REQUEST_ID = re.compile(r"request id is .*-(\d+) ")
_TOOL_SECONDS = 30.0
_POLL_SECONDS = 0.1
DEFAULT_PATIENCE_SECONDS = 120.0


class CupsPrinter:
    """Prints one document a job; a job that does not end well is taken back from the queue."""

    takes: DocumentKind = "pdf"

    def __init__(
        self,
        queue: str,
        *,
        patience_seconds: float = DEFAULT_PATIENCE_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = f"cups:{queue}"
        self._queue = queue
        self._patience_seconds = patience_seconds
        self._seconds = seconds
        self._pause = pause

    def check(self) -> None:
        """See whether the queue takes jobs and its printer is not stopped.

        Raises:
            PrinterError: it does not, or is.
        """
        queue = ipp.printer_attributes(self._server(), self._queue)
        if ipp.number(queue, "printer-is-accepting-jobs") == 0:
            raise PrinterError(
                f"the queue {self._queue} does not accept jobs: {_said(queue)};"
                " nothing was printed",
                hint=f"have it accept jobs again with: cupsaccept {self._queue}",
            )
        if ipp.number(queue, "printer-state") == ipp.PrinterState.STOPPED:
            raise self._stopped(queue, "nothing was printed")

    def send(self, document: Document) -> str:
        """Give the document to ``lp``, then follow the job until it is printed.

        Raises:
            PrinterError: it was rejected, stopped, aborted or canceled, or took too long.
        """
        job, server = self._submit(document), self._server()
        give_up = self._seconds() + self._patience_seconds
        while True:
            found = ipp.job_attributes(server, self._queue, job)
            state = ipp.number(found, "job-state")
            if state == ipp.JobState.COMPLETED:
                return f"job {self._queue}-{job} is completed"
            if state in (ipp.JobState.ABORTED, ipp.JobState.CANCELED):
                raise self._ended_badly(job, found, ipp.JobState(state))
            queue = ipp.printer_attributes(server, self._queue)
            if (
                state == ipp.JobState.STOPPED
                or ipp.number(queue, "printer-state") == ipp.PrinterState.STOPPED
            ):
                raise self._stopped(queue, self._taken_back(job))
            if self._seconds() > give_up:
                raise PrinterError(
                    f"the job {self._queue}-{job} was not printed in"
                    f" {self._patience_seconds:g} s: {_said(queue)}; {self._taken_back(job)}",
                    hint="see to the printer, and what waits in it with: lpstat -o",
                )
            self._pause(_POLL_SECONDS)

    def _submit(self, document: Document) -> int:
        """Queue the document, neither scaled nor turned, on a page of its own size.

        ``lp`` reads it from a pipe: whatever ends this process, no file with a name is left.
        """
        media = f"Custom.{document.width_mm:g}x{document.height_mm:g}mm"
        options = ["-o", f"media={media}", "-o", "print-scaling=none"]
        words = ("lp", "-d", self._queue, "-t", document.name, *options, "-")
        said = _run(*words, content=document.content)
        request = _REQUEST_ID.search(said.stdout)
        if said.returncode or request is None:
            told = (said.stderr or said.stdout).strip().removeprefix("lp: ")
            raise PrinterError(
                f"the queue {self._queue} did not take the label: {told}; nothing was printed",
                hint="list the queues and what they say with: lpstat -a -p",
            )
        return int(request[1])

    def _server(self) -> str:
        """Where CUPS is: the tools know its settings."""
        return _run("lpstat", "-H").stdout.strip()

    def _taken_back(self, job: int) -> str:
        """Take a job out of the queue, so that it does not print later unbooked."""
        if _run("cancel", f"{self._queue}-{job}").returncode == 0:
            return "the job was taken back"
        return "the job could not be taken back, and may print later"

    def _ended_badly(self, job: int, found: ipp.Attributes, state: ipp.JobState) -> PrinterError:
        said = ipp.text(found, "job-printer-state-message") or ipp.text(found, "job-state-reasons")
        return PrinterError(
            f"the job {self._queue}-{job} was {state.name.lower()}: {said};"
            " the label was not printed, or not in full",
            hint="see CUPS's error log for why, then print the label again",
        )

    def _stopped(self, queue: ipp.Attributes, state: str) -> PrinterError:
        return PrinterError(
            f"the queue {self._queue} is stopped: {_said(queue)}; {state}",
            hint=f"see to the printer, start it with: cupsenable {self._queue}; then print again",
        )


def _said(queue: ipp.Attributes) -> str:
    said = (ipp.text(queue, name) for name in ("printer-state-message", "printer-state-reasons"))
    return next((words for words in said if words), "no reason given")


def _run(*words: str, content: bytes = b"") -> subprocess.CompletedProcess[str]:
    plain = {**os.environ, "LC_ALL": "C"}
    try:
        ended = subprocess.run(
            words,
            input=content,
            capture_output=True,
            check=False,
            timeout=_TOOL_SECONDS,
            env=plain,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PrinterError(
            f"the command {words[0]} cannot be run: {error}; the label may not have been printed",
            hint="install the commands of CUPS (Debian: cups-client), and see that CUPS runs",
        ) from error
    said = (text.decode("utf-8", "replace") for text in (ended.stdout, ended.stderr))
    return subprocess.CompletedProcess(words, ended.returncode, *said)
