"""Tests by site and day: what the review looks at, and no table."""

from typing import Final

import polars as pl

from publish.counts.codes import Codes
from publish.counts.groups import grouped, in_tables
from publish.counts.pieces import EXAM, SETTING, SITE
from publish.records.values import code
from publish.reference.tables import VALIDITY

SITE_KEYS: Final = ("org_code", "site_code", "modality", "day")


def no_sites() -> pl.DataFrame:
    """Counts by site and day of no record."""
    texts = dict.fromkeys(("org_code", "site_code", "modality"), pl.Categorical)
    return pl.DataFrame(schema={**texts, "day": pl.Date, "tests": pl.Int64})


def sites_of(codes: Codes) -> pl.DataFrame:
    """The records in the tables by site and day of test: SITE_KEYS and tests (see `Counts`). Sorted."""
    told = (
        *codes.told(
            # the sites in one form of their codes, and no more of what is said of them than their provider
            codes.sites.select(*SITE, *VALIDITY, "org_code", code(*SITE).alias("site_code"), "reason"),
            codes.exams.select(*EXAM, *VALIDITY, "modality", "reason"),
            codes.settings.select(*SETTING, "reason"),
        ),
        codes.piece.day,
        codes.piece.problem,
    )
    return in_tables(grouped(told)).select(*SITE_KEYS, "tests")
