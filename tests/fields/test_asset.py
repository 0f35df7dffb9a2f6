"""The catalogue of the data product, and what holds for all of its columns."""

import csv
import inspect
import pkgutil
import random
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from publish import fields
from publish.fields.asset import ASSET, EXTRACT, META, derive, deriver, extract_columns
from publish.fields.patient import CONFIDENCE
from publish.records.items import ITEMS
from publish.records.values import normalised
from tests.fields import test_commissioner, test_geography, test_imaging, test_organisation
from tests.fields.derived import NOTHING, derived
from tests.fields.test_imaging import OFFICIAL
from tests.made_records import frame, record

SPECIFICATION = Path(__file__).resolve().parents[3] / "shared" / "spec"
beside_the_project = pytest.mark.skipif(
    not SPECIFICATION.is_dir(), reason="the specification is not beside the project"
)
KINDS = {
    "string": pl.String(),
    "integer": pl.Int32(),
    "byte": pl.Int8(),
    "long": pl.Int64(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
}
STRUCTS = {"META": META, "MPSConfidence": CONFIDENCE}

# What the data product says where a record gives nothing at all. All other columns are empty.
OF_AN_EMPTY_RECORD = {
    "META": {"FILE": None, "RECORD": None, "WARNINGS": None},
    "NHS_NUMBER_SUPPLIED": 0,
    "AGE_BAND_5_YEARS": "Age not known",
    "AGE_BAND_10_YEARS": "Age not known",
    "AGE_BAND_CHILDREN_INC_0_YEARS": "Age not known",
    "AGE_BAND_INC_50_TO_74": "Age not known",
    "AGE_BAND_INC_WORKING_AGE_16_TO_60": "Age not known",
    "AGE_BAND_INC_WORKING_AGE_16_TO_64": "Age not known",
}
# Columns that no item of the records and no reference data can fill.
ALWAYS_EMPTY = (
    *("COMMISSIONING_ORGANISATION_CODE", "COMMISSIONING_ORGANISATION_NAME"),
    *("PROVIDER_SHA_CODE", "PROVIDER_SHA_NAME"),
    *("MIGRATION_DATE", "SUBMISSION_DATA_ID", "EFFECTIVE_TO"),
)


def listed(name: str) -> list[dict[str, str]]:
    with (SPECIFICATION / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@beside_the_project
def test_columns_are_those_of_the_national_data_asset():
    expected = [
        (row["column"], STRUCTS.get(row["column"]) or KINDS[row["type"]])
        for row in listed("dids_asset_columns.csv")
    ]
    assert [(column.name, column.kind) for column in ASSET] == expected


@beside_the_project
def test_the_extract_has_the_columns_of_the_analysts_extract():
    assert list(EXTRACT) == [row["column"] for row in listed("dids_nhse_extract_columns.csv")]


def test_the_extract_is_columns_of_the_asset_each_once():
    names = [column.name for column in ASSET]
    assert set(EXTRACT.values()) < set(names)
    assert len(set(EXTRACT.values())) == len(EXTRACT)
    assert len(set(names)) == len(names)
    assert {column.extract_name: column.name for column in ASSET if column.extract_name} == EXTRACT


def test_the_extract_leaves_out_what_identifies_a_patient():
    assert {"NHS_NUMBER", "DATE_OF_BIRTH", "POSTCODE", "Person_ID"}.isdisjoint(EXTRACT.values())


@pytest.mark.parametrize("column", ASSET, ids=lambda column: column.name)
def test_every_column_says_what_it_is(column):
    assert column.meaning.endswith(".")
    assert len(column.meaning.split()) >= 4
    assert [other.name for other in ASSET if other.meaning == column.meaning] == [column.name]


def test_every_function_says_what_it_does():
    modules = [import_module(f"{fields.__name__}.{found.name}") for found in pkgutil.iter_modules(fields.__path__)]
    functions = [
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
    assert len(functions) > len(ASSET)
    assert [f.__name__ for f in functions if len((inspect.getdoc(f) or "").split()) < 4] == []


def test_names_of_items_are_those_of_the_catalogue():
    plain = {column.name: column.extract_name for column in ASSET}
    assert {item.asset: item.extract for item in ITEMS} == {item.asset: plain[item.asset] for item in ITEMS}


def test_what_is_derived_has_the_columns_and_types_of_the_catalogue():
    schema = derive(frame([record()]).lazy(), OFFICIAL).collect().schema
    assert list(schema.items()) == [(column.name, column.kind) for column in ASSET]
    assert derive(frame([]).lazy(), OFFICIAL).collect().schema == schema


def test_a_record_of_which_nothing_is_known():
    columns = [column.name for column in ASSET]
    expected = [OF_AN_EMPTY_RECORD.get(name) for name in columns]
    for reference in (NOTHING, OFFICIAL):
        assert derived([dict.fromkeys(record())], columns, reference) == [tuple(expected)]


@pytest.mark.parametrize("others", [[], [record(PRACTICE_CODE="B86001")]])
def test_a_record_without_a_test_date_is_looked_up_by_what_holds_last(others):
    undated = record(PRACTICE_CODE="B86001", DIAGNOSTIC_TEST_DATE=None)
    columns = ("CCG_CODE", "MONTH_OF_TEST", "YEAR_OF_TEST", "TEST_REQUEST_TO_TEST")
    found = derived([undated, *others], columns, test_commissioner.REFERENCE)
    assert found[0] == ("15F", None, None, None)


def test_columns_without_a_source_are_empty():
    found = derive(frame([record(NHS_NUMBER="9990000107")]).lazy(), OFFICIAL).collect()
    assert found.select(ALWAYS_EMPTY).row(0) == (None,) * len(ALWAYS_EMPTY)


def test_every_column_has_a_test():
    """Each is named in a test of this folder other than this one."""
    others = [file for file in Path(__file__).parent.glob("test_*.py") if file.name != Path(__file__).name]
    text = "".join(file.read_text(encoding="utf-8") for file in others)
    assert [column.name for column in ASSET if f'"{column.name}"' not in text] == []


# -- one file, however it is made -------------------------------------------------------------------------------


def many() -> pl.LazyFrame:
    """Records with the codes of all tests of this folder, in normal form."""
    codes = {
        "SITE_CODE_IMAGING": [case[0] for case in test_organisation.PRODUCT],
        "POSTCODE": [case[0] for case in test_geography.POSTCODES],
        "PRACTICE_CODE": [case[0] for case in test_commissioner.COMMISSIONERS],
        "IMAGING_CODE_NICIP": [case[0] for case in test_imaging.DERIVED],
        "IMAGING_CODE_SNOMED": [case[1] for case in test_imaging.DERIVED],
    }
    days = pl.date_range(pl.date(2018, 1, 1), pl.date(2024, 3, 31), "9d", eager=True).to_list()
    draw = random.Random(1)
    records = [
        record(DIAGNOSTIC_TEST_DATE=draw.choice([*days, None]), **{i: draw.choice(v) for i, v in codes.items()})
        for _ in range(300)
    ]
    numbered = [row | {"RADIOLOGICAL_ACCESSION_NUM": f"A{number}"} for number, row in enumerate(records)]
    return normalised(frame(numbered).lazy(), OFFICIAL).collect().lazy()


@pytest.mark.parametrize(
    "reference", [test_organisation.OFFICIAL, test_geography.REFERENCE, test_commissioner.REFERENCE, OFFICIAL]
)
def test_records_come_out_once_in_their_order_whatever_stands_beside_them(reference):
    """Together, in pieces, turned round: the same rows."""
    records = many()
    together = derive(records, reference).collect()
    assert together["RADIOLOGICAL_ACCESSION_NUMBER"].to_list() == [f"A{number}" for number in range(300)]
    make = deriver(records, reference)
    pieces = [make(records.slice(start, 100)).collect() for start in (0, 100, 200)]
    assert pl.concat(pieces).equals(together)
    assert derive(records.reverse(), reference).collect().reverse().equals(together)
    by_themselves = [derive(records.slice(start, 20), reference).collect() for start in range(0, 300, 20)]
    assert pl.concat(by_themselves).equals(together)


def test_the_extract_has_the_values_of_the_asset():
    asset = derive(many(), OFFICIAL).collect()
    extract = asset.select(extract_columns())
    assert extract.columns == list(EXTRACT)
    for plain, name in EXTRACT.items():
        assert extract[plain].equals(asset[name]), plain
