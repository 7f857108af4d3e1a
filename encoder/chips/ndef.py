"""NDEF messages: the one that we write, and whatever a phone can read on a chip.

Source: NFC Forum NDEF 1.0, 2.3 and 3.2 (message and record layout); URI RTD 1.0, 3.2.2 (prefixes).
"""

from dataclasses import dataclass

import ndef

from encoder.chips import tlv

_MESSAGE_BEGIN, _MESSAGE_END, _CHUNKED = 0x80, 0x40, 0x20
_SHORT_RECORD, _HAS_ID, _TNF = 0x10, 0x08, 0x07
_TNF_EMPTY, _TNF_WELL_KNOWN, _TNF_UNKNOWN, _TNF_UNCHANGED, _TNF_RESERVED = 0, 1, 5, 6, 7
_URI_PREFIXES = (  # by their code, 00h to 23h; '-' stands for none
    "- http://www. https://www. http:// https:// tel: mailto: ftp://anonymous:anonymous@ "
    "ftp://ftp. ftps:// sftp:// smb:// nfs:// ftp:// dav:// news: telnet:// imap: rtsp:// urn: "
    "pop: sip: sips: tftp: btspp:// btl2cap:// btgoep:// tcpobex:// irdaobex:// file:// "
    "urn:epc:id: urn:epc:tag: urn:epc:pat: urn:epc:raw: urn:epc: urn:nfc:"
).split()


@dataclass(frozen=True, slots=True)
class Record:
    """One NDEF record, its identifier left out."""

    tnf: int
    type: bytes
    payload: bytes


def uri_message(url: str) -> bytes:
    """Make the message of one URI record; ``https://`` and ``http://`` shrink to one byte."""
    return b"".join(ndef.message_encoder([ndef.UriRecord(url)]))


def parse_message(message: bytes) -> tuple[Record, ...] | None:
    """Read a message as a phone does: whole, well-formed, with nothing behind it; else None."""
    records: list[Record] = []
    offset = 0
    while True:
        taken = _record(message, offset, first=not records)
        if taken is None:
            return None
        record, offset, last = taken
        records.append(record)
        if last:
            return tuple(records) if offset == len(message) else None


def message_on(area: bytes) -> tuple[Record, ...] | None:
    """Read the NDEF message of a data area; None where a phone finds none: the chip is blank."""
    block = tlv.ndef_tlv(area)
    if block is None or block.end > len(area):
        return None
    return parse_message(area[block.value_start : block.end])


def url_on(area: bytes) -> str | None:
    """Read the address that a phone would open, if there is one."""
    records = message_on(area)
    if not records or records[0].tnf != _TNF_WELL_KNOWN or records[0].type != b"U":
        return None
    payload = records[0].payload
    if not payload or payload[0] >= len(_URI_PREFIXES):
        return None
    prefix = _URI_PREFIXES[payload[0]] if payload[0] else ""
    try:
        return prefix + payload[1:].decode("utf-8")
    except UnicodeDecodeError:
        return None


def _record(message: bytes, offset: int, *, first: bool) -> tuple[Record, int, bool] | None:
    """Take one record: itself, the offset behind it, and whether it ends the message."""
    if offset + 2 > len(message):
        return None
    flags, type_length = message[offset], message[offset + 1]
    if bool(flags & _MESSAGE_BEGIN) != first or flags & _CHUNKED:
        return None
    width = 1 if flags & _SHORT_RECORD else 4
    payload_length = int.from_bytes(message[offset + 2 : offset + 2 + width], "big")
    start = offset + 2 + width
    id_length = 0
    if flags & _HAS_ID:
        id_length = message[start] if start < len(message) else 0
        start += 1
    payload_start = start + type_length + id_length
    end = payload_start + payload_length
    if end > len(message) or not _lengths_fit(flags & _TNF, type_length, payload_length):
        return None
    kind = message[start : start + type_length]
    record = Record(flags & _TNF, kind, message[payload_start:end])
    return record, end, bool(flags & _MESSAGE_END)


def _lengths_fit(tnf: int, type_length: int, payload_length: int) -> bool:
    """Tell whether the type name format allows these lengths. Source: NDEF 1.0, 3.2.6."""
    if tnf == _TNF_EMPTY:
        return type_length == 0 and payload_length == 0
    if tnf == _TNF_UNKNOWN:
        return type_length == 0
    return tnf not in (_TNF_UNCHANGED, _TNF_RESERVED) and type_length > 0
