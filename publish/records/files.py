"""Which files hold the records: files, folders and globs into a list, each with its hash."""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Final, Literal

from publish.errors import InputRefused
from publish.records.delta_tables import identity, is_delta_table

Kind = Literal["csv", "xml", "parquet", "delta", "spark"]
KINDS: Final[dict[str, Kind]] = {".csv": "csv", ".xml": "xml", ".parquet": "parquet"}
SUBMISSIONS: Final = ("csv", "xml")  # the others are extracts of what was accepted
LONGEST_NAME, LONGEST_PATH = 255, 4096  # what file systems can name


@dataclass(frozen=True)
class RecordFile:
    """A file of records: its path, its size in bytes, the SHA-256 of its content and its kind.

    A Delta table counts as one file, of which `version` is read; its hash stands for that version.
    """

    path: Path
    size: int
    sha256: str
    kind: Kind
    version: int | None = None

    @property
    def is_submission(self) -> bool:
        """Whether it is a submission, to be validated, and not an extract of records that were accepted."""
        return self.kind in SUBMISSIONS

    @property
    def name(self) -> str:
        """What it is called while the program runs."""
        return self.path.name

    @property
    def where(self) -> str:
        """How a message names it."""
        return str(self.path)

    @property
    def identity(self) -> dict[str, object]:
        """How the manifest says what was read."""
        return {"file": str(self.path), "bytes": self.size, "sha256": self.sha256}


def find_record_files(given: Iterable[str]) -> tuple[RecordFile, ...]:
    """Every CSV, XML and Parquet file and Delta table that the given files, folders and globs name.

    They stay in the order given, as a later submission replaces an earlier one; what one folder or glob names is in
    order of path. A file that is named twice counts once, where it is named first.

    Raises InputRefused where a path leads to nothing or to another kind of file, and where two files hold the
    same bytes: their records would be counted twice. Raises UsageError where a Delta table needs a package that is
    not installed.
    """
    paths = dict.fromkeys(path for text in given for path in _paths(text))
    with ThreadPoolExecutor() as hashing:  # a hash leaves other threads their turn
        files = tuple(hashing.map(_identify, paths))
    _refuse_same_bytes(files)
    return files


def kind_of(path: Path) -> Kind:
    """Of what kind the file is: by the end of its name, or by the log in its folder."""
    return "delta" if path.is_dir() else KINDS[path.suffix.lower()]


def _refuse_same_bytes(files: Sequence[RecordFile]) -> None:
    seen: dict[str, Path] = {}
    for file in files:
        if file.sha256 in seen:
            raise InputRefused(
                f"holds the same bytes as {seen[file.sha256]}, so its records would be counted twice",
                where=str(file.path),
                do="leave one of the two out of --records",
            )
        seen[file.sha256] = file.path


def _paths(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if any(len(part) > LONGEST_NAME for part in path.parts) or len(text) > LONGEST_PATH:
        raise InputRefused("no file can have so long a name", where="--records", do="check the path given")
    is_glob = has_magic(text) and not path.exists()
    named = [Path(name) for name in glob(str(path), recursive=True)] if is_glob else [path]  # noqa: PTH207
    found = [file for path in named for file in (_in_folder(path) if path.is_dir() else [path])]
    if not found:
        raise InputRefused(
            "no CSV, XML or Parquet file there", where=text, do="name a file, a folder or a glob of them"
        )
    for file in found:
        _check_kind(file)
    return sorted(file.resolve() for file in found)


def _in_folder(folder: Path) -> list[Path]:
    """The folder itself where it is a Delta table, or the files and the tables in it."""
    if is_delta_table(folder):
        return [folder]
    inside = [path for path in folder.rglob("*") if _visible(path, folder)]
    tables = {path for path in inside if is_delta_table(path)}
    files = [path for path in inside if path.suffix.lower() in KINDS and path.is_file()]
    return [*tables, *(file for file in files if tables.isdisjoint(file.parents))]


def _visible(path: Path, folder: Path) -> bool:
    """Whether neither the file nor a folder above it is hidden or a work file (Spark writes `_SUCCESS`, `.crc`)."""
    return not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def _check_kind(path: Path) -> None:
    if is_delta_table(path):
        return
    if not path.is_file():
        raise InputRefused("there is no such file", where=str(path), do="check the path given to --records")
    if path.suffix.lower() not in KINDS:
        raise InputRefused(
            "not a kind of file that can be read", where=str(path), do="give records as .csv, .xml or .parquet"
        )
    for folder in path.parents:
        if is_delta_table(folder):
            raise InputRefused(
                f"is a part of the Delta table {folder}, which may have replaced it",
                where=str(path),
                do="name the folder of the table",
            )


def _identify(path: Path) -> RecordFile:
    kind = kind_of(path)
    if kind == "delta":
        version, size, sha256 = identity(path)
        return RecordFile(path, size, sha256, kind, version)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise InputRefused(
            f"cannot be read ({error.strerror})", where=str(path), do="check that you may read it"
        ) from None
    return RecordFile(path, path.stat().st_size, digest.hexdigest(), kind)
