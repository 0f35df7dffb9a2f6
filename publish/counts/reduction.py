"""Records to counts: the one additive reduction from which everything published is computed.

A file of records becomes two small tables. Counts add up over files and months, and days are whole numbers, so
medians are exact from them and no record is needed again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from publish.counts.annual import COMMISSIONER_KEYS as COMMISSIONER_KEYS
from publish.counts.annual import PATIENT_KEYS as PATIENT_KEYS
from publish.counts.annual import commissioners_of, no_commissioners, no_patients, of_patient, patients_of
from publish.counts.groups import EXAM as EXAM
from publish.counts.groups import (
    INTERVALS,
    Codes,
    Meanings,
    grouped,
    numbered,
    resolved_codes,
    with_dates,
    with_numbers,
)
from publish.counts.groups import OTHER_DATES as OTHER_DATES
from publish.counts.groups import SETTING as SETTING
from publish.counts.groups import SITE as SITE
from publish.counts.groups import TEST_DATE as TEST_DATE
from publish.counts.groups import UNDATED as UNDATED
from publish.counts.sites import SITE_KEYS as SITE_KEYS
from publish.counts.sites import no_sites, sites_of
from publish.reference.tables import ReferenceData

VERSION: Final = 6  # goes up when the reduction changes, so that stored counts are made again
NEEDED: Final = (*SITE, *EXAM, *SETTING, TEST_DATE, *OTHER_DATES)  # the items that the counts need

TEST_KEYS: Final = (
    *("month", "region_code", "icb_code", "org_code", "modality", "cancer_group", "interventional", "setting"),
    *("interval", "days"),
)
KEPT_OUT_KEYS: Final = ("month", "org_code", "reason")
RULE_KEYS: Final = ("month", "org_code", "rule", "severity")


def _no_rules() -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(RULE_KEYS, pl.String), "records": pl.Int64})


@dataclass(frozen=True)
class Counts:
    """What records come down to.

    `tests`: month (ISO), region_code, icb_code (null where not known, or before there were such boards), org_code,
    modality, cancer_group (null for most), interventional, setting (code), interval (`request_to_test` or
    `test_to_report`), days (null where a date is missing), tests. Each test is there once for each interval.
    `kept_out`: month (null where not known), org_code (null where not known), reason, records.
    `rules`: month, org_code (both as in `kept_out`), rule (code of a validation rule), severity, records that it
    applies to; none where the records were not validated.
    `sites`: org_code, site_code (in capitals), modality, day (of test), tests: those of `tests`, for the review.

    Only the annual tables need the other two, which have no rows where they were not asked for:
    `commissioners`: month, commissioner_code (of the English commissioner on the date of test; null where there is
    none), modality, cancer_group, setting (`04` for GP direct access, else null), interval, days (366 stands for
    366 and over; null where a date is missing), tests. Those of `tests`, and those of sites outside England.
    `patients`: month, region_code, modality, characteristic (`age and sex`, `ethnic group`,
    `deprivation decile`), sex (null but for the first), band, tests. Those of `tests`, each once under each
    characteristic. `lacking` names the items of a patient that the records do not have.
    Texts are categorical but for those of `rules`.
    """

    tests: pl.DataFrame
    kept_out: pl.DataFrame
    rules: pl.DataFrame = field(default_factory=_no_rules)
    sites: pl.DataFrame = field(default_factory=no_sites)
    commissioners: pl.DataFrame = field(default_factory=no_commissioners)
    patients: pl.DataFrame = field(default_factory=no_patients)
    lacking: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """How many records they count."""
        once = self.tests.filter(pl.col("interval") == next(iter(INTERVALS)))
        return int(once["tests"].sum()) + int(self.kept_out["records"].sum())

    @property
    def months(self) -> tuple[str, ...]:
        """The months in which they hold a record, in order."""
        every = pl.concat([self.tests["month"], self.kept_out["month"]])
        return tuple(sorted(every.drop_nulls().unique().cast(pl.String)))


def add(parts: Iterable[Counts]) -> Counts:
    """The counts of several files together. A key may stand in several rows: whoever reads them adds them up.

    What one file lacks and another has is not lacking.
    """
    listed = list(parts)
    lacking = [set(part.lacking) for part in listed]
    return Counts(
        pl.concat([part.tests for part in listed]),
        pl.concat([part.kept_out for part in listed]),
        pl.concat([part.rules for part in listed]),
        pl.concat([part.sites for part in listed]),
        pl.concat([part.commissioners for part in listed]),
        pl.concat([part.patients for part in listed]),
        tuple(sorted(set.intersection(*lacking))),
    )


def reduce_records(records: pl.LazyFrame, reference: ReferenceData, *, annual: bool = False) -> Counts:
    """Reduce the records of one file (the items of NEEDED, in the types of the file) to counts.

    Codes are resolved once each, on small tables; the records are then only grouped, and what keeps a group out
    of the tables is decided on the groups. So every record is counted exactly once for each interval. With
    `annual` the sets that only the annual tables need are counted too, from such items of the patient as the
    records have (see `of_patient`).
    """
    dated = with_dates(records)
    codes = resolved_codes(dated, reference)
    counts = replace(_tests_and_kept_out(dated, _look_ups(codes)), sites=sites_of(dated, codes))
    if not annual:
        return counts
    patients = of_patient(records, codes, reference)
    return replace(
        counts, commissioners=commissioners_of(patients), patients=patients_of(patients), lacking=patients.lacking
    )


def _tests_and_kept_out(dated: pl.LazyFrame, look_ups: tuple[Meanings, ...]) -> Counts:
    records = with_numbers(dated, look_ups)
    # one after the other: collected together, what they share would be held in memory
    groups = [
        grouped(records, look_ups, days=days()).with_columns(interval=pl.lit(interval, pl.Categorical))
        for interval, days in INTERVALS.items()
    ]
    # a number stands for one meaning, so what is in the tables has each key once already
    in_tables = [group.filter(pl.col("reason").is_null()).select(*TEST_KEYS, "tests") for group in groups]
    kept_out = groups[0].filter(pl.col("reason").is_not_null())
    return Counts(
        pl.concat(in_tables),
        kept_out.group_by(KEPT_OUT_KEYS).agg(records=pl.col("tests").sum()).sort(KEPT_OUT_KEYS, nulls_last=True),
    )


def _look_ups(codes: Codes) -> tuple[Meanings, ...]:
    return (
        numbered("place", SITE, codes.sites.rename({"PROVIDER_CODE": "org_code"})),
        numbered("exam", EXAM, codes.exams),
        numbered("setting_number", SETTING, codes.settings),
    )
