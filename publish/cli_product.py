"""The commands of the record-level data product: derive and link."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer

from publish.cli_options import (
    Database,
    PolicyFile,
    Query,
    Quiet,
    Records,
    ReferenceFolder,
    Submitted,
    Submitter,
    Validate,
    Withdrawn,
    records_of,
    terms_of,
)
from publish.errors import UsageError
from publish.product.pseudonyms import read_key
from publish.progress import progress
from publish.records.files import find_record_files
from publish.records.intake import FATES
from publish.reference.tables import load_reference

WIDTH: Final = 60
MOST_RULES: Final = 12  # rules shown on screen; the report has them all


class Columns(Enum):
    """Which columns the product has."""

    ASSET = "asset"
    EXTRACT = "extract"


Key = Annotated[
    Path | None,
    typer.Option("--key", help="The file of the secret key. Made where it is not there. Default: your own key."),
]


def derive(
    out: Annotated[Path, typer.Argument(help="The folder of Parquet to write, as product.parquet.")],
    records: Records = None,
    database: Database = None,
    query: Query = None,
    submitted: Submitted = None,
    submitter: Submitter = None,
    validate: Validate = False,
    withdrawn: Withdrawn = None,
    columns: Annotated[
        Columns, typer.Option("--columns", help="The whole data asset, or the analysts' extract in plain names.")
    ] = Columns.ASSET,
    pseudonymise: Annotated[
        bool, typer.Option("--pseudonymise", help="Leave out what identifies a patient; a keyed hash for the rest.")
    ] = False,
    key: Key = None,
    reference_data: ReferenceFolder = None,
    quiet: Quiet = False,
) -> None:
    """Make the record-level data product: accepted records with every derived field, validation report, ledger."""
    # Loading what derives takes longer than refusing a wrong path: it waits until it is needed.
    from publish.product.form import Form
    from publish.product.product import derive_product

    terms = terms_of(submitted, submitter, validate, withdrawn)
    reference = load_reference(reference_data)
    if key and not pseudonymise:
        raise UsageError(
            "a key alone changes nothing", where="--key", do="give --pseudonymise too, or leave it out"
        )
    remarks: list[str] = []
    form = Form(columns is Columns.EXTRACT, read_key(key, remarks.append) if pseudonymise else None)
    with progress(quiet=quiet) as tell, records_of(records, database, query, out.parent) as given:
        files = find_record_files(given)
        made = derive_product(files, reference, terms, form, out, tell)
    if not quiet:
        report(made.ledger, made.rules)
        print(f"\nThe product: {made.product}\nLedger, rules and rejected records: {made.report}")
        for remark in (*remarks, *made.remarks):
            print(f"Note: {remark}")
        if made.lacking:
            wants = ", ".join(want.partition(":")[0] for want in made.lacking)
            print(f"Note: {wants}. What that means, and how to mend it: publish reference list")


def link(
    product: Annotated[Path, typer.Argument(help="The data product: a folder that `publish derive` made.")],
    other: Annotated[Path, typer.Argument(help="The other data set: CSV with a header, or Parquet.")],
    on: Annotated[str, typer.Option("--on", help="The column of the person's number in both, as Person_ID.")],
    within: Annotated[
        int, typer.Option("--within", help="The most days between a test and its event, up to 3650.")
    ],
    date: Annotated[
        str | None, typer.Option("--date", help="The column of the event's date. Default: the only one with dates.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", help="The folder, or the CSV file, to write the counts to.")
    ] = Path("link.csv"),
    policy: PolicyFile = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", help="The key of a pseudonymised product, where the other data are not."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Count imaging before and after the events of another data set, under disclosure control."""
    from publish.linkage.link import link as link_data_sets
    from publish.linkage.link import summary

    with progress(quiet=quiet) as tell:
        linked = link_data_sets(product, other, on, within, date, output, policy, key, tell)
    if not quiet:
        print("\n".join(summary(linked)))


def report(ledger: pl.DataFrame, rules: pl.DataFrame) -> None:
    """Show what became of the records, and which rules they broke, the commonest first."""
    totals = ledger.sum().row(0, named=True)
    for line, fate in (("records submitted", "submitted"), *((f"  {fate}", fate) for fate in FATES)):
        print(f"{line:<{WIDTH}}{totals[fate] or 0:>12,}")
    broken = rules.group_by("rule", "severity").agg(pl.col("records").sum())
    commonest = broken.sort("records", "rule", descending=[True, False])
    for rule, severity, count in commonest.head(MOST_RULES).iter_rows():
        print(f"{f'{rule} ({severity})':<{WIDTH}}{count:>12,}")
    if commonest.height > MOST_RULES:
        print(f"and {commonest.height - MOST_RULES} other rules")
