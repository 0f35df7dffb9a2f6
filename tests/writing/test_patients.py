"""What the annual document says of patients: only what the tables show."""

from dataclasses import replace

import polars as pl
import pytest

from publish.disclosure.control import ProtectedTable, protect, restore
from publish.disclosure.policy import load_policy
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.further import BY_AGE_AND_SEX, BY_DEPRIVATION, BY_ETHNIC_GROUP, USE_BY_BOARD
from publish.tables.specification import TableSpec
from publish.tables.truth import YEAR, TrueTable
from publish.tables.workbooks import ANNUAL
from publish.writing import patients
from publish.writing.content import ProtectedWorkbook, ReleaseTables
from publish.writing.spoken import spoken_of
from tests.samples import ENGLAND, sample_edition, sample_tables

EDITION = sample_edition("2023-24")
SPOKEN = spoken_of(sample_tables(EDITION), EDITION.period)
CT, MRI = "Computerized Axial Tomography", "Magnetic Resonance Imaging"

Counts = dict[tuple[str, str], int]  # true tests by sex (empty where not divided by it) and column


def of_patients(spec: TableSpec, counts: Counts) -> ProtectedTable:
    """England's row of all modalities through disclosure control; no tests but those given."""
    rows = [
        ("England", *ENGLAND, ALL_MODALITIES, setting, column.name, counts.get((setting, column.name), 0))
        for setting in spec.setting_texts
        for column in spec.columns
    ]
    return through(spec, pl.DataFrame(rows, schema=SCHEMA, orient="row"))


SCHEMA = {
    **dict.fromkeys(("level", "region_code", "org_code", "provider_name", "label", "setting", "column"), pl.String),
    "tests": pl.Int64,
}


def through(spec: TableSpec, cells: pl.DataFrame) -> ProtectedTable:
    """Cells with their tests through disclosure control."""
    true = cells.with_columns(
        period=pl.lit(YEAR), dated="tests", value=pl.col("tests").cast(pl.Float64), of=pl.lit(None, pl.Int64)
    )
    return protect(TrueTable(spec, EDITION.period.months, true), load_policy())


def release(*tables: ProtectedTable) -> ReleaseTables:
    return replace(sample_tables(EDITION), workbooks=(ProtectedWorkbook(ANNUAL[-2], tables),))


def by_age(**columns: int) -> Counts:
    """Tests of all patients in the bands named `from_70` and so on, and in total."""
    bands = {band.partition("-")[0].split()[0]: band for band in patients.age_bands()}
    return {("All", bands[name[5:]]): tests for name, tests in columns.items() if name != "total"} | {
        ("All", "Total"): columns["total"]
    }


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            by_age(from_70=400, from_75=200, from_80=103, from_90=30, total=1_000),
            ("The age band with the most tests in 2023/24 was 70-74, with 400.",),
        ),
        (
            by_age(from_20=301, from_75=299, total=1_000),
            ("The age bands with the most tests in 2023/24 were 20-24 and 75-79, with 300 each.",),
        ),
        # too few to speak of
        (by_age(from_70=60, from_75=20, total=80), ()),
        ({}, ()),
    ],
)
def test_ages(counts: Counts, said: tuple[str, ...]) -> None:
    section = patients.age_and_sex(release(of_patients(BY_AGE_AND_SEX, counts)), SPOKEN)
    assert section is not None
    assert section.sentences == said


@pytest.mark.parametrize(
    ("female", "male", "unknown", "said"),
    [
        (
            560,
            430,
            10,
            "Female patients had 56 per cent of the tests in 2023/24 and male patients 43 per cent; for 1 per cent "
            "the sex was not known.",
        ),
        (570, 430, 0, "Female patients had 57 per cent of the tests in 2023/24 and male patients 43 per cent."),
        (570, 428, 2, "Female patients had 57 per cent of the tests in 2023/24 and male patients 43 per cent."),
        (998, 2, 0, ""),
        (40, 30, 0, ""),
    ],
)
def test_sexes(female: int, male: int, unknown: int, said: str) -> None:
    counts = {("Female", "Total"): female, ("Male", "Total"): male, ("Not known", "Total"): unknown}
    counts["All", "Total"] = female + male + unknown
    section = patients.age_and_sex(release(of_patients(BY_AGE_AND_SEX, counts)), SPOKEN)
    assert section is not None
    assert [sentence for sentence in section.sentences if "Female" in sentence] == ([said] if said else [])


def test_the_table_of_age_and_sex_has_ages_down_and_sexes_across() -> None:
    counts = {("Female", "0-4"): 1_234, ("Male", "0-4"): 2, ("All", "0-4"): 1_236, ("All", "Total"): 1_236}
    section = patients.age_and_sex(release(of_patients(BY_AGE_AND_SEX, counts)), SPOKEN)
    assert section is not None
    table = section.table
    assert table.headings == ("Age", "Female", "Male", "Sex not known", "All")
    assert table.rows[0] == ("0-4", "1,235", "*", "0", "1,235")
    assert table.rows[-1] == (table.total, "0", "0", "0", "1,235")
    assert len(table.rows) == 19 + 2


def test_ethnic_groups() -> None:
    counts = {
        ("", "White"): 700,
        ("", "Mixed"): 2,
        ("", "Not stated"): 100,
        ("", "Not known"): 50,
        ("", "Total"): 9_000,
    }
    counts["", "Asian or Asian British"] = 8
    section = patients.ethnic_groups(release(of_patients(BY_ETHNIC_GROUP, counts)), SPOKEN)
    assert section is not None
    assert section.sentences == (
        "The ethnic group was not stated for 1 per cent of the tests, and not known for 1 per cent.",
    )
    rows = {row[0]: row[1:] for row in section.table.rows}
    assert rows["White"] == ("700", "8")
    assert rows["Mixed"] == ("*", "*")
    assert rows["Asian or Asian British"] == ("10", "<1")
    assert rows["Black or Black British"] == ("0", "0")
    assert rows["Total"] == ("9,000", "100")


@pytest.mark.parametrize(
    ("most", "least", "said"),
    [
        (
            240,
            160,
            (
                "Of the tests in 2023/24, 12 per cent were on patients who live in the most deprived tenth of "
                "areas, and 8 per cent on patients who live in the least deprived tenth.",
            ),
        ),
        (240, 2, ()),
        (0, 0, ()),
    ],
)
def test_deprivation(most: int, least: int, said: tuple[str, ...]) -> None:
    counts = {("", "1"): most, ("", "10"): least, ("", "Total"): 2_000}
    section = patients.deprivation(release(of_patients(BY_DEPRIVATION, counts)), SPOKEN)
    assert section is not None
    assert section.sentences == said
    assert section.table.rows[0][0] == "1 (most deprived)"


def boards(rates: dict[str, tuple[tuple[int, int | None], ...]]) -> ProtectedTable:
    """Boards with their tests and population, by modality."""
    rows = [
        ("ICB", "Y56", f"Q{place:02}", "A board", label, "", column.name, tests, people)
        for label, cells in rates.items()
        for place, (tests, people) in enumerate(cells)
        for column in USE_BY_BOARD.columns
    ]
    schema = SCHEMA | {"population": pl.Int64}
    return through(USE_BY_BOARD, pl.DataFrame(rows, schema=schema, orient="row"))


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (
            {CT: ((8_000, 100_000), (9_500, 100_000), (9_999, None)), MRI: ((500, 10_000), (2, 10_000))},
            (
                "Tests per 1,000 population in 2023/24 ranged over integrated care boards whose population is "
                "known from 80.0 to 95.0 for CT.",
            ),
        ),
        # a board whose rate is hidden, or that has no such tests, may have the lowest
        ({CT: ((8_000, 100_000), (9_500, 100_000), (2, 100_000))}, ()),
        (
            {
                CT: ((8_000, 100_000), (9_500, 100_000), (9_000, 100_000)),
                MRI: ((500, 100_000), (520, 100_000)),
            },
            ("Tests per 1,000 population in 2023/24 ranged over integrated care boards from 80.0 to 95.0 for CT.",),
        ),
        (
            {CT: ((8_000, 100_000), (9_500, 100_000)), MRI: ((500, 10_000), (520, 10_000))},
            (
                "Tests per 1,000 population in 2023/24 ranged over integrated care boards from 80.0 to 95.0 for CT "
                "and from 50.0 to 52.0 for MRI.",
            ),
        ),
        ({CT: ((2, 10_000), (1, 10_000))}, ()),
        ({CT: ((900, None),)}, ()),
    ],
)
def test_use_by_board(rates: dict[str, tuple[tuple[int, int | None], ...]], said: tuple[str, ...]) -> None:
    assert patients.use_by_board(release(boards(rates)), SPOKEN) == said


def test_tests_without_a_board_are_no_board() -> None:
    table = boards({CT: ((8_000, 100_000), (9_500, 100_000), (700, None))})
    cells = table.cells.with_columns(org_code=pl.col("org_code").replace("Q02", "-"))
    assert patients.use_by_board(release(restore(USE_BY_BOARD, table.months, cells)), SPOKEN) == (
        "Tests per 1,000 population in 2023/24 ranged over integrated care boards from 80.0 to 95.0 for CT.",
    )


def test_nothing_is_said_of_tables_that_the_release_does_not_have() -> None:
    empty = replace(sample_tables(EDITION), workbooks=())
    assert patients.age_and_sex(empty, SPOKEN) is None
    assert patients.ethnic_groups(empty, SPOKEN) is None
    assert patients.deprivation(empty, SPOKEN) is None
    assert patients.use_by_board(empty, SPOKEN) == ()
