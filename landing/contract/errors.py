"""What can be wrong with the words that the encoder and the site exchange.

ContractError
├── TokenError             not a card token
│   └── TokenTypoError     its shape is right, its check character is not
├── ActivationError        not an activation code
├── CardUrlError           not the address of a site or of a card
└── DocumentError          not a job or report document
    └── FormatError        a document of another format or version
"""


class ContractError(ValueError):
    """A token, address or document is not what the contract says; nothing was changed."""

    hint = "check where the text came from"


class TokenError(ContractError):
    """The text is not a card token."""

    hint = "a token has 13 letters and digits, as printed under the QR code"


class TokenTypoError(TokenError):
    """The text has a token's shape, but one character was mistyped or two were swapped."""

    hint = "read the token from the card again: a character was mistyped"


class ActivationError(ContractError):
    """The text is not an activation code."""

    hint = "the code stands on the parcel slip, in two groups of six"


class CardUrlError(ContractError):
    """The text is not the address of a site or of a card."""

    hint = "a card's address reads https://HOST/c/TOKEN"


class DocumentError(ContractError):
    """A job or report document is broken; ``where`` names the field."""

    hint = "have the document made again; do not mend it by hand"

    def __init__(self, where: str, fault: str) -> None:
        super().__init__(f"{where}: {fault}")
        self.where = where
        self.fault = fault


class FormatError(DocumentError):
    """The document says that it has another format or version."""

    hint = "use the encoder and the site in versions that belong together"
