"""Records as strategies: mostly usual, some odd, and how a file of them is counted."""

import csv
from datetime import date
from io import StringIO
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from publish.counts.reduction import Counts, reduce_records
from publish.records.items import DATES, NAMES
from publish.records.readers import read_records, refusing
from publish.reference.tables import load_reference
from tests.made_records import record

REFERENCE = load_reference()
# Values that stand for a patient in every made record: no message may show one of them.
PATIENT = {"NHS_NUMBER": "9990000018", "PERSON_BIRTH_DATE": date(1950, 2, 3), "POSTCODE": "ZZ99 3VZ"}
ODD_CODES = [
    "",
    " ",
    "R",
    "R" * 200,
    "RF 401",
    "ＲＦ401",
    "\u00a0rf401\u00a0",
    "٤٢",
    "\0",
    "ß",
    "'; --",
    "a\u2028b",
]

near = st.dates(date(2023, 1, 1), date(2023, 6, 30))
odd_date = st.sampled_from([date.min, date(1900, 1, 1), date(1973, 4, 11), date(2399, 1, 1), date.max])
any_date = st.one_of(st.none(), near, near, near, odd_date)


def codes(*usual: str) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(usual), st.sampled_from(usual), st.sampled_from(ODD_CODES))


records = st.builds(
    record,
    **{name: st.just(value) for name, value in PATIENT.items()},
    SITE_CODE_IMAGING=codes("RF401", "rf4zz", "RH801", "NT901", "QQQ"),
    IMAGING_CODE_NICIP=codes("XCHES", "cabdo", "nope"),
    IMAGING_CODE_SNOMED=codes("169070004", "0", "399208008"),
    PATIENT_SOURCE_SETTING=codes("01", "03", "07", "3"),
    DIAGNOSTIC_TEST_REQUEST_DATE=any_date,
    DIAG_TEST_REQUEST_REC_DATE=any_date,
    DIAGNOSTIC_TEST_DATE=any_date,
    SERVICE_REPORT_DATE=any_date,
    RADIOLOGICAL_ACCESSION_NUM=st.sampled_from(["A1", 'A"1', "A,1", "A 1", ""]),
)


def as_text(row: dict[str, object]) -> list[str]:
    return ["" if row[name] is None else str(row[name]) for name in NAMES]


def csv_text(rows: list[dict[str, object]], *, header: bool = False, end: str = "\n", quoting: int = 0) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerows([list(NAMES)] * header + [as_text(row) for row in rows])
    return text.getvalue()


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: pl.Date if name in DATES else pl.String for name in NAMES})


def count(file: Path) -> Counts:
    """Count the records of a file as a release does."""
    read = read_records(file)
    with refusing(file):
        return reduce_records(read, REFERENCE)
