"""The finished files of a draft, or of its public form, as the checks look at them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

from publish.disclosure.audit.reading.texts import texts_of
from publish.edition import Edition
from publish.review.seen import NAME_HEADING, NO_CODE, Link, Named, Workbook, is_code, workbooks_in
from publish.writing.content import ReleaseTables


@dataclass(frozen=True)
class Page:
    """One HTML page: its path below the folder, its parsed tree, the anchors that links can lead to."""

    file: str
    root: Element

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The ids of its elements."""
        return frozenset(str(element.get("id")) for element in self.root.iter() if element.get("id"))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Its links, and the sources of its pictures that are not part of the page itself."""
        found = (element.get(name) for element in self.root.iter() for name in ("href", "src"))
        held = (str(target) for target in found if target and not target.startswith("data:"))
        return tuple(Link(self.file, target) for target in dict.fromkeys(held))

    @cached_property
    def details(self) -> dict[str, str]:
        """What its lists of terms say: `Status`, `Published`."""
        terms = self.root.iter("dt")
        pairs = ((term, term.getnext()) for term in terms)
        return {words(term): words(said) for term, said in pairs if said is not None and said.tag == "dd"}

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """Its paragraphs and the entries of its lists."""
        return tuple(words(element) for element in self.root.iter("p", "li", "dd"))


@dataclass(frozen=True)
class FinishedFiles:
    """The files of a folder. `tables` are what they are of; `described` is what the metadata of CSV files say.

    `printed` are the lines of the first page of each PDF file.
    """

    folder: Path
    edition: Edition
    tables: ReleaseTables
    files: frozenset[str]
    workbooks: tuple[Workbook, ...]
    pages: tuple[Page, ...]
    described: Mapping[str, Mapping[str, Any]]
    printed: Mapping[str, tuple[str, ...]]

    @property
    def landing_page(self) -> Page | None:
        """The page by which a release is found."""
        return next((page for page in self.pages if page.file.removeprefix("DRAFT-") == "index.html"), None)

    @property
    def document(self) -> Page | None:
        """The statistical release document as a page."""
        return next((page for page in self.pages if page is not self.landing_page), None)


def read_finished(folder: Path, tables: ReleaseTables, edition: Edition) -> FinishedFiles:
    """Read what the checks look at; workbooks several at a time."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    names = {file.relative_to(folder).as_posix(): file for file in files}
    return FinishedFiles(
        folder,
        edition,
        tables,
        frozenset(names),
        workbooks_in(folder),
        tuple(Page(name, _parsed(file)) for name, file in names.items() if file.suffix == ".html"),
        {name: _metadata(file) for name, file in names.items() if file.name.endswith("-metadata.json")},
        {name: _first_page(file) for name, file in names.items() if file.suffix == ".pdf"},
    )


def _parsed(file: Path) -> Element:
    root = etree.fromstring(file.read_bytes(), etree.HTMLParser(encoding="utf-8", no_network=True))
    etree.strip_elements(root, "style", "script", with_tail=False)
    return root


def _first_page(file: Path) -> tuple[str, ...]:
    return tuple(text.words for text in texts_of(file, file.name) if text.row == 1)


def _metadata(file: Path) -> Mapping[str, Any]:
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


def words(element: Element) -> str:
    """All words of an element, with single blanks."""
    return " ".join("".join(str(part) for part in element.itertext()).split())


def named_in_csv(file: Path) -> list[Named]:
    """The codes and names that stand beside each other in a CSV file, each once."""
    headings = pl.read_csv(file, n_rows=0).columns
    names = [heading for heading in headings if NAME_HEADING.fullmatch(heading)]
    if not names:
        return []
    codes = [heading for heading in reversed(headings[: headings.index(names[0])]) if is_code(heading)]
    rows = pl.read_csv(file, columns=[*codes, names[0]], infer_schema=False).unique(maintain_order=True)
    known = pl.coalesce(pl.when(~pl.col(code).is_in(NO_CODE)).then(code) for code in codes)
    pairs = rows.select(known.alias("code"), name=names[0]).drop_nulls().unique(maintain_order=True)
    return [Named("", code, name) for code, name in pairs.iter_rows()]
