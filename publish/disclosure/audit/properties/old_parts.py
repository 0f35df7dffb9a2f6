"""Who an XLS workbook, or another file of older Office programs, says wrote it (route METADATA)."""

import struct
from collections.abc import Iterator
from io import StringIO
from typing import Final

from xlrd.compdoc import CompDoc

from publish.disclosure.audit.properties.people import is_person

_SUMMARIES: Final = ("\x05SummaryInformation", "\x05DocumentSummaryInformation")
# Identifiers of properties in the two sets (MS-OLEPS, PIDSI_AUTHOR and so on).
_PEOPLE: Final = (
    {4: "creator", 8: "last editor"},
    {14: "manager"},
)
_TEXT, _WIDE_TEXT = 30, 31


def old_finds(content: bytes) -> list[str]:
    """The people that the properties of the file name, each in words; nothing where it is damaged.

    Rule: disclosure specification, route 6.
    """
    try:
        streams = CompDoc(content, logfile=StringIO())
        held = [streams.get_named_stream(name) for name in _SUMMARIES]
    except Exception:  # there is no end to the kinds of error that damaged files bring about
        return []
    return [
        f"The properties name a person as {roles[number]}: {words}."
        for stream, roles in zip(held, _PEOPLE, strict=True)
        for number, words in properties(stream or b"")
        if number in roles and is_person(words)
    ]


def properties(stream: bytes) -> list[tuple[int, str]]:
    """Number and words of the texts in the first set of properties of a stream; nothing where it is damaged."""
    try:
        return list(_texts(stream[struct.unpack_from("<I", stream, 44)[0] :]))
    except (struct.error, UnicodeError):
        return []


def _texts(held: bytes) -> Iterator[tuple[int, str]]:
    _, count = struct.unpack_from("<II", held, 0)
    for entry in range(8, 8 + 8 * min(count, len(held) // 8), 8):
        number, at = struct.unpack_from("<II", held, entry)
        kind, size = struct.unpack_from("<II", held, at)
        if kind in (_TEXT, _WIDE_TEXT):
            words = held[at + 8 : at + 8 + size * (2 if kind == _WIDE_TEXT else 1)]
            coding = "utf-16-le" if kind == _WIDE_TEXT else "cp1252"
            yield number, words.decode(coding, "replace").split("\x00")[0].strip()
