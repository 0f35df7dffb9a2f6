"""What a run says while it works: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

Tell = Callable[[str], None]  # called with the name of each step as it begins


@contextmanager
def progress(*, quiet: bool) -> Generator[Tell]:
    """Tell the user of the steps of a run, on standard error."""
    console = Console(stderr=True)
    if quiet:
        yield _say_nothing
    elif console.is_terminal:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Bar(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda step: bar.update(task, description=step)
    else:
        yield lambda step: print(step, file=sys.stderr, flush=True)


def _say_nothing(step: str) -> None:
    """Take a step in silence."""
