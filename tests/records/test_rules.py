"""Every validation rule: records that break it, and records that nearly do.

Each line is a good record with some items changed, and every rule that it then breaks. The good record has its
request on 1 February 2024, its test on 29 February and its report on 1 March; it was submitted on 15 March.
"""

import csv
from calendar import monthrange
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.records.items import NAMES
from publish.records.rules import (
    ACCESSION,
    BIRTH,
    DEMOGRAPHIC_ITEMS,
    ETHNICITY,
    GENDER,
    NHS_NUMBER,
    NICIP,
    POSTCODE,
    PRACTICE,
    RECEIVED,
    REFERRER,
    REFERRING,
    REPORT,
    REQUEST,
    RULES,
    SETTING,
    SITE,
    SNOMED,
    STATUS,
    TEST,
    Severity,
)
from publish.reference.tables import load_reference
from tests.records.rule_samples import GOOD, SUBMITTED, broken_rules

PUBLISHED_RULES = Path(__file__).resolve().parents[3] / "shared" / "spec" / "dids_v1_validation_rules.csv"
NOT_OF_ONE_RECORD = {"DIDS071", "DIDS075", "DIDS076"}
NO_DEMOGRAPHICS = dict.fromkeys(DEMOGRAPHIC_ITEMS)
NOT_REQUESTED = {REQUEST: None, RECEIVED: None}
UNDATED = {**NOT_REQUESTED, REPORT: None}
NO_EXAM = {NICIP: None, SNOMED: None}

# rule, items changed, rules broken
CASES = [
    ("DIDS001", {NHS_NUMBER: "9434765918"}, "DIDS001"),
    ("DIDS001", {NHS_NUMBER: "943476591O"}, "DIDS001"),  # a letter
    ("DIDS001", {NHS_NUMBER: "+434765919"}, "DIDS001"),
    ("DIDS001", {NHS_NUMBER: "943 476-5919"}, ""),
    ("DIDS001", {NHS_NUMBER: "4010232137"}, ""),
    ("DIDS001", {NHS_NUMBER: None}, ""),
    ("DIDS002", {NHS_NUMBER: "943476591"}, "DIDS002"),
    ("DIDS002", {NHS_NUMBER: "94347659190"}, "DIDS002"),
    ("DIDS002", {NHS_NUMBER: " 9434765919 "}, ""),
    ("DIDS003", {STATUS: "09"}, "DIDS003"),
    ("DIDS003", {STATUS: "1"}, "DIDS003"),
    ("DIDS003", {STATUS: "08"}, ""),
    ("DIDS003", {STATUS: None}, ""),
    ("DIDS005", {BIRTH: "1981-02-29"}, "DIDS005"),
    ("DIDS005", {BIRTH: "01/02/1981"}, "DIDS005"),
    ("DIDS005", {BIRTH: "1980-02-29"}, ""),
    ("DIDS005", {BIRTH: " "}, ""),
    ("DIDS006", {BIRTH: "2024-03-01"}, "DIDS006"),
    ("DIDS006", {BIRTH: "2024-02-29"}, ""),
    ("DIDS008", {BIRTH: "2024-03-02"}, "DIDS006 DIDS008"),
    ("DIDS008", {BIRTH: "2024-03-01"}, "DIDS006"),
    ("DIDS009", {BIRTH: "1900-01-01"}, "DIDS009"),
    ("DIDS009", {BIRTH: "1900-01-02"}, ""),
    ("DIDS010", {BIRTH: "2024-09-01", RECEIVED: None}, "DIDS006 DIDS008 DIDS010"),
    ("DIDS010", {BIRTH: "2024-08-31", RECEIVED: None}, "DIDS006 DIDS008"),
    ("DIDS012", {ETHNICITY: "I"}, "DIDS012"),
    ("DIDS012", {ETHNICITY: "Z9"}, "DIDS012"),
    ("DIDS012", {ETHNICITY: " z "}, ""),
    ("DIDS012", {ETHNICITY: "99"}, ""),
    ("DIDS014", {GENDER: "3"}, "DIDS014"),
    ("DIDS014", {GENDER: "02"}, "DIDS014"),
    ("DIDS014", {GENDER: "9"}, ""),
    ("DIDS016", {POSTCODE: "LS1 4ZZ"}, "DIDS016"),
    ("DIDS016", {POSTCODE: "ls14ap"}, ""),
    ("DIDS016", {POSTCODE: "LS1 4AQ"}, ""),  # ended long ago
    ("DIDS016", {POSTCODE: "ZZ99 3VZ"}, ""),
    ("DIDS017", {POSTCODE: "WN 58QX"}, "DIDS017"),
    ("DIDS017", {POSTCODE: "123ABC"}, "DIDS017"),
    ("DIDS017", {POSTCODE: "LS1  4AP"}, "DIDS017"),  # two blanks
    ("DIDS017", {POSTCODE: "GIR 0AA"}, ""),
    ("DIDS017", {POSTCODE: "ZZ993CZ"}, ""),
    ("DIDS018", {PRACTICE: "B86002"}, "DIDS018"),
    ("DIDS018", {PRACTICE: "RR801"}, "DIDS018"),  # a site
    ("DIDS018", {PRACTICE: "V81997"}, ""),
    ("DIDS018", {PRACTICE: "V81998"}, ""),
    ("DIDS018", {PRACTICE: "V81999"}, ""),
    ("DIDS018", {PRACTICE: "S10002"}, ""),  # Scotland: the table does not list it
    ("DIDS020", {SETTING: " "}, "DIDS020"),
    ("DIDS020", {SETTING: "07"}, ""),
    ("DIDS021", {SETTING: "08"}, "DIDS021"),
    ("DIDS021", {SETTING: "0"}, "DIDS021"),
    ("DIDS021", {SETTING: "01"}, ""),
    ("DIDS023", {REFERRER: "C123456"}, "DIDS023"),
    ("DIDS023", {REFERRER: "C12345678"}, "DIDS023"),
    ("DIDS023", {REFERRER: "A9999997"}, "DIDS023"),
    ("DIDS023", {REFERRER: "A9999998"}, ""),
    ("DIDS023", {REFERRER: "cd123456"}, ""),
    ("DIDS023", {REFERRER: "99A1234B"}, ""),
    ("DIDS023", {REFERRER: "99"}, ""),
    ("DIDS023", {REFERRER: None}, ""),
    ("DIDS024", {REFERRING: "A123456"}, "DIDS024"),  # too long for a code
    ("DIDS024", {REFERRING: "R?8"}, "DIDS024"),
    ("DIDS024", {REFERRING: "RR9"}, "DIDS024"),  # no trust of the complete table
    ("DIDS024", {REFERRING: "B86002"}, "DIDS024"),
    ("DIDS024", {REFERRING: "8C898"}, ""),  # of a kind that no table in use lists
    ("DIDS024", {REFERRING: "RR801"}, ""),  # a site
    ("DIDS026", {REQUEST: "2024-02-30"}, "DIDS026"),
    ("DIDS026", {REQUEST: "2024-02-00"}, "DIDS026"),
    ("DIDS026", {REQUEST: None}, ""),
    ("DIDS027", {REQUEST: "2024-02-03"}, "DIDS027"),
    ("DIDS027", {REQUEST: "2024-02-02"}, ""),
    # v2.0: the date as the clock showed it counts
    ("DIDS027", {REQUEST: "2024-02-02T23:30:00+01:00"}, ""),
    ("DIDS027", {REQUEST: "2024-02-03T00:30:00+01:00"}, "DIDS027"),
    ("DIDS028", {REQUEST: "2023-02-28"}, "DIDS028"),  # 366 days, over a 29 February
    ("DIDS028", {REQUEST: "2023-03-01"}, ""),  # 365 days
    ("DIDS031", {BIRTH: "1960-02-29", REQUEST: "1969-12-31"}, "DIDS028 DIDS031"),
    ("DIDS031", {BIRTH: "1960-02-29", REQUEST: "1970-01-01"}, "DIDS028"),
    ("DIDS034", {REQUEST: "2024-03-01", RECEIVED: None}, "DIDS034"),
    ("DIDS034", {REQUEST: "2024-02-29", RECEIVED: None}, ""),
    ("DIDS035", {REPORT: "2024-01-31"}, "DIDS035 DIDS044 DIDS048"),
    ("DIDS035", {REPORT: "2024-02-01"}, "DIDS044 DIDS048"),
    ("DIDS036", {RECEIVED: "02-02-2024"}, "DIDS036"),
    ("DIDS036", {RECEIVED: " 2024-02-02 "}, ""),
    ("DIDS036", {RECEIVED: "2024-02-02T23:59:00+00:00"}, ""),
    ("DIDS038", {REQUEST: None, RECEIVED: "2023-02-28"}, "DIDS038"),
    ("DIDS038", {REQUEST: None, RECEIVED: "2023-03-01"}, ""),
    ("DIDS040", {BIRTH: "2024-09-01", REQUEST: None}, "DIDS006 DIDS008 DIDS040"),
    ("DIDS040", {BIRTH: "2024-08-31", REQUEST: None}, "DIDS006 DIDS008"),
    ("DIDS041", {BIRTH: "1960-02-29", REQUEST: None, RECEIVED: "1969-12-31"}, "DIDS038 DIDS041"),
    ("DIDS041", {BIRTH: "1960-02-29", REQUEST: None, RECEIVED: "1970-01-01"}, "DIDS038"),
    ("DIDS043", {RECEIVED: "2024-03-01"}, "DIDS043"),
    ("DIDS043", {RECEIVED: "2024-02-29"}, ""),
    ("DIDS044", {RECEIVED: "2024-03-02"}, "DIDS043 DIDS044"),
    ("DIDS044", {RECEIVED: "2024-03-01"}, "DIDS043"),
    ("DIDS045", {TEST: "2023-02-29"}, "DIDS045"),
    ("DIDS045", {TEST: "2024-02-29"}, ""),
    ("DIDS048", {REPORT: "2024-02-28"}, "DIDS048"),
    ("DIDS048", {REPORT: "2024-02-29"}, ""),
    ("DIDS049", {**UNDATED, TEST: "2023-11-30"}, "DIDS049"),
    ("DIDS049", {**UNDATED, TEST: "2023-12-01"}, ""),
    ("DIDS050", {TEST: None}, "DIDS050"),
    ("DIDS050", {TEST: "  "}, "DIDS050"),
    ("DIDS050", {TEST: "soon"}, "DIDS045"),  # given, though it is no date
    ("DIDS050", {**UNDATED, TEST: "2024-02-29"}, ""),
    ("DIDS051", {REPORT: None, TEST: "2024-03-16"}, "DIDS051"),
    ("DIDS051", {REPORT: None, TEST: "2024-03-15"}, ""),
    ("DIDS055", {**UNDATED, NICIP: "XTWO", SNOMED: None, TEST: "2023-08-31"}, "DIDS049 DIDS055"),
    ("DIDS055", {**UNDATED, NICIP: "XTWO", SNOMED: None, TEST: "2023-09-01"}, "DIDS049"),
    ("DIDS056", NO_EXAM, "DIDS056"),
    ("DIDS056", {NICIP: None}, ""),
    ("DIDS056", {SNOMED: None}, ""),
    ("DIDS057", {**NO_EXAM, NICIP: "123456"}, "DIDS057"),  # in no table
    ("DIDS057", {**NO_EXAM, NICIP: "XENDED"}, "DIDS057"),  # six months and a day
    ("DIDS057", {**NO_EXAM, NICIP: "XLATER"}, "DIDS057"),
    ("DIDS057", {**NO_EXAM, NICIP: "XGRACE"}, "DIDS077"),  # six months to the day
    ("DIDS057", {**NO_EXAM, NICIP: "xches"}, ""),
    ("DIDS059", {**NO_EXAM, SNOMED: "FO$BAR"}, "DIDS059"),
    ("DIDS059", {**NO_EXAM, SNOMED: "100005"}, "DIDS059"),
    ("DIDS059", {**NO_EXAM, SNOMED: "100006"}, "DIDS059"),
    ("DIDS059", {**NO_EXAM, SNOMED: "100004"}, "DIDS078"),
    ("DIDS061", {REPORT: "2024-02-31"}, "DIDS061"),
    ("DIDS061", {REPORT: None}, ""),
    ("DIDS062", {**NOT_REQUESTED, TEST: "2024-02-13", REPORT: "2024-03-14"}, "DIDS062"),
    ("DIDS062", {**NOT_REQUESTED, TEST: "2024-02-13", REPORT: "2024-03-13"}, ""),
    ("DIDS062", {**NOT_REQUESTED, TEST: "2024-01-31", REPORT: "2024-03-01"}, "DIDS062"),
    ("DIDS062", {**NOT_REQUESTED, TEST: "2024-01-31", REPORT: "2024-02-29"}, ""),
    ("DIDS066", {REPORT: "2024-03-16"}, "DIDS066"),
    ("DIDS066", {REPORT: "2024-03-15"}, ""),
    ("DIDS067", {SITE: None}, "DIDS067"),
    ("DIDS067", {SITE: " rr801 "}, ""),
    ("DIDS068", {SITE: "RR9ZZ"}, "DIDS068"),  # no site of a complete table, and RR9 no trust
    ("DIDS068", {SITE: "RR8ZZ"}, ""),  # RR8 is a trust
    ("DIDS068", {SITE: "8C898"}, ""),  # of a kind that no table in use lists
    ("DIDS069", {SITE: "RR8"}, "DIDS069"),
    ("DIDS069", {SITE: "!@#$%^"}, "DIDS069"),
    ("DIDS069", {SITE: "RR80123456789"}, "DIDS069"),  # 13 characters
    ("DIDS069", {SITE: "RR8012345678"}, ""),
    ("DIDS070", {ACCESSION: "  "}, "DIDS070"),
    ("DIDS070", {ACCESSION: "0"}, ""),
    ("DIDS072", {ACCESSION: "A" * 21}, "DIDS072"),
    ("DIDS072", {ACCESSION: f" {'A' * 20} "}, ""),
    ("DIDS073", NO_DEMOGRAPHICS, "DIDS073"),
    ("DIDS073", NO_DEMOGRAPHICS | {GENDER: "9"}, ""),
    ("DIDS073", NO_DEMOGRAPHICS | {BIRTH: "unknown"}, "DIDS005"),
    ("DIDS074", NO_DEMOGRAPHICS | {POSTCODE: "ZZ99 3VZ"}, "DIDS074"),
    ("DIDS074", NO_DEMOGRAPHICS | {POSTCODE: "ZZ99 3VZ", GENDER: "1"}, ""),
    ("DIDS074", NO_DEMOGRAPHICS | {POSTCODE: "LS1 4AP"}, ""),
    ("DIDS077", {**NO_EXAM, NICIP: "XGRACE"}, "DIDS077"),
    ("DIDS077", {**NO_EXAM, NICIP: "XAGAIN"}, "DIDS077"),
    ("DIDS077", {**NO_EXAM, NICIP: "XTODAY"}, ""),
    ("DIDS078", {**NO_EXAM, SNOMED: "100004"}, "DIDS078"),
    ("DIDS078", {**NO_EXAM, SNOMED: "100003"}, ""),
    ("DIDS079", {REFERRING: "RR7"}, "DIDS079"),
    ("DIDS079", {REFERRING: "RR6"}, ""),  # closed on the day of the request
    ("DIDS079", {**NOT_REQUESTED, REFERRING: "RR6"}, "DIDS079"),  # then the day of the test
    ("DIDS080", {PRACTICE: "B86004"}, "DIDS080"),
    ("DIDS080", {PRACTICE: "B86003"}, ""),
    ("DIDS081", {SITE: "RR804"}, "DIDS081"),
    ("DIDS081", {SITE: "RR803"}, ""),
    ("DIDS082", {SNOMED: "100001"}, "DIDS082"),
    ("DIDS082", {NICIP: "XMOVED", SNOMED: "100001"}, "DIDS082"),  # since January it maps to another
    ("DIDS082", {NICIP: "XMOVED", SNOMED: "100002"}, ""),
    ("DIDS082", {NICIP: "XTWO", SNOMED: "100001"}, ""),
    ("DIDS082", {NICIP: "XTWO", SNOMED: "100002"}, ""),
    ("DIDS082", {NICIP: "XNONE", SNOMED: "100001"}, ""),  # it maps to nothing
]


@pytest.fixture(scope="module")
def found() -> list[tuple[str, ...]]:
    return broken_rules([items for _, items, _ in CASES])


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][0]}-line{n + 1}")
def test_a_record_breaks_these_rules_and_no_other(found, number):
    assert " ".join(found[number]) == CASES[number][2]


def test_a_good_record_breaks_no_rule():
    assert broken_rules([{}]) == [()]


@pytest.mark.parametrize("rule", [rule.code for rule in RULES if rule.code not in NOT_OF_ONE_RECORD])
def test_every_rule_has_a_record_that_breaks_it_and_one_that_nearly_does(rule):
    mine = [rule in broken.split() for name, _, broken in CASES if name == rule]
    assert set(mine) == {True, False}


def test_rules_about_more_than_a_record_are_applied_elsewhere():
    assert {rule.code for rule in RULES if rule.applies is None} == NOT_OF_ONE_RECORD
    assert broken_rules([{}, {}]) == [(), ()]


def test_there_are_57_rules_each_with_its_own_code_and_meaning():
    assert len(RULES) == len({rule.code for rule in RULES}) == 57
    assert all(rule.meaning and rule.item for rule in RULES)
    assert sum(rule.severity is Severity.WARN for rule in RULES) == 10


@pytest.mark.skipif(not PUBLISHED_RULES.is_file(), reason="the specification is not beside the project")
def test_codes_and_severities_are_those_of_the_specification():
    with PUBLISHED_RULES.open(encoding="utf-8", newline="") as file:
        specified = [(row["code"], row["severity"]) for row in csv.DictReader(file)]
    assert [(rule.code, rule.severity.value) for rule in RULES] == specified


def test_without_the_day_of_submission_the_rules_about_it_do_not_apply():
    late = {**UNDATED, TEST: "2024-03-16", REPORT: "2024-03-16"}
    early = {**UNDATED, NICIP: "XTWO", SNOMED: None, TEST: "2023-08-31"}
    assert broken_rules([late, early]) == [("DIDS051", "DIDS066"), ("DIDS049", "DIDS055")]
    assert broken_rules([late, early], submitted=None) == [(), ()]


@pytest.mark.parametrize("submitted", [date(2024, 3, 1), date(2024, 3, 31)])
def test_the_month_of_submission_counts_not_the_day(submitted):
    edges = [{**UNDATED, TEST: "2023-11-30"}, {**UNDATED, TEST: "2023-12-01"}]
    assert broken_rules(edges, submitted=submitted) == [("DIDS049",), ()]


def test_with_the_bundled_tables_alone_no_code_is_refused_for_being_unknown():
    unknown = {NICIP: "NOSUCH", SNOMED: "999999", PRACTICE: "B99999", REFERRING: "RZZ", SITE: "RZZ01"}
    assert broken_rules([unknown, {POSTCODE: "LS99 9ZZ"}], load_reference()) == [(), ()]


# A slow reading of rules in plain Python, to hold the expressions against.
def read(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text and len(text.strip()) == 10 else None
    except ValueError:
        return None


def check_digit_is_wrong(number: str) -> bool:
    if len(number) != 10:
        return False
    return not number.isdecimal() or sum(int(n) * (10 - at) for at, n in enumerate(number)) % 11 != 0


def months(day: date) -> int:
    return day.year * 12 + day.month


def month_later(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def slowly(record: dict[str, str | None]) -> set[str]:
    birth, request, received, test, report = (
        read(record[name]) for name in (BIRTH, REQUEST, RECEIVED, TEST, REPORT)
    )
    number = "".join((record[NHS_NUMBER] or "").replace("-", "").split())
    broken = {
        "DIDS001": check_digit_is_wrong(number),
        "DIDS002": bool(number) and len(number) != 10,
        "DIDS006": bool(birth and test and birth > test),
        "DIDS009": bool(birth and birth <= date(1900, 1, 1)),
        "DIDS010": bool(birth and request and months(birth) - months(request) > 6),
        "DIDS026": bool((record[REQUEST] or "").strip()) and request is None,
        "DIDS028": bool(request and test and (test - request).days > 365),
        "DIDS034": bool(request and test and request > test),
        "DIDS044": bool(received and report and received > report),
        "DIDS048": bool(test and report and report < test),
        "DIDS050": not (record[TEST] or "").strip(),
        "DIDS051": bool(test and test > SUBMITTED),
        "DIDS056": not (record[NICIP] or record[SNOMED]),
        "DIDS062": bool(test and report and report > month_later(test)),
        "DIDS072": len((record[ACCESSION] or "").strip()) > 20,
        "DIDS073": not any((record[name] or "").strip() for name in DEMOGRAPHIC_ITEMS),
    }
    return {code for code, applies in broken.items() if applies}


SLOW = (
    *("DIDS001", "DIDS002", "DIDS006", "DIDS009", "DIDS010", "DIDS026", "DIDS028", "DIDS034", "DIDS044", "DIDS048"),
    *("DIDS050", "DIDS051", "DIDS056", "DIDS062", "DIDS072", "DIDS073"),
)
days = st.one_of(
    st.dates(date(2022, 12, 1), date(2024, 10, 1)),
    st.sampled_from(
        [date(1900, 1, 1), date(2024, 2, 29), date(2023, 2, 28), date(2024, 1, 31), date(9999, 11, 30), date.min]
    ),
).map(date.isoformat)
texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=25)
numbers = st.from_regex(r"\A[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3,5}\Z")
any_record = st.fixed_dictionaries(
    {name: st.none() | st.just(GOOD[name]) for name in NAMES}
    | {
        name: st.none() | days | st.sampled_from(["", " ", "2024-02-30", "x"])
        for name in (BIRTH, REQUEST, RECEIVED)
    }
    | {name: st.none() | days | st.sampled_from(["", " "]) for name in (TEST, REPORT)}
    | {NHS_NUMBER: st.none() | numbers | st.just(GOOD[NHS_NUMBER]), ACCESSION: st.none() | texts.map(str.strip)}
)


@settings(max_examples=20, deadline=None)
@given(st.lists(any_record, min_size=1, max_size=80))
def test_the_expressions_agree_with_a_slow_reading(records):
    for record, found in zip(records, broken_rules(records), strict=True):
        assert set(found) & set(SLOW) == slowly(record)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.fixed_dictionaries({name: st.none() | texts for name in NAMES}), min_size=1, max_size=10))
def test_any_text_at_all_is_judged(records):
    assert len(broken_rules(records)) == len(records)
