"""Made-up imaging sites: one to three for each NHS trust, one in each region for an independent provider."""

from pathlib import Path
from typing import Final

import polars as pl

from publish.bundled import bundled
from publish.synthetic.shape import NHS_TRUST, providers

ENGLAND: Final = "E92000001"
WALES: Final = "W92000004"
WELSH_SITES: Final = ("7A401", "7A601")
_TESTS_A_SITE: Final = 150_000  # a trust has one site for each so many tests a year
_MOST_SITES: Final = 3
_CODES: Final = ("site_code", "site_name", "org_code", "region_code", "icb_code", "postcode", "country")


def sites() -> pl.DataFrame:
    """The English sites, with the columns of `sites.csv`, in order of region, provider and site."""
    numbered = _numbered(providers()).join(_latest_providers(), on="org_code", how="left")
    return _as_sites(numbered, pl.format("{} (made-up site {})", "provider_name", "site_code"), ENGLAND)


def write_sites(folder: Path) -> None:
    """Write `sites.csv`, English and Welsh made-up sites, to a folder for reference data."""
    folder.mkdir(parents=True, exist_ok=True)
    welsh = pl.DataFrame({"site_code": WELSH_SITES}).with_columns(
        pl.lit(None, pl.String).alias("region_code"),
        pl.lit(None, pl.String).alias("icb_code"),
        org_code=pl.col("site_code").str.head(3),
    )
    wales = _as_sites(welsh, pl.format("Made-up site in Wales {}", "site_code"), WALES)
    pl.concat([sites(), wales]).write_csv(folder / "sites.csv")


def _numbered(of: pl.DataFrame) -> pl.DataFrame:
    """A row for each site: region_code, org_code, site_code.

    A provider of several regions has the digits of the region in its site codes (NT956), any other has 01, 02, 03.
    """
    by_size = (pl.col("tests") // _TESTS_A_SITE + 1).clip(1, _MOST_SITES)
    count = pl.when(pl.col("sector") == NHS_TRUST).then(by_size).otherwise(1)
    several_regions = pl.col("region_code").n_unique().over("org_code") > 1
    each = of.with_columns(number=pl.int_ranges(1, count + 1), by_region=several_regions).explode("number")
    number = pl.col("number").cast(pl.String).str.zfill(2)
    digits = pl.when("by_region").then(pl.col("region_code").str.slice(1)).otherwise(number)
    return each.select("region_code", "org_code", site_code=pl.col("org_code") + digits)


def _latest_providers() -> pl.DataFrame:
    """org_code, provider_name, icb_code: the latest row of each provider of the bundled table."""
    known = pl.read_csv(bundled("reference_data") / "providers.csv", infer_schema=False).sort("valid_from")
    return known.group_by("org_code").agg(pl.col("provider_name", "icb_code").last())


def _as_sites(rows: pl.DataFrame, name: pl.Expr, country: str) -> pl.DataFrame:
    return rows.with_columns(
        site_name=name,
        postcode=pl.lit(None, pl.String),
        country=pl.lit(country),
        valid_from=pl.lit("2010-04-01"),
        valid_to=pl.lit(None, pl.String),
    ).select(*_CODES, "valid_from", "valid_to")
