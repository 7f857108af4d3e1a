"""Files as strangers send them, good, bad and hostile: made by seeded code, each with its name.

``verdict`` is what must become of a file: it is taken, it is refused, or either, where chance
decides what is left of it (mutated bytes). ``CANARY`` stands in every place for words that a
format has; no output may carry it.
"""

import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from tests.landing.profile.drawings import halves, noise, png_head, portrait, saved

CANARY = b"48.8584N-2.2945E-canary"
PNG_SIGN = b"\x89PNG\r\n\x1a\n"
_DESCRIPTION, _ORIENTATION, _GPS = 0x010E, 0x0112, 0x8825
_CUTS = 40  # places where each format is cut short
_MUTANTS = 90  # damaged copies of each format

Verdict = Literal["taken", "refused", "either"]


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what must become of it as a portrait."""

    name: str
    content: bytes
    verdict: Verdict


def cases() -> Iterator[Case]:
    """All files, the same in every run."""
    yield from _good()
    yield from _foreign()
    yield from _broken()
    yield from _wild()
    yield from _polyglots()
    yield from _bombs()


def with_words(kind: str, picture: Image.Image | None = None, **more: object) -> bytes:
    """A picture with the canary in every place that its format has for words."""
    text = CANARY.decode()
    exif = Image.Exif()
    exif[_DESCRIPTION] = text
    exif.get_ifd(_GPS)[1] = text
    options: dict[str, object] = {"exif": exif, "icc_profile": _profile_with_words()}
    if kind == "JPEG":
        options |= {"comment": CANARY, "xmp": b"<x:xmpmeta>%b</x:xmpmeta>" % CANARY}
    if kind == "WEBP":
        options["xmp"] = CANARY
    if kind == "PNG":
        notes = PngInfo()
        notes.add_text("Comment", text)
        notes.add_text("Packed", text * 9, zip=True)
        notes.add_itxt("XML:com.adobe.xmp", text)
        options["pnginfo"] = notes
    return saved(picture or portrait((300, 300)), kind, **options | more)


def _profile_with_words() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile + CANARY


def _good() -> Iterator[Case]:
    plain = portrait((320, 400))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield Case(f"PNG of {mode}", saved(plain.convert(mode)), "taken")
    for mode in ("L", "RGB", "CMYK"):
        yield Case(f"JPEG of {mode}", saved(plain.convert(mode), "JPEG"), "taken")
    for kind in ("JPEG", "PNG", "WEBP"):
        yield Case(f"{kind} with words", with_words(kind), "taken")
        for turn in range(10):
            exif = Image.Exif()
            exif[_ORIENTATION] = turn
            yield Case(f"{kind} turned {turn}", saved(plain, kind, exif=exif), "taken")
    yield Case("palette, one colour clear", saved(plain.quantize(8), transparency=0), "taken")
    yield Case("palette, shades clear", saved(plain.quantize(8), transparency=b"\0\x80"), "taken")
    yield Case("RGB, one colour clear", saved(plain, transparency=(0, 0, 0)), "taken")
    for quality in (1, 30, 95):
        for progressive in (False, True):
            content = saved(plain, "JPEG", quality=quality, progressive=progressive)
            yield Case(f"JPEG {quality}, progressive {progressive}", content, "taken")
    yield Case("JPEG, colours whole", saved(plain, "JPEG", subsampling=0), "taken")
    yield Case("JPEG, restarts", saved(plain, "JPEG", restart_marker_rows=1), "taken")
    yield Case("JPEG, arithmetic", saved(plain, "JPEG").replace(b"\xff\xc0", b"\xff\xc9"), "taken")
    yield Case("WebP without loss", saved(plain.convert("RGBA"), "WEBP", lossless=True), "taken")
    yield Case("JPEG of a phone, with a second picture", phone_jpeg(), "taken")
    for depth, colour in ((16, 0), (16, 2), (16, 4), (16, 6), (2, 0), (4, 0), (1, 0)):
        yield Case(f"PNG of {depth} bits, colour {colour}", deep_png(depth, colour), "taken")
    yield Case("noise", saved(noise((300, 300))), "taken")
    yield Case("smallest portrait", saved(halves((64, 64))), "taken")
    yield Case("thin portrait", saved(halves((6000, 64))), "taken")
    yield Case("no end", saved(plain)[:-12], "taken")
    yield Case("24 megapixels", saved(Image.new("RGB", (5712, 4284), 9), "JPEG"), "taken")
    yield Case("16 megapixels", saved(Image.new("RGBA", (4000, 4000), 9), "PNG"), "taken")
    yield Case("8 megapixels", saved(Image.new("RGB", (2828, 2828), 9), "WEBP"), "taken")


def _foreign() -> Iterator[Case]:
    for kind in ("GIF", "TIFF", "BMP", "AVIF", "JPEG2000", "ICO", "TGA", "PPM", "PDF", "EPS"):
        yield Case(kind, saved(halves((128, 128)), kind), "refused")
    boxes = {"HEIC": b"heicmif1heic", "HEIF": b"mif1mif1heic", "AVIF, mif1": b"mif1mif1avif"}
    for name, brands in boxes.items():
        content = b"\0\0\0\x18ftyp" + brands[:4] + bytes(4) + brands[4:] + bytes(400)
        yield Case(name, content, "refused")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name, content in {
        "SVG": svg,
        "SVG of XML": b'<?xml version="1.0"?>\n' + svg,
        "SVG, entities": b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg,
        "SVG, comments": b"<!---->" * 100 + b"<sv",
        "SVG, packed": zlib.compress(svg, wbits=31),
        "Photoshop": b"8BPS\0\x01" + bytes(100),
        "JPEG XL": b"\0\0\0\x0cJXL \x0d\x0a\x87\x0a" + bytes(100),
        "HTML": b"<!DOCTYPE html><script>alert(1)</script>",
        "ZIP": b"PK\x03\x04" + bytes(100),
        "words": b"portrait.jpg",
        "nothing": b"",
        "zeros": bytes(5000),
    }.items():
        yield Case(name, content, "refused")
    frames = [halves((90, 90)), halves((90, 90)).rotate(90)]
    for kind in ("WEBP", "PNG"):
        content = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        yield Case(f"animated {kind}", content, "refused")
    for size in ((1, 1), (6000, 1), (63, 400)):
        yield Case(f"portrait of {size}", saved(halves(size)), "refused")


def _broken() -> Iterator[Case]:
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = with_words(kind, portrait((200, 200)))
        for step in range(_CUTS):
            cut = len(whole) * step // _CUTS
            yield Case(f"{kind} cut at {cut}", whole[:cut], "refused")
    whole = saved(halves((90, 90)))
    for name, place in {"head": 29, "pixels": -20}.items():
        wrong = bytearray(whole)
        wrong[place] ^= 0xFF
        yield Case(f"PNG, wrong sum of its {name}", bytes(wrong), "refused")
    yield Case("PNG of a head only", png_head((300, 300)), "refused")
    for name, profile in {"words": CANARY * 20, "zeros": bytes(3000)}.items():
        for kind in ("JPEG", "PNG", "WEBP"):
            content = saved(portrait((90, 90)), kind, icc_profile=profile)
            yield Case(f"{kind}, colour profile of {name}", content, "taken")
            content = saved(portrait((90, 90)), kind, exif=b"Exif\0\0" + profile)
            yield Case(f"{kind}, EXIF of {name}", content, "taken")


def _wild() -> Iterator[Case]:
    source = random.Random("wild")
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = with_words(kind, portrait((120, 120)))
        for number in range(_MUTANTS):
            wild = bytearray(whole)
            for _ in range(source.choice((1, 2, 5, 40))):
                wild[source.randrange(len(wild))] = source.randrange(256)
            yield Case(f"{kind} mutant {number}", bytes(wild), "either")
        sign = whole[:16]
        for number in range(8):
            content = sign + source.randbytes(source.randrange(10_000))
            yield Case(f"{kind} of chance {number}", content, "refused")


def _polyglots() -> Iterator[Case]:
    script = b"<html><script>alert('%b')</script></html>" % CANARY
    tails = {"HTML": script, "ZIP": b"PK\x03\x04" + CANARY + b"PK\x05\x06" + bytes(18)}
    tails |= {"PHP": b"<?php echo '%b'; ?>" % CANARY, "garbage": CANARY * 3000}
    for kind in ("JPEG", "PNG", "WEBP"):
        for name, tail in tails.items():
            yield Case(f"{kind} and {name}", saved(portrait((90, 90)), kind) + tail, "taken")
    yield Case("JPEG, script in a comment", saved(halves(), "JPEG", comment=script), "taken")
    notes = PngInfo()
    notes.add_text("x", script.decode())
    yield Case("PNG, script in a note", saved(halves(), pnginfo=notes), "taken")
    chunked = with_chunk(saved(halves()), b"jaVa", script)
    yield Case("PNG, script in a chunk of its own", chunked, "taken")
    yield Case(
        "GIF named by its first bytes, JPEG behind", b"GIF89a" + with_words("JPEG"), "refused"
    )


def _bombs() -> Iterator[Case]:
    for size in ((6001, 10), (10, 6001), (4001, 4000), (65_535, 65_535), (2**31 - 1, 2**31 - 1)):
        yield Case(f"PNG that claims {size}", png_head(size), "refused")
    zeros = zlib.compress(bytes(60_000_000), 9)
    whole = saved(halves())
    for kind, head in (
        (b"zTXt", b"note\0\0"),
        (b"iCCP", b"profile\0\0"),
        (b"iTXt", b"n\0\1\0\0\0"),
    ):
        yield Case(
            f"PNG, {kind.decode()} of 60 MB", with_chunk(whole, kind, head + zeros), "refused"
        )
    yield Case("PNG, 60 MB for 300 by 300", png_of(300, 300, 8, 2, zeros), "either")
    yield Case("JPEG of endless scans", scan_bomb(), "refused")
    yield Case("JPEG, progressive, 49 megapixels", progressive_head(), "refused")
    yield Case("WebP that claims much", webp_head(16_383), "refused")
    yield Case("13 MB", whole + bytes(13_000_000), "refused")


def phone_jpeg() -> bytes:
    """A JPEG with a second one behind it, as phones keep depth and film. Source: CIPA DC-007."""
    return saved(halves(), "MPO", save_all=True, append_images=[halves().rotate(180)])


def deep_png(depth: int, colour: int) -> bytes:
    """A PNG of a slope from dark to bright, of any depth. Source: PNG (3rd edition), 11.2.1."""
    side, channels = 80, {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    rows = bytearray()
    for row in range(side):
        rows.append(0)
        if depth == 16:
            rows += struct.pack(">H", row * 65_535 // (side - 1)) * channels * side
        else:
            rows += bytes([row * 255 // (side - 1)]) * (side * depth // 8)
    return png_of(side, side, depth, colour, zlib.compress(bytes(rows)))


def png_of(width: int, height: int, depth: int, colour: int, packed: bytes) -> bytes:
    """A PNG of these parts, right or wrong."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG_SIGN + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one chunk more, behind its head."""
    head = len(PNG_SIGN) + 25
    return png[:head] + _chunk(kind, data) + png[head:]


def scan_bomb(scans: int = 60_000) -> bytes:
    """A grey progressive JPEG whose last scan comes again and again: little to read, much to do.

    Source: ITU-T T.81, G.1.2: a scan of nothing but end-of-band runs costs a few bytes.
    """
    whole = saved(Image.new("L", (2000, 2000), 128), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * min(scans, 11_000_000 // len(last)) + whole[-2:]


def progressive_head() -> bytes:
    """A progressive JPEG that claims 7000 by 7000 in full colour."""
    whole = saved(halves((64, 64)), "JPEG", progressive=True, subsampling=0)
    place = whole.index(b"\xff\xc2") + 5
    return whole[:place] + struct.pack(">HH", 7000, 7000) + whole[place + 4 :]


def webp_head(side: int) -> bytes:
    """A WebP without loss that claims a size and has nothing. Source: RFC 9649, 3.4."""
    bits = struct.pack("<BI", 0x2F, (side - 1) | (side - 1) << 14) + bytes(20)
    body = b"WEBPVP8L" + struct.pack("<I", len(bits)) + bits + bytes(len(bits) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def opened(content: bytes) -> Image.Image:
    """A file that was made, opened."""
    return Image.open(BytesIO(content))
