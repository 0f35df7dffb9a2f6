"""The command that says what changed between two editions of the published tables: compare."""

from pathlib import Path
from typing import Annotated, Final

import typer

from publish.cli_options import Output, Quiet
from publish.errors import UsageError, did_you_mean
from publish.json_files import write_json
from publish.progress import progress

_WHAT: Final = "a release (its folder, or its name in the output folder), a folder of published workbooks, or one"


def compare(
    old: Annotated[str, typer.Argument(help=f"The older edition: {_WHAT}.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="The newer edition, likewise.", metavar="NEW")],
    to_json: Annotated[
        Path | None, typer.Option("--json", help="A file to write every difference to, as JSON.")
    ] = None,
    output: Output = Path("outputs"),
    quiet: Quiet = False,
) -> None:
    """Compare two editions of the tables: which values were revised and how much, what was hidden, added or moved.

    Reads our own releases and NHS England's workbooks. Differences are no error: the code is 0 whenever the two
    could be compared.
    """
    # Loading what reads workbooks takes longer than most commands run: it waits until it is needed.
    from publish.revisions.compare import compare_folders
    from publish.revisions.plain import as_json
    from publish.revisions.shown import lines

    editions = [found(name, output) for name in (old, new)]
    with progress(quiet=quiet) as tell:
        compared = compare_folders(editions[0], editions[1], tell)
    if to_json:
        write_json(to_json, as_json(compared))
    for line in lines(compared):
        print(line)


def found(name: str, output: Path) -> Path:
    """The folder or workbook of that name, here or among the releases. Raises UsageError where there is none."""
    for path in (Path(name), output / name):
        if path.exists():
            return path
    known = [folder.name for folder in output.glob("*") if folder.is_dir()] if output.is_dir() else []
    raise UsageError(
        f"there is no such release, folder or workbook.{did_you_mean(name, known)}",
        where=name,
        do="name a release in the output folder, or give the path of a folder of published workbooks",
    )
