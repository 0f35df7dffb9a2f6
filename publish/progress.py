"""What a run says while it works: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

Tell = Callable[[str], None]  # called with the name of each step as it begins
_WORTH_SAYING: Final = 5.0  # seconds that a run has lasted


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


class Pace:
    """How fast records are read, in words: nothing where a run has not lasted long enough to tell."""

    def __init__(self, size: int) -> None:
        """For so many bytes to read."""
        self._begun, self._size, self._read, self._records = time.monotonic(), size, 0, 0

    def went_on(self, size: int, records: int) -> None:
        """So many bytes have been read, with so many records."""
        self._read += size
        self._records += records

    def __str__(self) -> str:
        """`, 9,400,000 records a second, about 2 minutes left`, or nothing."""
        lasted = time.monotonic() - self._begun
        if lasted < _WORTH_SAYING or not self._read:
            return ""
        left = lasted / self._read * (self._size - self._read)
        long = f"{left / 60:.0f} minutes" if left >= 120 else f"{max(left, 2):.0f} seconds"
        return f", {self._records / lasted:,.0f} records a second, about {long} left"
