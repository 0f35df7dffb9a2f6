"""Pseudonyms: the same for the same number and key, and nothing of the number in them."""

import hmac
import secrets
import stat
from datetime import date
from pathlib import Path
from unittest.mock import Mock

import polars as pl
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import UsageError
from publish.product.pseudonyms import (
    LEFT_OUT,
    PERSONS,
    TEST,
    existing_key,
    key_file,
    person_pseudonym,
    pseudonymised,
    read_key,
)
from publish.records.withdrawn import PSEUDONYM
from tests.fuzz.settings import quick

SPECIFICATION = Path(__file__).parents[3] / "shared" / "spec" / "dids_asset_columns.csv"
KEY = b"a key for tests alone"
ROW = {
    "META": {"FILE": "a.csv", "RECORD": 1},
    "RADIOLOGICAL_ACCESSION_NUMBER": "0065401",
    "NHS_NUMBER": "9434765919",
    "DATE_OF_BIRTH": date(1945, 6, 21),
    "AGE_BAND_5_YEARS": "70-74",
    "POSTCODE": "ML1 4LL",
    "LOCATION_LSOA": "S01011460",
    "DIAGNOSTIC_TEST_DATE": date(2018, 7, 1),
    "PROVIDER_SITE_CODE": "RF401",
    "Person_ID": "9434765919",
}


def product(**changes):
    return pl.LazyFrame([ROW | changes])


def made(key=KEY, **changes):
    return pseudonymised(product(**changes), key).collect().row(0, named=True)


def test_direct_identifiers_are_gone_and_the_rest_stays():
    row = made()
    assert set(row) == set(ROW) - set(LEFT_OUT)
    assert {name for name in row if row[name] != ROW[name]} == {*PERSONS, TEST}
    assert not {"9434765919", "0065401", "ML1 4LL", "1945"} & set(map(str, row.values()))


@pytest.mark.skipif(not SPECIFICATION.is_file(), reason="the specification stands beside the project")
def test_every_column_of_the_asset_is_decided():
    """A change of the published list asks for a new decision."""
    names = pl.read_csv(SPECIFICATION)["column"].to_list()
    text = pseudonymised(pl.LazyFrame({name: ["x"] for name in names}), KEY).collect().row(0, named=True)
    assert set(names) - set(text) == {"META", "DATE_OF_BIRTH", "POSTCODE"}
    changed = {name for name, value in text.items() if value != "x"}
    assert changed == {"NHS_NUMBER", "Person_ID", "RADIOLOGICAL_ACCESSION_NUMBER"}
    assert len(names) == 86


#  one                                  other                              same pseudonym
PERSONS_COMPARED = [
    ({"NHS_NUMBER": "9434765919"}, {"NHS_NUMBER": "9434765919"}, True),
    ({"NHS_NUMBER": "9434765919"}, {"NHS_NUMBER": " 943 476 5919 "}, True),
    ({"NHS_NUMBER": "9434765919"}, {"NHS_NUMBER": "943-476-5919"}, True),
    ({"NHS_NUMBER": "9434765919"}, {"NHS_NUMBER": "9434765920"}, False),
    ({"NHS_NUMBER": "A1"}, {"NHS_NUMBER": "a1"}, False),
]


@pytest.mark.parametrize(("one", "other", "same"), PERSONS_COMPARED)
def test_a_person_is_one_pseudonym(one, other, same):
    assert (made(**one)["NHS_NUMBER"] == made(**other)["NHS_NUMBER"]) is same


def test_an_nhs_number_is_the_same_person_in_both_columns():
    row = made()
    assert row["NHS_NUMBER"] == row["Person_ID"]


#  site     accession number   the same record as RF401, 0065401
RECORDS_COMPARED = [
    ("RF401", "0065401", True),
    ("RF402", "0065401", False),
    ("RF401", "65401", False),
    ("RF4010", "065401", False),  # the same characters, divided elsewhere
    ("RF40", "10065401", False),
    (None, "0065401", False),
]


@pytest.mark.parametrize(("site", "number", "same"), RECORDS_COMPARED)
def test_site_and_accession_number_are_still_the_key_of_a_record(site, number, same):
    other = made(PROVIDER_SITE_CODE=site, RADIOLOGICAL_ACCESSION_NUMBER=number)
    assert (other[TEST] == made()[TEST]) is same


def test_kinds_of_identifiers_are_kept_apart():
    row = made(NHS_NUMBER="5:RF4010065401")
    assert row["NHS_NUMBER"] != row[TEST]


def test_another_key_gives_other_pseudonyms():
    assert not set(made().values()) & {made(b"another key for tests")[name] for name in (*PERSONS, TEST)}


@pytest.mark.parametrize("name", [*PERSONS, TEST])
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_stays_nothing(name, nothing):
    frame = product().with_columns(pl.lit(nothing, pl.String).alias(name))
    found = pseudonymised(frame, KEY).collect()[name].item()
    assert found is None or (name == TEST and nothing == "")


def test_columns_that_are_not_there_are_passed_over():
    frame = pl.LazyFrame({"NHS_NUMBER": ["1"], "MODALITY": ["x"]})
    assert pseudonymised(frame, KEY).collect().columns == ["NHS_NUMBER", "MODALITY"]


def test_the_number_may_be_a_whole_number():
    frame = pl.DataFrame({"as_number": [9434765919], "as_text": ["9434765919"]})
    hashed = frame.select(person_pseudonym(pl.all(), KEY))
    assert hashed["as_number"].item() == hashed["as_text"].item()


@quick
@given(st.lists(st.none() | st.text(max_size=12), max_size=20), st.binary(min_size=16, max_size=80))
def test_it_is_the_hmac_of_the_standard_library(numbers, key):
    """Held to Python's, so that pseudonyms outlive the package that makes them."""
    frame = pl.DataFrame({"n": numbers}, schema={"n": pl.String})
    own = hmac.digest(key, b"person", "sha256").hex().encode()
    compared = frame.select(pl.col("n").str.strip_chars().replace("", None))["n"]
    expected = [
        None if text is None else hmac.new(own, text.encode(), "sha256").hexdigest()[:32] for text in compared
    ]
    hashed = frame.lazy().select(person_pseudonym(pl.col("n"), key)).collect(engine="streaming")["n"]
    assert hashed.to_list() == expected
    assert hashed.drop_nulls().str.contains(PSEUDONYM).all()


def test_a_plan_does_not_show_the_key():
    key = b"unmistakable-secret"
    plan = pseudonymised(product(), key)
    own = hmac.digest(key, b"person", "sha256").hex()
    for text in (plan.explain(), plan.explain(optimized=False), repr(plan)):
        assert "unmistakable" not in text
        assert own not in text


# -- the key ----------------------------------------------------------------------------------------------------


@pytest.fixture
def said():
    return []


def test_a_key_is_made_once(tmp_path, said):
    file = tmp_path / "own" / "pseudonym.key"
    first = read_key(file, said.append)
    assert read_key(file, said.append) == existing_key(file) == first
    assert len(first) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (told,) = said
    assert str(file) in told
    assert file.read_text().strip() not in told


def test_two_keys_made_are_not_the_same(tmp_path, said):
    assert read_key(tmp_path / "one", said.append) != read_key(tmp_path / "two", said.append)


def test_the_key_stands_in_the_folder_of_the_user(tmp_path, monkeypatch, said):
    monkeypatch.setattr(typer, "get_app_dir", lambda name: str(tmp_path / name))
    read_key(None, said.append)
    assert key_file() == tmp_path / "publish" / "pseudonym.key"
    assert key_file().is_file()


#  content of the file             key, or None where it is refused
KEYS = [
    (b"00112233445566778899aabbccddeeff\n", bytes.fromhex("00112233445566778899aabbccddeeff")),
    (b"sixteen letters!", b"sixteen letters!"),
    (b"\xff" * 16, b"\xff" * 16),
    (b"0011223344556677", None),  # eight bytes in hexadecimal digits
    (b"fifteen letters", None),
    (b" \n", None),
    (b"", None),
]


@pytest.mark.parametrize(("content", "key"), KEYS)
def test_keys(tmp_path, said, content, key):
    file = tmp_path / "key"
    file.write_bytes(content)
    if key:
        assert read_key(file, said.append) == key
        return
    with pytest.raises(UsageError, match="fewer than 16 bytes") as refused:
        read_key(file, said.append)
    assert not content.strip() or content.decode().strip() not in refused.value.what + refused.value.do
    assert file.read_bytes() == content


def test_a_key_that_cannot_be_read_or_made_is_refused(tmp_path, said, monkeypatch):
    with pytest.raises(UsageError, match="cannot be read"):
        read_key(tmp_path, said.append)
    monkeypatch.setattr(secrets, "token_hex", Mock(side_effect=PermissionError(13, "Permission denied")))
    with pytest.raises(UsageError, match=r"cannot be written \(Permission denied\)"):
        read_key(tmp_path / "key", said.append)
    with pytest.raises(UsageError, match="cannot be read"):
        existing_key(tmp_path / "none")
    assert said == []
