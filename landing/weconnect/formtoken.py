"""The signed token inside the form: where, which showing, what was shown, and when.

It replaces a cookie against forged posts, carries the idempotency key, and proves the time and
the texts of the showing.
"""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

FORM_MAX_AGE = timedelta(hours=2)
_SALT = "weconnect-form/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """One showing of the form, on a card or behind a profile's own link.

    ``card`` is the card's token, ``slug`` the link's name: one of them is empty, so that nobody
    learns the one from the other. ``nonce`` is 32 hex digits; ``recipient``, ``notice`` and
    ``bundle`` are the SHA-256, in hex, of who was named as the recipient, of the notice that the
    form links to and of the form's own texts. ``again``: it was drawn in place of a form that we
    had shown before, so that a quick answer is no sign of a machine.
    """

    card: str
    slug: str
    recipient: str
    nonce: str
    language: str
    notice: str
    bundle: str
    shown_at: datetime
    again: bool = False

    def age(self, now: datetime) -> timedelta:
        """How long the form has been in front of the visitor."""
        return now - self.shown_at

    def is_too_fast(self, now: datetime, min_seconds: float) -> bool:
        """Whether the form came back sooner than a person can fill it in."""
        return not self.again and self.age(now) < timedelta(seconds=min_seconds)

    def is_current(self, now: datetime) -> bool:
        """Whether the form may still be sent as it was shown."""
        return timedelta() <= self.age(now) <= FORM_MAX_AGE


def seal(showing: Showing, secret_key: str) -> str:
    """Sign a showing for the form's hidden field."""
    content = asdict(showing) | {"shown_at": showing.shown_at.timestamp()}
    return str(URLSafeSerializer(secret_key, salt=_SALT).dumps(content))


def unseal(token: str, secret_key: str) -> Showing | None:
    """Read a hidden field back; None when we did not sign it, or an earlier version of us did."""
    try:
        content = URLSafeSerializer(secret_key, salt=_SALT).loads(token)
    except (BadData, ValueError):
        return None
    if content.keys() != {field.name for field in fields(Showing)}:
        return None
    shown_at = datetime.fromtimestamp(content.pop("shown_at"), UTC)
    return Showing(**content, shown_at=shown_at)
