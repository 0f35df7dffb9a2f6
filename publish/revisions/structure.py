"""How the layout of a table changed: what its sheet is called, where its header stands, which columns it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publish.period import spans
from publish.revisions.published_table import Column, PublishedTable, Row


@dataclass(frozen=True)
class StructureChange:
    """One thing of a table's structure that was `old` and is `new`; either is empty where it was not there."""

    table: str
    what: str
    old: str
    new: str

    @property
    def said(self) -> str:
        """`header row: 12, now 13`; `column gone: Mar`."""
        if not self.old or not self.new:
            return f"{self.what} {'gone' if self.old else 'new'}: {self.old or self.new}"
        return f"{self.what}: {self.old}, now {self.new}"


@dataclass(frozen=True)
class NameChange:
    """A place that is the same by its code and has another name, or lies in another region."""

    what: str
    code: str
    old: str
    new: str

    @property
    def said(self) -> str:
        """`RF4: A Trust, now Another Trust`."""
        return f"{self.code}: {self.old}, now {self.new}"


def structure_changes(old: PublishedTable, new: PublishedTable) -> Iterator[StructureChange]:
    """What changed of everything but rows and values."""
    pairs = {
        "title": (old.title, new.title),
        "sheet": (_without_year(old, old.sheet), _without_year(new, new.sheet)),
        "header row": (str(old.header_row), str(new.header_row)),
        "status": (old.status, new.status),
    }
    for what, (before, after) in pairs.items():
        if before.casefold() != after.casefold():
            yield StructureChange(new.name, what, before, after)
    yield from _key_columns(old, new)
    yield from _figure_columns(old, new)
    yield from _months(old, new)


def _without_year(table: PublishedTable, text: str) -> str:
    """`Q1` of the sheet `2023-24 Q1`: that the year is another one is said once for all."""
    return " ".join(text.replace(str(table.year), "").split()) or text


def _key_columns(old: PublishedTable, new: PublishedTable) -> Iterator[StructureChange]:
    before, after = dict(old.keys), dict(new.keys)
    for role in dict.fromkeys((*before, *after)):
        was, became = before.get(role, ""), after.get(role, "")
        if was.casefold() != became.casefold():
            yield StructureChange(new.name, "key column", was, became)


def _shape(column: Column) -> str:
    """The name of a column whatever the year: `Apr` is the same column in each."""
    return column.month.short if column.month else column.name


def _figure_columns(old: PublishedTable, new: PublishedTable) -> Iterator[StructureChange]:
    """Columns that are headed otherwise, that came or went, or stand in another order. Months are told apart."""
    before, after = ({_shape(column): column for column in table.columns} for table in (old, new))
    for shape in dict.fromkeys((*before, *after)):
        was, became = before.get(shape), after.get(shape)
        known = was or became
        if known and not (known.month and not (was and became)):
            texts = was.heading if was else "", became.heading if became else ""
            if texts[0].casefold() != texts[1].casefold():
                yield StructureChange(new.name, "column", *texts)
    orders = [[shape for shape in side if shape in before and shape in after] for side in (before, after)]
    if orders[0] != orders[1]:
        yield StructureChange(new.name, "order of columns", *map(", ".join, orders))


def _months(old: PublishedTable, new: PublishedTable) -> Iterator[StructureChange]:
    """Months of the same year that only one of them has data of."""
    if old.year != new.year:
        return
    gone = [month for month in old.covers if month not in new.covers]
    come = [month for month in new.covers if month not in old.covers]
    if gone:
        yield StructureChange(new.name, "months", spans(gone), "")
    if come:
        yield StructureChange(new.name, "months", "", spans(come))


def spellings(table: str, rows: Sequence[tuple[Row, Row]]) -> Iterator[StructureChange]:
    """Modalities, tests and settings that are written otherwise in rows that are the same."""
    texts = (pair for old, new in rows for pair in ((old.label, new.label), (old.setting, new.setting)))
    for was, became in dict.fromkeys(pair for pair in texts if pair[0] != pair[1]):
        yield StructureChange(table, "spelling", was, became)


def name_changes(rows: Sequence[tuple[Row, Row]]) -> Iterator[NameChange]:
    """Places with another name, or in another region, in rows that are the same; each as often as it has rows."""
    for old, new in rows:
        if new.code and old.name.casefold() != new.name.casefold():
            yield NameChange("name", new.code, old.name, new.name)
        if new.code and old.region != new.region:
            yield NameChange("region", new.code, old.region, new.region)


def several_names(table: PublishedTable) -> dict[str, tuple[str, ...]]:
    """The places that stand under several names in one table, as after a change within the year, by their code."""
    names: dict[str, dict[str, str]] = {}
    for row in table.rows:
        if row.code:
            names.setdefault(row.code, {}).setdefault(row.name.casefold(), row.name)
    return {code: tuple(found.values()) for code, found in names.items() if len(found) > 1}
