"""Movements from month to month that are beyond what a provider usually shows."""

from typing import Final

import polars as pl

from publish.period import Month, months_between
from publish.review.check import Verdict
from publish.review.checks.draft import CheckedDraft, Outcome, how_many, look_where, row_words
from publish.tables.catalogue import BY_MODALITY
from publish.tables.specification import Level

USUAL_TESTS: Final = 100  # in a usual month; what has fewer moves by chance
FEWEST_CHANGES: Final = 6  # from month to month, to know what is usual
SPREADS: Final = 6.0  # median deviations, made as wide as a standard deviation, that count as usual
AS_STANDARD: Final = 1.4826  # by which a median deviation is that of a normal distribution
LEAST_SPREAD: Final = 0.05  # of the logarithm: no provider is steadier than 5 per cent from month to month
NONE_AT_ALL: Final = 0.5  # stands for no tests, which have no logarithm


def movements(draft: CheckedDraft) -> Outcome:
    """Changes from month to month, less those of England, by provider and modality; the largest first."""
    by_month = _by_month(draft)
    if by_month["month"].n_unique() <= FEWEST_CHANGES:
        return Outcome(
            Verdict.NOT_RUN,
            f"The records hold fewer than {FEWEST_CHANGES + 1} months: what is usual from one to the next is not "
            "known.",
        )
    months = [str(month) for month in draft.edition.period.months]
    found = unusual(by_month).filter(pl.col("month").is_in(months))
    places = [_in_words(row) for row in _named(found, draft).iter_rows(named=True)]
    return look_where(
        places,
        f"{how_many(len(places), 'change', 'changes')} from one month to the next went beyond the usual range of "
        "the provider and modality.",
        "No provider's tests of a modality changed from one month to the next by more than is usual for it.",
    )


def _by_month(draft: CheckedDraft) -> pl.DataFrame:
    """Tests of each provider and modality in every month that the records hold, none where there were none."""
    usable = {str(month) for month in draft.edition.period.usable} & set(draft.counts.months)
    listed = [label.text for label in BY_MODALITY]
    reported = draft.reported.tests.filter(pl.col("month").is_in(list(usable)), pl.col("modality").is_in(listed))
    counted = reported.group_by("org_code", "modality", "month").agg(pl.col("tests").sum())
    whole = (
        counted.select("org_code", "modality")
        .unique()
        .join(pl.DataFrame({"month": sorted(usable)}, schema={"month": pl.String}), how="cross")
    )
    return whole.join(counted, on=["org_code", "modality", "month"], how="left").with_columns(
        pl.col("tests").fill_null(0)
    )


def unusual(by_month: pl.DataFrame) -> pl.DataFrame:
    """The months that differ from the one before by more than is usual for the provider and modality.

    `by_month` has org_code, modality, month (ISO) and tests, a row for every month. Columns of the result: those,
    before (tests of the month before), expected (those, moved as England's were). The change is the logarithm of
    the quotient of the two months, less England's; usual is the median of a provider's own changes, give or take
    SPREADS times their median deviation. A month that England lacks is passed over. Sorted by how many tests more
    or fewer than expected, the most first.
    """
    known = _with_month_before(by_month)
    size = pl.max_horizontal("tests", pl.lit(NONE_AT_ALL))
    size_before = pl.max_horizontal("before", pl.lit(NONE_AT_ALL))
    national = (pl.col("tests").sum() / pl.col("before").sum()).over("modality", "month")
    changed = known.with_columns(national=national).filter(pl.col("national").is_finite(), pl.col("national") > 0)
    changed = changed.with_columns(change=(size / size_before).log() - pl.col("national").log())
    of_own = ("org_code", "modality")
    off = (pl.col("change") - pl.col("change").median().over(of_own)).abs()
    usual = changed.with_columns(
        off=off, typical=pl.col("tests").median().over(of_own), known=pl.len().over(of_own)
    )
    spread = pl.max_horizontal(AS_STANDARD * pl.col("off").median().over(of_own), pl.lit(LEAST_SPREAD))
    expected = pl.col("before") * pl.col("national")
    found = usual.with_columns(expected=expected, spread=spread).filter(
        pl.col("typical") >= USUAL_TESTS,
        pl.col("known") >= FEWEST_CHANGES,
        pl.col("off") > SPREADS * pl.col("spread"),
    )
    by_size = found.with_columns(more=(pl.col("tests") - pl.col("expected")).abs())
    ordered = by_size.sort("more", *of_own, "month", descending=[True, False, False, False])
    return ordered.select(*of_own, "month", "tests", "before", "expected")


def _with_month_before(by_month: pl.DataFrame) -> pl.DataFrame:
    first, last = (Month.parse(str(by_month["month"].sort()[place])) for place in (0, -1))
    following = {str(month): str(month.plus(1)) for month in months_between(first, last)}
    before = by_month.select(
        "org_code", "modality", month=pl.col("month").replace_strict(following), before="tests"
    )
    return by_month.join(before, on=["org_code", "modality", "month"])


def _named(found: pl.DataFrame, draft: CheckedDraft) -> pl.DataFrame:
    rows = draft.tables.provider["1"].cells.filter(pl.col("level") == Level.PROVIDER.value)
    names = rows.select("org_code", "provider_name").unique("org_code", keep="first", maintain_order=True)
    return found.join(names, on="org_code", how="left", maintain_order="left")


def _in_words(row: dict[str, str | int | float]) -> str:
    month, tests, before = Month.parse(str(row["month"])), int(row["tests"]), int(row["before"])
    where = row_words(str(row["provider_name"] or row["org_code"]), str(row["org_code"]), str(row["modality"]))
    moved = f"{before:,} tests in {month.plus(-1).words}, {tests:,} in {month.words}"
    expected = f"; as in England as a whole, {float(row['expected']):,.0f} were to be expected" if before else ""
    return f"{where}: {moved}{expected}"
