"""What one card's label says, and the picture of its logo."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from encoder.errors import LayoutError
from encoder.labels.layout import Field, Language
from landing.contract.activation import format_activation
from landing.contract.documents import Job, JobItem
from landing.contract.token import format_token

_LONGEST_SIDE = 1200  # pixels; two inches at 600 dpi
_KEPT_LOGOS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelContent:
    """A card's own words. ``url`` is what its chip opens, ``activation`` its code in the parcel."""

    site: str
    token: str
    url: str
    position: int
    name: str = ""
    line: str = ""
    activation: str = ""


def content_of(job: Job, item: JobItem) -> LabelContent:
    """The words of a job's item."""
    return LabelContent(
        site=job.site,
        token=item.token,
        url=item.url,
        position=item.position,
        name=item.label.name,
        line=item.label.line,
        activation=item.label.activation,
    )


def words_of(field: Field, content: LabelContent, language: Language) -> str:
    """What a field says of this card."""
    own = field.words_in(language)
    said = {
        "token": format_token(content.token),
        "name": content.name,
        "line": content.line,
        "activation": format_activation(content.activation) if content.activation else "",
        "position": f"{own} {content.position}".strip(),
    }
    return said.get(field.kind, own)


@lru_cache(maxsize=_KEPT_LOGOS)
def load_logo(path: Path) -> Image.Image:
    """A logo's picture on white, in RGB.

    Raises:
        LayoutError: the file is no picture.
    """
    try:
        with Image.open(path) as picture:
            picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            inked = picture.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise LayoutError(
            f"the logo {path} cannot be read: {error}; nothing was drawn",
            hint="name a PNG or a JPEG file",
        ) from error
    paper = Image.new("RGBA", inked.size, "white")
    return Image.alpha_composite(paper, inked).convert("RGB")
