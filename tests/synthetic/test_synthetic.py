"""Made-up records: as many as asked for, the same for the same seed, shaped like the published totals."""

import polars as pl
import pytest

from publish.errors import UsageError
from publish.period import Month
from publish.records.items import DATES, NAMES
from publish.synthetic import synthesise
from publish.synthetic.shape import GROWTH_PER_YEAR, _national, cells, exam_mix, providers, shape_table
from tests.synthetic.made_up import MONTHS, RECORDS, YEAR


def test_it_has_exactly_the_18_items_and_the_records_asked_for(made):
    schema = pl.read_parquet_schema(made.file)
    assert tuple(schema) == NAMES
    assert all(kind == (pl.Date if name in DATES else pl.String) for name, kind in schema.items())
    assert pl.scan_parquet(made.file).select(pl.len()).collect().item() == RECORDS


def test_the_file_says_that_it_is_made_up(made):
    assert pl.read_parquet_metadata(made.file)["made-up"] == "true"


def test_months_stand_in_order(made):
    assert made.records["month"].drop_nulls().is_sorted()
    assert set(made.records["month"].drop_nulls()) == {str(month) for month in MONTHS}


def test_same_seed_same_bytes_another_seed_other_records(tmp_path):
    def bytes_of(seed: int, folder: str) -> bytes:
        file = tmp_path / folder / "records.parquet"
        synthesise(YEAR, 30_000, seed, file)
        return file.read_bytes()

    first = bytes_of(1, "once")
    assert first == bytes_of(1, "again")
    assert first != bytes_of(2, "otherwise")


@pytest.mark.parametrize("records", [1, 999, 1_000, 10_000, 200_001])
def test_any_number_of_records_comes_out_exact(tmp_path, records):
    file = tmp_path / "few.parquet"
    synthesise(MONTHS, records, 3, file)
    assert pl.read_parquet(file).height == records


def test_a_single_month_and_one_after_the_bundled_totals(tmp_path):
    for month in (Month(2024, 1), Month(2019, 4), Month(2027, 7)):
        file = tmp_path / f"{month}.parquet"
        synthesise((month,), 2_000, 1, file)
        assert set(pl.read_parquet(file)["DIAGNOSTIC_TEST_DATE"].dt.strftime("%Y-%m")) == {str(month)}


@pytest.mark.parametrize(("months", "records", "seed"), [((), 10, 1), (YEAR, 0, 1), (YEAR, 10, -1)])
def test_nothing_to_make_is_a_mistake_with_advice(tmp_path, months, records, seed):
    with pytest.raises(UsageError, match="What to do"):
        synthesise(months, records, seed, tmp_path / "none.parquet")
    assert not list(tmp_path.iterdir())


def test_modalities_have_their_published_shares(made):
    of_year = pl.col("month").is_in([str(month) for month in YEAR])
    published = shape_table("months").filter(of_year).group_by("modality").agg(pl.col("tests").sum())
    year = made.of_the_year
    both = published.join(year.group_by("modality").len(), on="modality")
    shares = both.select(pl.col("tests") / pl.col("tests").sum(), pl.col("len") / pl.col("len").sum())
    assert (shares["tests"] - shares["len"]).abs().max() < 0.001


def test_months_follow_the_published_ones_of_both_years(made):
    published = shape_table("months").group_by("month").agg(pl.col("tests").sum())
    of_two_years = dict(published.iter_rows())
    counted = {month: n for month, n in made.records["month"].value_counts().iter_rows() if month in of_two_years}
    assert counted.keys() == of_two_years.keys()
    for month, tests in of_two_years.items():
        share = tests / sum(of_two_years.values())
        assert counted[month] / sum(counted.values()) == pytest.approx(share, rel=0.01)


@pytest.mark.parametrize(
    ("month", "years"), [("2021-04", -1), ("2022-03", -1), ("2022-04", 0), ("2024-03", 0), ("2026-05", 3)]
)
def test_other_years_grow_from_the_nearest_published_one(month, years):
    shape = Month.parse(month).plus(-12 * years)
    (published,) = shape_table("months").filter(month=str(shape), modality="Plain Radiography")["tests"]
    national = _national([Month.parse(month)]).filter(modality="Plain Radiography")["national"].item()
    assert national == pytest.approx(published * GROWTH_PER_YEAR**years)


def test_national_counts_are_within_one_of_their_share():
    records = 100_000
    share = records * pl.col("national") / pl.col("national").sum()
    expected = _national(MONTHS).select("month", "modality", share=share)
    counted = cells(MONTHS, records, 1).group_by("month", "modality").agg(pl.col("tests").sum())
    both = expected.join(counted, on=["month", "modality"], how="left")
    assert both.select((pl.col("tests").fill_null(0) - pl.col("share")).abs().max()).item() <= 1


def test_settings_and_cancer_groups_divide_as_published(made):
    settings = shape_table("settings").group_by("source_setting").agg(pl.col("tests").sum())
    counted = (
        made.records.drop_nulls("PATIENT_SOURCE_SETTING").group_by(source_setting="PATIENT_SOURCE_SETTING").len()
    )
    both = settings.join(counted, on="source_setting")
    assert both.height == 7
    shares = both.select(pl.col("tests") / pl.col("tests").sum(), pl.col("len") / pl.col("len").sum())
    assert (shares["tests"] - shares["len"]).abs().max() < 0.005


def test_cancer_groups_and_interventional_tests_have_their_published_shares(made):
    year, total = made.of_the_year, shape_table("providers")["tests"].sum()
    tests, gp = pl.col("tests").sum(), pl.col("gp_direct_access_tests").sum()
    for name, published, by_gps in shape_table("exam_classes").group_by("exam_class").agg(tests, gp).iter_rows():
        settings = year.filter(pl.col("exam_class") == name)["PATIENT_SOURCE_SETTING"]
        assert len(settings) / year.height == pytest.approx(published / total, rel=0.03), name
        assert settings.eq("04").sum() / len(settings) == pytest.approx(by_gps / published, abs=0.02), name


def test_the_mix_of_every_modality_adds_up_to_one():
    adds_up = exam_mix().group_by("modality", "sector").agg(pl.col("share").sum())
    assert adds_up["share"].to_list() == pytest.approx([1.0] * adds_up.height)
    wanted = shape_table("providers").join(providers().drop("tests"), on=["region_code", "org_code"])
    assert wanted.join(adds_up, on=["modality", "sector"], how="anti").is_empty()


def test_medians_come_out_near_the_published_ones(made):
    year = made.of_the_year
    for row in shape_table("medians").iter_rows(named=True):
        tests = year.filter(pl.col("modality") == row["modality"])
        if row["cancer_group"]:
            tests = tests.filter(pl.col("exam_class") == row["cancer_group"])
        if row["settings"] != "All":
            tests = tests.filter(pl.col("PATIENT_SOURCE_SETTING") == "04")
        within = 1 if tests.height > 20_000 else 4  # a median of few made-up tests wanders
        for interval in ("request_to_test", "test_to_report"):
            assert tests[interval].median() == pytest.approx(row[interval], abs=within), (row, interval)
