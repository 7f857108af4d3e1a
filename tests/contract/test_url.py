"""The card URL: its two forms, any case, and no other address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.contract.errors import CardUrlError, ContractError
from landing.contract.url import (
    CardUrl,
    card_url,
    is_loopback,
    parse_card_url,
    parse_site_url,
    qr_url,
)
from tests.contract.documents import tokens

SITE = "https://card.example"
TOKEN = "7H3K9QX2MZ4DG"
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")  # ISO/IEC 18004, table 5


def test_chip_form_keeps_the_scheme_in_lower_case() -> None:
    assert card_url(SITE, TOKEN) == f"https://card.example/c/{TOKEN}"


def test_qr_form_stays_in_alphanumeric_mode() -> None:
    text = qr_url(SITE, TOKEN)

    assert text == f"HTTPS://CARD.EXAMPLE/Q/{TOKEN}"
    assert set(text) <= ALPHANUMERIC


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        (f"https://card.example/c/{TOKEN}", "chip"),
        (f"HTTPS://CARD.EXAMPLE/C/{TOKEN}", "chip"),
        (f"HTTPS://CARD.EXAMPLE/Q/{TOKEN}", "qr"),
        (f"https://card.example/q/{TOKEN.lower()}", "qr"),
        ("https://card.example/c/7H3K-9QX2-MZ4D-G", "chip"),
        (f"https://card.example:443/c/{TOKEN}", "chip"),
    ],
)
def test_either_form_is_read_in_any_case(text: str, channel: str) -> None:
    card = parse_card_url(text)

    assert (card.site, card.token, card.channel) == (SITE, TOKEN, channel)
    assert card.canonical == f"https://card.example/c/{TOKEN}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        TOKEN,
        f"/c/{TOKEN}",
        f"card.example/c/{TOKEN}",
        f"//card.example/c/{TOKEN}",
        f"ftp://card.example/c/{TOKEN}",
        f"http://card.example/c/{TOKEN}",
        f"https:///c/{TOKEN}",
        f"https://card.example/x/{TOKEN}",
        f"https://card.example/c/{TOKEN}/",
        f"https://card.example/c/{TOKEN}?a=1",
        f"https://card.example/c/{TOKEN}#a",
        f"https://card.example/shop/c/{TOKEN}",
        f"https://anna@card.example/c/{TOKEN}",
        f"https://card.example /c/{TOKEN}",
        f"https://[v1.a:b]/c/{TOKEN}",
        f"https://[fe80::1%25eth0]/c/{TOKEN}",
        f"https://\u212aard.example/c/{TOKEN}",
        f"https://kärtchen.example/c/{TOKEN}",
        f"https://card.example:99999/c/{TOKEN}",
        "https://card.example/c/7H3K9QX2MZ4DH",
        "https://card.example/c/",
    ],
)
def test_another_address_is_refused(text: str) -> None:
    with pytest.raises(CardUrlError):
        parse_card_url(text)


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("https://card.example", "https://card.example"),
        ("HTTPS://Card.Example/", "https://card.example"),
        ("https://card.example:443", "https://card.example"),
        ("https://card.example:8443", "https://card.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://[2001:DB8:0::1]", "https://[2001:db8::1]"),
        ("https://xn--krtchen-5wa.example", "https://xn--krtchen-5wa.example"),
    ],
)
def test_site_is_read_into_its_plain_form(text: str, site: str) -> None:
    assert parse_site_url(text) == site
    assert parse_site_url(site) == site


@pytest.mark.parametrize(
    "text",
    [
        "http://card.example",
        "http://10.0.0.1",
        "https://",
        "https://-card.example",
        "https://card..example",
        "https://card.example/path",
        "https://card.example?",
        "https://card.example#",
        "https://user:pw@card.example",
        "https://card_.example\\evil",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 130 + "example",
        " https://card.example",
        "https://card.example\n",
        "https://card.ex\tample",
    ],
)
def test_what_is_no_site_is_refused(text: str) -> None:
    with pytest.raises(CardUrlError):
        parse_site_url(text)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["card.example", "10.0.0.1", "localhost.evil.example", "127.1", ""]
)
def test_another_machine_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@given(tokens(), st.sampled_from([SITE, "https://a.example:8443", "http://127.0.0.1:8000"]))
def test_both_forms_read_back_to_the_same_card(token: str, site: str) -> None:
    chip, code = parse_card_url(card_url(site, token)), parse_card_url(qr_url(site, token))

    assert chip == CardUrl(site=site, token=token, channel="chip")
    assert code == CardUrl(site=site, token=token, channel="qr")
    assert chip.canonical == code.canonical == card_url(site, token)


@given(
    st.text(max_size=60)
    | st.text("hHtTpPsS:/.@[]%?#0123456789abcvx-\\", max_size=40).map(lambda t: "https://" + t)
    | st.text("[]:%.vV0123456789abcdef", max_size=20).map(lambda t: f"https://[{t}]/c/{TOKEN}")
)
def test_garbage_raises_contract_errors_only(text: str) -> None:
    for parse in (parse_site_url, parse_card_url):
        try:
            read = parse(text)
        except ContractError:
            continue
        assert str(read)
