"""Stored counts are used for the same content and reference data, and for nothing else."""

from dataclasses import replace
from datetime import date

import pytest

from publish.counts import store
from publish.counts.reduction import reduce_records
from publish.counts.store import CountStore
from publish.records.files import find_record_files
from publish.records.readers import read_records
from publish.reference.tables import load_reference
from tests.fields.test_organisation import table
from tests.made_records import record, write

REFERENCE = load_reference()


def one_file(path):
    return find_record_files([str(path)])[0]


def stored(tmp_path, *records):
    file = one_file(write(list(records), tmp_path / "a.parquet"))
    counts = reduce_records(read_records(file.path), REFERENCE)
    CountStore(tmp_path / "store", REFERENCE).keep(file, counts)
    return file, counts


def test_what_is_stored_comes_back(tmp_path):
    file, counts = stored(tmp_path, record(), record(SITE_CODE_IMAGING=None))
    again = CountStore(tmp_path / "store", REFERENCE).counts_of(file)
    assert again.tests.equals(counts.tests)
    assert again.kept_out.equals(counts.kept_out)


def test_a_file_is_known_by_its_content_not_by_its_name_or_time(tmp_path):
    file, _ = stored(tmp_path, record())
    moved = file.path.rename(tmp_path / "moved.parquet")
    assert CountStore(tmp_path / "store", REFERENCE).counts_of(one_file(moved)) is not None
    changed = one_file(write([record(), record()], tmp_path / "a.parquet"))
    assert CountStore(tmp_path / "store", REFERENCE).counts_of(changed) is None


def provider(**values):
    row = {"org_code": "RF4", "provider_name": "A Trust", "region_code": "Y56", "valid_from": date(2019, 4, 1)}
    return replace(REFERENCE, providers=table("providers", [row | values]))


def test_counts_are_made_again_where_reference_rows_of_their_months_changed(tmp_path):
    file = one_file(write([record()], tmp_path / "a.parquet"))
    counts = reduce_records(read_records(file.path), provider())
    CountStore(tmp_path / "store", provider()).keep(file, counts)
    kept = lambda reference: CountStore(tmp_path / "store", reference).counts_of(file) is not None  # noqa: E731
    assert kept(provider())
    assert not kept(provider(region_code="Y58"))
    assert not kept(provider(icb_code="QMF"))
    assert not kept(provider(valid_from=date(2023, 4, 12)))
    # what does not touch the file's month, or is looked up later, is no reason to read it again
    assert kept(provider(valid_from=date(2020, 4, 1)))
    assert kept(provider(valid_to=date(2024, 3, 31)))
    assert kept(provider(provider_name="Renamed Trust", imaging_network="London"))


def test_half_written_counts_are_not_read(tmp_path):
    file, counts = stored(tmp_path, record())
    folder = tmp_path / "store" / file.sha256
    folder.rename(folder.with_name(folder.name + ".making"))
    assert CountStore(tmp_path / "store", REFERENCE).counts_of(file) is None
    CountStore(tmp_path / "store", REFERENCE).keep(file, counts)
    assert [path.name for path in (tmp_path / "store").iterdir()] == [file.sha256]


@pytest.mark.parametrize("wrong", [date(1, 1, 1), date(1900, 1, 1), date(9999, 12, 31)])
def test_a_test_date_in_a_far_off_year_can_be_stored(tmp_path, wrong):
    file, counts = stored(tmp_path, record(), record(DIAGNOSTIC_TEST_DATE=wrong))
    assert CountStore(tmp_path / "store", REFERENCE).counts_of(file).months == counts.months


@pytest.mark.parametrize("name", ["tests.parquet", "kept_out.parquet"])
def test_damaged_counts_are_made_again(tmp_path, name):
    file, _ = stored(tmp_path, record())
    damaged = tmp_path / "store" / file.sha256 / name
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert CountStore(tmp_path / "store", REFERENCE).counts_of(file) is None
    damaged.unlink()
    assert CountStore(tmp_path / "store", REFERENCE).counts_of(file) is None


def test_counts_are_made_again_where_the_published_words_changed(tmp_path, monkeypatch):
    file, _ = stored(tmp_path, record())
    monkeypatch.setattr(store, "vocabulary_hash", lambda: "another")
    assert CountStore(tmp_path / "store", REFERENCE).counts_of(file) is None
