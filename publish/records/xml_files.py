"""XML files in the form of DIDS v1.0, read in pieces: each imaging activity is a record.

A stylesheet turns a piece of the tree into lines of values, all in C; then the piece is dropped. So neither the
size of the file nor the number of activities in one record matters to the memory.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from sys import maxsize
from typing import Final

import polars as pl
from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]
from polars.io.plugins import register_io_source

from publish.records.items import ITEMS, NAMES, Item
from publish.records.refusing import refusing
from publish.records.xml_structure import (
    ACTIVITY,
    NAMESPACE,
    RECORD,
    ROOT,
    check_structure,
    not_well_formed,
)

_AT_A_TIME: Final = 2**22  # bytes
# An activity's own items, and those that all activities of a record share.
_OWN: Final = tuple(item for item in ITEMS if item.xml.startswith(f"{ACTIVITY}/"))
_SHARED: Final = tuple(item for item in ITEMS if item not in _OWN)
_SCHEMA: Final = pl.Schema((item.name, pl.String) for item in (*_SHARED, *_OWN))
_OPEN: Final = "open"  # the attribute that marks an activity which may not be whole: the form has none of that name
_STYLESHEET: Final = f"""
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:d="{NAMESPACE}">
  <xsl:output method="text" encoding="UTF-8"/>
  <xsl:template match="/">
    <xsl:for-each select="d:{ROOT}/d:{RECORD}">
      <xsl:variable name="shared">{{shared}}</xsl:variable>
      <xsl:for-each select="d:{ACTIVITY}[not(@{_OPEN})]">
        <xsl:value-of select="$shared"/>{{own}}<xsl:text>&#10;</xsl:text>
      </xsl:for-each>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>"""
# Tabs and line ends within a value become blanks, as XML itself makes them in attributes.
_VALUE: Final = """<xsl:value-of select="translate({path}, '&#9;&#10;&#13;', '   ')"/>"""
_BETWEEN: Final = "<xsl:text>&#9;</xsl:text>"


def read_xml(file: Path) -> pl.LazyFrame:
    """The records of one XML file: the 18 items by name, as text, in the order of the file.

    Raises InputRefused where the file does not fit the structure of DIDS v1.0 (rule DIDS076).
    """
    with refusing(file):
        check_structure(file)
    return register_io_source(_source(file), schema=_SCHEMA).select(NAMES)


def _source(file: Path) -> Callable[..., Iterator[pl.DataFrame]]:
    """What polars asks for: some columns, the first so many rows, those that a condition holds for."""

    def frames(
        columns: list[str] | None, condition: pl.Expr | None, rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        for frame in _first(_records(file), rows):
            kept = frame if condition is None else frame.filter(condition)
            yield kept.select(columns or list(_SCHEMA))

    return frames


def _first(frames: Iterator[pl.DataFrame], rows: int | None) -> Iterator[pl.DataFrame]:
    left = maxsize if rows is None else rows
    for frame in frames:
        yield frame.head(left)
        left -= min(left, frame.height)
        if not left:
            return


def _records(file: Path) -> Iterator[pl.DataFrame]:
    """The records a piece of the file at a time."""
    to_lines = etree.XSLT(_stylesheet(), access_control=etree.XSLTAccessControl.DENY_ALL)
    try:
        with refusing(file):
            for root in _trees(file):
                if lines := str(to_lines(root)).encode():
                    yield _as_frame(lines)
    except etree.LxmlError as error:
        raise not_well_formed(file, error) from None


def _trees(file: Path) -> Iterator[Element]:
    """The tree as it grows; what was seen of it whole is dropped."""
    parser = etree.XMLPullParser(
        events=("start",),
        tag=f"{{{NAMESPACE}}}{ROOT}",
        resolve_entities=False,
        no_network=True,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
    )
    root: Element | None = None
    with file.open("rb") as content:
        while piece := content.read(_AT_A_TIME):
            parser.feed(piece)
            root = next((begun for _, begun in parser.read_events()), root)
            if root is not None:
                yield from _whole(root)
    parser.close()
    if root is not None:
        yield root


def _whole(root: Element) -> Iterator[Element]:
    """The tree with its last activity marked as open; then all but the last activity is dropped from it."""
    last = root[-1][-1] if len(root) and len(root[-1]) else root
    last.set(_OPEN, "")
    yield root
    del last.attrib[_OPEN]
    del root[:-1]
    for record in root:
        for activity in record.findall(f"{{{NAMESPACE}}}{ACTIVITY}")[:-1]:
            record.remove(activity)


def _as_frame(lines: bytes) -> pl.DataFrame:
    return pl.read_csv(lines, has_header=False, schema=_SCHEMA, separator="\t", quote_char=None)


def _stylesheet() -> Element:
    shared, own = (_BETWEEN.join(_VALUE.format(path=_path(item)) for item in of) for of in (_SHARED, _OWN))
    return etree.fromstring(_STYLESHEET.format(shared=shared, own=f"{_BETWEEN}{own}"))


def _path(item: Item) -> str:
    """Where the item stands as seen from a record, or from an activity for one of its own."""
    place, at, attribute = item.xml.partition("@")
    steps = place.split("/")[item in _OWN :]
    return "/".join([*(f"d:{name}" for name in steps), *([at + attribute] if at else [])])
