"""What pictures tell besides what they show (route METADATA): PNG, JPEG and SVG."""

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from publish.disclosure.audit.properties.package_parts import attribute, elements, local, words_of
from publish.disclosure.audit.properties.people import is_person

PATH: Final = re.compile(r"\b[A-Za-z]:\\|\\\\\w|(?<![\w.:/])/(?:home|Users|mnt|srv|tmp)/|\bfile:/")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_EXIF: Final = b"Exif\x00\x00"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_SPELLING: Final = re.compile(rb'<g id="text_\d+">\s*$')
_TAG: Final = 80  # characters, more than such a tag has
_NAMED: Final = re.compile(
    r"(?:\b(?:[Bb]y|[Aa]uthor|[Ff]rom|[Aa]sk|[Cc]ontact)|@)[\s:(]+([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)+)"
)
_MOST_WORDS: Final = 2**20  # bytes of a text once unpacked
# Tags of EXIF that name people (TIFF 6.0; Exif 2.32, "Tags relating to ..."), as ASCII or as UTF-16.
_NAMING: Final = {0x013B: "ascii", 0x8298: "ascii", 0xA430: "ascii", 0x9C9D: "utf-16-le"}
_PLACE, _DETAILS, _DEVICE = 0x8825, 0x8769, 0xA431
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}  # bytes of a value by kind


def picture_finds(content: bytes) -> list[str]:
    """What a picture tells, each in words: a person's name, a path, the place or device it was taken with.

    Nothing where it is damaged, or no picture of a known kind. Rule: disclosure specification, route 6.
    """
    try:
        if content.startswith(_PNG):
            return sorted(set(_png(content)))
        if content.startswith(_JPEG):
            return sorted(set(_jpeg(content)))
        return _svg(content) if b"<svg" in content[:4096] else []
    except (struct.error, zlib.error, UnicodeError, IndexError, ValueError):
        return []


def _png(content: bytes) -> Iterator[str]:
    at = len(_PNG)
    while at + 8 <= len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        held = content[at + 8 : at + 8 + size]
        if kind == b"eXIf":
            yield from _exif(held)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield from _words(*_text_of(kind, held))
        at += 12 + size


def _text_of(kind: bytes, held: bytes) -> tuple[str, str]:
    """Keyword and text of a chunk (PNG specification, 11.3.3)."""
    keyword, _, rest = held.partition(b"\x00")
    if kind == b"tEXt":
        return keyword.decode("latin-1"), rest.decode("latin-1")
    if kind == b"zTXt":
        return keyword.decode("latin-1"), _unpacked(rest[1:]).decode("latin-1")
    words = rest[2:].split(b"\x00", 2)[2]
    return keyword.decode("latin-1"), (_unpacked(words) if rest[:1] == b"\x01" else words).decode()


def _unpacked(packed: bytes) -> bytes:
    return zlib.decompressobj().decompress(packed, _MOST_WORDS)


def _words(keyword: str, words: str) -> Iterator[str]:
    if keyword.startswith("XML:com.adobe.xmp"):
        yield from xmp_people(words.encode())
    elif keyword.lower() in ("author", "artist", "creator", "copyright") and is_person(words):
        yield f"{keyword} names a person: {words}."
    if PATH.search(words):
        yield f"{keyword} holds a path."


def xmp_people(content: bytes) -> list[str]:
    """The people that an XMP packet names as its creators or contributors."""
    start, end = content.find(b"<"), content.rfind(b">")
    found = elements(content[start : end + 1], "creator", "contributor", "Artist", "AuthorsPosition")
    names = (words_of(part) for each in found for part in (list(each.iter("{*}li")) or [each]))
    return [f"XMP names a person: {name}." for name in dict.fromkeys(names) if is_person(name)]


def _jpeg(content: bytes) -> Iterator[str]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] not in (0xDA, 0xD9):
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        held = content[at + 4 : at + 2 + size]
        if held.startswith(_EXIF):
            yield from _exif(held[len(_EXIF) :])
        elif held.startswith(_XMP):
            yield from xmp_people(held[len(_XMP) :])
        elif marker == 0xFE:
            yield from _words("Comment", held.decode("latin-1"))
        at += 2 + max(size, 2)


def _exif(held: bytes) -> Iterator[str]:
    """What the first directory of EXIF and that of details tell."""
    order = "<" if held.startswith(b"II") else ">"
    (first,) = struct.unpack(order + "I", held[4:8])
    tags = _directory(held, order, first)
    if _DETAILS in tags:
        tags |= _directory(held, order, int.from_bytes(tags[_DETAILS], "little" if order == "<" else "big"))
    for tag, coding in _NAMING.items():
        words = tags.get(tag, b"").decode(coding, "replace").strip("\x00 ")
        if is_person(words):
            yield f"EXIF names a person: {words}."
    if _PLACE in tags:
        yield "EXIF says where it was taken."
    if tags.get(_DEVICE, b"").strip(b"\x00 "):
        yield "EXIF has the number of the device."


def _directory(held: bytes, order: str, at: int) -> dict[int, bytes]:
    """The values of a directory of TIFF by tag."""
    (count,) = struct.unpack(order + "H", held[at : at + 2])
    tags: dict[int, bytes] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, many = struct.unpack(order + "HHI", held[entry : entry + 8])
        size = _SIZES.get(kind, 1) * many
        (elsewhere,) = struct.unpack(order + "I", held[entry + 8 : entry + 12])
        start = entry + 8 if size <= 4 else elsewhere
        tags[tag] = held[start : start + size]
    return tags


def _svg(content: bytes) -> list[str]:
    finds: list[str] = []
    for found in elements(content, "creator", "contributor", "publisher", "rights"):
        if is_person(words := words_of(found)):
            finds.append(f"The metadata name a person as {local(found)}: {words}.")
    for found in elements(content, "g", "text", "svg", "path", "rect", "image"):
        if any(PATH.search(str(value)) for value in found.attrib.values()):
            finds.append("It keeps the path of a file.")
        if local(found) == "text" and _unseen(attribute(found, "style"), attribute(found, "display")):
            finds += _hidden_number(words_of(found))
    finds += [what for words in _comments(content) for what in comment_finds(words)]
    return list(dict.fromkeys(finds))


def _unseen(style: str, display: str) -> bool:
    compact = style.replace(" ", "")
    return display == "none" or "display:none" in compact or "visibility:hidden" in compact


def _hidden_number(words: str) -> list[str]:
    return ["A label that is not shown holds a number."] if re.search(r"\d", words) else []


def _comments(content: bytes) -> Iterator[str]:
    """The comments but those by which matplotlib says what the letters that follow spell."""
    pieces = content.split(b"<!--")
    for before, piece in pairwise(pieces):
        words, end, _ = piece.partition(b"-->")
        if end and not _SPELLING.search(before[-_TAG:]):
            yield words.decode("utf-8", "replace")


def comment_finds(words: str) -> list[str]:
    """What a comment in a page or an SVG tells: a number or a person's name. Conditions for browsers are none."""
    words = " ".join(words.split())
    if words.startswith("[if") or words.endswith("[endif]"):
        return []
    finds = ["A comment in its source names a person."] if any(map(is_person, _NAMED.findall(words))) else []
    return [*finds, *(["A comment in its source holds a number."] if re.search(r"\d", words) else [])]
