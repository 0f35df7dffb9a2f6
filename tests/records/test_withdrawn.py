"""The list of patients who have withdrawn consent."""

import pytest

from publish.errors import InputRefused, UsageError
from publish.records.intake import Terms
from publish.records.withdrawn import read_withdrawn
from tests.records.submissions import good, taken_in, written

NUMBER = "9434765919"


def read(tmp_path, content):
    file = tmp_path / "withdrawn.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_withdrawn(file)


#  content                                         who is meant
LISTS = [
    (f"{NUMBER}\n", {NUMBER}),
    (NUMBER, {NUMBER}),
    (f"{NUMBER}\r\nP1\r\n\r\n", {NUMBER, "P1"}),
    ("943 476 5919\n943-476-5919\n", {NUMBER}),
    (f"NHS_NUMBER\n{NUMBER}\n", {NUMBER}),
    ("Person_ID\np1\n", {"P1"}),
    (f'"NHS_NUMBER"\n"{NUMBER}"\n', {NUMBER}),
    (f"\ufeff{NUMBER}\n", {NUMBER}),
    (f"  {NUMBER}  \n", {NUMBER}),
    ("A_B-1\n", {"A_B-1"}),
    ("", set()),
    ("\n \n", set()),
]


@pytest.mark.parametrize(("content", "people"), LISTS)
def test_lists(tmp_path, content, people):
    assert read(tmp_path, content) == people


def test_without_a_list_nobody_has_withdrawn():
    assert read_withdrawn(None) == frozenset()


@pytest.mark.parametrize(
    "line", [f"{NUMBER},2024-01-01", f"{NUMBER};x", "John Smith", "=1+1", "x" * 65, "é", "\0", "٩٤٣٤٧٦٥٩١٩"]
)
def test_a_line_of_something_else_is_refused_without_showing_it(tmp_path, line):
    with pytest.raises(InputRefused, match="line 2 is neither an NHS number nor a Person_ID") as refusal:
        read(tmp_path, f"P1\n{line}\n")
    assert line not in str(refusal.value)


def test_a_heading_further_down_is_taken_for_a_person(tmp_path):
    assert read(tmp_path, f"{NUMBER}\nNHS_NUMBER\n") == {NUMBER, "NHS_NUMBER"}


@pytest.mark.parametrize("content", [NUMBER.encode("utf-16"), b"\xff\xfe\xfa", b"\x80"])
def test_what_is_no_text_is_refused(tmp_path, content):
    with pytest.raises(UsageError, match="cannot be read as text") as refusal:
        read(tmp_path, content)
    assert refusal.value.exit_code == 2


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read as text"):
        read_withdrawn(tmp_path / "none.txt")
    with pytest.raises(UsageError, match="cannot be read as text"):
        read_withdrawn(tmp_path)


@pytest.mark.parametrize("person", [None, "0123456789abcdef0123456789abcdef"])
def test_an_extract_in_which_nobody_can_be_recognised_is_refused(tmp_path, person):
    """By an empty number or a pseudonym, a patient on the list would stay in without a word."""
    file = written([good("A1", NHS_NUMBER=person)], tmp_path / "a.parquet")
    with pytest.raises(InputRefused, match="nobody on the list can be recognised"):
        taken_in(tmp_path, file, terms=Terms(withdrawn=frozenset({"9434765870"})))
