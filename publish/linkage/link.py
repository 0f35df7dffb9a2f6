"""One link: two data sets in, protected counts out."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from publish.disclosure.control import NO_DATA, SHOWN, SUPPRESSED, ProtectedTable, protect
from publish.disclosure.policy import Policy, load_policy
from publish.errors import InputRefused, UsageError
from publish.folders import writable
from publish.linkage.bands import ALL_BANDS, bands
from publish.linkage.metadata import linked_metadata
from publish.linkage.nearest import Counted, count
from publish.linkage.sides import read_events, read_tests
from publish.linkage.table import account_table, linked_table
from publish.product.pseudonyms import existing_key
from publish.progress import Tell
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.truth import ENGLAND_CODE
from publish.writing.csv_files import empty_where, place_columns, write_described

FILE_NAME: Final = "link.csv"
NOBODY_MET: Final = (
    "no person of the other data set has a test in the product. If the product is pseudonymised, name the key that "
    "made its pseudonyms (--key); if not, check that both columns hold the same kind of number"
)
_WIDTH, _SIGN = 34, {SUPPRESSED: "*", NO_DATA: "-"}


@dataclass(frozen=True)
class Linked:
    """What a link made: its files, the linked table, the account of what was read, and what a reader should know.

    Both tables are protected: a link holds no true value.
    """

    files: tuple[Path, ...]
    table: ProtectedTable
    account: ProtectedTable
    remarks: tuple[str, ...]


def link(
    product: Path,
    other: Path,
    on: str,
    within: int,
    date_column: str | None,
    output: Path,
    policy: Path | None,
    key: Path | None,
    tell: Tell,
) -> Linked:
    """Count imaging before and after the events of another data set, and write the protected counts.

    `product`: a folder that `publish derive` made, or a Parquet file. `other`: CSV with a header, or Parquet.
    `on`: the column of the person's number in both. `within`: the most days between a test and its event.
    `date_column`: that of the event's date; the only column of dates where None. `output`: a folder, or a file
    that ends in .csv. `key`: the file of the key with which the product was pseudonymised, where the other data
    set is not. Raises UsageError and InputRefused (also where the other data set has events of fewer persons than
    the policy's threshold), and then writes nothing.
    """
    bands(within)  # refuses before anything is read
    file = _file_to_write(output, product, other)
    rule, secret = load_policy(policy), existing_key(key) if key else None
    tests, events = read_tests(product, on), read_events(other, on, date_column, secret)
    counted = count(tests, events, within, (product, other), tell)
    _refuse_too_few_persons(counted, rule, other)
    table, account = protect(linked_table(counted, within), rule), protect(account_table(counted), rule)
    tell(f"Writing {file.name}")
    files = _write(published(table), linked_metadata(table, rule, file.name), file)
    return Linked(files, table, account, () if counted.persons_met else (NOBODY_MET,))


def published(table: ProtectedTable) -> pl.DataFrame:
    """A linked table with a row for each value, in published order.

    Columns: level (`England`, `Provider`), org_code, provider_name (empty for England), modality, band, value
    (tests; null where hidden or none), status (`suppressed`, `no data` or null). Where a total is hidden, what it
    adds up is left out: which of its parts are empty would tell of single persons.
    """
    cells = _without_parts_of_hidden_totals(table.cells)
    return cells.select(
        "level",
        **place_columns(table.spec),
        modality=pl.col("label"),
        band=pl.col("setting"),
        value=pl.col("value"),
        status=empty_where(pl.col("status"), SHOWN),
    ).drop("region_code")


def _without_parts_of_hidden_totals(cells: pl.DataFrame) -> pl.DataFrame:
    """Protected cells, of which no total is hidden: all tests of a row, England's of a band, all modalities'."""
    is_england = pl.col("org_code") == ENGLAND_CODE
    place = ("org_code", "provider_name")
    hidden = cells.filter(pl.col("status") == SUPPRESSED)
    totals = (
        (hidden.filter(pl.col("setting") == ALL_BANDS), (*place, "label"), pl.col("setting") != ALL_BANDS),
        (hidden.filter(is_england), ("label", "setting"), ~is_england),
        (
            hidden.filter(is_england, pl.col("label") == ALL_MODALITIES),
            ("setting",),
            pl.col("label") != ALL_MODALITIES,
        ),
    )
    for total, on, is_part in totals:
        marked = cells.join(total.select(*on, hides=True), on=on, how="left", maintain_order="left")
        cells = marked.filter(~(is_part & pl.col("hides").fill_null(value=False))).drop("hides")
    return cells


def summary(linked: Linked) -> list[str]:
    """The lines to show on screen: what was read, England by band, the files, and what a reader should know."""
    england = linked.table.cells.filter(pl.col("label") == ALL_MODALITIES)
    account = linked.account.cells.filter(pl.col("status") != NO_DATA)
    lines = [
        *_lines(account, "{label} {setting}"),
        "",
        "England, all modalities: tests by days from the nearest event",
        *_lines(england, "  {setting}"),
        "",
        f"By provider and modality: {linked.files[0]}",
    ]
    return lines + [f"Note: {remark}" for remark in linked.remarks]


def _lines(cells: pl.DataFrame, text: str) -> list[str]:
    """A line for each protected value."""
    rows = cells.select("label", "setting", "value", "status").iter_rows(named=True)
    return [f"{text.format_map(row):<{_WIDTH}}{_shown(row['value'], row['status']):>12}" for row in rows]


def _shown(value: float | None, status: str) -> str:
    return _SIGN[status] if value is None else f"{value:,.0f}"


def _refuse_too_few_persons(counted: Counted, policy: Policy, other: Path) -> None:
    # an event of a single person, linked, would be a question about that person
    if counted.persons < policy.threshold:
        raise InputRefused(
            f"has dated events of fewer than {policy.threshold} persons, too few for disclosure control",
            where=str(other),
            do="link a data set of more persons",
        )


def _file_to_write(output: Path, product: Path, other: Path) -> Path:
    file = output if output.suffix.lower() == ".csv" else output / FILE_NAME
    if file.resolve() in {product.resolve(), other.resolve()}:
        raise UsageError("is one of the two data sets", where=str(file), do="name another file with --output")
    return file


def _write(frame: pl.DataFrame, metadata: dict[str, object], file: Path) -> tuple[Path, ...]:
    """Write the CSV file and its metadata beside their place, and move them there when both are whole."""
    folder = writable(file.parent)
    with TemporaryDirectory(dir=folder, prefix=".link-") as making:
        made = write_described(frame, metadata, Path(making) / file.name)
        return tuple(path.replace(folder / path.name) for path in made)
