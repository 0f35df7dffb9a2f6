"""The store: a folder of dated tables that official files are imported into, copy after copy.

A newer copy of a kind replaces what it says again and keeps what older copies knew of the days before. An older
copy that is imported later only adds such days. An import is there whole or not at all.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import UsageError
from publish.folders import recover, whole, writable
from publish.reference.columns import COLUMNS, OPTIONAL, SOURCES, STORED, VALIDITY, empty
from publish.reference.dated import DAY
from publish.reference.kinds import Kind, kind_named, read_official
from publish.reference.layers import in_order, layered, without_overlaps
from publish.reference.ods_files import Tables
from publish.reference.population_files import not_placed, of_boards, unknown_boards
from publish.reference.reading import read_table
from publish.reference.tables import Import, chosen, file_name, own_file, read_imports

GENERAL: Final = ("ods", "hospital-sites")  # what they say of an organisation gives way to files of its own kind
Table = Callable[[str], pl.DataFrame]


@dataclass(frozen=True)
class Imported:
    """What an import did: the file, whether it is older than a copy that was there, the rows of its tables.

    `remarks` say what of the file was left out, or will not be found.
    """

    source: Import
    older: bool
    rows: dict[str, int]
    remarks: tuple[str, ...] = ()


def import_reference(kind: str, file: Path, folder: Path) -> Imported:
    """Import an official file into the store.

    Raises UsageError for an unknown kind, a file that cannot be opened or a folder that cannot be written to;
    InputRefused where the file is not in the layout of its kind. Then the store is as it was.
    """
    of_kind = kind_named(kind)
    tables = read_official(of_kind, file)
    source = _source(of_kind, file, tables)
    folder = _store(folder)
    earlier = read_imports(folder)
    older = any(each.kind == source.kind and each.latest > source.latest > "" for each in earlier)

    def stored(table: str) -> pl.DataFrame:
        return _stored(table, folder)

    remarks = _remarks(tables, stored)
    merged = {name: _merge(name, rows, stored, of_kind.name, older) for name, rows in tables.items()}
    try:
        with whole(folder) as making:
            _copy(folder, making)
            for name, rows in merged.items():
                _write(name, rows, making)
            _write_sources({*earlier, source}, making)
    except OSError as error:
        raise UsageError(
            f"cannot be written to ({error.strerror}); it is as it was",
            where=str(folder),
            do="make room, or name another",
        ) from None
    return Imported(source, older, {name: rows.height for name, rows in merged.items()}, remarks)


def _remarks(tables: Tables, stored: Table) -> tuple[str, ...]:
    rows = tables.get("population")
    if rows is None:
        return ()
    unknown = unknown_boards(rows, stored("icbs")) if "icb_code" in rows.columns else ()
    told = (f"No board is known by these codes: {', '.join(unknown)}.",) if unknown else ()
    return (*not_placed(rows, stored("commissioners")), *told)


def _store(folder: Path) -> Path:
    """The folder to import into, which can be put in place as a whole."""
    resolved = folder.resolve()
    if Path.cwd().is_relative_to(resolved):
        raise UsageError(
            "is the current folder, or one around it",
            where=str(folder),
            do="import into a folder of its own, as --reference-data reference-data",
        )
    writable(resolved.parent)
    recover(resolved)
    return resolved


def _source(kind: Kind, file: Path, tables: Tables) -> Import:
    dates = [rows[name] for rows in tables.values() for name in VALIDITY if name in rows.columns]
    days = (
        pl.concat([column.rename("day") for column in dates]).drop_nulls() if dates else pl.Series([date.max])[:0]
    )
    first, last = (day.isoformat() if isinstance(day, date) else "" for day in (days.min(), days.max()))
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    rows = max(frame.height for frame in tables.values())
    return Import(kind.name, file.name, sha256, str(rows), first, last)


def _stored(table: str, folder: Path) -> pl.DataFrame:
    """The table as it stands: in the folder, else as it is bundled, else empty."""
    found = chosen(table, folder)
    if found is None:
        return empty(table)
    path, _ = found
    return pl.read_parquet(path).select(STORED[table]) if table == "postcodes" else read_table(table, path)


def _merge(table: str, rows: pl.DataFrame, stored: Table, kind: str, older: bool) -> pl.DataFrame:
    there = stored(table)
    if table == "organisations":
        return _merge_organisations(rows, there, kind, older=older)
    if table == "sites":
        return _merge_sites(rows, there, stored("organisations"), kind, older=older)
    if table == "commissioners":
        return _merge_commissioners(rows, there, stored("icbs"), older=older)
    if table == "lsoas":
        return _merge_lsoas(rows, there, older=older)
    if table == "population":
        return _merge_population(of_boards(rows, stored("commissioners"), stored("icbs")), there, older=older)
    keys = _UNDATED.get(table)
    if keys:
        return in_order(_replaced(rows, there, keys, older=older), *keys)
    return _dated(rows, there, _KEYS[table], older=older)


_UNDATED: Final = {"successions": ("predecessor", "successor"), "local_codes": ("submitter_code", "local_code")}
_KEYS: Final = {
    "parents": "org_code",
    "icbs": "icb_code",
    "postcodes": "postcode",
    "nicip_codes": "nicip_code",
    "exam_lookup": "snomed_code",
}


def _dated(rows: pl.DataFrame, there: pl.DataFrame, key: str, *, older: bool) -> pl.DataFrame:
    rows = rows.select(there.columns)
    return layered(there, rows, key) if older else layered(rows, there, key)


def _replaced(rows: pl.DataFrame, there: pl.DataFrame, keys: tuple[str, ...], *, older: bool) -> pl.DataFrame:
    """All rows of both; of rows with the same keys those of the newer copy."""
    above, below = (there, rows) if older else (rows, there)
    rest = below.join(above.select(keys), on=list(keys), how="anti")
    return pl.concat([above.select(there.columns), rest.select(there.columns)])


def _merge_organisations(rows: pl.DataFrame, there: pl.DataFrame, kind: str, *, older: bool) -> pl.DataFrame:
    def merge(new: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        return _dated(new, known, "org_code", older=older)

    return _firm_first(rows, there, pl.col("kind").is_in(GENERAL), "org_code", kind, merge)


def _merge_sites(
    rows: pl.DataFrame, there: pl.DataFrame, organisations: pl.DataFrame, kind: str, *, older: bool
) -> pl.DataFrame:
    """Rows with an organisation go before rows without: those only say that the site was there."""
    general = organisations.filter(pl.col("kind").is_in(GENERAL))["org_code"].implode()
    known = pl.col("org_code").is_not_null()

    def merge(new: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
        with_parent = _dated(new.filter(known), stored.filter(known), "site_code", older=older)
        without = _dated(new.filter(~known), stored.filter(~known), "site_code", older=older)
        return layered(with_parent, without, "site_code")

    return _firm_first(rows, there, pl.col("site_code").is_in(general), "site_code", kind, merge)


def _firm_first(
    rows: pl.DataFrame,
    there: pl.DataFrame,
    from_general: pl.Expr,
    key: str,
    kind: str,
    merge: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """Code by code, what a general file says gives way to files of one kind and to the user's own rows."""
    firm, loose = there.filter(~from_general), there.filter(from_general)
    if kind in GENERAL:
        merged = [firm, merge(rows.join(firm.select(key), on=key, how="anti"), loose)]
    else:
        merged = [loose.join(rows.select(key), on=key, how="anti"), merge(rows, firm)]
    return in_order(pl.concat([each.select(there.columns) for each in merged]), key)


def _merge_commissioners(
    rows: pl.DataFrame, there: pl.DataFrame, icbs: pl.DataFrame, *, older: bool
) -> pl.DataFrame:
    """A commissioner belongs to the board named on the days of that board, and to the board's region.

    Before and after them, and where no board is named, what the store knows stays, with its regions of those days.
    """
    key = "commissioner_code"
    at_boards = _at_boards(rows, there, icbs)
    ended = at_boards.filter(pl.col("valid_to").is_not_null()).select(key, ended="valid_to")
    after = there.join(ended, on=key).filter(pl.col("valid_from") > pl.col("ended")).select(there.columns)
    plain = rows.with_columns(pl.lit(None, pl.String).alias("icb_code")).select(there.columns)
    rest = plain.join(ended, on=key).join(after, on=key, how="anti").with_columns(valid_from=pl.col("ended") + DAY)
    going_on = rest.filter((pl.col("valid_to") >= pl.col("valid_from")).fill_null(value=True)).select(there.columns)
    newest = pl.concat([at_boards.select(there.columns), after, going_on])
    return layered(_dated(newest, there, key, older=older), plain, key)


def _at_boards(rows: pl.DataFrame, there: pl.DataFrame, icbs: pl.DataFrame) -> pl.DataFrame:
    """The rows that name a board, on its days, with its region and the ONS code that the store knows."""
    by_day = icbs.sort("icb_code", "valid_from").group_by("icb_code", maintain_order=True)
    boards = by_day.agg(
        pl.col("region_code").last(), began=pl.col("valid_from").min(), ends=pl.col("valid_to").last()
    )
    sorted_codes = there.sort("commissioner_code", "valid_from").group_by("commissioner_code")
    codes = sorted_codes.agg(pl.col("ons_code").drop_nulls().last())
    named = (
        rows.drop("region_code", "ons_code")
        .join(boards, on="icb_code")
        .join(codes, on="commissioner_code", how="left")
    )
    held = named.with_columns(
        valid_from=pl.max_horizontal("valid_from", "began"), valid_to=pl.min_horizontal("valid_to", "ends")
    )
    return held.filter((pl.col("valid_to") >= pl.col("valid_from")).fill_null(value=True))


def _merge_lsoas(rows: pl.DataFrame, there: pl.DataFrame, *, older: bool) -> pl.DataFrame:
    """What either file says of an LSOA: the newer where both say something."""
    above, below = (there, rows) if older else (rows, there)
    both = above.join(below, on="lsoa", how="full", coalesce=True, suffix="_below")
    values = [pl.coalesce(name, f"{name}_below").alias(name) for name in there.columns if name != "lsoa"]
    return in_order(both.select("lsoa", *values).select(there.columns), "lsoa")


def _merge_population(rows: pl.DataFrame, there: pl.DataFrame, *, older: bool) -> pl.DataFrame:
    """All days of both: each row of a board holds until its next one begins. Of the same day the newer stays."""
    both = (rows, there) if older else (there, rows)
    return in_order(without_overlaps(pl.concat(both), "icb_code"), "icb_code")


def _copy(folder: Path, making: Path) -> None:
    """What the folder holds, without taking room for it twice."""
    if folder.is_dir():
        shutil.copytree(folder, making, copy_function=_linked, dirs_exist_ok=True)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _write(table: str, rows: pl.DataFrame, folder: Path) -> None:
    """Write the table to a new file: the old one may be linked to the folder that still stands."""
    before = own_file(table, folder)
    if before:
        before.unlink()
    columns = (*(COLUMNS | STORED)[table], *OPTIONAL.get(table, ()))
    path = folder / file_name(table)
    if table == "postcodes":
        rows.select(columns).write_parquet(path, row_group_size=1 << 18)
    else:
        rows.select(columns).write_csv(path)


def _write_sources(sources: set[Import], folder: Path) -> None:
    file = folder / "sources.csv"
    file.unlink(missing_ok=True)
    rows = sorted((asdict(source) for source in sources), key=lambda row: [row[name] for name in SOURCES])
    pl.DataFrame(rows, schema=dict.fromkeys(SOURCES, pl.String)).write_csv(file)
