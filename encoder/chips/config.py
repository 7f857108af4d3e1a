"""CFG0, CFG1, PWD, PACK and the locks: which WRITEs bring them to what a card needs.

Source: NTAG213/215/216 data sheet, 8.5.7 (configuration pages), 8.8 (password), 8.5.2 and 8.5.3
(lock bytes). MIFARE Ultralight EV1 and NTAG210/212 have the same pages without MIRROR_CONF.
"""

from dataclasses import dataclass

from encoder.chips.locks import (
    AUTH0_OFF,
    AUTHLIM,
    CFGLCK,
    FACTORY_CFG1,
    NFC_CNT_EN,
    NFC_CNT_PWD_PROT,
    PROT,
    STATIC_LOCKED,
    Image,
    is_config_locked,
    is_password_protected,
    locked_cc,
)
from encoder.chips.mirror import MIRROR_CONF, MirrorPlace, has_counter
from encoder.chips.models import CC_PAGE, STATIC_LOCK_PAGE, ChipModel
from encoder.chips.password import FACTORY_CREDENTIALS, Credentials
from encoder.chips.steps import PageWrite, PasswordProof, Step
from landing.contract.documents import Protection

FIRST_PROTECTED_PAGE = STATIC_LOCK_PAGE  # all that can be written: lock bytes and CC, too
_COUNTER_BITS = NFC_CNT_EN | NFC_CNT_PWD_PROT
_STRG_MOD_EN = 0x04
_MIRROR_BYTE = 0x30
_LOCK_BYTES = bytes.fromhex("0000FFFF")  # of page 02h
_DYNAMIC_BYTES = bytes.fromhex("FFFFFF00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """How a chip is to be kept: by locks, by a password or not at all, and what it mirrors.

    ``credentials`` are the card's own; with another protection than ``password`` they open a
    card that has them, and are taken off it.
    """

    protection: Protection
    place: MirrorPlace | None = None
    credentials: Credentials | None = None

    @property
    def counts(self) -> bool:
        """Whether the chip must count its taps."""
        return self.place is not None and has_counter(self.place.kind)


def opening(model: ChipModel, image: Image, guard: Guard) -> tuple[Step, ...]:
    """What must come ahead of any WRITE: the password, where AUTH0 asks for one.

    A card without a password of ours still has the factory's, where a torn CFG0 asks for one.
    """
    if not is_password_protected(model, image):
        return ()
    return (PasswordProof(guard.credentials or FACTORY_CREDENTIALS),)


def config_steps(model: ChipModel, image: Image, guard: Guard) -> tuple[Step, ...]:
    """The steps from the configuration in ``image`` to the one that the card needs.

    A password is proved ahead of the page that makes the chip ask for it. It is taken off by CFG0
    first: whatever a torn CFG1 says then, no page is behind it.
    """
    changes = [step for step in _config_pages(model, image, guard) if not step.stands_on(image)]
    if guard.protection == "password" and not is_password_protected(model, image):
        credentials = guard.credentials or FACTORY_CREDENTIALS
        return (*_password_pages(model, credentials), PasswordProof(credentials), *changes)
    if guard.protection != "password" and guard.credentials is not None:
        return (*reversed(changes), *_password_pages(model, FACTORY_CREDENTIALS))
    return tuple(changes)


def lock_writes(model: ChipModel, image: Image, guard: Guard) -> tuple[PageWrite, ...]:
    """All WRITEs that cannot be undone, in order: CC, static, dynamic, CFG1 with CFGLCK.

    A chip delivered without a CC gets it here, once and for all: phones see nothing before. A
    CFG1 that a torn WRITE locked keeps its other bits.
    """
    if guard.protection != "permanent":
        return (PageWrite(CC_PAGE, model.cc),)
    locked_already = is_config_locked(model, image)
    cfg1 = _cfg1(guard)
    return (
        PageWrite(CC_PAGE, locked_cc(model)),
        PageWrite(STATIC_LOCK_PAGE, bytes(2) + STATIC_LOCKED, _LOCK_BYTES),
        *_dynamic(model, model.dynamic_locks),
        PageWrite(
            model.cfg1_page,
            bytes([cfg1[0] | CFGLCK]) + cfg1[1:],
            bytes([CFGLCK, 0, 0, 0]) if locked_already else bytes.fromhex("FFFFFFFF"),
        ),
    )


def required_state(model: ChipModel, guard: Guard) -> tuple[PageWrite, ...]:
    """What CC, locks and configuration must read as on a finished card."""
    is_permanent = guard.protection == "permanent"
    static = STATIC_LOCKED if is_permanent else bytes(2)
    dynamic = model.dynamic_locks if is_permanent else bytes(4)
    locked = CFGLCK if is_permanent else 0
    decisive = CFGLCK | (_COUNTER_BITS if guard.counts else 0)
    if guard.protection == "password":
        decisive |= PROT | AUTHLIM
    return (
        PageWrite(CC_PAGE, locked_cc(model) if is_permanent else model.cc),
        PageWrite(STATIC_LOCK_PAGE, bytes(2) + static, _LOCK_BYTES),
        *_dynamic(model, dynamic),
        _cfg0(model, guard),
        PageWrite(
            model.cfg1_page,
            bytes([_cfg1(guard)[0] | locked, 0, 0, 0]),
            bytes([decisive, 0, 0, 0]),
        ),
    )


def mirrors_already(model: ChipModel, image: Image, guard: Guard) -> bool:
    """Whether CFG0 has the chip mirror where the card needs it."""
    return guard.place is not None and _cfg0(model, guard).stands_on(image)


def _config_pages(model: ChipModel, image: Image, guard: Guard) -> tuple[PageWrite, ...]:
    """CFG1 and CFG0 ahead of the lock, which sets what nothing depends on before.

    A torn CFG0 would hide pages by PROT; a counter that is off or shut is not mirrored.
    """
    cfg0 = _cfg0(model, guard)
    needed = 0xFF & ~CFGLCK
    if guard.protection == "permanent":
        hides = not is_config_locked(model, image) and not cfg0.stands_on(image)
        needed = (PROT if hides else 0) | (_COUNTER_BITS if guard.counts else 0)
    return (PageWrite(model.cfg1_page, _cfg1(guard), bytes([needed, 0, 0, 0])), cfg0)


def _cfg0(model: ChipModel, guard: Guard) -> PageWrite:
    """CFG0; bits that decide nothing here may read as they like."""
    place = guard.place
    mirror = place.mirror_byte if place else 0
    protected = guard.protection == "password"
    mirror_mask = MIRROR_CONF | (_MIRROR_BYTE if place else 0) if model.can_mirror else 0
    return PageWrite(
        model.cfg0_page,
        bytes(
            [
                model.factory_cfg0[0] & _STRG_MOD_EN | mirror,
                0,
                place.page if place else 0,
                FIRST_PROTECTED_PAGE if protected else AUTH0_OFF,
            ]
        ),
        bytes([mirror_mask, 0, 0xFF if place or not model.can_mirror else 0, 0xFF]),
    )


def _cfg1(guard: Guard) -> bytes:
    return bytes([FACTORY_CFG1[0] | (NFC_CNT_EN if guard.counts else 0)]) + FACTORY_CFG1[1:]


def _dynamic(model: ChipModel, locks: bytes) -> tuple[PageWrite, ...]:
    if model.dynamic_lock_page is None:
        return ()
    return (PageWrite(model.dynamic_lock_page, locks, _DYNAMIC_BYTES),)


def _password_pages(model: ChipModel, credentials: Credentials) -> tuple[PageWrite, ...]:
    return (
        PageWrite(model.pwd_page, credentials.pwd),
        PageWrite(model.pack_page, credentials.pack + bytes(2)),
    )
