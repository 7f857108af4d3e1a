"""The password of one card: PWD and PACK, derived from the station's key and the card's UID.

Nobody keeps a password: whoever has the key and the card makes it anew. Source: RFC 5869 (HKDF);
NTAG213/215/216 data sheet, 8.8 (password verification).
"""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_LENGTH = 32
_PWD_LENGTH, _PACK_LENGTH = 4, 2
_KEY_ID_LENGTH = 4
_PASSWORD_INFO = b"wecard/card-password/1/"
_KEY_ID_INFO = b"wecard/station-key-id/1"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What PWD_AUTH sends and what it must answer; neither shows in messages or logs."""

    pwd: bytes = field(repr=False)
    pack: bytes = field(repr=False)


FACTORY_CREDENTIALS = Credentials(pwd=bytes.fromhex("FFFFFFFF"), pack=bytes(_PACK_LENGTH))


@dataclass(frozen=True, slots=True)
class StationKey:
    """The secret that all passwords of a workshop come from; 32 bytes."""

    secret: bytes = field(repr=False)

    def credentials(self, uid: bytes) -> Credentials:
        """The password of the card with this UID."""
        derived = self._derive(_PASSWORD_INFO + uid, _PWD_LENGTH + _PACK_LENGTH)
        return Credentials(pwd=derived[:_PWD_LENGTH], pack=derived[_PWD_LENGTH:])

    @property
    def key_id(self) -> str:
        """Names the key without giving it away: 8 hex digits."""
        return self._derive(_KEY_ID_INFO, _KEY_ID_LENGTH).hex().upper()

    def _derive(self, info: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self.secret)
