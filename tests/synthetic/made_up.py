"""Made-up records with what can be read off them: modality, exam class, provider, month and waits."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from publish.period import FinancialYear, Month, MonthlyPeriod
from publish.synthetic import synthesise
from publish.synthetic.exams import exam_codes

MONTHS = MonthlyPeriod(Month(2024, 3)).usable
YEAR = FinancialYear(2023).months
RECORDS = 500_000
TEST = pl.col("DIAGNOSTIC_TEST_DATE")
REQUEST = pl.col("DIAGNOSTIC_TEST_REQUEST_DATE")
RECEIVED = pl.col("DIAG_TEST_REQUEST_REC_DATE")
REPORT = pl.col("SERVICE_REPORT_DATE")


@dataclass(frozen=True)
class Made:
    file: Path
    records: pl.DataFrame
    sites: pl.DataFrame
    reference_folder: Path

    @property
    def of_the_year(self) -> pl.DataFrame:
        return self.records.filter(pl.col("month").is_in([str(month) for month in YEAR]))


def make(records: int, folder: Path) -> Made:
    file = folder / "records.parquet"
    synthesise(MONTHS, records, 1, file)
    reference = folder / "records-reference"
    sites = pl.read_csv(reference / "sites.csv", infer_schema=False)
    return Made(file, explained(pl.read_parquet(file), sites), sites, reference)


def explained(records: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    codes = exam_codes()
    nicip = codes.select("modality", "exam_class", IMAGING_CODE_NICIP="nicip_code")
    snomed = codes.drop_nulls("snomed_code").unique("snomed_code")
    snomed = snomed.select("modality", "exam_class", IMAGING_CODE_SNOMED="snomed_code")
    records = records.join(nicip, on="IMAGING_CODE_NICIP", how="left")
    records = records.join(snomed, on="IMAGING_CODE_SNOMED", how="left", suffix="_snomed")
    places = sites.select("org_code", "region_code", "country", SITE_CODE_IMAGING="site_code")
    return records.join(places, on="SITE_CODE_IMAGING", how="left").with_columns(
        modality=pl.coalesce("modality", "modality_snomed"),
        exam_class=pl.coalesce("exam_class", "exam_class_snomed"),
        month=TEST.dt.strftime("%Y-%m"),
        request_to_test=(TEST - pl.coalesce(REQUEST, RECEIVED)).dt.total_days(),
        test_to_report=(REPORT - TEST).dt.total_days(),
    )
