"""Job and report: what is written reads back, what is broken is refused, by code and schema."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landing.contract.documents import (
    Job,
    Report,
    dump_job,
    dump_report,
    parse_job,
    parse_report,
)
from landing.contract.errors import ContractError, DocumentError, FormatError
from tests.contract.documents import JOB, REPORT, Break, broken, jobs, reports, schema

BOB = "0000000000012"
GONE, OLDER = "04A1B2C3D4E590", "04A1B2C3D4E591"


def item(job: dict[str, Any]) -> Any:
    """The first item of a job."""
    return job["items"][0]


def card(report: dict[str, Any]) -> Any:
    """The first card of a report."""
    return report["cards"][0]


# What the schema can see, and the code must see as well.
SHAPELESS_JOBS: list[Break] = [
    *(lambda job, name=name: job.pop(name) for name in JOB),
    *(lambda job, name=name: job.update({name: None}) for name in JOB),
    *(lambda job, name=name: item(job).pop(name) for name in ("position", "token", "url")),
    lambda job: job.update(job="../J"),
    lambda job: job.update(job="J" * 65),
    lambda job: job.update(site="ftp://card.example"),
    lambda job: job.update(site="https://card.example/"),
    lambda job: job.update(site="https://CARD.example"),
    lambda job: job.update(created_at="22/11/2026"),
    lambda job: job.update(created_at="2026-11-22T14:00:00"),
    lambda job: job.update(created_at="2026-11-22 14:00:00Z"),
    lambda job: job.update(policy=[]),
    lambda job: job["policy"].update(chips=[]),
    lambda job: job["policy"].update(chips="NTAG213"),
    lambda job: job["policy"].update(chips=["NTAG213", "NTAG213"]),
    lambda job: job["policy"].update(chips=[213]),
    lambda job: job["policy"].update(chips=["\u001b[2J"]),
    lambda job: job["policy"].pop("chips"),
    lambda job: job["policy"].pop("protection"),
    lambda job: job["policy"].update(protection="forever"),
    lambda job: job["policy"].update(require_genuine="no"),
    lambda job: job.update(items=[]),
    lambda job: job.update(items={}),
    lambda job: job.update(items=["7H3K9QX2MZ4DG"]),
    lambda job: item(job).update(position=0),
    lambda job: item(job).update(position="1"),
    lambda job: item(job).update(position=True),
    lambda job: item(job).update(position=1.5),
    lambda job: item(job).update(position=2**63),
    lambda job: item(job).update(token="7h3k9qx2mz4dg"),
    lambda job: item(job).update(token="7H3K-9QX2-MZ4D-G"),
    lambda job: item(job).update(token="7H3K9QX2MZ4D"),
    lambda job: item(job).update(token=7),
    lambda job: item(job).update(url="https://card.example/Q/7H3K9QX2MZ4DG"),
    lambda job: item(job).update(url="javascript:alert(1)"),
    lambda job: item(job).update(label="Zoé"),
    lambda job: item(job).update(label=None),
    lambda job: item(job)["label"].update(name=7),
    lambda job: item(job)["label"].update(name="a\u0000b"),
    lambda job: item(job)["label"].update(name="a\nb"),
    lambda job: item(job)["label"].update(line="a\u0085b"),
    lambda job: item(job)["label"].update(line="x" * 2001),
    lambda job: item(job)["label"].update(activation="7H3K9Q-X2MZ4D"),
    lambda job: item(job)["label"].update(activation="7H3K9QX2MZ4U"),
    lambda job: item(job)["label"].update(activation=None),
]
SHAPELESS_REPORTS: list[Break] = [
    *(lambda report, name=name: report.pop(name) for name in REPORT),
    *(lambda report, name=name: report.update({name: None}) for name in REPORT),
    *(
        lambda report, name=name: card(report).pop(name)
        for name in ("token", "uid", "chip", "protection", "digest", "operator", "stages")
    ),
    lambda report: report.update(job=""),
    lambda report: report.update(station="bench\n1"),
    lambda report: report.update(cards={}),
    lambda report: report.update(cards=[None]),
    lambda report: card(report).update(uid="04a1b2c3d4e580"),
    lambda report: card(report).update(uid="04A1B2C3D4E5"),
    lambda report: card(report).update(uid="04A1B2C3D4E5800"),
    lambda report: card(report).update(chip=""),
    lambda report: card(report).update(protection="perhaps"),
    lambda report: card(report).update(genuine="yes"),
    lambda report: card(report).update(digest="AB" * 32),
    lambda report: card(report).update(digest="ab" * 31),
    lambda report: card(report).update(stages=[]),
    lambda report: card(report)["stages"].pop(0),
    lambda report: card(report)["stages"].pop(1),
    lambda report: card(report)["stages"].pop(2),
    lambda report: card(report)["stages"][0].pop("at"),
    lambda report: card(report)["stages"][0].update(at="now"),
    lambda report: card(report)["stages"][0].update(stage="burnt"),
    lambda report: card(report).update(replaces="04a1b2c3d4e590"),
    lambda report: card(report).update(replaces="04A1B2C3D4E5"),
    lambda report: card(report).update(replaces=None),
    lambda report: card(report).update(replaces=[GONE]),
    lambda report: card(report).update(replaces=GONE, replaced_before=OLDER),
    lambda report: card(report).update(replaces=GONE, replaced_before=["4"]),
    lambda report: card(report).update(replaces=GONE, replaced_before=[None]),
    lambda report: card(report).update(replaced_before=[OLDER]),
]
# What only the code can see.
CONTRARY_JOBS: list[Break] = [
    lambda job: item(job).update(token="7H3K9QX2MZ4DH", url="https://card.example/c/7H3K9QX2MZ4DH"),
    lambda job: item(job).update(token=BOB, url=f"https://card.example/c/{BOB}"),
    lambda job: item(job).update(position=2),
    lambda job: item(job).update(url=f"https://card.example/c/{BOB}"),
    lambda job: item(job).update(url="https://evil.example/c/7H3K9QX2MZ4DG"),
    lambda job: item(job).update(url="http://card.example/c/7H3K9QX2MZ4DG"),
    lambda job: job.update(site="https://evil.example"),
    lambda job: job.update(site="http://card.example"),
    lambda job: job.update(site="https://card.example:443"),
    lambda job: job.update(created_at="2026-13-22T14:00:00Z"),
    lambda job: job.update(created_at="0001-01-01T00:00:00+14:00"),
    lambda job: item(job)["label"].update(name="\ud800"),
]
CONTRARY_REPORTS: list[Break] = [
    lambda report: card(report).update(token=BOB),
    lambda report: card(report).update(token="7H3K9QX2MZ4DH"),
    lambda report: card(report).update(uid="04A1B2C3D4E581"),
    lambda report: card(report)["stages"][0].update(at="2026-02-30T00:00:00Z"),
    lambda report: card(report).update(replaces="04A1B2C3D4E580"),
    lambda report: card(report).update(replaces="04A1B2C3D4E581"),
    lambda report: card(report).update(replaces=GONE, replaced_before=[GONE]),
    lambda report: card(report).update(replaces="", replaced_before=[OLDER]),
]


def test_sample_job_reads_and_is_valid() -> None:
    job = parse_job(json.dumps(JOB))

    assert schema("job-1").is_valid(JOB)
    assert json.loads(dump_job(job)) == JOB


def test_sample_report_reads_and_is_valid() -> None:
    report = parse_report(json.dumps(REPORT))

    assert schema("report-1").is_valid(REPORT)
    assert json.loads(dump_report(report)) == REPORT


@pytest.mark.parametrize("change", SHAPELESS_JOBS)
def test_shapeless_job_is_refused_by_schema_and_code(change: Break) -> None:
    document = broken(JOB, change)

    assert not schema("job-1").is_valid(document)
    with pytest.raises(DocumentError):
        parse_job(json.dumps(document))


@pytest.mark.parametrize("change", SHAPELESS_REPORTS)
def test_shapeless_report_is_refused_by_schema_and_code(change: Break) -> None:
    document = broken(REPORT, change)

    assert not schema("report-1").is_valid(document)
    with pytest.raises(DocumentError):
        parse_report(json.dumps(document))


@pytest.mark.parametrize("change", CONTRARY_JOBS)
def test_job_that_contradicts_itself_is_refused(change: Break) -> None:
    with pytest.raises(DocumentError):
        parse_job(json.dumps(broken(JOB, change)))


@pytest.mark.parametrize("change", CONTRARY_REPORTS)
def test_report_that_contradicts_itself_is_refused(change: Break) -> None:
    with pytest.raises(DocumentError):
        parse_report(json.dumps(broken(REPORT, change)))


def test_refusal_names_the_broken_field() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_job(json.dumps(broken(JOB, lambda job: item(job).update(token="7"))))

    assert caught.value.where == "items[0].token"
    assert "items[0].token" in str(caught.value)


@pytest.mark.parametrize("found", ["wecard.job/2", "wecard.report/1", "", None, 1, [[[]]]])
def test_another_format_is_refused_as_such(found: object) -> None:
    with pytest.raises(FormatError):
        parse_job(json.dumps(JOB | {"format": found}))


def test_report_reader_refuses_a_job() -> None:
    with pytest.raises(FormatError):
        parse_report(json.dumps(JOB))


def test_unknown_fields_are_ignored() -> None:
    extended = broken(
        JOB,
        lambda job: (
            job.update(colour="red"),
            job["policy"].update(speed=1),
            item(job).update(extra={}),
            item(job)["label"].update(font="Vera"),
        ),
    )

    assert schema("job-1").is_valid(extended)
    assert parse_job(json.dumps(extended)) == parse_job(json.dumps(JOB))


def test_unknown_fields_of_a_report_are_ignored() -> None:
    extended = broken(REPORT, lambda report: (card(report).update(note=1), report.update(x=2)))

    assert schema("report-1").is_valid(extended)
    assert parse_report(json.dumps(extended)) == parse_report(json.dumps(REPORT))


def test_card_made_again_names_those_it_replaces() -> None:
    document = broken(REPORT, lambda r: card(r).update(replaces=GONE, replaced_before=[OLDER]))

    first, second = parse_report(json.dumps(document)).cards

    assert schema("report-1").is_valid(document)
    assert (first.replaces, first.replaced) == (GONE, (GONE, OLDER))
    assert (second.replaces, second.replaced) == (None, ())


def test_report_of_cards_that_replace_none_has_no_word_of_it() -> None:
    assert "replace" not in dump_report(parse_report(json.dumps(REPORT)))


def test_label_and_its_words_may_be_missing() -> None:
    bare = broken(JOB, lambda job: (item(job).pop("label"), job["items"][1].update(label={})))

    job = parse_job(json.dumps(bare))

    assert schema("job-1").is_valid(bare)
    assert [entry.label.name for entry in job.items] == ["", ""]


def test_items_are_read_in_the_order_of_their_positions() -> None:
    job = parse_job(json.dumps(JOB | {"items": JOB["items"][::-1]}))

    assert [entry.position for entry in job.items] == [1, 2]


def test_unlocked_card_needs_no_lock_stage() -> None:
    report = parse_report(json.dumps(REPORT))

    assert [stage.stage for stage in report.cards[1].stages] == ["written", "verified"]


@settings(deadline=None)
@given(jobs())
def test_job_reads_back_as_it_was_written(job: Job) -> None:
    text = dump_job(job)

    assert parse_job(text) == job
    assert schema("job-1").is_valid(json.loads(text))


@given(reports())
def test_report_reads_back_as_it_was_written(report: Report) -> None:
    text = dump_report(report)

    assert parse_report(text) == report
    assert schema("report-1").is_valid(json.loads(text))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(st.text() | _JSON.map(json.dumps))
def test_garbage_raises_contract_errors_only(text: str) -> None:
    for parse in (parse_job, parse_report):
        with pytest.raises(ContractError):
            parse(text)


@given(st.data())
def test_a_field_of_another_kind_raises_contract_errors_only(data: st.DataObject) -> None:
    document, name, reader = data.draw(
        st.sampled_from([(JOB, "job-1", parse_job), (REPORT, "report-1", parse_report)])
    )
    changed = broken(document, lambda copied: _spoil(copied, data))

    try:
        reader(json.dumps(changed))
    except ContractError:
        return
    assert schema(name).is_valid(changed)


@pytest.mark.parametrize("depth", [10, 900, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(ContractError):
        parse_job('{"format": ' + "[" * depth + "]" * depth + "}")


def test_number_of_a_million_digits_is_refused() -> None:
    with pytest.raises(ContractError):
        parse_job('{"format": ' + "9" * 1_000_000 + "}")


def test_the_agreement_check_notices_a_lax_reader() -> None:
    refused = [change for change in SHAPELESS_JOBS if not _lax_reader(broken(JOB, change))]

    assert 0 < len(refused) < len(SHAPELESS_JOBS)


def _lax_reader(document: dict[str, Any]) -> bool:
    """A reader that looks for the fields and not at them."""
    return JOB.keys() <= document.keys()


def _spoil(document: dict[str, Any], data: st.DataObject) -> None:
    """Put another value somewhere in the document."""
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            place[key] = data.draw(_JSON)
            return
        place = inner
