"""Intake: the fate of every record, by itself and beside the other files."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings

from publish.errors import InputRefused
from publish.records import intake
from publish.records.checking import codes_of
from publish.records.intake import ACCEPTED, FATES, REJECTED, SUPERSEDED, WITHDRAWN, Terms
from publish.records.withdrawn import read_withdrawn
from tests.fuzz.settings import slow
from tests.records.submissions import (
    FILES,
    PERSON,
    TERMS,
    WITHDRAWN_PERSON,
    fates_of,
    good,
    laid_down,
    slow_fates,
    taken_in,
    written,
)

BAD = {"PERSON_GENDER_CODE": "7"}


@pytest.fixture
def fates(tmp_path):
    """The fates of files given as (name, rows), in that order."""

    def found(*files, terms=None):
        paths = [written(rows, tmp_path / name) for name, rows in files]
        return fates_of(taken_in(tmp_path, *paths, terms=terms))

    return found


@slow
@given(files=FILES, terms=TERMS)
def test_every_record_has_the_fate_that_a_slow_count_gives_it(tmp_path_factory, files, terms):
    folder = tmp_path_factory.mktemp("intake")
    parts = taken_in(folder, *laid_down(files, folder), terms=terms)
    assert fates_of(parts) == slow_fates(files, terms)


@settings(slow, max_examples=20)
@given(files=FILES, terms=TERMS)
def test_keys_compared_a_part_at_a_time_give_the_same(tmp_path_factory, files, terms):
    folder = tmp_path_factory.mktemp("intake")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(intake, "_KEYS_AT_A_TIME", 2)
        parts = taken_in(folder, *laid_down(files, folder), terms=terms)
    assert fates_of(parts) == slow_fates(files, terms)


def test_a_later_submission_replaces_by_key(fates):
    found = fates(("b.csv", [good("A1"), good("A2")]), ("a.xml", [good("A2"), good("A3")]))
    assert found == {"b.csv": [ACCEPTED, SUPERSEDED], "a.xml": [ACCEPTED, ACCEPTED]}


def test_the_order_given_decides_not_the_names(fates):
    found = fates(("a.xml", [good("A2"), good("A3")]), ("b.csv", [good("A1"), good("A2")]))
    assert found == {"a.xml": [SUPERSEDED, ACCEPTED], "b.csv": [ACCEPTED, ACCEPTED]}


def test_the_site_is_a_part_of_the_key(fates):
    found = fates(("a.csv", [good("A1")]), ("b.csv", [good("A1", SITE_CODE_IMAGING="RR804")]))
    assert found == {"a.csv": [ACCEPTED], "b.csv": [ACCEPTED]}


@pytest.mark.parametrize("validate", [False, True])
def test_an_extract_is_earlier_than_any_submission(fates, validate):
    files = (("a.csv", [good("A1")]), ("z.parquet", [good("A1"), good("A2")]))
    found = fates(*files, terms=Terms(validate=validate))
    assert found == {"z.parquet": [SUPERSEDED, ACCEPTED], "a.csv": [ACCEPTED]}


def test_of_several_extracts_the_later_replaces(fates):
    found = fates(("b.parquet", [good("A1"), good("A2")]), ("a.parquet", [good("A1")]), terms=Terms(validate=True))
    assert found == {"b.parquet": [SUPERSEDED, ACCEPTED], "a.parquet": [ACCEPTED]}


def test_a_rejected_resubmission_leaves_the_earlier_record(fates):
    found = fates(("a.csv", [good("A1")]), ("b.csv", [good("A1", **BAD)]), ("c.csv", [good("A9")]))
    assert found == {"a.csv": [ACCEPTED], "b.csv": [REJECTED], "c.csv": [ACCEPTED]}


def test_resubmitted_twice_in_a_later_file_leaves_the_earlier_record(fates):
    found = fates(("a.csv", [good("A1")]), ("b.csv", [good("A1"), good("A1", PERSON_GENDER_CODE="2")]))
    assert found == {"a.csv": [ACCEPTED], "b.csv": [REJECTED, REJECTED]}


def test_a_chain_of_resubmissions_leaves_the_last(fates):
    found = fates(*((f"{n}.csv", [good("A1", PERSON_GENDER_CODE=str(n))]) for n in (0, 1, 2)))
    assert found == {"0.csv": [SUPERSEDED], "1.csv": [SUPERSEDED], "2.csv": [ACCEPTED]}


def test_keys_that_stand_twice_in_a_submission_are_all_refused(tmp_path):
    twice = [good("A1"), good("A2"), good(" A1 "), good("a1"), good("A1", SITE_CODE_IMAGING="rr801", **BAD)]
    (part,) = taken_in(tmp_path, written(twice, tmp_path / "a.csv"))
    records = part.records().collect()
    assert records["fate"].to_list() == [REJECTED, ACCEPTED, REJECTED, ACCEPTED, REJECTED]
    codes = [codes_of(problems) for problems in records["problems"]]
    assert codes == [("DIDS071",), (), ("DIDS071",), (), ("DIDS014", "DIDS071")]


def test_keys_that_stand_twice_in_an_extract_are_kept(fates):
    found = fates(("a.parquet", [good("A1"), good("A1")]), ("b.csv", [good("A2")]))
    assert found == {"a.parquet": [ACCEPTED, ACCEPTED], "b.csv": [ACCEPTED]}


def test_a_submission_replaces_all_of_an_extract_with_its_key(fates):
    found = fates(("a.parquet", [good("A1"), good("A1")]), ("b.csv", [good("A1")]))
    assert found == {"a.parquet": [SUPERSEDED, SUPERSEDED], "b.csv": [ACCEPTED]}


def test_records_of_an_extract_without_a_key_stay(fates):
    nameless = [good(None), good(None), good("A1", SITE_CODE_IMAGING=None)]
    found = fates(("a.parquet", nameless), ("b.csv", [good("A1")]))
    assert found == {"a.parquet": [ACCEPTED] * 3, "b.csv": [ACCEPTED]}


# -- withdrawn ----------------------------------------------------------------------------------------------------


def test_patients_who_have_withdrawn_leave(fates):
    terms = Terms(withdrawn=frozenset({WITHDRAWN_PERSON}))
    given_rows = [
        good("A1"),
        good("A2", NHS_NUMBER=WITHDRAWN_PERSON),
        good("A3", NHS_NUMBER="943 476 5870"),
        good("A4", NHS_NUMBER=None),
        good("A5", NHS_NUMBER=WITHDRAWN_PERSON, **BAD),
    ]
    assert fates(("a.csv", given_rows), terms=terms) == {
        "a.csv": [ACCEPTED, WITHDRAWN, WITHDRAWN, ACCEPTED, REJECTED]
    }


def test_a_record_that_is_withdrawn_has_replaced_the_earlier_all_the_same(fates):
    """The earlier record of the same test must not come back to life."""
    files = (("a.csv", [good("A1", NHS_NUMBER=PERSON)]), ("b.csv", [good("A1", NHS_NUMBER=WITHDRAWN_PERSON)]))
    found = fates(*files, terms=Terms(withdrawn=frozenset({WITHDRAWN_PERSON})))
    assert found == {"a.csv": [SUPERSEDED], "b.csv": [WITHDRAWN]}


def test_withdrawn_by_person_id_in_an_extract(tmp_path):
    rows = pl.DataFrame([good("A1"), good("A2")]).with_columns(Person_ID=pl.Series(["P1", " p2 "]))
    rows.write_parquet(tmp_path / "a.parquet")
    for line, expected in (
        ("P1", [WITHDRAWN, ACCEPTED]),
        ("p1", [WITHDRAWN, ACCEPTED]),
        ("p2", [ACCEPTED, WITHDRAWN]),
        ("P2", [ACCEPTED, WITHDRAWN]),
        (PERSON, [WITHDRAWN] * 2),
    ):
        (tmp_path / "withdrawn").write_text(line)
        terms = Terms(withdrawn=read_withdrawn(tmp_path / "withdrawn"))
        assert fates_of(taken_in(tmp_path, tmp_path / "a.parquet", terms=terms)) == {"a.parquet": expected}


def test_a_person_id_that_is_an_nhs_number_is_one_however_it_is_written(tmp_path):
    """Who withdraws must not stay for a blank, wherever the number stands."""
    rows = pl.DataFrame([good(f"A{n}", NHS_NUMBER=None) for n in range(3)])
    written_so = pl.Series("Person_ID", [PERSON, "943 476 5919", "943-476-5919"])
    rows.with_columns(written_so).write_parquet(tmp_path / "a.parquet")
    terms = Terms(withdrawn=frozenset({PERSON}))
    assert fates_of(taken_in(tmp_path, tmp_path / "a.parquet", terms=terms)) == {"a.parquet": [WITHDRAWN] * 3}


# -- terms --------------------------------------------------------------------------------------------------------


#  submitted             fate of a test on 29 February 2024, reported on 1 March
SUBMITTED = [
    (None, ACCEPTED),
    (date(2024, 3, 1), ACCEPTED),
    (date(2024, 2, 29), REJECTED),  # the report is after it
    (date(2024, 8, 31), ACCEPTED),
    (date(2024, 9, 1), REJECTED),  # over six months before the month
    (date.min, REJECTED),
    (date.max, REJECTED),
]


@pytest.mark.parametrize(("submitted", "expected"), SUBMITTED)
def test_the_day_of_submission_judges_submissions(fates, submitted, expected):
    assert fates(("a.csv", [good()]), terms=Terms(submitted=submitted)) == {"a.csv": [expected]}


def test_an_extract_is_judged_only_where_that_is_asked_for(fates):
    files = (("a.parquet", [good("A1", **BAD)]),)
    assert fates(*files, terms=Terms()) == {"a.parquet": [ACCEPTED]}
    assert fates(*files, terms=Terms(validate=True)) == {"a.parquet": [REJECTED]}


def test_an_extract_may_lack_columns_unless_it_is_validated(tmp_path):
    few = pl.DataFrame([good()]).select(
        *("DIAGNOSTIC_TEST_DATE", "PATIENT_SOURCE_SETTING", "IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED"),
        "SITE_CODE_IMAGING",
    )
    few.write_parquet(tmp_path / "a.parquet")
    assert fates_of(taken_in(tmp_path, tmp_path / "a.parquet")) == {"a.parquet": [ACCEPTED]}
    with pytest.raises(InputRefused, match="lacks the columns NHS_NUMBER"):
        taken_in(tmp_path, tmp_path / "a.parquet", terms=Terms(validate=True))


def test_records_come_in_their_order_with_their_number(tmp_path):
    rows = [good(f"A{n}", **(BAD if n % 3 == 0 else {})) for n in range(50)]
    (part,) = taken_in(tmp_path, written(rows, tmp_path / "a.csv"))
    records = part.records().collect()
    assert records["record"].to_list() == list(range(1, 51))
    assert records["RADIOLOGICAL_ACCESSION_NUM"].to_list() == [f"A{n}" for n in range(50)]
    assert part.accepted().collect()["record"].to_list() == [n + 1 for n in range(50) if n % 3]


def test_the_fates_are_those_of_the_ledger():
    assert FATES == (ACCEPTED, REJECTED, SUPERSEDED, WITHDRAWN)
