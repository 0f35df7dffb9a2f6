"""What became of submitted records, by provider and month: the ledger, and the rules that they break."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import polars as pl

from publish.counts.annual import OF_PATIENT
from publish.counts.reduction import RULE_KEYS, TEST_DATE, UNDATED, Counts, reduce_records
from publish.fields.organisation import names_of_organisations, provider_by_prefix, providers_of_sites
from publish.fields.reasons import CONSENT_WITHDRAWN, REJECTED_BY_RULES, SUPERSEDED_LATER
from publish.records.checking import codes_of
from publish.records.intake import FATES, REJECTED, SUPERSEDED, WITHDRAWN, Part
from publish.records.readers import items_there
from publish.records.rules import RULES
from publish.reference.dated import join_on_day
from publish.reference.tables import ReferenceData

LEDGER_COLUMNS: Final = ("month", "org_code", "submitted", *FATES)
_KEPT_OUT: Final = {
    REJECTED: REJECTED_BY_RULES,
    SUPERSEDED: SUPERSEDED_LATER,
    WITHDRAWN: CONSENT_WITHDRAWN,
}


def fates(part: Part, reference: ReferenceData) -> pl.DataFrame:
    """The records of a file counted: month (ISO, null where not known), org_code (null where not known), problems
    (see `check`), fate, records. Sorted.
    """
    by_day = part.records().group_by(TEST_DATE, "SITE_CODE_IMAGING", "problems", "fate")
    counted = by_day.agg(records=pl.len().cast(pl.Int64)).collect(engine="streaming")
    of_provider = ("month", "org_code", "problems", "fate")
    return (
        _with_provider(counted, reference)
        .with_columns(month=pl.col(TEST_DATE).dt.strftime("%Y-%m"))
        .group_by(of_provider)
        .agg(pl.col("records").sum())
        .sort(of_provider, nulls_last=True)
    )


def ledger(counted: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Submitted = accepted + rejected + superseded + withdrawn, by month and provider (null where not known).

    Columns: LEDGER_COLUMNS. Sorted by month and provider, those not known last.
    """
    keys = ("month", "org_code")
    of_fate = {fate: pl.col("records").filter(pl.col("fate") == fate).sum() for fate in FATES}
    every = pl.concat(counted).group_by(keys).agg(submitted=pl.col("records").sum(), **of_fate)
    return every.select(LEDGER_COLUMNS).sort(keys, nulls_last=True)


def broken_rules(counted: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """How many records each rule applies to, by month and provider: month, org_code, rule, severity, records."""
    every = pl.concat(counted).group_by("month", "org_code", "problems").agg(pl.col("records").sum())
    masks = every["problems"].unique().sort()
    codes = pl.DataFrame({"problems": masks, "rule": [list(codes_of(mask)) for mask in masks]}).cast(
        {"rule": pl.List(pl.String)}
    )
    severities = pl.DataFrame({"rule": [r.code for r in RULES], "severity": [r.severity.value for r in RULES]})
    return (
        every.join(codes.explode("rule").drop_nulls(), on="problems")
        .join(severities, on="rule")
        .group_by(RULE_KEYS)
        .agg(pl.col("records").sum())
        .sort(RULE_KEYS, nulls_last=True)
    )


def rules_in_words(rules: pl.DataFrame) -> pl.DataFrame:
    """The broken rules with what they mean."""
    meanings = pl.DataFrame({"rule": [r.code for r in RULES], "meaning": [f"{r.item}: {r.meaning}" for r in RULES]})
    return rules.join(meanings, on="rule", how="left", maintain_order="left")


def count_part(part: Part, reference: ReferenceData, *, annual: bool = False) -> Counts:
    """The counts of a file of submitted records: its accepted ones reduced, the others kept out with the reason.

    `annual` as for `reduce_records`.
    """
    counted = fates(part, reference)
    absent = set(OF_PATIENT) - set(items_there(part.file, tuple(OF_PATIENT)))
    reduced = reduce_records(part.accepted().drop(absent), reference, annual=annual)
    kept_out = (
        counted.filter(pl.col("fate").is_in(list(_KEPT_OUT)))
        .with_columns(reason=pl.col("fate").cast(pl.String).replace_strict(_KEPT_OUT, return_dtype=pl.String))
        .group_by("month", "org_code", "reason")
        .agg(pl.col("records").sum())
        .with_columns(pl.col("month", "org_code", "reason").cast(pl.Categorical))
        .sort("month", "org_code", "reason", nulls_last=True)
        .select(reduced.kept_out.columns)
    )
    return replace(reduced, kept_out=pl.concat([reduced.kept_out, kept_out]), rules=broken_rules([counted]))


def _with_provider(counted: pl.DataFrame, reference: ReferenceData) -> pl.DataFrame:
    """The counts by site and day with the provider of the site on that day as `org_code`."""
    day = pl.col(TEST_DATE).fill_null(UNDATED)
    first, last = counted.select(first=day.min(), last=day.max()).row(0)
    sites = counted.select("SITE_CODE_IMAGING").unique()
    found = providers_of_sites(sites, reference, first or UNDATED, last or UNDATED)
    known = names_of_organisations(reference)["code"]
    days = ("valid_from", "valid_to")
    providers = found.select("SITE_CODE_IMAGING", *days, org_code=provider_by_prefix(known))
    return join_on_day(counted.lazy(), providers, ("SITE_CODE_IMAGING",), day).collect()
