"""What the engine does to a chip, a step at a time: write a page, or prove the password."""

from dataclasses import dataclass

from encoder.chips.locks import Image
from encoder.chips.password import Credentials

_ALL = bytes.fromhex("FFFFFFFF")


@dataclass(frozen=True, slots=True)
class PageWrite:
    """One WRITE; ``mask`` has 0 bits where the chip keeps what it has or adds to it."""

    page: int
    data: bytes
    mask: bytes = _ALL

    def stands_in(self, content: bytes) -> bool:
        """Whether a page that reads as ``content`` holds what this WRITE puts there."""
        return all(
            (found ^ wanted) & mask == 0
            for found, wanted, mask in zip(content, self.data, self.mask, strict=True)
        )

    def stands_on(self, image: Image) -> bool:
        """Whether the page is known, and holds it."""
        content = image.get(self.page)
        return content is not None and self.stands_in(content)


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """One PWD_AUTH that must be answered by the right PACK; it opens what AUTH0 protects."""

    credentials: Credentials


Step = PageWrite | PasswordProof
