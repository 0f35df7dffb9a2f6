"""What a workbook of Excel (or a DOCX document) keeps besides its cells (route METADATA)."""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final

from publish.disclosure.audit.properties.package_parts import Parts, attribute, local, position, words_of
from publish.disclosure.audit.properties.people import is_person
from publish.disclosure.audit.properties.pictures import picture_finds
from publish.disclosure.audit.properties.printed_words import place_of, printed, tells_path
from publish.disclosure.audit.properties.unseen_cells import same_number

# What a part of a file tells: sheet, row, column, and in what words.
Told = tuple[str, int, str, str]

_CORE: Final = r"docProps/core\d*\.xml|.*\.psmdcp"
_ORDINARY_NAME: Final = re.compile(r"_xl(?:nm|fn|pm|ws|udf|eta)\b|_xl(?:nm|fn|pm|ws|udf|eta)\.", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(r"\[(?:\d+|[^\[\]]+\.xl\w{1,2})\]|\\\\|[A-Za-z]:\\|file:", re.IGNORECASE)
_CONSTANT: Final = re.compile(r"=?(?:[\"{]|[-+]?[\d.]+$)")  # a text, several values, or a number
_FILE_ADDRESS: Final = re.compile(r"file:|\\\\|[A-Za-z]:[\\/]", re.IGNORECASE)
_KEPT: Final = (
    (r"xl/pivotCache/pivotCacheRecords\d*\.xml", "r", "A pivot cache keeps {count} records."),
    (r"xl/pivotCache/pivotCacheDefinition\d*\.xml", "s", "A pivot cache lists {count} texts of its records."),
)
_STORED: Final = (
    (r"xl/queryTables/.+\.xml", "A query table says where data came from."),
    (r"(?:xl|word|ppt)/embeddings/.+", "A file is embedded."),
    (r"xl/model/.+", "A data model is kept."),
    (r"(?:xl|word)/vbaProject\.bin", "Macros are kept."),
)


def excel_tells(parts: Parts, visible: Callable[[], set[float]]) -> Iterator[Told]:
    """What the parts of a workbook tell: people, comments, names, links, connections, caches, charts, pictures,
    paths on printed pages.

    `visible` gives the numbers of its visible cells. Rule: disclosure specification, route 6.
    """
    book = _main_part(parts)
    tellers: tuple[Callable[[], Iterator[Told]], ...] = (
        lambda: _authors(parts),
        lambda: _users(parts),
        lambda: _comments(parts, book),
        lambda: _defined_names(parts, book),
        lambda: _path(parts, book),
        lambda: _links(parts),
        lambda: _connections(parts),
        lambda: _kept(parts),
        lambda: _properties(parts),
        lambda: _charts(parts, visible),
        lambda: _pictures(parts),
        lambda: _printed_paths(parts),
    )
    for tell in tellers:
        yield from tell()


def _whole(detail: str) -> Told:
    return "", 0, "", detail


def _main_part(parts: Parts) -> str:
    links = parts.related("").values()
    return next((target for kind, target in links if kind.endswith("/officeDocument")), "xl/workbook.xml")


def _authors(parts: Parts) -> Iterator[Told]:
    for name in parts.matching(_CORE):
        for found in parts.elements(name, "creator", "lastModifiedBy"):
            role = "creator" if local(found) == "creator" else "last editor"
            if is_person(words := words_of(found)):
                yield _whole(f"The properties name a person as {role}: {words}.")
    for name in parts.matching(r"docProps/app\.xml"):
        for words in filter(is_person, parts.texts(name, "Manager")):
            yield _whole(f"The properties name a person as manager: {words}.")


def _users(parts: Parts) -> Iterator[Told]:
    """People who wrote threaded comments, shared the workbook or changed the document."""
    named: dict[str, str] = {}
    for pattern, tags, key, role in (
        (r"xl/persons/.+\.xml", ("person",), "displayName", "in its list of people"),
        (r"xl/workbook\d*\.xml", ("fileSharing",), "userName", "as the one who reserved it"),
        (r"xl/revisions/.+\.xml", ("header", "userInfo"), "userName", "in its history"),
        (r"xl/revisions/userNames\.xml", ("userInfo",), "name", "in its history"),
        (r"word/document\.xml", ("ins", "del"), "author", "in tracked changes"),
    ):
        for part in parts.matching(pattern):
            named |= {attribute(found, key): role for found in parts.elements(part, *tags)}
    for name, role in named.items():
        if is_person(name):
            yield _whole(f"The file names a person {role}: {name}.")


def _comments(parts: Parts, book: str) -> Iterator[Told]:
    """One for each comment; what older programs get to see of a threaded comment is no other."""
    sheets = _sheets_by_comments(parts, book)
    threaded: set[tuple[str, str]] = set()
    for part in parts.matching(r"xl/threadedComments/.+\.xml"):
        for found in parts.elements(part, "threadedComment"):
            reference = found.get("ref", "")
            threaded.add((sheets.get(part, ""), reference))
            yield _comment(sheets.get(part, ""), reference, words_of(found), "")
    for part in parts.matching(r"(?:xl|word)/(?:comments/)?comments?\d*\.xml"):
        authors = parts.texts(part, "author")
        for found in parts.elements(part, "comment"):
            if (sheets.get(part, ""), reference := found.get("ref", "")) not in threaded:
                author = _author(authors, found.get("authorId", "")) or attribute(found, "author")
                yield _comment(sheets.get(part, ""), reference, words_of(found), author)


def _author(authors: list[str], number: str) -> str:
    return authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""


def _comment(sheet: str, reference: str, words: str, author: str) -> Told:
    return sheet, *position(reference), commented(words, author)


def commented(words: str, author: str) -> str:
    """What is said of a comment: its length, and its author where that is a person."""
    by = f" by a person: {author}" if is_person(author) else ""
    return f"There is a comment of {_many(len(words.split()), 'word')}{by}."


def _sheets_by_comments(parts: Parts, book: str) -> dict[str, str]:
    """The sheet that each part of comments belongs to."""
    related = parts.related(book)
    found: dict[str, str] = {}
    for sheet in parts.elements(book, "sheet"):
        _, part = related.get(attribute(sheet, "id"), ("", ""))
        comments = (target for kind, target in parts.related(part).values() if "omment" in kind)
        found |= dict.fromkeys(comments, sheet.get("name", ""))
    return found


def _defined_names(parts: Parts, book: str) -> Iterator[Told]:
    """One for all names that are hidden, hold a text or a number, or lead to another file. Names that Excel makes
    are none.
    """
    names = [
        found.get("name", "")
        for found in parts.elements(book, "definedName")
        if not _ORDINARY_NAME.match(found.get("name", "")) and _is_left_over(found.get("hidden"), found.text or "")
    ]
    if names:
        yield _whole(f"{_many(len(names), 'defined name')} left over: {names[0]} is one.")


def _is_left_over(hidden: str | None, refers_to: str) -> bool:
    return hidden in ("1", "true") or bool(_CONSTANT.match(refers_to) or _ELSEWHERE.search(refers_to))


def _path(parts: Parts, book: str) -> Iterator[Told]:
    for found in parts.elements(book, "absPath"):
        if found.get("url"):
            yield _whole("The workbook keeps the path of the folder it was saved in.")


def _links(parts: Parts) -> Iterator[Told]:
    for part in parts.matching(r"xl/externalLinks/externalLink\d*\.xml"):
        cached = len(parts.texts(part, "v"))
        yield _whole(f"A link to another workbook keeps {_many(cached, 'value')} of it.")
    for part in parts.matching(r"(?:xl|word)/(?:.+/)?_rels/.+\.rels"):
        if "/externalLinks/" in part:
            continue
        addresses = (found.get("Target", "") for found in parts.elements(part, "Relationship"))
        for _ in filter(_FILE_ADDRESS.match, addresses):
            yield _whole(
                f"A link in {posixpath.basename(part)[:-5]} leads to a file on somebody's disk or network."
            )


def _connections(parts: Parts) -> Iterator[Told]:
    for part in parts.matching(r"xl/connections\.xml"):
        for _ in parts.elements(part, "connection"):
            yield _whole("A data connection says where data came from.")


def _kept(parts: Parts) -> Iterator[Told]:
    for pattern, tag, detail in _KEPT:
        for part in parts.matching(pattern):
            if count := sum(1 for _ in parts.elements(part, tag)):
                yield _whole(detail.format(count=f"{count:,}"))
    for pattern, detail in _STORED:
        for _ in parts.matching(pattern):
            yield _whole(detail)


def _properties(parts: Parts) -> Iterator[Told]:
    """One for all custom properties that hold something, and one for all parts of custom XML."""
    named = [
        found.get("name", "")
        for part in parts.matching(r"docProps/custom\.xml")
        for found in parts.elements(part, "property")
        if words_of(found)
    ]
    if named:
        yield _whole(f"There are custom properties: {', '.join(named)}.")
    if custom := parts.matching(r"customXml/item\d+\.xml"):
        yield _whole(
            f"{_many(len(custom), 'part')} of custom XML: what programs noted of the file, seen nowhere in it."
        )


def _charts(parts: Parts, visible: Callable[[], set[float]]) -> Iterator[Told]:
    charts = parts.matching(r"(?:xl|word)/charts/chart(?:Ex)?\d*\.xml")
    shown = visible() if charts else set[float]()
    for part in charts:
        kept = {same_number(number) for number in _cached(parts, part)} - shown
        if kept:
            chart = posixpath.basename(part).partition(".")[0]
            which = f"{_many(len(kept), 'number')} that no visible cell holds"
            yield _whole(f"The data of {chart} has {which}: {min(kept):g} is one.")


def _cached(parts: Parts, part: str) -> Iterator[float]:
    for found in parts.elements(part, "numCache", "numLit", "numDim"):
        for point in found.iter("{*}v", "{*}pt"):
            try:
                yield float(point.text or "")
            except ValueError:
                continue


def _pictures(parts: Parts) -> Iterator[Told]:
    for part in parts.matching(r"(?:xl|word|ppt)/media/.+"):
        for detail in picture_finds(parts.read(part)):
            yield _whole(f"{posixpath.basename(part)}: {detail}")


def _printed_paths(parts: Parts) -> Iterator[Told]:
    """One for each sheet whose page headers, footers or messages tell a path."""
    for sheet in dict.fromkeys(place_of(each) for each in printed(parts) if tells_path(each)):
        yield _whole(f"{sheet}: a page header, footer or message tells the path of a file.")


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"
