"""England over the years: which figures stand for an earlier year, and what is said of them."""

from dataclasses import replace

import polars as pl
import pytest

from publish.disclosure.control import ProtectedTable
from publish.period import AnnualPeriod, FinancialYear, Month
from publish.quality.earlier_years import SCHEMA
from publish.reference.vocabulary import modalities
from publish.tables.catalogue import ACTIVITY, ALL_MODALITIES, TABLE_2, TABLE_3
from publish.tables.specification import TableSpec
from publish.tables.truth import YEAR
from publish.writing import headlines
from publish.writing.content import ReleaseTables
from publish.writing.earlier_years import Comparison, earlier_years
from publish.writing.spoken import Spoken, spoken_of
from publish.writing.years import years_of
from tests.samples import ENGLAND, sample_edition, sample_tables, table_of

PERIOD = AnnualPeriod.of(FinancialYear(2023))
BEFORE = FinancialYear(2022).months
XRAY, CT, MRI = "Plain Radiography", "Computerized Axial Tomography", "Magnetic Resonance Imaging"
LABELS = [modality.modality for modality in modalities() if modality.in_provider_tables]

Published = dict[tuple[str, str, str], float]  # by year, table and label


def earlier(values: Published, provisional: tuple[str, ...] = ()) -> pl.DataFrame:
    """Figures as they were published, final but for the years named."""
    rows = [
        (year, table, label, "", value, "Provisional" if year in provisional else "Final")
        for (year, table, label), value in values.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def a_year(year: str, tests: int, **others: float) -> Published:
    """As many tests of each modality in a year, but for those named."""
    return {(year, "1", label): float(tests) for label in LABELS} | {
        (year, "1", {"xray": XRAY, "ct": CT, "mri": MRI}[name]): value for name, value in others.items()
    }


def waits(year: str, numbers: str) -> Published:
    """A median of CT in these tables of a year."""
    return {(year, number, CT): 2.0 for number in numbers}


WAITS_PROVISIONAL = earlier(waits("2022/23", "2"), ("2022/23",))


def activity(
    counts: dict[str, int], months: tuple[Month, ...] = PERIOD.months, missing: str = ""
) -> ProtectedTable:
    """All modalities, and the year's tests of those named; a twelfth of the total in each month but one."""
    total = sum(counts.values())
    cells = {(label, YEAR): tests for label, tests in counts.items()} | {(ALL_MODALITIES, YEAR): total}
    cells |= {(ALL_MODALITIES, str(month)): total // 12 for month in months if str(month) != missing}
    return table_of(
        ACTIVITY,
        months,
        [
            ("England", *ENGLAND, label.text, "", period, tests, float(tests) or None)
            for label in ACTIVITY.labels
            for period in (*map(str, months), YEAR)
            for tests in (cells.get((label.text, period), 0),)
        ],
    )


def medians(spec: TableSpec, days: dict[str, float]) -> ProtectedTable:
    rows = [
        ("England", *ENGLAND, label.text, "", period, 1000 if shown else 0, days[label.text] if shown else None)
        for label in spec.labels
        for period in (*map(str, PERIOD.months), YEAR)
        for shown in (period == YEAR and label.text in days,)
    ]
    return table_of(spec, PERIOD.months, rows)


def release(
    counts: dict[str, int],
    published: pl.DataFrame | None = None,
    before: dict[str, int] | None = None,
    waits: dict[str, float] | None = None,
    missing: str = "",
) -> ReleaseTables:
    """An annual release with these tests of England, and earlier years by records or as published."""
    now = activity(counts, missing=missing)
    shown = {"1": now, "2": medians(TABLE_2, waits or {}), "3": medians(TABLE_3, {})}
    tables = sample_tables(sample_edition("2023-24"))
    return replace(
        tables,
        england={**tables.england, **shown},
        year_to_date=now,
        year_before=None if before is None else activity(before, BEFORE),
        earlier=published,
    )


def spoken(tables: ReleaseTables) -> Spoken:
    return spoken_of(tables, PERIOD)


def compared(tables: ReleaseTables, *, made_up: bool = False) -> Comparison:
    found = earlier_years(tables, spoken(tables), sample_edition("2023-24", made_up=made_up))
    assert found is not None
    return found


NOW = dict.fromkeys(LABELS, 1100)


@pytest.mark.parametrize(
    ("published", "before", "said"),
    [
        # nothing to compare with
        (None, None, "In 2023/24 there were 9,900 imaging tests on NHS patients in England."),
        # the records of the year before
        (
            None,
            dict.fromkeys(LABELS, 1000),
            "In 2023/24 there were 9,900 imaging tests on NHS patients in England. Activity rose by 10.0 per cent "
            "compared with 2022/23, when there were 9,000 tests.",
        ),
        # the records go before what was published
        (
            earlier(a_year("2022/23", 500), ("2022/23",)),
            dict.fromkeys(LABELS, 1000),
            "In 2023/24 there were 9,900 imaging tests on NHS patients in England. Activity rose by 10.0 per cent "
            "compared with 2022/23, when there were 9,000 tests.",
        ),
        # no total is published, and published counts are not added up
        (
            earlier(a_year("2022/23", 1_000)),
            None,
            "In 2023/24 there were 9,900 imaging tests on NHS patients in England.",
        ),
        # another year is not the year before
        (
            earlier(a_year("2021/22", 1_000)),
            None,
            "In 2023/24 there were 9,900 imaging tests on NHS patients in England.",
        ),
    ],
)
def test_activity_of_the_year(published: pl.DataFrame | None, before: dict[str, int] | None, said: str) -> None:
    tables = release(NOW, published, before)
    assert headlines.activity(spoken(tables)) == (said,)
    assert headlines.headline_messages(tables, spoken(tables))[0] == said


def test_a_year_that_lacks_a_month_has_no_total_and_no_change() -> None:
    tables = release(NOW, earlier(a_year("2022/23", 1_000)), missing="2023-06")
    assert headlines.activity(spoken(tables)) == headlines.modality_changes(spoken(tables)) == ()
    section = compared(tables)
    assert section.tests.headings == ("Modality", "2022/23", "2023/24")
    assert section.sources[-1] == (
        "There is no total for every month of 2023/24, so no change in the number of tests is given."
    )
    assert section.on_tests == ()


def test_nothing_is_said_of_a_year_that_is_hidden() -> None:
    tables = release({XRAY: 2}, earlier(a_year("2022/23", 1_000)), waits={})
    hidden = replace(tables, england={**tables.england, "4": tables.england["1"]})  # no group has a value there
    assert headlines.headline_messages(hidden, spoken(hidden)) == ()


def test_the_commonest_modalities_and_their_changes_are_those_of_the_year() -> None:
    tables = release({XRAY: 6_000, CT: 3_000, MRI: 1_000}, earlier(a_year("2022/23", 0, xray=5_000, ct=3_000)))
    assert headlines.commonest_modalities(spoken(tables)) == (
        "The commonest modality in 2023/24 was X-ray, with 6,000 tests, 60 per cent of the total, followed by "
        "CT (3,000) and MRI (1,000).",
    )
    assert headlines.modality_changes(spoken(tables)) == (
        "Compared with 2022/23, activity rose for X-ray (20.0 per cent); it was little changed for CT.",
    )


def test_each_year_has_one_figure_and_the_earliest_comes_first() -> None:
    published = earlier(a_year("2022/23", 1_000) | a_year("2021/22", 900), ("2022/23",))
    years = years_of("1", release(NOW, published), PERIOD)
    assert [(year.words, year.figures[CT], year.figures.get(ALL_MODALITIES)) for year in years] == [
        ("2021/22", 900, None),
        ("2022/23 (provisional)", 1_000, None),
        ("2023/24", 1_100, 9_900),
    ]
    years = years_of("1", release(NOW, published, dict.fromkeys(LABELS, 950)), PERIOD)
    assert [(year.words, year.figures[CT], year.figures.get(ALL_MODALITIES)) for year in years] == [
        ("2021/22", 900, None),
        ("2022/23", 950, 8_550),
        ("2023/24", 1_100, 9_900),
    ]


def test_there_is_no_section_without_an_earlier_year() -> None:
    tables = release(NOW)
    assert earlier_years(tables, spoken(tables), sample_edition("2023-24")) is None


def test_the_table_of_tests_shows_what_was_published_and_the_change_on_the_year_before() -> None:
    published = earlier(a_year("2021/22", 900) | a_year("2022/23", 1_000, ct=1_200, mri=50), ("2022/23",))
    shown = compared(release(NOW | {XRAY: 1_001}, published)).tests
    assert shown.headings == ("Modality", "2021/22", "2022/23 (provisional)", "2023/24", "Change")
    assert shown.caption == (
        "Imaging tests by modality, England, 2021/22 to 2023/24, and change on 2022/23 (provisional) in per cent"
    )
    rows = {row[0]: row[1:] for row in shown.rows}
    assert rows[XRAY] == ("900", "1,000", "1,000", "0.0")
    assert rows[CT] == ("900", "1,200", "1,100", "-8.3")
    assert rows[MRI] == ("900", "50", "1,100", "")  # too few to compare
    assert rows[ALL_MODALITIES] == ("", "", "9,800", "")  # none was published
    assert [row[0] for row in shown.rows][:2] == [XRAY, "Diagnostic Ultrasonography"]


@pytest.mark.parametrize(
    ("published", "before", "said"),
    [
        (
            earlier(a_year("2021/22", 900) | a_year("2022/23", 1_000), ("2022/23",)),
            None,
            (
                "Figures for 2021/22 and 2022/23 are those of the workbooks that were published, and have not been "
                "counted again.",
                "Figures for 2022/23 are provisional: they were published before the records were complete.",
            ),
        ),
        (
            earlier(a_year("2021/22", 900)),
            dict.fromkeys(LABELS, 1000),
            (
                "Figures for 2021/22 are those of the workbooks that were published, and have not been counted "
                "again.",
                "Numbers of tests for 2022/23 are counted from records, in the same way as those for 2023/24.",
            ),
        ),
        # the records of the year before, and its medians as they were published
        (
            earlier(
                a_year("2021/22", 900) | a_year("2022/23", 1_000) | waits("2021/22", "23") | waits("2022/23", "23"),
                ("2022/23",),
            ),
            dict.fromkeys(LABELS, 1000),
            (
                "Figures for 2021/22 are those of the workbooks that were published, and have not been counted "
                "again.",
                "Median times for 2022/23 are those of the workbooks that were published, and have not been "
                "counted again.",
                "Median times for 2022/23 are provisional: they were published before the records were complete.",
                "Numbers of tests for 2022/23 are counted from records, in the same way as those for 2023/24.",
            ),
        ),
        # a provisional workbook of one table, final ones of the others
        (
            pl.concat(
                [earlier(a_year("2022/23", 1_000) | waits("2022/23", "3")), WAITS_PROVISIONAL],
            ),
            None,
            (
                "Figures for 2022/23 are those of the workbooks that were published, and have not been counted "
                "again.",
                "Median times from request to test for 2022/23 are provisional: they were published before the "
                "records were complete.",
            ),
        ),
    ],
)
def test_it_is_said_where_the_figures_come_from(
    published: pl.DataFrame, before: dict[str, int] | None, said: tuple[str, ...]
) -> None:
    assert compared(release(NOW, published, before)).sources == said


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (
            a_year("2021/22", 1_000) | a_year("2022/23", 1_100, ct=800, mri=2_000),
            (
                "Compared with 2022/23, the largest rise was in CT (37.5 per cent) and the largest fall was in MRI "
                "(45.0 per cent).",
            ),
        ),
        (
            a_year("2022/23", 1_000),
            (
                "Compared with 2022/23, the largest rise was in X-ray, ultrasound, CT, MRI, fluoroscopy, nuclear "
                "medicine, PET, SPECT and medical photography (10.0 per cent).",
            ),
        ),
        ({("2021/22", "1", CT): 5_000.0}, ()),
    ],
)
def test_what_is_said_of_tests(before: Published, said: tuple[str, ...]) -> None:
    assert compared(release(NOW, earlier(before))).on_tests == said


def test_the_change_of_the_total_is_a_headline_and_is_not_said_again() -> None:
    tables = release(NOW, before=dict.fromkeys(LABELS, 1000))
    said = " ".join(headlines.headline_messages(tables, spoken(tables)))
    assert "9,000" in said
    assert "9,000" not in " ".join(compared(tables).on_tests)


@pytest.mark.parametrize(
    ("published", "provisional"),
    [
        (a_year("2022/23", 1_000), False),
        (a_year("2022/23", 1_000) | waits("2022/23", "2"), True),
        (waits("2022/23", "3"), True),
    ],
)
def test_a_year_is_provisional_by_its_tests_or_its_medians(published: Published, provisional: bool) -> None:
    section = compared(release(NOW, earlier(published, ("2022/23",)), dict.fromkeys(LABELS, 1000)))
    assert section.provisional == provisional


def test_it_is_said_that_made_up_records_are_compared_with_published_figures() -> None:
    said = (
        "The records that are counted here are made up, and the published figures need not be: differences between "
        "them say nothing of tests that were done."
    )
    before = dict.fromkeys(LABELS, 1000)
    published = release(NOW, earlier(a_year("2021/22", 900)), before)
    assert said in compared(published, made_up=True).sources
    assert said not in compared(published).sources
    assert said not in compared(release(NOW, before=before), made_up=True).sources
    medians_alone = release(NOW, earlier(waits("2022/23", "2")), before)
    assert said in compared(medians_alone, made_up=True).sources


def test_medians_of_earlier_years_are_compared_where_enough_tests_were_done() -> None:
    waits = {XRAY: 0.0, CT: 2.0, MRI: 20.0, "Fluoroscopy": 7.0}
    then = {XRAY: 0.0, CT: 1.0, MRI: 21.5, "Fluoroscopy": 3.0}
    published = a_year("2022/23", 1_000) | {("2022/23", "1", "Fluoroscopy"): 50.0}
    published |= {("2022/23", "2", label): days for label, days in then.items()}
    section = compared(release(NOW, earlier(published, ("2022/23",)), waits=waits))
    assert section.on_medians == (
        "Compared with 2022/23 (provisional), the median time from request to test in 2023/24 was longer for CT "
        "(2 days, 1 before); it was shorter for MRI (20 days, 21.5 before); it was the same for X-ray.",
    )
    assert section.medians is not None
    assert section.medians.headings == ("Modality", "Interval", "2022/23 (provisional)", "2023/24")
    assert (MRI, "Request to test", "21.5", "20") in section.medians.rows
    assert (MRI, "Test to report", "", "") in section.medians.rows


def test_without_published_medians_there_is_no_table_of_them() -> None:
    section = compared(release(NOW, before=dict.fromkeys(LABELS, 1000), waits={CT: 2.0}))
    assert section.medians is None
    assert section.on_medians == ()
