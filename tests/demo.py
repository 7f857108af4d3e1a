"""``make demo``: the whole life of three cards on this machine, with no hardware.

``DEMO_PORT`` names the site's port; with ``DEMO_ONCE`` set, the pages are checked and it ends.
"""

import html
import json
import os
import shutil
import signal
import sys
import urllib.request
from pathlib import Path

from landing.contract.documents import Job, parse_job
from tests.factories import write_people
from tests.processes import Workshop, events_of, free_port

FOLDER = Path("var/demo")


def main() -> int:
    """Make the cards, serve their pages, and say where they are."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    port = int(os.environ.get("DEMO_PORT") or free_port())
    workshop = Workshop(folder=FOLDER.absolute(), port=port)
    job = _prepare(workshop)
    _encode(workshop)
    with workshop.serving() as server:
        _tell(job)
        if os.environ.get("DEMO_ONCE"):
            return _check(job)
        print("\nCtrl-C ends the demo.", flush=True)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        return server.wait()


def _prepare(workshop: Workshop) -> Job:
    print("1. The site: a database, three people, a job of three cards", flush=True)
    people = write_people(workshop.folder)
    workshop.done("wecard-landing", "migrate")
    workshop.done("wecard-landing", "profile", "import", people)
    workshop.done("wecard-landing", "job", "new", "--out", "job.json")
    return parse_job((workshop.folder / "job.json").read_text(encoding="utf-8"))


def _encode(workshop: Workshop) -> None:
    print("2. The workstation: three virtual chips, written, locked and booked", flush=True)
    words = "job.json --reader sim --labels labels --report report.json --station demo --json"
    output = workshop.done(
        "wecard-encoder", "run", *words.split(), "--ledger", str(workshop.ledger)
    )
    for event in events_of(output):
        if event["event"] == "card":
            print(
                f"   {event['chip']} {event['uid']} {event['status']}: {event['writes']} writes,"
                f" {event['exchanges']} exchanges, {event['seconds']:.2f} s"
            )
    print("3. The site takes the report: the cards are active", flush=True)
    workshop.done("wecard-landing", "job", "report", "report.json")


def _tell(job: Job) -> None:
    print("4. What a phone opens:")
    for item in job.items:
        print(f"   {item.label.name:<22} {item.url}")
    print(f"   Labels: {FOLDER / 'labels' / (job.job + '.pdf')}", flush=True)


def _check(job: Job) -> int:
    for item in job.items:
        for address, expected in (
            (item.url, "text/html; charset=utf-8"),
            (f"{item.url}/contact.vcf", "text/vcard; charset=utf-8"),
        ):
            with urllib.request.urlopen(address, timeout=30) as answer:
                found = answer.headers["Content-Type"].lower()
                text = html.unescape(answer.read().decode())
            if answer.status != 200 or found != expected or item.label.name not in text:
                print(f"error: {address} is not as it should be", file=sys.stderr)
                return 1
    print(f"5. Checked: {json.dumps([item.token for item in job.items])} all answer")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
