"""The audit: reads a folder of published files and attacks it by every route."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.properties.packages import package_findings
from publish.disclosure.audit.reading.folder import ReadFolder, read_folder
from publish.disclosure.audit.reading.sheet import Sheet, Text
from publish.disclosure.audit.reading.texts import texts_of
from publish.disclosure.audit.recognising.figures import Kind, State, Table
from publish.disclosure.audit.recognising.linked import Counts, counts_of
from publish.disclosure.audit.recognising.recognition import recognise, unrecognised
from publish.disclosure.audit.routes.cells_shown import hidden_places, medians, shown_elsewhere, unrounded
from publish.disclosure.audit.routes.differences import Solved, attack_differences, attack_over_time
from publish.disclosure.audit.routes.share_tables import attack_shares
from publish.disclosure.audit.routes.wording import HiddenCount, text_findings
from publish.disclosure.audit.rule import Rule
from publish.errors import InputRefused

Tell = Callable[[str], None]
_WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls")
_PAGES: Final = (".html", ".htm")
LEAST_WORDS: Final = 3  # of a cell that is read as a sentence


@dataclass(frozen=True)
class Tally:
    """What came of one route: cells, rows or files attacked; recovered exactly; narrowed further than the rule
    would. `left_by_rule` are counts that the rule leaves open to sums of cells that all obey it: no findings.
    """

    attacked: int = 0
    recovered: int = 0
    narrowed: int = 0
    left_by_rule: int = 0


@dataclass(frozen=True)
class Audited:
    """What an audit found in a folder.

    `left_by_rule` follow from the rule itself (see `Rule.leaves_sums`). `unproven` counts were searched up to a
    limit: their bounds are true, and may be wider than possible. `contradictions` counts sums that cannot hold
    as published, and were left out, and counts of which two cells cannot both be right. `unread` are files that
    could not be read, and why; `not_read` headings of columns with numbers that were not understood. Neither
    was attacked.
    """

    findings: tuple[Finding, ...]
    left_by_rule: tuple[Finding, ...]
    tallies: Mapping[Route, Tally]
    files: int
    tables: int
    unproven: int
    contradictions: int
    unread: tuple[tuple[str, str], ...]
    not_read: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The findings and a summary of the routes, as plain values."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "summary": {
                "files": self.files,
                "tables": self.tables,
                "routes": {str(route): asdict(tally) for route, tally in self.tallies.items()},
                "searches_at_their_limit": self.unproven,
                "contradictions": self.contradictions,
                "unread_files": [{"file": file, "why": why} for file, why in self.unread],
                "not_understood": list(self.not_read),
                "left_by_rule": [asdict(finding) for finding in self.left_by_rule],
            },
        }


def audit(folder: Path, older: Sequence[Path], rule: Rule, tell: Tell) -> Audited:
    """Attack every file of a folder, with older folders of the same publication at hand.

    Raises InputRefused where there is no folder, or no table in it is recognised. Rule: disclosure specification,
    "Routes seen in real publications".
    """
    read = read_folder(folder, tell)
    tables = _tables(read)
    _refuse_without_tables(tables, read, folder)
    counts = counts_of(tables, rule)
    tell("Attacking percentages, unrounded counts and medians")
    shares = attack_shares(tables, rule)
    odd, (of_medians, medians_tried) = unrounded(tables, rule), medians(tables, counts, rule)
    sums = attack_differences(tables, counts, shares.learnt, rule, tell)
    sums.findings += shown_elsewhere(tables, counts, rule)
    later = _over_time(tables, counts, older, shares.learnt, sums, rule, tell)
    tell("Looking into files and words")
    held, said = _metadata(folder, read), _texts(folder, read)
    stated = text_findings(said, _hidden_counts(tables), rule)
    findings = (*shares.findings, *odd, *of_medians, *sums.findings, *later.findings, *held, *stated)
    kinds = Counter(figure.kind for table in tables for figure in table.figures if figure.state is State.SHOWN)
    return Audited(
        findings=tuple(sorted(findings, key=_in_order)),
        left_by_rule=tuple(sorted((*sums.by_rule, *later.by_rule), key=_in_order)),
        tallies={
            Route.PERCENTAGE: Tally(shares.tried, len(shares.findings), shares.narrowed),
            Route.UNROUNDED: Tally(kinds[Kind.COUNT], len(odd)),
            Route.DIFFERENCE: _tally(sums),
            Route.TIME: _tally(later),
            Route.MEDIAN: Tally(medians_tried, len(of_medians)),
            Route.METADATA: Tally(len(read.files), len(held)),
            Route.TEXT: Tally(len(said), len(stated)),
        },
        files=len(read.files),
        tables=len(tables),
        unproven=max(sums.unproven, later.unproven),
        contradictions=sums.contradictions + sum(count.contradicted for count in counts.values()),
        unread=read.unread,
        not_read=_not_read(read, tables),
    )


def _tables(read: ReadFolder) -> list[Table]:
    """The tables of visible sheets, workbooks first: a count is named where it stands first. What hidden ones hold
    may be of another year, and is found as such.
    """
    visible = [sheet for sheet in read.sheets if not sheet.hidden]
    ordered = sorted(visible, key=lambda sheet: not sheet.file.lower().endswith(_WORKBOOKS))
    return [table for sheet in ordered for table in recognise(sheet)]


def _not_read(read: ReadFolder, tables: Sequence[Table]) -> tuple[str, ...]:
    """Headings of columns, and names of visible sheets, that hold numbers and were not understood; cells that are
    neither a number nor a mark.
    """
    unclear = sum(figure.state is State.UNCLEAR for table in tables for figure in table.figures)
    cells = (f"{unclear:,} {'cell' if unclear == 1 else 'cells'} with other words in columns of figures",)
    headings = dict.fromkeys(heading for table in tables for heading in table.not_read)
    sheets = unrecognised([sheet for sheet in read.sheets if not sheet.hidden], tables)
    return (*headings, *sheets, *(cells if unclear else ()))


def _tally(solved: Solved) -> Tally:
    return Tally(solved.tried, len(solved.findings), solved.narrowed, len(solved.by_rule))


def _over_time(
    tables: Sequence[Table],
    counts: Counts,
    older: Sequence[Path],
    learnt: Mapping[Any, tuple[int, int]],
    sums: Solved,
    rule: Rule,
    tell: Tell,
) -> Solved:
    """Differences between this folder and the older ones; nothing where there are none."""
    if not older:
        return Solved(0, 0, 0, 0)
    releases = [_older(folder, rule, tell) for folder in older]
    tell("Attacking differences over time")
    already = frozenset(learnt) | sums.recovered
    return attack_over_time(tables, counts, releases, learnt, already, rule, tell)


def _older(folder: Path, rule: Rule, tell: Tell) -> Counts:
    read = read_folder(folder, tell)
    tables = _tables(read)
    _refuse_without_tables(tables, read, folder)
    return counts_of(tables, rule)


def _refuse_without_tables(tables: Sequence[Table], read: ReadFolder, folder: Path) -> None:
    if not tables:
        unread = "".join(f"; {file} {why}" for file, why in read.unread)
        raise InputRefused(
            f"no table of the publication is recognised there{unread}",
            where=str(folder),
            do="name a folder of published workbooks or CSV files, with their headings",
        )


def _metadata(folder: Path, read: ReadFolder) -> list[Finding]:
    sheets: dict[str, list[Sheet]] = {}
    for sheet in read.sheets:
        sheets.setdefault(sheet.file, []).append(sheet)
    return [
        finding for file in read.files for finding in package_findings(_path(folder, file), file, sheets.get(file))
    ]


def _path(folder: Path, file: str) -> Path:
    return folder if folder.is_file() else folder / file


def _texts(folder: Path, read: ReadFolder) -> list[Text]:
    """Everything in words: pages, documents and descriptions, and the cells of sheets that are sentences."""
    of_files = [text for file in read.files for text in texts_of(_path(folder, file), file)]
    return [*of_files, *(text for sheet in read.sheets for text in _sentences(sheet))]


def _sentences(sheet: Sheet) -> Iterator[Text]:
    """The cells that are sentences. CSV files say the same in many rows: it stands where it is said first. Pages
    are read as a whole.
    """
    if sheet.file.lower().endswith(_PAGES):
        return
    said: set[str] = set()
    for number, row in enumerate(sheet.rows, start=1):
        for cell in row:
            if isinstance(cell, str) and cell not in said and cell.count(" ") >= LEAST_WORDS:
                if not sheet.has_letters:
                    said.add(cell)
                yield Text(sheet.file, sheet.name, number, "", cell)


def _hidden_counts(tables: Iterable[Table]) -> list[HiddenCount]:
    return [
        HiddenCount(name, place[2], label)
        for place, (name, labels) in hidden_places(tables).items()
        for label in sorted(labels)
    ]


def _in_order(finding: Finding) -> tuple[str, str, str, int, str, str]:
    return finding.route, finding.file, finding.sheet, finding.row, finding.column, finding.detail
