"""What every file says of itself: period, dates, status, contact. It must be the same in all.

Rule: publication specification, Workbook style, Title block.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from publish.disclosure.control import ProtectedTable
from publish.period import date_in_words, in_words
from publish.review.checks.draft import Outcome, failed_where, how_many
from publish.review.checks.finished import FinishedFiles, Page, words
from publish.review.seen import Line, Workbook

LABELS: Final = ("Period:", "Published:", "Revised:", "Status:", "Contact:")
_ORDINAL: Final = re.compile(r"(?<=\d)(st|nd|rd|th)\b")


class Said(NamedTuple):
    """What a file says of something (None: nothing), and what it should say."""

    file: str
    place: str
    about: str
    found: str | None
    expected: str


def dates_the_same(finished: FinishedFiles) -> Outcome:
    """Period, dates of publication, status and contact as the release has them, in every file that gives them."""
    said = [
        *(
            each
            for workbook in finished.workbooks
            if not workbook.refused
            for each in _of_workbook(workbook, finished)
        ),
        *_of_metadata(finished),
        *_of_landing_page(finished),
        *_of_document(finished),
        *_of_print(finished),
    ]
    wrong = [_in_words(each) for each in said if each.found is None or each.found != each.expected]
    files = len({each.file for each in said})
    return failed_where(
        wrong,
        f"{how_many(len(wrong), 'date, period, status or contact is', 'dates, periods, statuses or contacts are')} "
        "not as this release has it.",
        f"Period, dates of publication and revision, status and contact are the same in all {files} files that say "
        "them.",
    )


def _in_words(said: Said) -> str:
    where = ", ".join(filter(None, (said.file, said.place)))
    found = "is not given" if said.found is None else f"is {said.found!r}"
    return f"{where}: {said.about} {found}, and should be {said.expected!r}"


def _of_workbook(workbook: Workbook, finished: FinishedFiles) -> Iterator[Said]:
    yield from _of_cover(workbook, finished) if workbook.form == "ods" else _of_sheets(workbook, finished)


def _of_sheets(workbook: Workbook, finished: FinishedFiles) -> Iterator[Said]:
    """The title page of a workbook, and the title block of each of its tables."""
    edition = finished.edition
    tables = dict(tables_of_sheets(workbook, finished))
    for sheet, table in tables.items():
        beside = _beside_labels(line for line in workbook.lines if line.sheet == sheet)
        expected = (
            _period(table, finished),
            edition.published_in_words,
            edition.revised_in_words(table.spec.file_stem),
        )
        for label, should in zip(LABELS, (*expected, edition.status, edition.house.email), strict=True):
            yield Said(workbook.file, sheet, label.rstrip(":"), beside.get(label), should)
    front = [line for line in workbook.lines if line.sheet not in tables]
    if front:
        yield from _of_title_page(workbook.file, front, finished)


def tables_of_sheets(workbook: Workbook, finished: FinishedFiles) -> list[tuple[str, ProtectedTable]]:
    """The sheets of a published workbook that hold its tables, each with its table; none of a workbook unknown."""
    stem = workbook.file.rpartition("/")[2].removesuffix(".xlsx")
    held = {
        finished.edition.table_stem(each.spec.number, each.spec.file_stem): each.tables
        for each in finished.tables.workbooks
    }
    return list(zip(workbook.sheets[1:], held.get(stem, ()), strict=False))


def _beside_labels(lines: Iterable[Line]) -> dict[str, str]:
    """What stands beside each label of a title block."""
    by_row: dict[int, list[Line]] = {}
    for line in lines:
        by_row.setdefault(line.row, []).append(line)
    pairs = ((cells[0].text.strip(), cells[1].text.strip()) for cells in by_row.values() if len(cells) > 1)
    found: dict[str, str] = {}
    for label, text in pairs:
        found.setdefault(label, text)
    return found


def _period(table: ProtectedTable, finished: FinishedFiles) -> str:
    """`2023/24`, or `2023/24 Apr-Jun` of a table for a quarter."""
    year, months = finished.edition.period.year.label, table.months
    return f"{year} {months[0].short}-{months[-1].short}" if table.spec.by_quarter else year


def _of_title_page(file: str, lines: Iterable[Line], finished: FinishedFiles) -> Iterator[Said]:
    edition, texts = finished.edition, [line.text.strip() for line in lines]
    period, email = edition.period.words, edition.house.email
    named = next((text for text in texts if re.fullmatch(r"[A-Z][a-z]+ \d{4}( to [A-Z][a-z]+ \d{4})?", text)), None)
    yield Said(file, "Title page", "the period", named, period)
    dates = next((text for text in texts if text.startswith("Published on ")), None)
    expected = f"Published on {edition.published_in_words}. Next release: {date_in_words(edition.next_published)}."
    yield Said(file, "Title page", "the dates", dates, expected)
    yield Said(file, "Title page", "the contact", email if email in texts else None, email)


def _of_cover(workbook: Workbook, finished: FinishedFiles) -> Iterator[Said]:
    """The cover of the accessible edition: `Published: 20 July 2023.`"""
    edition = finished.edition
    cover = workbook.sheets[0]
    pairs = (line.text.partition(": ") for line in workbook.lines if line.sheet == cover)
    said = {label: text.rstrip(".") for label, colon, text in pairs if colon}
    release = said.get("Release", "").partition(" statistics for ")
    status = said.get("Status", "").partition(".")[0]
    for about, found, expected in (
        ("Published", said.get("Published"), _plain(edition.published_in_words)),
        ("Next release", said.get("Next release"), _plain(date_in_words(edition.next_published))),
        ("Status", status or None, edition.status.lower()),
        ("the period", release[2] or None, edition.period.words),
        ("the contact", said.get("Email"), edition.house.email),
    ):
        yield Said(workbook.file, cover, about, found, expected)


def _plain(day: str) -> str:
    return _ORDINAL.sub("", day)


def _of_metadata(finished: FinishedFiles) -> Iterator[Said]:
    edition = finished.edition
    months = edition.period.months
    periods = {f"{months[0]}/{months[-1]}", *(f"{t.months[0]}/{t.months[-1]}" for t in finished.tables)}
    for file, described in finished.described.items():
        told = described.get("dc:temporal")
        expected = str(told) if told in periods else f"{months[0]}/{months[-1]}"
        yield Said(file, "", "the period (dc:temporal)", told, expected)
        issued, publisher = (_mapping(described.get(name)) for name in ("dc:issued", "dc:publisher"))
        yield Said(
            file, "", "the day of publication (dc:issued)", issued.get("@value"), edition.published.isoformat()
        )
        status = described.get("schema:creativeWorkStatus")
        yield Said(file, "", "the status (schema:creativeWorkStatus)", status, edition.status)
        yield Said(file, "", "the contact (schema:email)", publisher.get("schema:email"), edition.house.email)


def _mapping(held: object) -> Mapping[str, Any]:
    return held if isinstance(held, dict) else {}


def _of_landing_page(finished: FinishedFiles) -> Iterator[Said]:
    page, edition = finished.landing_page, finished.edition
    if page is None:
        return
    at = f", {edition.house.publication_time}"
    for about, expected in (
        ("Period", edition.period.words),
        ("Status", edition.status),
        ("Published", edition.published_in_words + at),
        ("Next release", date_in_words(edition.next_published) + at),
    ):
        yield Said(page.file, "", about, page.details.get(about), expected)


def _of_document(finished: FinishedFiles) -> Iterator[Said]:
    page, edition = finished.document, finished.edition
    if page is None:
        return
    expected = f"{edition.status} {_kind(finished)} statistics, {in_words(edition.period.document_months)}"
    yield Said(page.file, "", "the status and period", _subtitle(page), expected)
    yield Said(page.file, "", "First published", page.details.get("First published"), edition.published_in_words)
    contact = page.details.get("Contact", "").rpartition("Email: ")[2]
    yield Said(page.file, "", "the contact", contact or None, edition.house.email)


def _of_print(finished: FinishedFiles) -> Iterator[Said]:
    """The first page of the document as it is printed."""
    edition = finished.edition
    period = f"{edition.status} {_kind(finished)} statistics, {in_words(edition.period.document_months)}"
    for file, lines in finished.printed.items():
        for about, expected in (
            ("the status and period", period),
            ("First published", f"First published {edition.published_in_words}"),
        ):
            begins = expected.partition(" ")[0]
            told = next((line for line in lines if line.startswith(expected)), None)
            nearest = next((line for line in lines if line.startswith(begins)), None)
            yield Said(file, "", about, expected if told else nearest, expected)


def _kind(finished: FinishedFiles) -> str:
    return "annual" if finished.edition.period.annual else "monthly"


def _subtitle(page: Page) -> str | None:
    return next((words(each) for each in page.root.iter("p") if each.get("class") == "period"), None)
