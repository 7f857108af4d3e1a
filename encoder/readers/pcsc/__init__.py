"""Readers behind PC/SC, by pyscard's plain calls; pyscard is an extra and imported when needed."""

from encoder.readers.pcsc.field import PcscField, open_pcsc
from encoder.readers.pcsc.link import PcscReaders, pcsc_readers

__all__ = ["PcscField", "PcscReaders", "open_pcsc", "pcsc_readers"]
