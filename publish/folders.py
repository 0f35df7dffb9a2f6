"""Folders to write to: one that appears whole or not at all, and one that must be there."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from publish.errors import UsageError

# The folders of a release: what would be published, what is, and what is kept with it and never published.
DRAFT, PUBLIC, INTERNAL = "draft", "public", "internal"
PROTECTED = f"{INTERNAL}/protected"  # the tables of the draft
APPROVED = f"{INTERNAL}/approved"  # those of what is public
LISTED = (DRAFT, PROTECTED)  # what the manifest of a release lists with its hashes


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
    put_back(folder)
    for state in ("making", "aside"):
        shutil.rmtree(folder.with_name(f".{folder.name}.{state}"), ignore_errors=True)


def put_back(folder: Path) -> None:
    """Bring back what a killed run had put aside. What a run is making is left alone: it may be at work."""
    aside = folder.with_name(f".{folder.name}.aside")
    if aside.exists() and not folder.exists():
        aside.rename(folder)


def carry_over(old: Path, new: Path) -> None:
    """Copy a file or a folder, where it is there."""
    if old.is_dir():
        shutil.copytree(old, new)
    elif old.is_file():
        shutil.copy2(old, new)


def writable(folder: Path) -> Path:
    """The folder, made where it was not. Raises UsageError where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise UsageError(
            f"cannot be written to ({error.strerror})", where=str(folder), do="name another folder"
        ) from None


def replace_file(file: Path, text: str) -> None:
    """Write a text file that is there whole or as it was. Raises OSError where nothing can be written there."""
    making = file.with_name(f".{file.name}.making")
    try:
        making.write_text(text, encoding="utf-8", newline="\n")
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)
