"""Records judged: one row each, in their order, whatever the reference tables say of their codes."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.records.checking import check, codes_of, rejected, rule_bit
from publish.records.items import DATES, NAMES
from publish.records.readers import read_records
from publish.records.rules import RULES, Severity
from publish.reference.tables import load_reference
from tests.records.rule_samples import (
    GOOD,
    ORGANISATIONS,
    SUBMITTED,
    as_frame,
    broken_rules,
    complete_reference,
    table,
)

SCENARIOS = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "validation_scenarios" / "input.csv"


def test_the_result_is_the_normalised_record_and_its_problems():
    checked = check(as_frame([{"SITE_CODE_IMAGING": " rr801 "}, {}]), complete_reference()).collect()
    assert checked.columns == [*NAMES, "SUBMITTER_ORGANISATION", "Person_ID", "record", "problems"]
    assert checked.schema["problems"] == pl.UInt64
    assert checked.schema["record"] == pl.UInt32
    assert checked.select("record", "SITE_CODE_IMAGING", "problems").rows() == [(1, "RR801", 0), (2, "RR801", 0)]


def test_a_record_keeps_the_number_that_it_was_given():
    records = as_frame([{}, {}]).with_columns(record=pl.Series([7, 3]))
    assert check(records, complete_reference()).collect()["record"].to_list() == [7, 3]


def test_bits_stand_for_rules():
    for place, rule in enumerate(RULES):
        assert rule_bit(rule.code) == 2**place
        assert codes_of(2**place) == (rule.code,)
    assert codes_of(rule_bit("DIDS081") + rule_bit("DIDS001")) == ("DIDS001", "DIDS081")
    assert codes_of(0) == ()
    assert codes_of(2**57 - 1) == tuple(rule.code for rule in RULES)
    with pytest.raises(KeyError):
        rule_bit("DIDS004")


def test_rejected_goes_by_severity():
    bits = pl.DataFrame({"problems": [rule_bit(rule.code) for rule in RULES]}, schema={"problems": pl.UInt64})
    said = bits.select(rejected=rejected())
    assert said["rejected"].to_list() == [rule.severity is Severity.REJECT for rule in RULES]


def test_a_record_breaks_every_rule_that_applies():
    many = {
        "NHS_NUMBER": "1",
        "PERSON_GENDER_CODE": "7",
        "POSTCODE": "?",
        "SITE_CODE_IMAGING": None,
        "REFERRER": "?",
    }
    assert broken_rules([many]) == [("DIDS002", "DIDS014", "DIDS017", "DIDS023", "DIDS067")]


def test_typed_dates_are_read_as_text_is():
    """A Parquet file holds dates, or timestamps: then the date on the clocks of England counts."""
    midnight = datetime(2024, 2, 29)
    records = as_frame([{}, {}]).with_columns(
        DIAGNOSTIC_TEST_DATE=pl.lit(date(2024, 2, 29)),
        DIAGNOSTIC_TEST_REQUEST_DATE=pl.lit(midnight),
        DIAG_TEST_REQUEST_REC_DATE=pl.lit(midnight).dt.replace_time_zone("UTC"),
        SERVICE_REPORT_DATE=pl.lit(None),
    )
    checked = check(records, complete_reference()).collect()
    assert checked["problems"].to_list() == [0, 0]
    assert checked["DIAG_TEST_REQUEST_REC_DATE"].to_list() == [date(2024, 2, 29)] * 2


def test_no_records_give_no_rows():
    assert check(as_frame([]), complete_reference()).collect().height == 0


CODES = {
    "IMAGING_CODE_NICIP": ["XCHES", "XTWO", "XMOVED", "XGRACE", "XAGAIN", "XLATER", "NOSUCH", None],
    "IMAGING_CODE_SNOMED": ["399208008", "100001", "100004", "100006", "999999", None],
    "PRACTICE_CODE": ["B86001", "B86004", "B86009", "V81997", None],
    "REFERRING_ORG_CODE": ["RR8", "RR7", "RR9", "8C898", None],
    "SITE_CODE_IMAGING": ["RR801", "RR804", "RR8ZZ", "RR9ZZ", None],
    "POSTCODE": ["LS1 4AP", "LS14AQ", "LS1 4ZZ", "ZZ99 3VZ", "?", None],
}
days = st.sampled_from([None, "2023-07-01", "2024-01-15", "2024-02-29", "2024-03-01", "2024-09-10", "never"])
records_of_all_codes = st.lists(
    st.fixed_dictionaries(
        {name: st.sampled_from(codes) for name, codes in CODES.items()}
        | dict.fromkeys(("DIAGNOSTIC_TEST_DATE", "DIAGNOSTIC_TEST_REQUEST_DATE"), days)
    ),
    max_size=60,
)


@settings(max_examples=20, deadline=None)
@given(records_of_all_codes)
def test_every_record_comes_out_once_in_order_and_is_judged_by_itself(records):
    """Whatever stands beside a record in its file: codes are looked up once for the whole file."""
    checked = check(as_frame(records), complete_reference()).collect(engine="streaming")
    assert checked["record"].to_list() == list(range(1, len(records) + 1))
    alone = {number: broken_rules([record], submitted=None)[0] for number, record in enumerate(records[:1])}
    assert all(codes_of(checked["problems"][number]) == broken for number, broken in alone.items())


@pytest.mark.parametrize(
    ("items", "broken"),
    [
        ({"PRACTICE_CODE": "B86004", "DIAGNOSTIC_TEST_DATE": None}, "DIDS050"),  # closed, but on what day?
        ({"PRACTICE_CODE": "B86009", "DIAGNOSTIC_TEST_DATE": None}, "DIDS018 DIDS050"),
        ({"IMAGING_CODE_NICIP": "XTWO", "DIAGNOSTIC_TEST_DATE": None}, "DIDS050"),
    ],
)
def test_without_a_test_date_only_codes_of_no_table_are_judged(items, broken):
    assert broken_rules([items, {}])[0] == tuple(broken.split())


def test_a_file_of_undated_records_is_judged():
    undated = {"DIAGNOSTIC_TEST_DATE": None, "DIAGNOSTIC_TEST_REQUEST_DATE": None}
    assert broken_rules([undated, undated]) == [("DIDS050",), ("DIDS050",)]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_like_others(day):
    every = dict.fromkeys(DATES, day)
    records = as_frame([every, {}, every | {"PERSON_BIRTH_DATE": None}])
    checked = check(records, complete_reference(), SUBMITTED)
    found = checked.collect(engine="streaming")
    assert found["record"].to_list() == [1, 2, 3]
    assert codes_of(found["problems"][1]) == ()
    assert ("DIDS051" in codes_of(found["problems"][0])) is (day == "9999-12-31")


def test_an_organisation_that_opened_again_is_closed_in_between():
    rows = table(
        "organisations",
        ("RR7", "A trust", "etr", None, date(2023, 12, 31)),
        ("RR7", "The same, by another table", "ods", date(2023, 6, 1), date(2024, 1, 10)),
        ("RR7", "Open again", "etr", date(2024, 2, 10), None),
    )
    reference = replace(complete_reference(), organisations=pl.concat([ORGANISATIONS[:4], rows], how="diagonal"))
    requests = ["2024-01-10", "2024-01-11", "2024-02-09", "2024-02-10"]
    records = [
        {"REFERRING_ORG_CODE": "RR7", "DIAGNOSTIC_TEST_REQUEST_DATE": day, "DIAG_TEST_REQUEST_REC_DATE": None}
        for day in requests
    ]
    assert broken_rules(records, reference) == [(), ("DIDS079",), ("DIDS079",), ()]


def test_the_users_own_complete_site_table_tells_of_every_site():
    reference = complete_reference()
    own = replace(reference, complete=reference.complete | {"sites"})
    assert broken_rules([{"SITE_CODE_IMAGING": "8C898"}]) == [()]
    assert broken_rules([{"SITE_CODE_IMAGING": "8C898"}], own) == [("DIDS068",)]


def test_an_exam_code_of_an_official_table_is_known_by_that_alone():
    """The bundled table of exams has XCHES without an end; an official one that ended it is believed."""
    ended = table("nicip_codes", ("XCHES", "Chest", None, None, None, date(2020, 1, 1)))
    reference = replace(load_reference(), nicip_codes=ended)
    only_nicip = {"IMAGING_CODE_SNOMED": None}
    assert broken_rules([only_nicip], load_reference()) == [()]
    assert broken_rules([only_nicip], reference) == [("DIDS057",)]


def test_the_result_can_be_written_in_pieces(tmp_path):
    file = tmp_path / "checked.parquet"
    check(as_frame([GOOD] * 1000), complete_reference()).sink_parquet(file)
    assert pl.read_parquet(file)["record"].to_list() == list(range(1, 1001))


# NHS England's own scenarios, by line. Lines that are not named break no rule.
BROKEN_SCENARIOS = {
    1: "DIDS014",
    3: "DIDS059",
    4: "DIDS057",
    6: "DIDS036",
    9: "DIDS021",
    10: "DIDS048",
    11: "DIDS050",
    14: "DIDS034",
    15: "DIDS045",
    17: "DIDS026",
    19: "DIDS056",
    22: "DIDS027",
    23: "DIDS043",
    24: "DIDS061",
    30: "DIDS017",
    31: "DIDS017",
    35: "DIDS067",
    36: "DIDS069",
    37: "DIDS069",
    40: "DIDS003",
    41: "DIDS018",
    42: "DIDS018 DIDS082",
    43: "DIDS024",
    45: "DIDS072",
    51: "DIDS070",
    53: "DIDS026 DIDS036 DIDS045 DIDS061",
    55: "DIDS010 DIDS028 DIDS031",
    56: "DIDS010 DIDS028 DIDS031",
    57: "DIDS035 DIDS044 DIDS048",
}
# The codes that only complete tables can refuse.
BY_COMPLETE_TABLES = {"DIDS018", "DIDS057", "DIDS059", "DIDS082"}


def scenarios(reference):
    checked = check(read_records(SCENARIOS), reference).collect()
    return {
        number: " ".join(codes_of(problems)) for number, problems in checked.select("record", "problems").rows()
    }


@pytest.mark.skipif(not SCENARIOS.is_file(), reason="the example submissions are not beside the project")
def test_scenarios_of_nhs_england():
    practices = [(code, "A practice", "epraccur", None, None) for code in ("J81002", "F85678")]
    nicip = [("MHANBC", None, "432000006", None, None, None), ("XHDXR", None, "429529009", None, None, None)]
    snomed = [("417905003", None, None, None), ("432000006", None, None, None)]
    reference = replace(
        load_reference(),
        organisations=table("organisations", *practices),
        nicip_codes=table("nicip_codes", *nicip),
        snomed_codes=table("snomed_codes", *snomed),
        complete=frozenset({"nicip", "exam-lookup", "epraccur"}),
    )
    found = scenarios(reference)
    assert {line: broken for line, broken in found.items() if broken} == BROKEN_SCENARIOS
    assert len(found) == 58


@pytest.mark.skipif(not SCENARIOS.is_file(), reason="the example submissions are not beside the project")
def test_scenarios_with_the_bundled_tables_alone():
    plain = {
        line: " ".join(code for code in broken.split() if code not in BY_COMPLETE_TABLES)
        for line, broken in BROKEN_SCENARIOS.items()
    }
    found = scenarios(load_reference())
    assert {line: broken for line, broken in found.items() if broken} == {k: v for k, v in plain.items() if v}
