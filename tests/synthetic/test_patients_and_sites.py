"""Nothing in made-up records is a real person's; every site has its provider and region."""

import polars as pl
import pytest

from publish.period import Month
from publish.reference.vocabulary import bundled_rows, regions
from publish.synthetic.flaws import UNKNOWN_SITE
from publish.synthetic.shape import providers
from publish.synthetic.sites import ENGLAND, WALES, WELSH_SITES


def test_accession_numbers_are_unique_and_short_enough(made):
    numbers = made.records["RADIOLOGICAL_ACCESSION_NUM"]
    assert numbers.is_unique().all()
    assert numbers.str.len_chars().max() <= 20


def test_nhs_numbers_are_only_of_the_reserved_test_range_and_valid(made):
    numbers = made.records["NHS_NUMBER"].drop_nulls().unique()
    assert numbers.str.contains(r"^999\d{7}$").all()
    digits = pl.DataFrame({"number": numbers}).select(
        pl.col("number").str.slice(place, 1).cast(pl.Int64).alias(str(place)) for place in range(10)
    )
    remainder = sum(digits[str(place)] * (10 - place) for place in range(10)) % 11
    assert (remainder == 0).all()


def test_a_number_stands_for_one_patient_and_its_status_fits(made):
    patient = made.records.drop_nulls("NHS_NUMBER").filter(pl.col("PERSON_GENDER_CODE") != "9")
    same = patient.group_by("NHS_NUMBER").agg(
        pl.col("PERSON_BIRTH_DATE", "ETHNIC_CATEGORY", "PERSON_GENDER_CODE", "POSTCODE", "PRACTICE_CODE").n_unique()
    )
    assert same.drop("NHS_NUMBER").max().row(0) == (1,) * 5
    status = made.records.group_by(numbered=pl.col("NHS_NUMBER").is_not_null()).agg(
        pl.col("NHS_NUMBER_STATUS_IND").unique().sort()
    )
    assert dict(status.iter_rows()) == {True: ["01", "02"], False: ["03", "04", "07"]}


def test_nothing_points_at_a_real_address_practice_or_referrer(made):
    records = made.records
    assert records["POSTCODE"].drop_nulls().str.contains(r"^(ZZ99 3[A-Z]{2}|QM[0-9]{1,2} [0-9]KM)$").all()
    assert records["PRACTICE_CODE"].str.contains(r"^(V8199[789]|Z9[0-9]{4})$").all()
    assert records["REFERRER"].str.contains(r"^[A-Z]9999(998|981)$").all()


def test_about_three_in_five_exams_carry_the_nicip_code_only(made):
    records = made.records
    nicip, snomed = records["IMAGING_CODE_NICIP"].is_not_null(), records["IMAGING_CODE_SNOMED"].is_not_null()
    assert (nicip ^ snomed).all()
    assert nicip.mean() == pytest.approx(0.6, abs=0.01)


def test_a_few_exam_codes_are_common(made):
    chest = made.records.filter(pl.col("exam_class") == "Chest and/or abdomen (CT)")
    counts = chest["IMAGING_CODE_NICIP"].drop_nulls().value_counts(sort=True)["count"]
    assert counts[0] > 3 * counts[-1]


def test_every_known_site_is_in_the_overlay_under_its_provider_and_region(made):
    used = set(made.records["SITE_CODE_IMAGING"]) - {UNKNOWN_SITE}
    assert used <= set(made.sites["site_code"])
    assert made.sites["site_code"].is_unique().all()
    english = made.sites.filter(pl.col("country") == ENGLAND)
    assert set(english.select("region_code", "org_code").iter_rows()) == set(
        providers().select("region_code", "org_code").iter_rows()
    )
    assert set(english["region_code"]) <= {region.region_code for region in regions(Month(2024, 3).first_day)}
    assert set(made.sites.filter(pl.col("country") == WALES)["site_code"]) == set(WELSH_SITES)
    assert set(english["org_code"]) <= {row["org_code"] for row in bundled_rows("providers")}


def test_a_provider_of_several_regions_has_a_site_in_each(made):
    alliance = made.sites.filter(pl.col("org_code") == "NT9")
    assert set(alliance["site_code"]) == {f"NT9{region[1:]}" for region in alliance["region_code"]}
    assert alliance.height == 7
    assert made.sites.filter(pl.col("org_code") == "RF4")["site_code"].to_list() == ["RF401", "RF402", "RF403"]
