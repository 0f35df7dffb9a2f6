"""The commands: each a few lines over the functions of the rooms."""

import os
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from publish import __version__
from publish.approval import Approved, approve_release
from publish.cli_audit import audit
from publish.cli_check import check
from publish.cli_compare import compare
from publish.cli_options import (
    Database,
    EngineName,
    Output,
    PolicyFile,
    Query,
    Quiet,
    Records,
    ReferenceFolder,
    ReleaseName,
    Submitted,
    Submitter,
    Validate,
    Withdrawn,
    engine_of,
    records_of,
    release_folder,
    terms_of,
)
from publish.cli_product import derive, link
from publish.cli_reference import reference_app
from publish.cli_review import review
from publish.errors import PublishError, UsageError
from publish.period import FinancialYear, Month, MonthlyPeriod, parse_period
from publish.progress import progress
from publish.release import Made, Settings, make_release
from publish.release_review import accept_findings
from publish.tables.ledger import IN_TABLES, by_outcome

DEMO_MONTH: Final = Month(2024, 3)
LEDGER_WIDTH: Final = 60

app = typer.Typer(
    help="Turn record-level diagnostic imaging data into official statistics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog="Example: publish compare 2024-02-provisional 2024-03-provisional --json changes.json")(compare)
app.command(epilog="Example: publish review 2023-03-provisional")(review)
app.command(epilog="Example: publish derive --records 2018-07.csv --submitter RR8 product.parquet")(derive)
app.command(epilog="Example: publish link product.parquet registrations.csv --on Person_ID --within 62")(link)
app.command(epilog="Example: publish check tables.ods table-1.xlsx --json checked.json")(check)
app.command(
    epilog="Example: publish audit outputs/2023-03-provisional/public --against outputs/2023-02-provisional/public"
)(audit)
app.add_typer(reference_app, name="reference")

Config = Annotated[Path | None, typer.Option("--config", help="Your own house details (publication.toml).")]
Published = Annotated[
    datetime | None,
    typer.Option("--published", formats=["%Y-%m-%d"], help="The publication date. Default: by the calendar."),
]

Previous = Annotated[
    list[Path] | None,
    typer.Option(
        "--previous",
        help="A folder of earlier published workbooks, to compare an annual release with. May be given again.",
    ),
]

Revised = Annotated[
    datetime | None,
    typer.Option(
        "--revised",
        formats=["%Y-%m-%d"],
        help="The day on which tables with other figures replace those that are public already.",
    ),
]
Unchecked = Annotated[
    bool,
    typer.Option("--unchecked", help="Leave the checks of the finished files, the audit among them, to approval."),
]


def main() -> None:
    """Run the command line: exit codes 0 done, 2 usage, 3 input refused, 4 disclosure, 5 not approved, 1 a bug."""
    _keep_libraries_off_the_screen()
    try:
        app()
    except PublishError as error:
        print(f"publish: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:
        # The message of an unforeseen error could hold a value from a record, so only the place is shown.
        print(f"publish: a bug ({type(error).__name__}). Please report the lines below.", file=sys.stderr)
        traceback.print_tb(error.__traceback__, file=sys.stderr)
        print(*_places_beside(error), sep="", end="", file=sys.stderr)
        sys.exit(1)


def _places_beside(error: Exception) -> list[str]:
    """Where in another process an error was raised: its cause is then the traceback of that, as text."""
    return [line for line in str(error.__cause__ or "").splitlines(keepends=True) if line.startswith('  File "')]


def _keep_libraries_off_the_screen() -> None:
    """Leave standard error to Python: libraries in Rust write their panics there, which we put in words."""
    if sys.stderr is not sys.__stderr__ or sys.stderr is None:
        return
    with suppress(OSError):
        sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


@app.callback(invoke_without_command=True)
def about(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    """Turn record-level diagnostic imaging data into official statistics."""
    if version:
        print(f"publish {__version__}")
        raise typer.Exit


@app.command(
    epilog="Example: publish release 2023-03 --records 'extract/2022-*.parquet' --records extract/2023.csv"
)
def release(
    period: Annotated[
        str,
        typer.Argument(help="The latest month, as 2023-03; or a financial year, as 2023-24, for the annual one."),
    ],
    records: Records = None,
    database: Database = None,
    query: Query = None,
    submitted: Submitted = None,
    submitter: Submitter = None,
    validate: Validate = False,
    withdrawn: Withdrawn = None,
    output: Output = Path("outputs"),
    reference_data: ReferenceFolder = None,
    config: Config = None,
    policy: PolicyFile = None,
    published: Published = None,
    previous: Previous = None,
    revised: Revised = None,
    unchecked: Unchecked = False,
    engine: EngineName = "local",
    quiet: Quiet = False,
) -> None:
    """Make the draft of a release: the monthly one up to a month, or the annual one of a financial year.

    A release is tables, CSV, charts, document and landing page. A review pack is left beside the draft.
    """
    covered, terms = parse_period(period), terms_of(submitted, submitter, validate, withdrawn)
    settings = Settings(
        output=output,
        reference_folder=reference_data,
        config=config,
        policy=policy,
        published=published.date() if published else None,
        previous=tuple(previous or ()),
        terms=terms,
        revised=revised.date() if revised else None,
        unchecked=unchecked,
    )
    of_submissions = {"--validate": validate, "--withdrawn": withdrawn, "--submitted": submitted}
    with (
        progress(quiet=quiet) as tell,
        engine_of(engine, of_submissions | {"--database": database}) as counting,
        records_of(records, database, query, output) as given,
    ):
        made = make_release(covered, given, replace(settings, engine=counting), tell)
    if not quiet:
        report(made)
        print(f"\nNext: publish review {made.folder}, then: publish approve {made.folder} --by 'Your Name'")


@app.command(epilog="Example: publish approve 2023-03-provisional --by 'A Statistician'")
def approve(
    release: ReleaseName,
    by: Annotated[str, typer.Option("--by", help="Who approves it.")],
    embargo: Annotated[
        bool, typer.Option("--embargo", help="Refuse before the time of publication, in UK time.")
    ] = False,
    output: Output = Path("outputs"),
    quiet: Quiet = False,
) -> None:
    """Make the public folder from a reviewed draft: the same numbers, without the mark of a draft.

    Every finding must be decided and every check passed or waived (see review): else the exit code is 5. What is
    about to be published is attacked first (see audit): a finding stops it, and the exit code is 4.
    """
    if not by.strip():
        raise UsageError("nobody is named", where="--by", do="give the name of the person who approves the release")
    with progress(quiet=quiet) as tell:
        approved = approve_release(release_folder(release, output), by.strip(), tell, embargo=embargo)
    if not quiet:
        print(f"Approved by {by.strip()}. To publish: {approved.public}")
        if approved.embargoed:
            print(f"Under embargo until {approved.embargoed}: the landing page says so. Approve again after that.")
        note(approved)


@app.command(epilog="Example: publish synthesise --year 2023-24 --records 1000000 --seed 1 made-up.parquet")
def synthesise(
    out: Annotated[Path, typer.Argument(help="The Parquet file to write.")],
    year: Annotated[str, typer.Option("--year", help="The financial year, as 2023-24.")] = "2023-24",
    records: Annotated[int, typer.Option("--records", min=1, help="How many records.")] = 1_000_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same file.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Make up records shaped like the published totals: the year, and the year before to compare with."""
    from publish.synthetic import synthesise as make_up_records

    latest = FinancialYear.parse(year).months[-1]
    with progress(quiet=quiet) as tell:
        tell(f"Making up {records:,} records")
        make_up_records(MonthlyPeriod(latest).usable, records, seed, out)
    if not quiet:
        print(f"{records:,} made-up records in {out}, their sites, practices and areas in {made_up_reference(out)}")
        print(f"Next: publish release {latest} --records {out} --reference-data {made_up_reference(out)}")


@app.command(epilog="Example: publish demo --output demonstration")
def demo(
    output: Output = Path("outputs"),
    records: Annotated[int, typer.Option("--records", min=1, help="How many made-up records.")] = 1_000_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same release.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Make up records, release them and approve the release: everything a release has, in a minute."""
    from publish.synthetic import synthesise as make_up_records

    file = output / "made-up-records" / "records.parquet"
    with progress(quiet=quiet) as tell:
        tell(f"Making up {records:,} records")
        make_up_records(MonthlyPeriod(DEMO_MONTH).usable, records, seed, file)
        settings = Settings(output, reference_folder=made_up_reference(file), unchecked=True)
        made = make_release(MonthlyPeriod(DEMO_MONTH), [str(file)], settings, tell)
        accept_findings(made.folder, "the demonstration")
        approved = approve_release(made.folder, "the demonstration", tell)
    if not quiet:
        report(made)
        note(approved)
        print(f"\nA release of made-up records. Open {approved.public / 'index.html'}")


def made_up_reference(file: Path) -> Path:
    """The folder of reference data that `synthesise` writes beside a file of made-up records."""
    return file.with_name(f"{file.stem}-reference")


def note(approved: Approved) -> None:
    """Say what the audit before approval let pass, as the policy does."""
    if approved.left_by_rule:
        listed = approved.public.parent / "internal" / "audit.json"
        print(f"Note: {approved.left_by_rule:,} counts follow from sums of others, as the rule lets them: {listed}")


def report(made: Made) -> None:
    """Show what became of the records, and what else the user should know."""
    outcomes = by_outcome(made.ledger)
    read, in_tables = sum(outcomes.values()), outcomes.pop(IN_TABLES, 0)
    print(f"{made.folder.name}")
    for line, count in (("records read", read), (IN_TABLES, in_tables), ("kept out", read - in_tables)):
        print(f"{line:<{LEDGER_WIDTH}}{count:>12,}")
    for reason, count in outcomes.items():
        print(f"{'  ' + reason:<{LEDGER_WIDTH}}{count:>12,}")
    print(f"By provider and month: {made.folder / 'internal' / 'ledger.csv'}")
    for remark in made.remarks:
        print(f"Note: {remark}")
