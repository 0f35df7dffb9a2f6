"""The parts of a zipped workbook, unpacked a piece at a time, and their XML, read as a stream."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

from publish.disclosure.audit.reading.cells import LOCKED, MOST_BYTES, TOO_LARGE, Unreadable

_ENCRYPTED: Final = 1  # a bit of a zip entry's flags


@contextmanager
def unzipped(file: Path) -> Generator[ZipFile]:
    """A zipped workbook. Raises Unreadable where it is locked, or unpacks to more than `MOST_BYTES`."""
    with ZipFile(file) as parts:
        entries = parts.infolist()
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise Unreadable(LOCKED)
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise Unreadable(TOO_LARGE)
        yield parts


def elements(parts: ZipFile, name: str, *tags: str, begun: bool = False) -> Iterator[tuple[str, Element]]:
    """The elements of these names ("{*}row") in a part, each as it ends, and with `begun` as it begins ("start").

    Entities are not resolved, and nothing is fetched. Each is emptied after it was looked at, and dropped
    when the next of its name ends: the size of the part does not matter to the memory.
    """
    with parts.open(name) as part:
        for event, element in etree.iterparse(
            part,
            events=("start", "end") if begun else ("end",),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        ):
            yield event, element
            if event == "end":
                _drop(element)


def _drop(element: Element) -> None:
    above = element.getparent()
    element.clear(keep_tail=True)
    while (before := element.getprevious()) is not None and before.tag == element.tag and above is not None:
        above.remove(before)
