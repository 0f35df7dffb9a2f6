"""What an analyst would write instead: Tables 1 to 6, 11 and 12 of a year in SQL, for DuckDB.

    python benchmarks/peer_duckdb.py RECORDS_FOLDER REFERENCE_FOLDER

Prints how many seconds it took. Nothing is checked, nothing kept out, nothing protected.
"""

import sys
import time
from pathlib import Path

import duckdb

from publish.reference.tables import load_reference

RECORDS = """
create temp table r as
select month(DIAGNOSTIC_TEST_DATE)::utinyint as month, region_code, org_code, modality,
  published_test_group as cancer_group, interventional, PATIENT_SOURCE_SETTING as setting,
  date_diff('day', coalesce(DIAGNOSTIC_TEST_REQUEST_DATE, DIAG_TEST_REQUEST_REC_DATE),
    DIAGNOSTIC_TEST_DATE)::smallint as request_to_test,
  date_diff('day', DIAGNOSTIC_TEST_DATE, SERVICE_REPORT_DATE)::smallint as test_to_report
from read_parquet('{records}/*.parquet')
join exams on IMAGING_CODE_NICIP = nicip_code join sites on SITE_CODE_IMAGING = site_code
"""
VALUES = "count(*) as tests, median(request_to_test) as request_to_test, median(test_to_report) as test_to_report"
BY_MONTH = "grouping sets ((region_code, org_code, {0}, month), (region_code, org_code, {0}), ({0}, month), ({0}))"
BY_SETTING = """grouping sets ((region_code, org_code, modality, setting), (region_code, org_code, modality),
  (modality, setting), (modality))"""
TABLES = {
    "1, 2, 3": ("modality", VALUES, "true", BY_MONTH.format("modality")),
    "4, 5, 6, all": ("cancer_group", VALUES, "cancer_group <> ''", BY_MONTH.format("cancer_group")),
    "4, 5, 6, GP": (
        "cancer_group",
        VALUES,
        "cancer_group <> '' and setting = '04'",
        BY_MONTH.format("cancer_group"),
    ),
    "11": ("modality, setting", "count(*) as tests", "true", BY_SETTING),
    "12": ("modality", "count(*) as tests", "interventional = 'Y'", BY_MONTH.format("modality")),
}


def main(records: Path, reference_folder: Path) -> None:
    """Compute the tables."""
    reference = load_reference(reference_folder)
    begun = time.perf_counter()
    connection = duckdb.connect()
    exams = reference.exam_codes.select("nicip_code", "modality", "published_test_group", "interventional")
    connection.register("exams", exams.unique("nicip_code").to_arrow())
    connection.register("sites", reference.sites.select("site_code", "org_code", "region_code").to_arrow())
    connection.sql(RECORDS.format(records=records))
    for labels, values, where, sets in TABLES.values():
        by_month = "" if "setting" in labels else ", month"
        connection.sql(
            f"select region_code, org_code, {labels}{by_month}, {values} from r where {where} group by {sets}"
        ).fetchall()
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
