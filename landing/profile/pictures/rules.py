"""How large a picture may be, what drawing it may cost, and what its renditions may weigh."""

from dataclasses import dataclass

MAX_BYTES = 12_000_000  # a phone's JPEG of 50 megapixels
# JPEG is decoded at a half, a quarter or an eighth of its size; the others whole, WebP thrice over.
MAX_PIXELS = {"JPEG": 52_000_000, "PNG": 16_000_000, "WEBP": 8_000_000}
MAX_SIDE = {"JPEG": 9_000, "PNG": 6_000, "WEBP": 6_000}
MIN_PHOTO_SIDE = 64  # less is a blur at 224
MIN_LOGO_SIDE = 16

# With the fullest page, of 7.4 kB, portrait and logo make a first view of at most 14 kB: RFC 6928,
# ten segments.
PHOTO_BUDGET, LOGO_BUDGET, VCARD_BUDGET = 4_900, 1_600, 48_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What drawing one picture may cost, and how long a process is used."""

    memory: int = 256_000_000  # of the whole process; 0 for no limit
    seconds: int = 2  # of the processor; on the clock too, unless the machine is busy
    pictures: int = 200  # then a new process takes over
    idle_seconds: int = 30  # then the process ends by itself

    def words(self) -> list[str]:
        """The limits as the worker's command line."""
        return [str(self.memory), str(self.seconds), str(self.idle_seconds)]


LIMITS = Limits()
