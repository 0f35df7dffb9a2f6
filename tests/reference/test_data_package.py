"""The data package that describes the bundled reference data: complete, true of the files, and licensed."""

import csv
import json
import shutil

import pytest

from publish.bundled import bundled

FOLDER = bundled("reference_data")
PACKAGE = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["path"]: resource for resource in PACKAGE["resources"]}
CONTRACTS = {
    "providers.csv": "org_code provider_name region_code icb_code imaging_network valid_from valid_to",
    "sites.csv": "site_code site_name org_code region_code icb_code postcode country valid_from valid_to",
    "exam_codes.csv": "nicip_code nicip_description snomed_code modality_id modality sub_modality_id sub_modality "
    "region_id region sub_region_id sub_region system_id system early_diagnosis_of_cancer "
    "sub_early_diagnosis_of_cancer published_test_group interventional valid_from valid_to",
}


def test_every_table_is_described_and_nothing_else():
    assert sorted(RESOURCES) == sorted(file.name for file in FOLDER.glob("*.csv"))


@pytest.mark.parametrize("path", sorted(RESOURCES))
def test_a_table_has_the_columns_described_each_in_words(path):
    with (FOLDER / path).open(encoding="utf-8", newline="") as file:
        heading = next(csv.reader(file))
    fields = RESOURCES[path]["schema"]["fields"]
    assert [field["name"] for field in fields] == heading
    assert all(len(field["description"]) > 3 for field in fields)


@pytest.mark.parametrize("path", sorted(RESOURCES))
def test_a_table_names_its_source_and_licence(path):
    assert RESOURCES[path]["title"]
    assert RESOURCES[path]["description"]
    assert RESOURCES[path]["sources"]
    assert [licence["name"] for licence in RESOURCES[path]["licenses"]] == ["OGL-UK-3.0"]


@pytest.mark.parametrize("path", sorted(CONTRACTS))
def test_the_columns_that_users_bring_themselves_stay_as_they_are(path):
    assert [field["name"] for field in RESOURCES[path]["schema"]["fields"]] == CONTRACTS[path].split()


def test_the_tables_are_valid_by_their_descriptions(tmp_path):
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(FOLDER / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "message"])

    wrong = tmp_path / "wrong"
    shutil.copytree(FOLDER, wrong)
    with (wrong / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("Y99,Nowhere,2019-02-30,\n")
    assert not frictionless.Package(str(wrong / "datapackage.json")).validate().valid


def test_the_shapes_of_made_up_records_stay_small():
    assert sum(file.stat().st_size for file in FOLDER.glob("shape_*.csv")) < 150_000
