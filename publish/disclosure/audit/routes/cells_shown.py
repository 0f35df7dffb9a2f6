"""Attacks on what single cells show: counts that are not rounded, and medians beside hidden counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.reading.sheet import Sheet
from publish.disclosure.audit.recognising.figures import Figure, Kind, State, Table
from publish.disclosure.audit.recognising.linked import Counts
from publish.disclosure.audit.rule import Rule

LETTERS: Final = 26


def column_name(sheet: Sheet, column: int) -> str:
    """The letter of a column of a workbook, the name of one elsewhere."""
    if not sheet.has_letters:
        heads = sheet.rows[0] if sheet.rows else ()
        return str(heads[column - 1]) if column <= len(heads) and heads[column - 1] is not None else str(column)
    letters = ""
    while column:
        column, rest = divmod(column - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def found_at(
    table: Table, figure: Figure, route: Route, bounds: tuple[int | None, int | None], detail: str
) -> Finding:
    """A finding at a figure."""
    sheet = table.sheet
    column = column_name(sheet, figure.column)
    return Finding(sheet.file, sheet.name, figure.row, column, route, *bounds, detail)


def unrounded(tables: Iterable[Table], rule: Rule) -> list[Finding]:
    """Rows with counts that the rule would not show as they are (route 2): one finding a row.

    `low` and `high` are the first such count of the row.
    """
    found: list[Finding] = []
    for table in tables:
        rows: dict[int, list[Figure]] = defaultdict(list)
        for figure in table.figures:
            if figure.kind is Kind.COUNT and figure.state is State.SHOWN and not rule.allows(figure.value or 0):
                rows[figure.row].append(figure)
        found += [_unrounded_row(table, figures, rule) for figures in rows.values()]
    return found


def _unrounded_row(table: Table, figures: Sequence[Figure], rule: Rule) -> Finding:
    first = figures[0]
    value = first.value or 0
    bounds = (int(value), int(value)) if value == int(value) else (None, None)
    names = [column_name(table.sheet, figure.column) for figure in figures]
    columns = f"column {names[0]}" if len(names) == 1 else f"{len(names)} columns from {names[0]} to {names[-1]}"
    not_rounded = f"no multiple of {rule.rounding_base}, or " if rule.rounding_base > 1 else ""
    wrong = f"{not_rounded}below {rule.threshold}"
    return found_at(table, first, Route.UNROUNDED, bounds, f"a count is {wrong} in {columns}")


def medians(tables: Sequence[Table], counts: Counts, rule: Rule) -> tuple[list[Finding], int]:
    """Medians shown where their count is hidden, or hidden where it is shown (route 5), and how many were tried.

    A median tells that there was a test with both dates; one that ends in a half, that they were even in number. A
    hidden median beside a shown count tells that fewer than `threshold` of its tests have both dates, unless the
    rule hides medians for that.
    """
    found: list[Finding] = []
    tried = 0
    for table in tables:
        for figure in table.figures:
            count = counts.get(figure.key) if figure.kind is Kind.MEDIAN else None
            if count is None or (count.hidden and count.shown):
                continue
            tried += 1
            if count.hidden and figure.state is State.SHOWN:
                found.append(_median_shown(table, figure, rule))
            elif count.shown and figure.state is State.HIDDEN and rule.fewest_dates <= 1 and not rule.secondary:
                detail = (
                    f"the median is hidden and its count shown: fewer than {rule.threshold} tests have both dates"
                )
                found.append(found_at(table, figure, Route.MEDIAN, (1, rule.threshold - 1), detail))
    return found, tried


def _median_shown(table: Table, figure: Figure, rule: Rule) -> Finding:
    low, high = 1, None if rule.secondary else rule.threshold - 1
    if figure.value is not None and figure.value % 1:
        low, high = 2, high and high - high % 2
        detail = "a median of half a day beside a hidden count: an even number of tests"
    else:
        detail = "a median is shown beside a hidden count: the days of very few tests"
    return found_at(table, figure, Route.MEDIAN, (low, high), detail)


def shown_elsewhere(tables: Sequence[Table], counts: Counts, rule: Rule) -> list[Finding]:
    """Counts that one cell hides and another shows (route 3: two tables that share a total)."""
    found: list[Finding] = []
    for count in counts.values():
        if count.hidden and count.shown:
            there = tables[count.shown.table]
            figure = there.figures[count.shown.figure]
            bounds = rule.shown(int(figure.value or 0))
            place = " ".join((there.sheet.file, there.sheet.name)).strip()
            detail = f"hidden here, and shown in row {figure.row} of {place}"
            table = tables[count.hidden.table]
            found.append(found_at(table, table.figures[count.hidden.figure], Route.DIFFERENCE, bounds, detail))
    return found


def hidden_places(tables: Iterable[Table]) -> Mapping[tuple[str, str, str], tuple[str, set[str]]]:
    """The name of every place with hidden counts, and the labels that they are of, by its `Key.place`."""
    places: dict[tuple[str, str, str], tuple[str, set[str]]] = {}
    for table in tables:
        for figure in table.figures:
            if figure.kind is Kind.COUNT and figure.state is State.HIDDEN:
                place = figure.key.place
                name = table.names.get(place, place[0])
                places.setdefault(place, (name, set()))[1].add(figure.key.label)
    return places
