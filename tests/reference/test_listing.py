"""What `publish reference list` and `import` say."""

import pytest
from typer.testing import CliRunner

from publish.cli_reference import reference_app
from publish.errors import InputRefused
from publish.reference.columns import COLUMNS
from publish.reference.listing import TABLES, in_use, lacking
from publish.reference.store import import_reference
from publish.reference.tables import load_reference
from tests.reference.official import ods, practice, trust, written


def run(*words: object) -> str:
    done = CliRunner().invoke(reference_app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_bundled_tables_are_listed_and_what_is_wanting_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = run("list")
    lines = {line.split()[0]: line.split() for line in said.splitlines() if line and line.split()[0] in TABLES}
    assert list(lines) == list(TABLES)
    assert lines["providers"] == ["providers", "bundled", "449", "2018-04-01", "2024-04-01"]
    assert lines["commissioners"][1] == "bundled"
    assert lines["postcodes"] == ["postcodes", "none", "0"]
    assert (
        "- no postcodes: LSOA, MSOA and the commissioner by postcode are empty, and rule DIDS016 does not run. "
        "To mend: publish reference import postcodes ONSPD.csv"
    ) in said.splitlines()


def test_imports_and_own_files_are_named(tmp_path):
    store = tmp_path / "reference-data"
    file = ods(tmp_path, "etr.csv", trust("RAL", "ROYAL FREE"), trust("RRP", "BARNET", closed="20241031"))
    said = run("import", "etr", file, "--reference-data", store)
    assert "etr: 2 rows of etr.csv" in said
    (store / "sites.csv").write_text(",".join(COLUMNS["sites"]) + "\nRF401,A site,RF4,Y56,,,,2020-01-01,\n")
    listed = {each.table: each for each in in_use(load_reference(store))}
    assert listed["organisations"].origin == "imported etr etr.csv"
    assert listed["sites"].origin == "own file sites.csv"
    assert (listed["organisations"].rows, str(listed["organisations"].last)) == (2, "2024-10-31")
    assert "own file sites.csv" in run("list", "--reference-data", store)


@pytest.mark.parametrize(
    ("kind", "made", "wanting"),
    [
        ("etr", lambda at: ods(at, "f.csv", trust("RAL", "ROYAL FREE")), "no NHS trusts"),
        ("epraccur", lambda at: ods(at, "f.csv", practice("A81001", "16C", "20200401")), "no GP practices"),
        (
            "nicip",
            lambda at: written(at, "f.csv", "short_code,preferred_term,snomed_ct_id\nX,Y,1\n"),
            "no NICIP table",
        ),
        ("imd", lambda at: written(at, "f.csv", "lsoa21_code,imd_decile\nE01000001,3\n"), "no deprivation deciles"),
    ],
)
def test_an_import_mends_what_it_says(tmp_path, kind, made, wanting):
    def wants(reference):
        return {sentence.split(":")[0] for sentence in lacking(reference)}

    import_reference(kind, made(tmp_path), tmp_path / "reference-data")
    assert wants(load_reference()) - wants(load_reference(tmp_path / "reference-data")) == {wanting}


def test_an_older_copy_is_called_one(tmp_path):
    store = tmp_path / "reference-data"
    for name, joined in (("newer.csv", "20200401"), ("older.csv", "20130401")):
        file = ods(tmp_path, name, practice("A81001", "16C", joined))
        said = run("import", "epraccur", file, "--reference-data", store)
    assert "It is older than the copy that was there" in said
    assert run("import", "epraccur", file, "--reference-data", store, "--quiet") == ""


def test_a_refusal_reaches_the_command_line(tmp_path):
    with pytest.raises(InputRefused):
        run("import", "etr", written(tmp_path, "f.csv", "a,b\n1,2\n"), "--reference-data", tmp_path / "x")
