"""The codes of a file, each looked up once, and joined to its records by code and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from publish.fields.commissioner import commissioners_of_practices, names_of_practices
from publish.fields.geography import areas_of_postcodes
from publish.fields.imaging import CODES, look_up_of_exams
from publish.fields.organisation import names_of_organisations, provider_by_prefix, providers_of_sites
from publish.fields.referrer import types_of_referrers
from publish.reference.dated import LookUp, look_up
from publish.reference.tables import ReferenceData

TEST_DATE: Final = "DIAGNOSTIC_TEST_DATE"
UNDATED: Final = date.max  # the day on which the codes of a record without a test date are looked up
SINGLE: Final = (
    *(("SITE_CODE_IMAGING",), ("PRACTICE_CODE",), ("POSTCODE",), ("REFERRER",), ("REFERRING_ORG_CODE",)),
    ("submitter",),
)


@dataclass(frozen=True)
class Given:
    """The distinct codes of a file, a frame for each item (or pair of items), and the days that its tests span."""

    codes: dict[tuple[str, ...], pl.DataFrame]
    first: date
    last: date


def look_ups_of(records: pl.LazyFrame, reference: ReferenceData) -> tuple[LookUp, ...]:
    """What the codes of these records mean, each looked up once. The records are read, a column at a time."""
    return tuple(look_up(resolved, on) for on, resolved in _resolved(_given(records), reference).items())


def with_look_ups(records: pl.LazyFrame, look_ups: Iterable[LookUp]) -> pl.LazyFrame:
    """The records, in their order, with all that was looked up of their codes, in columns with lower-case names."""
    day = pl.col(TEST_DATE).fill_null(UNDATED)
    for each in look_ups:
        records = each.join_to(records, day)
    return records


def _given(records: pl.LazyFrame) -> Given:
    """One short pass for each item: distinct values of several at once would hold the columns in memory."""
    tested = pl.col(TEST_DATE)
    days = records.select(first=tested.min(), last=tested.max(), undated=tested.null_count())
    first, last, undated = days.collect(engine="streaming").row(0)
    codes: dict[tuple[str, ...], pl.DataFrame] = {}
    for names in (*SINGLE, CODES):
        codes[names] = records.select(names).unique().collect(engine="streaming").sort(names)
    return Given(codes, first or UNDATED, UNDATED if undated or not last else last)


def _resolved(given: Given, reference: ReferenceData) -> dict[tuple[str, ...], pl.DataFrame]:
    """What the codes mean: by the items that are joined on, a frame as `look_up` takes it."""
    names = names_of_organisations(reference)
    days = (reference, given.first, given.last)
    sites, practices, postcodes, referrers, organisations, submitters = (given.codes[name] for name in SINGLE)
    of_practices = commissioners_of_practices(practices, *days).join(
        names_of_practices(practices, names), on="PRACTICE_CODE", nulls_equal=True
    )
    return {
        ("SITE_CODE_IMAGING",): _sites(sites, names, *days),
        CODES: look_up_of_exams(given.codes[CODES], *days),
        ("PRACTICE_CODE",): of_practices,
        ("POSTCODE",): areas_of_postcodes(postcodes, *days),
        ("REFERRER",): types_of_referrers(referrers),
        ("REFERRING_ORG_CODE",): _called(organisations, names, "referring_organisation_name"),
        ("submitter",): _called(submitters, names, "submitter_name"),
    }


def _sites(
    sites: pl.DataFrame, names: pl.DataFrame, reference: ReferenceData, first: date, last: date
) -> pl.DataFrame:
    """The provider of each site, and what the two are called."""
    held = providers_of_sites(sites, reference, first, last).with_columns(
        provider_code=provider_by_prefix(names["code"])
    )
    kept = held.drop("PROVIDER_CODE", "region_code", "icb_code", "reason")
    named = _called(kept, names, "site_name", "SITE_CODE_IMAGING")
    return _called(named, names, "provider_name", "provider_code")


def _called(codes: pl.DataFrame, names: pl.DataFrame, column: str, by: str = "") -> pl.DataFrame:
    """With what the organisations are called in a column of that name."""
    called = names.select("code", pl.col("name").alias(column))
    return codes.join(called, left_on=by or codes.columns[0], right_on="code", how="left", maintain_order="left")
