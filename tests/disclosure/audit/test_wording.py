"""Numbers in words: sentences that state a hidden or unrounded count, and the many that do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.reading.sheet import Text
from publish.disclosure.audit.routes.wording import HiddenCount, text_findings
from publish.disclosure.audit.rule import Rule

HIDDEN = (
    HiddenCount("Barts Health NHS Trust", "R1H", "Magnetic Resonance Imaging"),
    HiddenCount("Guy's and St Thomas' NHS Foundation Trust", "RJ1", ""),
    HiddenCount("Alliance Medical", "NT9", "Brain (MRI)"),
    HiddenCount("Alliance Medical", "NT9", "Positron Emission Tomography"),
)


def found(words, rule=None, hidden=HIDDEN):
    findings = text_findings([Text("a.html", "", 7, "", words)], hidden, rule or Rule())
    assert all(finding.route is Route.TEXT and finding.low == finding.high for finding in findings)
    return [finding.low for finding in findings]


LEAKS = (
    ("In May, Barts Health NHS Trust did 2 MRI scans.", [2]),
    ("BARTS HEALTH NHS TRUST reported only one such test.", [1]),
    ("There was a single patient at Alliance Medical.", [1]),
    ("Barts Health had 2 MRI scans in May.", [2]),
    ("Only one provider did two MRI tests in March: Barts Health.", [2]),
    ("R1H did two magnetic resonance imaging tests in April 2023.", [2]),
    ("Guy’s and St Thomas’ NHS Foundation Trust (RJ1) submitted 1 record in May 2023.", [1]),
    ("St Mary. Guy's and St Thomas' NHS Foundation Trust saw two cases; others saw none.", [2]),
    ("The number of PET scans at Alliance Medical was 2.", [2]),
    ("There were 1,234 tests.", [1234]),
    ("In 2024 1,234 chest X-ray tests were done.", [1234]),
    ("A total of 43,287 imaging tests; 20,757 scans.", [43287, 20757]),
    ("Some Trust (RXX) reported 3,469 CT Radiotherapy planning scans over a 3-day period.", [3469]),
    ("An estimated shortfall of 40,001 records.", [40001]),
    ("Some Trust (RXX): 1,234 (23%) missing.", [1234]),
    ("1,234 (23%) of the records have no date.", [1234]),
    ("GPs requested 27 per cent of tests directly (2,056 of 7,540).", [2056]),
    ("Number of tests: 1,234", [1234]),
    ("The total number of records rose to 1,236.", [1236]),
    ("Imaging tests a month. X-ray from 18,797 in March 2023 to 20,755 in March 2024.", [18797]),
    ("There were 7 tests.", [7]),
)
NO_LEAKS = (
    "Counts of fewer than 3 tests are hidden at Barts Health NHS Trust.",
    "* = suppression: values based on less than 3 cases are suppressed, at Alliance Medical too.",
    "Barts Health NHS Trust hides counts of 1 or 2 tests.",
    "Counts are shown to the nearest 5 tests.",
    "Medians rest on at least 3 tests; of modalities with at least 103 tests, MRI is the slowest.",
    "Barts Health NHS Trust did 2 CT scans.",  # what it hides is MRI
    "Other Hospital did 2 MRI scans.",  # hides nothing
    "Two of the tests at Barts Health NHS Trust are not counted.",
    "A patient who has two tests is counted twice.",
    "There were 3.27 million tests, 43.3 thousand imaging tests and 2 million scans.",
    "In 2023 tests rose, as since 2021 scans did; by March 2024 records were complete.",
    "On 18 July records were submitted again.",
    "13 of 17 modalities; 48 per cent of tests; 22 days for MRI tests; 12 months of tests.",
    "7 groups of tests in 4 tables; Table 4 records and section 4.2 patients.",
    "Rates per 1,001 population, and per 1,001 patients.",
    "Patients aged 18 to 24, 18-year-old patients, type 2 patients, COVID-19 patients.",
    "Version 1.1 images, DM01 records, 2022/23 records and 2023-24 records.",
    "About 1 in 7 patients waited, and one in 9 cases.",
    "An estimated shortfall of 40,000 records.",
    "5 tests or more; 3 tests or fewer; the first 7 tests.",
    "Some Trust (RXX): 195,000 (100%) missing.",
    "Telephone 0113 825 0000. Patients may write.",
    "178 providers did tests on 12 days.",
)


@pytest.mark.parametrize(("words", "numbers"), LEAKS)
def test_sentences_that_state_a_count_are_found(words, numbers):
    assert found(words) == numbers


@pytest.mark.parametrize("words", NO_LEAKS)
def test_sentences_that_state_none_are_not(words):
    assert found(words) == []


def test_a_finding_says_where_and_of_what():
    text = Text("tables/a.xlsx", "Title page", 12, "B", "Alliance Medical did one MRI scan. It did 2 CT scans.")
    detail = '"one MRI scan" is stated of Alliance Medical, of which the tables hide a count.'
    assert text_findings([text], HIDDEN, Rule()) == [
        Finding("tables/a.xlsx", "Title page", 12, "B", Route.TEXT, 1, 1, detail)
    ]


def test_the_rule_says_what_is_small_and_what_is_rounded():
    assert found("Alliance Medical did six MRI scans.", Rule(threshold=7, rounding_base=1)) == [6]
    assert found("There were 1,234 tests.", Rule(threshold=7, rounding_base=1)) == []
    assert found("There were 1,235 tests.", Rule(rounding_base=10)) == [1235]


def test_nothing_hidden_leaves_only_unrounded_numbers():
    assert found("Barts Health NHS Trust did 2 MRI scans and 1,234 tests.", hidden=()) == [1234]


def test_modalities_are_known_by_all_their_names():
    spect = [HiddenCount("Here", "", "Single Photon Emission Computerized Tomography")]
    assert found("Here did 2 SPECT scans.", hidden=spect) == [2]
    assert found("Here did 2 Single Photon Emission Computerized Tomography tests.", hidden=spect) == [2]
    assert found("Here did 2 CT scans.", hidden=spect) == []
    assert found("Here did 2 computed tomography scans.", hidden=spect) == []


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.text(st.sampled_from("12,. ()%onetwsR1Hap-/:£\n"), max_size=120))
def test_no_words_break_it(words):
    found(words + " tests at R1H")
