"""NXP's originality signature: an ECDSA signature over the UID, made with the chip.

It says that NXP made the chip's UID, not that the chip is unused: UID and signature can be copied
together. Source: AN11350 (NTAG21x), AN11341 (MIFARE Ultralight EV1): curve secp128r1, the message
is the UID itself, not its hash; the signature is r and s, 16 bytes each.
"""


def is_genuine(public_key: bytes, uid: bytes, signature: bytes) -> bool:
    """Whether the signature is the manufacturer's for this UID."""
    # Imported here: few runs ask for it, and it costs every start a tenth of a second.
    from ecdsa import BadSignatureError, SECP128r1, VerifyingKey

    key = VerifyingKey.from_string(public_key, curve=SECP128r1)
    try:
        return bool(key.verify_digest(signature, uid))
    except (BadSignatureError, ValueError, TypeError):  # TypeError: r gives the point at infinity
        return False
