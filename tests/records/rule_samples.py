"""A good record, reference tables of a few rows, and records checked against them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from publish.records.checking import check, codes_of
from publish.records.items import NAMES
from publish.reference.tables import OFFICIAL, VALIDITY, ReferenceData, empty, load_reference

SUBMITTED = date(2024, 3, 15)
GOOD = {
    "NHS_NUMBER": "9434765919",
    "NHS_NUMBER_STATUS_IND": "01",
    "PERSON_BIRTH_DATE": "1980-02-29",
    "ETHNIC_CATEGORY": "A",
    "PERSON_GENDER_CODE": "1",
    "POSTCODE": "LS1 4AP",
    "PRACTICE_CODE": "B86001",
    "PATIENT_SOURCE_SETTING": "03",
    "REFERRER": "C1234567",
    "REFERRING_ORG_CODE": "RR8",
    "DIAGNOSTIC_TEST_REQUEST_DATE": "2024-02-01",
    "DIAG_TEST_REQUEST_REC_DATE": "2024-02-02",
    "DIAGNOSTIC_TEST_DATE": "2024-02-29",
    "IMAGING_CODE_NICIP": "XCHES",
    "IMAGING_CODE_SNOMED": "399208008",
    "SERVICE_REPORT_DATE": "2024-03-01",
    "SITE_CODE_IMAGING": "RR801",
    "RADIOLOGICAL_ACCESSION_NUM": "A1",
}


def table(name: str, *rows: tuple[object, ...]) -> pl.DataFrame:
    schema = {column: pl.Date if column in VALIDITY else pl.String for column in OFFICIAL[name]}
    return pl.concat([empty(name), pl.DataFrame(list(rows), schema=schema, orient="row")], how="diagonal")


# The last days are chosen by the good record's test on 29 February 2024 and its request on 1 February 2024.
NICIP_CODES = table(
    "nicip_codes",
    ("XCHES", "Chest", "399208008", None, date(2010, 1, 1), None),
    ("XTWO", "Two codes", "100001", None, None, None),
    ("XTWO", "Two codes", "100002", None, None, None),
    ("XMOVED", "Mapped anew", "100001", None, None, date(2023, 12, 31)),
    ("XMOVED", "Mapped anew", "100002", None, date(2024, 1, 1), None),
    ("XNONE", "No code", None, None, None, None),
    ("XTODAY", "Ends on the day", None, None, None, date(2024, 2, 29)),
    ("XGRACE", "Ended six months before", None, None, None, date(2023, 8, 29)),
    ("XENDED", "Ended a day more before", None, None, None, date(2023, 8, 28)),
    ("XLATER", "Begins the day after", None, None, date(2024, 3, 1), None),
    ("XAGAIN", "Away for a while", None, None, None, date(2024, 1, 31)),
    ("XAGAIN", "Away for a while", None, None, date(2024, 3, 1), None),
)
SNOMED_CODES = table(
    "snomed_codes",
    ("399208008", "Chest", None, None),
    ("100001", "One", None, None),
    ("100002", "Another", None, None),
    ("100003", "Ends on the day", None, date(2024, 2, 29)),
    ("100004", "Ended six months before", None, date(2023, 8, 29)),
    ("100005", "Ended a day more before", None, date(2023, 8, 28)),
    ("100006", "Begins the day after", date(2024, 3, 1), None),
)
ORGANISATIONS = table(
    "organisations",
    ("B86001", "A practice", "epraccur", date(1974, 4, 1), None),
    ("B86003", "A practice, closed on the day", "epraccur", date(1974, 4, 1), date(2024, 2, 29)),
    ("B86004", "A practice, closed the day before", "epraccur", date(1974, 4, 1), date(2024, 2, 28)),
    ("RR8", "A trust", "etr", None, None),
    ("RR6", "A trust, closed on the day of request", "etr", None, date(2024, 2, 1)),
    ("RR7", "A trust, closed before the request", "etr", None, date(2024, 1, 31)),
)
POSTCODES = table(
    "postcodes",
    ("LS1 4AP", None, None, None, "E92000001", None, None),
    ("LS1 4AQ", None, None, None, "E92000001", None, date(1990, 1, 1)),
    ("GIR 0AA", None, None, None, "E92000001", None, None),
)
SITES = pl.DataFrame(
    {
        "site_code": ["RR801", "RR803", "RR804"],
        "org_code": "RR8",
        "valid_to": [None, date(2024, 2, 29), date(2024, 2, 28)],
    }
)


def complete_reference() -> ReferenceData:
    """A few rows of every table, imported whole but for the sites."""
    return replace(
        load_reference(),
        nicip_codes=NICIP_CODES,
        snomed_codes=SNOMED_CODES,
        organisations=ORGANISATIONS,
        postcodes=POSTCODES.lazy(),
        sites=pl.concat([load_reference().sites.clear(), SITES], how="diagonal"),
        complete=frozenset({"nicip", "exam-lookup", "epraccur", "etr", "ets", "postcodes"}),
    )


def as_frame(records: Sequence[Mapping[str, str | None]]) -> pl.LazyFrame:
    """Records of the good one's items, changed, as text, as in a CSV file."""
    return pl.LazyFrame([GOOD | dict(items) for items in records], schema=dict.fromkeys(NAMES, pl.String))


def broken_rules(
    records: Sequence[Mapping[str, str | None]],
    reference: ReferenceData | None = None,
    submitted: date | None = SUBMITTED,
) -> list[tuple[str, ...]]:
    """The codes of the rules that each record breaks."""
    checked = check(as_frame(records), reference or complete_reference(), submitted)
    return [codes_of(problems) for problems in checked.collect(engine="streaming")["problems"]]
