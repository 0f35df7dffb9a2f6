"""The gate before publication, and attacks over time: what an earlier release of the same tables adds."""

import json
from pathlib import Path

import pytest

from publish.earlier_releases import earlier_public
from publish.errors import Disclosed
from publish.writing import outputs
from publish.writing.manifest import edition_of, read_manifest
from tests.end_to_end import planting
from tests.end_to_end.approving import approve
from tests.end_to_end.conftest import publish
from tests.end_to_end.planting import BY_REGION, SPECT, attacked, copied, learnt, show

XRAY = "Plain Radiography"
AUDIT = Path("internal", "audit.json")
OF_PAGES = ("data-guidance", "release-note")  # checks that fail where neither document nor pages are made
MAY, JUNE = "2023-05-provisional", "2023-06-provisional"


REVIEW = {"issues.toml", "review-pack.html", "review.json", "issues.json", "decisions.json"}


def snapshot(folder):
    """Every file of a release but those of its review: findings are decided and checks run before the gate."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in REVIEW)
    return {path.relative_to(folder): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return planting.records(tmp_path_factory.mktemp("records") / "records.parquet")


@pytest.fixture(scope="module")
def releases(records, tmp_path_factory):
    """An output folder with the release of May, approved, and the draft of June."""
    folder = tmp_path_factory.mktemp("outputs")
    approve(planting.draft(folder, records, month=5))
    planting.draft(folder, records, month=6)
    return folder


@pytest.fixture
def planted(releases, tmp_path):
    """A copy of both, to plant in what is public of May."""
    return copied(releases, tmp_path / "outputs")


@pytest.fixture
def tables_alone(monkeypatch):
    """Releases without charts, document and pages, which take longest to make."""

    def write_tables(tables, edition, folder, *_):
        planting.write_tables(tables, edition, folder)

    monkeypatch.setattr(outputs, "write_outputs", write_tables)


# The gate.


def test_the_release_of_the_next_month_is_attacked_with_the_one_before(planted):
    approve(planted / JUNE)
    audited = json.loads((planted / JUNE / AUDIT).read_text(encoding="utf-8"))
    assert audited["findings"] == []
    assert audited["summary"]["routes"]["time"]["attacked"] > 0
    alone = json.loads((planted / MAY / AUDIT).read_text(encoding="utf-8"))
    assert alone["summary"]["routes"]["time"]["attacked"] == 0


def test_what_an_earlier_release_gives_away_stops_the_next(planted):
    show(planted / MAY / "public", "1", "RJ1", {"May": 1}, XRAY)
    before = snapshot(planted / JUNE)
    done = publish("approve", JUNE, "--by", "A Statistician", "--output", planted, "--quiet", cwd=planted)
    assert (done.exit_code, done.out) == (4, "")
    said = " ".join(done.err.replace("│", " ").split())
    assert "something can be learnt that the rule hides: " in said
    assert "Table-1-2023-24-Modality-Provider-Counts" in said
    assert "Provider, G34 (time)" in said
    after = snapshot(planted / JUNE)
    (found,) = json.loads(after.pop(AUDIT))["findings"]
    assert (found["route"], found["low"], found["high"]) == ("time", 1, 1)
    assert after == before  # the draft, its manifest, and nothing public


def test_what_is_attacked_with_is_what_is_public_of_a_release_and_of_the_one_before(planted):
    edition = edition_of(read_manifest(planted / JUNE / "internal"), draft=False)
    may, june = planted / MAY / "public", planted / JUNE / "public"

    def known():
        return earlier_public(planted / JUNE, edition)

    assert known() == [may]
    june.mkdir()
    assert known() == [may]  # an empty folder is nothing public
    (june / "index.html").write_text("", encoding="utf-8")
    assert known() == [june, may]
    copied(planted / MAY, planted / "2023-04-provisional")
    changed(planted / "2023-04-provisional", "published", "2023-08-10")
    assert known() == [june, may]  # the latest before it
    changed(planted / MAY, "made_up_records", True)
    assert known() == [june, planted / "2023-04-provisional" / "public"]
    changed(planted / "2023-04-provisional", "published", "2023-12-14")
    assert known() == [june]


def changed(release, name, value):
    file = release / "internal" / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    assert name in manifest["release"]
    manifest["release"][name] = value
    file.write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.usefixtures("tables_alone")
def test_without_rounding_the_gate_names_cells_and_routes(records, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text("rounding_base = 1\n", encoding="utf-8")
    release = planting.draft(tmp_path / "outputs", records, policy=policy)
    before = snapshot(release)
    with pytest.raises(Disclosed, match=r"Table 1, [F-I]\d+ \(difference\); .*; and \d+ more") as refusal:
        approve(release, waived=OF_PAGES)
    assert refusal.value.exit_code == 4
    after = snapshot(release)
    found = json.loads(after.pop(AUDIT))["findings"]
    assert {finding["route"] for finding in found} == {"difference"}
    assert all(finding["low"] == finding["high"] in (1, 2) for finding in found)
    assert after == before


@pytest.mark.usefixtures("tables_alone")
def test_with_secondary_suppression_such_a_release_is_approved(records, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('rounding_base = 1\nsecondary = "lp"\n', encoding="utf-8")
    release = planting.draft(tmp_path / "outputs", records, policy=policy)
    approve(release, waived=OF_PAGES)
    audited = json.loads((release / AUDIT).read_text(encoding="utf-8"))
    assert audited["findings"] == []
    assert audited["summary"]["routes"]["difference"]["attacked"] > 0


# Attacks over time. COUNTS in planting.py says what is true.


TIMES = [
    ("nothing", [], [], []),
    (
        "a count shown before and hidden now",
        [("RJ1", {"May": 1}, XRAY)],
        [],
        [("time", "1", f"RJ1, {XRAY}, May", 1, 1)],
    ),
    (
        "a year to date that was not rounded before",
        [("RF4", {"Year to date": 21}, SPECT)],
        [],
        [("time", "1", f"RF4, {SPECT}, Jun", 2, 2), ("time", "1", f"RF4, {SPECT}, Year to date", 23, 23)],
    ),
    (
        "a year to date that is not rounded now",
        [],
        [("RJ1", {"Year to date": 24}, SPECT)],
        [("time", "1", f"RJ1, {SPECT}, Jun", 2, 2), ("unrounded", "1", f"RJ1, {SPECT}, Year to date", 24, 24)],
    ),
    (
        "a count that was not rounded before",
        [("RF4", {"May": 23}, XRAY)],
        [],
        [("time", "1", f"RF4, {XRAY}, May", 23, 23)],
    ),
]


@pytest.fixture(scope="module")
def months(releases, tmp_path_factory):
    """What is public of May, and the draft of June, without the files that take longest to read."""
    folder = tmp_path_factory.mktemp("months")
    but = [".pdf", ".ods", *BY_REGION]
    return (
        copied(releases / MAY / "public", folder / "may", but=but),
        copied(releases / JUNE / "draft", folder / "june", but=but),
    )


@pytest.mark.parametrize(("before", "now", "found"), [each[1:] for each in TIMES], ids=[each[0] for each in TIMES])
def test_what_two_releases_give_away_together_is_found_and_nothing_else(months, tmp_path, before, now, found):
    may, june = (copied(folder, tmp_path / folder.name) for folder in months)
    for folder, changes in ((may, before), (june, now)):
        for provider, shown, modality in changes:
            show(folder, "1", provider, shown, modality)
    audited = attacked(june, may)
    assert learnt(june, audited.findings) == found
    assert audited.tallies["time"].attacked > 100
