"""The reference tables in use: the bundled ones, the user's own over them, and what official files were imported.

Contract (records specification, Reference data): the columns in `columns`, dated by `valid_from` and `valid_to`
(both days included; empty means open). A file of the same name in the user's folder takes the place of the bundled
one. Codes are compared in capitals, here as in the records; what could never match is refused, not passed over.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from publish.bundled import bundled
from publish.errors import InputRefused, UsageError, did_you_mean
from publish.reference.columns import BUNDLED, COLUMNS, DEFAULT_FOLDER, PARTIAL, SITE_FILES, SOURCES, STORED, empty
from publish.reference.columns import CLASSIFIED as CLASSIFIED
from publish.reference.columns import KEYS as KEYS
from publish.reference.columns import OFFICIAL as OFFICIAL
from publish.reference.columns import VALIDITY as VALIDITY
from publish.reference.exams import effective_exams
from publish.reference.reading import cells, read_table, rows_of_csv


@dataclass(frozen=True)
class ReferenceFile:
    """Where a reference table came from: its path or `bundled`, and the SHA-256 of its content."""

    table: str
    origin: str
    sha256: str


@dataclass(frozen=True)
class Import:
    """An official file that was imported: its kind, name, content, and the days that it speaks of (ISO)."""

    kind: str
    file: str
    sha256: str
    rows: str
    earliest: str
    latest: str


@dataclass(frozen=True)
class ReferenceData:
    """The reference tables in use: text, dates as Date, numbers as Int64, empty as null. Columns as in COLUMNS and
    OFFICIAL.

    The first three are the contract. `exam_codes` has its columns and those of CLASSIFIED; where official tables
    of exam codes are in use, their rows stand in it instead. `complete` names the kinds of official file that have
    been imported whole: only they can tell that a code does not exist.
    """

    providers: pl.DataFrame
    sites: pl.DataFrame
    exam_codes: pl.DataFrame
    files: tuple[ReferenceFile, ...]
    organisations: pl.DataFrame = field(default_factory=lambda: empty("organisations"))
    parents: pl.DataFrame = field(default_factory=lambda: empty("parents"))
    successions: pl.DataFrame = field(default_factory=lambda: empty("successions"))
    commissioners: pl.DataFrame = field(default_factory=lambda: empty("commissioners"))
    icbs: pl.DataFrame = field(default_factory=lambda: empty("icbs"))
    lsoas: pl.DataFrame = field(default_factory=lambda: empty("lsoas"))
    postcodes: pl.LazyFrame = field(default_factory=lambda: empty("postcodes").lazy())  # millions of rows: scanned
    nicip_codes: pl.DataFrame = field(default_factory=lambda: empty("nicip_codes"))
    snomed_codes: pl.DataFrame = field(default_factory=lambda: empty("snomed_codes"))
    local_codes: pl.DataFrame = field(default_factory=lambda: empty("local_codes"))
    population: pl.DataFrame = field(default_factory=lambda: empty("population"))
    complete: frozenset[str] = frozenset()
    imports: tuple[Import, ...] = ()


def load_reference(folder: Path | None = None) -> ReferenceData:
    """The bundled tables, each replaced by the one of that name in `folder`: the user's own, or an imported one.

    Without a folder, `reference-data` in the current folder is used where it holds a table. The exam codes are
    the effective ones (see `exams`). Raises UsageError where the folder has no table, or one by a name that is
    nearly right; InputRefused where a file is in a wrong layout.
    """
    folder = folder or default_folder()
    if folder is not None:
        _refuse_near_names(folder)
    if folder is not None and not any(own_file(table, folder) for table in (*COLUMNS, *STORED)):
        raise UsageError(
            "holds no reference table",
            where=str(folder),
            do=f"put {', '.join(f'{table}.csv' for table in COLUMNS)}, or any one of them, there, "
            "or fill it by: publish reference import KIND FILE",
        )
    paths = {table: chosen(table, folder) for table in (*COLUMNS, *STORED)}
    return _assembled({table: path for table, path in paths.items() if path}, read_imports(folder))


def default_folder() -> Path | None:
    """`reference-data` in the current folder, where it is there and is not empty."""
    return DEFAULT_FOLDER if DEFAULT_FOLDER.is_dir() and any(DEFAULT_FOLDER.iterdir()) else None


def _assembled(paths: Mapping[str, tuple[Path, str]], imports: tuple[Import, ...]) -> ReferenceData:
    def table(name: str) -> pl.DataFrame:
        return read_table(name, paths[name][0]) if name in paths else empty(name)

    exams = effective_exams(table("exam_codes"), table("nicip_codes"), table("exam_lookup"), table("snomed_codes"))
    return ReferenceData(
        providers=table("providers"),
        sites=table("sites"),
        exam_codes=exams.exam_codes,
        files=tuple(ReferenceFile(name, origin, _sha256(path)) for name, (path, origin) in paths.items()),
        organisations=table("organisations"),
        parents=table("parents"),
        successions=table("successions"),
        commissioners=table("commissioners"),
        icbs=table("icbs"),
        lsoas=table("lsoas"),
        postcodes=_postcodes(paths["postcodes"][0]) if "postcodes" in paths else empty("postcodes").lazy(),
        nicip_codes=exams.nicip_codes,
        snomed_codes=exams.snomed_codes,
        local_codes=table("local_codes"),
        population=table("population"),
        complete=_complete(imports, own_sites=paths["sites"][1] != "bundled"),
        imports=imports,
    )


def _complete(imports: tuple[Import, ...], *, own_sites: bool) -> frozenset[str]:
    kinds = {each.kind for each in imports}
    own = {"sites"} if own_sites and kinds.isdisjoint(SITE_FILES) else set[str]()
    return frozenset(kinds - set(PARTIAL) | own)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_near_names(folder: Path) -> None:
    """A slip in a name would leave the bundled table in use without a word."""
    known = (*COLUMNS, *STORED)
    absent = [table for table in known if not own_file(table, folder)]
    for file in sorted(folder.glob("*.csv")):
        meant = did_you_mean(file.stem.lower(), absent)
        if meant and file.stem.lower() not in {*known, "sources"}:
            raise UsageError(
                f"is no reference table.{meant}", where=str(file), do="rename the file, or take it away"
            )


def chosen(table: str, folder: Path | None) -> tuple[Path, str] | None:
    """The file of a table that is used, and where it is from; None where there is none."""
    own = own_file(table, folder) if folder else None
    if own:
        return own, str(own.resolve())
    return (bundled("reference_data") / f"{table}.csv", "bundled") if table in BUNDLED else None


def own_file(table: str, folder: Path) -> Path | None:
    """The file of that table in the folder, whatever capitals its name is written in."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((file for file in files if file.name.lower() == file_name(table) and file.is_file()), None)


def file_name(table: str) -> str:
    """The name of the file that holds a table: CSV, but for the millions of postcodes."""
    return f"{table}.parquet" if table == "postcodes" else f"{table}.csv"


def read_imports(folder: Path | None) -> tuple[Import, ...]:
    """What `sources.csv` of the folder says was imported. Raises InputRefused where it is not such a file."""
    file = folder / "sources.csv" if folder else None
    if file is None or not file.is_file():
        return ()
    return tuple(Import(*row) for row in cells(SOURCES, (), rows_of_csv(file), file).fill_null("").iter_rows())


def _postcodes(file: Path) -> pl.LazyFrame:
    rows = pl.scan_parquet(file)
    expected = empty("postcodes").schema
    try:
        found = rows.collect_schema()
    except (pl.exceptions.PolarsError, OSError):
        found = pl.Schema()
    if any(found.get(name) != kind for name, kind in expected.items()):
        raise InputRefused(
            "is not a table of postcodes",
            where=str(file),
            do="take it away, and make it again by: publish reference import postcodes FILE",
        )
    return rows.select(expected.names())
