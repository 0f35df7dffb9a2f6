"""What changed between two editions: each kind of difference, and that nothing else is one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publish.errors import InputRefused
from publish.period import Month
from publish.revisions.compare import compare_folders
from publish.revisions.difference import Kind, kind_of
from publish.revisions.matching import places_in_regions
from publish.revisions.plain import as_json, for_pack
from publish.revisions.published_table import Level
from publish.revisions.reading import read_workbook
from publish.revisions.table_comparison import compare_table
from publish.revisions.totals import by_month, by_provider, england_together, in_turn, tally
from tests.revisions.made import CT, KEYS, MRI, england, kinds_one_by_one, row, save, silent

OLD = [england(100, 200, 300), row("R1A", 40, 80, 120), row("R1B", 60, 120, 180)]


def compared(old, new):
    return compare_folders(old, new, silent)


def pair(tmp_path, new, old=OLD, **changed):
    """OLD against another edition, which may be laid out otherwise."""
    return compared(save(tmp_path / "old", old), save(tmp_path / "new", new, **changed))


def found(comparison):
    """Kind, code, column, old and new of each difference."""
    return [(str(each.kind), each.of.code, each.heading, each.old, each.new) for each in comparison.differences]


def structure(comparison):
    return [(change.what, change.old, change.new) for change in comparison.structure]


# -- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (5.0, 10.0, Kind.REVISION),
        (0.0, 5.0, Kind.REVISION),
        (5.0, "*", Kind.SUPPRESSION),
        ("*", 5.0, Kind.SUPPRESSION),
        (None, 5.0, Kind.DATA),
        (5.0, None, Kind.DATA),
        (None, "*", Kind.DATA),
        ("*", None, Kind.DATA),
        (5.0, "#N/A", Kind.DATA),
        (5.0, 5.0, None),
        (0.958, 0.9580000000000001, None),
        (0.958, 0.959, Kind.REVISION),
        ("*", "*", None),
        (None, None, None),
    ],
)
def test_kinds(old, new, kind):
    assert kind_of(old, new) is kind


def test_nothing_changed(tmp_path):
    comparison = pair(tmp_path, OLD)
    assert (found(comparison), structure(comparison), comparison.names) == ([], [], ())
    assert for_pack(comparison)["said"] == [
        "1 table and 9 values are in both.",
        "No value is different.",
        "England, Table 1, April 2022 to May 2022: 300 tests in both.",
    ]


def test_each_kind_of_value(tmp_path):
    comparison = pair(tmp_path, [england(100, 200, 305), row("R1A", 45, "*", 120), row("R1B", None, 240, 180)])
    assert found(comparison) == [
        ("revision", "", "Year to date", 300.0, 305.0),
        ("revision", "R1A", "Apr", 40.0, 45.0),
        ("suppression", "R1A", "May", 80.0, "*"),
        ("data", "R1B", "Apr", 60.0, None),
        ("revision", "R1B", "May", 120.0, 240.0),
    ]
    sizes = [(each.change, each.per_cent, each.within_rounding) for each in comparison.of_kind(Kind.REVISION)]
    assert sizes == [(120.0, 100.0, False), (5.0, pytest.approx(5 / 3), True), (5.0, 12.5, True)]
    assert [each.cell for each in comparison.differences] == ["H14", "F16", "G16", "F17", "G17"]


def test_a_median_is_not_rounded(tmp_path):
    rows = [england(10, 10, 10)]
    comparison = compared(
        save(tmp_path / "old", rows, number="2"), save(tmp_path / "new", [england(10, 12.5, 10)], number="2")
    )
    assert [(each.change, each.within_rounding) for each in comparison.differences] == [(2.5, False)]


def test_rows_that_appeared_and_went(tmp_path):
    comparison = pair(tmp_path, [england(100, 200, 300), row("R1A", 40, 80, 120), row("R1C", "*", 15, 15)])
    assert found(comparison) == [("row appeared", "R1C", "", None, 15.0), ("row gone", "R1B", "", 180.0, None)]
    assert comparison.places(Kind.APPEARED) == {("provider", "R1C"): "Provider R1C"}
    assert comparison.places(Kind.GONE) == {("provider", "R1B"): "Provider R1B"}


cells = st.sampled_from([None, ".", "*", 0, 5, 10, 15, 1250, 2.5])
rows_of = st.dictionaries(
    st.tuples(st.sampled_from(["R1A", "R1B", "R1C", "NT9"]), st.sampled_from([CT, MRI])),
    st.lists(cells, min_size=3, max_size=3),
    min_size=1,
    max_size=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=rows_of, new=rows_of, header=st.integers(10, 18), turned=st.booleans())
def test_the_same_as_comparing_one_by_one(tmp_path, old, new, header, turned):
    """Whatever the order of rows and columns, and wherever the header stands."""
    columns = ["Outpatient", "Other", "Total"]

    def table(folder, grid, order, **layout):
        rows = [row(code, *[values[at] for at in order], label=label) for (code, label), values in grid.items()]
        save(folder, rows, number="11", columns=[columns[at] for at in order], **layout)
        return read_workbook(folder / "DID-Table-11-2022-23.xlsx").tables[0]

    order = [2, 0, 1] if turned else [0, 1, 2]
    shuffled = dict(reversed(new.items())) if turned else new
    tables = table(tmp_path / "old", old, [0, 1, 2]), table(tmp_path / "new", shuffled, order, header_row=header)
    comparison = compare_table(*tables, places_in_regions(tables))
    assert sorted(map(as_planted, comparison.differences), key=repr) == sorted(kinds_one_by_one(old, new), key=repr)


def as_planted(difference):
    key = difference.of.code, difference.of.label
    if difference.kind in (Kind.APPEARED, Kind.GONE):
        return str(difference.kind), key
    place = ["Outpatient", "Other", "Total"].index(difference.heading)
    return str(difference.kind), key, place, difference.old, difference.new


# -- what is no difference of values -----------------------------------------------------------------------------


def test_another_layout_is_no_difference_of_values(tmp_path):
    rows = [england(300, 200, 100), row("R1B", 180, 120, 60, label=CT.upper()), row("R1A", 120, 80, 40)]
    comparison = pair(
        tmp_path,
        rows,
        header_row=15,
        sheet="Table 1",
        columns=["Year", "May", "Apr"],
        keys=["Region", "Provider code", *KEYS[2:]],
        status="Final",
    )
    assert found(comparison) == []
    assert structure(comparison) == [
        ("sheet", "Provider", "Table 1"),
        ("header row", "13", "15"),
        ("status", "Provisional", "Final"),
        ("key column", "Org Code", "Provider code"),
        ("column", "Year to date", "Year"),
        ("order of columns", "Apr, May, year", "year, May, Apr"),
        ("spelling", CT, CT.upper()),
    ]


def test_columns_that_came_or_went(tmp_path):
    old = save(tmp_path / "old", [england(1, 5, 5)], number="11", columns=["A&E", "Other", "Total"])
    new = save(tmp_path / "new", [england(1, 5, 5)], number="11", columns=["A&E", "Inpatient", "Total"])
    comparison = compared(old, new)
    assert structure(comparison) == [("column", "Other", ""), ("column", "", "Inpatient")]
    assert found(comparison) == []


def test_tables_that_came_or_went(tmp_path):
    old, new = save(tmp_path / "old", OLD), save(tmp_path / "new", OLD)
    save(old, OLD, number="12")
    save(new, OLD, number="11")
    comparison = compared(old, new)
    assert [(change.table, change.what, bool(change.old)) for change in comparison.structure] == [
        ("Table 12", "table", True),
        ("Table 11", "table", False),
    ]
    assert found(comparison) == []
    assert "Only the old one has Table 12." in for_pack(comparison)["said"]


def test_a_provider_with_another_name_is_the_same(tmp_path):
    comparison = pair(tmp_path, [OLD[0], row("R1A", 40, 80, 120, name="New Trust"), OLD[2]])
    assert found(comparison) == []
    assert [change.said for change in comparison.names] == ["R1A: Provider R1A, now New Trust"]


def test_a_provider_under_both_names_in_one_edition(tmp_path):
    old = [OLD[0], row("R1A", 10, 20, 30, name="Old Trust"), row("R1A", 40, 80, 120, name="New Trust")]
    comparison = pair(tmp_path, [OLD[0], row("R1A", 40, 80, 120, name="New Trust")], old=old)
    assert found(comparison) == [("row gone", "R1A", "", 30.0, None)]
    assert comparison.names == ()
    assert "Under several names in the old one, 1: R1A (Old Trust, New Trust)." in for_pack(comparison)["said"]


def test_a_provider_in_another_region_is_the_same(tmp_path):
    comparison = pair(tmp_path, [OLD[0], row("R1A", 40, 80, 125, region="Y61"), OLD[2]])
    assert found(comparison) == [("revision", "R1A", "Year to date", 120.0, 125.0)]
    assert [(change.what, change.old, change.new) for change in comparison.names] == [("region", "Y56", "Y61")]


def test_an_independent_provider_has_a_row_in_each_region(tmp_path):
    old = [OLD[0], row("NT9", 5, 5, 10), row("NT9", 10, 10, 20, region="Y58")]
    comparison = pair(tmp_path, [OLD[0], row("NT9", 5, 5, 15), row("NT9", 10, 10, 20, region="Y60")], old=old)
    assert found(comparison) == [
        ("revision", "NT9", "Year to date", 10.0, 15.0),
        ("row appeared", "NT9", "", None, 20.0),
        ("row gone", "NT9", "", 20.0, None),
    ]
    assert comparison.places(Kind.APPEARED) == {}


def test_commissioners_of_another_name(tmp_path):
    """CCGs became sub-ICB locations, most of which kept their codes."""

    def edition(folder, word, none):
        keys = ["Region", "ONS Code", f"{word} Code", f"{word} Name", "Modality"]
        rows = [
            ["-", "-", "-", "ENGLAND", CT, 30],
            ["Y56", "E1", "93C", f"NHS {word}", CT, 10],
            [None] * 3 + [none, CT, 20],
        ]
        return save(folder, rows, number="7a", keys=keys, columns=["Total"], basis="Commissioner")

    comparison = compared(
        edition(tmp_path / "old", "CCG", "No CCG"),
        edition(tmp_path / "new", "Sub-ICB Location", "No sub-ICB location"),
    )
    assert found(comparison) == []
    assert [change.code for change in comparison.names] == ["93C"]
    assert [change[0] for change in structure(comparison)] == ["key column", "key column"]


def test_boards_are_no_providers(tmp_path):
    """The workbook by region and board has the same numbers of tables, and codes of boards."""

    def edition(folder, board):
        keys = ["Region", "ICB Code", "Area", "Modality"]
        rows = [england(100, 200, 300), ["Y56", "-", "London", CT, 5, 5, 10], ["Y56", "QMF", "A Board", CT, *board]]
        return save(folder, rows, keys=keys, basis="Region and integrated care board")

    comparison = compared(edition(tmp_path / "old", [5, 5, 10]), edition(tmp_path / "new", [5, 15, 20]))
    assert [table.name for table in comparison.tables] == ["Table 1 by region and board"]
    assert [(each.of.level, each.of.code) for each in comparison.differences] == [(Level.AREA, "QMF")] * 2
    assert by_provider(comparison) == []
    assert england_together(comparison) is None


# -- periods -----------------------------------------------------------------------------------------------------


def test_only_months_that_both_have_are_compared(tmp_path):
    new = [england(100, 200, 50, 350), row("R1A", 45, 80, 10, 135), row("R1B", 60, 120, 40, 220)]
    comparison = pair(tmp_path, new, columns=["Apr", "May", "Jun", "Year to date"])
    assert found(comparison) == [("revision", "R1A", "Apr", 40.0, 45.0)]
    assert structure(comparison) == [("months", "", "June 2022")]
    assert for_pack(comparison)["said"][1] == (
        "The old one covers April and May 2022, the new one April to June 2022: months are compared for April and "
        "May 2022 alone. Columns over all months cover different months, and are not revisions of each other."
    )


def test_a_later_edition_given_as_the_older_one_is_said(tmp_path):
    said = for_pack(pair(tmp_path, OLD, period="2021/22"))["said"]
    assert said[0] == "The one given as old is of a later period than the one given as new."


def test_nothing_of_another_year_is_a_revision(tmp_path):
    new = [england(150, 250, 400), row("R1A", 1, 2, 3), row("R1C", 5, 5, 10)]
    comparison = pair(tmp_path, new, period="2023/24")
    assert comparison.of_other_years
    assert found(comparison) == [("row appeared", "R1C", "", None, 10.0), ("row gone", "R1B", "", 180.0, None)]
    total = england_together(comparison)
    assert (total.old, total.new, total.revised) == (300.0, 400.0, False)
    assert as_json(comparison)["can_be_revisions"] is False


# -- totals ------------------------------------------------------------------------------------------------------


def test_totals(tmp_path):
    comparison = pair(
        tmp_path, [england(110, 200, 310), row("R1A", 50, 80, 130), row("R1B", "*", 120, 180), row("R1C", 5, 5, 10)]
    )
    providers = {total.code: (total.tally.revisions, total.net) for total in by_provider(comparison)}
    assert providers == {"R1A": (2, 10.0), "R1B": (0, 0.0), "R1C": (0, 10.0)}
    months = {total.name: (total.tally.revisions, total.net, total.england) for total in by_month(comparison)}
    assert months == {"Columns over several months": (2, None, None), "April 2022": (2, 15.0, 10.0)}
    together = england_together(comparison)
    assert (together.old, together.new) == (300.0, 310.0)
    assert together.months == (Month(2022, 4), Month(2022, 5))
    assert tally(comparison.differences).within_rounding == 0


def test_the_largest_are_taken_in_turn_of_england_and_of_others(tmp_path):
    comparison = pair(tmp_path, [england(900, 900, 900), row("R1A", 41, 82, 123), row("R1B", 60, "*", 180)])
    chosen = in_turn(comparison.differences, 3)
    assert [(str(each.kind), each.of.code, each.size) for each in chosen] == [
        ("revision", "", 800.0),
        ("revision", "R1A", 3.0),
        ("suppression", "R1B", 120.0),
    ]


# -- what is compared --------------------------------------------------------------------------------------------


def test_of_a_release_what_is_public_or_its_draft(tmp_path):
    draft = save(tmp_path / "r" / "draft" / "tables", OLD, name="DRAFT-MADE-UP-DID-Table-1.xlsx")
    other = save(tmp_path / "other", OLD)
    assert found(compared(tmp_path / "r", other)) == []
    assert found(compared(tmp_path / "r" / "draft", draft)) == []
    save(tmp_path / "r" / "public" / "tables", [*OLD, row("R1C", 5, 5, 10)])
    assert [each[0] for each in found(compared(tmp_path / "r", other))] == ["row gone"]


def test_a_single_workbook(tmp_path):
    folder = save(tmp_path, OLD, name="one.xlsx")
    assert found(compared(folder / "one.xlsx", folder)) == []


def test_of_two_workbooks_of_a_table_the_later_one_is_compared(tmp_path):
    folder = save(tmp_path / "a", OLD, name="z.xlsx")
    save(folder, [*OLD, row("R1C", 5, 5, 10)], name="y.xlsx", period="2023/24")
    side = compared(folder, folder).old
    assert (side.tables["1", "provider", ""].file, side.remarks) == (
        "y.xlsx",
        ("z.xlsx: Table 1 is not compared: y.xlsx has it too.",),
    )


def test_what_is_not_understood_is_a_remark(tmp_path):
    folder = save(tmp_path / "a", OLD)
    (folder / "broken.xlsx").write_text("no workbook")
    (folder / "~$lock.xlsx").write_text("lock")
    said = for_pack(compared(folder, save(tmp_path / "b", OLD)))["said"]
    assert said[-1] == "broken.xlsx: is not a workbook (XLSX or ODS)."


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({}, "holds no workbooks"),
        ({"a.xlsx": "x"}, "has no table that is understood as one of the Diagnostic Imaging Dataset"),
    ],
)
def test_a_folder_without_tables_is_refused(tmp_path, content, what):
    (tmp_path / "a").mkdir()
    for name, text in content.items():
        (tmp_path / "a" / name).write_text(text)
    with pytest.raises(InputRefused, match=what) as refused:
        compared(tmp_path / "a", save(tmp_path / "b", OLD))
    assert refused.value.exit_code == 3


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputRefused, match="there is no such folder or workbook"):
        compared(tmp_path / "a", tmp_path / "b")
