"""The attack on folders as NHS England published them, and on small ones: what is found there, and what is not."""

import re
from pathlib import Path

import pytest

from publish.disclosure.audit.attack import audit
from publish.disclosure.audit.rule import Rule
from publish.errors import InputRefused

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "published"
published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published workbooks are not beside the project")


def attacked(year, *older):
    said = []
    folders = [PUBLISHED / each for each in (year, *older)]
    audited = audit(folders[0], folders[1:], Rule(), said.append)
    assert said
    return audited


@pytest.fixture(scope="module")
def of_2021():
    return attacked("2021-22")


@pytest.fixture(scope="module")
def of_2022():
    return attacked("2022-23", "2021-22")


@pytest.fixture(scope="module")
def of_2023():
    return attacked("2023-24", "2022-23")


def by(audited, route, file=""):
    return [finding for finding in audited.findings if finding.route == route and file in finding.file]


def people(audited):
    found = (re.search(r"a person as (.*)\.$", finding.detail) for finding in by(audited, "metadata"))
    return {match[1] for match in found if match}


@published
def test_most_rows_of_table_10_of_2021_22_are_recovered(of_2021):
    found = by(of_2021, "percentage")
    assert {finding.sheet for finding in found} == {"Table 10"}
    assert len({(finding.row, finding.column) for finding in found}) >= 2_100
    assert all("Table-10-2021-22" in finding.file for finding in found)


@published
def test_the_totals_of_table_10_are_recovered_though_they_are_rounded(of_2021):
    """3,576,695 is shown for England's plain radiography; the percentages are of a few more or less."""
    (england,) = [each for each in by(of_2021, "percentage") if (each.row, each.column) == (14, "F")]
    assert england.low == england.high == 3_253_147
    assert "3,253,147, 3,496,447 of 3,57" in england.detail


@published
def test_the_england_rows_of_table_7b_are_not_rounded(of_2021):
    found = by(of_2021, "unrounded")
    assert {(finding.sheet, finding.row) for finding in found} == {("Table 7b", row) for row in range(14, 18)}
    assert all("Table-7-2021-22" in finding.file for finding in found)


@published
def test_a_sentence_that_states_an_exact_number_is_found_in_each_workbook_that_has_it(of_2021):
    assert {finding.low for finding in by(of_2021, "text")} == {3_469}


@published
def test_three_decimals_of_table_13_tell_the_counts_behind_small_totals(of_2023):
    found = by(of_2023, "percentage", "Table-13-")
    assert {finding.sheet for finding in found} == {f"2023-24 Q{quarter}" for quarter in range(1, 5)}
    shown = [re.search(r"of ([\d,]+) tests \(shown as ([\d,]+)\)$", finding.detail) for finding in found]
    exact_of_few = [match for match in shown if match and int(match[2].replace(",", "")) <= 200]
    assert len(found) >= 3_000
    assert len(exact_of_few) >= 1_000


@published
def test_hidden_sheets_and_authors_of_2023_24_are_found(of_2023):
    hidden = [each for each in by(of_2023, "metadata") if each.detail.startswith("The sheet is hidden")]
    assert len(hidden) == 18
    assert all(finding.sheet and not finding.row for finding in hidden)
    assert len([name for name in people(of_2023) if name.startswith("creator: ")]) == 2
    assert len([name for name in people(of_2023) if name.startswith("last editor: ")]) == 3


@published
def test_of_2022_23_authors_are_found_and_no_number(of_2022):
    assert {finding.route for finding in of_2022.findings} == {"metadata"}
    assert len(people(of_2022)) == 2
    assert not [finding for finding in of_2022.findings if "hidden" in finding.detail]


@published
def test_no_sum_of_2023_24_is_contradicted(of_2023):
    assert of_2023.contradictions == 0


@published
@pytest.mark.parametrize("year", ["of_2022", "of_2023"])
def test_a_year_before_adds_nothing_for_it_has_other_months(request, year):
    audited = request.getfixturevalue(year)
    assert by(audited, "time") == []
    assert audited.tallies["time"].attacked == 0


@published
@pytest.mark.parametrize("year", ["of_2021", "of_2022", "of_2023"])
def test_every_file_is_read_and_every_column_understood(request, year):
    audited = request.getfixturevalue(year)
    assert (audited.unread, audited.not_read) == ((), ())


@published
@pytest.mark.parametrize("year", ["of_2021", "of_2022", "of_2023"])
def test_findings_are_in_order_and_none_is_there_twice(request, year):
    findings = request.getfixturevalue(year).findings
    routes = [finding.route for finding in findings]
    assert routes == sorted(routes)
    assert len({(each.file, each.sheet, each.row, each.column, each.route, each.detail) for each in findings}) == (
        len(findings)
    )


# A folder of one small file.

HEADS = "Region,Org Code,Provider name,Modality,Apr,May,Jun,Year to date"


def folder_of(tmp_path, *rows):
    (tmp_path / "Table-1-2023-24.csv").write_text("\n".join([HEADS, *rows]) + "\n")
    return tmp_path


def found(folder, rule=None):
    audited = audit(folder, [], rule or Rule(), lambda _: None)
    return [(each.route, each.row, each.column, each.low, each.high) for each in audited.findings], audited


def test_a_row_of_two_hidden_months_and_a_hidden_year_is_left_by_the_rule(tmp_path):
    folder = folder_of(tmp_path, "Y56,RF4,A Trust,Fluoroscopy,*,*,0,*", "Y56,RJ1,B Trust,Fluoroscopy,50,50,50,150")
    findings, audited = found(folder)
    exact = [("Apr", 1), ("May", 1), ("Year to date", 2)]
    assert findings == []
    assert [(each.row, each.column, each.low, each.high) for each in audited.left_by_rule] == [
        (2, column, value, value) for column, value in exact
    ]
    assert audited.tallies["difference"].left_by_rule == 3
    findings, audited = found(folder, Rule(strict=True))
    assert findings == [("difference", 2, column, value, value) for column, value in exact]
    assert audited.left_by_rule == ()


def test_without_rounding_the_same_row_is_a_finding(tmp_path):
    folder = folder_of(tmp_path, "Y56,RF4,A Trust,Fluoroscopy,*,*,0,*")
    assert [low for *_, low, _ in found(folder, Rule(rounding_base=1))[0]] == [1, 1, 2]


def test_where_others_may_be_hidden_to_protect_it_nothing_follows(tmp_path):
    folder = folder_of(tmp_path, "Y56,RF4,A Trust,Fluoroscopy,*,*,0,12")
    assert found(folder, Rule(rounding_base=1, secondary=True))[0] == []


def test_a_sum_that_cannot_hold_is_left_out_and_counted(tmp_path):
    folder = folder_of(tmp_path, "Y56,RF4,A Trust,Fluoroscopy,10,10,10,150", "Y56,RJ1,B Trust,Fluoroscopy,*,5,5,14")
    findings, audited = found(folder)
    assert audited.contradictions == 1
    assert ("unrounded", 3, "Year to date", 14, 14) in findings


def test_a_sentence_in_a_csv_file_is_found_once(tmp_path):
    note = "A Trust did 2 fluoroscopy tests in May."
    folder = folder_of(tmp_path, "Y56,RF4,A Trust,Fluoroscopy,10,*,10,20", note, note)
    assert found(folder)[0] == [("text", 3, "", 2, 2)]


def test_one_file_alone_is_attacked_too(tmp_path):
    folder = folder_of(tmp_path, "Y56,RF4,A Trust,Fluoroscopy,10,11,10,30")
    assert found(folder / "Table-1-2023-24.csv")[0] == [("unrounded", 2, "May", 11, 11)]


def test_a_folder_without_tables_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputRefused, match="no table of the publication is recognised") as refusal:
        audit(tmp_path, [], Rule(), lambda _: None)
    assert refusal.value.exit_code == 3
