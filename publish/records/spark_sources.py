"""What Spark is to read: Parquet files wherever Spark can reach them, and tables, each with what it is known by.

Files are listed by Spark itself, so that object stores and file systems of a cluster need nothing of this machine.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from publish.errors import InputRefused
from publish.records.files import KINDS, SUBMISSIONS, RecordFile
from publish.records.overlap import PART
from publish.records.parquet_files import MADE_UP, NOT_ACCEPTED
from publish.records.spark_session import refusing_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TABLE_NAME: Final = re.compile(r"[\w-]+(\.[\w-]+){0,2}")
_DO: Final = "check its name, that it is complete, and that the cluster may read it"
_LISTED: Final = "binaryFile"  # the form in which Spark lists files; what they hold is not read


@dataclass(frozen=True, kw_only=True)
class SparkSource(RecordFile):
    """What is counted as one: a Parquet file, the `part-…` files of one folder, or a table.

    `address` is where it is; `files` are the addresses of its files, `table` is what SQL calls a table. `sha256`
    stands for the names, sizes and times of the files, or for the version of a Delta table. Where nothing says what
    a table holds it is empty, and the table is counted in every run. `made_up` is what the first of the files says.
    """

    address: str
    files: tuple[str, ...] = ()
    table: str = ""
    made_up: bool = False

    @property
    def name(self) -> str:
        """What it is called while the program runs."""
        return self.address.rpartition("/")[2]

    @property
    def where(self) -> str:
        """How a message names it."""
        return self.address

    @property
    def identity(self) -> dict[str, object]:
        """How the manifest says what was read."""
        if self.files:
            return {"spark": self.address, "files": len(self.files), "bytes": self.size, "listing": self.sha256}
        return {"spark": self.address, "version": self.version}

    def records(self, session: "SparkSession") -> "DataFrame":
        """Every column of it. Files of one folder that lack a column of others have nothing there.

        Raises InputRefused where it cannot be read.
        """
        several = str(len(self.files) > 1).lower()
        # dates are as written in the file, and folders above it (`month=2023-04`) give no columns
        options = {"datetimeRebaseMode": "CORRECTED", "int96RebaseMode": "CORRECTED", "recursiveFileLookup": "true"}
        reader = session.read.options(**options, mergeSchema=several)
        at_version = {} if self.version is None else {"versionAsOf": str(self.version)}
        with refusing_spark("cannot be read by Spark", self.address, _DO):
            return (
                reader.parquet(*self.files) if self.files else session.read.options(**at_version).table(self.table)
            )


@dataclass(frozen=True)
class _Listed:
    """A file as Spark lists it: its address, its size in bytes, when it was changed (microseconds since 1970)."""

    address: str
    size: int
    changed: int

    @property
    def path(self) -> Path:
        return Path(self.address)

    @property
    def folder(self) -> str:
        return self.address.rpartition("/")[0]


def find_spark_sources(given: Iterable[str], session: "SparkSession") -> tuple[SparkSource, ...]:
    """Every table, and every Parquet file in the files, folders and globs; what is named twice counts once.

    A name of up to three parts with full stops between them is that of a table, unless there is such a file here.
    Raises InputRefused where a name leads to nothing, to submissions, to a part of a Delta table, to rejected
    records, or to what Spark cannot read.
    """
    named = dict.fromkeys(given)
    tables = [text for text in named if _TABLE_NAME.fullmatch(text) and not Path(text).exists()]
    files, of_delta, logs = dict[_Listed, None](), dict[str, None](), dict[str, bool]()
    for text in (text for text in named if text not in tables):
        for file in _listed(text, session):
            table = _delta_table_of(file, session, logs)
            if table is None:
                files[file] = None
            else:
                _refuse_part(file, table, text)
                of_delta[table] = None
    return (
        *(_table(text, ".".join(f"`{part}`" for part in text.split(".")), session) for text in tables),
        *(_table(folder, f"delta.`{folder}`", session) for folder in of_delta),
        *(_source(address, of_one, session) for address, of_one in _by_extract(files).items()),
    )


def _listed(text: str, session: "SparkSession") -> list[_Listed]:
    """The Parquet files there, in order of their addresses; hidden and work files are passed over by Spark."""
    from pyspark.sql import functions as of

    with refusing_spark("Spark finds nothing there", text, "check the address, and that the cluster may read it"):
        found = session.read.format(_LISTED).option("recursiveFileLookup", "true").load(text)
        rows = found.select("path", "length", of.unix_micros("modificationTime")).collect()
    files = sorted((_Listed(*row) for row in rows), key=lambda file: file.address)
    for file in files:
        if KINDS.get(file.path.suffix.lower()) in SUBMISSIONS:
            raise InputRefused(
                "is a submission, which is validated on one machine",
                where=file.address,
                do="leave it out of --records, or leave --engine spark out",
            )
    parquet = [file for file in files if file.path.suffix.lower() in KINDS]
    if not parquet:
        raise InputRefused("no Parquet file there", where=text, do="name a file, a folder or a glob of them")
    return parquet


def _delta_table_of(file: _Listed, session: "SparkSession", logs: dict[str, bool]) -> str | None:
    """The folder above the file that is a Delta table: it has the log of one. `logs` is what was found before."""
    folder = file.folder
    while folder and not folder.endswith((":", "/")):
        if folder not in logs:
            logs[folder] = _has_log(folder, session)
        if logs[folder]:
            return folder
        folder = folder.rpartition("/")[0]
    return None


def _has_log(folder: str, session: "SparkSession") -> bool:
    try:
        with refusing_spark("has no log", folder, _DO):
            _ = session.read.format(_LISTED).load(f"{folder}/_delta_log").schema  # looked for only now, by Connect
    except InputRefused:
        return False
    return True


def _refuse_part(file: _Listed, table: str, text: str) -> None:
    given = str(Path(text).resolve()) if Path(text).exists() else re.sub(r"^\w+:", "", text)
    if f"/{given.strip('/')}/" not in f"{table}/":
        raise InputRefused(
            f"is a part of the Delta table {table}, which may have replaced it",
            where=file.address,
            do="name the folder of the table",
        )


def _by_extract(files: Iterable[_Listed]) -> dict[str, list[_Listed]]:
    """The files by the address of what they are counted as: the `part-…` files of one folder are one extract."""
    found: dict[str, list[_Listed]] = {}
    for file in files:
        found.setdefault(file.folder if file.path.name.startswith(PART) else file.address, []).append(file)
    return found


def _source(address: str, files: Sequence[_Listed], session: "SparkSession") -> SparkSource:
    said = _said(files[0], session)
    if said.get(NOT_ACCEPTED) == "true":
        raise InputRefused("holds records that were rejected", where=address, do="leave it out of --records")
    return SparkSource(
        path=files[0].path,
        size=sum(file.size for file in files),
        sha256=_digest("files", *files),
        kind="spark",
        address=address,
        files=tuple(file.address for file in files),
        made_up=said.get(MADE_UP) == "true",
    )


def _said(file: _Listed, session: "SparkSession") -> dict[str, str]:
    """What a Parquet file says of itself; nothing where the session has no Java at hand (Spark Connect)."""
    inside: Any = session
    java = getattr(inside, "_jvm", None)
    if java is None:
        return {}
    with refusing_spark("cannot be read as Parquet by Spark", file.address, _DO):
        settings = inside._jsc.hadoopConfiguration()
        path = java.org.apache.hadoop.fs.Path(file.address)
        opened = java.org.apache.parquet.hadoop.util.HadoopInputFile.fromPath(path, settings)
        reader = java.org.apache.parquet.hadoop.ParquetFileReader.open(opened)
        try:
            return dict(reader.getFooter().getFileMetaData().getKeyValueMetaData())
        finally:
            reader.close()


def _table(address: str, table: str, session: "SparkSession") -> SparkSource:
    """A table or a view; of a Delta table its latest version."""
    version, size, sha256 = _delta_identity(table, session) or (None, 0, "")
    source = SparkSource(Path(address), size, sha256, "spark", version, address=address, table=table)
    source.records(session)
    return source


def _delta_identity(table: str, session: "SparkSession") -> tuple[int, int, str] | None:
    """The latest version of a Delta table, its size in bytes, and what stands for both; None of another table."""
    try:
        with refusing_spark("is no Delta table", table, _DO):
            detail = session.sql(f"DESCRIBE DETAIL {table}").collect()[0].asDict()
            history = session.sql(f"DESCRIBE HISTORY {table} LIMIT 1").collect()[0].asDict()
    except InputRefused:
        return None
    if detail.get("format") != "delta":
        return None
    version = int(history["version"])
    return version, int(detail["sizeInBytes"]), _digest("delta", detail["id"], version)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
