"""Real official files, where they stand beside the project: each is imported, and may be imported again."""

from datetime import date

import polars as pl
import pytest

from publish.reference.dated import stretches
from publish.reference.kinds import KINDS
from publish.reference.names import names_by_succession
from publish.reference.store import import_reference
from publish.reference.tables import load_reference
from tests.reference.official import OFFICIAL, SHARED

COPIES = (
    ("etr", OFFICIAL / "etr_2026-07.csv", {"organisations": 274}),
    ("epraccur", OFFICIAL / "epraccur_2026-03.csv", {"organisations": 15407}),
    ("epraccur", OFFICIAL / "epraccur_2025-11_first4000.csv", {"organisations": 4000}),
    ("hospital-sites", OFFICIAL / "hospital_sites_2024.csv", {"sites": 339}),
    ("successions", OFFICIAL / "trust_predecessor_successor_1992-2022.csv", {}),
    ("successions", SHARED / "trust_successors_2021_2026.csv", {}),
    ("commissioners", OFFICIAL / "commissioners_2026-01.csv", {}),
    ("icbs", SHARED / "icb_2022_to_2026.csv", {"icbs": 49}),
    ("icb-changes", SHARED / "icb_42_to_36_2026.csv", {}),
    ("lsoas", OFFICIAL / "lsoa21_msoa21_sicbl24_icb24_england.csv.gz", {"lsoas": 33755}),
    ("imd", OFFICIAL / "imd2025_england_lsoa21.csv.gz", {"lsoas": 33755}),
    ("nicip", OFFICIAL / "nicip_codes_2022.csv", {"nicip_codes": 4833}),
    ("exam-lookup", SHARED / "diag_img_exam_lookup_sample20.csv", {"exam_lookup": 20}),
    ("local-codes", OFFICIAL / "nicip_local_mappings.json", {"local_codes": 16690}),
)

pytestmark = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official copies are not beside the project")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("official") / "reference-data"
    for kind, file, _ in COPIES:
        import_reference(kind, file, folder)
    return folder


@pytest.fixture(scope="module")
def reference(store):
    return load_reference(store)


@pytest.mark.parametrize(("kind", "file", "rows"), COPIES, ids=[file.name for _, file, _ in COPIES])
def test_a_copy_is_read_whole(tmp_path, kind, file, rows):
    imported = import_reference(kind, file, tmp_path / "reference-data")
    assert {table: imported.rows[table] for table in rows} == rows


@pytest.mark.parametrize(("kind", "file"), [copy[:2] for copy in COPIES], ids=[file.name for _, file, _ in COPIES])
def test_a_copy_is_recognised_as_its_kind_only(kind, file):
    from publish.reference.official_files import head_of

    head = head_of(file)
    fits = {name for name, each in KINDS.items() if each.recognises(head)} - {"ods"}
    assert fits == {kind}


def test_importing_all_again_changes_no_byte(store, reference):
    before = {file.name: file.read_bytes() for file in store.iterdir()}
    for kind, file, _ in COPIES:
        import_reference(kind, file, store)
    assert {file.name: file.read_bytes() for file in store.iterdir()} == before
    assert len(reference.imports) == len(COPIES)


def test_no_code_has_two_rows_on_a_day(reference):
    first, last = date(2013, 4, 1), date(2027, 3, 31)
    keys = {"organisations": "org_code", "parents": "org_code", "commissioners": "commissioner_code"}
    keys |= {"icbs": "icb_code", "sites": "site_code", "nicip_codes": "nicip_code", "snomed_codes": "snomed_code"}
    for table, key in keys.items():
        assert stretches(getattr(reference, table), key, first, last).height > 0


def test_names_follow_to_the_commissioners_of_today(reference):
    latest = reference.commissioners.sort("valid_from").unique("commissioner_code", keep="last")
    named = latest.select(code="commissioner_code", name="commissioner_name")
    names = dict(names_by_succession(named, reference.successions).iter_rows())
    assert names["07X"] == "NHS NORTH CENTRAL LONDON ICB - 93C"
    assert names["06F"] == "NHS BEDFORDSHIRE, LUTON AND MILTON KEYNES ICB - M1J4Y"


def test_the_bundled_tables_agree_with_the_official_ones(reference):
    """Boards of the days after April 2026, and who followed whom, are known without any import."""
    bundled = load_reference()
    official = reference.successions.select("predecessor", "successor")
    unknown = bundled.successions.join(official, on=["predecessor", "successor"], how="anti")
    assert unknown.is_empty()
    codes = ("commissioner_code", "region_code", "icb_code", "valid_from", "valid_to")
    since = pl.col("valid_from") >= date(2022, 7, 1)
    there = reference.commissioners.select(codes)
    different = bundled.commissioners.filter(since).join(there, on=codes, nulls_equal=True, how="anti")
    assert different.is_empty()
