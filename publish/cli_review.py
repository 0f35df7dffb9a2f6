"""The command that serves the review pack: review."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from publish.cli_options import Output, Quiet, ReleaseName, release_folder
from publish.progress import progress


def review(
    release: ReleaseName,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0: any free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    output: Output = Path("outputs"),
    quiet: Quiet = False,
) -> None:
    """Open the review pack of a draft, to decide on its findings and approve it.

    It is served to this machine alone, until Ctrl-C. What is decided is saved in issues.toml beside the draft.
    """
    # Loading what serves takes longer than refusing a wrong option: it waits until it is needed.
    from publish.release_review import load_review
    from publish.review_server import ReviewServer

    folder = release_folder(release, output)
    load_review(folder)
    with progress(quiet=quiet) as tell, ReviewServer(folder, tell, port) as server:
        print(f"The review of {folder.name}, until Ctrl-C: {server.address}", flush=True)
        if browser:
            webbrowser.open(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Ended. What was saved is in issues.toml.")
