"""`publish compare`: what it prints, what it writes, and the code it ends with."""

import json
import sys

import pytest
import typer
from openpyxl import load_workbook
from typer.testing import CliRunner

from publish.cli_compare import compare as command
from publish.errors import InputRefused, PublishError, UsageError
from publish.revisions.compare import compare_folders
from publish.revisions.plain import for_pack
from tests.review.made_content import revisions
from tests.revisions.made import MRI, england, row, save, silent

OLD = [england(1000, 2000, 3000), row("R1A", 400, 800, 1200), row("R1B", 600, 1200, 1800)]
NEW = [england(1100, 2000, 3100), row("R1A", 500, 805, 1300), row("R1B", 600, "*", 1800), row("R1C", 5, 5, 10)]


def compare(*words):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [*map(str, words), "--quiet"])


@pytest.fixture
def editions(tmp_path):
    return save(tmp_path / "old", OLD), save(tmp_path / "new", NEW, header_row=14)


def test_what_is_printed(editions):
    done = compare(*editions)
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "Old: old: 2022/23 provisional, April 2022 to May 2022, published 20th July 2023",
        "New: new: 2022/23 provisional, April 2022 to May 2022, published 20th July 2023",
        "",
        "1 table and 9 values are in both.",
        "5 values revised (1 of them by no more than one step of rounding, from which they may stem), "
        "1 newly hidden or shown.",
        "England, Table 1, April 2022 to May 2022: 3,000 tests, now 3,100 (+100, +3.33%).",
        "The largest revision of one provider: Table 1, Provider R1A (R1A), Computerized Axial Tomography, "
        "April 2022: 400, now 500 (+100, +25.0%).",
        "1 provider appeared: Provider R1C (R1C).",
        "The structure of Table 1 changed.",
        "",
        "Table    Values  Revised  one step  Hidden/shown  Came/went  Rows new  gone  Largest",
        "Table 1       9        5         1             1          0         1     0      100",
        "",
        "Largest revisions, tests",
        "  Table 1, F17: Provider R1A (R1A), Computerized Axial Tomography, April 2022: 400, now 500 "
        "(+100, +25.0%)",
        "  Table 1, H17: Provider R1A (R1A), Computerized Axial Tomography, Year to date: 1,200, now 1,300 "
        "(+100, +8.3%)",
        "  Table 1, G17: Provider R1A (R1A), Computerized Axial Tomography, May 2022: 800, now 805 (+5, +0.6%)",
        "",
        "Newly hidden or shown",
        "  Table 1, G18: Provider R1B (R1B), Computerized Axial Tomography, May 2022: 1,200, now *",
        "",
        "Rows that appeared",
        "  Table 1, row 19: Provider R1C (R1C), Computerized Axial Tomography (largest figure: 10)",
        "",
        "England, where it changed",
        "  Table 1, Computerized Axial Tomography: 3,000 tests, now 3,100 (+100, +3.33%)",
        "",
        "By provider, most revised values first  Revised  one step  Hidden/shown  Came/went  Tests, net",
        "Provider R1A (R1A)                            3         1             0          0        +105",
        "Provider R1C (R1C)                            0         0             0          0         +10",
        "Provider R1B (R1B)                            0         0             1          0           0",
        "",
        "By month                     Revised  one step  Hidden/shown  Came/went  Tests, net",
        "Columns over several months        2         0             0          0",
        "April 2022                         2         0             0          0        +105",
        "May 2022                           1         1             1          0         +10",
        "",
        "Structure: 1 change",
        "  Table 1: header row: 13, now 14",
    ]


def test_json_has_everything_and_is_the_same_each_time(tmp_path, editions):
    written = tmp_path / "changes.json"
    assert compare(*editions, "--json", written).exit_code == 0
    first = written.read_bytes()
    compare(*editions, "--json", written)
    assert written.read_bytes() == first
    found = json.loads(first)
    assert [each["kind"] for each in found["differences"]].count("revision") == 5
    assert found["differences"][0] == {
        "table": "Table 1",
        "kind": "revision",
        "within_rounding": False,
        "level": "England",
        "region": "",
        "code": "",
        "place": "ENGLAND",
        "label": "Computerized Axial Tomography",
        "setting": "",
        "column": "Apr",
        "month": "2022-04",
        "cell": "F15",
        "unit": "tests",
        "old": 1000.0,
        "new": 1100.0,
        "change": 100.0,
        "per_cent": 10.0,
    }
    assert found["tables"][0]["tests_net"] == found["tables"][0]["tests_either_way"] == 105.0


def test_releases_are_found_by_name_in_the_output_folder(tmp_path):
    for name in ("2023-02-provisional", "2023-03-provisional"):
        save(tmp_path / name / "draft" / "tables", OLD)
    done = compare("2023-02-provisional", "2023-03-provisional", "--output", tmp_path)
    assert done.exit_code == 0
    assert done.output.startswith("Old: 2023-02-provisional: 2022/23 provisional")


def test_a_name_that_is_nowhere(tmp_path):
    save(tmp_path / "2023-02-provisional" / "draft" / "tables", OLD)
    refused = compare("2023-02-provisonal", tmp_path, "--output", tmp_path).exception
    assert isinstance(refused, UsageError)
    assert "Did you mean '2023-02-provisional'?" in str(refused)


def test_a_folder_without_tables(tmp_path):
    (tmp_path / "empty").mkdir()
    refused = compare(tmp_path / "empty", tmp_path / "empty").exception
    assert isinstance(refused, InputRefused)
    assert (refused.exit_code, refused.what) == (3, "holds no workbooks")


def test_whatever_the_folder_holds_there_is_no_traceback(editions):
    old, new = editions
    (new / "broken.xlsx").write_bytes(b"PK\x03\x04 broken")
    (new / "list.xlsx").mkdir()
    other = load_workbook(old / "DID-Table-1-2022-23.xlsx")
    del other["Provider"]
    other.save(new / "other.xlsx")
    done = compare(old, new)
    assert done.exit_code == 0
    assert "broken.xlsx: is not a workbook (XLSX or ODS)." in done.output
    assert "other.xlsx: no visible sheet has the title block of a DID table." in done.output
    for wrong in (compare(old, new / "broken.xlsx"), compare(old, new / "other.xlsx")):
        assert isinstance(wrong.exception, PublishError)


# -- for the review pack -----------------------------------------------------------------------------------------


def shape(value):
    """The names and types of plain values."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


def test_the_pack_gets_what_its_page_shows(editions):
    found = for_pack(compare_folders(*editions, silent))
    assert shape(found) == shape(revisions(6))
    assert json.loads(json.dumps(found)) == found
    assert found["old"] == "2022/23 provisional, April 2022 to May 2022, published 20th July 2023"
    assert found["tables"] == [
        {
            "table": "Table 1",
            "changed": 5,
            "suppression": 1,
            "appeared": 1,
            "gone": 0,
            "largest": 100,
            "said": "5 values revised (1 of them by no more than one step of rounding, from which they may stem), "
            "1 newly hidden or shown; the largest: Provider R1A (R1A), Computerized Axial Tomography, April 2022, "
            "400, now 500 (+100, +25.0%); 1 row appeared; header row: 13, now 14.",
        }
    ]
    assert [(each["place"], each["old"], each["new"], each["kind"]) for each in found["rows"]] == [
        ("F15", "1,000", "1,100", "revision"),
        ("F17", "400", "500", "revision"),
        ("H15", "3,000", "3,100", "revision"),
        ("H17", "1,200", "1,300", "revision"),
        ("G17", "800", "805", "revision within rounding"),
        ("G18", "1,200", "*", "suppression"),
        ("row 19", None, "10", "row appeared"),
    ]


def test_the_largest_change_of_a_table_of_medians_is_in_days(tmp_path):
    old = save(tmp_path / "old", [england(5, 5, 5)], number="2")
    new = save(tmp_path / "new", [england(5, 17.5, 5)], number="2")
    assert for_pack(compare_folders(old, new, silent))["tables"][0]["largest"] == "12.5 days"


def test_the_pack_stays_small(tmp_path):
    many = [(f"R{number:03}", label) for number in range(150) for label in ("Fluoroscopy", MRI)]
    old = save(
        tmp_path / "old", [england(5, 5, 5), *(row(code, 100, 50, 150, label=label) for code, label in many)]
    )
    new = save(
        tmp_path / "new", [england(5, 5, 5), *(row(code, 200, "*", 200, label=label) for code, label in many)]
    )
    found = for_pack(compare_folders(old, new, silent))
    assert len(found["rows"]) == 500
    assert {each["kind"] for each in found["rows"]} == {"revision", "suppression"}
    assert len(json.dumps(found)) < 200_000


def test_the_command_loads_little_before_it_is_called():
    assert "publish.cli_compare" in sys.modules
    assert "openpyxl" not in vars(sys.modules["publish.cli_compare"])
