"""The bundled reference tables, and the user's own over them."""

from datetime import date

import polars as pl
import pytest

from publish.errors import InputRefused, UsageError
from publish.reference.dated import stretches
from publish.reference.tables import CLASSIFIED, COLUMNS, load_reference
from publish.reference.vocabulary import cancer_groups, modalities, regions, source_settings


def test_the_bundled_tables_keep_the_contract_and_do_not_overlap():
    reference = load_reference()
    assert {file.origin for file in reference.files} == {"bundled"}
    for name, columns in COLUMNS.items():
        assert getattr(reference, name).columns[: len(columns)] == list(columns)
    assert reference.exam_codes.columns == [*COLUMNS["exam_codes"], *CLASSIFIED]
    assert reference.complete == frozenset()
    first, last = date(2018, 4, 1), date(2025, 3, 31)
    assert stretches(reference.providers, "org_code", first, last)["org_code"].n_unique() == 188
    assert stretches(reference.exam_codes, "nicip_code", first, last).height == 173


def test_vocabulary():
    assert [m.modality for m in modalities() if m.in_provider_tables] == sorted(
        m.modality for m in modalities() if m.in_provider_tables
    )
    assert sum(m.in_provider_tables for m in modalities()) == 9
    assert sum(bool(m.interventional_name) for m in modalities()) == 8
    assert [setting.code for setting in source_settings()] == [f"0{n}" for n in range(1, 8)]
    assert len(cancer_groups()) == 5
    groups = set(load_reference().exam_codes["published_test_group"].drop_nulls())
    assert groups == {group.cancer_group for group in cancer_groups()}


@pytest.mark.parametrize(
    ("on", "codes"),
    [
        (date(2019, 3, 31), "Y54 Y55 Y56 Y58 Y59"),
        (date(2019, 4, 1), "Y56 Y58 Y59 Y60 Y61 Y62 Y63"),
        (date(2023, 4, 1), "Y56 Y58 Y59 Y60 Y61 Y62 Y63"),
    ],
)
def test_regions_are_those_of_the_day(on, codes):
    assert " ".join(region.region_code for region in regions(on)) == codes


def test_a_file_of_the_users_takes_the_place_of_the_bundled_one(tmp_path):
    (tmp_path / "sites.csv").write_text(",".join(COLUMNS["sites"]) + "\nRF401,A site, RF4 ,Y56,,,,2020-01-01,\n")
    reference = load_reference(tmp_path)
    assert reference.sites.select("org_code", "valid_from", "valid_to").rows() == [("RF4", date(2020, 1, 1), None)]
    assert reference.providers.equals(load_reference().providers)
    assert [file.table for file in reference.files if file.origin != "bundled"] == ["sites"]
    assert reference.complete == {"sites"}


SITES = ",".join(COLUMNS["sites"]) + "\n"
EXAMS = ",".join(COLUMNS["exam_codes"]) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_as_a_spreadsheet_saves_them(tmp_path, encoding, end):
    """With a byte order mark, other line ends, small letters, empty rows at the end and a column of notes."""
    text = SITES.replace("\n", ",Notes\n").title() + "rf401 ,A site, rf4 ,y56,,,england,2020-01-01,,x\n,,,,,,,,,\n"
    (tmp_path / "Sites.CSV").write_text(text, encoding=encoding, newline=end)
    sites = load_reference(tmp_path).sites
    assert sites.rows() == [("RF401", "A site", "RF4", "Y56", None, None, "ENGLAND", date(2020, 1, 1), None)]


@pytest.mark.parametrize(
    ("group", "interventional", "says"),
    [
        ("Chest (x-ray)", "N", r"published_test_group holds .*Did you mean 'Chest \(X-ray\)'"),
        ("", "Yes", "interventional holds 'YES'"),
    ],
)
def test_a_word_that_no_table_has_is_refused(tmp_path, group, interventional, says):
    values = dict.fromkeys(COLUMNS["exam_codes"], "") | {"nicip_code": "XCHES"}
    values |= {"published_test_group": group, "interventional": interventional}
    (tmp_path / "exam_codes.csv").write_text(EXAMS + ",".join(values.values()) + "\n")
    with pytest.raises(InputRefused, match=says):
        load_reference(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("site_code,org_code\nRF401,RF4\n", "lacks the columns site_name"),
        (
            ",".join(COLUMNS["sites"]) + "\nRF401,x,RF4,,,,,01/04/2020,\n",
            "valid_from holds something that is not a date",
        ),
        ("", "cannot be read as CSV"),
        (SITES + "RF401,x,RF4,,,,,2020-01-01,2019-01-01\n", "valid_to of a row is before its valid_from"),
        (SITES + ",x,RF4,,,,,,\n", "a row has no site_code"),
        # a quotation mark left open would swallow the rows up to the next one
        (
            SITES + 'RF401,"x,RF4,,,,,,\nRF402,y",RF4,,,,,,\n',
            "site_name holds a value that runs over several lines",
        ),
    ],
)
def test_a_table_in_a_wrong_layout_is_refused(tmp_path, content, says):
    (tmp_path / "sites.csv").write_text(content)
    with pytest.raises(InputRefused, match=says):
        load_reference(tmp_path)


def test_a_slip_in_the_name_of_a_table_is_refused(tmp_path):
    (tmp_path / "sites.csv").write_text(",".join(COLUMNS["sites"]) + "\n")
    (tmp_path / "notes.csv").write_text("anything\n")
    load_reference(tmp_path)
    (tmp_path / "provider.csv").write_text(",".join(COLUMNS["providers"]) + "\n")
    with pytest.raises(UsageError, match=r"is no reference table\. Did you mean 'providers'") as refusal:
        load_reference(tmp_path)
    assert refusal.value.exit_code == 2


def test_a_folder_without_reference_tables_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no reference table"):
        load_reference(tmp_path)


def test_icbs_are_those_of_the_day():
    from publish.reference.vocabulary import bundled_rows

    rows = bundled_rows("icbs")
    for on, count in (("2026-03-31", 42), ("2026-04-01", 36)):
        held = [row for row in rows if row["valid_from"] <= on <= (row["valid_to"] or "9999")]
        assert len({row["icb_code"] for row in held}) == len(held) == count


def test_providers_follow_the_publications():
    reference = load_reference()
    circle = reference.providers.filter(pl.col("org_code") == "NT4").select("provider_name", "valid_to").rows()
    assert circle == [("BMI Healthcare", date(2021, 3, 31)), ("Circle Health Group Limited", None)]
