"""The release command: what it reads, refuses and leaves, and how it recovers."""

import json
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from publish.errors import InputRefused, NotApproved, UsageError
from publish.period import Month, MonthlyPeriod
from publish.release import Settings, make_release
from publish.tables.ledger import COMPARISON_MONTH, IN_NO_TABLE, IN_TABLES, OUTSIDE_RELEASE
from publish.writing import outputs
from tests.end_to_end.approving import approve
from tests.end_to_end.conftest import publish
from tests.made_records import record, write

JUNE = Month(2023, 6)


def month_file(folder: Path, month: str, number: int = 8, **items: object) -> Path:
    first = date.fromisoformat(f"{month}-01")
    records = [
        record(
            DIAGNOSTIC_TEST_DATE=first,
            DIAGNOSTIC_TEST_REQUEST_DATE=first - timedelta(days=n),
            SERVICE_REPORT_DATE=first,
        )
        | items
        for n in range(number)
    ]
    folder.mkdir(exist_ok=True)
    return write(records, folder / f"{month}.parquet")


@pytest.fixture
def records(tmp_path):
    for month in ("2022-06", "2023-03", "2023-04", "2023-05", "2023-06"):
        month_file(tmp_path / "records", month)
    return tmp_path / "records"


def make(tmp_path, records, month=JUNE, **settings):
    said = []
    terms = Settings(tmp_path / "out", unchecked=True, **settings)
    made = make_release(MonthlyPeriod(month), [str(records)], terms, said.append)
    return made, said


def reading(said):
    return [line.split(" (")[0].removeprefix("Reading ") for line in said if line.startswith("Reading")]


def snapshot(folder):
    return {file.relative_to(folder): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_only_files_that_changed_are_read_again(tmp_path, records):
    names = [f"{month}.parquet" for month in ("2022-06", "2023-03", "2023-04", "2023-05", "2023-06")]
    made, said = make(tmp_path, records)
    assert reading(said) == names
    first = snapshot(made.folder / "draft")
    for file in records.iterdir():
        file.touch()
    made, said = make(tmp_path, records)
    assert reading(said) == []
    assert snapshot(made.folder / "draft") == first
    month_file(records, "2023-05", number=20)
    made, said = make(tmp_path, records)
    assert reading(said) == ["2023-05.parquet"]
    assert snapshot(made.folder / "draft") != first


def test_reference_data_that_touch_a_month_have_it_read_again(tmp_path, records):
    make(tmp_path, records)
    own = tmp_path / "own"
    own.mkdir()
    columns = "site_code,site_name,org_code,region_code,icb_code,postcode,country,valid_from,valid_to"
    (own / "sites.csv").write_text(f"{columns}\nRF401,A site,RF4,,,,,2023-05-01,\n")
    _, said = make(tmp_path, records, reference_folder=own)
    assert reading(said) == ["2023-05.parquet", "2023-06.parquet"]


def test_the_ledger_says_where_every_record_went(tmp_path, records):
    extra = tmp_path / "more.csv"
    write(
        [
            record(DIAGNOSTIC_TEST_DATE=date(2019, 6, 1), DIAGNOSTIC_TEST_REQUEST_DATE=None),
            record(DIAGNOSTIC_TEST_DATE=date(2023, 6, 30), SERVICE_REPORT_DATE=None),
            record(IMAGING_CODE_NICIP="ECOLOY", SERVICE_REPORT_DATE=None),
        ],
        extra,
    )
    made = make_release(MonthlyPeriod(JUNE), [str(records), str(extra)], Settings(tmp_path / "out"), lambda _: None)
    outcomes = dict(made.ledger.group_by("outcome").agg(pl.col("records").sum()).iter_rows())
    expected = {IN_TABLES: 25, COMPARISON_MONTH: 16, OUTSIDE_RELEASE: 1, IN_NO_TABLE: 1}
    exams = pl.read_csv(Path(__file__).parents[2] / "reference_data" / "exam_codes.csv", infer_schema=False)
    assert exams.filter(nicip_code="ECOLOY", modality="Endoscopy (procedure)", interventional="N").height == 1
    assert outcomes == expected
    assert made.ledger.filter(pl.col("outcome") == IN_TABLES)["org_code"].unique().to_list() == ["RF4"]


def test_months_so_far_are_the_columns(tmp_path, records):
    made, _ = make(tmp_path, records)
    (file,) = (made.folder / "draft" / "tables").glob("*DID-Table-1-2023-24-*.xlsx")
    sheet = openpyxl.load_workbook(file)["Provider"]
    header = [cell.value for cell in sheet[13][1:]]
    assert header == ["Region", "Org Code", "Provider name", "Modality", "Apr", "May", "Jun", "Year to date"]
    assert made.folder.name == "2023-06-provisional"


def test_what_the_release_lacks_is_remarked(tmp_path, records):
    (records / "2023-05.parquet").unlink()
    made, _ = make(tmp_path, records)
    blank, earlier, sites = made.remarks
    assert blank == "No record of May 2023: these columns are blank."
    assert earlier.startswith("No record of April and May 2022, and July 2022 to February 2023: the document")
    assert sites.startswith("No table of sites was given")


def test_refusals_change_nothing(tmp_path, records):
    made, _ = make(tmp_path, records)
    before = snapshot(made.folder)
    old = month_file(tmp_path / "old", "2015-01")
    (records / "2023-07.csv").write_text("a,b\n")
    for given, month, says in (
        ([records], JUNE, "2 columns, not 18"),
        ([old], JUNE, "holds no record with a test date in April 2022 to June 2023"),
        ([records / "2023-03.parquet"], JUNE, "no record of June 2023 reaches the tables"),
    ):
        with pytest.raises(InputRefused, match=says):
            make_release(
                MonthlyPeriod(month), [str(path) for path in given], Settings(tmp_path / "out"), lambda _: None
            )
    with pytest.raises(UsageError, match="is not after June 2023"):
        make_release(
            MonthlyPeriod(JUNE), [str(old)], Settings(tmp_path / "out", published=date(2023, 6, 30)), lambda _: None
        )
    assert snapshot(made.folder) == before
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".2023")] == []


def test_the_next_release_comes_after_this_one(tmp_path, records):
    made, _ = make(tmp_path, records, published=date(2024, 2, 1))
    manifest = json.loads((made.folder / "internal" / "manifest.json").read_text())
    assert manifest["release"]["next_published"] == "2024-02-15"


def test_the_date_given_goes_before_the_calendar(tmp_path, records):
    made, _ = make(tmp_path, records, published=date(2023, 10, 5))
    (file,) = (made.folder / "draft" / "tables").glob("*DID-Table-1-*-2023-10-05.xlsx")
    assert openpyxl.load_workbook(file)["Provider"]["C7"].value == "5th October 2023"


def test_house_details_and_policy_of_ones_own(tmp_path, records):
    config, policy = tmp_path / "own.toml", tmp_path / "policy.toml"
    config.write_text('[contact]\nemail = "new.address@nhs.net"\n[calendar]\nweekday = "Tuesday"\n')
    policy.write_text("threshold = 10\nrounding_base = 10\n")
    made, _ = make(tmp_path, records, config=config, policy=policy)
    (file,) = (made.folder / "draft" / "tables").glob("*DID-Table-1-*.xlsx")
    sheet = openpyxl.load_workbook(file)["Provider"]
    assert sheet["C10"].value == "new.address@nhs.net"
    assert sheet["C7"].value == "17th October 2023"
    england = {row[0]: row[1:] for row in sheet.iter_rows(min_row=14, max_row=22, min_col=5, values_only=True)}
    assert england["Plain Radiography"] == ("*", "*", "*", 20)


def test_approval(tmp_path, records):
    made, _ = make(tmp_path, records)
    public = approve(made.folder).public
    approval = json.loads((made.folder / "internal" / "approval.json").read_text())
    assert approval["approved_by"] == "A Statistician"
    assert set(approval["outputs"]) == {
        file.relative_to(made.folder).as_posix() for file in public.rglob("*") if file.is_file()
    }
    first = snapshot(public)
    approve(made.folder, "A Reviewer")
    assert snapshot(public) == first
    again = json.loads((made.folder / "internal" / "approval.json").read_text())
    assert [(each["approved_by"], each["approved_at"]) for each in (*again["approved_before"], again)] == [
        ("A Statistician", "2030-01-01T00:00:00+00:00"),
        ("A Reviewer", "2030-01-01T00:00:00+00:00"),
    ]
    month_file(records, "2023-06", number=30)
    make(tmp_path, records)  # a new draft leaves what is public, and who approved it, as they are
    assert snapshot(public) == first
    assert json.loads((made.folder / "internal" / "approval.json").read_text()) == again
    assert approval["manifest"] != json.loads((made.folder / "internal" / "manifest.json").read_text())


def test_a_draft_that_was_touched_is_not_approved(tmp_path, records):
    made, _ = make(tmp_path, records)
    (file,) = (made.folder / "draft" / "csv").glob("*DID-Table-2-*.csv")
    file.write_bytes(file.read_bytes() + b"x")
    (made.folder / "draft" / "notes.txt").write_text("x")
    with pytest.raises(NotApproved, match=r"Table-2.*notes\.txt") as refusal:
        approve(made.folder)
    assert refusal.value.exit_code == 5
    assert not (made.folder / "public").exists()


def test_numbers_that_were_touched_are_not_approved(tmp_path, records):
    made, _ = make(tmp_path, records)
    file = made.folder / "internal" / "protected" / "table-0.parquet"
    pl.read_parquet(file).with_columns(value=pl.lit(7.0)).write_parquet(file)
    with pytest.raises(NotApproved, match="table-0"):
        approve(made.folder)


def test_a_run_that_fails_leaves_the_release_as_it_was(tmp_path, records, monkeypatch):
    made, _ = make(tmp_path, records)
    before = snapshot(made.folder)
    month_file(records, "2023-06", number=30)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outputs, "write_csv_files", stop)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, records)
    assert snapshot(made.folder) == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".counts", made.folder.name]


def test_a_run_that_is_killed_leaves_the_release_as_it_was(tmp_path, records):
    made, _ = make(tmp_path, records)
    before = snapshot(made.folder)
    month_file(records, "2023-06", number=30)
    command = [sys.executable, "-m", "publish", "release", "2023-06", "--records", str(records)]
    making = tmp_path / "out" / f".{made.folder.name}.making" / "draft" / "tables"
    with subprocess.Popen([*command, "--output", str(tmp_path / "out"), "--quiet"]) as run:
        while not (making.is_dir() and any(making.iterdir())) and run.poll() is None:
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    assert making.exists()
    assert snapshot(made.folder) == before
    made, _ = make(tmp_path, records)
    assert snapshot(made.folder) != before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".counts", made.folder.name]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_goes_on_with_what_it_has_counted(tmp_path, records, how):
    command = [sys.executable, "-m", "publish", "release", "2023-06", "--records", str(records)]
    with subprocess.Popen([*command, "--output", str(tmp_path / "out")], stderr=subprocess.PIPE, text=True) as run:
        for line in run.stderr:
            if line.startswith("Reading 2023-04.parquet (3 of 5)"):
                run.send_signal(how)
                break
        answer = run.stderr.read()
    assert run.returncode in (-how, 130)
    assert "Traceback" not in answer
    _, said = make(tmp_path, records)
    assert said[:2] == ["Already counted: 2022-06.parquet (1 of 5)", "Already counted: 2023-03.parquet (2 of 5)"]


def test_a_run_killed_between_the_two_renames_is_put_right(tmp_path, records):
    made, _ = make(tmp_path, records)
    before = snapshot(made.folder / "draft")
    made.folder.rename(made.folder.with_name(f".{made.folder.name}.aside"))
    approve(made.folder)
    assert snapshot(made.folder / "draft") == before


#  what a user types                                                  exit code  what stands in the answer
MISTAKES = [
    (["release", "2023-13", "--records", "records"], 2, "write the latest month as 2023-03"),
    (["release", "2023-06"], 2, "no records are named"),
    (["release", "2023-06", "--records", "nowhere"], 3, "there is no such file"),
    (["release", "2023-06", "--records", "records", "--published", "soon"], 2, "--published"),
    (["release", "2023-06", "--records", "records", "--config", "none.toml"], 2, "cannot be read as TOML"),
    (["release", "2023-06", "--records", "records", "--reference-data", "records"], 2, "holds no reference table"),
    (["release", "2030-06", "--records", "records"], 3, "holds no record with a test date in"),
    (["approve", "2023-05-provisional", "--by", "X"], 2, "there is no release there"),
    (["approve", "2023-06-provisional", "--by", " "], 2, "nobody is named"),
    (["synthesise", "--year", "2023", "x.parquet"], 2, "write the financial year as 2023-24"),
    (["publsh"], 2, "No such command"),
    (["release", "2023-06", "--records", "records", "--published", "9999-12-31"], 2, "is after 2099"),
    (["release", "2023-06", "--records", "records", "--output", "a-file"], 2, "a-file: cannot be written to"),
    (["approve", "/", "--by", "X"], 2, "there is no release there"),
    (["synthesise", "--year", "2019-20", "x.parquet"], 2, "name the year 2020-21 or a later one"),
    (["synthesise", "records"], 2, "is not the name of a Parquet file"),
    (["synthesise", "made-up.csv"], 2, "is not the name of a Parquet file"),
    (["synthesise", "a-file/made-up.parquet"], 2, "cannot be written to"),
    (["demo", "--output", "a-file"], 2, "cannot be written to"),
]


@pytest.mark.parametrize(("words", "exit_code", "says"), MISTAKES)
@pytest.mark.usefixtures("records")
def test_mistakes_have_an_exit_code_and_an_answer_without_a_traceback(tmp_path, words, exit_code, says):
    (tmp_path / "a-file").write_text("x")
    done = publish(*words, cwd=tmp_path)
    assert done.exit_code == exit_code
    assert says in " ".join(done.err.replace("│", " ").split())
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_bug_shows_no_value(monkeypatch, capsys):
    from publish import cli

    def fail() -> None:
        raise ValueError("999" + "0000018")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    assert "a bug (ValueError)" in (said := capsys.readouterr().err)
    assert "9990000018" not in said


def test_quiet_is_silent_and_plain_lines_go_to_standard_error(tmp_path, records):
    loud = publish("release", "2023-06", "--records", records, cwd=tmp_path)
    assert loud.exit_code == 0
    assert loud.err.splitlines()[0] == "Reading 2022-06.parquet (1 of 5)"
    assert "\x1b" not in loud.err + loud.out
    assert "records read" in loud.out
    quiet = publish("release", "2023-06", "--records", records, "--quiet", cwd=tmp_path)
    assert (quiet.exit_code, quiet.out, quiet.err) == (0, "", "")


@pytest.mark.parametrize("command", ["release", "approve", "synthesise", "demo"])
def test_help_has_an_example(tmp_path, command):
    done = publish(command, "--help", cwd=tmp_path)
    assert done.exit_code == 0
    assert f"Example: publish {command}" in " ".join(done.out.split())
