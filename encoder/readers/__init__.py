"""The readers: one seam for all hardware. Only this package imports nfcpy and pyscard."""

from encoder.readers.field import Field
from encoder.readers.listing import SeenReader, seen_readers
from encoder.readers.opening import open_field

__all__ = ["Field", "SeenReader", "open_field", "seen_readers"]
