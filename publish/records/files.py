"""Which files hold the records: files, folders and globs into a list, each with its hash."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path

from publish.errors import InputRefused

KINDS = {".csv", ".parquet"}
LONGEST_NAME, LONGEST_PATH = 255, 4096  # what file systems can name


@dataclass(frozen=True)
class RecordFile:
    """A file of records: its path, its size in bytes and the SHA-256 of its content."""

    path: Path
    size: int
    sha256: str


def find_record_files(given: Iterable[str]) -> tuple[RecordFile, ...]:
    """Every CSV and Parquet file that the given files, folders and globs name, in order of path.

    Raises InputRefused where a path leads to nothing or to another kind of file, and where two files hold the
    same bytes: their records would be counted twice.
    """
    paths = {path.resolve() for text in given for path in _paths(text)}
    files = tuple(_identify(path) for path in sorted(paths))
    seen: dict[str, Path] = {}
    for file in files:
        if file.sha256 in seen:
            raise InputRefused(
                f"holds the same bytes as {seen[file.sha256]}, so its records would be counted twice",
                where=str(file.path),
                do="leave one of the two out of --records",
            )
        seen[file.sha256] = file.path
    return files


def _paths(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if any(len(part) > LONGEST_NAME for part in path.parts) or len(text) > LONGEST_PATH:
        raise InputRefused("no file can have so long a name", where="--records", do="check the path given")
    is_glob = has_magic(text) and not path.exists()
    named = [Path(name) for name in glob(str(path), recursive=True)] if is_glob else [path]  # noqa: PTH207
    found = [file for path in named for file in (_in_folder(path) if path.is_dir() else [path])]
    if not found:
        raise InputRefused("no CSV or Parquet file there", where=text, do="name a file, a folder or a glob of them")
    for file in found:
        _check_kind(file)
    return found


def _in_folder(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.suffix.lower() in KINDS and _visible(file, folder)]


def _visible(file: Path, folder: Path) -> bool:
    """Whether neither the file nor a folder above it is hidden or a work file (Spark writes `_SUCCESS`, `.crc`)."""
    parts = file.relative_to(folder).parts
    return file.is_file() and not any(part.startswith((".", "_")) for part in parts)


def _check_kind(file: Path) -> None:
    if not file.is_file():
        raise InputRefused("there is no such file", where=str(file), do="check the path given to --records")
    if file.suffix.lower() not in KINDS:
        raise InputRefused(
            "not a kind of file that can be read", where=str(file), do="give records as .csv or .parquet"
        )


def _identify(path: Path) -> RecordFile:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise InputRefused(
            f"cannot be read ({error.strerror})", where=str(path), do="check that you may read it"
        ) from None
    return RecordFile(path, path.stat().st_size, digest.hexdigest())
