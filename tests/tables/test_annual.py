"""The annual tables against a slow, obvious computation, record by record."""

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.counts.reduction import reduce_records
from publish.disclosure.control import SUPPRESSED, protect
from publish.disclosure.policy import Policy
from publish.period import AnnualPeriod, FinancialYear, Month, MonthlyPeriod, quarters
from publish.reference.tables import load_reference
from publish.release_tables import left_out, release_tables
from publish.tables.builder import build
from publish.tables.places import commissioner_word, commissioners_placed, places_on
from publish.tables.specification import YEAR
from publish.tables.sums import Sums
from publish.tables.workbooks import ANNUAL
from tests.fields.derived import rows_of
from tests.made_records import frame, record
from tests.tables import slow_annual as slow

PERIOD = AnnualPeriod.of(FinancialYear(2023))
WHOLE_YEAR = tuple(map(str, PERIOD.months))
SPECS = {
    (f"{spec.number} by region" if "-by-Region" in spec.file_stem else spec.number or spec.file_stem): spec
    for workbook in ANNUAL
    for spec in workbook.tables
}
HOUSE_RULE, OTHER_RULE = slow.Rule(), slow.Rule(threshold=10, base=10, decimals=1)


def reference_of_slow():
    """The world of the slow computation as reference tables, over the bundled ones."""
    bundled = load_reference()
    others = bundled.icbs.filter(~pl.col("icb_code").is_in(list(slow.BOARDS)))["icb_code"].unique().sort()
    people = {code: people for code, (_, people) in slow.BOARDS.items()} | dict.fromkeys(
        others, slow.PEOPLE_OF_OTHERS
    )
    tables = {
        "exam_codes": [
            {"nicip_code": code, "modality": modality, "published_test_group": group, "interventional": is_so}
            for code, (modality, group, is_so) in slow.EXAMS.items()
        ],
        "sites": [
            {"site_code": site, "org_code": org, "region_code": region, "icb_code": board, "country": "E92000001"}
            for site, (org, region, board) in slow.SITES.items()
        ]
        + [{"site_code": slow.WELSH_SITE, "org_code": "7A1", "country": "W92000004"}],
        "parents": [{"org_code": code, "parent_code": parent} for code, parent in slow.PRACTICES.items()],
        "postcodes": [
            {"postcode": postcode, "lsoa": lsoa, "sub_icb_ons_code": area}
            for postcode, (lsoa, area, _) in slow.POSTCODES.items()
        ],
        "lsoas": [{"lsoa": lsoa, "imd_decile": decile} for lsoa, _, decile in slow.POSTCODES.values()],
    }
    made = {name: rows_of(name, rows) for name, rows in tables.items()}
    return replace(
        bundled,
        **made | {"postcodes": made["postcodes"].lazy()},
        population=pl.DataFrame({"icb_code": list(people), "population": list(people.values())}).with_columns(
            valid_from=pl.lit(None, pl.Date), valid_to=pl.lit(None, pl.Date)
        ),
    )


REFERENCE = reference_of_slow()
NEAR = [
    date.fromisoformat(day)
    for day in (
        *("2023-03-31", "2023-04-01", "2023-06-30", "2023-07-01", "2023-09-30", "2023-10-01"),
        *("2023-12-31", "2024-01-01", "2024-02-29", "2024-03-31", "2024-04-01"),
    )
]
EDGES = [0, 1, 2, 7, 8, 14, 15, 28, 29, 31, 32, 42, 43, 62, 63, 93, 94, 186, 187, 365, 366, 367, 900]
FIRST_DAY, LAST_DAY = NEAR[0], NEAR[-1]


def made(draw: random.Random) -> dict[str, object]:
    """A record that reaches the tables or stays out of them, its days often at the edge of a band."""
    day = draw.choice([*NEAR, *[FIRST_DAY + timedelta(days=draw.randint(0, 367))] * 8])
    asked, received, reported = (draw.choice([None, draw.choice(EDGES), draw.choice(EDGES)]) for _ in range(3))
    age, birthday = draw.choice([None, 0, 1, 4, 5, 89, 90, 104, draw.randint(0, 99)]), draw.choice([0, -1, 1])
    return record(
        SITE_CODE_IMAGING=draw.choice([*slow.SITES, slow.WELSH_SITE]),
        IMAGING_CODE_NICIP=draw.choice([*slow.EXAMS]),
        PATIENT_SOURCE_SETTING=f"0{draw.randint(1, 7)}",
        DIAGNOSTIC_TEST_REQUEST_DATE=None if asked is None else day - timedelta(days=asked),
        DIAG_TEST_REQUEST_REC_DATE=None if received is None else day - timedelta(days=received),
        DIAGNOSTIC_TEST_DATE=day,
        SERVICE_REPORT_DATE=None if reported is None else day + timedelta(days=reported),
        PRACTICE_CODE=draw.choice([*slow.PRACTICES, "A99999", None, None]),
        POSTCODE=draw.choice([*slow.POSTCODES, "AB1 0XX", None]),
        PERSON_BIRTH_DATE=None if age is None else years_before(day, age) + timedelta(days=birthday),
        PERSON_GENDER_CODE=draw.choice(["0", "1", "2", "9", None]),
        ETHNIC_CATEGORY=draw.choice(["A", "D", "H", "P", "S", "Z", "99", None]),
    )


def batch(seed: int, kinds: int) -> list[dict[str, object]]:
    """So many kinds of record, each once or several times: cells below and above the threshold, hidden bases."""
    draw = random.Random(seed)
    exams = draw.sample([*slow.EXAMS], draw.choice([1, 3, len(slow.EXAMS)]))  # few, so that cells are full
    sites = draw.sample([*slow.SITES, slow.WELSH_SITE], draw.choice([1, len(slow.SITES)]))
    return [
        each
        for _ in range(kinds)
        for each in [
            made(draw) | {"IMAGING_CODE_NICIP": draw.choice(exams), "SITE_CODE_IMAGING": draw.choice(sites)}
        ]
        * draw.choice([1, 1, 2, 3, 4, 8, 13])
    ]


seeds, kinds = st.integers(0, 10**9), st.integers(0, 250)


def years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28))


def built(listed, rule=HOUSE_RULE, only=tuple(slow.TABLES), reference=REFERENCE, period=PERIOD):
    """The protected tables by name, with the months of each: those by quarter four times."""
    counts = reduce_records(frame(listed).lazy(), reference, annual=True)
    on = period.latest.last_day
    sums, places = Sums(commissioners_placed(counts, reference, on)), places_on(reference, on)
    policy = Policy(rule.threshold, rule.base, 1, rule.decimals)
    for name in only:
        spec = SPECS[name]
        for months in quarters(period.year) if spec.by_quarter else (period.months,):
            yield name, protect(build(spec, sums, months, places), policy)


def printed(table):
    """{((level, region, code, name, …), label, setting): the values}, in the order of the table."""
    further = table.spec.basis.further
    rows = {}
    for cell in table.cells.iter_rows(named=True):
        place = tuple(cell[name] for name in ("level", "region_code", "org_code", "provider_name", *further))
        value = "*" if cell["status"] == SUPPRESSED else cell["value"]
        assert (cell["status"] == "no data") == (value is None)
        rows.setdefault((place, cell["label"], cell["setting"]), []).append(value)
    return rows


def as_slow_names_them(table):
    return [(column.group, column.heading or column.period) for column in table.columns]


def agree(listed, rule):
    for name, table in built(listed, rule):
        expected = slow.TABLES[name]
        months = tuple(map(str, table.months))
        assert as_slow_names_them(table) == [*expected.columns], name
        found, wanted = printed(table), expected.printed(listed, rule, months)
        assert found == wanted, f"{name} {months[0]}"
        assert [*found] == [*wanted], f"{name}: order of rows"


def test_every_annual_table_is_worked_out_slowly_too():
    monthly = {"1", "2", "3", "4", "5", "6", "12"}  # in test_builder
    assert {*slow.TABLES} == {*SPECS} - monthly


@settings(deadline=None, max_examples=12)
@given(seeds, kinds)
def test_every_annual_table_is_what_plain_python_makes_of_the_records(seed, kinds):
    agree(batch(seed, kinds), HOUSE_RULE)


@settings(deadline=None, max_examples=5)
@given(seeds, kinds)
def test_so_it_is_under_another_policy(seed, kinds):
    agree(batch(seed, kinds), OTHER_RULE)


# By example


def table(name, listed, **further):
    """What the rows of the table of that name say, as {row: {column: value}}."""
    ((_, protected),) = built(listed, only=(name,), **further)
    headings = as_slow_names_them(protected)
    return {row: dict(zip(headings, values, strict=True)) for row, values in printed(protected).items()}


def reported_after(days, times, **items):
    reported = None if days is None else date(2023, 4, 11) + timedelta(days=days)
    return [record(SERVICE_REPORT_DATE=reported, PATIENT_SOURCE_SETTING="01", **items)] * times


#  reported on the day, the next, later, never      same day  next day  known  not known  total
TABLE_10 = [
    ((25, 0, 175, 0), (13.0, 13.0, 200.0, 0.0, 200.0)),  # 12.5 per cent, a half upwards
    ((0, 3, 0, 0), (0.0, 100.0, 5.0, 0.0, 5.0)),
    ((0, 0, 4, 1), (0.0, 0.0, 5.0, "*", 5.0)),
    ((2, 5, 13, 0), ("*", 25.0, 20.0, 0.0, 20.0)),  # 7 of 20, shown as 5 of 20
    ((0, 0, 2, 7), ("*", "*", "*", 5.0, 10.0)),  # of a known total of 2
    ((0, 0, 0, 8), (None, None, 0.0, 10.0, 10.0)),  # of none at all
]


@pytest.mark.parametrize(("times", "shown"), TABLE_10)
def test_percentages_of_table_10(times, shown):
    listed = [
        each for days, count in zip((0, 1, 9, None), times, strict=True) for each in reported_after(days, count)
    ]
    place = ("Provider", "Y56", "RF4", slow.PROVIDERS["RF4"][0])
    row = table("10", listed)[(place, "Plain Radiography", "")]
    group = "A&E, Inpatients & Day Cases"
    headings = ("% Same day", "% by next day", "Total known", "Not Known", "Total")
    assert tuple(row[(group, heading)] for heading in headings) == shown
    elsewhere = [value for (name, _), value in row.items() if name != group]
    assert elsewhere == [None, None, 0.0, 0.0, 0.0]


def test_a_provider_with_other_settings_alone_has_no_row_in_table_10():
    listed = [record(PATIENT_SOURCE_SETTING=code) for code in ("06", "07")] * 4
    assert {place[0] for place, *_ in table("10", listed)} == {"England"}
    assert {place[0] for place, *_ in table("11", listed)} == {"England", "Provider"}


def test_quarters_begin_with_april_july_october_and_january():
    days = ("2023-04-01", "2023-06-30", "2023-07-01", "2023-09-30", "2023-10-01", "2023-12-31", "2024-01-01")
    listed = [
        record(DIAGNOSTIC_TEST_DATE=date.fromisoformat(day), SERVICE_REPORT_DATE=None)
        for day in (*days, "2024-03-31", "2024-04-01", "2023-03-31")
        for _ in range(5)
    ]
    england = ("England", "-", "-", "ENGLAND", "-", "-")
    row = (england, "Plain radiography", "")
    totals = {str(each.months[0]): printed(each)[row][-1] for _, each in built(listed, only=("13",))}
    assert totals == {"2023-04": 10.0, "2023-07": 10.0, "2023-10": 10.0, "2024-01": 10.0}


def test_commissioners_come_by_region_and_name_and_whoever_has_none_stands_last():
    listed = [
        record(PRACTICE_CODE=practice, POSTCODE=postcode, SITE_CODE_IMAGING=site)
        for practice, postcode, site in (
            ("W91001", "RM1 1AA", slow.WELSH_SITE),  # a practice in Wales decides, whatever the postcode
            ("A99999", "YO1 1AA", slow.WELSH_SITE),  # an English patient at a site in Wales
            ("L83001", "RM1 1AA", "RF401"),  # the practice goes before the postcode
            (None, "RM1 1AA", "RF401"),
            (None, None, "RF401"),
        )
        for _ in range(3)
    ]
    rows = [(place, values[("", "Total")]) for (place, *_), values in table("7a", listed).items()]
    assert rows[-4:] == [
        (("Commissioner", "Y56", "A3A8R", "NHS North East London ICB - A3A8R", "E38000255"), 5.0),
        (("Commissioner", "Y58", "15N", "NHS Devon ICB - 15N", "E38000230"), 5.0),
        (("Commissioner", "Y63", "03Q", "NHS Humber and North Yorkshire ICB - 03Q", "E38000188"), 5.0),
        (("No commissioner", "-", "-", "No sub-ICB location", "-"), 5.0),  # 6 of them
    ]
    england = [total for place, total in rows if place[0] == "England"]
    assert max(england) == 15.0


@pytest.mark.parametrize(
    ("year", "tested", "name", "none"),
    [
        (2021, date(2021, 9, 1), "NHS Devon CCG", "No CCG"),
        (
            2022,
            date(2022, 5, 1),
            "NHS Devon ICB - 15N",
            "No sub-ICB location",
        ),  # by its name at the end of the year
        (2023, date(2023, 9, 1), "NHS Devon ICB - 15N", "No sub-ICB location"),
    ],
)
def test_a_commissioner_is_a_ccg_to_june_2022_and_a_sub_icb_location_since(year, tested, name, none):
    listed = [
        record(
            DIAGNOSTIC_TEST_DATE=tested,
            DIAGNOSTIC_TEST_REQUEST_DATE=tested,
            SERVICE_REPORT_DATE=tested,
            PRACTICE_CODE=practice,
        )
        for practice in ("L83001", None)
        for _ in range(3)
    ]
    period = AnnualPeriod.of(FinancialYear(year))
    rows = [place for place, *_ in table("7a", listed, period=period)][-2:]
    assert rows == [
        ("Commissioner", "Y58", "15N", name, "E38000230"),
        ("No commissioner", "-", "-", none, "-"),
    ]


@pytest.mark.parametrize(
    ("day", "word", "boards"),
    [(date(2022, 6, 30), "CCG", 0), (date(2022, 7, 1), "sub-ICB location", 42)],
)
def test_what_places_are_called_on_a_day(day, word, boards):
    places = places_on(REFERENCE, day)
    assert commissioner_word(day) == word
    assert places.filter(level="No commissioner")["provider_name"].to_list() == [f"No {word}"]
    assert places.filter(pl.col("code") != "-", level="ICB").height == boards
    of_15n = places.filter(level="Commissioner", code="15N").select("ons_code", "provider_name").rows()
    assert of_15n == [("E38000230", "NHS Devon CCG" if word == "CCG" else "NHS Devon ICB - 15N")]
    assert not places.select("level", "code").is_duplicated().any()


def test_tables_of_which_nothing_is_known_are_left_out_and_named():
    listed = [record()] * 4
    lacking = ("PRACTICE_CODE", "POSTCODE", "PERSON_BIRTH_DATE", "PERSON_GENDER_CODE", "ETHNIC_CATEGORY")
    without = frame(listed).drop(lacking).lazy()
    counts = reduce_records(without, REFERENCE, annual=True)
    policy = Policy(3, 5, 1)
    tables = release_tables(counts, PERIOD, REFERENCE, policy, None)
    numbers = [workbook.spec.number for workbook in tables.published]
    assert numbers == [str(number) for number in range(1, 14)]  # every test stands under no commissioner
    stems = {each.spec.file_stem for each in tables}
    assert stems.isdisjoint({"Age-and-Sex", "Ethnic-Group", "Deprivation-Decile", "Use-per-1000-Population"})
    said = " ".join(left_out(counts, PERIOD, REFERENCE))
    for name in ("age and sex is left out", "ethnic group is left out", "deprivation decile is left out"):
        assert name in said
    assert "No record leads to a commissioner in England" in said
    of_patient = {"PRACTICE_CODE": "F82001", "POSTCODE": next(iter(slow.POSTCODES)), "ETHNIC_CATEGORY": "A"}
    known = [each | of_patient for each in listed]
    everything = reduce_records(frame(known).lazy(), REFERENCE, annual=True)
    assert left_out(everything, PERIOD, REFERENCE) == ()
    assert len([*release_tables(everything, PERIOD, REFERENCE, policy, None)]) == 34


def test_without_population_nothing_is_said_of_use():
    reference = replace(REFERENCE, population=REFERENCE.population.clear())
    counts = reduce_records(frame([record()] * 4).lazy(), reference, annual=True)
    stems = {each.spec.file_stem for each in release_tables(counts, PERIOD, reference, Policy(3, 5, 1), None)}
    assert "Use-per-1000-Population" not in stems
    assert "Age-and-Sex" in stems


def test_a_board_without_a_population_has_no_rate_and_neither_has_england():
    reference = replace(REFERENCE, population=REFERENCE.population.filter(pl.col("icb_code") != "QJK"))
    listed = [record(PRACTICE_CODE=code, IMAGING_CODE_NICIP="CABDO") for code in ("L83001", "F82001")] * 20
    rows = table("Use-per-1000-Population", listed, reference=reference)
    ct = {place[:3]: [*values.values()] for (place, label, _), values in rows.items() if label == slow.NINE[0]}
    assert ct == {
        ("England", "-", "-"): [40.0, None],
        ("ICB", "Y56", "QMF"): [20.0, 10.0],
        ("ICB", "Y58", "QJK"): [20.0, None],
    }


def test_a_monthly_release_has_the_rows_by_region_and_board_too():
    period = MonthlyPeriod(Month(2023, 6))
    counts = reduce_records(frame(batch(3, 60)).lazy(), REFERENCE)
    tables = release_tables(counts, period, REFERENCE, Policy(3, 5, 1), None)
    (further,) = (workbook for workbook in tables.workbooks if not workbook.spec.number)
    assert [each.spec.number for each in further.tables] == ["1", "2", "3", "4", "5", "6", "12"]
    assert set(further.tables[0].cells["period"]) == {"2023-04", "2023-05", "2023-06", YEAR}
