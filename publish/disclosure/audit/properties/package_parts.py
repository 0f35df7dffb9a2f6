"""The parts of a zipped file (workbook, document), read with care: what is inside may be made to do harm."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final, Self

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

LARGEST: Final = 2**28  # bytes of one part once unpacked; our largest, the tables as ODS, has 45 million
_BULKY: Final = ("table-row", "row")  # emptied as well, so that a large sheet is not held whole
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError)


class Parts:
    """The parts of a zipped file by name. What is damaged, or larger than `LARGEST`, is not there."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = tuple(dict.fromkeys(entry.filename for entry in archive.infolist() if not entry.is_dir()))

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """Those of a file; None where it is no zip."""
        try:
            return cls(zipfile.ZipFile(BytesIO(path.read_bytes())))
        except (*_DAMAGED, LookupError):
            return None

    def matching(self, pattern: str) -> list[str]:
        """The names that match a pattern from beginning to end, in the order of the zip."""
        return [name for name in self.names if re.fullmatch(pattern, name, re.IGNORECASE)]

    def read(self, name: str) -> bytes:
        """The bytes of a part; none where it is absent, damaged or too large."""
        try:
            entry = self._archive.getinfo(name)
            return self._archive.read(entry) if entry.file_size <= LARGEST else b""
        except (*_DAMAGED, LookupError):
            return b""

    def elements(self, name: str, *tags: str) -> Iterator[Element]:
        """The elements of a part that have one of these local names; each is emptied once it was used."""
        return elements(self.read(name), *tags)

    def texts(self, name: str, *tags: str) -> list[str]:
        """The words of these elements of a part, without blanks around them, where they have any."""
        return [words for found in self.elements(name, *tags) if (words := words_of(found))]

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part is related to: kind and name of the other part, or address outside, by identifier."""
        folder, base = posixpath.split(name)
        found = self.elements(posixpath.join(folder, "_rels", f"{base}.rels"), "Relationship")
        return {link.get("Id", ""): (link.get("Type", ""), _target(folder, link)) for link in found}


def _target(folder: str, link: Element) -> str:
    target = link.get("Target", "")
    if link.get("TargetMode") == "External":
        return target
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def elements(content: bytes, *tags: str) -> Iterator[Element]:
    """The elements of an XML text with one of these local names, up to where it is damaged.

    Entities are not expanded and nothing is fetched.
    """
    wanted = tuple(f"{{*}}{tag}" for tag in {**dict.fromkeys(tags), **dict.fromkeys(_BULKY)})
    try:
        for _, found in etree.iterparse(
            BytesIO(content), tag=wanted, load_dtd=False, no_network=True, resolve_entities=False
        ):
            if local(found) in tags:
                yield found
            found.clear(keep_tail=True)
    except etree.XMLSyntaxError:
        return


def words_of(found: Element) -> str:
    """All words within an element, with single blanks."""
    return " ".join("".join(str(piece) for piece in found.itertext()).split())


def local(found: Element) -> str:
    """The name of an element without its namespace; empty for comments and processing instructions."""
    return found.tag.rpartition("}")[2] if isinstance(found.tag, str) else ""


def attribute(found: Element, name: str) -> str:
    """The value of the attribute of that local name, in whatever namespace; empty where there is none."""
    return next((str(value) for key, value in found.attrib.items() if str(key).rpartition("}")[2] == name), "")


def position(reference: str) -> tuple[int, str]:
    """Row and column of a reference such as B7; nothing where it is none."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", reference.partition(":")[0].upper())
    return (int(match[2]), match[1]) if match else (0, "")
