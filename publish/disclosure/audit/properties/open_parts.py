"""What an OpenDocument workbook keeps besides its cells (route METADATA)."""

import posixpath
from collections.abc import Iterator
from typing import Final

from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]
from openpyxl.utils.cell import get_column_letter

from publish.disclosure.audit.properties.excel_parts import Told, commented
from publish.disclosure.audit.properties.package_parts import Parts, attribute, local, words_of
from publish.disclosure.audit.properties.people import is_person
from publish.disclosure.audit.properties.pictures import picture_finds

_MOST_COLUMNS: Final = 16_384
_CONTENT: Final = "content.xml"
_PEOPLE: Final = {"creator": "last editor", "initial-creator": "creator", "printed-by": "one who printed it"}


def open_tells(parts: Parts) -> Iterator[Told]:
    """What the parts of an OpenDocument file tell: people, user-defined properties, comments, changes, objects.

    Rule: disclosure specification, route 6.
    """
    yield from _properties(parts)
    yield from _content(parts)
    yield from _objects(parts)


def _whole(detail: str) -> Told:
    return "", 0, "", detail


def _properties(parts: Parts) -> Iterator[Told]:
    named: list[str] = []
    for found in parts.elements("meta.xml", *_PEOPLE, "user-defined"):
        words, kind = words_of(found), local(found)
        if kind == "user-defined" and words:
            named.append(attribute(found, "name"))
        elif kind != "user-defined" and is_person(words):
            yield _whole(f"The properties name a person as {_PEOPLE[kind]}: {words}.")
    if named:
        yield _whole(f"There are user-defined properties: {', '.join(named)}.")


def _content(parts: Parts) -> Iterator[Told]:
    """Comments with the cells they are in, and earlier contents."""
    row, changes = 0, 0
    held: list[tuple[int, str, str]] = []
    for found in parts.elements(_CONTENT, "annotation", "table-row", "table", "tracked-changes"):
        kind = local(found)
        if kind == "annotation":
            held.append((row + 1, _column(found), _comment(found)))
        elif kind == "table-row":
            row += _repeated(found, "number-rows-repeated")
        elif kind == "table":
            yield from ((attribute(found, "name"), *comment) for comment in held)
            row, held = 0, []
        else:
            changes += sum(1 for part in found if local(part))
    yield from (("", *comment) for comment in held)
    if changes:
        yield _whole(f"Earlier contents are kept: tracked changes, {changes:,} of them.")


def _comment(annotation: Element) -> str:
    author = next((words_of(part) for part in annotation if local(part) == "creator"), "")
    return commented(" ".join(words_of(part) for part in annotation if local(part) in ("p", "list")), author)


def _column(annotation: Element) -> str:
    """The letters of the column whose cell a comment is in; none where it is in no cell."""
    cell = annotation.getparent()
    if cell is None or "cell" not in local(cell):
        return ""
    before = sum(_repeated(other, "number-columns-repeated") for other in cell.itersiblings(preceding=True))
    return get_column_letter(min(before + 1, _MOST_COLUMNS))


def _repeated(found: Element, name: str) -> int:
    times = attribute(found, name)
    return int(times) if times.isdecimal() else 1


def _objects(parts: Parts) -> Iterator[Told]:
    for part in parts.matching(r"(?:\./)?Object [^/]+(?:/content\.xml)?"):
        yield _whole(f"{posixpath.normpath(part).partition('/')[0]} is embedded, with data of its own.")
    for part in parts.matching(r"Pictures/.+"):
        for detail in picture_finds(parts.read(part)):
            yield _whole(f"{posixpath.basename(part)}: {detail}")
