"""From sheets to figures: the published workbooks, counted another way, and layouts that other years may have."""

from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from publish.disclosure.audit.reading.folder import read_folder
from publish.disclosure.audit.reading.sheet import Sheet
from publish.disclosure.audit.recognising.figures import ENGLAND, Kind, State
from publish.disclosure.audit.recognising.headings import FOREVER, KNOWN_DAYS
from publish.disclosure.audit.recognising.linked import counts_of, linked
from publish.disclosure.audit.recognising.recognition import recognise, unrecognised
from publish.disclosure.audit.recognising.tidy import is_tidy
from publish.disclosure.audit.rule import Rule

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "published"
YEARS = ("2021-22", "2022-23", "2023-24")
with_published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published workbooks are not beside the project"
)
CT, MRI = "Computerized Axial Tomography", "Magnetic Resonance Imaging"
APRIL_2018 = 12 * 2018 + 3
YEAR_2018 = (APRIL_2018, APRIL_2018 + 11)


def quiet(_):
    pass


@pytest.fixture(scope="module")
def published():
    return {year: [s for s in read_folder(PUBLISHED / year, quiet).sheets if not s.hidden] for year in YEARS}


def plain_count(path, sheet):
    """Numbers, stars and their sum to the right of and below the header, and the number of medians tables."""
    workbook = load_workbook(path, read_only=True, data_only=True)
    rows = [*workbook[sheet].iter_rows(values_only=True)]
    workbook.close()
    header = next(n for n, row in enumerate(rows) if {"Modality", "Test"} & set(row) and "Basis:" not in row)
    labels = next(n for n, cell in enumerate(rows[header]) if cell in {"Modality", "Test"})
    first = 1 + max(
        n
        for n, cell in enumerate(rows[header])
        if cell in {"Modality", "Test", "Source setting", "Patient Source Setting"}
    )
    cells = [
        row[place]
        for row in rows[header + 1 :]
        if row[labels] is not None
        for place in range(first, len(rows[header]))
        if rows[header][place] is not None
    ]
    numbers = [cell for cell in cells if isinstance(cell, int | float)]
    return len(numbers), cells.count("*"), round(sum(numbers), 6)


@with_published
@pytest.mark.parametrize("year", YEARS)
def test_every_published_cell_is_a_figure(published, year):
    tables = [table for sheet in published[year] for table in recognise(sheet)]
    assert len({table.sheet.file for table in tables}) == len([*(PUBLISHED / year).glob("*.xlsx")])
    assert not unrecognised(published[year], tables)
    for table in tables:
        assert table.not_read == ()
        states = Counter(figure.state for figure in table.figures)
        total = round(sum(figure.value for figure in table.figures if figure.state is State.SHOWN), 6)
        counted = plain_count(PUBLISHED / year / table.sheet.file, table.sheet.name)
        assert (states[State.SHOWN], states[State.HIDDEN], total) == counted, table.sheet.file
        assert not states[State.UNCLEAR]
        kinds = {figure.kind for figure in table.figures}
        name = table.sheet.file.split("-Table-")[1].split("-")[0]
        shares = {Kind.SHARE} if name in {"9", "10", "13"} else set()
        assert kinds == ({Kind.MEDIAN} if name in {"2", "3", "5", "6"} else {Kind.COUNT}) | shares


@with_published
@pytest.mark.parametrize("year", YEARS)
def test_no_two_published_cells_contradict_each_other(published, year):
    tables = [table for sheet in published[year] for table in recognise(sheet)]
    counts = counts_of(tables, Rule())
    assert not any(count.contradicted for count in counts.values())
    assert linked(counts).relations


@with_published
def test_keys_of_chosen_cells(published):
    tables = {
        (t.sheet.file.split("-Table-")[1].split("-")[0], t.sheet.name): t
        for s in published["2021-22"]
        for t in recognise(s)
    }
    year = (12 * 2021 + 3, 12 * 2022 + 2)

    def key(name, row, column):
        return next(f for f in tables[name].figures if (f.row, f.column) == (row, column)).key

    first = key(("7", "Table 7a"), 15, 15)
    assert (first.basis, first.label, first.place, first.months) == ("commissioner", CT.lower(), ENGLAND, year)
    assert first.days == ("request", (366, FOREVER))
    assert key(("7", "Table 7b"), 15, 8).days == ("report", (1, 1))
    assert key(("10", "Table 10"), 14, 8)[3:6] == ("01+02+05", year, ("report", KNOWN_DAYS))
    assert key(("10", "Table 10"), 14, 12)[3:6] == ("03+04", year, ("report", (0, 1)))
    april = 12 * 2021 + 3
    assert key(("1", "Provider"), 14, 6).months == (april, april)


def sheet(*rows, file="a.xlsx", name="Provider", formats=None):
    return Sheet(file, name, rows, formats=formats or {})


def only(of_sheet):
    (table,) = recognise(of_sheet)
    return table


def shown(table):
    return {(figure.row, figure.column): figure.value for figure in table.figures if figure.state is State.SHOWN}


TITLE = ("Title:", "Table 1 Count of Imaging Activity by Modality")
PERIOD = ("Period:", "2018/19")
HEADS = ("Region", "Provider Code", "Provider Name", "Modality")
ROW = ("Y56", "RAA", "First Trust", CT)


def months_of(table):
    return [figure.key.months for figure in table.figures]


@pytest.mark.parametrize("year", range(2012, 2025))
@pytest.mark.parametrize(
    "form", ["{0}/{2}", "{0}-{2}", "April {0} to March {1}", "Apr-{3} - Mar-{2}", "Apr {0} to Mar {1}"]
)
def test_the_financial_year_in_all_its_forms(year, form):
    words = form.format(year, year + 1, f"{(year + 1) % 100:02}", f"{year % 100:02}")
    april = 12 * year + 3
    rows = [(*HEADS, "Apr", "Mar", "Year"), (*ROW, 5, 5, 10)]
    for above in ([TITLE, ("Period:", words)], [(f"Title: {TITLE[1]}",), (f"Period: {words}",)]):
        table = only(sheet(*above, *rows))
        assert months_of(table) == [(april, april), (april + 11, april + 11), (april, april + 11)]


def test_months_as_dates_and_totals_of_the_months_so_far():
    heads = (*HEADS, "2018-04-01T00:00:00", "2018-05-01", "Total")
    table = only(sheet(TITLE, heads, (*ROW, 5, 5, 10)))
    assert months_of(table) == [(APRIL_2018,) * 2, (APRIL_2018 + 1,) * 2, (APRIL_2018, APRIL_2018 + 1)]


def test_a_total_of_a_calendar_year_is_of_its_months():
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    table = only(sheet(TITLE, (*HEADS, *(f"{name} 2018" for name in names), "Year"), (*ROW, *[5] * 12, 60)))
    assert months_of(table)[-1] == (12 * 2018, 12 * 2018 + 11)


def test_months_of_no_known_year_stay_in_the_order_of_a_financial_year():
    table = only(sheet(TITLE, (*HEADS, "Dec", "Jan", "Year to date"), (*ROW, 5, 5, 10)))
    december, january, so_far = months_of(table)
    assert january[0] == december[0] + 1
    assert so_far[1] == january[0]


def test_years_side_by_side():
    table = only(sheet(TITLE, PERIOD, (*HEADS, "2017/18", "2018/19"), (*ROW, 5, 10)))
    assert months_of(table) == [(APRIL_2018 - 12, APRIL_2018 - 1), YEAR_2018]


@pytest.mark.parametrize("above", [0, 1, 7, 38])
@pytest.mark.parametrize("left", [(), (None,)])
def test_the_header_stands_anywhere(above, left):
    rows = [(*left, *HEADS, "Apr", "May"), (*left, *ROW, 5, "*"), (), (*left, "1. A note", None, None, None)]
    table = only(sheet(*[()] * above, *rows, file="DID-Table-1-2018-19-Modality-Provider-Counts.csv", name=""))
    assert [(figure.state, figure.key.months[0]) for figure in table.figures] == [
        (State.SHOWN, APRIL_2018),
        (State.HIDDEN, APRIL_2018 + 1),
    ]
    assert table.figures[0].key.place == ("Organisation", "Y56", "RAA")


def test_a_header_of_two_rows_and_groups_that_are_merged():
    table = only(
        sheet(
            TITLE,
            PERIOD,
            (*HEADS, "A&E", None, None, "GP Direct Access", None),
            (None, None, None, None, "0-7 days", "8+ days", None, "0-7 days", "8+ days"),
            (*ROW, 5, 10, None, 15, 20),
        )
    )
    assert [(figure.key.setting, figure.key.days[1]) for figure in table.figures] == [
        ("05", (0, 7)),
        ("05", (8, FOREVER)),
        ("04", (0, 7)),
        ("04", (8, FOREVER)),
    ]


def test_labels_that_are_printed_once_hold_for_the_rows_below():
    table = only(
        sheet(
            TITLE,
            PERIOD,
            ("Region", "Code", "Provider", "Test", "Source setting", "Apr", "May"),
            (None, None, "England total", "Brain (MRI)", "All", 10, 10),
            (None, None, None, None, "GP Direct Access", 5, 5),
            (),
            ("Y56", "RAA", "First Trust", "Brain (MRI)", "All", 5, 5),
            (None, None, None, None, "GP Direct Access", 0, 5),
            (None, None, None, "Chest (X-ray)", "All", 5, 5),
            (None, None, None, "Total", "All", 10, 10),
            ("Notes:", None, None, None, None, None, None),
        )
    )
    found = [(f.key.place[2], f.key.label, f.key.setting) for f in table.figures if f.column == 6]
    assert found == [
        ("", "brain (mri)", ""),
        ("", "brain (mri)", "04"),
        ("RAA", "brain (mri)", ""),
        ("RAA", "brain (mri)", "04"),
        ("RAA", "chest (x-ray)", ""),
    ]
    assert table.not_read == ("a row without a name or a label",)


def test_regions_that_are_printed_once():
    rows = [("Y56", "RAA", "One", CT, 5, 5), *((None, f"RA{n}", f"Trust {n}", CT, 5, 5) for n in "BCD")]
    table = only(sheet(TITLE, PERIOD, (*HEADS, "Apr", "May"), *rows))
    assert {figure.key.place[1] for figure in table.figures} == {"Y56"}


@pytest.mark.parametrize("name", ["England", "ENGLAND", "England total", "Total England", "All providers", "Total"])
def test_england_by_any_name(name):
    table = only(sheet(TITLE, PERIOD, (*HEADS, "Apr", "May"), (*ROW, 5, 5), ("-", "-", name, CT, 5, 5)))
    assert [figure.key.place for figure in table.figures][2:] == [ENGLAND, ENGLAND]


def test_regions_by_name_and_by_code_are_the_same():
    rows = [("London", None, "London", CT, 5, 5), ("London", "RAA", "First Trust", CT, 5, 5)]
    table = only(sheet(TITLE, PERIOD, (*HEADS, "Apr", "May"), *rows))
    assert [f.key.place for f in table.figures][::2] == [("Region", "Y56", ""), ("Organisation", "Y56", "RAA")]


@pytest.mark.parametrize(
    ("code", "name", "basis"),
    [
        ("CCG Code", "CCG Name", "commissioner"),
        ("PCT Code", "PCT Name", "commissioner"),
        ("Sub ICB Location Code", "Sub ICB Location Name", "commissioner"),
        ("Provider Code", "Org Name", "provider"),
        ("Provider", "Provider Name", "provider"),
        ("Trust Code", "Trust", "provider"),
    ],
)
@pytest.mark.parametrize("region", ["Region", "Area Team", "Commissioning Region", "SHA code"])
def test_organisations_of_all_years(region, code, name, basis):
    table = only(sheet(TITLE, PERIOD, (region, code, name, "Modality", "Apr", "May"), (*ROW, 5, 5)))
    assert table.figures[0].key.basis == basis
    assert table.figures[0].key.place == ("Organisation", "Y56", "RAA")
    assert table.names[table.figures[0].key.place] == "First Trust"


CELLS = (
    *((cell, State.HIDDEN, None) for cell in ("*", "c", "[c]", "<5", "< 3", "\u2264 5", "suppressed")),
    *((cell, State.EMPTY, None) for cell in (None, ".", "-", "..", "n/a", "\u2013", "[x]", "[z]", ":")),
    *(("1,234", State.SHOWN, 1234), ("12", State.SHOWN, 12), ("1,235 [r]", State.SHOWN, 1235)),
    *(("15r", State.SHOWN, 15), ("12.5", State.SHOWN, 12.5), ("[low]", State.SHOWN, 0), (7, State.SHOWN, 7)),
    *((cell, State.UNCLEAR, None) for cell in ("#N/A", "see note 4", "12 to 14")),
)


@pytest.mark.parametrize(("cell", "state", "value"), CELLS)
def test_cells(cell, state, value):
    figures = only(sheet(TITLE, PERIOD, (*HEADS, "Apr", "May"), (*ROW, cell, 5))).figures
    assert (figures[0].state, figures[0].value) == (state, value)


def test_a_cell_that_is_not_understood_may_be_any_count():
    table = only(sheet(TITLE, PERIOD, (*HEADS, "Apr", "May", "YTD"), (*ROW, "see note", 5, 100)))
    count = counts_of([table], Rule())[table.figures[0].key]
    assert count.low == 0
    assert count.high > 10**9


def test_percentages_in_words_are_fractions():
    heads = (*HEADS, "% Same day", "Total known", "Total")
    table = only(sheet(TITLE, PERIOD, heads, (*ROW, "58.3%", 120, "1,200"), (*ROW[:3], MRI, "58%", 100, 100)))
    assert [(f.kind, f.value) for f in table.figures if f.column == 5] == [(Kind.SHARE, 0.583), (Kind.SHARE, 0.58)]
    assert table.of == 1
    assert shown(table)[4, 7] == 1200


def test_two_tables_on_one_sheet_have_titles_of_their_own():
    first = (TITLE, PERIOD, (*HEADS, "Apr", "May"), (*ROW, 5, 5), ("Notes:",), ("1. 0 = median value is 0",), ())
    second = (("Table 2 Median number of days from Date of Test Request to Date of Test",), (*HEADS, "Apr", "May"))
    counts, medians = recognise(sheet(*first, *second, (*ROW, 5, 12.5)))
    assert {figure.kind for figure in counts.figures} == {Kind.COUNT}
    assert {figure.kind for figure in medians.figures} == {Kind.MEDIAN}
    assert {figure.key.months[0] for figure in medians.figures} == {APRIL_2018, APRIL_2018 + 1}


def test_a_file_named_by_an_interval_without_bands_has_medians():
    name = "DID-Table-2-2018-19-Modality-Provider-Request-to-Test.csv"
    table = only(sheet((*HEADS, "Apr", "May"), (*ROW, 5, 12), file=name, name=""))
    assert {figure.kind for figure in table.figures} == {Kind.MEDIAN}


def test_a_title_in_one_cell():
    above = ("Diagnostic Imaging Dataset: Table 3 Median number of days from Date of Test to Report",)
    table = only(sheet(("NHS England",), above, PERIOD, (*HEADS, "Apr", "May"), (*ROW, 5, 12)))
    assert {figure.kind for figure in table.figures} == {Kind.MEDIAN}


def test_columns_and_rows_that_nothing_tells_apart_are_left_out_and_named():
    twice = only(sheet(TITLE, PERIOD, (*HEADS, "Apr", "May", "Urgent", "Total", "Total"), (*ROW, 5, 5, 9, 10, 15)))
    assert twice.not_read == ("Urgent", "Total", "Total")
    rows = [(*ROW, "Urgent", 5, 5), (*ROW, "Routine", 10, 5), (*ROW[:3], MRI, "Urgent", 5, 5)]
    differ = only(sheet(TITLE, PERIOD, (*HEADS, "Priority", "Apr", "May"), *rows))
    assert {figure.row for figure in differ.figures} == {6}
    assert differ.not_read == ("rows that differ and are of the same",)


LONG = ("month", "org_code", "provider_name", "modality")


def long(heading, *rows, heads=LONG):
    return sheet([*heads, heading], *rows, file="a.csv", name="")


@pytest.mark.parametrize("heading", ["tests", "Count", "Activity", "value", "number", "Number of tests"])
def test_a_long_file_without_measures_is_of_tests(heading):
    rows = [(month, "RJ1", "A trust", "CT", cell) for month, cell in (("2023-04", 15), ("May-23", "*"))]
    figures = only(long(heading, *rows)).figures
    assert [(f.row, f.column, f.kind, f.state, f.value) for f in figures] == [
        (2, 5, Kind.COUNT, State.SHOWN, 15),
        (3, 5, Kind.COUNT, State.HIDDEN, None),
    ]
    april = 12 * 2023 + 3
    assert [f.key.months for f in figures] == [(april, april), (april + 1, april + 1)]
    assert {f.key.place for f in figures} == {("Organisation", "", "RJ1")}


def test_a_long_file_with_other_names_of_keys():
    heads = ("Period", "Region", "Provider", "Provider name", "Test")
    figures = only(long("Tests", ("2023-04", "Y56", "RJ1", "A trust", "CT", 15), heads=heads)).figures
    assert [(f.key.place, f.key.label) for f in figures] == [
        (("Organisation", "Y56", "RJ1"), "computerized axial tomography")
    ]


def test_rows_of_a_long_file_that_nothing_tells_apart_are_left_out_and_named():
    rows = [("2023-04", code, "x", "CT", shade, 5) for code, shade in (("RJ1", "a"), ("RJ1", "b"), ("R1H", "a"))]
    rows[1] = (*rows[1][:-1], 10)
    table = only(long("tests", *rows, heads=(*LONG, "shade")))
    assert [f.row for f in table.figures] == [4]
    assert table.not_read == ("rows that differ and are of the same",)


@pytest.mark.parametrize("more", ["count", "0-7 days", "April 2023"])
def test_a_file_with_several_columns_of_figures_is_not_long(more):
    assert not is_tidy(long("tests", heads=(*LONG, more)))


@pytest.mark.parametrize("heads", [("org_code",), ("month",), ()])
def test_a_file_without_a_period_or_what_it_is_of_is_not_long(heads):
    assert not is_tidy(long("tests", heads=heads))


def test_a_source_setting_that_is_not_known_is_no_total():
    heads = (*HEADS, "Source setting", "Apr", "May")
    table = only(sheet(TITLE, PERIOD, heads, (*ROW, "All", 10, 10), (*ROW, "Community", 5, 5)))
    assert {figure.row for figure in table.figures} == {4}
    assert table.not_read == ("Community",)


def test_a_sheet_with_many_numbers_and_no_table_is_named():
    numbers = sheet(*[(n, n + 1, n + 2, "4") for n in range(5)], name="Data")
    words = sheet(("A", "B"), ("C", 1), name="Notes")
    assert recognise(numbers) == []
    assert unrecognised([numbers, words], []) == ("a.xlsx Data",)
    table = only(sheet(TITLE, PERIOD, (*HEADS, "Apr", "May"), *[(*ROW, 5, 5)] * 20))
    assert unrecognised([table.sheet, words], [table]) == ()


def forms():
    """A count of one month and its year, as the workbook, the spreadsheet, the CSV files and the page have it."""
    title = "Count of Imaging Activity by Modality"
    yield sheet(
        (None, "Title:", f"Table 1 DID - {title}"),
        (None, "Period:", "2018/19"),
        (None, *HEADS, "Apr", "Mar", "Year"),
        (None, "-", "-", "ENGLAND", CT, "*", 5, 10),
    )
    yield sheet(
        (f"Table 1: {title}, April 2018 to March 2019",),
        (
            "Region",
            "Organisation code",
            "Provider name",
            "Modality",
            "April 2018 (tests)",
            "March 2019 (tests)",
            "Year",
        ),
        ("[z]", "[z]", "England", CT, "[c]", 5, 10),
        file="diagnostic-imaging-tables-2018-19.ods",
        name="Table_1",
    )
    columns = (
        "period",
        "period_type",
        "level",
        "region_code",
        "org_code",
        "org_name",
        "modality",
        "measure",
        "value",
        "status",
    )
    yield sheet(
        columns,
        ("2018-04", "month", "England", None, None, None, CT, "tests", None, "suppressed"),
        ("2019-03", "month", "England", None, None, None, CT, "tests", 5),
        ("2018-04/2019-03", "year_to_date", "England", None, None, None, CT, "tests", 10),
        file="csv/DID-Table-1-2018-19-Modality-Provider-Counts.csv",
        name="",
    )
    yield sheet(
        ("Modality", "Apr 2018", "Mar 2019", "Year"),
        (CT, "*", 5, 10),
        file="statistics.html",
        name=f"{title}, England, April 2018 to March 2019",
    )


def test_the_same_count_has_the_same_key_in_every_form():
    tables = [only(form) for form in forms()]
    found = [[(figure.key, figure.state, figure.value) for figure in table.figures] for table in tables]
    assert found[0][0][0].months == (APRIL_2018, APRIL_2018)
    assert found[0][2][0].months == YEAR_2018
    assert all(each == found[0] for each in found)
    counts = counts_of(tables, Rule())
    assert len(counts) == 3
    assert not any(count.contradicted for count in counts.values())
