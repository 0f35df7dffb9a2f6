"""Where made-up patients live: nothing real, everything in the reference data, near the provider."""

from datetime import date

import polars as pl
import pytest

from publish.counts.files import count_files
from publish.disclosure.policy import load_policy
from publish.period import AnnualPeriod, FinancialYear, Month
from publish.records.checking import check, codes_of
from publish.records.files import find_record_files
from publish.records.intake import Terms
from publish.records.readers import read_records
from publish.reference.tables import load_reference
from publish.release_tables import release_tables
from publish.synthetic import synthesise
from publish.synthetic.homes import commissioners_of_practices, held_on, home_regions, homes, table_of_homes
from publish.synthetic.reference import write_reference
from publish.tables.places import places_on
from publish.writing.content import ReleaseTables
from tests.synthetic.made_up import MONTHS

YEAR = FinancialYear(2023)
ANNUAL = AnnualPeriod.of(YEAR)
DEFAULTS = {"V81997", "V81998", "V81999"}


@pytest.fixture(scope="module")
def reference(made):
    return load_reference(made.reference_folder)


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> ReleaseTables:
    folder = tmp_path_factory.mktemp("annual")
    synthesise(MONTHS, 20_000, 1, folder / "records.parquet")
    places = load_reference(folder / "records-reference")
    files = find_record_files([str(folder / "records.parquet")])
    (counts,) = count_files(files, places, Terms(), folder / "counts", lambda _: None, annual=True).values()
    return release_tables(counts, ANNUAL, places, load_policy(None), None)


def cells(tables: ReleaseTables, stem: str) -> pl.DataFrame:
    every = (table for workbook in tables.workbooks for table in workbook.tables)
    return next(table.cells for table in every if table.spec.file_stem.startswith(stem))


def test_no_home_can_be_real():
    assert homes()["practice"].str.contains("^Z9[0-9]{4}$").all()  # no practice of Northern Ireland has a 9 there
    assert homes()["postcode"].str.contains("^Q").all()  # where no postcode begins
    assert homes()["postcode"].str.contains("[CIKMOV]{2}$").all()  # as no postcode ends
    assert homes()["lsoa"].str.contains("^E01999[0-9]{3}$").all()
    assert all(homes()[name].is_unique().all() for name in ("practice", "postcode", "lsoa"))
    assert homes().height < 500


def test_homes_have_every_decile_in_every_region():
    deciles = homes().group_by("region_code").agg(pl.col("imd_decile").n_unique())
    assert dict(deciles.iter_rows()) == dict.fromkeys(home_regions(), 10)
    assert homes()["share"].sum() == pytest.approx(1)


def test_the_table_of_homes_has_a_row_for_each_region():
    for region, row in zip(home_regions(), table_of_homes(), strict=True):
        assert set(homes()["region_code"].gather(row)) == {region}


@pytest.mark.parametrize("day", [date(2019, 4, 1), date(2020, 7, 1), date(2022, 6, 30), date(2022, 7, 1)])
def test_every_commissioner_of_the_day_has_practices_and_none_else_has(reference, day):
    held = held_on(commissioners_of_practices(), day)
    assert held["practice"].sort().equals(homes()["practice"].sort())
    bundled = held_on(reference.commissioners, day).filter(pl.col("ons_code").str.starts_with("E"))
    assert set(held["commissioner_code"]) == set(bundled["commissioner_code"])


def test_the_reference_data_know_every_practice_and_postcode(made, reference):
    practices = set(made.records["PRACTICE_CODE"]) - DEFAULTS
    assert practices == set(reference.parents["org_code"])
    known = reference.postcodes.join(reference.lsoas.lazy(), on="lsoa").collect()
    used = made.records["POSTCODE"].drop_nulls().unique()
    assert set(used.filter(~used.str.starts_with("ZZ99"))) == set(known["postcode"])
    assert known["sub_icb_ons_code"].is_in(reference.commissioners["ons_code"].implode()).all()
    assert set(known["imd_decile"]) == {str(decile) for decile in range(1, 11)}


def test_the_reference_data_do_not_pass_for_complete(reference):
    assert reference.complete == {"sites"}
    assert reference.imports == ()


def test_some_patients_have_no_home(made):
    by_default = made.records["PRACTICE_CODE"].is_in(DEFAULTS)
    elsewhere = made.records["POSTCODE"].str.starts_with("ZZ99").fill_null(value=True)
    assert by_default.mean() == pytest.approx(0.065, abs=0.01)
    assert elsewhere.mean() == pytest.approx(0.045, abs=0.01)
    assert (by_default & elsewhere).mean() == pytest.approx(0.025, abs=0.005)


def test_practice_and_postcode_are_of_one_home(made):
    home = homes().select(PRACTICE_CODE="practice", postcode="postcode")
    both = made.records.join(home, on="PRACTICE_CODE").filter(~pl.col("POSTCODE").str.starts_with("ZZ99"))
    assert (both["POSTCODE"] == both["postcode"]).all()


def test_patients_live_mostly_in_the_region_of_the_provider(made):
    home = homes().select(PRACTICE_CODE="practice", home_region="region_code")
    both = made.records.drop_nulls("region_code").join(home, on="PRACTICE_CODE")
    near = both.group_by("region_code").agg(near=(pl.col("region_code") == pl.col("home_region")).mean())
    assert near.height == 7
    assert near["near"].is_between(0.9, 0.96).all()
    by_home, by_provider = (
        dict(both.group_by(name).agg(pl.len() / both.height).iter_rows()) for name in ("home_region", "region_code")
    )
    assert by_home == pytest.approx(by_provider, abs=0.01)


def test_validation_finds_nothing_new(made, reference):
    judged = check(read_records(made.file).head(20_000), reference).select("problems").unique().collect()
    broken = {code for problems in judged["problems"] for code in codes_of(problems)}
    assert broken.isdisjoint({"DIDS015", "DIDS016", "DIDS017", "DIDS018", "DIDS080"})


@pytest.mark.parametrize("year", [2022, 2023, 2026])
def test_every_board_of_the_year_has_people(tmp_path, year):
    months = FinancialYear(year).months
    write_reference(tmp_path, months, 47_000_000)
    places = places_on(load_reference(tmp_path), months[-1].last_day)
    (england,) = places.filter(level="England")["population"]
    assert england == pytest.approx(57_000_000, rel=0.02)
    stood = places.filter(pl.col("level") == "ICB").drop_nulls("population")
    assert stood["population"].min() > 100_000
    assert stood.height > 30


def test_there_were_no_boards_before_july_2022(tmp_path):
    write_reference(tmp_path, FinancialYear(2021).months, 1_000)
    assert load_reference(tmp_path).population.is_empty()


@pytest.mark.parametrize("month", [Month(2019, 4), Month(2022, 6), Month(2022, 7), Month(2027, 7)])
def test_areas_have_the_commissioners_of_the_last_month(tmp_path, month):
    write_reference(tmp_path, (month,), 1)
    found = load_reference(tmp_path)
    held = held_on(found.commissioners, month.last_day).select(
        sub_icb_code="commissioner_code", sub_icb_ons_code="ons_code"
    )
    assert found.lsoas.join(held, on=held.columns, how="anti").is_empty()


def test_the_same_reference_data_for_the_same_records(tmp_path):
    for folder in ("once", "again"):
        write_reference(tmp_path / folder, MONTHS, 1_000)
    names = sorted(file.name for file in (tmp_path / "once").iterdir())
    assert names == ["lsoas.csv", "parents.csv", "population.csv", "postcodes.parquet", "sites.csv"]
    for name in names:
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("stem", ["Modality-Commissioner-Request", "Modality-Commissioner-Test", "Bodysite-Comm"])
def test_tables_by_commissioner_have_most_tests_under_one(tables, stem):
    found = cells(tables, stem).filter(pl.col("column") == "Total")
    commissioners = found.filter(pl.col("level") == "Commissioner").drop_nulls("value").filter(pl.col("value") > 0)
    assert commissioners["org_code"].n_unique() > 100
    without = found.filter(pl.col("level") == "No commissioner")["value"].sum()
    assert 0 < without < 0.05 * commissioners["value"].sum()


def test_deprivation_has_every_decile(tables):
    england = cells(tables, "Deprivation").filter(pl.col("level") == "England")
    by_decile = dict(england.group_by("column").agg(pl.col("value").sum()).iter_rows())
    assert all(by_decile[str(decile)] > 500 for decile in range(1, 11))


def test_use_is_plausible(tables):
    use = cells(tables, "Use-per-1000").filter(pl.col("label") == "Computerized Axial Tomography")
    rates = use.filter(pl.col("column").str.contains("per 1,000"))
    (england,) = rates.filter(level="England")["value"]
    assert 100 < england < 180
    boards = rates.filter(pl.col("level") == "ICB").drop_nulls("value")
    assert boards.height > 35
    assert boards["value"].is_between(england / 3, england * 3).all()
