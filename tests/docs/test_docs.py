"""The pages of `docs/` say what the program does: where the two drift apart, a test here fails.

What the commands print is written anew by `python -m tests.docs.examples docs/*.md`, the data dictionary by
`python -m publish.dictionary > docs/data-dictionary.md`, the rules by `python -m tests.docs.validation_rules`.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from itertools import chain
from pathlib import Path

import polars as pl
import pytest
import typer

from publish import dictionary, errors
from publish.accessibility.checking import POINTS
from publish.accessibility.exceptions import EXCEPTIONS
from publish.cli import app
from publish.disclosure.control import SUPPRESSED, protect
from publish.disclosure.policy import Policy, load_policy
from publish.period import Month, MonthlyPeriod
from publish.quality.provider_issue import Category
from publish.records.standing import MONTHS_OF_GRACE
from publish.reference.kinds import KINDS
from publish.review.checklist import checklist
from publish.review.checks.listing import CHECKS
from publish.review.state import Access, Added, Comment, Decision, ReviewState, Waiver
from publish.tables.annual import TABLE_10
from publish.tables.catalogue import MONTHLY_TABLES
from publish.tables.specification import Column, Days, TableSpec, WorkbookSpec
from publish.tables.truth import TrueTable
from publish.tables.workbooks import ANNUAL, MONTHLY
from publish.writing.accessible_words import MEANINGS
from publish.writing.landing_page import CHART_NAMES
from publish.writing.wording import FEWEST_TESTS
from tests.docs import validation_rules
from tests.docs.examples import examples, fits, wrong
from tests.made_records import record, write
from tests.samples import sample_edition, sample_issue

PROJECT = Path(__file__).parents[2]
PAGES = {page.name: page.read_text(encoding="utf-8") for page in sorted((PROJECT / "docs").glob("*.md"))}
WITH_EXAMPLES = [name for name, page in PAGES.items() if examples(page)]
ALONE = typer.main.get_command(app).commands
GROUPS = {name: ALONE.pop(name).commands for name, one in list(ALONE.items()) if hasattr(one, "commands")}
COMMANDS = ALONE | {f"{group} {name}": one for group, inside in GROUPS.items() for name, one in inside.items()}


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the tables whose header row begins so."""
    found = re.findall(rf"^\| {re.escape(heading)} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", PAGES[page], flags=re.M)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in "".join(found).splitlines()]


# -- commands ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """What is wrong with the examples of each page, all pages at the same time."""
    with ThreadPoolExecutor() as pool:
        folders = {name: tmp_path_factory.mktemp(name.removesuffix(".md")).resolve() for name in WITH_EXAMPLES}
        yield {name: pool.submit(wrong, PAGES[name], folder) for name, folder in folders.items()}


@pytest.mark.parametrize("page", WITH_EXAMPLES)
def test_commands_print_what_the_page_shows(run, page):
    told = [
        f"$ {found.example.command}\nexit code {found.exit_code}, not {found.example.exit_code}:\n{found.printed}"
        for found in run[page].result()
    ]
    assert told == []


def test_every_command_shown_is_run():
    for name, page in PAGES.items():
        shown = re.findall(r"^```console\n(.*?)^```$", page, flags=re.M | re.S)
        commands = [example.command for example in examples(page)]
        assert sum(len(re.findall(r"^\$ ", block, flags=re.M)) for block in shown) == len(commands), name


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb", True),
        ("a\n...\nd", "a\nb\nc\nd", True),
        ("a\n...", "a", True),
        ("a\nb", "a", False),
        ("a.", "ab", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_a_line_of_dots_stands_for_lines_left_out(shown, printed, same):
    assert fits(shown, printed) is same


# -- options ----------------------------------------------------------------------------------------------------


def options(name: str) -> set[str]:
    given = chain.from_iterable((*option.opts, *option.secondary_opts) for option in COMMANDS[name].params)
    return {option for option in given if option.startswith("--")} | {"--help"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_in_the_page_of_commands(name):
    section = PAGES["commands.md"].split(f"\n## {name}\n")[1].split("\n## ")[0]
    assert set(re.findall(r"--[a-z][a-z-]+", section)) == options(name)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_option_named_exists(page):
    known = {"--version"} | set().union(*map(options, COMMANDS))
    assert set(re.findall(r"(?<![-\w])--[a-z][a-z-]+", PAGES[page])) <= known


def test_options_stand_with_a_command_that_has_them():
    for example in chain.from_iterable(map(examples, PAGES.values())):
        for name, given in re.findall(rf"publish ((?:(?:{'|'.join(GROUPS)}) )?\w+)([^;|&]*)", example.command):
            assert set(re.findall(r" (--[a-z-]+)", given)) <= options(name), example.command


# -- messages ---------------------------------------------------------------------------------------------------


def raised_errors() -> Iterator[tuple[str, list[str]]]:
    """Where the program raises an error of the user's, and the fixed parts of what it says.

    Not those of made-up records: the command line does not let such calls through.
    """
    kinds = {error.__name__ for error in errors.PublishError.__subclasses__()}
    for file in sorted((PROJECT / "publish").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
            if is_call and getattr(node.exc.func, "id", "") in kinds and file.parent.name != "synthetic":
                yield f"{file.relative_to(PROJECT)}:{node.lineno}", fixed_parts(node.exc.args[0])


def fixed_parts(said: ast.expr) -> list[str]:
    parts = said.values if isinstance(said, ast.JoinedStr) else [said]
    texts = (part.value for part in parts if isinstance(part, ast.Constant))
    return [text.strip() for text in texts if len(text.strip()) > 3]


def test_every_message_is_explained():
    said = " ".join(PAGES["refusals.md"].split())
    missing = {place: parts for place, parts in raised_errors() if not all(part in said for part in parts)}
    assert missing == {}


def test_every_exit_code_is_explained():
    codes = {error.exit_code for error in errors.PublishError.__subclasses__()} | {0, 1}
    assert {int(row[0]) for row in rows("make-a-release.md", "Code")} == codes
    assert {int(code) for code in re.findall(r"^Exit code (\d)", PAGES["refusals.md"], flags=re.M)} == codes - {0}


# -- what pages list --------------------------------------------------------------------------------------------


def test_every_outcome_of_the_ledger_is_explained():
    assert [row[0] for row in rows("make-a-release.md", "Outcome")] == list(dictionary.outcomes())


def test_the_data_dictionary_is_what_the_code_makes():
    assert PAGES["data-dictionary.md"] == dictionary.page(), "make it anew: python -m publish.dictionary"


def test_the_data_dictionary_is_made_by_the_command_shown():
    done = subprocess.run([sys.executable, "-m", "publish.dictionary"], capture_output=True, check=True)
    assert done.stdout.decode("utf-8") == PAGES["data-dictionary.md"]


def row_of(spec: TableSpec) -> list[str]:
    labelled = "modalities" if spec.label_heading == "Modality" else "tests"
    settings = ", ".join(setting.text for setting in spec.settings) or "all together"
    return [spec.number, spec.title, spec.measure.value, f"{len(spec.labels)} {labelled}", settings]


def annual_row_of(spec: TableSpec) -> list[str]:
    number, title, _, labelled, settings = row_of(spec)
    sheets = ", each quarter" if spec.by_quarter else ""
    return [number, title, f"{spec.basis.word.lower()}{sheets}", labelled, settings, str(len(spec.columns))]


def further_row_of(workbook: WorkbookSpec, released: str) -> list[str]:
    return [workbook.title, released, "; ".join(spec.number or spec.title for spec in workbook.tables)]


def test_tables_are_those_of_the_catalogue():
    assert rows("tables.md", "Table") == [row_of(spec) for spec in MONTHLY_TABLES]


def test_annual_tables_are_those_of_the_catalogue():
    numbered = [spec for workbook in ANNUAL if workbook.number for spec in workbook.tables]
    assert rows("tables.md", "Annual table") == [annual_row_of(spec) for spec in numbered if spec.columns]


def test_further_workbooks_are_those_of_a_release():
    of_release = {"monthly": MONTHLY, "annual": ANNUAL}
    further = [
        further_row_of(workbook, released)
        for released, workbooks in of_release.items()
        for workbook in workbooks
        if not workbook.number
    ]
    assert rows("tables.md", "Further workbook") == further


def test_charts_are_those_of_a_release():
    listed = [row[0].strip("`") for row in rows("tables.md", "File")]
    assert sorted(listed) == sorted(CHART_NAMES)


def test_exceptions_of_the_published_layout_are_those_of_the_program():
    """Drift in either is noticed: the points and their reasons, in order."""
    listed = [(point, reason) for point, reason in rows("accessible.md", "Point")]
    assert listed == [(exempt.point, exempt.reason.replace("*", r"\*")) for exempt in EXCEPTIONS]


def test_points_for_a_person_are_those_of_the_program():
    judged = [[point.number, str(point.weight), point.rule] for point in POINTS if point.test is None]
    assert rows("accessible.md", "To judge") == judged


def test_shorthand_is_that_of_the_accessible_edition():
    listed = {row[0].strip("`"): row[1] for row in rows("accessible.md", "Shorthand")}
    assert listed == MEANINGS


def test_numbers_of_points_are_those_of_the_program():
    of_program = (
        f"{len(POINTS)} points, {sum(point.test is not None for point in POINTS)} of which a program can test"
    )
    assert of_program in " ".join(PAGES["accessible.md"].split())


def test_percentages_are_as_disclosure_control_shows_them():
    """The worked example: tests and what they are part of, then what is shown of each and of the percentage."""
    for tests, whole, *shown, _ in rows("disclosure.md", "Tests"):
        assert percentages_shown(int(tests), int(whole)) == [cell.replace("\\", "") for cell in shown]


def percentages_shown(tests: int, whole: int) -> list[str]:
    known = Column("Known")
    part = Column("By next day", days=Days(0, 1))
    columns = (part, known, replace(part, heading="% by next day", of=known))
    spec = replace(TABLE_10, columns=columns)
    place = {"level": "England", "region_code": "-", "org_code": "-", "provider_name": "ENGLAND"}
    row = {**place, "label": "CT", "setting": "", "period": "year"}
    cells = pl.DataFrame(
        [
            row | {"column": column.name, "tests": count, "dated": count, "value": float(count), "of": of}
            for column, count, of in zip(columns, (tests, whole, tests), (None, None, whole), strict=True)
        ],
        schema_overrides={"of": pl.Int64},
    )
    protected = protect(TrueTable(spec, MonthlyPeriod(Month(2024, 3)).months, cells), load_policy()).cells
    return [as_shown(*cell) for cell in protected.select("value", "status").rows()]


def as_shown(value: float | None, status: str) -> str:
    return "*" if status == SUPPRESSED else "blank" if value is None else f"{value:g}"


def test_house_details_are_those_bundled():
    details = tomllib.loads((PROJECT / "reference_data" / "publication.toml").read_text(encoding="utf-8"))
    expected = [
        [part, name, ", ".join(value) if isinstance(value, list) else str(value)]
        for part, settings in details.items()
        for name, value in settings.items()
    ]
    assert rows("change-things.md", "Part") == expected


def test_numbers_in_the_text_are_those_of_the_program():
    """The pages speak of counts of 1 or 2, of the nearest 5, of six months and of 100 tests."""
    assert load_policy() == Policy(threshold=3, rounding_base=5, fewest_dates=1)
    assert (MONTHS_OF_GRACE, FEWEST_TESTS) == ("6mo", 100)


def test_checks_of_a_draft_are_those_of_the_program():
    listed = [(name.strip("`"), asks) for name, asks, _ in rows("review.md", "Check")]
    assert listed == [(check.name, check.title) for check in CHECKS]


def test_the_checklist_is_that_of_the_program():
    entries = checklist((), (), {}, ReviewState(), sample_edition())
    listed = [(name.strip("`"), state) for name, state, _ in rows("review.md", "Entry")]
    assert listed == [(entry.name, "blocks" if entry.blocks else "to weigh") for entry in entries]


def test_categories_of_findings_are_those_of_the_program():
    assert {row[0].strip("`") for row in rows("review.md", "Category")} == set(Category)


def test_parts_of_issues_toml_are_those_of_the_program():
    kinds = {"decisions": Decision, "added": Added, "comments": Comment, "waivers": Waiver, "access": Access}
    parts = [part.name for part in fields(ReviewState)]
    expected = [[f"`[[{part}]]`", ", ".join(f"`{each.name}`" for each in fields(kinds[part]))] for part in parts]
    assert [row[:2] for row in rows("review.md", "Part")] == expected


def test_fields_of_issues_json_are_those_of_the_program():
    listed = [name for row in rows("review.md", "Field") for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(listed) == sorted(sample_issue("A sentence.").as_json())


def test_validation_rules_are_those_of_the_program():
    assert PAGES["validation-rules.md"] == validation_rules.page(), "make it anew: -m tests.docs.validation_rules"


def test_kinds_of_reference_files_are_those_of_the_program():
    listed = [(row[0].strip("`"), row[1]) for row in rows("reference-data.md", "Kind")]
    assert listed == [(kind.name, kind.holds) for kind in KINDS.values()]


def test_every_dependency_has_its_line():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"], *chain(*extras.values())]
    names = {re.match(r"[\w-]+", requirement)[0] for requirement in needed} - {project["project"]["name"]}
    listed = [row[0] for row in rows("dependencies.md", "Package")]
    assert sorted(listed) == sorted(names)


# -- a further table --------------------------------------------------------------------------------------------


def test_a_table_is_an_entry_in_the_catalogue(tmp_path):
    """The entries shown, put at the end of their modules, make a workbook and a CSV file of that table."""
    modules = ("catalogue", "workbooks")
    entries = {name: entry_of(name) for name in modules}
    added = "".join(
        f"from publish.tables import {name}\nexec({entries[name]!r}, vars({name}))\n" for name in modules
    )
    script = tmp_path / "with_a_further_table.py"
    # workbooks are checked in further processes, which load this script and must not run it
    guarded = "from publish.cli import main\nif __name__ == '__main__':\n    main()\n"
    script.write_text(added + guarded, encoding="utf-8")
    write([record()] * 3, tmp_path / "records.csv")
    command = (sys.executable, script, "release", "2023-04", "--records", "records.csv", "--quiet")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    draft = tmp_path / "outputs" / "2023-04-provisional" / "draft"
    (file,) = draft.glob("csv/*DID-Table-14-*.csv")
    assert "England,,,,Plain Radiography,Outpatient,tests,5," in file.read_text(encoding="utf-8")
    assert len(list(draft.glob("tables/*DID-Table-14-*.xlsx"))) == 1


def entry_of(module: str) -> str:
    """What the page adds to a module of tables."""
    (entry,) = re.findall(rf"<!-- {module} -->\n```python\n(.*?)^```$", PAGES["change-things.md"], re.M | re.S)
    return entry


# -- links ------------------------------------------------------------------------------------------------------


def anchors(page: str) -> set[str]:
    """The anchors that the headings of a page have on a code host."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", sorted(PAGES))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if not target.startswith("https://"):
            name, _, anchor = target.partition("#")
            there = PAGES[name or page]
            assert not anchor or anchor in anchors(there), target


def test_every_page_is_in_the_list_of_pages():
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", PAGES["index.md"])) == set(PAGES) - {"index.md"}


@pytest.mark.parametrize("page", sorted(PAGES))
def test_files_named_are_there(page):
    for name in re.findall(r"`((?:publish|reference_data|templates|tests)/[\w./-]+)`", PAGES[page]):
        assert (PROJECT / name).exists(), name
