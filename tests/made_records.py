"""Records for tests: a dictionary of the 18 items each, most of them left to their usual values."""

from datetime import date
from pathlib import Path

import polars as pl

from publish.records.items import DATES, NAMES

USUAL = {
    "NHS_NUMBER_STATUS_IND": "04",
    "PERSON_GENDER_CODE": "2",
    "PATIENT_SOURCE_SETTING": "03",
    "DIAGNOSTIC_TEST_REQUEST_DATE": date(2023, 4, 1),
    "DIAGNOSTIC_TEST_DATE": date(2023, 4, 11),
    "SERVICE_REPORT_DATE": date(2023, 4, 13),
    "IMAGING_CODE_NICIP": "XCHES",
    "SITE_CODE_IMAGING": "RF401",
}


def record(**items: object) -> dict[str, object]:
    return dict.fromkeys(NAMES) | USUAL | items


def frame(records: list[dict[str, object]]) -> pl.DataFrame:
    schema = {name: pl.Date if name in DATES else pl.String for name in NAMES}
    return pl.DataFrame(records, schema=schema)


def numbered(records: list[dict[str, object]], prefix: str = "A") -> list[dict[str, object]]:
    return [row | {"RADIOLOGICAL_ACCESSION_NUM": f"{prefix}{number}"} for number, row in enumerate(records)]


def write(records: list[dict[str, object]], file: Path) -> Path:
    rows = frame(numbered(records, prefix=f"{file.stem[-12:]}/"))
    if file.suffix == ".csv":
        rows.write_csv(file)
    else:
        rows.write_parquet(file)
    return file
