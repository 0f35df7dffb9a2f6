"""The data product: its columns, its files, and what stands in its report."""

import json

import polars as pl
import pytest

from publish.errors import UsageError
from publish.fields.asset import ASSET, EXTRACT
from publish.product.form import Form
from publish.product.product import derive_product
from publish.product.pseudonyms import LEFT_OUT
from publish.records.intake import Terms
from tests.records.submissions import PERSON, REFERENCE, WITHDRAWN_PERSON, found, good, written

KEY = b"a key for tests alone"
BAD = {"PERSON_GENDER_CODE": "7"}
FORMS = [Form(), Form(extract=True), Form(key=KEY), Form(extract=True, key=KEY)]


def derived(tmp_path, *files, terms=None, form=None):
    """The product of files given as (name, rows): its rows in order, and what the run made."""
    paths = [written(rows, tmp_path / name) for name, rows in files]
    made = derive_product(
        found(*paths), REFERENCE, terms or Terms(), form or Form(), tmp_path / "out", lambda _: None
    )
    return rows_of(made), made


def rows_of(made) -> pl.DataFrame:
    return pl.scan_parquet(sorted(made.product.rglob("*.parquet")), hive_partitioning=False).collect()


def columns_of(form: Form) -> list[str]:
    if form.extract:
        return list(EXTRACT)
    return [column.name for column in ASSET if not form.key or column.name not in LEFT_OUT]


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("rows", [[good()], [good(**BAD)], [good(NHS_NUMBER=WITHDRAWN_PERSON)]])
def test_the_columns_are_there_whether_records_are_or_not(tmp_path, form, rows):
    terms = Terms(withdrawn=frozenset({WITHDRAWN_PERSON}))
    product, made = derived(tmp_path, ("a.csv", rows), terms=terms, form=form)
    assert product.columns == columns_of(form)
    assert product.height == made.ledger["accepted"].sum()
    whole, _ = derived(tmp_path, ("b.csv", [good("B1")]), form=form)
    assert product.schema == whole.schema


def test_types_are_those_of_the_asset(tmp_path):
    product, _ = derived(tmp_path, ("a.csv", [good()]))
    assert product.schema == {column.name: column.kind for column in ASSET}


def test_records_stay_in_the_order_of_files_and_lines(tmp_path):
    names = [f"N{n * 7 % 100}" for n in range(100)]
    product, _ = derived(tmp_path, ("b.csv", [good(name) for name in names]), ("a.xml", [good("LAST")]))
    assert product["RADIOLOGICAL_ACCESSION_NUMBER"].to_list() == [*names, "LAST"]
    assert product["META"].struct.field("RECORD").to_list() == [*range(1, 101), 1]
    assert product["META"].struct.field("FILE").to_list() == ["b.csv"] * 100 + ["a.xml"]


def test_warnings_stand_with_their_record(tmp_path):
    rows = [good("A1"), good("A2", REFERRER="???"), good("A3", REFERRER="???", SERVICE_REPORT_DATE="2024-05-01")]
    product, _ = derived(tmp_path, ("a.csv", rows))
    assert product["META"].struct.field("WARNINGS").to_list() == [None, "DIDS023", "DIDS023 DIDS062"]


def test_files_of_all_kinds_make_one_table(tmp_path):
    """An extract may carry what submissions do not: the columns of the product are the same all the same."""
    extract = pl.DataFrame([good("P1", NHS_NUMBER=None)]).with_columns(
        Person_ID=pl.lit("P1"), MPSConfidence=pl.lit(None), SUBMITTER_ORGANISATION=pl.lit("RF4")
    )
    extract.write_parquet(tmp_path / "c.parquet")
    paths = [
        written([good("C1")], tmp_path / "a.csv"),
        written([good("X1")], tmp_path / "b.xml"),
        tmp_path / "c.parquet",
    ]
    made = derive_product(found(*paths), REFERENCE, Terms(), Form(), tmp_path / "out", lambda _: None)
    columns = ("RADIOLOGICAL_ACCESSION_NUMBER", "Person_ID", "SUBMITTER_ORGANISATION")
    assert rows_of(made).sort(columns[0]).select(columns).rows() == [
        ("C1", PERSON, None),
        ("P1", "P1", "RF4"),
        ("X1", PERSON, None),
    ]


@pytest.mark.parametrize("confidence", [{"ANOTHER": 1}, {"NHS_NO": PERSON}, "high", 1.5, [1]], ids=str)
def test_a_confidence_of_another_kind_does_not_break_the_product(tmp_path, confidence):
    pl.DataFrame([good("P1")]).with_columns(MPSConfidence=pl.Series([confidence])).write_parquet(
        tmp_path / "c.parquet"
    )
    paths = [written([good("C1")], tmp_path / "a.csv"), tmp_path / "c.parquet"]
    made = derive_product(found(*paths), REFERENCE, Terms(), Form(), tmp_path / "out", lambda _: None)
    assert rows_of(made).height == 2


def test_the_report_of_a_pseudonymised_product_has_no_items(tmp_path):
    _, made = derived(tmp_path, ("a.csv", [good(**BAD)]), form=Form(key=KEY))
    assert pl.read_parquet(made.report / "rejected.parquet").columns == ["file", "record", "codes"]


def test_the_manifest_says_what_went_in_and_on_what_terms(tmp_path):
    _, made = derived(tmp_path, ("a.csv", [good("A1"), good("A2", **BAD)]), ("b.parquet", [good("A1")]))
    manifest = json.loads((made.report / "manifest.json").read_text())
    assert manifest["records"] == {"submitted": 3, "accepted": 1, "rejected": 1, "superseded": 1, "withdrawn": 0}
    assert [(entry["kind"], entry["submitted"]) for entry in manifest["inputs"]] == [("parquet", 1), ("csv", 2)]
    assert (manifest["columns"], manifest["pseudonymised"], manifest["extracts validated"]) == (
        "asset",
        False,
        False,
    )
    assert PERSON not in json.dumps(manifest)


def test_a_product_is_replaced_whole(tmp_path):
    derived(tmp_path, ("a.csv", [good("A1"), good("A2", DIAGNOSTIC_TEST_DATE="2024-03-01")]))
    product, made = derived(tmp_path, ("b.csv", [good("B1")]))
    assert product["RADIOLOGICAL_ACCESSION_NUMBER"].to_list() == ["B1"]
    assert [path.name for path in made.product.iterdir()] == ["2024-02"]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_empty_folder_may_be_named(tmp_path):
    (tmp_path / "out").mkdir()
    product, _ = derived(tmp_path, ("a.csv", [good()]))
    assert product.height == 1


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        derived(tmp_path, ("a.csv", [good()]))
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_days_outside_the_calendar_are_rejected_and_reported(tmp_path):
    """A Parquet file can hold days that cannot be written: the record is in the report without them."""
    frame = pl.DataFrame([good("A1"), good("A2")]).with_columns(
        PERSON_BIRTH_DATE=pl.Series([2**31 - 1, 0], dtype=pl.Int32).cast(pl.Date)
    )
    frame.write_parquet(tmp_path / "a.parquet")
    terms = Terms(validate=True)
    made = derive_product(found(tmp_path / "a.parquet"), REFERENCE, terms, Form(), tmp_path / "out", lambda _: None)
    (rejected,) = pl.read_parquet(made.report / "rejected.parquet").to_dicts()
    assert (rejected["record"], rejected["codes"], rejected["PERSON_BIRTH_DATE"]) == (1, ["DIDS005"], None)
