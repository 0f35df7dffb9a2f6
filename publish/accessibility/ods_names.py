"""The names of OpenDocument elements and attributes, in the short form of its specification."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

_URN: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES: Final = {
    **{name: f"{_URN}{name}:1.0" for name in ("office", "table", "text", "style", "meta", "config")},
    "draw": f"{_URN}drawing:1.0",
    "number": f"{_URN}datastyle:1.0",
    "fo": f"{_URN}xsl-fo-compatible:1.0",
    "svg": f"{_URN}svg-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
}


@cache
def tag(name: str) -> str:
    """The full name of what the specification calls so, as `table:name`."""
    space, _, local = name.partition(":")
    return f"{{{_SPACES[space]}}}{local}"


def attribute(element: Element, name: str) -> str:
    """An attribute; nothing where the element has none of that name."""
    return str(element.get(tag(name)) or "")


def count(element: Element, name: str) -> int:
    """An attribute that says how many: one where it is missing or no number."""
    given = element.get(tag(name))
    if given is None:  # as nearly all cells of a table have it
        return 1
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 9 else 1


def every(element: Element | None, name: str) -> Iterator[Element]:
    """The elements of a name, at any depth, in order."""
    if element is not None:
        yield from element.iter(tag(name))


def whole_text(element: Element | None) -> str:
    """All text in an element, whatever its depth."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()
