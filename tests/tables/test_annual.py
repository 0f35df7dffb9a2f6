"""The annual tables against a slow, obvious computation, record by record."""

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.counts.reduction import reduce_records
from publish.disclosure.control import SUPPRESSED, protect
from publish.disclosure.policy import Policy
from publish.period import AnnualPeriod, FinancialYear, quarters
from publish.reference.tables import load_reference
from publish.tables.builder import build
from publish.tables.places import commissioners_placed, places_on
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
    counts, places = commissioners_placed(counts, reference, on), places_on(reference, on)
    policy = Policy(rule.threshold, rule.base, 1, rule.decimals)
    for name in only:
        spec = SPECS[name]
        for months in quarters(period.year) if spec.by_quarter else (period.months,):
            yield name, protect(build(spec, counts, months, places), policy)


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
