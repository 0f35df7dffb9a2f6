"""What reference data are in use: where each table is from, how much it holds, and what is wanting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from publish.reference.columns import COLUMNS, SITE_FILES, VALIDITY
from publish.reference.population_files import unknown_boards
from publish.reference.tables import ReferenceData

# Which kinds of file each table is filled from.
FILLED_BY: Final = {
    "sites": SITE_FILES,
    "organisations": ("etr", "ets", "epraccur", "ephp", "ephpsite", "ods", "hospital-sites"),
    "parents": ("epraccur", "ets", "ephpsite"),
    "successions": ("successions", "icb-changes", "commissioners"),
    "commissioners": ("commissioners",),
    "icbs": ("icbs",),
    "lsoas": ("lsoas", "imd"),
    "postcodes": ("postcodes",),
    "nicip_codes": ("nicip",),
    "snomed_codes": ("exam-lookup", "nicip"),
    "exam_codes": ("exam-lookup", "nicip"),
    "local_codes": ("local-codes",),
    "population": ("population",),
}
TABLES: Final = (*COLUMNS, *(table for table in FILLED_BY if table not in COLUMNS))
BUNDLED: Final = "bundled"
DERIVED: Final = ("nicip_codes", "snomed_codes")  # filled from the exam codes where nothing was imported
NOTHING: Final = "none"


@dataclass(frozen=True)
class InUse:
    """A reference table in use: where it is from, its rows, and the first and last day that it names (or none)."""

    table: str
    origin: str
    rows: int
    first: date | None
    last: date | None


def in_use(reference: ReferenceData) -> tuple[InUse, ...]:
    """Every reference table, in a fixed order."""
    return tuple(_in_use(table, reference) for table in TABLES)


def _in_use(table: str, reference: ReferenceData) -> InUse:
    rows: pl.LazyFrame = getattr(reference, table).lazy()
    dated = VALIDITY[0] in rows.collect_schema().names()
    days = [pl.col(name) for name in VALIDITY] if dated else [pl.lit(None, pl.Date), pl.lit(None, pl.Date)]
    first, last = pl.min_horizontal(day.min() for day in days), pl.max_horizontal(day.max() for day in days)
    found = rows.select(pl.len().alias("rows"), first=first, last=last).collect(engine="streaming").row(0)
    return InUse(table, _origin(table, reference, found[0]), *found)


def _origin(table: str, reference: ReferenceData, rows: int) -> str:
    """`bundled`, the user's own file, or the kinds and files imported; `none` where the table is empty."""
    kinds = FILLED_BY.get(table, ())
    imports = [f"{each.kind} {each.file}" for each in reference.imports if each.kind in kinds]
    files = {file.table: file.origin for file in reference.files}
    base = "exam_codes" if table in DERIVED and not imports else table
    origin = files.get(base, BUNDLED)
    if imports:
        own = [Path(origin).name] if base == "exam_codes" and origin != BUNDLED else []
        return "imported " + "\nand ".join([*imports, *own])
    if not rows:
        return NOTHING
    return BUNDLED if origin == BUNDLED else f"own file {Path(origin).name}"


def lacking(reference: ReferenceData) -> tuple[str, ...]:
    """What a release or the data product lacks for want of reference data, and how to mend it: a sentence each."""
    return tuple(
        f"{wants.what}: {wants.so}. To mend: publish reference import {wants.mend}"
        for wants in _WANTS
        if wants.applies(reference)
    )


@dataclass(frozen=True)
class _Want:
    """What may be wanting: when that is so, what it means, and the import that mends it."""

    applies: Callable[[ReferenceData], bool]
    what: str
    so: str
    mend: str


def _not_imported(*kinds: str) -> Callable[[ReferenceData], bool]:
    return lambda reference: {each.kind for each in reference.imports}.isdisjoint(kinds)


def _no_sites(reference: ReferenceData) -> bool:
    return reference.sites.is_empty()


def _part_of_sites(reference: ReferenceData) -> bool:
    whole = "sites" in reference.complete or {"ets", "ephpsite"} <= reference.complete
    return not _no_sites(reference) and not whole


def _without_deciles(reference: ReferenceData) -> bool:
    return reference.lsoas["imd_decile"].is_null().all()


def _no_population(reference: ReferenceData) -> bool:
    return reference.population.is_empty()


def _population_of_unknown_boards(reference: ReferenceData) -> bool:
    return bool(unknown_boards(reference.population, reference.icbs))


_WANTS: Final = (
    _Want(
        _no_sites,
        "no sites",
        "the first characters of a site code say its provider, independent providers have no region, "
        "and rule DIDS068 does not run",
        "ets ets.csv, and ephpsite ephpsite.csv",
    ),
    _Want(
        _part_of_sites,
        "a part of the sites",
        "the first characters of any other site code say its provider, and rule DIDS068 does not run",
        "ets ets.csv, and ephpsite ephpsite.csv",
    ),
    _Want(
        _not_imported("etr"),
        "no NHS trusts",
        "names of organisations are those of the publications, none for most that refer, "
        "and rule DIDS024 does not run",
        "etr etr.csv",
    ),
    _Want(
        _not_imported("epraccur"),
        "no GP practices",
        "the name and the commissioner of a practice are empty, and rules DIDS018 and DIDS080 do not run",
        "epraccur epraccur.csv",
    ),
    _Want(
        _not_imported("postcodes"),
        "no postcodes",
        "LSOA, MSOA and the commissioner by postcode are empty, and rule DIDS016 does not run",
        "postcodes ONSPD.csv",
    ),
    _Want(
        _not_imported("lsoas"),
        "no LSOA look-up",
        "the sub-ICB and the MSOA of a postcode are those of the postcode directory",
        "lsoas LSOA_lookup.csv",
    ),
    _Want(
        _without_deciles,
        "no deprivation deciles",
        "nothing can be told by deprivation",
        "imd IMD.csv",
    ),
    _Want(
        _not_imported("nicip"),
        "no NICIP table",
        "only the bundled core of exam codes, or your own, is known, "
        "and rule DIDS057 passes codes that do not exist",
        "nicip NICIP.csv",
    ),
    _Want(
        _not_imported("exam-lookup"),
        "no exam look-up",
        "an exam has its class from the bundled table, else only the modality that its NICIP term begins with, "
        "sub-system, component, morphology and fetal are empty, "
        "and rule DIDS059 passes codes that do not exist",
        "exam-lookup exam_lookup.csv",
    ),
    _Want(
        _not_imported("local-codes"),
        "no local codes",
        "a submitter's own exam code is not known",
        "local-codes mappings.json",
    ),
    _Want(
        _no_population,
        "no population",
        "tests per 1,000 population are not shown",
        "population gp-reg-pat-prac-all.csv",
    ),
    _Want(
        _population_of_unknown_boards,
        "population of boards that are not known",
        "nothing is set against it",
        "icbs ICBs.csv",
    ),
)
