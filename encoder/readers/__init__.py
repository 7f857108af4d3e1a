"""The readers: one seam for all hardware. Only this package imports nfcpy."""

from encoder.readers.field import Field
from encoder.readers.opening import open_field

__all__ = ["Field", "open_field"]
