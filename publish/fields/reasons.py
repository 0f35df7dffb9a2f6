"""Why a record is kept out of the tables. The first that applies is the one that counts."""

from typing import Final

import polars as pl

TEST_DATE_MISSING: Final = "test date missing"
TEST_DATE_UNREADABLE: Final = "test date not a date"
SITE_MISSING: Final = "site missing"
SITE_UNKNOWN: Final = "site not known on that date"
PROVIDER_UNKNOWN: Final = "provider not known on that date"
REGION_UNKNOWN: Final = "region of the site not known"
OUTSIDE_ENGLAND: Final = "site outside England"
EXAM_MISSING: Final = "exam code missing"
EXAM_UNKNOWN: Final = "exam code not known on that date"
MODALITY_UNKNOWN: Final = "modality not known"
SETTING_MISSING: Final = "source setting missing"
SETTING_UNKNOWN: Final = "source setting not known"
DATE_UNREADABLE: Final = "request or report date not a date"
DATES_OUT_OF_ORDER: Final = "dates out of order"
REJECTED_BY_RULES: Final = "rejected by the validation rules"
SUPERSEDED_LATER: Final = "superseded by a later submission"
CONSENT_WITHDRAWN: Final = "consent of the patient withdrawn"


def first_reason(*cases: tuple[pl.Expr, str]) -> pl.Expr:
    """The reason of the first case that applies, or null."""
    return pl.coalesce(pl.when(applies).then(pl.lit(reason)) for applies, reason in cases)
