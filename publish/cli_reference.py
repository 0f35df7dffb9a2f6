"""The commands of the reference data: list and import."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from publish.cli_options import Quiet, ReferenceFolder
from publish.progress import progress
from publish.reference.columns import DEFAULT_FOLDER
from publish.reference.kinds import KINDS, kind_named
from publish.reference.listing import InUse, in_use, lacking
from publish.reference.store import Imported, import_reference
from publish.reference.tables import load_reference

reference_app = typer.Typer(
    help="Import official reference data, and see which are in use.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_KINDS = "\n\n".join(f"{kind.name}: {kind.holds}" for kind in KINDS.values())


@reference_app.command("list", epilog="Example: publish reference list --reference-data reference-data")
def list_reference(reference_data: ReferenceFolder = None) -> None:
    """Show each reference table in use: where it is from, its rows and days; then what is wanting."""
    reference = load_reference(reference_data)
    show(in_use(reference))
    wants = lacking(reference)
    print("\nWanting:" if wants else "\nNothing is wanting.")
    for want in wants:
        print(f"- {want}")


@reference_app.command("import", epilog=f"Kinds:\n\n{_KINDS}\n\nExample: publish reference import etr etr.csv")
def import_file(
    kind: Annotated[str, typer.Argument(help="The kind of file: one of those below.", metavar="KIND")],
    file: Annotated[Path, typer.Argument(help="The file as it was downloaded (CSV, JSON lines, or gz of these).")],
    reference_data: ReferenceFolder = None,
    quiet: Quiet = False,
) -> None:
    """Import an official file into the folder of reference data.

    A newer copy replaces what it says again and keeps what older copies knew of the days before.
    """
    folder = reference_data or DEFAULT_FOLDER
    with progress(quiet=quiet) as tell:
        named = kind_named(kind)
        tell(f"Importing {file.name}")
        imported = import_reference(named.name, file, folder)
    if not quiet:
        report(imported, folder)


def show(tables: tuple[InUse, ...]) -> None:
    """Print the tables in use, a line each, whatever the width of the window."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("Table", "From", "Rows", "First day", "Last day"):
        shown.add_column(heading, no_wrap=True, justify="right" if heading == "Rows" else "left")
    for each in tables:
        days = (day.isoformat() if day else "" for day in (each.first, each.last))
        shown.add_row(each.table, each.origin, f"{each.rows:,}", *days)
    plain = Console(width=240, markup=False, highlight=False, color_system=None, force_terminal=False)
    with plain.capture() as text:
        plain.print(shown)
    print("\n".join(line.rstrip() for line in text.get().splitlines()))


def report(imported: Imported, folder: Path) -> None:
    """Print what the import did."""
    source = imported.source
    print(f"{source.kind}: {int(source.rows):,} rows of {source.file}, in {folder}")
    if imported.older:
        print("It is older than the copy that was there: it adds only what that one did not know of earlier days.")
    for table, rows in imported.rows.items():
        print(f"  {table:<16}{rows:>12,} rows now")
    for remark in imported.remarks:
        print(f"Note: {remark}")
