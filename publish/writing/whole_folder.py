"""A folder that appears whole or not at all."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(folder: Path) -> Generator[Path]:
    """A new folder to build in, beside `folder`; it takes that place when the block ends without an error.

    A run that is killed leaves `folder` as it was, or aside for the moment in which the two change places; the
    next run puts that right first.
    """
    making, aside = (folder.with_name(f".{folder.name}.{state}") for state in ("making", "aside"))
    recover(folder)
    making.mkdir(parents=True)
    try:
        yield making
        if folder.exists():
            folder.rename(aside)
        making.rename(folder)
    finally:
        recover(folder)


def recover(folder: Path) -> None:
    """Undo what a killed run left: bring back what it had put aside, clear what it was making."""
    making, aside = (folder.with_name(f".{folder.name}.{state}") for state in ("making", "aside"))
    if aside.exists() and not folder.exists():
        aside.rename(folder)
    for left in (making, aside):
        shutil.rmtree(left, ignore_errors=True)
