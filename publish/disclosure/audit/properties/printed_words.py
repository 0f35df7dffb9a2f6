"""What sheets of XLSX workbooks say besides their cells: on printed pages, and to those who fill cells in."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from publish.disclosure.audit.properties.package_parts import Parts, local

_SHEETS: Final = r"xl/(?:worksheets|chartsheets|dialogsheets|macrosheets|charts)/[^/]+\.xml"
_PAGES: Final = tuple(f"{pages}{place}" for pages in ("odd", "even", "first") for place in ("Header", "Footer"))
_MESSAGES: Final = ("promptTitle", "prompt", "errorTitle", "error")
# Fonts, sizes and colours, and what one letter stands for: &P the page, &Z the folder, &L the left section.
_CODE: Final = re.compile(r'&("[^"]*"|\d+|K(?:[0-9A-F]{6}|\d\d[-+]\d{3})|[A-Z&])', re.IGNORECASE)
_SECTIONS: Final = ("L", "C", "R")
_BREAK: Final = "\0"  # in no XML
_CONTROL: Final = re.compile(r"_x00[01][0-9A-F]_", re.IGNORECASE)  # line ends and tabs, as these files write them
_PATH: Final = re.compile(r"(?<![A-Za-z])[A-Z]:\\|\\\\\w|\bfile:/", re.IGNORECASE)


class Printed(NamedTuple):
    """A header or footer with its codes, or a message: its sheet's part, its element or attribute."""

    part: str
    name: str
    written: str

    @property
    def is_message(self) -> bool:
        """Whether it has no codes: `&` is a letter like others."""
        return self.name in _MESSAGES


def printed(parts: Parts) -> Iterator[Printed]:
    """The page headers and footers of all sheets, and the prompts and errors of their data validations."""
    for part in parts.matching(_SHEETS):
        for found in parts.elements(part, *_PAGES, "dataValidation"):
            if (name := local(found)) in _PAGES:
                yield Printed(part, name, "".join(str(piece) for piece in found.itertext()))
            else:
                held = ((name, found.get(name)) for name in _MESSAGES)
                yield from (Printed(part, name, words) for name, words in held if words)


def sections_of(each: Printed) -> list[str]:
    """The words without codes, those of each section of a page by themselves."""
    words = _CONTROL.sub(" ", each.written)
    return [words] if each.is_message else _CODE.sub(_in_words, words).split(_BREAK)


def _in_words(code: re.Match[str]) -> str:
    return _BREAK if code[1].upper() in _SECTIONS else "&" * (code[1] == "&")


def tells_path(each: Printed) -> bool:
    """Whether a path is written there, or the code that prints that of the workbook's folder."""
    folder = not each.is_message and any(code[1].upper() == "Z" for code in _CODE.finditer(each.written))
    return folder or any(map(_PATH.search, sections_of(each)))


def place_of(each: Printed) -> str:
    """The part without its folder and its suffix: sheet1."""
    return posixpath.basename(each.part).rpartition(".")[0]
