"""The population of boards: patients of practices by their commissioner, or a table of boards."""

from datetime import date

import polars as pl
import pytest

from publish.errors import InputRefused
from publish.reference.listing import in_use, lacking
from publish.reference.store import import_reference
from publish.reference.tables import load_reference
from tests.reference.official import written
from tests.reference.test_import import rows_of
from tests.reference.test_listing import run

HEADING = (
    "PUBLICATION,EXTRACT_DATE,TYPE,SUB_ICB_LOCATION_CODE,ONS_SUB_ICB_LOCATION_CODE,CODE,POSTCODE,SEX,AGE,"
    "NUMBER_OF_PATIENTS\n"
)
OLDER_HEADING = HEADING.replace("SUB_ICB_LOCATION_CODE", "CCG_CODE")
BOARDS = "icb_code,population,valid_from,valid_to\n"
# 07G and 06Q lie in the board QH8 to March 2026, 93C in QMJ


def practice(commissioner, patients, day="01APR2023", sex="ALL", age="ALL"):
    return f"GP_PRAC_PAT_LIST,{day},GP,{commissioner},E38000106,A81001,N1 1AA,{sex},{age},{patients}\n"


@pytest.fixture
def into(tmp_path):
    """Import files of population one after the other, each given as text; the reference data then."""
    store = tmp_path / "reference-data"

    def imported(*texts):
        for text in texts:
            import_reference("population", written(tmp_path, "population.csv", text), store)
        return load_reference(store)

    return imported


def test_nothing_is_bundled():
    assert load_reference().population.schema == {
        "icb_code": pl.String,
        "population": pl.Int64,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
    }
    assert load_reference().population.is_empty()


def test_patients_of_practices_are_summed_to_boards(into):
    reference = into(
        HEADING + practice("07G", 1000) + practice("07G", 200) + practice("06q", 30) + practice("93C", 4)
    )
    assert reference.population.schema["population"] == pl.Int64
    assert rows_of(reference.population) == [
        ("QH8", "1230", "2023-04-01", "2026-03-31"),
        ("QMJ", "4", "2023-04-01", "2026-03-31"),
    ]
    assert [(each.kind, each.rows, each.earliest, each.latest) for each in reference.imports] == [
        ("population", "4", "2023-04-01", "2023-04-01")
    ]


def test_only_rows_of_both_sexes_and_all_ages_count(into):
    one_sex = practice("93C", 3, sex="MALE") + practice("93C", 2, age="95+")
    assert rows_of(into(HEADING + practice("93C", 5) + one_sex).population, "population") == [("5",)]


DAYS = [
    "01APR2023",
    "01Apr2023",
    "1APR2023",
    "01-APR-23",
    "1-Apr-23",
    "01-Apr-2023",
    "01 April 2023",
    "2023-04-01",
    "2023-04-01T00:00:00",
    "20230401",
    "01/04/2023",
    "1/4/2023",
]


@pytest.mark.parametrize("heading", [HEADING, OLDER_HEADING])
@pytest.mark.parametrize("day", DAYS)
def test_the_day_of_the_extract_in_its_usual_forms(into, heading, day):
    assert rows_of(into(heading + practice("93C", 5, day)).population) == [("QMJ", "5", "2023-04-01", "2026-03-31")]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("01JUL2022", "2022-04-01"),
        ("31MAR2023", "2022-04-01"),
        ("01APR2023", "2023-04-01"),
        ("31MAY2023", "2023-04-01"),
        ("01JAN2024", "2023-04-01"),
    ],
)
def test_an_extract_holds_from_the_first_day_of_its_financial_year(into, day, first):
    assert rows_of(into(HEADING + practice("93C", 5, day)).population, "valid_from") == [(first,)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 0, 2), (2, 0, 2, 1)])
def test_several_extracts_follow_each_other_whatever_their_order(into, order):
    extracts = [HEADING + practice("93C", year, f"01APR{year}") for year in (2023, 2024, 2025)]
    assert rows_of(into(*(extracts[n] for n in order)).population) == [
        ("QMJ", "2023", "2023-04-01", "2024-03-31"),
        ("QMJ", "2024", "2024-04-01", "2025-03-31"),
        ("QMJ", "2025", "2025-04-01", "2026-03-31"),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_extracts_in_a_year_the_later_counts(into, order):
    extracts = [HEADING + practice("93C", 5, "01APR2023"), HEADING + practice("93C", 7, "01OCT2023")]
    assert rows_of(into(*extracts[::order]).population, "population") == [("7",)]
    both = "".join([HEADING, practice("93C", 7, "01OCT2023"), practice("93C", 5, "01APR2023")])
    assert rows_of(into(both).population, "population") == [("7",)]


def test_the_board_is_that_of_the_day_and_ends_with_it(into):
    """93C lies in QMJ to March 2026, and in the board that took its place since."""
    before, after = practice("93C", 5, "01APR2025"), practice("93C", 6, "01APR2026")
    rows = rows_of(into(HEADING + before + after).population)
    assert ("QMJ", "5", "2025-04-01", "2026-03-31") in rows
    assert [row[2:] for row in rows if row[0] != "QMJ"] == [("2026-04-01", "-")]


def test_a_table_of_boards_may_be_imported(into):
    text = BOARDS + "QMJ,1500000,2022-04-01,\nqmj,1600000,2023-04-01,2024-03-31\nQH8,1200000,,\n"
    assert rows_of(into(text).population) == [
        ("QH8", "1200000", "-", "-"),
        ("QMJ", "1500000", "2022-04-01", "2023-03-31"),
        ("QMJ", "1600000", "2023-04-01", "2024-03-31"),
    ]


def test_a_table_of_boards_may_be_put_in_by_hand(tmp_path):
    (tmp_path / "Population.csv").write_text(BOARDS + "qmj,1500000,2022-04-01,\n")
    reference = load_reference(tmp_path)
    assert rows_of(reference.population) == [("QMJ", "1500000", "2022-04-01", "-")]
    assert [each.origin for each in in_use(reference) if each.table == "population"] == ["own file Population.csv"]


def test_the_same_imports_give_the_same_bytes(into, tmp_path):
    text = HEADING + practice("93C", 5) + practice("07G", 6)
    into(text)
    content = (tmp_path / "reference-data" / "population.csv").read_bytes()
    into(text)
    assert (tmp_path / "reference-data" / "population.csv").read_bytes() == content


# -- what is said, and what is refused ---------------------------------------------------------------------------


def wants(reference):
    return {sentence.split(":")[0] for sentence in lacking(reference)}


def test_what_is_wanting(into):
    assert "no population" in wants(load_reference())
    assert wants(load_reference()) - wants(into(HEADING + practice("93C", 5))) == {"no population"}
    unknown = into(BOARDS + "XXX,5,2023-04-01,\n")
    assert "population of boards that are not known" in wants(unknown)


def test_practices_without_a_board_and_unknown_boards_are_said(tmp_path):
    store = tmp_path / "reference-data"
    file = written(tmp_path, "f.csv", HEADING + practice("93C", 5) + practice("ZZZ", 1200) + practice("", 3))
    said = run("import", "population", file, "--reference-data", store).splitlines()
    assert said[1:] == [
        "  population                 1 rows now",
        "Note: 1,203 patients are left out, whose commissioner belongs to no board on the day of the extract: "
        "ZZZ, none.",
    ]
    file = written(tmp_path, "f.csv", BOARDS + "XXX,5,2023-04-01,\n")
    assert "Note: No board is known by these codes: XXX." in run(
        "import", "population", file, "--reference-data", store
    )
    listed = run("list", "--reference-data", store)
    assert "population      imported population f.csv" in listed


NOT_WHOLE = "number_of_patients holds something that is not a whole number of patients"
NO_NUMBER = "population holds something that is not a whole number above 0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADING + practice("93C", -5), NOT_WHOLE),
        (HEADING + practice("93C", 5.5), NOT_WHOLE),
        (HEADING + practice("93C", ""), NOT_WHOLE),
        (HEADING + practice("93C", "five"), NOT_WHOLE),
        (
            HEADING + practice("93C", 5, "soon"),
            "row 1 of the data holds in extract_date something that is not a date",
        ),
        (HEADING + practice("93C", 5, ""), "row 1 of the data holds in extract_date something that is not a date"),
        (HEADING + practice("93C", 5, sex="MALE"), "has no row for patients of both sexes and all ages together"),
        (
            HEADING + practice("93C", 5, "01APR2022"),
            "none of its commissioners belongs to an integrated care board",
        ),
        (HEADING, "holds no row below its heading"),
        (BOARDS + "QMJ,-5,2023-04-01,\n", NO_NUMBER),
        (BOARDS + "QMJ,0,2023-04-01,\n", NO_NUMBER),
        (BOARDS + "QMJ,1.5,2023-04-01,\n", NO_NUMBER),
        (BOARDS + "QMJ,,2023-04-01,\n", NO_NUMBER),
        (BOARDS + "QMJ,99999999999999999999,2023-04-01,\n", NO_NUMBER),
        (BOARDS + ",5,2023-04-01,\n", "a row has no icb_code"),
        (BOARDS + "QMJ,5,1/4/2023,\n", "valid_from holds something that is not a date"),
        (BOARDS + "QMJ,5,2023-04-01,2022-04-01\n", "the valid_to of a row is before its valid_from"),
        ("icb_code,population\nQMJ,5\n", "is not in the layout of population"),
    ],
)
def test_refusals(into, tmp_path, text, said):
    with pytest.raises(InputRefused, match=said):
        into(text)
    assert not (tmp_path / "reference-data").exists()


def test_a_hand_made_table_is_refused_in_the_same_words(tmp_path):
    (tmp_path / "population.csv").write_text(BOARDS + "QMJ,-5,2023-04-01,\n")
    with pytest.raises(InputRefused, match=NO_NUMBER):
        load_reference(tmp_path)


def test_a_day_of_the_table_is_a_day(into):
    assert into(BOARDS + "QMJ,5,2023-04-01,\n").population["valid_from"].to_list() == [date(2023, 4, 1)]
