"""The options that several commands take, and what they come to."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from publish.counts.engines import Engine, spark_engine
from publish.errors import UsageError
from publish.folders import put_back, writable
from publish.records.intake import Terms
from publish.records.withdrawn import read_withdrawn

Output = Annotated[Path, typer.Option("--output", help="The folder that holds the releases.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]
ReleaseName = Annotated[
    str, typer.Argument(help="The release: its folder, or its name in the output folder.", metavar="RELEASE")
]
Records = Annotated[
    list[str] | None,
    typer.Option(
        "--records",
        help="A file, folder or glob of records (CSV, XML, Parquet, a Delta table). May be given again. A "
        "record of a submission replaces that of one named before it (in a folder: before it by name).",
    ),
]
Database = Annotated[
    str | None,
    typer.Option("--database", help="A database to ask for records: postgresql://user@host/name. With --query."),
]
Query = Annotated[str | None, typer.Option("--query", help="The SQL that gives the records of the --database.")]
Submitted = Annotated[
    datetime | None,
    typer.Option("--submitted", formats=["%Y-%m-%d"], help="The day on which all these files were submitted."),
]
Submitter = Annotated[
    str | None, typer.Option("--submitter", help="The code of the organisation that submitted the files.")
]
Validate = Annotated[
    bool, typer.Option("--validate", help="Validate extracts (Parquet, Delta, a query) too, not only submissions.")
]
Withdrawn = Annotated[
    Path | None,
    typer.Option("--withdrawn", help="A list of patients who have withdrawn consent: NHS numbers or Person_IDs."),
]
ReferenceFolder = Annotated[
    Path | None,
    typer.Option(
        "--reference-data",
        help="A folder with reference data: imported, or your own providers.csv, sites.csv, exam_codes.csv. "
        "Default: reference-data, where there is such a folder.",
    ),
]
EngineName = Annotated[
    Literal["local", "spark"],
    typer.Option(
        "--engine", help="What counts the records: this machine, or an Apache Spark cluster (extracts alone)."
    ),
]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="Your own disclosure rule (policy.toml).")]


def terms_of(submitted: datetime | None, submitter: str | None, validate: bool, withdrawn: Path | None) -> Terms:
    """On what terms records are taken in, from the options that say so."""
    return Terms(
        submitted=submitted.date() if submitted else None,
        submitter=submitter.strip().upper() if submitter and submitter.strip() else None,
        validate=validate,
        withdrawn=read_withdrawn(withdrawn),
    )


@contextmanager
def engine_of(name: Literal["local", "spark"], of_one_machine: Mapping[str, object]) -> Generator[Engine]:
    """What counts the records while the block runs. `of_one_machine` are the options that Spark does not go with.

    Raises UsageError where one of those is given with Spark, or Spark is not there.
    """
    if name == "local":
        yield Engine()
        return
    for option, given in of_one_machine.items():
        if given:
            raise UsageError(
                "is for one machine, and --engine spark counts extracts as they are",
                where=option,
                do="leave one of the two out",
            )
    with spark_engine() as engine:
        yield engine


@contextmanager
def records_of(
    records: Sequence[str] | None, database: str | None, query: str | None, folder: Path
) -> Generator[list[str]]:
    """What is to be read: the files, folders and globs, and the answer to the query in a file of its own.

    The answer is kept in `folder` while the block runs. Raises UsageError where nothing is named.
    """
    if (database is None) != (query is None):
        raise UsageError(
            "--database and --query belong together",
            where="--query" if query else "--database",
            do="give both: where to ask, and what",
        )
    if not records and database is None:
        raise UsageError(
            "no records are named",
            where="--records",
            do="name a file, a folder or a glob, or a --database and --query",
        )
    if database is None or query is None:
        yield list(records or ())
        return
    from publish.records.databases import fetch_query

    answer = writable(folder) / ".query.parquet"
    try:
        yield [*(records or ()), str(fetch_query(database, query, answer))]
    finally:
        answer.unlink(missing_ok=True)


def release_folder(release: str, output: Path) -> Path:
    """The folder of a release that is named by its path, or by its name in the output folder."""
    for named in (Path(release), output / release):
        if named.name:  # the root of a disk has none
            put_back(named)
    folder = Path(release) if Path(release).is_dir() else output / release
    return folder.resolve() if folder.is_dir() else folder
