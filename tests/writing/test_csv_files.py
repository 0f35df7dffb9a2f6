"""The CSV files as a data user meets them: the text of a small one, and what the CSVW library makes of them."""

import csv
import json
import warnings
from dataclasses import replace
from pathlib import Path

import csvw
import polars as pl
import pytest

from publish.edition import Edition
from publish.period import Month
from publish.tables.catalogue import TABLE_4, TABLE_5, TABLE_12
from publish.tables.specification import GP_DIRECT_ACCESS, Label, TableSpec
from publish.tables.truth import YEAR
from publish.tables.workbooks import MONTHLY
from publish.writing.content import ProtectedWorkbook, ReleaseTables
from publish.writing.csv_files import write_csv_files
from tests.samples import ANNUAL, sample_edition, sample_tables, table_of

MONTHS = (Month(2022, 4), Month(2022, 5))
ENGLAND = ("-", "-", "ENGLAND")
TRUST = ("Y56", "RF4", "Barking, Havering and Redbridge")


def small_table(spec: TableSpec, rows: list[tuple[tuple[str, str, str], str, list[tuple[int, float | None]]]]):
    """A protected table of one label; a row is place, setting, and (tests, value) for two months and the year."""
    periods = (*map(str, MONTHS), YEAR)
    cells = [
        ("England" if place == ENGLAND else "Provider", *place, spec.labels[0].text, setting, period, tests, value)
        for place, setting, values in rows
        for period, (tests, value) in zip(periods, values, strict=True)
    ]
    return table_of(replace(spec, labels=spec.labels[:1]), MONTHS, cells)


def counts(*tests: int) -> list[tuple[int, float | None]]:
    return [(n, float(n) if n else None) for n in tests]


def release(edition: Edition, **tables) -> ReleaseTables:
    of_number = {workbook.number: workbook for workbook in MONTHLY}
    workbooks = (
        ProtectedWorkbook(of_number[name.removeprefix("table_")], (table,)) for name, table in tables.items()
    )
    return replace(sample_tables(edition), workbooks=tuple(workbooks))


@pytest.fixture
def written(tmp_path: Path) -> list[Path]:
    edition = sample_edition(made_up=True)
    return write_csv_files(sample_tables(edition), edition, tmp_path)


@pytest.fixture(scope="module")
def written_annually(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    edition = sample_edition(ANNUAL)
    return write_csv_files(sample_tables(edition), edition, tmp_path_factory.mktemp("annual"))


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
        "table,measure,period,period_type,level,region_code,org_code,org_name,modality_or_test,"
        "source_setting,column_group,column,value,status"
    )
    assert found[1] == "12,tests,2022-04,month,England,,,,Computerized axial tomography,All,,,10,"
    assert found[5] == (
        '4,tests,2022-05,month,Provider,Y56,RF4,"Barking, Havering and Redbridge",'
        "Abdomen and/or pelvis (Ultrasound),GP Direct Access,,,,suppressed"
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
    for file, named in (files[0], "provider_name"), (files[2], "org_name"):
        with file.open(encoding="utf-8", newline="") as text:
            row = next(csv.DictReader(text))
        assert (row["org_code"], row[named], row["value"]) == ("'=R1", in_the_file, "10")


def keyed(file: Path) -> list[str]:
    return json.loads(Path(f"{file}-metadata.json").read_text(encoding="utf-8"))["tableSchema"]["primaryKey"]


def by_period_and_column(frame: pl.DataFrame, key: list[str]) -> pl.Series:
    """How many values each row of the published table has."""
    rows = [name for name in key if name not in {"period", "column_group", "column"}]
    return frame.group_by(rows).len()["len"]


def test_every_row_of_every_table_is_there_once_for_every_period(written: list[Path]) -> None:
    tables = sample_tables(sample_edition(made_up=True)).provider
    files = written[::2]
    frames = [pl.read_csv(file, infer_schema=False) for file in files]
    assert [frame.height for frame in frames[:-1]] == [table.cells.height for table in tables.values()]
    assert frames[-1].height == sum(table.cells.height for table in tables.values())
    for frame, file in zip(frames, files, strict=True):
        assert not frame.select(keyed(file)).is_duplicated().any()
        # twelve months and the year so far
        assert by_period_and_column(frame, keyed(file)).unique().to_list() == [13]


def test_every_row_of_every_annual_table_is_there_once_for_every_column(written_annually: list[Path]) -> None:
    release_of_year = sample_tables(sample_edition(ANNUAL))
    tables = [*release_of_year]
    *files, together = written_annually[::2]
    for file, table in zip(files, tables, strict=True):
        frame = pl.read_csv(file, infer_schema=False)
        assert frame.height == table.cells.height, file.name
        assert not frame.select(keyed(file)).is_duplicated().any(), file.name
        assert by_period_and_column(frame, keyed(file)).unique().to_list() == [len(table.columns)], file.name
    every = pl.read_csv(together, infer_schema=False)
    assert every.height == sum(table.cells.height for book in release_of_year.published for table in book.tables)
    assert not every.select(keyed(together)).is_duplicated().any()


def test_values_of_annual_tables_are_the_protected_ones(written_annually: list[Path]) -> None:
    """In their order, and under the headings of their columns."""
    tables = [*sample_tables(sample_edition(ANNUAL))]
    for file, table in zip(written_annually[:-2:2], tables, strict=True):
        frame = pl.read_csv(file, infer_schema=False)
        label = table.spec.label_heading.lower()
        found = frame.select(label, pl.col("value").cast(pl.Float64), pl.col("status").fill_null(""))
        assert found.rows() == table.cells.select("label", "value", "status").rows(), file.name
        if table.spec.columns:
            group = pl.col("column_group") if "column_group" in frame.columns else pl.lit(None)
            headings = frame.select(group.alias("group"), "column").rows()
            once = [(column.group or None, column.heading) for column in table.columns]
            assert headings == once * (frame.height // len(once)), file.name


def test_places_of_annual_tables_have_columns_of_their_own(written_annually: list[Path]) -> None:
    by_stem = {file.name: lines(file) for file in written_annually[::2]}
    heads = {name: found[0].split(",level,")[1].split(",measure,")[0] for name, found in by_stem.items()}
    table = "DID-Table-{}-2023-24-{}.csv"
    commissioner = "region_code,ons_code,commissioner_code,commissioner_name"
    assert heads[table.format("7a", "Modality-Commissioner-Request-to-Test")] == f"{commissioner},modality,column"
    by_setting = f"{commissioner},test,source_setting,column"
    assert heads[table.format("8", "Bodysite-Commissioner-Request-to-Test")] == by_setting
    of_england = "modality,source_setting,column_group,column"
    assert heads[table.format("9", "Request-to-Test-by-Modality-and-Patient-Source-Setting")] == of_england
    network = "region_code,icb_code,imaging_network,org_code,provider_name,modality,column_group,column"
    assert heads[table.format("13", "Modality-Provider-Report-Turnaround-Q1")] == network
    assert heads["DID-2023-24-Age-and-Sex.csv"] == "region_code,area_name,modality,sex,column"
    by_board = "region_code,icb_code,area_name"
    assert heads["DID-2023-24-Use-per-1000-Population.csv"] == f"{by_board},population,modality,column"
    assert heads["DID-2023-24-Modality-Provider-Counts-by-Region-and-ICB.csv"] == f"{by_board},modality"
    quarter = by_stem[table.format("13", "Modality-Provider-Report-Turnaround-Q4")][1]
    assert quarter.startswith("2024-01/2024-03,quarter,England,,,,,,Computerized axial tomography,A&E / Admitted,")


def test_a_value_stands_exactly_where_no_reason_does(written: list[Path], written_annually: list[Path]) -> None:
    for file in (*written[::2], *written_annually[::2]):
        frame = pl.read_csv(file, infer_schema=False)
        assert frame.filter(pl.col("value").is_null() == pl.col("status").is_null()).is_empty()
        assert set(frame["status"].drop_nulls()) <= {"suppressed", "no data"}
        shown = frame.drop_nulls("value")
        is_rate = pl.col("measure").str.contains("per 1000")
        assert shown.filter(~is_rate)["value"].str.contains(r"^\d+(\.5)?$").all()
        assert shown.filter(is_rate)["value"].str.contains(r"^\d+(\.\d)?$").all()
        whole = pl.col("measure").is_in(["tests", "per cent of tests"])
        assert shown.filter(whole)["value"].str.contains(r"^\d+$").all()


def described_as_it_is(file: Path) -> None:
    assert complaints(file) == [], file.name
    described = json.loads(Path(f"{file}-metadata.json").read_text(encoding="utf-8"))
    columns = described["tableSchema"]["columns"]
    assert lines(file)[0].split(",") == [column["name"] for column in columns]
    assert all(column["titles"][0] == column["name"] for column in columns)
    assert "{" not in described["dc:title"] + described["dc:description"] + "".join(described["rdfs:comment"])


def test_the_metadata_describes_every_file_so_that_a_validator_accepts_it(written: list[Path]) -> None:
    assert len(written) == 16
    for file in written[::2]:
        described_as_it_is(file)


def test_the_metadata_describes_every_annual_file_too(written_annually: list[Path]) -> None:
    assert len(written_annually) == 2 * (len([*sample_tables(sample_edition(ANNUAL))]) + 1)
    for file in written_annually[::2]:
        described_as_it_is(file)


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
