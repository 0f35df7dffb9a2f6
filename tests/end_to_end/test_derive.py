"""`publish derive` as a new user runs it: from files to the data product, its report and what reads them again."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from pyarrow import parquet

from publish.fields.asset import ASSET, EXTRACT
from publish.records.items import NAMES
from tests.end_to_end.conftest import publish
from tests.records import made_xml
from tests.records.postgresql import server
from tests.records.submissions import PERSON, WITHDRAWN_PERSON, good, written

SHARED = Path(__file__).resolve().parents[3] / "shared"
FIXTURES, OFFICIAL = SHARED / "fixtures", SHARED / "reference" / "official"
BAD = {"PERSON_GENDER_CODE": "7"}


def derive(cwd: Path, *words: object, exit_code: int = 0) -> str:
    done = publish("derive", *words, cwd=cwd)
    assert done.exit_code == exit_code, done.err
    assert "Traceback" not in done.err
    assert 'File "' not in done.err
    return done.err if exit_code else done.out


def product_of(folder: Path) -> pl.DataFrame:
    found = pl.scan_parquet(folder / "**/*.parquet", hive_partitioning=False)
    return found.collect()


def accessions(folder: Path) -> list[str]:
    return sorted(product_of(folder)["RADIOLOGICAL_ACCESSION_NUMBER"])


def ledger_of(report: Path) -> list[tuple[object, ...]]:
    return pl.read_csv(report / "ledger.csv").rows()


def totals(report: Path) -> dict[str, int]:
    return json.loads((report / "manifest.json").read_text())["records"]


def snapshot(*folders: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for folder in folders for file in folder.rglob("*") if file.is_file()}


# -- NHS England's own results ------------------------------------------------------------------------------------

# What needs reference data that are not beside the project: the postcode directory, practices as they were in
# 2018, sites and other organisations of those days, and the whole exam look-up.
POSTCODES = {"LOCATION_LSOA", "LOCATION_MSOA"}
EXAM_LOOK_UP = {
    *("REGION_ID", "REGION", "SUB_REGION_ID", "SUB_REGION"),
    *("IMAGING_CODE_SNOMED_CT_DESCRIPTION", "DERIVED_IMAGING_CODE_SNOMED_CT_DESCRIPTION"),
}
PRACTICES_OF_2018 = {"CCG_CODE", "CCG_NAME"}
ORGANISATIONS_OF_2018 = {
    *("REFERRER_ORGANISATION_DESCRIPTION", "PROVIDER_NAME", "PROVIDER_SITE_CODE_DESCRIPTION"),
}
NO_COLUMNS = {"DIDS_UNIQUE_RECORD_ID", "TOKEN_PERSON_ID"}  # those of a later system, not of the asset
COMPARED = [
    ("simple_csv", "input.csv", POSTCODES | EXAM_LOOK_UP | PRACTICES_OF_2018 | ORGANISATIONS_OF_2018, 3),
    ("simple_xml", "input.xml", POSTCODES | EXAM_LOOK_UP, 1),
]
IMPORTED = [
    ("etr", "official/etr_2026-07.csv"),
    ("epraccur", "official/epraccur_2026-03.csv"),
    ("hospital-sites", "official/hospital_sites_2024.csv"),
    ("successions", "official/trust_predecessor_successor_1992-2022.csv"),
    ("successions", "trust_successors_2021_2026.csv"),
    ("commissioners", "official/commissioners_2026-01.csv"),
    ("icbs", "icb_2022_to_2026.csv"),
    ("icb-changes", "icb_42_to_36_2026.csv"),
    ("lsoas", "official/lsoa21_msoa21_sicbl24_icb24_england.csv.gz"),
    ("nicip", "official/nicip_codes_2022.csv"),
    ("exam-lookup", "diag_img_exam_lookup_sample20.csv"),
    ("local-codes", "official/nicip_local_mappings.json"),
]


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """A folder in which the official copies were imported, so that the commands find them by themselves."""
    if not OFFICIAL.is_dir():
        pytest.skip("the official copies are not beside the project")
    folder = tmp_path_factory.mktemp("official")
    for kind, file in IMPORTED:
        done = publish("reference", "import", kind, SHARED / "reference" / file, "--quiet", cwd=folder)
        assert done.exit_code == 0, done.err
    return folder


@pytest.mark.parametrize(("fixture", "file", "needs_data", "records"), COMPARED)
def test_every_field_is_as_nhs_england_gives_it(official, fixture, file, needs_data, records):
    derive(official, "--records", FIXTURES / fixture / file, "--submitter", "RR8", fixture)
    found = {row["RADIOLOGICAL_ACCESSION_NUMBER"]: row for row in product_of(official / fixture).to_dicts()}
    with (FIXTURES / fixture / "expected.csv").open(encoding="utf-8", newline="") as expected:
        rows = list(csv.DictReader(expected))
    assert len(rows) == len(found) == records
    assert set(rows[0]) - {column.name for column in ASSET} == NO_COLUMNS
    for row in rows:
        given = found[row["RADIOLOGICAL_ACCESSION_NUMBER"]]
        ours = {name: "" if given[name] is None else str(given[name]) for name in set(row) - NO_COLUMNS}
        theirs = {name: row[name].removesuffix(" 00:00:00") for name in ours}
        assert {name: ours[name] for name in ours if ours[name] != theirs[name]}.keys() <= needs_data


@pytest.mark.parametrize("fixture", ["example_csv", "validation_scenarios"])
def test_the_other_examples_are_accounted_for_in_full(official, fixture):
    file = FIXTURES / fixture / "input.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        written_in_it = sum(any(value.strip() for value in line) for line in csv.reader(lines))
    said = derive(official, "--records", file, fixture)
    found = totals(official / f"{fixture}-report")
    assert found["submitted"] in {written_in_it, written_in_it - 1}  # with a header or without
    assert found["submitted"] == sum(found[fate] for fate in ("accepted", "rejected", "superseded", "withdrawn"))
    assert found["accepted"] == product_of(official / fixture).height
    assert f"{found['submitted']:,}" in said


# -- the forms of files -------------------------------------------------------------------------------------------

ROWS = [good("A1"), good("A2", DIAGNOSTIC_TEST_DATE="2024-03-01"), good("A3", PATIENT_SOURCE_SETTING="01")]


def as_submitted(folder: Path) -> pl.DataFrame:
    """The product without the name of the file."""
    return product_of(folder).drop("META").sort("RADIOLOGICAL_ACCESSION_NUMBER")


def untidy(row: dict[str, str | None]) -> dict[str, str | None]:
    """As some systems write it: small letters and stray blanks; the accession number keeps its case."""
    name = "RADIOLOGICAL_ACCESSION_NUM"
    return {key: f"  {value.lower() if key != name else value}\t" for key, value in row.items() if value}


def test_the_form_of_the_file_does_not_matter(tmp_path):
    forms = {
        "plain": written(ROWS, tmp_path / "plain.csv"),
        "header": written(ROWS, tmp_path / "header.csv", header=True),
        "untidy": written([untidy(row) for row in ROWS], tmp_path / "untidy.csv"),
        "xml": written(ROWS, tmp_path / "a.xml"),
        "parquet": written(ROWS, tmp_path / "a.parquet"),
    }
    for name, file in forms.items():
        derive(tmp_path, "--records", file, f"of-{name}", "--quiet")
    plain = as_submitted(tmp_path / "of-plain")
    assert plain["RADIOLOGICAL_ACCESSION_NUMBER"].to_list() == ["A1", "A2", "A3"]
    assert plain.columns == [column.name for column in ASSET][1:]
    for name in forms:
        assert as_submitted(tmp_path / f"of-{name}").equals(plain), name
    months = sorted(path.name for path in (tmp_path / "of-plain").iterdir())
    assert months == ["2024-02", "2024-03"]


def test_a_folder_may_mix_them_all(tmp_path):
    folder = tmp_path / "mixed"
    written([good("C1")], folder / "a.csv")
    written([good("X1")], folder / "deep" / "b.xml")
    written([good("P1")], folder / "c.parquet")
    for month in ("2024-02", "2024-03"):
        day = f"{month}-01"
        rows = [
            good(f"H{month}", DIAGNOSTIC_TEST_DATE=day, DIAGNOSTIC_TEST_REQUEST_DATE=day, SERVICE_REPORT_DATE=day)
        ]
        written(rows, folder / "hive" / f"month={month}" / "SITE_CODE_IMAGING=WRONG" / "0.parquet")
    (folder / "_SUCCESS").touch()
    derive(tmp_path, "--records", folder, "out")
    assert accessions(tmp_path / "out") == ["C1", "H2024-02", "H2024-03", "P1", "X1"]
    assert set(product_of(tmp_path / "out")["PROVIDER_SITE_CODE"]) == {"RR801"}


def test_a_delta_table(tmp_path):
    pytest.importorskip("deltalake")
    rows = pl.DataFrame([good("D1"), good("D2")], schema=dict.fromkeys(NAMES, pl.String))
    rows.write_delta(tmp_path / "table")
    written([good("D2", PATIENT_SOURCE_SETTING="01")], tmp_path / "a.csv")
    derive(tmp_path, "--records", "table", "--records", "a.csv", "out")
    found = product_of(tmp_path / "out")
    assert sorted(found.select("RADIOLOGICAL_ACCESSION_NUMBER", "PATIENT_SOURCE_SETTING").rows()) == [
        ("D1", "03"),
        ("D2", "01"),
    ]
    assert totals(tmp_path / "out-report")["superseded"] == 1


def test_a_database(tmp_path):
    dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
    rows = pl.DataFrame([good("Q1"), good("Q2", **BAD)], schema=dict.fromkeys(NAMES, pl.String))
    with server() as address:
        with dbapi.connect(address) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest("records", rows.rename(str.lower).to_arrow(), mode="create")
            connection.commit()
        asked = ("--database", address, "--query", "SELECT * FROM records ORDER BY radiological_accession_num")
        derive(tmp_path, *asked, "out")
        derive(tmp_path, *asked, "--validate", "judged")
        done = publish("release", "2024-02", *asked, "--quiet", cwd=tmp_path)
    assert accessions(tmp_path / "out") == ["Q1", "Q2"]
    assert accessions(tmp_path / "judged") == ["Q1"]
    assert done.exit_code == 0, done.err
    made = pl.read_csv(tmp_path / "outputs" / "2024-02-provisional" / "internal" / "ledger.csv")
    assert made["records"].sum() == 2
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".query")]


# -- fates --------------------------------------------------------------------------------------------------------


def test_a_resubmission_replaces_in_the_order_given(tmp_path):
    written([good("A1", PATIENT_SOURCE_SETTING="01"), good("A2")], tmp_path / "first.csv")
    written([good("A1", PATIENT_SOURCE_SETTING="02")], tmp_path / "again.csv")
    written([good("A1", PATIENT_SOURCE_SETTING="04"), good("A0")], tmp_path / "extract.parquet")
    for order, expected in (("first.csv", "again.csv"), "02"), (("again.csv", "first.csv"), "01"):
        records = [word for file in (*order, "extract.parquet") for word in ("--records", file)]
        derive(tmp_path, *records, "out")
        found = product_of(tmp_path / "out").filter(RADIOLOGICAL_ACCESSION_NUMBER="A1")
        assert found["PATIENT_SOURCE_SETTING"].to_list() == [expected]
        assert accessions(tmp_path / "out") == ["A0", "A1", "A2"]
        assert ledger_of(tmp_path / "out-report") == [("2024-02", "RR8", 5, 3, 0, 2, 0)]


def test_a_rejected_resubmission_leaves_the_earlier_record(tmp_path):
    written([good("A1", PATIENT_SOURCE_SETTING="01")], tmp_path / "1.csv")
    written([good("A1", **BAD)], tmp_path / "2.csv")
    written([good("A1", PATIENT_SOURCE_SETTING="02"), good("A1", PATIENT_SOURCE_SETTING="04")], tmp_path / "3.csv")
    derive(tmp_path, "--records", "1.csv", "--records", "2.csv", "--records", "3.csv", "out")
    assert product_of(tmp_path / "out")["PATIENT_SOURCE_SETTING"].to_list() == ["01"]
    report = tmp_path / "out-report"
    assert ledger_of(report) == [("2024-02", "RR8", 4, 1, 3, 0, 0)]
    rejected = pl.read_parquet(report / "rejected.parquet")
    assert rejected.select("file", "record", pl.col("codes").list.join(" ")).rows() == [
        ("2.csv", 1, "DIDS014"),
        ("3.csv", 1, "DIDS071"),
        ("3.csv", 2, "DIDS071"),
    ]
    rules = pl.read_csv(report / "rules.csv").select("month", "org_code", "rule", "severity", "records").rows()
    assert rules == [
        ("2024-02", "RR8", "DIDS014", "reject record", 1),
        ("2024-02", "RR8", "DIDS071", "reject record", 2),
    ]


def test_rejected_records_are_as_they_were_submitted(tmp_path):
    row = good(" a 1 ", SITE_CODE_IMAGING="rr801", NHS_NUMBER="943-476-5919", DIAGNOSTIC_TEST_DATE=" tomorrow ")
    written([good("A0"), row], tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "out")
    (found,) = pl.read_parquet(tmp_path / "out-report" / "rejected.parquet").to_dicts()
    assert {name: found[name] for name in NAMES} == row
    assert found["codes"] == ["DIDS045"]
    assert ledger_of(tmp_path / "out-report")[-1] == (None, "RR8", 1, 0, 1, 0, 0)


def test_withdrawn(tmp_path):
    written([good("A1"), good("A2", NHS_NUMBER=WITHDRAWN_PERSON)], tmp_path / "a.csv")
    (tmp_path / "list.txt").write_text("NHS_NUMBER\n943 476 5870\n")
    said = derive(tmp_path, "--records", "a.csv", "--withdrawn", "list.txt", "out")
    assert accessions(tmp_path / "out") == ["A1"]
    assert ledger_of(tmp_path / "out-report") == [("2024-02", "RR8", 2, 1, 0, 0, 1)]
    assert "withdrawn" in said
    kept = "".join(path.read_text() for path in (tmp_path / "out-report").iterdir() if path.suffix != ".parquet")
    assert WITHDRAWN_PERSON not in kept


def test_submitted(tmp_path):
    written([good("A1"), good("A2", SERVICE_REPORT_DATE="2024-03-20")], tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "--submitted", "2024-03-15", "out")
    found = product_of(tmp_path / "out")
    assert found.select("RADIOLOGICAL_ACCESSION_NUMBER", "EFFECTIVE_FROM").cast(pl.String).rows() == [
        ("A1", "2024-03-15 00:00:00.000000")
    ]
    assert pl.read_csv(tmp_path / "out-report" / "rules.csv")["rule"].to_list() == ["DIDS066"]


def test_submitter_with_local_codes(tmp_path):
    mapping = {"SUBMITTER_ORGANISATION": "RK5", "LOCAL_IMAGING_CODE": "MINE", "IMAGING_CODE_NICIP": "XCHES"}
    (tmp_path / "mappings.json").write_text(json.dumps(mapping) + "\n")
    assert publish("reference", "import", "local-codes", "mappings.json", cwd=tmp_path).exit_code == 0
    written([good(IMAGING_CODE_NICIP="mine", IMAGING_CODE_SNOMED=None)], tmp_path / "a.csv")
    for submitter, nicip in (("rk5", "XCHES"), ("RR8", "MINE")):
        derive(tmp_path, "--records", "a.csv", "--submitter", submitter, "out")
        row = product_of(tmp_path / "out").row(0, named=True)
        assert (row["SUBMITTER_ORGANISATION"], row["IMAGING_CODE_NICIP"]) == (submitter.upper(), nicip)
        assert (row["MODALITY"] is not None) is (nicip == "XCHES")


# -- the forms of the product -------------------------------------------------------------------------------------


def test_the_extract_has_the_74_plain_names(tmp_path):
    written(ROWS, tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "--columns", "extract", "out")
    found = product_of(tmp_path / "out")
    assert found.columns == list(EXTRACT)
    assert found.width == 74
    published = SHARED / "spec" / "dids_nhse_extract_columns.csv"
    if published.is_file():
        assert found.columns == pl.read_csv(published)["column"].to_list()
    assert found["Provider Site Code"].to_list() == ["RR801"] * 3


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    """The folders in which a user keeps their own files, empty."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.mark.parametrize("form", ["asset", "extract"])
def test_pseudonymised_it_names_no_patient(tmp_path, own_folders, form):
    who = {"POSTCODE": "WN5 8QX", "PERSON_BIRTH_DATE": "1945-06-21"}
    rows = [
        good("ACC771130", **who),
        good("ACC771131", **who, **BAD),
        good("ACC771132", PERSON_BIRTH_DATE="19450621"),
    ]
    written(rows, tmp_path / "a.csv")
    pl.DataFrame([good("ACC771133", **who)]).with_columns(Person_ID=pl.lit(PERSON)).write_parquet(
        tmp_path / "b.parquet"
    )
    said = derive(
        tmp_path, "--records", "a.csv", "--records", "b.parquet", "--pseudonymise", "--columns", form, "out"
    )
    (key,) = own_folders.rglob("pseudonym.key")
    assert str(key) in said
    assert totals(tmp_path / "out-report") == {
        "submitted": 4,
        "accepted": 2,
        "rejected": 2,
        "superseded": 0,
        "withdrawn": 0,
    }
    everything = said
    for file in (*(tmp_path / "out").rglob("*"), *(tmp_path / "out-report").iterdir()):
        if file.suffix == ".parquet":
            frame = pl.read_parquet(file, hive_partitioning=False)
            everything += f"{frame.columns} {frame.rows()} {pl.read_parquet_metadata(file)}"
        elif file.is_file():
            everything += file.read_text()
    for value in (PERSON, "1945", "ACC77113", "WN5", "8QX", key.read_text().strip()):
        assert value not in everything
    derive(tmp_path, "--records", "a.csv", "--pseudonymise", "--columns", form, "again")
    assert set(product_of(tmp_path / "again").rows()) < set(product_of(tmp_path / "out").rows())


@pytest.mark.parametrize("form", ["asset", "extract"])
@pytest.mark.parametrize("rows", [ROWS, [good(**BAD)]], ids=["accepted", "none accepted"])
def test_every_column_says_its_meaning(tmp_path, form, rows):
    written(rows, tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "--columns", form, "out")
    files = list((tmp_path / "out").rglob("*.parquet"))
    assert files
    for file in files:
        schema = parquet.read_schema(file)
        assert len(schema) == (74 if form == "extract" else 86)
        assert all(len(field.metadata[b"description"]) > 15 for field in schema)
    assert product_of(tmp_path / "out").height == (3 if rows is ROWS else 0)


# -- what reads the product again ---------------------------------------------------------------------------------


def months_of_records() -> list[dict[str, str | None]]:
    """Records of two months, several sites, settings and exams; some break a rule."""
    days = ("2024-01-10", "2024-02-05", "2024-02-20")
    exams = (("XCHES", None), ("CABDO", None), (None, "169070004"), ("MKNEB", None), ("UABDO", None))
    return [
        good(
            f"R{number}",
            DIAGNOSTIC_TEST_DATE=days[number % 3],
            DIAGNOSTIC_TEST_REQUEST_DATE="2023-12-20" if number % 4 else None,
            DIAG_TEST_REQUEST_REC_DATE=None,
            SERVICE_REPORT_DATE="2024-02-25" if number % 5 else None,
            IMAGING_CODE_NICIP=exams[number % 5][0],
            IMAGING_CODE_SNOMED=exams[number % 5][1],
            SITE_CODE_IMAGING=("RR801", "RF401", "RH801", "NT901")[number % 4],
            PATIENT_SOURCE_SETTING=f"0{number % 7 + 1}",
            PERSON_GENDER_CODE="7" if number % 11 == 0 else "2",
        )
        for number in range(400)
    ]


def tables_of(cwd: Path, *words: object) -> dict[str, bytes]:
    done = publish("release", "2024-02", *words, "--quiet", cwd=cwd)
    assert done.exit_code == 0, done.err
    folder = cwd / "outputs" / "2024-02-provisional" / "internal" / "protected"
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.usefixtures("own_folders")
def test_a_release_of_the_product_is_that_of_the_submissions(tmp_path):
    rows = months_of_records()
    written(rows[:250], tmp_path / "submitted" / "1.csv")
    written(
        [*rows[250:], *(row | {"PATIENT_SOURCE_SETTING": "03"} for row in rows[:40])],
        tmp_path / "submitted" / "2.xml",
    )
    expected = tables_of(tmp_path, "--records", "submitted")
    assert len(expected) > 5
    for number, form in enumerate([(), ("--columns", "extract"), ("--pseudonymise",)]):
        derive(tmp_path, "--records", "submitted", *form, f"product-{number}", "--quiet")
        assert tables_of(tmp_path, "--records", f"product-{number}") == expected, form


def test_the_product_links(tmp_path):
    people = (PERSON, "9434765870", "9876543210", "4505577104")
    rows = [good(f"R{number}", NHS_NUMBER=people[number % len(people)]) for number in range(30)]
    written(rows, tmp_path / "a.csv")
    events = "".join(f"{person},2024-03-10\n" for person in people)
    (tmp_path / "events.csv").write_text(f"Person_ID,DIAGNOSIS_DATE\n{events}")
    derive(tmp_path, "--records", "a.csv", "product", "--quiet")
    done = publish("link", "product", "events.csv", "--on", "Person_ID", "--within", "31", cwd=tmp_path)
    assert done.exit_code == 0, done.err
    made = (tmp_path / "link.csv").read_text()
    assert "8 to 14 days before,30" in made
    assert not any(person in made + done.out + done.err for person in people)


# -- mistakes -----------------------------------------------------------------------------------------------------

MISTAKES = [
    (["out"], 2, "no records are named"),
    (["--records", "none.csv", "out"], 3, "there is no such file"),
    (["--records", "notes.txt", "out"], 3, "not a kind of file that can be read"),
    (["--records", "empty.csv", "out"], 3, "the file is empty"),
    (["--records", "blank.csv", "out"], 3, "the file is empty"),
    (["--records", "short.csv", "out"], 3, "line 2 has 3 columns, not 18 (rule DIDS075)"),
    (["--records", "wrong.xml", "out"], 3, "(rule DIDS076)"),
    (["--records", "broken.xml", "out"], 3, "not well-formed XML (rule DIDS076)"),
    (["--records", "noise.parquet", "out"], 3, "cannot be read as Parquet"),
    (["--records", "a.csv", "--records", "copy.csv", "out"], 3, "holds the same bytes as"),
    (["--records", "a.csv", "a.csv"], 2, "is a file, and the product is a folder"),
    (["--records", "a.csv", "mine"], 2, "holds something else"),
    (["--records", "a.csv", "a.csv/inside"], 2, "cannot be written to"),
    (["--records", "a.csv", "--database", "postgresql://x/y", "out"], 2, "--database and --query belong together"),
    (["--records", "a.csv", "--query", "SELECT 1", "out"], 2, "--database and --query belong together"),
    (["--records", "a.csv", "--withdrawn", "none.txt", "out"], 2, "cannot be read as text"),
    (["--records", "a.csv", "--withdrawn", "a.csv", "out"], 3, "line 1 is neither an NHS number nor a Person_ID"),
    (["--records", "a.csv", "--submitted", "15/03/2024", "out"], 2, "15/03/2024"),
    (["--records", "a.csv", "--columns", "all", "out"], 2, "all"),
    (["--records", "a.csv", "--reference-data", "none", "out"], 2, "none"),
    (["--records", "a.csv", "--pseudonymise", "--key", "short.key", "out"], 2, "fewer than 16 bytes"),
]


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mistakes")
    line = written([good("ACC77113")], folder / "a.csv").read_text()
    (folder / "mine").mkdir()
    contents = {
        "notes.txt": line,
        "empty.csv": "",
        "blank.csv": "\n \r\n,,,\n",
        "short.csv": f"{line}{PERSON},2,LS1 4AP\n",
        "wrong.xml": f"<a>{PERSON}</a>",
        "broken.xml": made_xml.HEAD + "<",
        "noise.parquet": f"PAR1{line}PAR1",
        "copy.csv": line,
        "mine/notes.txt": "mine",
        "short.key": "short",
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    return folder


@pytest.mark.parametrize(("words", "exit_code", "says"), MISTAKES, ids=[" ".join(words) for words, *_ in MISTAKES])
def test_mistakes_are_said_in_words_and_leave_nothing(mistaken, words, exit_code, says):
    before = snapshot(mistaken)
    said = derive(mistaken, *words, exit_code=exit_code)
    assert says in " ".join(said.split())
    assert not any(value in said for value in (PERSON, "LS1 4AP", "1980-02-29", "ACC77113"))
    assert snapshot(mistaken) == before


# -- the same bytes, whole or not at all --------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes(tmp_path):
    rows = months_of_records()
    written(rows[:200], tmp_path / "records" / "a.csv")
    written(rows[150:], tmp_path / "records" / "b.xml")
    written(rows[300:], tmp_path / "records" / "c.parquet")
    words = ("--records", "records", "--validate", "--submitter", "RR8", "out")
    derive(tmp_path, *words)
    first = snapshot(tmp_path / "out", tmp_path / "out-report")
    derive(tmp_path, *words)
    assert snapshot(tmp_path / "out", tmp_path / "out-report") == first
    assert len(first) > 6


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    done = publish("synthesise", "--records", "400000", "--seed", "1", "many.parquet", "--quiet", cwd=folder)
    assert done.exit_code == 0, done.err
    return folder / "many.parquet"


def killed(cwd: Path, file: Path, step: str, how: signal.Signals) -> None:
    """Run until it says that step, and kill it then."""
    command = [sys.executable, "-m", "publish", "derive", "--records", str(file), "out"]
    with subprocess.Popen(command, cwd=cwd, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if line.startswith(step):
                time.sleep(0.3)
                run.send_signal(how)
                break
        run.communicate()


@pytest.mark.parametrize(
    "how",
    [
        signal.SIGKILL,
        signal.SIGTERM,
        signal.SIGINT,
    ],
)
@pytest.mark.parametrize("step", ["Reading", "Deriving"])
def test_a_run_that_is_killed_leaves_nothing_half(tmp_path, many, step, how):
    written([good("A1")], tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "out", "--quiet")
    before = snapshot(tmp_path / "out", tmp_path / "out-report")
    killed(tmp_path, many, step, how)
    assert snapshot(tmp_path / "out", tmp_path / "out-report") == before
    derive(tmp_path, "--records", "a.csv", "out", "--quiet")
    assert snapshot(tmp_path / "out", tmp_path / "out-report") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "out", "out-report"]


# -- places -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", ["p[1].parquet", "a b/c*d", "ü.parquet", "new/er/out", "out/", "x%20y", "{month}"]
)
def test_places_with_odd_names(tmp_path, place):
    written([good("A1")], tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", place, "--quiet")
    file = tmp_path / place / "2024-02" / "part-0001.parquet"
    assert parquet.read_metadata(file).num_rows == 1
    derive(tmp_path, "--records", "a.csv", place, "--quiet")


@pytest.mark.parametrize(
    "place",
    [".", "/", ".."],
)
def test_a_place_without_a_name_is_refused(tmp_path, place):
    (tmp_path / "cwd").mkdir()
    written([good("A1")], tmp_path / "a.csv")
    derive(tmp_path / "cwd", "--records", "../a.csv", place, exit_code=2)


def test_a_folder_of_the_user_beside_the_product_is_not_replaced(tmp_path):
    written([good("A1")], tmp_path / "a.csv")
    (tmp_path / "out-report").mkdir()
    (tmp_path / "out-report" / "notes.txt").write_text("mine")
    derive(tmp_path, "--records", "a.csv", "out", exit_code=2)
    assert (tmp_path / "out-report" / "notes.txt").read_text() == "mine"


def test_the_records_are_never_replaced_by_their_product(tmp_path):
    """Folders of months with files called part-… are what Spark writes too: they look like a product."""
    file = written([good("A1")], tmp_path / "records" / "month=2024-02" / "part-0001.parquet")
    before = file.read_bytes()
    for place in ("records", "./records/", tmp_path / "records"):
        derive(tmp_path, "--records", "records", place, exit_code=2)
    assert file.read_bytes() == before


def test_a_run_never_reads_its_own_product_in_silence(tmp_path):
    """Where the product stands among the records, the second run must refuse it or leave it out."""
    written([good("A1"), good("A2", **BAD)], tmp_path / "records" / "a.csv")
    derive(tmp_path, "--records", "records", "records/product", "--quiet")
    done = publish("derive", "--records", "records", "records/product", cwd=tmp_path)
    if done.exit_code == 0:
        assert totals(tmp_path / "records" / "product-report")["submitted"] == 2
    else:
        assert done.exit_code in {2, 3}


@pytest.mark.parametrize("given", ["made", "made/*", "made/**/*.parquet"])
def test_rejected_records_do_not_come_back_as_an_extract(tmp_path, given):
    """Whoever gives a release the folder with product and report together must not count what was rejected."""
    written([good("A1"), good("A2", **BAD)], tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "made/out", "--quiet")
    done = publish("release", "2024-02", "--records", given, "--quiet", cwd=tmp_path)
    if done.exit_code == 0:
        made = pl.read_csv(tmp_path / "outputs" / "2024-02-provisional" / "internal" / "ledger.csv")
        assert made["records"].sum() == 1


def test_products_with_like_names_keep_their_reports(tmp_path):
    written([good("A1")], tmp_path / "a.csv")
    written([good("B1"), good("B2")], tmp_path / "b.csv")
    derive(tmp_path, "--records", "a.csv", "of.a", "--quiet")
    derive(tmp_path, "--records", "b.csv", "of.b", "--quiet")
    reports = [json.loads(file.read_text()) for file in sorted(tmp_path.glob("*-report/manifest.json"))]
    assert sorted(report["records"]["submitted"] for report in reports) == [1, 2]


# -- odd contents -------------------------------------------------------------------------------------------------


def test_a_year_of_months_in_one_file(tmp_path):
    rows = [
        good(f"A{month}", **dict.fromkeys(("DIAGNOSTIC_TEST_DATE", "DIAGNOSTIC_TEST_REQUEST_DATE"), day))
        | {"DIAG_TEST_REQUEST_REC_DATE": day, "SERVICE_REPORT_DATE": day}
        for month in range(1, 13)
        for day in [f"2023-{month:02}-15"]
    ]
    written(rows, tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"2023-{n:02}" for n in range(1, 13)]
    assert product_of(tmp_path / "out").height == 12
    assert [row[2] for row in ledger_of(tmp_path / "out-report")] == [1] * 12


def test_undated_records_of_an_extract_stay_in_the_product(tmp_path):
    days = ["2024-02-01", None, "never", "0001-01-01", "9999-12-31"]
    rows = [good(f"A{n}", DIAGNOSTIC_TEST_DATE=day) for n, day in enumerate(days)]
    written(rows, tmp_path / "a.parquet")
    derive(tmp_path, "--records", "a.parquet", "out")
    assert product_of(tmp_path / "out").height == 5
    months = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert months == ["0001-01", "2024-02", "9999-12", "undated"]
    derive(tmp_path, "--records", "out", "again")
    assert as_submitted(tmp_path / "again").height == 5


def test_a_site_that_changed_its_provider(tmp_path):
    own = tmp_path / "reference-data"
    own.mkdir()
    columns = "site_code,site_name,org_code,region_code,icb_code,postcode,country,valid_from,valid_to"
    lines = ["RR801,Site,RR8,Y63,,,,,2024-02-14", "RR801,Site,RF4,Y56,,,,2024-02-15,"]
    (own / "sites.csv").write_text("\n".join([columns, *lines]) + "\n")
    days = {"A1": "2024-02-14", "A2": "2024-02-15"}
    written([good(name, DIAGNOSTIC_TEST_DATE=day) for name, day in days.items()], tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "out")
    found = product_of(tmp_path / "out").select("RADIOLOGICAL_ACCESSION_NUMBER", "PROVIDER_CODE").rows()
    assert sorted(found) == [("A1", "RR8"), ("A2", "RF4")]
    assert ledger_of(tmp_path / "out-report") == [
        ("2024-02", "RF4", 1, 1, 0, 0, 0),
        ("2024-02", "RR8", 1, 1, 0, 0, 0),
    ]


def test_the_product_of_the_product_is_itself(tmp_path):
    rows = months_of_records()
    written(rows, tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "--submitter", "RR8", "once", "--quiet")
    derive(tmp_path, "--records", "once", "twice", "--quiet")
    assert as_submitted(tmp_path / "twice").equals(as_submitted(tmp_path / "once"))


def test_the_same_file_named_twice_counts_once(tmp_path):
    written([good("A1")], tmp_path / "a.csv")
    derive(tmp_path, "--records", "a.csv", "--records", "*.csv", "--records", tmp_path / "a.csv", "out")
    assert totals(tmp_path / "out-report")["submitted"] == 1
