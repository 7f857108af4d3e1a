"""The signed token inside the activation form: a form that we did not show is not taken."""

from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

FORM_MAX_AGE = timedelta(hours=2)
_SALT = "activation-form/1"


def seal(card: str, shown_at: datetime, secret_key: str) -> str:
    """Sign a showing of the form for its hidden field; it counts for this card alone."""
    content = [card, shown_at.timestamp()]
    return str(URLSafeSerializer(secret_key, salt=_SALT).dumps(content))


def is_ours(token: str, card: str, secret_key: str, *, now: datetime) -> bool:
    """Whether we showed this form, for this card, and not too long ago."""
    try:
        content = URLSafeSerializer(secret_key, salt=_SALT).loads(token)
    except (BadData, ValueError):
        return False
    if not isinstance(content, list) or len(content) != 2 or content[0] != card:
        return False
    return timedelta() <= now - datetime.fromtimestamp(content[1], UTC) <= FORM_MAX_AGE
