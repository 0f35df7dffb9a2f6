"""The reference tables that users bring their own of: providers, sites, exam codes.

Contract (records specification, Reference data): the columns below, dated by `valid_from` and `valid_to` (both
days included; empty means open). A file of the same name in the user's folder takes the place of the bundled one.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from publish.bundled import bundled
from publish.errors import InputRefused, UsageError, did_you_mean

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


@dataclass(frozen=True)
class ReferenceFile:
    """Where a reference table came from: its path or `bundled`, and the SHA-256 of its content."""

    table: str
    origin: str
    sha256: str


@dataclass(frozen=True)
class ReferenceData:
    """The reference tables in use, in the columns of the contract: text, and dates as Date, empty as null."""

    providers: pl.DataFrame
    sites: pl.DataFrame
    exam_codes: pl.DataFrame
    files: tuple[ReferenceFile, ...]


def load_reference(folder: Path | None = None) -> ReferenceData:
    """The bundled tables, each replaced by the user's own where `folder` has one.

    Raises UsageError where the folder has none of them, InputRefused where a file is in a wrong layout.
    """
    if folder is not None and not any((folder / f"{table}.csv").is_file() for table in COLUMNS):
        raise UsageError(
            "holds no reference table",
            where=str(folder),
            do=f"put {', '.join(f'{table}.csv' for table in COLUMNS)}, or any one of them, there",
        )
    paths = {table: _choose(table, folder) for table in COLUMNS}
    return ReferenceData(
        **{table: read_table(table, path) for table, (path, _) in paths.items() if path},
        files=tuple(
            ReferenceFile(table, origin, hashlib.sha256(path.read_bytes()).hexdigest())
            for table, (path, origin) in paths.items()
        ),
    )


def _choose(table: str, folder: Path | None) -> tuple[Path, str]:
    own = folder / f"{table}.csv" if folder else None
    if own and own.is_file():
        return own, str(own.resolve())
    return bundled("reference_data") / f"{table}.csv", "bundled"


def read_table(table: str, file: Path) -> pl.DataFrame:
    """One reference table from a CSV file. Raises InputRefused where its columns or dates are not as expected."""
    try:
        rows = pl.read_csv(file, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputRefused(
            f"cannot be read as CSV ({type(error).__name__})", where=str(file), do="save it again as UTF-8 CSV"
        ) from None
    missing = [column for column in COLUMNS[table] if column not in rows.columns]
    if missing:
        raise InputRefused(
            f"lacks the columns {', '.join(missing)}.{did_you_mean(missing[0], rows.columns)}",
            where=str(file),
            do=f"give the columns {', '.join(COLUMNS[table])}",
        )
    return _with_dates(rows.select(pl.col(COLUMNS[table]).str.strip_chars().replace("", None)), file)


def _with_dates(rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    dated = rows.with_columns(pl.col(VALIDITY).str.to_date("%Y-%m-%d", strict=False))
    wrong = [name for name in VALIDITY if dated[name].null_count() != rows[name].null_count()]
    if wrong:
        raise InputRefused(
            f"{wrong[0]} holds something that is not a date", where=str(file), do="write dates as 2023-04-01"
        )
    return dated
