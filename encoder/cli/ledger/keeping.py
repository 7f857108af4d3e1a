"""``ledger check``, ``backup`` and ``merge``: keep the book right, safe and in one piece."""

from dataclasses import asdict
from pathlib import Path

import click

from encoder.cli.exits import ExitCode
from encoder.cli.options import (
    default_ledger,
    json_option,
    ledger_option,
    refuse_to_replace,
    write_json,
)
from encoder.errors import LedgerError
from encoder.ledger import Ledger, back_up, check_ledger
from encoder.ledger.check import Finding
from encoder.ledger.merge_plan import Clash
from landing.contract.token import format_token


@click.command()
@ledger_option
@json_option
def check(ledger_path: Path | None, as_json: bool) -> int:
    """Look for everything that cannot be in a ledger; nothing is changed.

    \b
    Examples:
      wecard-encoder ledger check
      wecard-encoder ledger check --ledger copy.db --json

    Each finding names the card and says what to do. Exit code 0 when nothing is wrong, else 4.
    """
    path = ledger_path or default_ledger()
    findings = check_ledger(path)
    if as_json:
        write_json({"clean": not findings, "findings": [_as_json(found) for found in findings]})
    else:
        for found in findings:
            _print(found, found.fault)
        click.echo(f"{path}: {len(findings) or 'nothing'} wrong", err=True)
    return ExitCode.BAD_JOB_OR_LEDGER if findings else ExitCode.DONE


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@ledger_option
@json_option
def backup(file: Path, force: bool, ledger_path: Path | None, as_json: bool) -> None:
    """Copy the ledger to FILE, also while a run writes to it.

    \b
    Examples:
      wecard-encoder ledger backup /media/safe/ledger-2026-11-22.db
      wecard-encoder ledger backup ledger-copy.db --force

    The copy is checked, and is whole or not there. To put one back: end every run, move ledger.db,
    ledger.db-wal and ledger.db-shm out of the folder, copy the backup there as ledger.db, and look
    it over with ledger check. A copy does not know the cards begun after it was made: bring them in
    with ledger merge from the old file or from another copy before the next run, or their tokens
    are given to other cards.
    """
    path = ledger_path or default_ledger()
    beside = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", ".lock")]
    refuse_to_replace(file, *beside, param_hint="FILE")
    back_up(path, file, replace=force)
    if as_json:
        write_json({"backup": str(file), "bytes": file.stat().st_size})
    else:
        click.echo(f"{file} is written", err=True)


@click.command()
@click.argument("other", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be brought in; write nothing.")
@ledger_option
@json_option
def merge(other: Path, dry_run: bool, ledger_path: Path | None, as_json: bool) -> int:
    """Bring the cards of another station's ledger, OTHER, into this one.

    \b
    Examples:
      wecard-encoder ledger merge bench-2.db --dry-run
      wecard-encoder ledger merge bench-2.db --ledger all.db

    All of it, or nothing: cards, stages and presentations. Where both know a card, the longer
    history wins, if the shorter is its beginning. Everything else that the two tell differently is
    a clash: each is named, nothing is written, and the exit code is 4. OTHER is only read. What is
    here already is not brought in again.
    """
    path = ledger_path or default_ledger()
    if not path.exists():
        raise LedgerError(
            f"there is no ledger at {path}",
            hint="start from a copy of one: wecard-encoder ledger backup FILE --ledger ONE",
        )
    if other.exists() and other.samefile(path):
        raise click.BadParameter(f"{other} is this ledger itself", param_hint="OTHER")
    with Ledger.open(path, writable=not dry_run) as book:
        merged = book.merge(other, dry_run=dry_run)
    counts = asdict(merged) | {"clashes": [_as_json(clash) for clash in merged.clashes]}
    if as_json:
        write_json({"written": not (dry_run or merged.clashes), **counts})
    else:
        for clash in merged.clashes:
            _print(clash, clash.kind)
        would = "nothing is written; it has" if dry_run or merged.clashes else "brought in"
        click.echo(
            f"{would} {merged.cards} new cards, {merged.grown} that got further,"
            f" {merged.stages} stages, {merged.presentations} presentations;"
            f" {len(merged.clashes)} clashes",
            err=True,
        )
    return ExitCode.BAD_JOB_OR_LEDGER if merged.clashes else ExitCode.DONE


def _as_json(told: Finding | Clash) -> dict[str, object]:
    return {**asdict(told), "hint": told.hint}


def _print(told: Finding | Clash, word: str) -> None:
    card = " ".join(name for name in (told.uid, told.token and format_token(told.token)) if name)
    click.echo(f"{card or 'the file'}: {word}: {told.message}")
    click.echo(f"  hint: {told.hint}")
