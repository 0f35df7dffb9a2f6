"""`publish check`: what it prints, what it writes, and the code it ends with."""

import json

import pytest
from openpyxl.styles import Font
from typer.testing import CliRunner

from publish.cli import app
from publish.errors import InputRefused
from tests.accessibility import made


def check(*words):
    return CliRunner().invoke(app, ["check", *map(str, words)])


@pytest.fixture
def accessible(tmp_path):
    return made.save_ods(made.ods(), tmp_path)


@pytest.fixture
def merged(tmp_path):
    """A workbook that fails an essential point, at seven places."""
    book = made.xlsx()
    for row in range(20, 27):
        book["Cover"].merge_cells(f"A{row}:B{row}")
    return made.save_xlsx(book, tmp_path)


def test_an_accessible_workbook(accessible):
    done = check(accessible)
    assert done.exit_code == 0
    first, underline, *points, last = done.output.splitlines()
    assert (first, underline) == ("imaging-tests-2022.ods", "-" * 22)
    assert points[0] == "T1   essential   passed"
    assert "F1   essential   for a person    Texts are plain, and abbreviations are written out" in done.output
    assert "F8   desirable   not applicable: it has no images and charts" in points
    assert last == (
        "essential: 21 passed, 0 failed; desirable: 28 passed, 0 failed; "
        "0 excepted; 1 not applicable; 7 for a person."
    )


def test_five_places_and_how_many_more(merged):
    done = check(merged)
    assert done.exit_code == 3
    lines = done.output.splitlines()
    at = lines.index("T3   essential   failed          No cell is merged, and no table lies in another.")
    assert [line.strip() for line in lines[at + 1 : at + 7]] == [
        *(f"Cover!A{row}:B{row}: cells are merged" for row in range(20, 25)),
        "and 2 more",
    ]


def test_a_desirable_point_alone_does_not_count(tmp_path):
    book = made.xlsx()
    book["Cover"]["A2"].font = Font(name="Georgia", size=12)
    done = check(made.save_xlsx(book, tmp_path))
    assert "F3   desirable   failed" in done.output
    assert done.exit_code == 0


def test_several_files(accessible, merged):
    done = check(accessible, merged)
    assert done.exit_code == 3
    assert [line for line in done.output.splitlines() if line.startswith("imaging-")] == [
        accessible.name,
        merged.name,
    ]


def test_json_has_every_place_and_is_the_same_each_time(tmp_path, accessible, merged):
    written = tmp_path / "checked.json"
    check(accessible, merged, "--json", written)
    first = written.read_bytes()
    check(accessible, merged, "--json", written)
    assert written.read_bytes() == first
    clean, broken = json.loads(first)["files"]
    assert (clean["file"], clean["form"], clean["essential_failed"]) == (accessible.name, "ods", 0)
    assert broken["essential_failed"] == 1
    point = next(point for point in broken["points"] if point["point"] == "T3")
    assert (point["weight"], point["outcome"]) == ("essential", "failed")
    assert len(point["findings"]) == 7
    assert point["findings"][0] == {"place": "Cover!A20:B20", "sentence": "cells are merged"}


def test_what_cannot_be_read_is_refused(tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_text("no workbook")
    refusal = check(file).exception
    assert isinstance(refusal, InputRefused)
    assert (refusal.exit_code, refusal.what) == (3, "is not a workbook (XLSX or ODS)")


def test_json_that_cannot_be_written(tmp_path, accessible):
    refusal = check(accessible, "--json", tmp_path / "nowhere" / "a.json").exception
    assert isinstance(refusal, InputRefused)
    assert refusal.what == "cannot be written"
