"""PDF documents: what they keep besides their pages (route METADATA), and the lines of their pages."""

import logging
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final

from pypdf import PdfReader

from publish.disclosure.audit.properties.people import is_person
from publish.disclosure.audit.properties.pictures import PATH, xmp_people

# What pypdf says of documents that are not quite in order is nothing to the reader of an audit.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_PLAIN: Final = ("/Link", "/Widget", "/Popup")  # links have words for screen readers
_MOST_PAGES: Final = 2_000


def document_finds(content: bytes) -> list[str]:
    """What a PDF tells, each in words: people, paths, attached files, comments. What is damaged is passed over.

    Rule: disclosure specification, route 6.
    """
    reader = _opened(content)
    if reader is None:
        return []
    return [found for look in (_properties, _xmp, _attached, _notes) for found in _read(look, reader)]


def document_lines(content: bytes) -> list[list[str]]:
    """The lines of words of each page, in their order."""
    reader = _opened(content)
    return [] if reader is None else [page.splitlines() for page in _read(_words, reader)]


def _opened(content: bytes) -> PdfReader | None:
    try:
        return PdfReader(BytesIO(content))
    except Exception:  # there is no end to the kinds of error that damaged documents bring about
        return None


def _read(look: Callable[[PdfReader], Iterator[str]], reader: PdfReader) -> list[str]:
    found: list[str] = []
    try:
        found.extend(look(reader))
    except Exception:  # as above
        return found
    return found


def _properties(reader: PdfReader) -> Iterator[str]:
    for name, value in (reader.metadata or {}).items():
        words = str(value)
        # The creator is a program, by the standard; some write the author there.
        named = name in ("/Author", "/Manager", "/LastModifiedBy") or (name == "/Creator" and " " in words)
        if named and is_person(words):
            yield f"The properties name a person as {name[1:].lower()}: {words}."
        if PATH.search(words):
            yield f"The property {name[1:]} holds a path."


def _xmp(reader: PdfReader) -> Iterator[str]:
    packet = reader.root_object.get("/Metadata")
    if packet is not None:
        yield from xmp_people(packet.get_object().get_data())


def _attached(reader: PdfReader) -> Iterator[str]:
    for name in reader.attachments:
        yield f"A file is attached: {name}."


def _notes(reader: PdfReader) -> Iterator[str]:
    for number, page in enumerate(reader.pages[:_MOST_PAGES], 1):
        for reference in page.get("/Annots") or ():
            note = reference.get_object()
            words = str(note.get("/Contents") or "")
            if note.get("/Subtype") == "/FileAttachment":
                yield f"A file is attached on page {number}."
            elif note.get("/Subtype") not in _PLAIN and words.strip():
                author = str(note.get("/T") or "")
                by = f" by a person: {author}" if is_person(author) else ""
                yield f"There is a comment on page {number} of {len(words.split())} words{by}."


def _words(reader: PdfReader) -> Iterator[str]:
    for page in reader.pages[:_MOST_PAGES]:
        yield page.extract_text()
