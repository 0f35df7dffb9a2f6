"""The computed sentences, as tables of what goes in and what is said."""

import re
from dataclasses import replace

import pytest

from publish.disclosure.control import ProtectedTable, change, percentage
from publish.disclosure.policy import load_policy
from publish.period import Month, MonthlyPeriod, parse_period
from publish.tables.catalogue import ACTIVITY, ALL_MODALITIES, TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS, TableSpec
from publish.tables.truth import YEAR
from publish.writing import headlines
from publish.writing.content import ReleaseTables
from publish.writing.spoken import Spoken, spoken_of
from tests.samples import ENGLAND, sample_edition, sample_tables, table_of

MARCH = Month(2023, 3)
XRAY, ULTRASOUND, CT, MRI = (
    "Plain Radiography",
    "Diagnostic Ultrasonography",
    "Computerized Axial Tomography",
    "Magnetic Resonance Imaging",
)
PET, PHOTOGRAPHY = "Positron Emission Tomography", "Medical Photography"
CHEST, BRAIN = "Chest (X-ray)", "Brain (MRI)"
SPECS = {spec.number: spec for spec in (ACTIVITY, TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6)}

# Cells are (label, setting, period): (true tests, value).
Cells = dict[tuple[str, str, str], tuple[int, float]]


def protected(spec: TableSpec, months: tuple[Month, ...], cells: Cells) -> ProtectedTable:
    """An England table through disclosure control; every cell not given has no data."""
    rows = [
        ("England", *ENGLAND, label.text, setting, period, *cells.get((label.text, setting, period), (0, None)))
        for label in spec.labels
        for setting in spec.setting_texts
        for period in (*map(str, months), YEAR)
    ]
    return table_of(spec, months, rows)


def release(
    *,
    counts: dict[str, int] | None = None,
    a_year_ago: dict[str, int] | None = None,
    waits: dict[str, float] | None = None,
    reports: dict[str, float] | None = None,
    groups: Cells | None = None,
    group_waits: Cells | None = None,
    group_reports: Cells | None = None,
    year: dict[str, int] | None = None,
    year_before: dict[str, int] | None = None,
    latest: Month = MARCH,
) -> ReleaseTables:
    """The tables of a release with these true values alone; waits and reports rest on the tests of `counts`."""
    period, counts = MonthlyPeriod(latest), counts or {}
    activity = {(label, "", str(latest)): (n, float(n)) for label, n in counts.items()}
    activity |= {(label, "", str(latest.plus(-12))): (n, float(n)) for label, n in (a_year_ago or {}).items()}
    waited, reported = (
        {(label, "", str(latest)): (counts.get(label, 1000), value) for label, value in (medians or {}).items()}
        for medians in (waits, reports)
    )
    by_group = (groups or {}, group_waits or {}, group_reports or {})
    cells = dict(zip(SPECS, (activity, waited, reported, *by_group), strict=True))
    year_cells, before_cells = (
        {(ALL_MODALITIES, "", month): (n, float(n)) for month, n in (values or {}).items()}
        for values in (year, year_before)
    )
    return ReleaseTables(
        workbooks=(),
        england={number: protected(spec, period.document_months, cells[number]) for number, spec in SPECS.items()},
        year_to_date=protected(ACTIVITY, period.months, year_cells),
        year_before=None if year_before is None else protected(ACTIVITY, period.year_before, before_cells),
        issues=(),
        policy=load_policy(),
    )


def spoken(tables: ReleaseTables) -> Spoken:
    """What the document of a release up to March 2023 speaks of."""
    return spoken_of(tables, MonthlyPeriod(MARCH))


def one(sentences: tuple[str, ...]) -> str:
    """The one sentence said, or nothing."""
    assert len(sentences) <= 1
    return "".join(sentences)


@pytest.mark.parametrize(
    ("now", "a_year_ago", "said"),
    [
        # as large as the real publication
        (
            3_419_000,
            3_313_000,
            "In March 2023 there were 3.42 million imaging tests on NHS patients in England. Activity rose by "
            "3.2 per cent compared with March 2022, when there were 3.31 million tests.",
        ),
        # a fiftieth of it: thousands
        (
            68_380,
            70_640,
            "In March 2023 there were 68.4 thousand imaging tests on NHS patients in England. Activity fell by "
            "3.2 per cent compared with March 2022, when there were 70.6 thousand tests.",
        ),
        # two counts that are compared share a scale
        (
            504_000,
            461_500,
            "In March 2023 there were 0.50 million imaging tests on NHS patients in England. Activity rose by "
            "9.2 per cent compared with March 2022, when there were 0.46 million tests.",
        ),
        # below half a per cent is no change; half a per cent is one
        (
            100_400,
            100_000,
            "In March 2023 there were 100.4 thousand imaging tests on NHS patients in England. Activity was little "
            "changed from March 2022, when there were 100.0 thousand tests.",
        ),
        (
            1_005,
            1_000,
            "In March 2023 there were 1,005 imaging tests on NHS patients in England. Activity rose by 0.5 per "
            "cent compared with March 2022, when there were 1,000 tests.",
        ),
        # worked out from published counts: 1,203 is shown as 1,205, 1,098 as 1,100, and 9.6 per cent is not 9.5
        (
            1_203,
            1_098,
            "In March 2023 there were 1,205 imaging tests on NHS patients in England. Activity rose by 9.5 per "
            "cent compared with March 2022, when there were 1,100 tests.",
        ),
        # nothing to compare with: absent, hidden, or too small to compare
        (1_000, 0, "In March 2023 there were 1,000 imaging tests on NHS patients in England."),
        (1_000, 2, "In March 2023 there were 1,000 imaging tests on NHS patients in England."),
        (1_000, 97, "In March 2023 there were 1,000 imaging tests on NHS patients in England."),
        (7, 5_000, "In March 2023 there were 5 imaging tests on NHS patients in England."),
        # hidden or absent itself
        (2, 5_000, ""),
        (0, 5_000, ""),
    ],
)
def test_activity_of_the_month(now: int, a_year_ago: int, said: str) -> None:
    tables = release(counts={ALL_MODALITIES: now}, a_year_ago={ALL_MODALITIES: a_year_ago})
    assert one(headlines.activity(spoken(tables))) == said


def months_of_year(count: int, latest: Month = MARCH, back: int = 0) -> dict[str, int]:
    """The same count in every month of the year so far, and their sum."""
    months = [str(month.plus(-back)) for month in MonthlyPeriod(latest).months]
    return dict.fromkeys(months, count) | {YEAR: count * len(months)}


def without(counts: dict[str, int], month: str, shown: int) -> dict[str, int]:
    return counts | {month: shown}


YEAR_SAID = "From April 2022 to March 2023 there were 24.00 million tests."
YEAR_CHANGE = (
    " Activity rose by 2.6 per cent compared with April 2021 to March 2022, when there were 23.40 million tests."
)


@pytest.mark.parametrize(
    ("year", "year_before", "said"),
    [
        (months_of_year(2_000_000), months_of_year(1_950_000, back=12), YEAR_SAID + YEAR_CHANGE),
        (months_of_year(2_000_000), None, YEAR_SAID),
        (months_of_year(2_000_000), without(months_of_year(1_950_000, back=12), "2021-06", 2), YEAR_SAID),
        # a month without data, or hidden: the year so far is not whole
        (without(months_of_year(2_000_000), "2022-06", 0), months_of_year(1_950_000, back=12), ""),
        (without(months_of_year(2_000_000), "2022-06", 1), None, ""),
        ({}, None, ""),
    ],
)
def test_activity_of_the_year_so_far(year: dict[str, int], year_before: dict[str, int] | None, said: str) -> None:
    assert one(headlines.year_activity(release(year=year, year_before=year_before))) == said


def test_part_of_a_year_names_its_months_and_april_is_said_once() -> None:
    june, april = Month(2022, 6), Month(2022, 4)
    said = one(headlines.year_activity(release(year=months_of_year(300_000, june), latest=june)))
    assert said == "From April 2022 to June 2022 there were 0.90 million tests."
    assert headlines.year_activity(release(year=months_of_year(300_000, april), latest=april)) == ()


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            {
                XRAY: 1_706_335,
                ULTRASOUND: 834_430,
                CT: 534_290,
                MRI: 327_180,
                PET: 21_645,
                ALL_MODALITIES: 3_424_815,
            },
            "The commonest modality in March 2023 was X-ray, with 1.71 million tests, 50 per cent of the total, "
            "followed by ultrasound (0.83 million), CT (0.53 million) and MRI (0.33 million).",
        ),
        (
            {XRAY: 34_127, ULTRASOUND: 16_689, CT: 10_686, PET: 433, ALL_MODALITIES: 68_496},
            "The commonest modality in March 2023 was X-ray, with 34.1 thousand tests, 50 per cent of the total, "
            "followed by ultrasound (16.7 thousand), CT (10.7 thousand) and PET (435).",
        ),
        # published counts decide: 5,001 and 4,999 are both shown as 5,000
        (
            {XRAY: 5_001, CT: 4_999, MRI: 150},
            "The commonest modalities in March 2023 were X-ray and CT, with 5,000 tests each, "
            "followed by MRI (150).",
        ),
        # too few to rank, hidden, absent
        ({XRAY: 500, CT: 97}, "The commonest modality in March 2023 was X-ray, with 500 tests."),
        ({XRAY: 60, CT: 2, MRI: 0}, ""),
        ({}, ""),
    ],
)
def test_commonest_modalities(counts: dict[str, int], said: str) -> None:
    assert one(headlines.commonest_modalities(spoken(release(counts=counts)))) == said


@pytest.mark.parametrize(
    ("counts", "a_year_ago", "said"),
    [
        (
            {XRAY: 2_000, CT: 1_000, MRI: 500},
            {XRAY: 2_100, CT: 999, MRI: 400},
            "Compared with March 2022, activity rose for MRI (25.0 per cent); it fell for X-ray (4.8 per cent); "
            "it was little changed for CT.",
        ),
        (
            {XRAY: 2_000, CT: 1_000},
            {XRAY: 1_000, CT: 800},
            "Compared with March 2022, activity rose for X-ray (100.0 per cent) and CT (25.0 per cent).",
        ),
        (
            {XRAY: 2_000, CT: 1_000},
            {XRAY: 2, CT: 800},
            "Compared with March 2022, activity rose for CT (25.0 per cent).",
        ),
        ({XRAY: 2_000, CT: 1_000}, {}, ""),
    ],
)
def test_changes_of_modalities(counts: dict[str, int], a_year_ago: dict[str, int], said: str) -> None:
    assert one(headlines.modality_changes(spoken(release(counts=counts, a_year_ago=a_year_ago)))) == said


MANY = dict.fromkeys((XRAY, ULTRASOUND, CT, MRI, PET), 1_000)
LONGEST = "The longest median time from request to test in March 2023 was "
OF_LARGE = "Of modalities with at least 100 tests, the longest"
SAME_DAY = "At least half of "


@pytest.mark.parametrize(
    ("counts", "waits", "longest", "same_day"),
    [
        (
            MANY,
            {XRAY: 0, CT: 1, MRI: 20, ULTRASOUND: 14, PET: 9},
            "20 days, for MRI, followed by ultrasound (14 days) and PET (9 days).",
            "X-ray tests in March 2023 were done on the day of the request.",
        ),
        (
            MANY,
            {XRAY: 0, CT: 0, MRI: 12.5, ULTRASOUND: 1},
            "12.5 days, for MRI, followed by ultrasound (1 day).",
            "X-ray and CT tests in March 2023 were done on the day of the request.",
        ),
        # ties, in the order of volume
        (MANY, {PET: 9, MRI: 9, CT: 1}, "9 days, for MRI and PET, followed by CT (1 day).", ""),
        (MANY, {CT: 1}, "1 day, for CT.", ""),
        # a median resting on few tests is not ranked; nor one that is hidden
        (MANY | {PHOTOGRAPHY: 97}, {MRI: 20, PHOTOGRAPHY: 10}, "20 days, for MRI.", ""),
        (MANY | {PHOTOGRAPHY: 2}, {MRI: 20, PHOTOGRAPHY: 0}, "20 days, for MRI.", ""),
        # nobody waited; nothing shown
        (MANY, {XRAY: 0}, "", "X-ray tests in March 2023 were done on the day of the request."),
        ({}, {}, "", ""),
    ],
)
def test_waits(counts: dict[str, int], waits: dict[str, float], longest: str, same_day: str) -> None:
    tables = release(counts=counts, waits=waits)
    assert one(headlines.longest_waits(tables, spoken(tables))) == (LONGEST + longest if longest else "")
    assert one(headlines.same_day_tests(tables, spoken(tables))) == (SAME_DAY + same_day if same_day else "")


def test_a_longer_median_on_few_tests_limits_what_is_called_the_longest() -> None:
    waits = {MRI: 20.0, PHOTOGRAPHY: 60.0}
    tables = release(counts=MANY | {PHOTOGRAPHY: 97}, waits=waits, reports=waits)
    wait, report = headlines.longest_waits(tables, spoken(tables)) + headlines.report_times(tables, spoken(tables))
    assert wait == f"{OF_LARGE} median time from request to test in March 2023 was 20 days, for MRI."
    assert report == f"{OF_LARGE} median time from test to report in March 2023 was 20 days, for MRI."


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        (
            {CT: 0, ULTRASOUND: 0, MRI: 3, XRAY: 1},
            (
                "At least half of the reports on ultrasound and CT tests in March 2023 were issued on the day of "
                "the test.",
                "The longest median time from test to report in March 2023 was 3 days, for MRI.",
            ),
        ),
        (
            {MRI: 1, CT: 1},
            ("The longest median time from test to report in March 2023 was 1 day, for CT and MRI.",),
        ),
        ({CT: 0}, ("At least half of the reports on CT tests in March 2023 were issued on the day of the test.",)),
        ({}, ()),
    ],
)
def test_report_times(reports: dict[str, float], said: tuple[str, ...]) -> None:
    tables = release(counts=MANY, reports=reports)
    assert headlines.report_times(tables, spoken(tables)) == said


def of_group(label: str, everyone: int, by_gp: int) -> Cells:
    settings = {ALL_SETTINGS: everyone, GP_DIRECT_ACCESS: by_gp}
    return {(label, setting, str(MARCH)): (n, float(n)) for setting, n in settings.items()}


def medians_of(label: str, everyone: float, by_gp: float, tests_by_gp: int = 1000) -> Cells:
    march = str(MARCH)
    return {
        (label, ALL_SETTINGS, march): (1000, everyone),
        (label, GP_DIRECT_ACCESS, march): (tests_by_gp, by_gp),
    }


@pytest.mark.parametrize(
    ("everyone", "by_gp", "said"),
    [
        (
            648_940,
            187_930,
            "In March 2023 GPs requested 29 per cent of chest X-ray tests directly (187,930 of 648,940).",
        ),
        (
            12_979,
            758,
            "In March 2023 GPs requested 6 per cent of chest X-ray tests directly (760 of 12,980).",
        ),
        (
            2_000,
            4,
            "In March 2023 GPs requested less than 1 per cent of chest X-ray tests directly (5 of 2,000).",
        ),
        (2_000, 2, ""),  # hidden: the share would give it away
        (2_000, 0, ""),
        (60, 20, ""),  # too few for a percentage
        (0, 0, ""),
    ],
)
def test_share_of_gp_direct_access(everyone: int, by_gp: int, said: str) -> None:
    tables = release(groups=of_group(CHEST, everyone, by_gp))
    assert one(headlines.gp_share(tables, spoken(tables), CHEST)) == said


def test_a_cancer_group_with_everything_shown() -> None:
    tables = release(
        groups=of_group(CHEST, 648_940, 187_930),
        group_waits=medians_of(CHEST, 0, 4),
        group_reports=medians_of(CHEST, 1, 1),
    )
    assert headlines.cancer_group_sentences(tables, spoken(tables)) == (
        (
            CHEST,
            "There were 648,940 tests in March 2023, 187,930 of them (29 per cent) through GP direct access. "
            "The median time from request to test was 0 days for all patients and 4 days for GP direct access. "
            "The median time from test to report was 1 day, both for all patients and for GP direct access.",
        ),
    )


def test_a_cancer_group_with_gp_direct_access_hidden() -> None:
    tables = release(groups=of_group(BRAIN, 1_000, 2), group_waits=medians_of(BRAIN, 16.5, 80, tests_by_gp=2))
    assert headlines.cancer_group_sentences(tables, spoken(tables)) == (
        (
            BRAIN,
            "There were 1,000 tests in March 2023. "
            "The median time from request to test was 16.5 days for all patients.",
        ),
    )


def test_nothing_is_said_of_hidden_groups() -> None:
    tables = release(groups=of_group(BRAIN, 2, 1), group_waits={(BRAIN, ALL_SETTINGS, str(MARCH)): (2, 7.0)})
    assert headlines.cancer_group_sentences(tables, spoken(tables)) == ()


def test_no_headlines_without_data_and_none_with_everything_hidden() -> None:
    assert headlines.headline_messages(release(), spoken(release())) == ()
    labels = [label.text for label in ACTIVITY.labels]
    hidden = release(
        counts=dict.fromkeys(labels, 2),
        a_year_ago=dict.fromkeys(labels, 2),
        waits=dict.fromkeys(labels[:-1], 2),
        reports=dict.fromkeys(labels[:-1], 2),
        groups=of_group(CHEST, 2, 1),
        year=months_of_year(2),
        year_before=months_of_year(2, back=12),
    )
    assert headlines.headline_messages(hidden, spoken(hidden)) == ()


def every_sentence(tables: ReleaseTables, period: str = "2023-03") -> list[str]:
    speaking_of = spoken_of(tables, parse_period(period))
    groups = headlines.cancer_group_sentences(tables, speaking_of)
    return [
        *headlines.headline_messages(tables, speaking_of),
        *headlines.modality_changes(speaking_of),
        *headlines.report_times(tables, speaking_of),
        *(sentence for _, sentence in groups),
    ]


def published_values(tables: ReleaseTables) -> list[float]:
    every = [*tables.england.values(), tables.year_to_date, *([tables.year_before] if tables.year_before else [])]
    return [value for table in every for value in table.cells["value"].drop_nulls().to_list()]


def stated_numbers(sentence: str) -> list[tuple[str, str]]:
    """Numbers of a sentence with what they count, without the years of the months."""
    return re.findall(
        r"(?<![\w.])(\d[\d,.]*\d|\d)(?: (million|thousand|per cent))?(?![\w-])", without_months(sentence)
    )


def without_months(sentence: str) -> str:
    return re.sub(r"[A-Z][a-z]+ 20\d\d|20\d\d/\d\d", "", sentence)


@pytest.mark.parametrize("period", ["2023-03", "2023-24"])
def test_every_number_said_is_a_published_one(period: str) -> None:
    tables = sample_tables(sample_edition(period))
    values = published_values(tables)
    in_words = {f"{v:,g}" for v in values} | {f"{v:,.0f}" for v in values if v >= 1000}
    scaled = {
        "million": {f"{v / 1e6:.2f}" for v in values},
        "thousand": {f"{v / 1e3:.1f}" for v in values},
        "": in_words,
    }
    numbers = [pair for sentence in every_sentence(tables, period) for pair in stated_numbers(sentence)]
    assert len(numbers) > 20
    assert [pair for pair in numbers if pair[1] != "per cent" and pair[0] not in scaled[pair[1]]] == []


def test_hiding_a_cell_takes_its_number_out_of_the_text() -> None:
    """Of every shown England cell of the latest month, made unlike any other and then hidden."""
    tables = release(counts=dict.fromkeys((XRAY, CT, MRI), 1_000), waits={XRAY: 33.5, CT: 44.5, MRI: 55.5})
    assert "55.5" in " ".join(every_sentence(tables))
    waits = {(label, "", str(MARCH)): (2, days) for label, days in ((XRAY, 33.5), (CT, 44.5), (MRI, 55.5))}
    hidden = protected(TABLE_2, MonthlyPeriod(MARCH).document_months, waits)
    text = " ".join(every_sentence(replace(tables, england={**tables.england, "2": hidden})))
    assert not re.search(r"33\.5|44\.5|55\.5|from request to test", text)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, 33.0), (5, 1000, 1.0), (4.0, 1000, 0.0), (5, 5, 100.0), (None, 5, None), (5, None, None), (0, 0, None)],
)
def test_percentage_of_published_counts(part: float | None, whole: float | None, expected: float | None) -> None:
    assert percentage(part, whole) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (103, 100, 3.0),
        (97, 100, -3.0),
        (2001, 2000, 0.1),
        (1999, 2000, -0.1),
        (None, 5, None),
        (5, None, None),
        (5, 0, None),
    ],
)
def test_change_of_published_counts(now: float | None, before: float | None, expected: float | None) -> None:
    assert change(now, before) == expected
