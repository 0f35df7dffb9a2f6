"""CSV and Parquet files of records: what is read, and what is refused with what, where and what to do."""

from datetime import date, datetime

import polars as pl
import pytest

from publish.errors import InputRefused
from publish.records.files import find_record_files
from publish.records.items import ITEMS, NAMES
from publish.records.readers import is_made_up, read_records, refusing
from publish.records.values import clock_date
from tests.made_records import frame, record, write

LINE = (
    "9990000018,04,1950-01-01,A,1,ZZ99 3VZ,V81999,03,G9999998,RF4,2023-04-01,,2023-04-11,XCHES,,2023-04-13,RF401,A1"
)
PATIENT_VALUES = ("9990000018", "1950-01-01", "ZZ99")


def lines_to(file, lines, end="\n", encoding="utf-8"):
    file.write_bytes(end.join(lines).encode(encoding) + end.encode())
    return file


@pytest.mark.parametrize("header", [None, ",".join(NAMES), ",".join(f" {name.lower()} " for name in NAMES)])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_with_and_without_header(tmp_path, header, end, encoding):
    file = lines_to(
        tmp_path / "a.csv", [*([header] if header else []), LINE, LINE.replace("A1", "A2")], end, encoding
    )
    rows = read_records(file).collect()
    assert rows.columns == list(NAMES)
    assert rows["NHS_NUMBER"].to_list() == ["9990000018"] * 2
    assert rows["RADIOLOGICAL_ACCESSION_NUM"].to_list() == ["A1", "A2"]


def test_columns_of_a_header_may_come_in_another_order(tmp_path):
    values = dict(zip(NAMES, LINE.split(","), strict=True))
    names = sorted(NAMES)
    file = lines_to(tmp_path / "a.csv", [",".join(names), ",".join(values[name] for name in names)])
    assert read_records(file).collect().row(0) == tuple(value or None for value in LINE.split(","))


def test_quoted_commas_and_blank_lines(tmp_path):
    quoted = LINE.replace("G9999998", '"G9,99"')
    file = lines_to(tmp_path / "a.csv", ["", quoted, "   ", ",".join([""] * 18), LINE, ""])
    assert read_records(file).collect()["REFERRER"].to_list() == ["G9,99", "G9999998"]


@pytest.mark.parametrize("blank", ["", "  ", ",,", "," * 17, ",".join(['""'] * 18), "\r", "\t"])
def test_a_line_without_any_value_is_no_record_wherever_it_stands(tmp_path, blank):
    file = lines_to(tmp_path / "a.csv", [blank, ",".join(NAMES), LINE, blank, LINE, blank], end="\r\n")
    assert read_records(file).collect()["RADIOLOGICAL_ACCESSION_NUM"].to_list() == ["A1", "A1"]


def test_columns_that_are_no_item_may_have_any_name_or_none(tmp_path):
    file = lines_to(tmp_path / "a.csv", [",".join([*NAMES, "", "", "note"]), LINE + ",,,x"])
    assert read_records(file).collect().columns == list(NAMES)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([LINE, LINE + ",x"], "line 2 has 19 columns, not 18 (rule DIDS075)"),
        ([LINE, "", LINE.rsplit(",", 1)[0]], "line 3 has 17 columns, not 18"),
        ([",".join(NAMES), LINE, "x"], "line 3 has 1 column, not 18"),
        ([",".join(NAMES[:-1])], "lacks the column RADIOLOGICAL_ACCESSION_NUM"),
        ([",".join(NAMES).replace("SITE_CODE_IMAGING", "SITE_CODE"), LINE], "Did you mean 'SITE_CODE'"),
        ([",".join(NAMES) + '"' + LINE], "lacks the column RADIOLOGICAL_ACCESSION_NUM (rule DIDS075)."),
        ([], "the file is empty"),
        ([LINE, "," * 18], "line 2 has 19 columns, not 18"),
        ([",".join([*NAMES, "POSTCODE"]), LINE + ",x"], "has the column POSTCODE more than once"),
        # a quotation mark that is closed on a later line would join two records into one
        ([LINE, LINE.replace("A1", '"A1'), LINE, LINE.replace("A1", 'A1"')], "line 2 has a quotation mark"),
        ([LINE, LINE.replace("A1", '"A'), '1"'], "line 2 has a quotation mark"),
        ([LINE.replace("RF4,", 'RF"4,'), LINE], "line 1 has a quotation mark"),
        ([LINE + "\r" + LINE], "line 1 holds a line end of another kind (CR)"),
        (["\r\r" + LINE], "line 1 holds a line end of another kind (CR)"),
    ],
)
def test_a_csv_that_is_refused(tmp_path, lines, says):
    file = tmp_path / "bad.csv"
    file.write_text("\n".join(lines), encoding="utf-8", newline="")
    with pytest.raises(InputRefused) as refusal:
        read_records(file).collect()
    assert says in str(refusal.value)
    assert str(file) in str(refusal.value)
    assert "What to do: " in str(refusal.value)
    assert not any(value in str(refusal.value) for value in PATIENT_VALUES)


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_bytes(LINE.encode() + b"\n" + LINE.replace("RF4", "R\xe9").encode("latin-1") + b"\n")
    with pytest.raises(InputRefused, match="cannot be read as UTF-8 CSV"):
        read_records(file)


def test_parquet_with_dates_as_dates_as_text_and_as_timestamps(tmp_path):
    rows = frame([record()])
    for number, kind in enumerate((pl.Date, pl.String, pl.Datetime)):
        file = tmp_path / f"{number}.parquet"
        rows.with_columns(pl.col("DIAGNOSTIC_TEST_DATE").cast(kind), extra=pl.lit(1)).write_parquet(file)
        read = read_records(file).collect()
        assert read.columns == list(NAMES)
        assert read["DIAGNOSTIC_TEST_DATE"].to_list()[0] in (date(2023, 4, 11), "2023-04-11", datetime(2023, 4, 11))


def test_a_parquet_file_that_lacks_a_column_or_holds_no_dates_is_refused(tmp_path):
    rows = frame([record()])
    rows.drop("SITE_CODE_IMAGING").write_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputRefused, match="lacks the column SITE_CODE_IMAGING"):
        read_records(tmp_path / "a.parquet")
    rows.with_columns(DIAGNOSTIC_TEST_DATE=pl.lit(20230411)).write_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputRefused, match="DIAGNOSTIC_TEST_DATE holds Int32, not dates"):
        read_records(tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(InputRefused, match="cannot be read as Parquet"):
        read_records(tmp_path / "c.parquet")


@pytest.mark.parametrize("kind", [pl.Float64, pl.Boolean, pl.Decimal(20, 2), pl.Struct({"code": pl.Int64})])
def test_codes_in_a_type_that_does_not_keep_them_are_refused(tmp_path, kind):
    file = tmp_path / "a.parquet"
    frame([record()]).with_columns(IMAGING_CODE_SNOMED=pl.lit(None, kind)).write_parquet(file)
    with pytest.raises(InputRefused, match=r"column IMAGING_CODE_SNOMED holds .*, not codes"):
        read_records(file)


@pytest.mark.parametrize("kind", [pl.Int64, pl.Categorical, pl.Decimal(20, 0), pl.Binary, pl.Null])
def test_codes_may_be_text_or_whole_numbers(tmp_path, kind):
    file = tmp_path / "a.parquet"
    frame([record()]).with_columns(IMAGING_CODE_SNOMED=pl.lit(None, kind)).write_parquet(file)
    assert read_records(file).collect().height == 1


PRODUCT = {item.name: item.asset for item in ITEMS}
EXTRACT = {item.name: item.extract for item in ITEMS if item.extract}


def test_the_data_product_is_read_as_records(tmp_path):
    """Its own names, derived columns beside them, columns of numbers and of nothing, a folder for each month."""
    file = tmp_path / "month=2023-04" / "part-0.parquet"
    file.parent.mkdir()
    rows = frame([record(PERSON_GENDER_CODE="1", REFERRER="G9999998")])
    rows.rename(PRODUCT).with_columns(
        pl.col("GENDER_CODE").cast(pl.Int8),
        DERIVED_REFERRER_CODE=pl.lit("99"),
        SUBMITTER_ORGANISATION=pl.lit(None),
        MPSConfidence=pl.struct(score=pl.lit(1.0)),
        Person_ID=pl.lit("P1"),
        month=pl.lit("2023-04"),
    ).write_parquet(file)
    assert read_records(file).collect().equals(rows.with_columns(pl.col("PERSON_GENDER_CODE").cast(pl.Int8)))
    extras = read_records(file, ("REFERRER",), extras=True).collect()
    assert extras.rows(named=True) == [
        {"REFERRER": "G9999998", "Person_ID": "P1", "MPSConfidence": {"score": 1.0}, "SUBMITTER_ORGANISATION": None}
    ]


def test_the_analysts_extract_is_read_for_what_it_holds(tmp_path):
    file = tmp_path / "extract.parquet"
    rows = frame([record()]).select(*EXTRACT)
    rows.rename(EXTRACT).write_parquet(file)
    assert read_records(file, tuple(EXTRACT)).collect().equals(rows)
    with_others = read_records(file, ("SITE_CODE_IMAGING",), optional=("NHS_NUMBER", "POSTCODE")).collect()
    assert with_others.schema == dict.fromkeys(("SITE_CODE_IMAGING", "NHS_NUMBER", "POSTCODE"), pl.String)
    assert with_others.rows() == [("RF401", None, None)]
    with pytest.raises(InputRefused, match="lacks the columns NHS_NUMBER, PERSON_BIRTH_DATE, POSTCODE"):
        read_records(file)


def test_the_name_of_an_item_goes_before_that_of_the_data_product(tmp_path):
    file = tmp_path / "both.parquet"
    frame([record()]).with_columns(PROVIDER_SITE_CODE=pl.lit("RF499")).write_parquet(file)
    assert read_records(file).collect()["SITE_CODE_IMAGING"].to_list() == ["RF401"]


def test_names_that_differ_in_capitals_alone_are_one_column_twice(tmp_path):
    file = tmp_path / "twice.parquet"
    frame([record()]).with_columns(site_code_imaging=pl.lit("RF499")).write_parquet(file)
    with pytest.raises(InputRefused, match="has the column SITE_CODE_IMAGING more than once"):
        read_records(file)
    assert read_records(file, ("REFERRER",)).collect().height == 1


def test_timestamps_of_v2_pass_through(tmp_path):
    """As text from CSV, with their time zone from Parquet."""
    text = "2026-05-31T23:30:00+01:00"
    csv_file = lines_to(tmp_path / "a.csv", [LINE.replace("2023-04-11", text)])
    parquet = tmp_path / "a.parquet"
    late = pl.lit(datetime(2026, 5, 31, 23, 30)).dt.replace_time_zone("Europe/London")
    frame([record()]).with_columns(DIAGNOSTIC_TEST_DATE=late).write_parquet(parquet)
    for file in (csv_file, parquet):
        records = read_records(file, ("DIAGNOSTIC_TEST_DATE",))
        kind = records.collect_schema()["DIAGNOSTIC_TEST_DATE"]
        assert records.select(clock_date("DIAGNOSTIC_TEST_DATE", kind)).collect().item() == date(2026, 5, 31)


def test_needed_columns_come_in_the_order_asked_for(tmp_path):
    file = lines_to(tmp_path / "a.csv", [LINE])
    asked = read_records(file, ("SITE_CODE_IMAGING", "NHS_NUMBER"), optional=("POSTCODE",), extras=True).collect()
    assert asked.rows(named=True) == [
        {"SITE_CODE_IMAGING": "RF401", "NHS_NUMBER": "9990000018", "POSTCODE": "ZZ99 3VZ"}
    ]


def test_columns_of_a_parquet_file_may_be_in_small_letters(tmp_path):
    frame([record()]).rename(str.lower).write_parquet(tmp_path / "a.parquet")
    assert read_records(tmp_path / "a.parquet").collect().columns == list(NAMES)


def test_a_panic_of_the_reading_library_is_a_refusal(tmp_path):
    with pytest.raises(InputRefused, match="cannot be read as Parquet"), refusing(tmp_path / "a.parquet"):
        raise pl.exceptions.PanicException("range end index 12 out of range")


def test_a_glob_finds_folders_of_files(tmp_path):
    (tmp_path / "2023-04.parquet").mkdir()
    part = write([record()], tmp_path / "2023-04.parquet" / "part-0.parquet")
    whole = write([record(SITE_CODE_IMAGING="RF402")], tmp_path / "2023-05.parquet")
    found = find_record_files([str(tmp_path / "*.parquet")])
    assert [file.path for file in found] == [part.resolve(), whole.resolve()]


def test_made_up_records_say_so(tmp_path):
    frame([record()]).write_parquet(tmp_path / "a.parquet", metadata={"made-up": "true"})
    frame([record()]).write_parquet(tmp_path / "b.parquet")
    assert is_made_up(tmp_path / "a.parquet")
    assert not is_made_up(tmp_path / "b.parquet")


def test_files_folders_and_globs(tmp_path):
    (tmp_path / "deep" / "month=2023-04").mkdir(parents=True)
    (tmp_path / "_work").mkdir()
    april = write([record()], tmp_path / "deep" / "month=2023-04" / "a.parquet")
    may = write([record(DIAGNOSTIC_TEST_DATE=date(2023, 5, 1))], tmp_path / "deep" / "b.csv")
    write([record(SITE_CODE_IMAGING="RF402")], tmp_path / "_work" / "half.parquet")
    (tmp_path / "deep" / "notes.txt").write_text("x")
    found = find_record_files([str(tmp_path), str(tmp_path / "deep" / "*.csv"), str(april)])
    assert [file.path for file in found] == sorted([april.resolve(), may.resolve()])


def test_files_stay_in_the_order_given_and_those_of_a_folder_in_order_of_path(tmp_path):
    """A later submission replaces an earlier one, so the order is the user's."""
    (tmp_path / "later").mkdir()
    names = ("b.csv", "a.csv", "later/2.csv", "later/10.parquet", "c.csv")
    b, a, two, ten, c = (
        write([record(SITE_CODE_IMAGING=f"RF4{place}")], tmp_path / name) for place, name in enumerate(names)
    )
    given = [str(b), str(tmp_path / "later"), str(tmp_path / "[ab].csv"), str(c), str(b)]
    assert [file.path for file in find_record_files(given)] == [b, ten, two, a, c]


def test_files_say_their_kind_and_whether_they_are_submissions(tmp_path):
    write([record()], tmp_path / "a.csv")
    write([record()], tmp_path / "c.parquet")
    (tmp_path / "b.XML").write_text("<DIDS/>")
    found = find_record_files([str(tmp_path)])
    assert [(file.kind, file.is_submission) for file in found] == [
        ("csv", True),
        ("xml", True),
        ("parquet", False),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("gone.csv", "there is no such file"),
        ("notes.txt", "not a kind of file"),
        ("*.csv", "no CSV, XML or Parquet file"),
        ("x" * 300 + ".csv", "so long a name"),
        ("x/" * 3000, "so long a name"),
    ],
)
def test_paths_that_lead_to_nothing_are_refused(tmp_path, given, says):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputRefused, match=says):
        find_record_files([str(tmp_path / given)])


def test_the_same_records_given_twice_are_refused(tmp_path):
    one = write([record()], tmp_path / "one.csv")
    (tmp_path / "two.csv").write_bytes(one.read_bytes())
    with pytest.raises(InputRefused, match=r"same bytes as .*one\.csv"):
        find_record_files([str(tmp_path)])
