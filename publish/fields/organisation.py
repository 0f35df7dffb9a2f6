"""The imaging site, its provider and region, and the names of organisations."""

from datetime import date
from typing import Final

import polars as pl

from publish.fields import reasons
from publish.fields.reasons import first_reason
from publish.records.values import code
from publish.reference.dated import narrowed, stretches
from publish.reference.names import names_by_succession
from publish.reference.tables import ReferenceData
from publish.reference.vocabulary import dated_regions

ENGLAND: Final = "E"  # ONS country codes of England begin so
SITE_FORM: Final = "^[0-9A-Z]{5,12}$"
NHS_TRUST: Final = "^[RT]"  # ODS codes of NHS trusts and care trusts begin so


def PROVIDER_SITE_CODE() -> pl.Expr:
    """The code of the site of imaging as submitted."""
    return pl.col("SITE_CODE_IMAGING")


def PROVIDER_SITE_CODE_DESCRIPTION() -> pl.Expr:
    """The name of the site of imaging, the latest that is known."""
    return pl.col("site_name")


def PROVIDER_CODE() -> pl.Expr:
    """The organisation of the site on the date of test: its parent in the site table, else its first five or three
    characters where an organisation is known by them, else its first three characters.
    """
    return pl.col("provider_code")


def PROVIDER_NAME() -> pl.Expr:
    """The name of the provider, by its successor where it has been succeeded by one organisation."""
    return pl.col("provider_name")


def PROVIDER_SHA_CODE() -> pl.Expr:
    """The strategic health authority of the provider. Always empty: they were abolished on 1 April 2013."""
    return pl.lit(None)


def PROVIDER_SHA_NAME() -> pl.Expr:
    """The name of the strategic health authority. Always empty: they were abolished on 1 April 2013."""
    return pl.lit(None)


def providers_of_sites(sites: pl.DataFrame, reference: ReferenceData, first: date, last: date) -> pl.DataFrame:
    """Who a site belongs to, for the site codes as they stand in the records.

    `sites` has SITE_CODE_IMAGING. Columns of the result: this (as given), `valid_from`, `valid_to` (together the
    window, every day once), `PROVIDER_CODE`, `region_code`, `icb_code` (of the integrated care board in which the
    activity is listed; null on days on which there was no such board), `reason` (null where the site has a
    provider and a region in England).
    """
    given = sites.with_columns(site_code=code("SITE_CODE_IMAGING"), valid_from=pl.lit(first), valid_to=pl.lit(last))
    known_sites = reference.sites.filter(pl.col("site_code").is_in(given["site_code"].implode()))
    at_sites = narrowed(given, stretches(known_sites, "site_code", first, last), "site_code", "site_code")
    held_by = stretches(_one_row_each(reference.providers), "org_code", first, last)
    with_provider = at_sites.with_columns(PROVIDER_CODE=provider_of_site(reference.providers))
    listed = narrowed(with_provider, held_by, "PROVIDER_CODE", "org_code").with_columns(
        region_code=provider_region(), icb_code=provider_icb()
    )
    regions = stretches(dated_regions(), "region_code", first, last)
    boards = reference.icbs.select("icb_code", "icb_name", "valid_from", "valid_to")
    in_regions = narrowed(listed, regions, "region_code", "region_code")
    return narrowed(in_regions, stretches(boards, "icb_code", first, last), "icb_code", "icb_code").select(
        *("SITE_CODE_IMAGING", "valid_from", "valid_to", "PROVIDER_CODE", "region_code"),
        icb_code=pl.when(pl.col("icb_name").is_not_null()).then("icb_code"),
        reason=kept_out(),
    )


def provider_of_site(providers: pl.DataFrame) -> pl.Expr:
    """The organisation of the site: its parent in the site table, else its first five or three characters.

    The characters count only where an organisation is known by them.
    """
    known = providers["org_code"].unique().implode()
    prefixes = (pl.col("site_code").str.slice(0, length) for length in (5, 3))
    return pl.coalesce("org_code", *(pl.when(prefix.is_in(known)).then(prefix) for prefix in prefixes))


def provider_by_prefix(known: pl.Series) -> pl.Expr:
    """The provider that was found for a site, else by its first characters: five of a known code, else three.

    Site codes of the NHS begin with the code of their trust. `known` are the codes of organisations.
    """
    site = pl.col("SITE_CODE_IMAGING")
    is_site = site.str.contains(SITE_FORM)
    five = site.str.slice(0, 5)
    is_of_five = is_site & (site.str.len_chars() > 5) & five.is_in(known.implode())
    return pl.coalesce("PROVIDER_CODE", pl.when(is_of_five).then(five), pl.when(is_site).then(site.str.slice(0, 3)))


def provider_region() -> pl.Expr:
    """The region in which the activity is listed.

    An NHS trust is listed in its own region; an independent provider once for each region in which its sites lie
    (publication specification, Definitions).
    """
    return _own_or_of_site("region_code")


def provider_icb() -> pl.Expr:
    """The integrated care board in which the activity is listed, by the rule of `provider_region`."""
    return _own_or_of_site("icb_code")


def _own_or_of_site(name: str) -> pl.Expr:
    own, of_site = pl.col(f"{name}_right"), pl.col(name)
    is_trust = pl.col("PROVIDER_CODE").str.contains(NHS_TRUST)
    return pl.when(is_trust).then(pl.coalesce(own, of_site)).otherwise(pl.coalesce(of_site, own))


def kept_out() -> pl.Expr:
    """Why records of this site do not reach provider tables on these days, or null."""
    return first_reason(
        (pl.col("site_code").is_null(), reasons.SITE_MISSING),
        (pl.col("PROVIDER_CODE").is_null(), reasons.SITE_UNKNOWN),
        (~pl.col("country").str.starts_with(ENGLAND), reasons.OUTSIDE_ENGLAND),
        (pl.col("provider_name").is_null(), reasons.PROVIDER_UNKNOWN),
        (pl.col("region_name").is_null(), reasons.REGION_UNKNOWN),
    )


def names_of_organisations(reference: ReferenceData) -> pl.DataFrame:
    """What every organisation and site is called: columns `code` and `name`, one row each.

    The latest name that is known: of the official tables where they have it, else of providers.csv, else of
    sites.csv. It follows successions to the end.
    """
    every = (
        latest(reference.organisations, "org_code", "org_name"),
        latest(reference.providers, "org_code", "provider_name"),
        latest(reference.sites, "site_code", "site_name"),
    )
    named = pl.concat([names.rename(dict(zip(names.columns, ("code", "name"), strict=True))) for names in every])
    return names_by_succession(named.unique("code", keep="first", maintain_order=True), reference.successions)


def latest(rows: pl.DataFrame, code: str, *values: str) -> pl.DataFrame:
    """The latest values that are known of each code, of a dated table: columns `code` and those, one row each."""
    by_day = rows.drop_nulls([code, *values]).sort("valid_from", *values, nulls_last=False)
    return by_day.select(code, *values).unique(code, keep="last", maintain_order=True)


def _one_row_each(providers: pl.DataFrame) -> pl.DataFrame:
    """One row for a provider and stretch: its region and board where it has one, none where it has several."""
    return providers.group_by("org_code", "valid_from", "valid_to", maintain_order=True).agg(
        pl.col("provider_name").first(), _the_only("region_code"), _the_only("icb_code")
    )


def _the_only(name: str) -> pl.Expr:
    several = pl.col(name).n_unique() > 1
    return pl.when(several).then(None).otherwise(pl.col(name).first()).alias(name)
