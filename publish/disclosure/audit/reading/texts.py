"""The words of pages, documents, JSON files and pictures, and those of workbooks that stand in no cell."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

from publish.disclosure.audit.properties.documents import document_lines
from publish.disclosure.audit.properties.package_parts import Parts, attribute, elements, local, words_of
from publish.disclosure.audit.properties.page_source import hiding_classes, is_hidden, parsed_page
from publish.disclosure.audit.properties.printed_words import printed, sections_of
from publish.disclosure.audit.reading.sheet import Text

_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "fieldset"),
        *(
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
            "li",
        ),
        *("legend", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "details", "table", "tbody"),
        *("td", "tfoot", "th", "thead", "title", "tr", "ul", "br", "text", "desc", "button", "head"),
    }
)
_UNREAD: Final = frozenset({"script", "style", "template", "noscript"})
_DESCRIBING: Final = ("alt", "title", "aria-label", "summary", "content")
_LETTER: Final = re.compile(r"[^\W\d_]")
_NUMBER: Final = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?%?(?![\w,])")
_MANY_NUMBERS = 3  # a line with as many, and few words, is one of a table
_SHORT: Final = 50  # characters; a line as short before one that begins anew ends a paragraph
_BEGINS: Final = re.compile(r"[A-Z•·–\d]|\W\s")


def texts_of(path: Path, file: str) -> list[Text]:
    """The words of a page, a PDF or DOCX document, a JSON file or an SVG, as of the file `file`; of an XLSX or XLSM
    workbook its page headers and footers, and the prompts and errors of its data validations.

    `row` is the number of the paragraph from 1, in PDF documents that of the page; `column` is empty, or says what
    else the words are: alt, title, desc, the key of a JSON file, oddHeader, prompt and the like. What holds no
    letter is left out, as are lines of numbers in PDF documents; hidden words are in. Files of other kinds, and
    damaged ones, have no texts. Rule: disclosure specification, route 7.
    """
    read = _READERS.get(path.suffix.lower())
    if read is None:
        return []
    found = ((row, column, " ".join(words.split())) for row, column, words in read(path))
    return [Text(file, "", row, column, words) for row, column, words in found if _LETTER.search(words)]


_Paragraph = tuple[int, str, str]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _page(path: Path) -> Iterator[_Paragraph]:
    root = parsed_page(_content(path))
    if root is None:
        return
    texts = [*_paragraphs(root), *_described(root)]
    for number, (column, words) in enumerate(((c, w) for c, w in texts if _LETTER.search(w)), 1):
        yield number, column, words


def _paragraphs(root: Element) -> Iterator[tuple[str, str]]:
    """Words up to where the next block begins or ends. Hidden words stand by themselves."""
    classes, held = hiding_classes(root), list[str]()
    for element, words, breaks in _pieces(root, classes):
        if breaks:
            yield "", "".join(held)
            held.clear()
        if words and element not in _UNREAD:
            held.append(words)
    yield "", "".join(held)


def _pieces(root: Element, classes: frozenset[str]) -> Iterator[tuple[str, str, bool]]:
    """Each piece of text in order: the element it is within, its words, and whether it begins a paragraph."""
    waiting: list[tuple[Element, bool]] = [(root, True)]
    while waiting:
        element, entering = waiting.pop()
        name = local(element).lower()
        breaks = name in _BLOCKS or (bool(name) and is_hidden(element, classes))
        if entering:
            yield name or "script", element.text or "", breaks
            waiting.append((element, False))
            waiting += [] if name in _UNREAD else [(child, True) for child in reversed(element)]
        elif element is not root:
            yield "", element.tail or "", breaks


def _described(root: Element) -> Iterator[tuple[str, str]]:
    """Words for those who do not see the page: alternative texts, titles, labels, descriptions."""
    for element in root.iter("*"):
        for name in _DESCRIBING:
            if words := element.get(name):
                yield name, words


def _document(path: Path) -> Iterator[_Paragraph]:
    for number, lines in enumerate(document_lines(_content(path)), 1):
        for words in _joined(lines):
            yield number, "", words


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines joined to paragraphs. Lines of a table or of an axis end one, and are left out."""
    held: list[str] = []
    for line in map(str.strip, lines):
        ended = bool(held) and len(held[-1]) < _SHORT and bool(_BEGINS.match(line))
        if ended or _is_tabular(line):
            yield " ".join(held)
            held = []
        if not _is_tabular(line):
            held.append(line)
    yield " ".join(held)


def _is_tabular(line: str) -> bool:
    numbers = _NUMBER.findall(line)
    words = [word for word in line.split() if _LETTER.search(word)]
    return not words or (len(numbers) >= _MANY_NUMBERS and len(numbers) >= len(words))


def _word_document(path: Path) -> Iterator[_Paragraph]:
    parts = Parts.of(path)
    paragraphs = parts.texts("word/document.xml", "p") if parts else []
    for number, words in enumerate(paragraphs, 1):
        yield number, "", words


def _json(path: Path) -> Iterator[_Paragraph]:
    try:
        held = json.loads(_content(path))
    except (ValueError, RecursionError):
        return
    waiting: list[tuple[str, object]] = [("", held)]
    number = 0
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(str(name), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(key, inner) for inner in reversed(value)]
        elif isinstance(value, str):
            number += 1
            yield number, key, value


def _picture(path: Path) -> Iterator[_Paragraph]:
    found = elements(_content(path), "title", "desc", "text")
    for number, element in enumerate(found, 1):
        kind = local(element)
        yield number, "" if kind == "text" else kind, words_of(element)
        if label := attribute(element, "aria-label"):
            yield number, "aria-label", label


def _workbook(path: Path) -> Iterator[_Paragraph]:
    parts = Parts.of(path)
    for number, each in enumerate(printed(parts) if parts else (), 1):
        for words in sections_of(each):
            yield number, each.name, words


_READERS: Final[dict[str, Callable[[Path], Iterator[_Paragraph]]]] = {
    ".html": _page,
    ".htm": _page,
    ".pdf": _document,
    ".docx": _word_document,
    ".json": _json,
    ".svg": _picture,
    ".xlsx": _workbook,
    ".xlsm": _workbook,
}
