"""Tests to their nearest events, and both to counts of tests and of persons.

A person with many tests and many events costs no more than the two lists side by side: tests and events of a
person are walked through in order of day, never multiplied. Persons are taken a part at a time, so the memory
does not grow with the two data sets; as each part has all of its persons, the persons of the parts add up.
"""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from publish.fields.reasons import first_reason
from publish.linkage.bands import ALL_BANDS, band_of_days, no_event
from publish.linkage.sides import parquet_of
from publish.progress import Tell
from publish.records.readers import refusing
from publish.reference.vocabulary import modalities
from publish.tables.catalogue import ALL_MODALITIES

EVENTS_AT_ONCE: Final = 1_000_000
TESTS_AT_ONCE: Final = 3_000_000
CELL: Final = ("org_code", "modality", "band")
PERSON_MISSING: Final = "without a person"
TEST_DATE_MISSING: Final = "without a test date"
PROVIDER_MISSING: Final = "without a provider"
MODALITY_UNKNOWN: Final = "modality not known"
EVENT_DATE_MISSING: Final = "without a date"
IN_TABLE: Final = "in the table"
LINKED_TO: Final = "to link to"


# What the cells of a row bring together, beside the providers' own: England by modality, England as a whole.
_ENGLAND: Final = pl.lit(None, pl.String).alias("org_code")
_ROWS: Final = ((), (_ENGLAND,), (_ENGLAND, pl.lit(ALL_MODALITIES).alias("modality")))
_BANDS: Final = ((), (pl.lit(ALL_BANDS).alias("band"),))


@dataclass(frozen=True)
class Counted:
    """True counts of a link.

    `cells`: org_code (null for England), modality (published name, for England also `All modalities`), band (also
    `all tests`), tests, persons (distinct): providers, England and all totals, each from the tests themselves.
    `names`: org_code, provider_name: the latest name of each provider of the table.
    `account`: source (`tests`, `events`), outcome, records, persons (null where not counted): every test and event
    read once.
    `persons`: the distinct persons of the events that have a person and a date.
    `persons_met`: whether any of them has a test.
    """

    cells: pl.DataFrame
    names: pl.DataFrame
    account: pl.DataFrame
    persons: int
    persons_met: bool


@dataclass(frozen=True)
class Part:
    """What the persons of one part come to: `cells`, `persons` and `persons_met` as in Counted."""

    cells: pl.DataFrame
    persons: int
    persons_met: bool


def count(tests: pl.LazyFrame, events: pl.LazyFrame, within: int, files: tuple[Path, Path], tell: Tell) -> Counted:
    """Count each test once, by provider, modality and the band of its nearest event within so many days.

    `tests` and `events` as `read_tests` and `read_events` give them. Of two events as near, one before and one
    after the test, the later counts. `files`, product and other, are named where they cannot be read.
    """
    product, other = files
    tests, events = _numbered(tests), _numbered(events)
    tell(f"Counting the tests of {product.name}")
    with refusing(parquet_of(product)):
        groups = _groups(tests)
    in_table = groups.filter(pl.col("outcome") == IN_TABLE)
    tell(f"Reading {other.name}")
    with refusing(other):
        read = _outcomes_of_events(events)
    linkable = tests.drop_nulls(["person", "day"]).join(_places(in_table).lazy(), on=["PROVIDER_CODE", "MODALITY"])
    number = _number_of_parts(in_table, read)
    parts = list(_parts(linkable, events.drop_nulls(), number, within, files, tell))
    cells = pl.concat(part.cells for part in parts).group_by(CELL).agg(pl.col("tests", "persons").sum()).sort(CELL)
    persons = sum(part.persons for part in parts)
    account = [
        _account(groups, "tests", IN_TABLE, _persons_of(cells)),
        _account(read, "events", LINKED_TO, persons),
    ]
    return Counted(cells, _names(in_table), pl.concat(account), persons, any(part.persons_met for part in parts))


def _numbered(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with 64 bits of a hash for a person, so that no identifier is carried along; null stays null."""
    person = pl.col("person")
    return rows.with_columns(person=pl.when(person.is_not_null()).then(person.hash()))


def _groups(tests: pl.LazyFrame) -> pl.DataFrame:
    """Tests by provider, its name, modality and outcome, with the latest day of each.

    What becomes of a test, and the published name of its modality, is decided on the groups.
    """
    keys = ("PROVIDER_CODE", "PROVIDER_NAME", "MODALITY", "no_person", "no_day")
    given = tests.with_columns(no_person=pl.col("person").is_null(), no_day=pl.col("day").is_null())
    counted = given.group_by(keys).agg(tests=pl.len().cast(pl.Int64), latest=pl.col("day").max())
    groups = counted.collect(engine="streaming").sort(keys)
    return groups.with_columns(_modality()).with_columns(outcome=_outcome_of_tests())


def _modality() -> pl.Expr:
    """The published name of a modality, from the exam look-up's; null where it is neither."""
    names = {name: m.modality for m in modalities() for name in (m.exam_lookup_name, m.modality)}
    return pl.col("MODALITY").replace_strict(names, default=None, return_dtype=pl.String).alias("modality")


def _outcome_of_tests() -> pl.Expr:
    """What becomes of tests: the first reason that keeps them out of the table, or that they are in it."""
    reason = first_reason(
        (pl.col("no_person"), PERSON_MISSING),
        (pl.col("no_day"), TEST_DATE_MISSING),
        (pl.col("PROVIDER_CODE").is_null(), PROVIDER_MISSING),
        (pl.col("modality").is_null(), MODALITY_UNKNOWN),
    )
    return reason.fill_null(IN_TABLE)


def _outcomes_of_events(events: pl.LazyFrame) -> pl.DataFrame:
    """Events by outcome: outcome, events."""
    reason = first_reason(
        (pl.col("person").is_null(), PERSON_MISSING), (pl.col("day").is_null(), EVENT_DATE_MISSING)
    )
    judged = events.select(outcome=reason.fill_null(LINKED_TO))
    return judged.group_by("outcome").agg(events=pl.len().cast(pl.Int64)).collect(engine="streaming")


def _places(in_table: pl.DataFrame) -> pl.DataFrame:
    """Each provider and modality of the table, as the product names them: PROVIDER_CODE, MODALITY, modality."""
    return in_table.select("PROVIDER_CODE", "MODALITY", "modality").unique()


def _number_of_parts(in_table: pl.DataFrame, read: pl.DataFrame) -> int:
    events = int(read.filter(pl.col("outcome") == LINKED_TO)["events"].sum())
    return max(events // EVENTS_AT_ONCE, int(in_table["tests"].sum()) // TESTS_AT_ONCE) + 1


def _parts(
    tests: pl.LazyFrame, events: pl.LazyFrame, number: int, within: int, files: tuple[Path, Path], tell: Tell
) -> Generator[Part]:
    """The counts of each part of the persons, of which it has all tests and events."""
    product, other = files
    for part in range(number):
        tell(f"Linking (part {part + 1} of {number})")
        of_part = pl.col("person") % number == part
        with refusing(other):
            days = (
                events.filter(of_part).unique().rename({"day": "event"}).collect(engine="streaming").sort("event")
            )
        with refusing(parquet_of(product)):
            counted = _by_day(tests.filter(of_part))
        met = counted.join(days, on="person", how="semi")
        yield Part(_cells(_banded(counted, days, within)), days["person"].n_unique(), not met.is_empty())


def _by_day(tests: pl.LazyFrame) -> pl.DataFrame:
    """Tests by person, day, org_code and modality, in order of day."""
    keys = {"org_code": pl.col("PROVIDER_CODE"), "modality": pl.col("modality")}
    grouped = tests.select("person", "day", **keys).group_by("person", "day", *keys)
    return grouped.agg(tests=pl.len().cast(pl.Int64)).collect(engine="streaming").sort("day")


def _banded(tests: pl.DataFrame, days: pl.DataFrame, within: int) -> pl.DataFrame:
    """Tests by person, org_code, modality and band: that of the nearest event, or that none is near enough."""
    nearest = _beside(_beside(tests, days, "backward"), days, "forward").select(
        "person", "org_code", "modality", "tests", days=_signed_days().cast(pl.Int32)
    )
    banded = nearest.join(band_of_days(within), on="days", how="left")
    return banded.with_columns(pl.col("band").fill_null(no_event(within)))


def _cells(banded: pl.DataFrame) -> pl.DataFrame:
    """Tests and distinct persons of every cell, all totals among them: org_code, modality, band, tests, persons."""
    counts = (pl.col("tests").sum(), pl.col("person").n_unique().cast(pl.Int64).alias("persons"))
    return pl.concat(
        banded.with_columns(*row, *band).group_by(CELL).agg(counts) for row in _ROWS for band in _BANDS
    )


def _beside(tests: pl.DataFrame, days: pl.DataFrame, strategy: Literal["backward", "forward"]) -> pl.DataFrame:
    """The tests, each with the last event up to its day (`backward`) or the first from its day on (`forward`)."""
    events = days.rename({"event": strategy})
    # both are sorted by day; polars cannot check that within the persons
    return tests.join_asof(
        events,
        left_on="day",
        right_on=strategy,
        by="person",
        strategy=strategy,
        coalesce=False,
        check_sortedness=False,
    )


def _signed_days() -> pl.Expr:
    """Days from a test to its nearest event, negative after the event; of two as near, the one to come."""
    since = (pl.col("day") - pl.col("backward")).dt.total_days()
    until = (pl.col("forward") - pl.col("day")).dt.total_days()
    return pl.when((until <= since) | since.is_null()).then(until).otherwise(-since)


def _persons_of(cells: pl.DataFrame) -> int:
    """The persons of all tests in the table."""
    every = cells.filter(
        pl.col("org_code").is_null(), pl.col("modality") == ALL_MODALITIES, pl.col("band") == ALL_BANDS
    )
    return int(every["persons"].sum())


def _names(in_table: pl.DataFrame) -> pl.DataFrame:
    """The name of each provider on its latest day: org_code, provider_name (the code where it has none)."""
    latest = in_table.sort("latest", "PROVIDER_NAME").group_by("PROVIDER_CODE", maintain_order=True)
    last = latest.agg(pl.col("PROVIDER_NAME").last())
    return last.select(org_code="PROVIDER_CODE", provider_name=pl.coalesce("PROVIDER_NAME", "PROVIDER_CODE"))


def _account(groups: pl.DataFrame, source: str, counted: str, persons: int) -> pl.DataFrame:
    """Records by outcome; the persons of the outcome that is counted further."""
    of_outcome = pl.when(pl.col("outcome") == counted).then(pl.lit(persons, pl.Int64))
    records = groups.group_by("outcome").agg(records=pl.col(source).sum())
    return records.select(pl.lit(source).alias("source"), "outcome", "records", persons=of_outcome)
