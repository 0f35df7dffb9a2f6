"""Tests to their nearest events, and both to counts.

A person with many tests and many events costs no more than the two lists side by side: tests and events of a
person are walked through in order of day, never multiplied. Persons are taken a part at a time, so the memory
does not grow with the two data sets.
"""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from publish.fields.reasons import first_reason
from publish.linkage.bands import band_of_days, no_event
from publish.linkage.sides import parquet_of
from publish.progress import Tell
from publish.records.readers import refusing
from publish.reference.vocabulary import modalities

EVENTS_AT_ONCE: Final = 1_000_000
PLACE: Final = ("PROVIDER_CODE", "modality")
PERSON_MISSING: Final = "without a person"
TEST_DATE_MISSING: Final = "without a test date"
PROVIDER_MISSING: Final = "without a provider"
MODALITY_UNKNOWN: Final = "modality not known"
EVENT_DATE_MISSING: Final = "without a date"
IN_TABLE: Final = "in the table"
LINKED_TO: Final = "to link to"


@dataclass(frozen=True)
class Counted:
    """True counts of a link.

    `tests`: org_code, modality (published name), band, tests: every test in the table once.
    `names`: org_code, provider_name: the latest name of each provider of the table.
    `account`: source (`tests`, `events`), outcome, records: every test and event read once.
    `persons_met`: whether any person of the events has a test.
    """

    tests: pl.DataFrame
    names: pl.DataFrame
    account: pl.DataFrame
    persons_met: bool


def count(tests: pl.LazyFrame, events: pl.LazyFrame, within: int, files: tuple[Path, Path], tell: Tell) -> Counted:
    """Count each test once, by provider, modality and the band of its nearest event within so many days.

    `tests` and `events` as `read_tests` and `read_events` give them. Of two events as near, one before and one
    after the test, the later counts. `files`, product and other, are named where they cannot be read.
    """
    product, other = files
    tell(f"Counting the tests of {product.name}")
    with refusing(parquet_of(product)):
        groups = _groups(tests)
    in_table = groups.filter(pl.col("outcome") == IN_TABLE)
    every = in_table.group_by(*PLACE, "MODALITY").agg(pl.col("tests").sum()).sort(pl.all()).with_row_index("place")
    tell(f"Reading {other.name}")
    with refusing(other):
        read = _outcomes_of_events(events)
    places = every.lazy().select("place", "PROVIDER_CODE", "MODALITY")
    linkable = tests.drop_nulls(["person", "day"]).join(places, on=["PROVIDER_CODE", "MODALITY"])
    parts = _parts(events.drop_nulls(), read, other, tell)
    near = pl.concat(_near(linkable, part, within, product) for part in parts)
    account = pl.concat([_account(groups, "tests"), _account(read, "events")])
    return Counted(_with_those_without(every, near, within), _names(in_table), account, not near.is_empty())


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


def _parts(events: pl.LazyFrame, read: pl.DataFrame, other: Path, tell: Tell) -> Generator[pl.DataFrame]:
    """The events in parts of about a million, each with all events of its persons: person, event (a day)."""
    number = int(read.filter(pl.col("outcome") == LINKED_TO)["events"].sum()) // EVENTS_AT_ONCE + 1
    for part in range(number):
        tell(f"Linking (part {part + 1} of {number})")
        of_part = events.filter(pl.col("person").hash() % number == part)
        with refusing(other):
            yield of_part.unique().rename({"day": "event"}).collect(engine="streaming")


def _near(tests: pl.LazyFrame, events: pl.DataFrame, within: int, product: Path) -> pl.DataFrame:
    """The tests of the persons of these events: place, band (null where no event is near enough), tests."""
    numbers = events.select("person").unique().with_row_index("number")
    days = events.join(numbers, on="person").select("number", "event").sort("event")
    of_persons = tests.join(numbers.lazy(), on="person").group_by("number", "day", "place")
    with refusing(parquet_of(product)):
        counted = of_persons.agg(tests=pl.len().cast(pl.Int64)).collect(engine="streaming").sort("day")
    nearest = _beside(_beside(counted, days, "backward"), days, "forward").select(
        "place", "tests", days=_signed_days().cast(pl.Int32)
    )
    banded = nearest.join(band_of_days(within), on="days", how="left")
    return banded.group_by("place", "band").agg(pl.col("tests").sum())


def _beside(tests: pl.DataFrame, days: pl.DataFrame, strategy: Literal["backward", "forward"]) -> pl.DataFrame:
    """The tests, each with the last event up to its day (`backward`) or the first from its day on (`forward`)."""
    events = days.rename({"event": strategy})
    # both are sorted by day; polars cannot check that within the persons
    return tests.join_asof(
        events,
        left_on="day",
        right_on=strategy,
        by="number",
        strategy=strategy,
        coalesce=False,
        check_sortedness=False,
    )


def _signed_days() -> pl.Expr:
    """Days from a test to its nearest event, negative after the event; of two as near, the one to come."""
    since = (pl.col("day") - pl.col("backward")).dt.total_days()
    until = (pl.col("forward") - pl.col("day")).dt.total_days()
    return pl.when((until <= since) | since.is_null()).then(until).otherwise(-since)


def _with_those_without(every: pl.DataFrame, near: pl.DataFrame, within: int) -> pl.DataFrame:
    """Counts by place and band, those of tests without an event among them: all others of the place."""
    linked = near.drop_nulls().group_by("place", "band").agg(pl.col("tests").sum())
    of_place = linked.group_by("place").agg(linked=pl.col("tests").sum())
    without = every.join(of_place, on="place", how="left").select(
        "place", band=pl.lit(no_event(within)), tests=pl.col("tests") - pl.col("linked").fill_null(0)
    )
    together = pl.concat([linked, without]).join(every.select("place", *PLACE), on="place")
    # a modality may stand under two names in the product: the look-up's and the published one
    counted = together.group_by(*PLACE, "band").agg(pl.col("tests").sum()).filter(pl.col("tests") > 0)
    return counted.sort(*PLACE, "band").select("modality", "band", "tests", org_code="PROVIDER_CODE")


def _names(in_table: pl.DataFrame) -> pl.DataFrame:
    """The name of each provider on its latest day: org_code, provider_name (the code where it has none)."""
    latest = in_table.sort("latest", "PROVIDER_NAME").group_by("PROVIDER_CODE", maintain_order=True)
    last = latest.agg(pl.col("PROVIDER_NAME").last())
    return last.select(org_code="PROVIDER_CODE", provider_name=pl.coalesce("PROVIDER_NAME", "PROVIDER_CODE"))


def _account(groups: pl.DataFrame, source: str) -> pl.DataFrame:
    counted = groups.group_by("outcome").agg(records=pl.col(source).sum())
    return counted.select(pl.lit(source).alias("source"), "outcome", "records")
