"""What a request's headers say of the one who asks, as far as a tap's answer differs by it.

To read a header takes longer than to send a kept page, and the same few headers come again and
again: what was read is remembered for those of late. Nothing says who sent one, or when.
"""

from functools import lru_cache
from typing import NamedTuple

from landing.web.compression import best_encoding
from landing.web.language import named_language, named_region
from landing.web.persons import is_preview
from landing.web.tap_page import Platform, platform_of

LONGEST = 1024  # characters of a header that count: what is remembered is bounded
_MOST_REMEMBERED = 2048


class Reader(NamedTuple):
    """How a visitor reads: ``language`` is None where they name none of ours."""

    language: str | None
    region: str


class Agent(NamedTuple):
    """What kind of phone asks, and whether it is a program that shows previews of links."""

    platform: Platform
    is_preview: bool


@lru_cache(_MOST_REMEMBERED)
def reader_of(accept_language: str) -> Reader:
    """Read ``Accept-Language``."""
    return Reader(named_language(accept_language), named_region(accept_language))


@lru_cache(_MOST_REMEMBERED)
def agent_of(user_agent: str) -> Agent:
    """Read ``User-Agent``."""
    return Agent(platform_of(user_agent), is_preview(user_agent))


@lru_cache(_MOST_REMEMBERED)
def encoding_of(accept_encoding: str) -> str | None:
    """Read ``Accept-Encoding``: the form of ours that the browser likes best."""
    return best_encoding(accept_encoding)
