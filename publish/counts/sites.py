"""Tests by site and day: what the review looks at, and no table."""

from typing import Final

import polars as pl

from publish.counts.groups import EXAM, SETTING, SITE, TEST_DATE, Codes, grouped, numbered, with_numbers
from publish.records.values import code

SITE_KEYS: Final = ("org_code", "site_code", "modality", "day")


def no_sites() -> pl.DataFrame:
    """Counts by site and day of no record."""
    texts = dict.fromkeys(("org_code", "site_code", "modality"), pl.Categorical)
    return pl.DataFrame(schema={**texts, "day": pl.Date, "tests": pl.Int64})


def sites_of(dated: pl.LazyFrame, codes: Codes) -> pl.DataFrame:
    """The records in the tables by site and day of test: SITE_KEYS and tests (see `Counts`)."""
    look_ups = (
        numbered("place", SITE, _with_site_codes(codes.sites)),
        numbered("exam", EXAM, codes.exams.select(*EXAM, "valid_from", "valid_to", "modality", "reason")),
        numbered("setting_number", SETTING, codes.settings.select(*SETTING, "reason")),
    )
    groups = grouped(with_numbers(dated, look_ups), look_ups, day_of_month=pl.col(TEST_DATE).dt.day())
    text = pl.format("{}-{}", pl.col("month").cast(pl.String), pl.col("day_of_month").cast(pl.String).str.zfill(2))
    return (
        groups.filter(pl.col("reason").is_null())
        .with_columns(day=text.str.to_date())
        .group_by(SITE_KEYS)
        .agg(pl.col("tests").sum())
        .sort(SITE_KEYS)
    )


def _with_site_codes(sites: pl.DataFrame) -> pl.DataFrame:
    """The sites with their codes in one form, and no more of what is said of them than their provider."""
    form = sites.with_columns(site_code=code("SITE_CODE_IMAGING"), org_code="PROVIDER_CODE")
    return form.select(*SITE, "valid_from", "valid_to", "site_code", "org_code", "reason")
