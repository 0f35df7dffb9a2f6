"""The styles of an ODS file: how each looks, what it takes from its parent included."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Literal

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

from publish.accessibility.book import Look
from publish.accessibility.ods_names import attribute, every, tag

DIGIT: Final = 7 / 96  # inches: the width of a digit, in which XLSX gives the width of columns
_INCHES: Final = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72, "pc": 1 / 6, "px": 1 / 96}
_DEEPEST: Final = 50  # parents of parents; a style that is its own parent ends here
_DATE_PARTS: Final = {"day": "d", "month": "m", "year": "y", "hours": "h", "minutes": "m", "seconds": "s"}
Properties = dict[str, str]


class Styles:
    """The styles of a workbook by family and name, and the looks of its cells, worked out once each."""

    def __init__(self, *parts: Element) -> None:
        self._styles = {
            (attribute(style, "style:family"), attribute(style, "style:name")): style
            for part in parts
            for style in every(part, "style:style")
        }
        self._usual = {
            attribute(style, "style:family"): style
            for part in parts
            for style in every(part, "style:default-style")
        }
        self._fonts = {
            attribute(face, "style:name"): attribute(face, "svg:font-family").strip("'\"")
            for part in parts
            for face in every(part, "style:font-face")
        }
        self._formats = {attribute(each, "style:name"): each for part in parts for each in _formats(part)}
        self._looks: dict[str, Look] = {}

    def properties(self, family: str, name: str) -> Properties:
        """What a style sets, its parents' settings first. Keys as `fo:font-size` in full."""
        chain: list[Element] = []
        style = self._styles.get((family, name))
        while style is not None and len(chain) < _DEEPEST:
            chain.append(style)
            style = self._styles.get((family, attribute(style, "style:parent-style-name")))
        if not chain and (family, "Default") in self._styles:
            chain.append(self._styles[family, "Default"])
        if family in self._usual:
            chain.append(self._usual[family])
        merged: Properties = {}
        for style in reversed(chain):
            own = dict(_settings(style))
            if tag("fo:font-family") in own:
                merged.pop(tag("style:font-name"), None)  # the two say the same: the nearer one counts
            merged |= own
        return merged

    def look(self, name: str) -> Look:
        """How cells of a style look."""
        if name not in self._looks:
            self._looks[name] = self._look(self.properties("table-cell", name))
        return self._looks[name]

    def with_spans(self, look: Look, spans: tuple[str, ...]) -> Look:
        """The look of a cell parts of whose text have styles of their own."""
        for name in spans:
            own = self.properties("text", name)
            look = replace(
                look,
                italic=look.italic or _italic(own),
                underline=look.underline or _underlined(own),
                raised=look.raised or _raised(own),
            )
        return look

    def _look(self, given: Properties) -> Look:
        code = self._formats.get(given.get(tag("style:data-style-name"), ""))
        borders = (value for key, value in given.items() if key.startswith(tag("fo:border")))
        return Look(
            font=self._font(given),
            size=points(given.get(tag("fo:font-size"), "")) or 10.0,
            bold=given.get(tag("fo:font-weight"), "") in ("bold", "600", "700", "800", "900"),
            italic=_italic(given),
            underline=_underlined(given),
            raised=_raised(given),
            rotated=given.get(tag("style:rotation-angle"), "0").removesuffix("deg") != "0",
            colour=_text_colour(given),
            fill=_colour(given.get(tag("fo:background-color"), "")),
            border=any(value not in ("", "none") for value in borders),
            horizontal=_horizontal(given),
            indented=inches(given.get(tag("fo:margin-left"), "")) > 0,
            wrapped=given.get(tag("fo:wrap-option")) == "wrap",
            decimals=_decimals(code),
            thousands=any(attribute(each, "number:grouping") == "true" for each in every(code, "number:number")),
            date_format=_date_format(code),
        )

    def _font(self, given: Properties) -> str:
        named = given.get(tag("style:font-name"), "")
        return (self._fonts.get(named) or given.get(tag("fo:font-family"), "") or named).strip("'\"")


def inches(length: str) -> float:
    """A length such as `2.5cm` in inches; 0 where it is none."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,12})?|\.\d{1,12})(in|cm|mm|pt|pc|px)", length)
    return float(found[1]) * _INCHES[found[2]] if found else 0.0


def points(length: str) -> float:
    """A length in points."""
    return inches(length) * 72


def _settings(style: Element) -> Iterator[tuple[str, str]]:
    for key in ("style:data-style-name", "style:master-page-name"):
        if attribute(style, key):
            yield tag(key), attribute(style, key)
    for properties in style:
        yield from ((str(key), str(value)) for key, value in properties.attrib.items())


def _formats(part: Element) -> Iterator[Element]:
    for kind in ("number", "percentage", "currency", "date", "time"):
        yield from every(part, f"number:{kind}-style")


def _decimals(code: Element | None) -> int | None:
    given = [attribute(number, "number:decimal-places") for number in every(code, "number:number")]
    return int(given[0]) if given and given[0].isdecimal() and len(given[0]) < 3 else None


def _date_format(code: Element | None) -> str:
    """The parts of a date format in order: `yyyy` for a year in full, `yy` for a shortened one."""
    if code is None or code.tag not in (tag("number:date-style"), tag("number:time-style")):
        return ""
    return "".join(map(_date_part, code))


def _date_part(part: Element) -> str:
    letter = _DATE_PARTS.get(etree.QName(part).localname)
    if letter is None:
        return str(part.text or "")
    textual = attribute(part, "number:textual") == "true"
    return letter * (2 + 2 * (attribute(part, "number:style") == "long") + (textual and letter == "m"))


def _italic(given: Properties) -> bool:
    return given.get(tag("fo:font-style"), "normal") != "normal"


def _underlined(given: Properties) -> bool:
    return given.get(tag("style:text-underline-style"), "none") != "none"


def _raised(given: Properties) -> bool:
    return given.get(tag("style:text-position"), "0%").split()[0] not in ("0%", "0")


def _text_colour(given: Properties) -> str | None:
    if given.get(tag("style:use-window-font-color")) == "true":
        return None
    found = _colour(given.get(tag("fo:color"), ""))
    return None if found == "000000" else found


def _colour(given: str) -> str | None:
    return given[1:].upper() if re.fullmatch(r"#[0-9A-Fa-f]{6}", given) else None


def _horizontal(given: Properties) -> Literal["general", "left", "right", "other"]:
    if given.get(tag("style:text-align-source")) == "value-type":
        return "general"
    align = given.get(tag("fo:text-align"), "")
    sides: dict[str, Literal["general", "left", "right"]] = {"": "general", "start": "left", "end": "right"}
    return sides.get(align) or ("left" if align == "left" else "right" if align == "right" else "other")
