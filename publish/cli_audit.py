"""The command that attacks a folder of published tables: audit."""

from pathlib import Path
from typing import Annotated

import typer

from publish.cli_options import PolicyFile, Quiet
from publish.disclosure.policy import load_policy
from publish.errors import Disclosed
from publish.json_files import write_json
from publish.progress import progress


def audit(
    folder: Annotated[Path, typer.Argument(help="The folder of published workbooks and CSV files.")],
    against: Annotated[
        list[Path] | None,
        typer.Option(
            "--against", help="An older folder of the same publication, to compare with. May be given again."
        ),
    ] = None,
    to_json: Annotated[
        Path | None, typer.Option("--json", help="A file to write every finding to, as JSON.")
    ] = None,
    policy: PolicyFile = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Count as findings also the hidden counts that follow from the rule itself."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Attack published tables: what can be worked out of them that the rule hides.

    Ends with code 4 where something can be, with code 3 where no table is recognised.
    """
    # Loading what attacks takes longer than most commands run: it waits until it is needed.
    from publish.cli_audited import lines
    from publish.gate import attacked

    with progress(quiet=quiet) as tell:
        audited = attacked(folder, against or (), load_policy(policy), tell, strict=strict)
    if to_json:
        write_json(to_json, audited.as_json())
    for line in lines(audited):
        print(line)
    if audited.findings:
        raise typer.Exit(Disclosed.exit_code)
