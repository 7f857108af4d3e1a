"""Settings come from variables; whatever cannot be used is named."""

import traceback
from pathlib import Path

import pytest

from landing.errors import SettingError
from landing.settings import settings_from

GOOD = {"WECARD_SITE_URL": "https://card.example", "WECARD_SECRET_KEY": "k" * 32}


def test_two_variables_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    settings = settings_from(GOOD)

    assert settings.site_url == "https://card.example"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/wecard.db"
    assert settings.lock_path == tmp_path / "var" / "wecard.db.lock"
    assert settings.pictures_dir == tmp_path / "var" / "pictures"
    assert settings.form_min_seconds == 3.0
    assert settings.trusted_proxies == ()
    assert settings.vcard_disposition == "inline"
    assert settings.vcard_blank_line is False


def test_lock_file_stands_beside_the_database_wherever_that_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/elsewhere/cards.db"

    settings = settings_from(GOOD | {"WECARD_DATABASE_URL": url, "WECARD_DATA_DIR": "/srv/wecard"})

    assert settings.database_url == url
    assert settings.lock_path == tmp_path / "elsewhere" / "cards.db.lock"
    assert settings.pictures_dir == Path("/srv/wecard/pictures")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WECARD_SITE_URL", ""),
        ("WECARD_SITE_URL", "card.example"),
        ("WECARD_SITE_URL", "http://card.example"),
        ("WECARD_SITE_URL", "https://card.example/cards"),
        ("WECARD_SECRET_KEY", ""),
        ("WECARD_SECRET_KEY", "k" * 31),
        ("WECARD_DATABASE_URL", "mysql://localhost/wecard"),
        ("WECARD_DATABASE_URL", "postgres://wecard:pass@localhost/wecard"),
        ("WECARD_DATABASE_URL", "postgresql://wecard:pass@localhost/wecard"),
        ("WECARD_DATABASE_URL", "postgresql+psycopg2://wecard:pass@localhost/wecard"),
        ("WECARD_DATABASE_URL", "postgresql+psycopg://"),
        ("WECARD_DATABASE_URL", "postgresql+psycopg://localhost"),
        ("WECARD_DATABASE_URL", "postgresql+psycopg://localhost/"),
        ("WECARD_DATABASE_URL", "postgresql+psycopg://localhost:port/wecard"),
        ("WECARD_DATABASE_URL", "sqlite://"),
        ("WECARD_DATABASE_URL", "sqlite:///"),
        ("WECARD_DATABASE_URL", "sqlite:///:memory:"),
        ("WECARD_DATABASE_URL", "sqlite:////srv/wecard.db?mode=ro"),
        ("WECARD_DATA_DIR", "/srv/we%20card"),
        ("WECARD_DATA_DIR", "/srv/card?"),
        ("WECARD_FORM_MIN_SECONDS", "three"),
        ("WECARD_FORM_MIN_SECONDS", "-1"),
        ("WECARD_FORM_MIN_SECONDS", "nan"),
        ("WECARD_MISS_LIMIT", "-1"),
        ("WECARD_MISS_LIMIT", "many"),
        ("WECARD_COUNT_TAPS", "yes"),
        ("WECARD_VCARD_DISPOSITION", "Attachment"),
        ("WECARD_VCARD_DISPOSITION", "inline; filename=x"),
        ("WECARD_VCARD_BLANK_LINE", "yes"),
        ("WECARD_VCARD_BLANK_LINE", "01"),
        ("WECARD_TRUSTED_PROXIES", "nginx"),
        ("WECARD_TRUSTED_PROXIES", "127.0.0.1 10.0.0.0/33"),
    ],
)
def test_setting_that_cannot_be_used_is_named_with_what_to_do(variable: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        settings_from(GOOD | {variable: value})

    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(f"{variable} ")
    assert f"set {variable} to " in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://db.example/wecard",
        "postgresql+psycopg://wecard:p%40ss%2F@db.example:5433/wecard?sslmode=verify-full",
        "postgresql+psycopg:///wecard",
        "postgresql+psycopg://wecard@/wecard?host=/run/postgresql",
        "postgresql+psycopg://wecard:pa.ss~w-o_rd@[::1]:5432/wecard",
    ],
)
def test_postgresql_is_taken_as_it_is_and_has_no_lock_file(url: str) -> None:
    settings = settings_from(GOOD | {"WECARD_DATABASE_URL": url})

    assert settings.database_url == url
    assert settings.on_postgresql
    assert settings.lock_path is None


@pytest.mark.parametrize("sign", list("@/?#[]:%"))
def test_password_with_a_sign_that_ends_it_is_refused_and_not_told(sign: str) -> None:
    url = f"postgresql+psycopg://wecard:se{sign}cret@db.example/wecard"

    with pytest.raises(SettingError) as caught:
        settings_from(GOOD | {"WECARD_DATABASE_URL": url})

    told = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert "cret" not in told.replace("secret", "")
    assert "every sign of the password" in caught.value.hint


def test_proxies_are_addresses_and_networks() -> None:
    settings = settings_from(GOOD | {"WECARD_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8 ::1"})

    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1")


def test_misses_are_limited_and_taps_counted_unless_told_otherwise() -> None:
    usual, told = (
        settings_from(GOOD | changes)
        for changes in ({}, {"WECARD_MISS_LIMIT": "0", "WECARD_COUNT_TAPS": "0"})
    )

    assert (usual.miss_limit, usual.counts_taps) == (30, True)
    assert (told.miss_limit, told.counts_taps) == (0, False)


@pytest.mark.parametrize(
    ("values", "disposition", "blank_line"),
    [
        ({"WECARD_VCARD_DISPOSITION": "attachment"}, "attachment", False),
        ({"WECARD_VCARD_BLANK_LINE": "1"}, "inline", True),
        ({"WECARD_VCARD_DISPOSITION": "inline", "WECARD_VCARD_BLANK_LINE": "0"}, "inline", False),
        ({"WECARD_VCARD_DISPOSITION": "", "WECARD_VCARD_BLANK_LINE": ""}, "inline", False),
    ],
)
def test_contact_file_has_two_settings(
    values: dict[str, str], disposition: str, blank_line: bool
) -> None:
    settings = settings_from(GOOD | values)

    assert settings.vcard_disposition == disposition
    assert settings.vcard_blank_line is blank_line


def test_loopback_site_may_speak_plain_http() -> None:
    site_url = "http://127.0.0.1:8000"

    assert settings_from(GOOD | {"WECARD_SITE_URL": site_url}).site_url == site_url


def test_secrets_never_show() -> None:
    url = "postgresql+psycopg://wecard:hush@db.example/wecard"
    settings = settings_from(GOOD | {"WECARD_DATABASE_URL": url})

    shown = f"{settings!r} {settings}"

    assert settings.secret_key not in shown
    assert "hush" not in shown
