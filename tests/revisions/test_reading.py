"""Sheets in every layout that was published read as the same table."""

from random import Random
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from publish.period import Month
from publish.revisions.published_table import Level, Unit
from publish.revisions.reading import read_workbook
from tests.revisions.made import CT, KEYS, MONTHS, MRI, england, row, save


def table(folder):
    (file,) = folder.glob("*.xlsx")
    read = read_workbook(file)
    assert read.reasons == ()
    (found,) = read.tables
    return found


def reasons(file):
    read = read_workbook(file)
    assert read.tables == ()
    return read.reasons


def test_a_table(tmp_path):
    found = table(save(tmp_path, [england(10, 20, 30), row("R1A", 10, "*", 15), row("R1B", "", 20, 20, label=MRI)]))
    assert (found.name, found.basis, found.status, found.published) == (
        "Table 1",
        "Provider",
        "Provisional",
        "20th July 2023",
    )
    assert [(column.name, column.heading, column.letter) for column in found.columns] == [
        ("2022-04", "Apr", "F"),
        ("2022-05", "May", "G"),
        ("year", "Year to date", "H"),
    ]
    assert found.covers == (Month(2022, 4), Month(2022, 5))
    assert [(each.number, each.level, each.code, each.label, each.values) for each in found.rows] == [
        (14, Level.ENGLAND, "", CT, (10.0, 20.0, 30.0)),
        (16, Level.PLACE, "R1A", CT, (10.0, "*", 15.0)),
        (17, Level.PLACE, "R1B", MRI, (None, 20.0, 20.0)),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (5, 5.0),
        (12.5, 12.5),
        ("1,250", 1250.0),
        (" 25.5 ", 25.5),
        ("*", "*"),
        (".", None),
        ("-", None),
        (" ", None),
        (None, None),
        ("#N/A", "#N/A"),
        (True, "True"),
    ],
)
def test_values(tmp_path, cell, value):
    found = table(save(tmp_path, [england(10, 20, 30), row("R1A", cell, 1, 2)]))
    assert found.rows[1].values[0] == value


def test_the_header_may_stand_elsewhere_and_be_written_otherwise(tmp_path):
    plain = save(tmp_path / "a", [england(10, 20, 30), row("R1A", 10, "*", 15)])
    other = save(
        tmp_path / "b",
        [england(10, 20, 30), row("R1A", 10, "*", 15, label=f" {CT.upper()} ")],
        header_row=17,
        keys=["REGION ", "Provider code", "Provider  Name", "modality"],
        columns=["April", "May ", "YEAR"],
    )
    names = [[column.name for column in table(folder).columns] for folder in (plain, other)]
    assert names[0] == names[1]
    assert table(other).header_row == 17
    assert [each.values for each in table(other).rows] == [each.values for each in table(plain).rows]


def test_a_month_without_data_is_not_covered(tmp_path):
    found = table(save(tmp_path, [england(10, *[None] * 11, 10)], columns=[*MONTHS, "Year to date"]))
    assert found.covers == (Month(2022, 4),)


def test_a_quarter(tmp_path):
    found = table(save(tmp_path, [england(1)], number="13", columns=["Total cases"], period="2023/24 Jul-Sep"))
    assert (found.name, found.identity) == ("Table 13 Q2", ("13", "provider", "Q2"))
    assert found.covers == (Month(2023, 7), Month(2023, 8), Month(2023, 9))


def test_headings_that_stand_twice_have_that_of_their_group(tmp_path):
    found = table(
        save(
            tmp_path,
            [england(0.5, 10, 0.25, 20)],
            number="10",
            columns=["% Same day", "Total", "% Same day", "Total"],
            groups=["A&E", None, "Outpatients"],
        )
    )
    assert [(column.heading, column.unit) for column in found.columns] == [
        ("A&E: % Same day", Unit.PER_CENT),
        ("A&E: Total", Unit.TESTS),
        ("Outpatients: % Same day", Unit.PER_CENT),
        ("Outpatients: Total", Unit.TESTS),
    ]


def test_units(tmp_path):
    medians = table(save(tmp_path / "2", [england(1, 2.5, 2)], number="2"))
    shares = table(save(tmp_path / "13", [england(0.958, 1000)], number="13", columns=["By next day", "Cases"]))
    assert {column.unit for column in medians.columns} == {Unit.DAYS}
    assert [column.unit for column in shares.columns] == [Unit.PER_CENT, Unit.TESTS]


def test_a_table_without_places_is_of_england(tmp_path):
    rows = [[CT, "GP Direct Access", 5, 10], [CT, "Other", 15, 20]]
    keys = ["Modality", "Patient Source Setting"]
    found = table(save(tmp_path, rows, number="9", keys=keys, columns=["0-7 days", "8-31 days"], basis="Modality"))
    assert [(each.level, each.setting, each.values) for each in found.rows] == [
        (Level.ENGLAND, "GP Direct Access", (5.0, 10.0)),
        (Level.ENGLAND, "Other", (15.0, 20.0)),
    ]


def test_columns_of_words_tell_rows_apart(tmp_path):
    rows = [["-", "-", "ENGLAND", CT, "Adults", 5], ["-", "-", "ENGLAND", CT, "Children", 10]]
    found = table(save(tmp_path, rows, keys=[*KEYS, "Age group"], columns=["Total"]))
    assert [(each.setting, each.values) for each in found.rows] == [("Adults", (5.0,)), ("Children", (10.0,))]


def test_hidden_sheets_are_passed_over(tmp_path):
    folder = save(tmp_path, [england(10, 20, 30)])
    (file,) = folder.glob("*.xlsx")
    book = load_workbook(file)
    book.copy_worksheet(book["Provider"]).sheet_state = "hidden"
    book.save(file)
    assert len(read_workbook(file).tables) == 1


# -- what is not understood is said ------------------------------------------------------------------------------


def test_a_workbook_that_is_none(tmp_path):
    (tmp_path / "a.xlsx").write_text("no workbook")
    assert reasons(tmp_path / "a.xlsx") == ("is not a workbook (XLSX or ODS)",)


def test_a_damaged_workbook(tmp_path):
    save(tmp_path, [england(10, 20, 30)], name="a.xlsx")
    whole = (tmp_path / "a.xlsx").read_bytes()
    for size in (10, 1000, len(whole) // 2, len(whole) - 10):
        (tmp_path / "b.xlsx").write_bytes(whole[:size])
        assert len(reasons(tmp_path / "b.xlsx")) == 1


def test_parts_that_are_damaged_never_raise(tmp_path):
    """Bytes of the parts are changed, not those of the packed file, which would only fail its checksum."""
    draw = Random(1)
    save(tmp_path, [england(10, 20, 30), row("R1A", 10, "*", 15)], name="a.xlsx")
    with ZipFile(tmp_path / "a.xlsx") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for _ in range(100):
        name = draw.choice(sorted(parts))
        part = bytearray(parts[name])
        for _ in range(draw.randrange(1, 6)):
            part[draw.randrange(len(part))] = draw.choice(b'<>"/0A&- ')
        with ZipFile(tmp_path / "b.xlsx", "w") as packed:
            for each, content in parts.items():
                packed.writestr(each, bytes(part) if each == name else content)
        read = read_workbook(tmp_path / "b.xlsx")
        assert read.tables or read.reasons


def test_a_workbook_of_something_else(tmp_path):
    book = Workbook()
    book.active["A1"] = "Waiting times"
    book.save(tmp_path / "a.xlsx")
    assert reasons(tmp_path / "a.xlsx") == ("no visible sheet has the title block of a DID table",)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"period": "a while ago"}, "names no financial year such as 2021/22 as its period"),
        ({"period": "2022/24"}, "names no financial year such as 2021/22 as its period"),
        ({"keys": [*KEYS[:3], "Machine"]}, "has no header with Modality or Test"),
        ({"columns": []}, "has no rows of figures below its header"),
    ],
)
def test_a_table_that_is_not_understood(tmp_path, changed, why):
    save(tmp_path, [england(10, 20, 30)], name="a.xlsx", **changed)
    assert reasons(tmp_path / "a.xlsx") == (f"sheet 'Provider' {why}",)
