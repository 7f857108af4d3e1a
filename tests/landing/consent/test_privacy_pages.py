"""Notices as the site serves them: by hash, for ever, with a policy for their own style."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from landing.consent.notices import current_notice
from tests.landing.weconnect.visitor import Visit, make_database, make_visit


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    """A visitor on a site of their own."""
    folder = tmp_path / "owners"
    folder.mkdir()
    return make_visit(tmp_path, make_database(folder))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_notice_in_force_is_shown_in_the_visitors_language(visit: Visit, language: str) -> None:
    visit.language = language

    answer = visit.get("/privacy")

    assert answer.data == current_notice(language).content
    assert answer.headers["Content-Location"] == f"/privacy/{current_notice(language).sha256}"


def test_notice_is_served_by_its_hash_and_may_be_kept(visit: Visit) -> None:
    notice = current_notice("fr")

    answer = visit.get(f"/privacy/{notice.sha256}")

    assert hashlib.sha256(answer.data).hexdigest() == notice.sha256
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"


@pytest.mark.parametrize("path", ["/privacy", f"/privacy/{current_notice('en').sha256}"])
def test_policy_lets_the_notices_own_style_in_and_nothing_else(visit: Visit, path: str) -> None:
    answer = visit.get(path)
    [style] = re.findall(rb"<style>(.*?)</style>", answer.data)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()

    assert answer.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none';"
        " frame-ancestors 'none'"
    )


def test_notice_of_an_earlier_version_is_served_from_the_archive(visit: Visit) -> None:
    visit.run(
        "INSERT INTO notices (sha256, kind, content, first_used_at)"
        f" VALUES ('{'a' * 64}', 'notice', CAST('<p>before</p>' AS BLOB), '2025-01-01 00:00:00')"
    )

    answer = visit.get(f"/privacy/{'a' * 64}")

    assert answer.status_code == 200
    assert answer.data == b"<p>before</p>"


@pytest.mark.parametrize(
    "name", ["0" * 64, "A" * 64, "x", "0" * 65, "..%2f..%2fetc%2fpasswd", "%00", "é"]
)
def test_unknown_notice_is_not_found(visit: Visit, name: str) -> None:
    assert visit.get(f"/privacy/{name}").status_code == 404
