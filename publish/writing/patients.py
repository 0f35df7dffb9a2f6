"""The section of the annual document on the patients: tests by age and sex, ethnic group and deprivation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from publish.disclosure.control import ProtectedTable, percentage
from publish.tables.annual import TOTAL
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.further import BY_AGE_AND_SEX, BY_DEPRIVATION, BY_ETHNIC_GROUP, DECILES, NOT_KNOWN, USE_BY_BOARD
from publish.tables.specification import ALL_SETTINGS, Level, TableSpec
from publish.tables.truth import ENGLAND_CODE
from publish.writing.content import ReleaseTables
from publish.writing.document_tables import DocumentTable, as_text
from publish.writing.headlines import everyday_names
from publish.writing.spoken import Spoken
from publish.writing.wording import enough, listed, many, per_cent, ranked

FEMALE, MALE = "Female", "Male"
NOT_STATED: Final = "Not stated"
TENTHS: Final = {DECILES[0]: "1 (most deprived)", DECILES[-1]: "10 (least deprived)"}

Cell = tuple[float | None, str]  # value and status


@dataclass(frozen=True)
class Characteristic:
    """What the document says of one characteristic: sentences and a table."""

    sentences: tuple[str, ...]
    table: DocumentTable


def age_and_sex(tables: ReleaseTables, spoken: Spoken) -> Characteristic | None:
    """Tests by age and sex; None where the release has no such table."""
    table = found(tables, BY_AGE_AND_SEX)
    if table is None:
        return None
    counts = shown(table)
    return Characteristic((*ages(counts, spoken), *sexes(counts, spoken)), age_and_sex_table(table, spoken))


def ethnic_groups(tables: ReleaseTables, spoken: Spoken) -> Characteristic | None:
    """Tests by ethnic group; None where the release has no such table."""
    table = found(tables, BY_ETHNIC_GROUP)
    if table is None:
        return None
    return Characteristic(without_group(shown(table)), shares_table(table, "Ethnic group", spoken))


def deprivation(tables: ReleaseTables, spoken: Spoken) -> Characteristic | None:
    """Tests by deprivation decile; None where the release has no such table."""
    table = found(tables, BY_DEPRIVATION)
    if table is None:
        return None
    return Characteristic(tenths(shown(table), spoken), shares_table(table, "Deprivation decile", spoken))


def use_by_board(tables: ReleaseTables, spoken: Spoken) -> tuple[str, ...]:
    """The lowest and the highest use of each modality among the integrated care boards whose population is known.

    Nothing is said of a modality where the rate of one of these boards is hidden or absent: it may be the lowest.
    """
    table = found(tables, USE_BY_BOARD)
    if table is None:
        return ()
    rates = rates_of_boards(table)
    ranges = ranges_of_use(rates)
    if not ranges:
        return ()
    boards = "integrated care boards" + (" whose population is known" if rates["population"].has_nulls() else "")
    return (f"Tests per 1,000 population in {spoken.words} ranged over {boards} {listed(ranges)}.",)


def rates_of_boards(table: ProtectedTable) -> pl.DataFrame:
    """The cells of tests per 1,000 population, but for those of England and of tests without a board."""
    is_board = (pl.col("level") == Level.ICB.value) & (pl.col("org_code") != ENGLAND_CODE)
    return table.cells.filter(is_board, pl.col("column") == USE_BY_BOARD.columns[1].name)


def ranges_of_use(rates: pl.DataFrame) -> list[str]:
    """`from 80.0 to 95.0 for CT`: each modality of which every board with a population shows a rate."""
    known = rates.filter(pl.col("population").is_not_null())
    of_labels = known.filter(pl.col("value").is_not_null()).group_by("label", maintain_order=True)
    reach = of_labels.agg(pl.col("value").min(), pl.col("value").max().alias("highest"), pl.n_unique("org_code"))
    names, every = {label: name for name, label in everyday_names()}, known["org_code"].n_unique()
    return [
        f"from {lowest:,.1f} to {highest:,.1f} for {names[label]}"
        for label, lowest, highest, boards in reach.iter_rows()
        if boards == every > 1
    ]


def found(tables: ReleaseTables, spec: TableSpec) -> ProtectedTable | None:
    """The table of that specification, where the release has it."""
    return next((table for table in tables if table.spec == spec), None)


def cells(table: ProtectedTable) -> dict[tuple[str, str], Cell]:
    """England's cells for all modalities together, by sex (empty where not divided by it) and column."""
    england = table.cells.filter(pl.col("level") == Level.ENGLAND.value, pl.col("label") == ALL_MODALITIES)
    rows = england.select("setting", "column", "value", "status").iter_rows()
    return {(setting, column): (value, status) for setting, column, value, status in rows}


def shown(table: ProtectedTable) -> dict[tuple[str, str], float]:
    """The values of those cells that are shown."""
    return {key: value for key, (value, _) in cells(table).items() if value is not None}


def age_bands() -> tuple[str, ...]:
    """The bands of the table by age, without those not known."""
    return tuple(column.heading for column in BY_AGE_AND_SEX.columns if column.heading not in (NOT_KNOWN, TOTAL))


def commonest_ages(counts: Mapping[tuple[str, str], float]) -> list[tuple[str, float]]:
    """The age band with the most tests and its tests; several where they have as many."""
    by_age = ranked({band: counts.get((ALL_SETTINGS, band)) for band in age_bands()})
    return [(band, count) for band, count in by_age if count == by_age[0][1]]


def ages(counts: Mapping[tuple[str, str], float], spoken: Spoken) -> tuple[str, ...]:
    """The age band with the most tests, or those that have as many."""
    first = commonest_ages(counts)
    if not first:
        return ()
    most, bands = first[0][1], listed(band for band, _ in first)
    if len(first) == 1:
        return (f"The age band with the most tests in {spoken.words} was {bands}, with {many(most, of=most)}.",)
    return (f"The age bands with the most tests in {spoken.words} were {bands}, with {many(most, of=most)} each.",)


def sexes(counts: Mapping[tuple[str, str], float], spoken: Spoken) -> tuple[str, ...]:
    """The shares of female and male patients, and of those whose sex is not known."""
    whole = counts.get((ALL_SETTINGS, TOTAL))
    female, male, unknown = (share(counts.get((sex, TOTAL)), whole) for sex in (FEMALE, MALE, NOT_KNOWN))
    if female is None or male is None:
        return ()
    others = f"; for {per_cent(unknown)} the sex was not known" if unknown is not None else ""
    shares = f"{per_cent(female)} of the tests in {spoken.words} and male patients {per_cent(male)}"
    return (f"Female patients had {shares}{others}.",)


def without_group(counts: Mapping[tuple[str, str], float]) -> tuple[str, ...]:
    """The share of tests of whose patient the ethnic group is not stated or not known."""
    not_stated, unknown = (share_of(counts, column) for column in (NOT_STATED, NOT_KNOWN))
    if not_stated is None or unknown is None:
        return ()
    said = f"{per_cent(not_stated)} of the tests, and not known for {per_cent(unknown)}"
    return (f"The ethnic group was not stated for {said}.",)


def tenths(counts: Mapping[tuple[str, str], float], spoken: Spoken) -> tuple[str, ...]:
    """The shares of the most and of the least deprived tenth of areas."""
    most, least = (share_of(counts, decile) for decile in (DECILES[0], DECILES[-1]))
    if most is None or least is None:
        return ()
    return (
        f"Of the tests in {spoken.words}, {per_cent(most)} were on patients who live in the most deprived tenth of "
        f"areas, and {per_cent(least)} on patients who live in the least deprived tenth.",
    )


def share_of(counts: Mapping[tuple[str, str], float], column: str) -> float | None:
    """The published count of a column in per cent of the total; None unless both are shown."""
    return share(counts.get(("", column)), counts.get(("", TOTAL)))


def share(part: float | None, whole: float | None) -> float | None:
    """Part of whole in per cent; None of nothing, of what is not shown, and where there are too few to speak of."""
    return percentage(part, whole) if part and enough(whole) else None


def age_and_sex_table(table: ProtectedTable, spoken: Spoken) -> DocumentTable:
    """All modalities: age bands down, sexes across."""
    values, order = cells(table), (FEMALE, MALE, NOT_KNOWN, ALL_SETTINGS)
    rows = [
        (column.heading, *(as_text(*values[sex, column.heading]) for sex in order)) for column in table.spec.columns
    ]
    return DocumentTable(
        anchor="table-age-and-sex",
        caption=f"Imaging tests by age and sex of the patient, all modalities, England, {spoken.words}",
        headings=("Age", FEMALE, MALE, "Sex not known", "All"),
        row_headings=1,
        rows=tuple(rows),
        total=TOTAL,
    )


def shares_table(table: ProtectedTable, heading: str, spoken: Spoken) -> DocumentTable:
    """All modalities: groups down, their tests and their share of all."""
    values = cells(table)
    whole, _ = values["", TOTAL]
    rows = [
        (TENTHS.get(group, group), as_text(*values["", group]), share_as_text(*values["", group], whole))
        for group in (column.heading for column in table.spec.columns)
    ]
    return DocumentTable(
        anchor=f"table-{heading.lower().replace(' ', '-')}",
        caption=f"Imaging tests by {heading.lower()} of the patient, all modalities, England, {spoken.words}",
        headings=(heading, "Tests", "Per cent"),
        row_headings=1,
        rows=tuple(rows),
        total=TOTAL,
    )


def share_as_text(value: float | None, status: str, whole: float | None) -> str:
    """`12`, `0` of none, `<1`, `*` where the count is hidden; empty where there is no share to give."""
    if not value:
        return as_text(value, status)
    per_cents = share(value, whole)
    return "" if per_cents is None else as_text(per_cents, status) if per_cents else "<1"
