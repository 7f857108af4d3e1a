"""A vCard 3.0 reader made from the standard alone; it has no line in common with the writer.

It takes what the grammar takes and nothing else, so that a lenient reader hides no fault.
Source: RFC 2425, 5.8.1 and 5.8.2 (folding, grammar), RFC 2426, 4 (grammar) and 3 (value types).
"""

import base64
import binascii
import re
from dataclasses import dataclass

Value = str | bytes | tuple[str, ...]

_STRUCTURED = ("N", "ADR", "ORG")
_NAME = re.compile(r"(?:(?P<group>[A-Za-z0-9-]+)\.)?(?P<name>[A-Za-z0-9-]+)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # all but the tab
_PLAIN_PARAMETER = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\";:,]+")
_QUOTED_PARAMETER = re.compile(r"\"[^\x00-\x08\x0a-\x1f\x7f\"]*\"")
_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")  # RFC 3986, 2


class VcardSyntaxError(ValueError):
    """The octets are not a vCard 3.0."""


@dataclass(frozen=True, slots=True)
class Field:
    """One property, its value decoded: text, octets, or the components of a structured value."""

    group: str
    name: str
    parameters: tuple[tuple[str, tuple[str, ...]], ...]
    value: Value


def read_vcard(body: bytes, *, blank_line: bool = False) -> list[Field]:
    """Read the one vCard of a file, BEGIN and END left out.

    ``blank_line`` allows an empty line behind PHOTO, which the grammar does not have.

    Raises:
        VcardSyntaxError: the octets are no vCard, or are more than one.
    """
    fields = [_field(line) for line in _unfolded(_physical_lines(body, blank_line=blank_line))]
    frame = [field for field in fields if field.name in ("BEGIN", "END", "VERSION")]
    expected = [
        Field("", "BEGIN", (), "VCARD"),
        Field("", "VERSION", (), "3.0"),
        Field("", "END", (), "VCARD"),
    ]
    if frame != expected or fields[:2] != expected[:2] or fields[-1] != expected[-1]:
        raise VcardSyntaxError("not one vCard 3.0 from BEGIN to END")
    if not {"N", "FN"} <= {field.name for field in fields}:
        raise VcardSyntaxError("N and FN are required")
    return fields[2:-1]


def _physical_lines(body: bytes, *, blank_line: bool) -> list[str]:
    *rows, rest = body.split(b"\r\n")
    if rest:
        raise VcardSyntaxError("the last line does not end in CR LF")
    if blank_line and len(rows) > 1 and rows[-2] == b"":
        del rows[-2]
    return [_physical_line(row) for row in rows]


def _physical_line(row: bytes) -> str:
    if not row or len(row) > 75:
        raise VcardSyntaxError(f"a line of {len(row)} octets")
    try:
        text = row.decode("utf-8")
    except UnicodeDecodeError as error:
        raise VcardSyntaxError("a line that is not UTF-8 by itself") from error
    if _CONTROL.search(text):
        raise VcardSyntaxError("a control character")
    return text


def _unfolded(rows: list[str]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        if not row.startswith((" ", "\t")):
            lines.append(row)
        elif lines:
            lines[-1] += row[1:]
        else:
            raise VcardSyntaxError("the file begins with a folded line")
    return lines


def _field(line: str) -> Field:
    found = _NAME.match(line)
    if not found:
        raise VcardSyntaxError("a line without a name")
    parameters, position = [], found.end()
    while line[position : position + 1] == ";":
        parameter, position = _parameter(line, position + 1)
        parameters.append(parameter)
    if line[position : position + 1] != ":":
        raise VcardSyntaxError("no colon behind the name and its parameters")
    name = found["name"].upper()
    value = _value(name, dict(parameters), line[position + 1 :])
    return Field(found["group"] or "", name, tuple(parameters), value)


def _parameter(line: str, position: int) -> tuple[tuple[str, tuple[str, ...]], int]:
    found = _NAME.match(line, position)
    if not found or found["group"] or line[found.end() : found.end() + 1] != "=":
        raise VcardSyntaxError("a parameter without a name or a value")
    values: list[str] = []
    position = found.end()
    while line[position : position + 1] == ("," if values else "="):
        pattern = (
            _QUOTED_PARAMETER if line[position + 1 : position + 2] == '"' else _PLAIN_PARAMETER
        )
        value = pattern.match(line, position + 1)
        if not value:
            raise VcardSyntaxError("a parameter's value is missing")
        values.append(value[0].strip('"'))
        position = value.end()
    return (found["name"].upper(), tuple(values)), position


def _value(name: str, parameters: dict[str, tuple[str, ...]], written: str) -> Value:
    if parameters.get("ENCODING") == ("b",):
        return _octets(written)
    if name == "URL":
        if not _URI.fullmatch(written):
            raise VcardSyntaxError("a URI with a character that no URI has")
        return written
    components = _components(written)
    if name in _STRUCTURED:
        return components
    if len(components) != 1:
        raise VcardSyntaxError(f"a bare semicolon in the text of {name}")
    return components[0]


def _octets(written: str) -> bytes:
    try:
        return base64.b64decode(written, validate=True)
    except binascii.Error as error:
        raise VcardSyntaxError("not base64") from error


def _components(written: str) -> tuple[str, ...]:
    """Split at bare semicolons, undo the escapes, and refuse a bare comma or backslash."""
    components, signs = [""], iter(written)
    for sign in signs:
        if sign == ";":
            components.append("")
        elif sign == ",":
            raise VcardSyntaxError("a bare comma")
        elif sign == "\\":
            components[-1] += _unescaped(next(signs, ""))
        else:
            components[-1] += sign
    return tuple(components)


def _unescaped(sign: str) -> str:
    if sign in ("n", "N"):
        return "\n"
    if sign not in ("\\", ",", ";"):
        raise VcardSyntaxError("a backslash before a character that needs none")
    return sign
