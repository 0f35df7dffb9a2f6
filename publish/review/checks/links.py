"""Links of the finished files: each leads to a file that is there, to a sheet, or to a well-formed address."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from publish.review.checks.draft import Outcome, failed_where, how_many
from publish.review.checks.finished import FinishedFiles, Page
from publish.review.seen import Link, Workbook

DRAFT_MARK: Final = re.compile(r"(^|/)draft-", re.I)
_EMAIL: Final = re.compile(r"[^\s@:/?]+@[^\s@:/?]+\.[^\s@:/?.]+")
_HOST: Final = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.I)
_INSIDE: Final = re.compile(r"#\$?'?(?P<sheet>.+?)'?[!.]\$?[A-Z]+\$?\d+(?::.*)?")


def links(finished: FinishedFiles) -> Outcome:
    """Every link of pages, workbooks and metadata. Addresses on the web are read, not visited."""
    of_pages = [(link, page) for page in finished.pages for link in page.links]
    of_books = [(link, book) for book in finished.workbooks for link in book.links]
    of_files = [Link(file, str(held["url"])) for file, held in finished.described.items() if "url" in held]
    wrong = [
        *(f"{link.place}: {why}" for link, page in of_pages if (why := _wrong_in_page(link, page, finished))),
        *(f"{book.file}, {link.place}: {why}" for link, book in of_books if (why := _wrong_in_book(link, book))),
        *(f"{link.place}: {why}" for link in of_files if (why := _wrong_file(link.target, link.place, finished))),
        *_not_linked(finished),
    ]
    number = len(of_pages) + len(of_books) + len(of_files)
    return failed_where(
        wrong,
        f"{how_many(len(wrong), 'link leads', 'links lead')} nowhere, or files are on no page; {number} links "
        "were followed.",
        f"All {number} links lead to files and sheets that are there, or to well-formed addresses; every file is "
        "on the landing page.",
    )


def _wrong_in_page(link: Link, page: Page, finished: FinishedFiles) -> str:
    target = link.target
    if target.startswith("#"):
        return "" if target[1:] in page.anchors else f"{target!r} leads to no part of the page"
    if urlsplit(target).scheme:
        return wrong_address(target)
    return _wrong_file(target, page.file, finished)


def _wrong_in_book(link: Link, workbook: Workbook) -> str:
    target = link.target
    if target.startswith("#"):
        found = _INSIDE.fullmatch(target)
        sheet = found["sheet"].replace("''", "'") if found else ""
        return "" if sheet in workbook.sheets else f"{target!r} leads to no sheet"
    return wrong_address(target) if urlsplit(target).scheme else f"{target!r} is no whole address"


def wrong_address(target: str) -> str:
    """Why an address is not one that can be published; nothing where it is. It is not visited."""
    parts = urlsplit(target)
    if parts.scheme == "mailto":
        return "" if _EMAIL.fullmatch(parts.path) else f"{target!r} is no email address"
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(parts.hostname or "") or " " in target:
        return f"{target!r} is no address on the web"
    if DRAFT_MARK.search(parts.path):
        return f"{target!r} leads to a draft, which is not published by that name"
    return ""


def _wrong_file(target: str, file: str, finished: FinishedFiles) -> str:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(urlsplit(target).path)))
    if path in finished.files:
        return ""
    if DRAFT_MARK.search(path) and not finished.edition.draft:
        return f"{target!r} leads to a draft, which is not published by that name"
    return f"{target!r} leads to a file that is not there"


def _not_linked(finished: FinishedFiles) -> Iterator[str]:
    """Files that nobody can find from the landing page."""
    page = finished.landing_page
    if page is None:
        return
    listed = {unquote(urlsplit(link.target).path) for link in page.links}
    for file in sorted(finished.files - listed - {page.file}):
        yield f"{page.file}: no link leads to {file}"
