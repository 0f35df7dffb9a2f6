"""Records to counts: the one additive reduction from which everything published is computed.

A file of records becomes two small tables. Counts add up over files and months, and days are whole numbers, so
medians are exact from them and no record is needed again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from publish.counts.annual import COMMISSIONER_KEYS as COMMISSIONER_KEYS
from publish.counts.annual import PATIENT_KEYS as PATIENT_KEYS
from publish.counts.annual import Patients, commissioners_of, no_commissioners, no_patients, of_patient, patients_of
from publish.counts.codes import Codes, codes_of
from publish.counts.groups import grouped_with_each, in_tables, kept_out
from publish.counts.pieces import EXAM as EXAM
from publish.counts.pieces import INTERVALS, Piece, coded_pieces, pieces
from publish.counts.pieces import OTHER_DATES as OTHER_DATES
from publish.counts.pieces import SETTING as SETTING
from publish.counts.pieces import SITE as SITE
from publish.counts.pieces import TEST_DATE as TEST_DATE
from publish.counts.pieces import UNDATED as UNDATED
from publish.counts.sites import SITE_KEYS as SITE_KEYS
from publish.counts.sites import no_sites, sites_of
from publish.records.coded_files import coded_file
from publish.reference.tables import VALIDITY, ReferenceData

VERSION: Final = 6  # goes up when the reduction changes, so that stored counts are made again
NEEDED: Final = (*SITE, *EXAM, *SETTING, TEST_DATE, *OTHER_DATES)  # the items that the counts need

TEST_KEYS: Final = (
    *("month", "region_code", "icb_code", "org_code", "modality", "cancer_group", "interventional", "setting"),
    *("interval", "days"),
)
KEPT_OUT_KEYS: Final = ("month", "org_code", "reason")
RULE_KEYS: Final = ("month", "org_code", "rule", "severity")
KEYS: Final = {
    "tests": TEST_KEYS,
    "kept_out": KEPT_OUT_KEYS,
    "sites": SITE_KEYS,
    "commissioners": COMMISSIONER_KEYS,
    "patients": PATIENT_KEYS,
}
_NULLS_FIRST: Final = ("tests", "sites")


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

    Codes are resolved once each, on small tables; the records are then only grouped, by numbers, and what keeps a
    group out of the tables is decided on the groups. So every record is counted exactly once for each interval.
    With `annual` the sets that only the annual tables need are counted too, from such items of the patient as the
    records have (see `of_patient`).
    """
    of_patients = of_patient(records.collect_schema().names(), reference) if annual else None
    further, dates = (of_patients.codes, of_patients.dates) if of_patients else ((), ())
    return _reduced(pieces(records, *further, dates=dates), reference, of_patients)


def reduce_file(
    file: Path, reference: ReferenceData, of_patient_there: Sequence[str] = (), *, annual: bool = False
) -> Counts | None:
    """As `reduce_records`, of a Parquet file that can be read as it is written (see `coded_file`); else None.

    `of_patient_there` are those of FROM_PATIENT that it has. Raises InputRefused as `read_records`.
    """
    of_patients = of_patient(of_patient_there, reference) if annual else None
    further, dates = (of_patients.codes, of_patients.dates) if of_patients else ((), ())
    coded = coded_file(file, (*SITE, *EXAM, *SETTING, *further), (TEST_DATE, *OTHER_DATES, *dates))
    return _reduced(coded_pieces(coded), reference, of_patients) if coded else None


def _reduced(read: Iterable[Piece], reference: ReferenceData, of_patients: Patients | None) -> Counts:
    counted = [_of_piece(piece, reference, of_patients) for piece in read]
    return counted[0] if len(counted) == 1 else _together(counted)


def _of_piece(piece: Piece, reference: ReferenceData, of_patients: Patients | None) -> Counts:
    codes = codes_of(piece, reference)
    counts = replace(_tests_and_kept_out(codes), sites=sites_of(codes))
    if of_patients is None:
        return counts
    return replace(
        counts,
        commissioners=commissioners_of(codes, of_patients),
        patients=patients_of(codes, of_patients),
        lacking=of_patients.lacking,
    )


def _tests_and_kept_out(codes: Codes) -> Counts:
    told = (
        codes.piece.month,
        *codes.told(codes.sites.select(*SITE, *VALIDITY, *TEST_KEYS[1:4], "reason"), codes.exams, codes.settings),
        codes.piece.problem,
    )
    groups = dict(zip(INTERVALS, grouped_with_each(told, codes.piece.days_of_intervals), strict=True))
    tests = [
        in_tables(group).with_columns(interval=pl.lit(interval, pl.Categorical)).select(*TEST_KEYS, "tests")
        for interval, group in groups.items()
    ]
    out = kept_out(next(iter(groups.values()))).group_by(KEPT_OUT_KEYS).agg(records=pl.col("tests").sum())
    return Counts(pl.concat(tests), out.sort(KEPT_OUT_KEYS, nulls_last=True))


def _together(parts: Sequence[Counts]) -> Counts:
    """The counts of the pieces of one file: a key of several in one row."""
    every = add(parts)
    summed = {name: _summed(getattr(every, name), keys) for name, keys in KEYS.items()}
    return replace(every, **{name: in_order(name, rows) for name, rows in summed.items()})


def _summed(counts: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    return counts.group_by(keys).agg(pl.exclude(keys).sum()).select(counts.columns)


def in_order(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a set of counts in the order in which the reduction leaves them."""
    first = ("interval",) if name == "tests" else ()
    keys = dict.fromkeys((*first, *KEYS[name]))
    return rows.sort(list(keys), nulls_last=name not in _NULLS_FIRST)
