"""The review of a release, as a statistician does it: decide by hand or in a browser, approve, go on next month."""

import hashlib
import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest

from publish.approval import approve_release
from publish.errors import NotApproved
from publish.period import FinancialYear, Month, MonthlyPeriod
from publish.release import Settings, make_release
from publish.release_review import digest_of
from tests.end_to_end.approving import approve
from tests.end_to_end.conftest import publish
from tests.end_to_end.planting import copied
from tests.made_records import record, write

FEBRUARY, MARCH = "2024-02-provisional", "2024-03-provisional"
BY = "A Statistician"


def issues_of(release: Path) -> list[dict]:
    return json.loads((release / "internal" / "issues.json").read_text(encoding="utf-8"))


def review_of(release: Path) -> dict:
    return json.loads((release / "internal" / "review.json").read_text(encoding="utf-8"))


def change_review(release: Path, change) -> None:
    content = review_of(release)
    change(content)
    (release / "internal" / "review.json").write_text(json.dumps(content), encoding="utf-8")


def decide(release: Path, change) -> None:
    """Edit `issues.toml` by hand: `change` is given each entry of a finding, and its number."""
    file = release / "issues.toml"
    head, *entries = file.read_text(encoding="utf-8").split("[[decisions]]\n")
    file.write_text(
        "[[decisions]]\n".join([head, *(change(e, n) for n, e in enumerate(entries))]), encoding="utf-8"
    )


def accepted(entry: str, number: int) -> str:  # noqa: ARG001 - as `decide` calls it
    return entry.replace('status = "undecided"', 'status = "accepted"')


def one_of_each(entry: str, number: int) -> str:
    """The first finding is edited, the second rejected, all others accepted."""
    lines = accepted(entry, number).splitlines(keepends=True)
    if number == 0:
        lines = ['text = "In words of our own."\n' if line.startswith("text") else line for line in lines]
        return "".join(lines).replace('"accepted"', '"edited"')
    if number == 1:
        return "".join(lines).replace('"accepted"\n', '"rejected"\nreason = "It is known."\n')
    return "".join(lines)


def title_page(release: Path) -> str:
    file = next((release / "public" / "tables").glob("*Table-1-*.xlsx"))
    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)


# Tests a month of each provider; in some months one did not report, and one never gives a date of request.
PROVIDERS = {"RF4": 90, "RJ1": 60, "R1H": 120, "RBN": 70, "RXQ": 80}
SILENT = {("RF4", 7), ("RJ1", 9), ("RXQ", 3)}
WITHOUT_REQUESTS = "R1H"


def records(folder: Path) -> Path:
    """A file for each month of 2023-24."""
    folder.mkdir()
    for month in FinancialYear(2023).months:
        made = [
            record_of(provider, month.first_day + timedelta(days=number % 28))
            for provider, tests in PROVIDERS.items()
            for number in range(tests if (provider, month.number) not in SILENT else 0)
        ]
        write(made, folder / f"{month}.parquet")
    return folder


def record_of(provider: str, day: date) -> dict[str, object]:
    return record(
        SITE_CODE_IMAGING=f"{provider}01",
        DIAGNOSTIC_TEST_REQUEST_DATE=None if provider == WITHOUT_REQUESTS else day - timedelta(days=5),
        DIAGNOSTIC_TEST_REQUEST_RECEIVED_DATE=None,
        DIAGNOSTIC_TEST_DATE=day,
        SERVICE_REPORT_DATE=day + timedelta(days=3),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The output folder with the approved release of February, decided by hand, and the draft of March."""
    folder = tmp_path_factory.mktemp("review")
    months = records(folder / "records")
    known = ["--records", months / "2023-*.parquet", "--records", months / "2024-0[12].parquet"]
    terms = ["--output", "outputs", "--quiet"]
    done = publish("release", "2024-02", "--unchecked", *known, *terms, cwd=folder)
    assert done.exit_code == 0, done.err
    decide(folder / "outputs" / FEBRUARY, one_of_each)
    done = publish("approve", FEBRUARY, "--by", BY, "--quiet", cwd=folder)
    assert done.exit_code == 0, done.err
    done = publish("release", "2024-03", "--records", months, *terms, cwd=folder)
    assert done.exit_code == 0, done.err
    return folder / "outputs"


@pytest.fixture
def outputs(made, tmp_path) -> Path:
    """A copy to decide in."""
    return copied(made, tmp_path / "outputs")


# By hand


def test_what_was_decided_by_hand_is_what_is_told(made):
    first, second, *others = issues_of(made / FEBRUARY)
    assert [issue["status"] for issue in (first, second)] == ["edited", "rejected"]
    assert {issue["status"] for issue in others} == {"accepted"}
    told = title_page(made / FEBRUARY)
    assert "In words of our own." in told
    assert all(issue["text"] in told for issue in others)
    assert second["text"] not in told
    assert "(To be decided)" not in told


def test_the_approval_says_who_when_and_on_what(made):
    approval = json.loads((made / FEBRUARY / "internal" / "approval.json").read_text(encoding="utf-8"))
    assert approval["approved_by"] == BY
    assert datetime.fromisoformat(approval["approved_at"]).tzinfo is not None
    assert approval["draft"] == approval["manifest"]["outputs"]
    assert approval["issues_file"] == hashlib.sha256((made / FEBRUARY / "issues.toml").read_bytes()).hexdigest()
    assert set(approval["checks"].values()) <= {"passed", "look", "not run"}
    assert [decision["status"] for decision in approval["review"]["decisions"]][:2] == ["edited", "rejected"]
    assert {name.partition("/")[0] for name in approval["outputs"]} == {"public"}


def test_decisions_carry_over_to_the_next_release_of_the_year(made):
    before = {issue["id"]: issue["status"] for issue in issues_of(made / FEBRUARY)}
    now = {issue["id"]: issue["status"] for issue in issues_of(made / MARCH)}
    same = before.keys() & now.keys()
    assert len(same) > 2
    assert {name: now[name] for name in same} == {name: before[name] for name in same}
    (longer,) = (issue for issue in review_of(made / MARCH)["issues"] if issue["category"] == "missing-dates")
    assert now[longer["id"]] == "undecided"
    assert longer["earlier"].startswith(f"Accepted in {FEBRUARY} for April 2023 to February 2024: '")


def test_the_pack_of_a_draft_has_its_checks_its_audit_and_what_changed(made):
    content = review_of(made / MARCH)
    assert "not run" not in {
        check["verdict"] for check in content["checks"] if check["name"] != "medians-and-last-year"
    }
    assert content["audit"]["verdict"] == "clean"
    assert content["revisions"]["tables"] and content["revisions"]["said"]
    page = (made / MARCH / "review-pack.html").read_text(encoding="utf-8")
    assert "This page is read only." in page
    assert len(page.encode()) < 5_000_000


REFUSED = [
    # what is done to the draft                                          exit code, what is said
    ("nothing", lambda _: None, 5, "undecided"),
    (
        "a slip in a decision",
        lambda folder: decide(folder, lambda entry, _: entry.replace('"undecided"', '"acepted"')),
        3,
        "Did you mean 'accepted'?",
    ),
    (
        "a finding that is none",
        lambda folder: decide(folder, lambda entry, _: entry.replace('of = "', 'of = "x', 1)),
        3,
        "no finding of this draft is",
    ),
    (
        "findings that are gone from the review",
        lambda folder: change_review(folder, lambda content: content["issues"].pop()),
        5,
        "the draft has no review of its own, or it was changed",
    ),
    (
        "a damaged review",
        lambda folder: (folder / "internal" / "review.json").write_text("{", encoding="utf-8"),
        3,
        "cannot be read as JSON",
    ),
    (
        "no review",
        lambda folder: (folder / "internal" / "review.json").unlink(),
        5,
        "the draft has no review of its own",
    ),
]


@pytest.mark.parametrize(
    ("change", "exit_code", "said"), [each[1:] for each in REFUSED], ids=[e[0] for e in REFUSED]
)
def test_what_is_not_decided_is_not_approved(outputs, change, exit_code, said):
    change(outputs / MARCH)
    done = publish("approve", MARCH, "--by", BY, "--output", outputs, "--quiet", cwd=outputs)
    assert (done.exit_code, done.out) == (exit_code, "")
    assert said in done.err and "Traceback" not in done.err and "What to do" in done.err
    assert not (outputs / MARCH / "public").exists()


def test_a_failed_check_stops_the_release_until_it_is_waived_with_a_reason(outputs):
    release = outputs / MARCH
    decide(release, accepted)
    content = review_of(release)
    content["checks"][0] |= {"verdict": "failed", "said": "One total differs."}
    content["digest"] = digest_of(content)
    change_review(release, lambda held: held.update(content))
    name = content["checks"][0]["name"]
    with pytest.raises(NotApproved, match=f"1 check failed, and is not waived with a reason: {name}"):
        approve_release(release, BY, lambda _: None)
    with (release / "issues.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[waivers]]\ncheck = "{name}"\nreason = "It was looked into."\nby = "{BY}"\n')
    approve_release(release, BY, lambda _: None)
    approval = json.loads((release / "internal" / "approval.json").read_text(encoding="utf-8"))
    assert approval["review"]["waivers"] == [{"check": name, "reason": "It was looked into.", "by": BY}]


def test_what_is_saved_while_a_release_is_approved_is_not_lost(outputs):
    release = outputs / MARCH
    decide(release, accepted)
    saved = []

    def save(step: str) -> None:
        if step == "Writing the landing page" and not saved:
            with (release / "issues.toml").open("a", encoding="utf-8") as file:
                file.write("# a line\n")
            saved.append((release / "issues.toml").read_bytes())

    with pytest.raises(NotApproved, match="was saved by somebody while the command ran"):
        approve_release(release, BY, save)
    assert (release / "issues.toml").read_bytes() == saved[0]
    assert not (release / "public").exists()


def test_before_the_time_of_publication_the_landing_page_says_so(outputs):
    release = outputs / MARCH
    decide(release, accepted)
    page = release / "public" / "index.html"
    early, late = datetime(2024, 7, 18, 8, 29, tzinfo=UTC), datetime(2024, 7, 18, 8, 31, tzinfo=UTC)
    with pytest.raises(NotApproved, match=r"9\.30am on 18th July 2024 \(UK time\)") as refusal:
        approve_release(release, BY, lambda _: None, embargo=True, now=early)
    assert refusal.value.exit_code == 5 and not page.exists()
    assert approve_release(release, BY, lambda _: None, now=early).embargoed == "9.30am on 18th July 2024 (UK time)"
    assert "embargo" in page.read_text(encoding="utf-8").lower()
    assert approve_release(release, BY, lambda _: None, embargo=True, now=late).embargoed == ""
    assert "embargo" not in page.read_text(encoding="utf-8").lower()


def test_a_republished_table_has_its_date_and_without_one_a_check_fails(tmp_path):
    june = {"DIAGNOSTIC_TEST_DATE": date(2023, 6, 6), "SERVICE_REPORT_DATE": date(2023, 6, 6)}

    def draft(number: int, **terms) -> Path:
        made = record(DIAGNOSTIC_TEST_REQUEST_DATE=date(2023, 6, 1), **june)
        file = write([made] * number, tmp_path / "records.parquet")
        settings = Settings(tmp_path / "outputs", unchecked=True, **terms)
        return make_release(MonthlyPeriod(Month(2023, 6)), [str(file)], settings, lambda _: None).folder

    approve(draft(20))
    with pytest.raises(NotApproved, match="revised-tables"):
        approve(draft(90))
    again = draft(90, revised=date(2024, 1, 11))
    approve(again)
    revised = {
        openpyxl.load_workbook(file)["Provider"]["C8"].value
        for file in (again / "public" / "tables").glob("*Table-1-*.xlsx")
    }
    assert revised == {"11th January 2024"}


# Served


@pytest.fixture
def served(outputs) -> Iterator[tuple[Path, str]]:
    """The release of March and the address at which its pack is served."""
    command = [
        sys.executable,
        "-m",
        "publish",
        "review",
        MARCH,
        "--no-browser",
        "--output",
        str(outputs),
        "--quiet",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        said = run.stdout.readline()
        yield outputs / MARCH, said.split(": ", 1)[1].strip()
        run.send_signal(signal.SIGINT)
        assert run.stdout.read() == "Ended. What was saved is in issues.toml.\n"
    assert run.returncode == 0


def ask(
    address: str, path: str = "", method: str = "GET", body: object = None, **headers: str
) -> tuple[int, str, dict]:
    """What the server answers: status, text, headers. Headers are named with `_` for `-`; None leaves one out."""
    place = urlsplit(address)
    given = (
        {"Host": place.netloc, "Content-Type": "application/json"} if body is not None else {"Host": place.netloc}
    )
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    text = body if isinstance(body, str) else json.dumps(body) if body is not None else None
    connection.request(method, path if path.startswith("/") else place.path + path, text, given)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), dict(answer.headers)
    connection.close()
    return found


def held_by(page: str) -> dict:
    return json.loads(page.split('id="held">')[1].split("</script>")[0])["live"]


def test_the_page_is_served_to_this_machine_alone(served):
    _, address = served
    place = urlsplit(address)
    assert place.hostname == "127.0.0.1" and len(place.path) > 40
    origin = f"http://{place.netloc}"
    status, page, headers = ask(address)
    live = held_by(page)
    assert status == 200 and "<h1>Review of 2024-03-provisional</h1>" in page
    rule = headers["Content-Security-Policy"]
    assert "default-src 'none'" in rule and "frame-ancestors 'none'" in rule
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert json.loads(ask(address, "checklist")[1])["entries"]
    state = {"version": "x", "state": {}}
    refused = {
        "no secret": ask(address, "/"),
        "another secret": ask(address, "/" + "x" * 43 + "/"),
        "another host": ask(address, Host="review.invalid"),
        "a page elsewhere": ask(address, Origin="https://elsewhere.invalid"),
        "a link elsewhere": ask(address, Sec_Fetch_Site="cross-site"),
        "a form elsewhere": ask(address, "state", "POST", state, Origin="null"),
        "no origin": ask(address, "state", "POST", state),
        "no JSON by its kind": ask(address, "state", "POST", "x=1", Origin=origin, Content_Type="text/plain"),
        "no JSON": ask(address, "state", "POST", "x=1", Origin=origin),
        "no object": ask(address, "state", "POST", [1], Origin=origin),
        "an old version": ask(address, "state", "POST", state, Origin=origin),
        "no state": ask(address, "state", "POST", {"version": live["version"]}, Origin=origin),
        "nobody": ask(address, "approve", "POST", {"by": " ", "version": live["version"]}, Origin=origin),
        "what was never shown": ask(address, "approve", "POST", {"by": BY, "version": "x"}, Origin=origin),
        "no end": ask(address, "state", "POST", "1", Origin=origin, Content_Length="9" * 5000),
        "another path": ask(address, "nothing"),
        "another verb": ask(address, "state", "GET"),
    }
    assert {name: status for name, (status, _, _) in refused.items()} == {
        "no secret": 404,
        "another secret": 404,
        "another host": 421,
        "a page elsewhere": 403,
        "a link elsewhere": 403,
        "a form elsewhere": 403,
        "no origin": 403,
        "no JSON by its kind": 415,
        "no JSON": 400,
        "no object": 400,
        "an old version": 409,
        "no state": 400,
        "nobody": 400,
        "what was never shown": 409,
        "no end": 415,
        "another path": 404,
        "another verb": 404,
    }
    assert all("NHS" not in text for _, text, _ in refused.values())


def test_in_a_browser_findings_are_decided_saved_loaded_again_and_approved(served, chromium):
    release, address = served
    page = chromium.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(address)
    open_ones = page.locator('article[data-status="undecided"]')
    number = open_ones.count()
    assert number == sum(issue["status"] == "undecided" for issue in issues_of(release)) > 0
    ids = [finding.get_attribute("data-id") for finding in open_ones.all()]
    page.get_by_label("Name put to the release").fill(BY)
    page.get_by_role("button", name=f"Approve {MARCH}").click()
    page.locator("#approval-said.wrong").wait_for()
    assert "undecided" in page.locator("#approval-said").inner_text()
    wrong.clear()  # the browser writes a refusal to its console

    page.get_by_label("Your name").fill(BY)
    for identity in ids:
        page.locator(f'article[data-id="{identity}"]').get_by_label("Accept", exact=True).check()
    first = page.locator(f'article[data-id="{ids[0]}"]')
    first.get_by_label("Accept with other words").check()
    first.get_by_label("Words to publish").fill("Words written in a browser.")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved.", exact=True).wait_for()
    page.reload()
    assert page.locator('article[data-status="undecided"]').count() == 0
    assert page.locator(f'article[data-id="{ids[0]}"]').get_attribute("data-status") == "edited"
    assert 'text = "Words written in a browser."' in (release / "issues.toml").read_text(encoding="utf-8")
    assert "Words written in a browser." in (release / "review-pack.html").read_text(encoding="utf-8")

    page.get_by_label("Name put to the release").fill(BY)
    page.get_by_role("button", name=f"Approve {MARCH}").click()
    page.get_by_text(f"Approved by {BY}.").wait_for(timeout=300_000)
    page.close()
    assert wrong == []
    assert "Words written in a browser." in title_page(release)


def test_what_somebody_else_saved_is_not_overwritten(served):
    release, address = served
    origin = f"http://{urlsplit(address).netloc}"
    live = held_by(ask(address)[1])
    decide(release, accepted)
    status, said, _ = ask(
        address, "state", "POST", {"version": live["version"], "state": live["state"]}, Origin=origin
    )
    assert status == 409 and "by somebody since" in said
    assert 'status = "accepted"' in (release / "issues.toml").read_text(encoding="utf-8")
    live = held_by(ask(address)[1])
    live["state"]["decisions"][-1] |= {"status": "rejected", "text": "", "reason": ""}
    status, said, _ = ask(
        address, "state", "POST", {"version": live["version"], "state": live["state"]}, Origin=origin
    )
    assert status == 409 and "without a reason" in said


def test_a_broken_file_is_told_on_the_page_and_the_server_goes_on(served):
    release, address = served
    text = (release / "issues.toml").read_text(encoding="utf-8")
    (release / "issues.toml").write_text("[[decisions]", encoding="utf-8")
    status, page, headers = ask(address)
    assert status == 409 and "<h1>The review pack cannot be shown</h1>" in page and "cannot be read as TOML" in page
    assert headers["Content-Type"].startswith("text/html")
    (release / "issues.toml").write_text(text, encoding="utf-8")
    assert ask(address)[0] == 200
