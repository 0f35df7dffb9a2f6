"""From sheets to tables: which cells are figures, and of what each is the figure.

Nothing is told by a table's number or by where it stands: headings, labels and the words above them say what is
counted. So tables of other years, with other header rows and other marks for no data, are read the same way.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.recognising.columns import Block, columns_of, key_of, printed_months
from publish.disclosure.audit.recognising.context import context_of
from publish.disclosure.audit.recognising.figures import (
    PATIENTS,
    Figure,
    Kind,
    Table,
    is_number,
    is_per_cent,
    state_of,
)
from publish.disclosure.audit.recognising.headings import ALL_DAYS, plain, select
from publish.disclosure.audit.recognising.rows import KEYS, OF_COMMISSIONERS, OfRow, Rows, key_columns
from publish.disclosure.audit.recognising.tidy import is_tidy, read_tidy

MOST_KEYS: Final = 8  # cells of a header, among which a key column stands
FEWEST_NUMBERS: Final = 20  # of a sheet that looks like a table


def recognise(sheet: Sheet) -> list[Table]:
    """The tables of a sheet: none where it holds words alone."""
    if is_tidy(sheet):
        return [read_tidy(sheet)]
    return [table for block in _blocks(sheet) if (table := _wide(block)).figures]


def unrecognised(sheets: Iterable[Sheet], tables: Iterable[Table]) -> tuple[str, ...]:
    """The names of sheets with at least 20 numbers in which no table was recognised: they were not attacked."""
    known = {(table.sheet.file, table.sheet.name) for table in tables}
    left = (sheet for sheet in sheets if (sheet.file, sheet.name) not in known)
    return tuple(" ".join((sheet.file, sheet.name)).strip() for sheet in left if _has_numbers(sheet))


def _has_numbers(sheet: Sheet) -> bool:
    return sum(is_number(cell) for row in sheet.rows for cell in row) >= FEWEST_NUMBERS


def _blocks(sheet: Sheet) -> Iterator[Block]:
    """The tables of a sheet by their headers, in one row or in two."""
    headers = [(number, heads) for number in range(len(sheet.rows)) if (heads := _heads(sheet, number))]
    ends = [*(number for number, _ in headers[1:]), len(sheet.rows)]
    start = 0
    for (header, heads), end in zip(headers, ends[: len(headers)], strict=True):
        yield Block(sheet, heads, start, header, end)
        start = header + 1


def _heads(sheet: Sheet, number: int) -> Sequence[Value]:
    """The headings of a header that ends in this row; nothing where none does."""
    row = sheet.rows[number]
    above = sheet.rows[number - 1] if number else ()
    if _is_upper_half(above, row):
        width = max(len(above), len(row))
        cells = ((*each, *[None] * (width - len(each))) for each in (row, above))
        return [below if below is not None else over for below, over in zip(*cells, strict=True)]
    below = sheet.rows[number + 1] if number + 1 < len(sheet.rows) else ()
    return row if _is_header(row) and not _is_upper_half(row, below) else ()


def _is_header(row: Sequence[Value]) -> bool:
    """Whether a row names key columns and at least two columns of figures."""
    words = [cell for cell in row if isinstance(cell, str | int) and str(cell).strip()]
    return len(words) >= 3 and any(plain(word) in KEYS for word in words[:MOST_KEYS]) and _figures_named(words) >= 2


def _figures_named(words: Iterable[Value]) -> int:
    """How many of the words name columns of figures. A bare number is none: rows of figures are no headers."""
    bands = (word for word in words if isinstance(word, str) and not word.isdecimal() and plain(word) not in KEYS)
    return sum(chosen.read or chosen.rate for chosen in (select(word, of_days=True) for word in bands))


def _is_upper_half(above: Sequence[Value], row: Sequence[Value]) -> bool:
    """Whether one row names key columns, and the next all columns of figures, with nothing below the keys."""
    keys = [place for place, cell in enumerate(above) if cell is not None and plain(cell) in KEYS]
    words = [cell for cell in row if cell is not None]
    if len(keys) < 2 or len(words) < 2 or any(place < len(row) and row[place] is not None for place in keys):
        return False
    return _figures_named(words) == len(words)


def _wide(block: Block) -> Table:
    """A table with a row for each place and label, and several columns of figures."""
    sheet, heads = block.sheet, block.heads
    context = context_of(sheet, block.start, block.header)
    keys = key_columns(heads)
    columns, not_read = columns_of(block, keys, context)
    commissioners = any(OF_COMMISSIONERS.search(plain(cell)) for cell in heads if cell)
    of_patients = any(plain(cell).startswith("population") for cell in heads if cell)  # by their own board
    basis = PATIENTS if of_patients else "commissioner" if commissioners else "provider"
    if context.interventional:
        basis += ", interventional"
    rows = Rows(sheet, (block.header + 1, block.end), keys, tuple(columns), basis)
    of_days = any(each.days != ALL_DAYS for each in columns.values())
    counted = Kind.MEDIAN if context.median or (context.of_times and not of_days) else Kind.COUNT
    printed = printed_months(context, columns)
    read = [
        (place, Kind.SHARE if each.share else counted, each, context.months(each, printed))
        for place, each in columns.items()
    ]
    figures: list[Figure] = []
    for number, of_row in _told_apart(block, rows, tuple(columns)):
        row = sheet.rows[number]
        width = len(row)
        for place, kind, chosen, months in read:
            state, value = state_of(row[place] if place < width else None)
            key = key_of(of_row, chosen, months, context.interval)
            figures.append(Figure(number + 1, place + 1, kind, state, value, key))
    shares = [place for place, each in columns.items() if each.share]
    return Table(sheet, figures, rows.names, _whole(block, shares), (*not_read, *rows.not_read))


def _told_apart(block: Block, rows: Rows, places: Sequence[int]) -> Iterator[tuple[int, OfRow]]:
    """The rows of figures, by number, without those of the same that differ: what tells them apart is not read."""
    read = {
        number: of_row for number in range(block.header + 1, block.end) if (of_row := rows.read(number)) is not None
    }
    alike: dict[OfRow, set[tuple[Value, ...]]] = {}
    for number, of_row in read.items():
        row = block.sheet.rows[number]
        cells = tuple([row[place] if place < len(row) else None for place in places])
        alike.setdefault(of_row, set()).add(cells)
    if any(len(each) > 1 for each in alike.values()):
        rows.not_read["rows that differ and are of the same"] = None
    return ((number, of_row) for number, of_row in read.items() if len(alike[of_row]) == 1)


def _whole(block: Block, shares: Sequence[int]) -> int:
    """What the shares are of: 1 where they are fractions or have a sign, 100 where their headings say per cent or a
    number above 1 stands without a sign.
    """
    if any(is_per_cent(cell) for place in shares for cell in block.cells(place)):
        return 1
    in_words = any("per cent" in plain(block.heads[place]) for place in shares)
    return 100 if in_words or any(_above_one(block, place) for place in shares) else 1


def _above_one(block: Block, place: int) -> bool:
    """Whether a column has numbers above 1 that no format shows as a percentage."""
    rows, formats = block.sheet.rows, block.sheet.formats
    return any(
        isinstance(cell := rows[number][place], int | float)
        and cell > 1
        and "%" not in formats.get((number + 1, place + 1), "")
        for number in range(block.header + 1, block.end)
        if place < len(rows[number])
    )
