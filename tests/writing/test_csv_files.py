"""The CSV files as a data user meets them: the text of a small one, and what the CSVW library makes of them."""

import csv
import json
import warnings
from dataclasses import replace
from pathlib import Path

import csvw
import polars as pl
import pytest

from publish.disclosure.control import protect
from publish.disclosure.policy import load_policy
from publish.edition import Edition
from publish.period import Month
from publish.tables.catalogue import TABLE_4, TABLE_5, TABLE_12
from publish.tables.specification import GP_DIRECT_ACCESS, Label, TableSpec
from publish.tables.truth import YEAR, TrueTable
from publish.writing.content import ReleaseTables
from publish.writing.csv_files import write_csv_files
from tests.samples import sample_edition, sample_tables

MONTHS = (Month(2022, 4), Month(2022, 5))
ENGLAND = ("-", "-", "ENGLAND")
TRUST = ("Y56", "RF4", "Barking, Havering and Redbridge")


def small_table(spec: TableSpec, rows: list[tuple[tuple[str, str, str], str, list[tuple[int, float | None]]]]):
    """A protected table of one label; a row is place, setting, and (tests, value) for two months and the year."""
    periods = (*map(str, MONTHS), YEAR)
    cells = [
        (*place, spec.labels[0].text, setting, period, tests, value)
        for place, setting, values in rows
        for period, (tests, value) in zip(periods, values, strict=True)
    ]
    columns = ("region_code", "org_code", "provider_name", "label", "setting", "period")
    schema = {**dict.fromkeys(columns, pl.String), "tests": pl.Int64, "value": pl.Float64}
    frame = pl.DataFrame(cells, schema=schema, orient="row").with_columns(dated="tests")
    return protect(TrueTable(replace(spec, labels=spec.labels[:1]), MONTHS, frame), load_policy())


def counts(*tests: int) -> list[tuple[int, float | None]]:
    return [(n, float(n) if n else None) for n in tests]


def release(edition: Edition, **tables) -> ReleaseTables:
    provider = {number.removeprefix("table_"): table for number, table in tables.items()}
    return replace(sample_tables(edition), provider=provider)


@pytest.fixture
def written(tmp_path: Path) -> list[Path]:
    edition = sample_edition(made_up=True)
    return write_csv_files(sample_tables(edition), edition, tmp_path)


def lines(file: Path) -> list[str]:
    return file.read_bytes().decode("utf-8").split("\r\n")


def complaints(file: Path) -> list[str]:
    """What the CSVW library has against the file, read with its metadata, every cell checked."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")  # it reports by warning, and repeated keys by raising
        described = csvw.CSVW(str(file), validate=True)
        assert not described.no_metadata
        try:
            described.is_valid  # noqa: B018
        except ValueError as error:
            return [str(error)]
    return [str(warning.message) for warning in described.warnings]


def test_a_table_of_counts_reads_as_one_row_for_each_value(tmp_path: Path) -> None:
    table = small_table(TABLE_12, [(ENGLAND, "", counts(1234, 8, 1242)), (TRUST, "", counts(2, 0, 2))])
    file, metadata, *_ = write_csv_files(release(sample_edition(), table_12=table), sample_edition(), tmp_path)
    assert file.name == "DID-Table-12-2022-23-Interventional-Provider-Counts-2023-07-20.csv"
    assert metadata.name == f"{file.name}-metadata.json"
    ct = "Computerized axial tomography"
    assert lines(file) == [
        "period,period_type,level,region_code,org_code,provider_name,modality,measure,value,status",
        f"2022-04,month,England,,,,{ct},tests,1235,",
        f"2022-05,month,England,,,,{ct},tests,10,",
        f"2022-04/2022-05,year_to_date,England,,,,{ct},tests,1240,",
        f'2022-04,month,Provider,Y56,RF4,"Barking, Havering and Redbridge",{ct},tests,,suppressed',
        f'2022-05,month,Provider,Y56,RF4,"Barking, Havering and Redbridge",{ct},tests,,no data',
        f'2022-04/2022-05,year_to_date,Provider,Y56,RF4,"Barking, Havering and Redbridge",{ct},tests,,suppressed',
        "",
    ]


def test_medians_keep_their_half_days_and_zeroes(tmp_path: Path) -> None:
    values = [(40, 12.5), (30, 0.0), (70, 12.0)]
    table = small_table(TABLE_5, [(ENGLAND, GP_DIRECT_ACCESS, values)])
    file, *_ = write_csv_files(release(sample_edition(), table_5=table), sample_edition(), tmp_path)
    where = "England,,,,Abdomen and/or pelvis (Ultrasound),GP Direct Access,median days request to test"
    assert lines(file)[1:4] == [
        f"2022-04,month,{where},12.5,",
        f"2022-05,month,{where},0,",
        f"2022-04/2022-05,year_to_date,{where},12,",
    ]


def test_all_tables_together_name_the_table_and_give_every_row_a_setting(tmp_path: Path) -> None:
    tables = release(
        sample_edition(),
        table_12=small_table(TABLE_12, [(ENGLAND, "", counts(10, 10, 20))]),
        table_4=small_table(TABLE_4, [(TRUST, GP_DIRECT_ACCESS, counts(15, 1, 16))]),
    )
    file = write_csv_files(tables, sample_edition(), tmp_path)[-2]
    assert file.name == "DID-All-Tables-2022-23-2023-07-20.csv"
    found = lines(file)
    assert found[0] == (
        "table,measure,period,period_type,level,region_code,org_code,provider_name,modality_or_test,"
        "source_setting,value,status"
    )
    assert found[1] == "12,tests,2022-04,month,England,,,,Computerized axial tomography,All,10,"
    assert found[5] == (
        '4,tests,2022-05,month,Provider,Y56,RF4,"Barking, Havering and Redbridge",'
        "Abdomen and/or pelvis (Ultrasound),GP Direct Access,,suppressed"
    )


@pytest.mark.parametrize(
    ("name", "in_the_file"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+44 Clinic", "'+44 Clinic"),
        ("-Clinic", "'-Clinic"),
        ("@SUM(1)", "'@SUM(1)"),
        ("  =1+1", "'  =1+1"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("St Mary's - X=1", "St Mary's - X=1"),
    ],
)
def test_text_that_would_run_as_a_formula_is_made_harmless(tmp_path: Path, name: str, in_the_file: str) -> None:
    table = small_table(TABLE_12, [(("Y56", "=R1", name), "", counts(10, 10, 20))])
    files = write_csv_files(release(sample_edition(), table_12=table), sample_edition(), tmp_path)
    for file in files[0], files[2]:
        with file.open(encoding="utf-8", newline="") as text:
            row = next(csv.DictReader(text))
        assert (row["org_code"], row["provider_name"], row["value"]) == ("'=R1", in_the_file, "10")


def test_every_row_of_every_table_is_there_once_for_every_period(written: list[Path]) -> None:
    edition = sample_edition(made_up=True)
    tables = sample_tables(edition).provider
    frames = [pl.read_csv(file, infer_schema=False) for file in written if file.suffix == ".csv"]
    assert [frame.height for frame in frames[:-1]] == [table.cells.height for table in tables.values()]
    assert frames[-1].height == sum(table.cells.height for table in tables.values())
    for frame, file in zip(frames, written[1::2], strict=True):
        key = json.loads(file.read_text(encoding="utf-8"))["tableSchema"]["primaryKey"]
        assert not frame.select(key).is_duplicated().any()
        rows = frame.group_by([name for name in key if name != "period"]).len()
        assert rows["len"].unique().to_list() == [13]  # twelve months and the year so far


def test_a_value_stands_exactly_where_no_reason_does(written: list[Path]) -> None:
    for file in written[::2]:
        frame = pl.read_csv(file, infer_schema=False)
        assert frame.filter(pl.col("value").is_null() == pl.col("status").is_null()).is_empty()
        assert set(frame["status"].drop_nulls()) == {"suppressed", "no data"}
        assert frame["value"].drop_nulls().str.contains(r"^\d+(\.5)?$").all()


def test_the_metadata_describes_every_file_so_that_a_validator_accepts_it(written: list[Path]) -> None:
    assert len(written) == 16
    for file in written[::2]:
        assert complaints(file) == []
        described = json.loads(Path(f"{file}-metadata.json").read_text(encoding="utf-8"))
        names = [column["name"] for column in described["tableSchema"]["columns"]]
        assert lines(file)[0].split(",") == names
        assert all(column["titles"][0] == column["name"] for column in described["tableSchema"]["columns"])


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (",tests,50,", ",tests,*,"),
        (",tests,50,", ",tests,50.5,"),
        (",tests,50,", ",tests,-5,"),
        ("2022-04,month,", "April,month,"),
        ("2022-04,month,", ",month,"),
        ("2022-05,month,", "2022-04,month,"),
        (",Computerized axial tomography,", ",CT scan,"),
        (",suppressed", ",hidden"),
    ],
    ids=["sign in value", "half a test", "negative", "month in words", "no month", "twice", "label", "status"],
)
def test_a_validator_refuses_a_file_that_does_not_fit_its_metadata(tmp_path: Path, right: str, wrong: str) -> None:
    table = small_table(TABLE_12, [(ENGLAND, "", counts(50, 2, 52))])
    file, *_ = write_csv_files(release(sample_edition(), table_12=table), sample_edition(), tmp_path)
    text = file.read_bytes().decode("utf-8")
    assert right in text and not complaints(file)
    file.write_bytes(text.replace(right, wrong, 1).encode("utf-8"))
    assert complaints(file)


def test_the_metadata_says_who_published_what_when_and_how_to_read_it(written: list[Path]) -> None:
    found = json.loads(written[1].read_text(encoding="utf-8"))
    assert found["dc:title"] == "Diagnostic Imaging Dataset: Table 1: Count of Imaging Activity by Modality"
    assert found["dc:issued"] == {"@value": "2023-07-20", "@type": "xsd:date"}
    assert found["dc:license"]["@id"].startswith("https://www.nationalarchives.gov.uk/doc/open-government-licence")
    assert found["dc:publisher"]["schema:name"] == "NHS England"
    assert (found["dc:temporal"], found["lang"]) == ("2022-04/2023-03", "en")
    assert found["schema:creativeWorkStatus"] == "Provisional"
    assert found["rdfs:comment"][0] == "Made-up records: a demonstration, not statistics."
    assert any("single quote" in note for note in found["rdfs:comment"])
    columns = {column["name"]: column for column in found["tableSchema"]["columns"]}
    assert columns["value"]["schema:unitText"] == "tests"
    assert [name for name, column in columns.items() if not column["required"]] == [
        "region_code",
        "org_code",
        "provider_name",
        "value",
        "status",
    ]
    assert "2022-04/2023-03" in columns["period"]["dc:description"]


def test_a_draft_says_so_in_name_and_metadata_and_nothing_else_differs(tmp_path: Path) -> None:
    public, draft = sample_edition(), sample_edition(draft=True)
    for edition, folder in (public, "public"), (draft, "draft"):
        (tmp_path / folder).mkdir()
        write_csv_files(sample_tables(edition), edition, tmp_path / folder)
    for file in (tmp_path / "public").glob("*.csv"):
        marked = tmp_path / "draft" / f"DRAFT-{file.name}"
        assert marked.read_bytes() == file.read_bytes()
        assert "DRAFT: not for publication." in Path(f"{marked}-metadata.json").read_text(encoding="utf-8")
        assert "DRAFT" not in Path(f"{file}-metadata.json").read_text(encoding="utf-8")


def test_the_same_release_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in (tmp_path / "once", tmp_path / "again"):
        folder.mkdir()
        write_csv_files(sample_tables(sample_edition()), sample_edition(), folder)
    for file in (tmp_path / "once").iterdir():
        content = file.read_bytes()
        assert content == (tmp_path / "again" / file.name).read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf")


def test_a_label_with_signs_of_a_pattern_is_still_recognised(tmp_path: Path) -> None:
    spec = replace(TABLE_12, labels=(Label("Whole body? (MRI + CT) 1.5*", ()),))
    table = small_table(spec, [(ENGLAND, "", counts(50, 5, 55))])
    file, *_ = write_csv_files(release(sample_edition(), table_12=table), sample_edition(), tmp_path)
    assert not complaints(file)


def test_a_provider_listed_under_its_old_and_its_new_name_has_rows_of_its_own_for_each(tmp_path: Path) -> None:
    old, new = ("Y63", "RXF", "Mid Yorkshire Hospitals"), ("Y63", "RXF", "Mid Yorkshire Teaching")
    table = small_table(TABLE_12, [(old, "", counts(10, 0, 10)), (new, "", counts(0, 10, 10))])
    files = write_csv_files(release(sample_edition(), table_12=table), sample_edition(), tmp_path)
    assert [complaints(file) for file in files[::2]] == [[], []]
