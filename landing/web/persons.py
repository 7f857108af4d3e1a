"""Tell a person's tap from what programs fetch by themselves; nothing of it is kept."""

import re
from collections.abc import Mapping
from typing import Any

# Programs that fetch a link to show a preview of it, and crawlers: nobody has tapped.
_PREVIEW = re.compile(
    r"bot\b|crawler|spider|preview|facebookexternalhit|facebookcatalog|meta-external|whatsapp"
    r"|slack-imgproxy|skypeuri|embedly|iframely|vkshare|snap url|google-read|outlookconnectivity",
    re.IGNORECASE,
)


def is_a_person(environ: Mapping[str, Any]) -> bool:
    """Whether somebody opened the page, as far as the request says."""
    return not is_prefetch(environ) and not is_preview(environ.get("HTTP_USER_AGENT", ""))


def is_prefetch(environ: Mapping[str, Any]) -> bool:
    """Whether a browser fetches ahead, for a page that may never be looked at.

    Source: WHATWG Fetch (``Sec-Purpose``); older browsers say ``Purpose``.
    """
    purpose: str = environ.get("HTTP_SEC_PURPOSE") or environ.get("HTTP_PURPOSE") or ""
    return "prefetch" in purpose or "preview" in purpose


def is_preview(user_agent: str) -> bool:
    """Whether a program asks that shows previews of links, or a crawler."""
    return _PREVIEW.search(user_agent) is not None
