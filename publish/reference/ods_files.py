"""Files of the Organisation Data Service: organisations in 27 columns, successions, hospital sites.

Layout (records specification, Reference data): 27 columns without a heading; 1 code, 2 name, 3 region, 4 ICB,
10 postcode, 11 and 12 open and close date, 15 parent or commissioner, 16 and 17 its dates. Older and newer copies
differ in the words of columns 13 and 26, which are not needed: the dates say what held when.
"""

from typing import Final

import polars as pl

from publish.errors import InputRefused
from publish.reference.columns import COLUMNS, OFFICIAL
from publish.reference.layers import without_overlaps
from publish.reference.official_files import Grid, with_days
from publish.reference.vocabulary import bundled_rows

WIDTH: Final = 27
_NAMES: Final = tuple(
    {1: "code", 2: "name", 3: "region", 4: "icb", 10: "postcode", 11: "opened", 12: "closed", 15: "parent"}.get(n)
    or {16: "joined", 17: "left", 26: "setting"}.get(n, f"column {n}")
    for n in range(1, WIDTH + 1)
)
_CODE: Final = r"^[A-Z0-9]{2,12}$"
_PRACTICE: Final = r"^[A-Z]\d{5}$"
_DAY: Final = r"^(\d{8})?$"
PRACTICES: Final = "practices"
TRUSTS: Final = "trusts"
TRUST_SITES: Final = "sites of trusts"
OTHER_SITES: Final = "sites of other organisations"
_COUNTRIES: Final = {"E": "E92000001", "W": "W92000004", "S": "S92000003", "N": "N92000002"}
Tables = dict[str, pl.DataFrame]


def organisation_rows(grid: Grid) -> pl.DataFrame | None:
    """The rows under the names of their columns, or None where these are not the 27 columns."""
    if grid.width != WIDTH:
        return None
    rows = grid.unheaded(_NAMES)
    headed = rows.height > 1 and not rows["opened"].fill_null("").str.contains(_DAY)[0]
    rows = (rows.slice(1) if headed else rows).with_columns(pl.col("code").str.to_uppercase())
    dates = pl.all_horizontal(pl.col("opened", "closed", "joined", "left").fill_null("").str.contains(_DAY))
    fits = rows.select((pl.col("code").str.contains(_CODE) & dates).fill_null(value=False).mean()).item()
    return rows if fits is not None and fits > 0.9 else None


def content_of(rows: pl.DataFrame) -> str:
    """What most rows are: practices, trusts, sites of trusts, other sites; nothing where it is not plain."""
    practice = pl.col("code").str.contains(_PRACTICE) & pl.col("setting").is_not_null()
    trust = pl.col("code").str.contains("^[RT]")
    site = pl.col("parent").is_not_null() & ~practice
    share = rows.select(
        practice.mean().alias(PRACTICES),
        (pl.col("code").str.contains("^[RT]..$") & pl.col("parent").is_null()).mean().alias(TRUSTS),
        (site & trust).mean().alias(TRUST_SITES),
        (site & ~trust).mean().alias(OTHER_SITES),
    ).row(0, named=True)
    likely = max(share, key=lambda kind: share[kind])
    return likely if share[likely] > 0.5 else ""


def read_organisations(grid: Grid, kind: str) -> Tables:
    """organisations, and parents where a parent and the day of joining it are given."""
    rows = _dated(grid)
    parents = rows.filter(pl.col("parent").is_not_null()).select(
        org_code="code",
        parent_code=pl.col("parent").str.to_uppercase(),
        valid_from=pl.coalesce("joined", "opened"),
        valid_to=pl.coalesce("left", "closed"),
    )
    tables = {"organisations": _organisations(rows, kind)}
    return (
        tables | {"parents": without_overlaps(parents, "org_code")}
        if kind not in {"etr", "ephp", "ods"}
        else tables
    )


def read_sites(grid: Grid, kind: str) -> Tables:
    """organisations, parents and sites: a row of a site before it joined its parent has no organisation."""
    rows = _dated(grid)
    english = pl.col("region").is_in([row["region_code"] for row in bundled_rows("regions")] + ["Y57"])
    sites = rows.select(
        site_code="code",
        site_name="name",
        org_code=pl.col("parent").str.to_uppercase(),
        region_code=pl.when(english).then("region"),
        icb_code="icb",
        postcode="postcode",
        country=pl.when(english).then(pl.lit(_COUNTRIES["E"])),
        valid_from=pl.when(pl.col("parent").is_null())
        .then("opened")
        .otherwise(pl.max_horizontal("opened", "joined")),
        valid_to="closed",
    )
    with_parent = pl.col("joined") > pl.col("opened")
    before = sites.filter(rows.select(with_parent.fill_null(value=False)).to_series()).with_columns(
        org_code=pl.lit(None, pl.String),
        valid_to=pl.col("valid_from") - pl.duration(days=1),
        valid_from=rows.filter(with_parent)["opened"],
    )
    return read_organisations(grid, kind) | {"sites": without_overlaps(pl.concat([before, sites]), "site_code")}


def read_hospital_sites(grid: Grid, kind: str) -> Tables:
    """organisations and sites from the list of hospitals: without dates, the country by the local authority."""
    rows = grid.headed().with_columns(pl.col("organisationcode", "parentodscode").str.to_uppercase())
    undated = [pl.lit(None, pl.Date).alias(name) for name in ("valid_from", "valid_to")]
    none = pl.lit(None, pl.String)
    authority = pl.col("localauthority") if "localauthority" in rows.columns else none
    sites = rows.filter(pl.col("organisationcode").is_not_null()).select(
        site_code="organisationcode",
        site_name="organisationname",
        org_code="parentodscode",
        region_code=none,
        icb_code=none,
        postcode="postcode",
        country=authority.str.slice(0, 1).replace_strict(_COUNTRIES, default=None, return_dtype=pl.String),
    )
    sites = sites.with_columns(undated).select(COLUMNS["sites"])
    organisations = sites.select(org_code="site_code", org_name="site_name", kind=pl.lit(kind)).with_columns(
        undated
    )
    return {
        "organisations": without_overlaps(organisations, "org_code"),
        "sites": without_overlaps(sites, "site_code"),
    }


def successions_columns(grid: Grid) -> tuple[str, str, str] | None:
    """The names of predecessor, successor and date: of a heading, or of the official file, which has none."""
    known = (("predecessor", "old_code"), ("successor", "new_code"), ("date", "effective", "effective_date"))
    named = [next((name for name in names if name in grid.heading), "") for names in known]
    if all(named):
        return named[0], named[1], named[2]
    if not 3 <= grid.width <= 6:
        return None
    rows = grid.unheaded(_numbered(grid))
    coded = rows.select(pl.col("column 1", "column 2").str.to_uppercase().str.contains(_CODE).mean()).row(0)
    dated = [name for name in rows.columns[2:] if rows[name].fill_null("").str.contains(r"^\d{8}$").mean() == 1]
    return ("column 1", "column 2", dated[0]) if dated and min(share or 0 for share in coded) > 0.9 else None


def read_successions(grid: Grid, _kind: str) -> Tables:
    """successions: a row without a successor, or that leads to itself, says nothing and is left out."""
    columns = successions_columns(grid) or ("", "", "")
    rows = grid.headed() if columns[0] in grid.heading else grid.unheaded(_numbered(grid))
    predecessor, successor, date = columns
    dated = with_days(rows, grid.file, valid_from=date, valid_to=None)
    found = dated.select(
        pl.col(predecessor).str.to_uppercase().alias("predecessor"),
        pl.col(successor).str.to_uppercase().alias("successor"),
        "valid_from",
        "valid_to",
    ).drop_nulls(["predecessor", "successor"])
    return {"successions": found.filter(pl.col("predecessor") != pl.col("successor"))}


def _numbered(grid: Grid) -> tuple[str, ...]:
    return tuple(f"column {n}" for n in range(1, grid.width + 1))


def _dated(grid: Grid) -> pl.DataFrame:
    rows = organisation_rows(grid)
    if rows is None:
        raise InputRefused(
            f"has not the {WIDTH} columns of the Organisation Data Service throughout",
            where=str(grid.file),
            do="download it again, and give it as it is",
        )
    dates = {name: name for name in ("opened", "closed", "joined", "left")}
    return with_days(rows, grid.file, **dates).filter(pl.col("code").is_not_null())


def _organisations(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    found = rows.select(
        org_code="code", org_name="name", kind=pl.lit(kind), valid_from="opened", valid_to="closed"
    ).select(OFFICIAL["organisations"])
    return without_overlaps(found, "org_code")
