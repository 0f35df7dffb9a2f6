"""The items under every name they have, against the lists of the specification where these are at hand."""

import csv
from pathlib import Path

import pytest

from publish.records.items import ITEMS

SPECIFICATION = Path(__file__).resolve().parents[3] / "shared" / "spec"


def listed(name):
    with (SPECIFICATION / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_no_name_means_two_items():
    meant: dict[str, str] = {}
    for item in ITEMS:
        for name in item.names:
            assert meant.setdefault(name.upper(), item.name) == item.name


@pytest.mark.skipif(not SPECIFICATION.is_dir(), reason="the specification is not beside the project")
def test_names_and_places_are_those_of_the_specification():
    items = [
        (row["pipeline_name"], row["data_dictionary_item"], row["xml_path"]) for row in listed("dids_v1_items.csv")
    ]
    assert [(item.name, item.data_dictionary, item.xml) for item in ITEMS] == items
    product = {row["column"] for row in listed("dids_asset_columns.csv")}
    extract = {row["column"] for row in listed("dids_nhse_extract_columns.csv")}
    assert {item.asset for item in ITEMS} <= product
    assert {item.extract for item in ITEMS if item.extract} <= extract
    assert [item.name for item in ITEMS if not item.extract] == ["NHS_NUMBER", "PERSON_BIRTH_DATE", "POSTCODE"]
