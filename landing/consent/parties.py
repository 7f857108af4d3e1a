"""Who answers for the data: the operator, the card's owner, the authority.

Source: WEMET's personal data protection policy of 7 February 2023 (contact, DPO, CNIL);
GDPR Art. 13(1)(a), (b) and (d), Art. 26.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from landing.consent.canonical import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The company that runs the site, and the authority that a visitor can turn to."""

    party_id: str
    name: str
    contact: str
    dpo: str
    authority: str
    authority_address: str
    authority_url: str


WEMET = Operator(
    party_id="wemet",
    name="WEMET",
    contact="contact@wemet.fr",
    dpo="production@wemet.fr",
    authority="CNIL",
    authority_address="3, place de Fontenoy – TSA 80715 – 75334 PARIS CEDEX 07",
    authority_url="https://www.cnil.fr/",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The card's owner, as the form named them; ``organization`` is empty for a private owner."""

    profile_uid: str
    name: str
    organization: str

    @property
    def party_id(self) -> str:
        """The organisation's reference in a record, or the owner's own."""
        return f"org:{self.profile_uid}" if self.organization else self.owner_ref

    @property
    def owner_ref(self) -> str:
        """The owner's reference in a record."""
        return f"owner:{self.profile_uid}"

    @property
    def controller(self) -> str:
        """Who answers for the details beside the operator: the organisation, or the owner."""
        return self.organization or self.name

    @property
    def sha256(self) -> str:
        """The hash, in hex, of all that names them: who is called otherwise has another."""
        return hashlib.sha256(canonical(asdict(self))).hexdigest()

    @property
    def named(self) -> str:
        """Owner and organisation in one line, each once."""
        return ", ".join(dict.fromkeys(part for part in (self.name, self.organization) if part))


def controllers(recipient: Recipient, operator: Operator = WEMET) -> list[dict[str, Any]]:
    """The joint controllers of collection and transmission, as a record names them.

    A private owner stands there by reference only: no person's name enters a record.
    """
    return [
        {
            "party_id": operator.party_id,
            "role": "joint",
            "type": "organisation",
            "name": operator.name,
            "contact": operator.contact,
            "dpo": operator.dpo,
        },
        {
            "party_id": recipient.party_id,
            "role": "joint",
            "type": "organisation" if recipient.organization else "natural_person",
            "name": recipient.organization,
            "contact": operator.contact,
        },
    ]
