"""The reference tables that users bring their own of: providers, sites, exam codes.

Contract (records specification, Reference data): the columns below, dated by `valid_from` and `valid_to` (both
days included; empty means open). A file of the same name in the user's folder takes the place of the bundled one.
Codes are compared in capitals, here as in the records; what could never match is refused, not passed over.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final

import polars as pl

from publish.bundled import bundled
from publish.errors import InputRefused, UsageError, did_you_mean
from publish.reference.vocabulary import cancer_groups

VALIDITY: Final = ("valid_from", "valid_to")
COLUMNS: Final = {
    "providers": ("org_code", "provider_name", "region_code", "icb_code", "imaging_network", *VALIDITY),
    "sites": (
        *("site_code", "site_name", "org_code", "region_code", "icb_code", "postcode", "country"),
        *VALIDITY,
    ),
    "exam_codes": (
        *("nicip_code", "nicip_description", "snomed_code", "modality_id", "modality", "sub_modality_id"),
        *("sub_modality", "region_id", "region", "sub_region_id", "sub_region", "system_id", "system"),
        *("early_diagnosis_of_cancer", "sub_early_diagnosis_of_cancer", "published_test_group"),
        *("interventional", *VALIDITY),
    ),
}
# Columns that the official exam look-up has and the contract has not: an own exam_codes.csv may have them too.
CLASSIFIED: Final = (
    *("snomed_description", "sub_system_id", "sub_system", "sub_system_component_id", "sub_system_component"),
    *("morphology_id", "morphology", "fetal_id", "fetal"),
)
# What official files are imported into (`publish reference import`). Both days of VALIDITY are included.
OFFICIAL: Final = {
    # every organisation by its code; `kind` is the kind of file that it came from (etr, epraccur, ...)
    "organisations": ("org_code", "org_name", "kind", *VALIDITY),
    # the commissioner of a practice, the trust of a site
    "parents": ("org_code", "parent_code", *VALIDITY),
    # `valid_from` is the day of the succession; `valid_to` is always empty
    "successions": ("predecessor", "successor", *VALIDITY),
    "commissioners": (
        *("commissioner_code", "commissioner_name", "ons_code", "region_code", "icb_code"),
        *VALIDITY,
    ),
    "icbs": ("icb_code", "ons_code", "icb_name", "region_code", *VALIDITY),
    # sub_icb_code and icb_code are ODS codes (07X, QMJ), the columns with `ons` hold E38000240, E54000028
    "lsoas": ("lsoa", "msoa", "sub_icb_code", "sub_icb_ons_code", "icb_code", "icb_ons_code", "imd_decile"),
    # postcodes as `WN5 8QX`: capitals, one blank before the last three characters
    "postcodes": ("postcode", "lsoa", "msoa", "sub_icb_ons_code", "country", *VALIDITY),
    # NICIP codes and what they map to
    "nicip_codes": ("nicip_code", "nicip_description", "snomed_code", "snomed_description", *VALIDITY),
    # SNOMED codes that may be used for an exam
    "snomed_codes": ("snomed_code", "snomed_description", *VALIDITY),
    "local_codes": ("submitter_code", "local_code", "nicip_code"),
}
KEYS: Final = {"providers": ("org_code",), "sites": ("site_code",), "exam_codes": ("nicip_code", "snomed_code")}
_IN_CAPITALS: Final = (
    "org_code",
    "site_code",
    "nicip_code",
    "region_code",
    "icb_code",
    "country",
    "interventional",
)


@dataclass(frozen=True)
class ReferenceFile:
    """Where a reference table came from: its path or `bundled`, and the SHA-256 of its content."""

    table: str
    origin: str
    sha256: str


@dataclass(frozen=True)
class ReferenceData:
    """The reference tables in use: text, and dates as Date, empty as null. Columns as in COLUMNS and OFFICIAL.

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
    complete: frozenset[str] = frozenset()


def empty(table: str) -> pl.DataFrame:
    """An official table without rows."""
    return pl.DataFrame(schema={name: pl.Date if name in VALIDITY else pl.String for name in OFFICIAL[table]})


def load_reference(folder: Path | None = None) -> ReferenceData:
    """The bundled tables, each replaced by the user's own where `folder` has one.

    Raises UsageError where the folder has none of them, or one by a name that is nearly right; InputRefused where
    a file is in a wrong layout.
    """
    if folder is not None and not any(_own(table, folder) for table in COLUMNS):
        raise UsageError(
            "holds no reference table",
            where=str(folder),
            do=f"put {', '.join(f'{table}.csv' for table in COLUMNS)}, or any one of them, there",
        )
    if folder is not None:
        _refuse_near_names(folder)
    paths = {table: _choose(table, folder) for table in COLUMNS}
    return ReferenceData(
        **{table: read_table(table, path) for table, (path, _) in paths.items() if path},
        files=tuple(
            ReferenceFile(table, origin, hashlib.sha256(path.read_bytes()).hexdigest())
            for table, (path, origin) in paths.items()
        ),
    )


def _refuse_near_names(folder: Path) -> None:
    """A slip in a name would leave the bundled table in use without a word."""
    absent = [table for table in COLUMNS if not _own(table, folder)]
    for file in sorted(folder.glob("*.csv")):
        meant = did_you_mean(file.stem.lower(), absent)
        if meant and file.stem.lower() not in COLUMNS:
            raise UsageError(
                f"is no reference table.{meant}", where=str(file), do="rename the file, or take it away"
            )


def _choose(table: str, folder: Path | None) -> tuple[Path, str]:
    own = _own(table, folder) if folder else None
    return (own, str(own.resolve())) if own else (bundled("reference_data") / f"{table}.csv", "bundled")


def _own(table: str, folder: Path) -> Path | None:
    """The user's file of that table, whatever capitals its name is written in."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((file for file in files if file.name.lower() == f"{table}.csv" and file.is_file()), None)


def read_table(table: str, file: Path) -> pl.DataFrame:
    """One reference table from a CSV file.

    Raises InputRefused where its columns are not as expected, or where a row holds what could never match: no
    code, dates that are none or end before they begin, a group or mark that no table has.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        rows = pl.read_csv(StringIO(text), infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"cannot be read as CSV ({type(error).__name__})",
            where=str(file),
            do="save it again as UTF-8 CSV, with no more values on a line than there are columns",
        ) from None
    given = {name.strip().lower(): name for name in rows.columns}
    missing = [column for column in COLUMNS[table] if column not in given]
    if missing:
        raise InputRefused(
            f"lacks the columns {', '.join(missing)}.{did_you_mean(missing[0], rows.columns)}",
            where=str(file),
            do=f"give the columns {', '.join(COLUMNS[table])}, with commas between them",
        )
    read = rows.select(
        pl.col(given[column]).str.strip_chars().replace("", None).alias(column) for column in COLUMNS[table]
    ).filter(pl.any_horizontal(pl.all().is_not_null()))
    _refuse_rows_run_together(read, file)
    in_capitals = [column for column in _IN_CAPITALS if column in read.columns]
    coded = read.with_columns(pl.col(in_capitals).str.to_uppercase())
    _refuse_rows_that_match_nothing(table, coded, file)
    return _with_dates(coded, file)


def _refuse_rows_run_together(rows: pl.DataFrame, file: Path) -> None:
    """A value over several lines: a quotation mark that was left open has swallowed the rows up to the next one."""
    for column in rows.columns:
        if rows[column].str.contains("\n", literal=True).any():
            raise InputRefused(
                f"{column} holds a value that runs over several lines",
                where=str(file),
                do="write it on one line, and close every quotation mark",
            )


def _refuse_rows_that_match_nothing(table: str, rows: pl.DataFrame, file: Path) -> None:
    keys = KEYS[table]
    if rows.select(pl.all_horizontal(pl.col(keys).is_null()).any()).item():
        raise InputRefused(
            f"a row has no {' and no '.join(keys)}", where=str(file), do="give every row its code, or take it out"
        )
    known: dict[str, Collection[str]] = {
        "published_test_group": [group.cancer_group for group in cancer_groups()],
        "interventional": ("Y", "N"),
    }
    for column in (column for column in rows.columns if column in known):
        for value in rows[column].drop_nulls().unique().sort():
            if value not in known[column]:
                raise InputRefused(
                    f"{column} holds {value!r}, which is none of its values.{did_you_mean(value, known[column])}",
                    where=str(file),
                    do=f"use one of {', '.join(sorted(known[column]))}, or leave it empty",
                )


def _with_dates(rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    dated = rows.with_columns(pl.col(VALIDITY).str.to_date("%Y-%m-%d", strict=False))
    wrong = [name for name in VALIDITY if dated[name].null_count() != rows[name].null_count()]
    if wrong:
        raise InputRefused(
            f"{wrong[0]} holds something that is not a date", where=str(file), do="write dates as 2023-04-01"
        )
    if dated.select((pl.col("valid_to") < pl.col("valid_from")).any()).item():
        raise InputRefused(
            "the valid_to of a row is before its valid_from", where=str(file), do="exchange the two or mend them"
        )
    return dated
