"""Where a record came from."""

from datetime import date, datetime

import polars as pl

from publish.fields.asset import derive
from publish.records.values import normalised
from tests.fields.derived import derived, reference_of
from tests.made_records import frame, record

REFERENCE = reference_of(
    organisations=[
        {"org_code": "RR8", "org_name": "LEEDS TRUST"},
        {"org_code": "RBB", "org_name": "A LARGER TRUST"},
    ],
    successions=[{"predecessor": "RAA", "successor": "RBB", "valid_from": date(2023, 4, 1)}],
)

#  in the record  --submitter  SUBMITTER_ORGANISATION  SUBMITTER_ORGANISATION_NAME
SUBMITTERS = [
    (None, "RR8", "RR8", "LEEDS TRUST"),
    ("RAA", None, "RAA", "A LARGER TRUST"),
    ("RAA", "RR8", "RR8", "LEEDS TRUST"),  # what the command was told goes for all records
    (None, None, None, None),
    ("X99", None, "X99", None),
]


def test_submitters():
    for in_record, option, *expected in SUBMITTERS:
        given = frame([record()]).with_columns(SUBMITTER_ORGANISATION=pl.lit(in_record, pl.String))
        found = derive(normalised(given.lazy(), REFERENCE, option), REFERENCE, option).collect()
        assert found.select("SUBMITTER_ORGANISATION", "SUBMITTER_ORGANISATION_NAME").row(0) == tuple(expected)


def test_submitter_of_records_without_that_column():
    assert derived([record()], ["SUBMITTER_ORGANISATION"], REFERENCE, " rr8 ") == [("RR8",)]
    assert derived([record()], ["SUBMITTER_ORGANISATION"], REFERENCE) == [(None,)]


def test_meta():
    """The file, the number in it and the warnings, where they are known."""
    given = frame([record()]).with_columns(
        file=pl.lit("june.csv"), record=pl.lit(3, pl.UInt32), warnings=pl.lit("DIDS028 DIDS062")
    )
    found = derive(given.lazy(), REFERENCE).collect()["META"].to_list()
    assert found == [{"FILE": "june.csv", "RECORD": 3, "WARNINGS": "DIDS028 DIDS062"}]
    assert derived([record()], ["META"]) == [({"FILE": None, "RECORD": None, "WARNINGS": None},)]


def test_accession_number_keeps_its_case():
    found = derived(
        [record(RADIOLOGICAL_ACCESSION_NUM=given) for given in (" aB-1/2 ", None)],
        ["RADIOLOGICAL_ACCESSION_NUMBER"],
    )
    assert found == [("aB-1/2",), (None,)]


def test_a_record_takes_effect_when_it_is_submitted():
    columns = ("EFFECTIVE_FROM", "EFFECTIVE_TO")
    given = frame([record()]).with_columns(submitted=pl.lit(date(2023, 7, 10)))
    assert derive(given.lazy(), REFERENCE).select(columns).collect().rows() == [(datetime(2023, 7, 10), None)]
    assert derived([record()], columns) == [(None, None)]


def test_what_only_the_national_system_knows_is_empty():
    assert derived([record()], ("MIGRATION_DATE", "SUBMISSION_DATA_ID"), REFERENCE) == [(None, None)]
