"""Write a job's document again, as a workstation may fetch it now."""

from landing.cards.activation_code import activation_code, hash_activation
from landing.cards.model import Card
from landing.contract.documents import Job, JobItem, Label
from landing.contract.url import card_url
from landing.jobs.order import label_of
from landing.storage.activations import activations_of_job
from landing.storage.cards import cards_of_job
from landing.storage.connection import Connection
from landing.storage.jobs import find_job
from landing.storage.profiles import profiles_of_job


def job_document(db: Connection, name: str, *, site: str, secret_key: str) -> Job | None:
    """The job with what is still to be made of it; None where no such job was ever let out.

    A token that was withdrawn before its card was made is left out; a cancelled job has no items
    at all.
    """
    record = find_job(db, name)
    if record is None or record.released_at is None:
        return None
    labels = _Labels(db, name, secret_key)
    cards = [] if record.cancelled_at else cards_of_job(db, name)
    return Job(
        job=record.id,
        site=site,
        created_at=record.created_at,
        policy=record.policy,
        items=tuple(
            JobItem(
                position=card.position or 0,
                token=card.token,
                url=card_url(site, card.token),
                label=labels.of(card),
            )
            for card in cards
            if card.encoding or card.state != "retired"
        ),
    )


class _Labels:
    """The words for a job's cards, looked up at once."""

    def __init__(self, db: Connection, job: str, secret_key: str) -> None:
        self._profiles = profiles_of_job(db, job)
        self._hashes = activations_of_job(db, job)
        self._secret_key = secret_key

    def of(self, card: Card) -> Label:
        """The label of one card; a code that another secret key made is not known any more."""
        if card.profile_uid is not None:
            return label_of(self._profiles[card.profile_uid])
        code = activation_code(self._secret_key, card.token)
        hashed = hash_activation(self._secret_key, card.token, code)
        known = hashed == self._hashes.get(card.token)
        return Label(activation=code if known else "")
