"""What a virtual chip shows over its user memory: the ASCII mirror.

Source: NTAG213/215/216 data sheet, 8.7 (mirror) and 8.5.7 (CFG0); NTAG210/212 data sheet, 8.5.7:
no MIRROR_CONF, the UID is mirrored where MIRROR_PAGE is 04h or more. What an NTAG21x shows of a
counter that is switched off or behind the password: as the Flipper Zero's emulation does.
"""

from dataclasses import dataclass

from encoder.chips.mirror import MIRRORS, Mirror, mirrored_text
from encoder.chips.models import FIRST_USER_PAGE, PAGE_SIZE, ChipModel

_WITHOUT_COUNTER: dict[Mirror, Mirror] = {"counter": "none", "both": "uid"}


@dataclass(frozen=True, slots=True)
class MirrorSetting:
    """What CFG0 asked for at power-on; ``start`` is a byte offset from page 00h."""

    kind: Mirror
    start: int
    end_of_memory: int

    def over(self, memory: bytes, uid: bytes, counter: int | None) -> bytes:
        """The memory under the mirror; ``counter`` is None where the chip does not give it away.

        A text that would go beyond the user memory is not mirrored at all.
        """
        kind = self.kind if counter is not None else _WITHOUT_COUNTER.get(self.kind, self.kind)
        text = mirrored_text(kind, uid, counter or 0)
        end = self.start + len(text)
        return memory if end > self.end_of_memory else memory[: self.start] + text + memory[end:]


def mirror_setting(model: ChipModel, cfg0: bytes) -> MirrorSetting:
    """Read MIRROR_CONF, MIRROR_BYTE and MIRROR_PAGE out of CFG0."""
    start = cfg0[2] * PAGE_SIZE + (cfg0[0] >> 4 & 0b11)
    kind: Mirror = "none"
    if cfg0[2] >= FIRST_USER_PAGE:
        by_conf = MIRRORS[cfg0[0] >> 6] if model.can_mirror else "none"
        kind = "uid" if model.mirrors_by_page else by_conf
    return MirrorSetting(kind, start, (model.last_user_page + 1) * PAGE_SIZE)
