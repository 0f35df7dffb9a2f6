"""What the reference data say of a record's codes on its day: valid, in grace, ended, unlisted, or nothing.

A code that the tables know is judged by its dates. One that they do not know is `unlisted` only where an official
table that would list it has been imported whole; else nothing can be said of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from publish.records.values import NO_UK_POSTCODE, postcode_in_normal_form
from publish.reference.dated import DAY, join_on_day, narrowed, stretches
from publish.reference.tables import VALIDITY, ReferenceData
from publish.reference.vocabulary import bundled_rows

VALID: Final = "valid"
GRACE: Final = "grace"  # of exam codes: inactive, but for no more than six months
ENDED: Final = "ended"  # known, but not on that day: closed or withdrawn earlier, or not yet begun
UNLISTED: Final = "unlisted"  # not in a complete official table that would list it
STANDING: Final = pl.Enum([VALID, GRACE, ENDED, UNLISTED])
STANDINGS: Final = (
    *("nicip_standing", "snomed_standing", "practice_standing", "organisation_standing", "site_standing"),
    "postcode_standing",
)
MONTHS_OF_GRACE: Final = "6mo"  # a code of an exam counts as valid for so long after its last day

TEST_DATE: Final = "DIAGNOSTIC_TEST_DATE"
REQUEST_DATE: Final = "DIAGNOSTIC_TEST_REQUEST_DATE"
EXAM: Final = ("IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED")
TESTED: Final = pl.col(TEST_DATE)
REFERRED: Final = pl.coalesce(REQUEST_DATE, TEST_DATE)
# The shape of every code that an official file lists, so that a code of it that is missing does not exist.
LISTED_IN: Final = {
    "etr": r"^R[0-9A-Z]{2}$",
    "ets": r"^R[0-9A-Z]{4}$",
    "ephp": r"^N[0-9A-Z]{2}$",
    "ephpsite": r"^N[0-9A-Z]{4}$",
    "epraccur": r"^[A-HJ-NPWY][0-9]{5}$",
}
OTHER_COUNTRIES: Final = "^[SZ]"  # practices of Scotland and Northern Ireland: epraccur does not list them
UNDATED: Final = date.max


@dataclass(frozen=True)
class Window:
    """The days that the records of a file span, both included."""

    first: date
    last: date


# The distinct codes of the records, the reference data and the window to the standing of each code.
Judge = Callable[[pl.DataFrame, ReferenceData, Window], pl.DataFrame]


def with_standings(items: pl.LazyFrame, reference: ReferenceData) -> pl.LazyFrame:
    """The normalised records with what the reference data say of their codes, one row for each, in their order.

    Columns added: those of STANDINGS (of type STANDING, null where no code is given or nothing can be said) and
    `snomed_fits_nicip` (Boolean, null where the NICIP code maps to no SNOMED code that day or one is not given).
    Exams, practice and site on the test date; the referring organisation on the request date, else the test date.
    The distinct codes are collected here, which reads the records.
    """
    window = _window(items)
    found = items
    for codes, day, look_up in _look_ups():
        resolved = look_up(_distinct(items, codes), reference, window)
        found = _joined(found, resolved, codes, day, window)
    return _with_postcodes(found, items, reference)


def _look_ups() -> tuple[tuple[tuple[str, ...], pl.Expr, Judge], ...]:
    """Which codes are looked up, on which day, and where."""
    return (
        (EXAM, TESTED, exams),
        (("PRACTICE_CODE",), TESTED, practices),
        (("REFERRING_ORG_CODE",), REFERRED, organisations),
        (("SITE_CODE_IMAGING",), TESTED, sites),
    )


def _window(items: pl.LazyFrame) -> Window:
    days = items.select(
        first=pl.min_horizontal(TESTED, REFERRED).min(), last=pl.max_horizontal(TESTED, REFERRED).max()
    )
    first, last = days.collect(engine="streaming").row(0)
    return Window(first or UNDATED, last or UNDATED)


def _distinct(items: pl.LazyFrame, codes: tuple[str, ...]) -> pl.DataFrame:
    return items.select(codes).unique().collect(engine="streaming")


def _joined(
    items: pl.LazyFrame, resolved: pl.DataFrame, codes: tuple[str, ...], day: pl.Expr, window: Window
) -> pl.LazyFrame:
    """The records with what their codes are on the day. Without a day only an unlisted code can be judged."""
    on_day = join_on_day(items, resolved, codes, day.fill_null(window.first))
    found = [name for name in resolved.columns if name not in {*codes, *VALIDITY}]
    return on_day.with_columns(
        pl.when(day.is_not_null() | _is_unlisted(name)).then(name).alias(name) for name in found
    )


def _is_unlisted(name: str) -> pl.Expr:
    return (pl.col(name) == UNLISTED) if name in STANDINGS else pl.lit(value=False)


def exams(codes: pl.DataFrame, reference: ReferenceData, window: Window) -> pl.DataFrame:
    """The standing of NICIP and SNOMED codes, and whether the one maps to the other, on every day of the window.

    `codes` has the pairs of codes of the records (EXAM). Columns of the result: these, `valid_from`, `valid_to`,
    `nicip_standing`, `snomed_standing`, `snomed_fits_nicip`. A mapping holds in grace where its NICIP code does.
    """
    mapped = nicip_rows(reference).filter(pl.col("snomed_code").is_not_null())
    pair = pl.concat_str("nicip_code", "snomed_code", separator=" ")
    given = codes.with_columns(pair=pl.concat_str(*EXAM, separator=" "))
    tables = (
        ("IMAGING_CODE_NICIP", "nicip_standing", _exam_stretches(nicip_rows(reference), pl.col("nicip_code"))),
        ("IMAGING_CODE_SNOMED", "snomed_standing", _exam_stretches(snomed_rows(reference), pl.col("snomed_code"))),
        ("IMAGING_CODE_NICIP", "mapping", _exam_stretches(mapped, pl.col("nicip_code"))),
        ("pair", "pair_mapping", _exam_stretches(mapped, pair)),
    )
    unlisted = {"nicip_standing": pl.lit("nicip" in reference.complete)}
    unlisted["snomed_standing"] = pl.lit("exam-lookup" in reference.complete)
    found = given.with_columns(valid_from=window.first, valid_to=window.last)
    for key, name, rows in tables:
        found = _judged(found, key, rows, name, unlisted.get(name, pl.lit(value=False)), window)
    return found.select(*EXAM, *VALIDITY, "nicip_standing", "snomed_standing", snomed_fits_nicip=_fits())


def _fits() -> pl.Expr:
    def holds(mapping: str) -> pl.Expr:
        in_grace = (pl.col("nicip_standing") == GRACE) & (pl.col(mapping) == GRACE)
        return ((pl.col(mapping) == VALID) | in_grace).fill_null(value=False)

    both_given = pl.all_horizontal(pl.col(EXAM).is_not_null())
    return pl.when(both_given & holds("mapping")).then(holds("pair_mapping"))


def nicip_rows(reference: ReferenceData) -> pl.DataFrame:
    """NICIP codes and what they map to (nicip_code, snomed_code, valid_from, valid_to).

    A code that the official table has is known by that alone, another by the table of exams.
    """
    return _first_known("nicip_code", ("snomed_code",), reference.nicip_codes, reference.exam_codes)


def snomed_rows(reference: ReferenceData) -> pl.DataFrame:
    """SNOMED codes of exams (snomed_code, valid_from, valid_to), known as those of `nicip_rows`."""
    return _first_known("snomed_code", (), reference.snomed_codes, reference.exam_codes)


def _exam_stretches(rows: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    """When each code was valid and in grace: `code`, `standing`, `valid_from`, `valid_to`."""
    held = _held(rows.with_columns(code=key))
    next_begins = pl.col("valid_from").shift(-1).over("code")
    grace = held.with_columns(
        standing=pl.lit(GRACE),
        valid_from=pl.col("valid_to") + DAY,
        valid_to=pl.min_horizontal(pl.col("valid_to").dt.offset_by(MONTHS_OF_GRACE), next_begins - DAY),
    )
    ended = pl.col("valid_from") <= UNDATED
    return pl.concat([held, grace.filter(ended)])


def practices(codes: pl.DataFrame, reference: ReferenceData, window: Window) -> pl.DataFrame:
    """The standing of GP practices (PRACTICE_CODE) on every day of the window, in `practice_standing`.

    Nothing is said of the default codes: they are no practices.
    """
    code = pl.col("PRACTICE_CODE")
    listed = reference.organisations.filter(pl.col("kind") == "epraccur").with_columns(code="org_code")
    default = code.is_in([row["code"] for row in bundled_rows("default_practices")])
    unlisted = pl.lit("epraccur" in reference.complete) & ~code.str.contains(OTHER_COUNTRIES)
    found = _judged_alone(codes, "PRACTICE_CODE", _held(listed), "practice_standing", unlisted, window)
    return found.with_columns(practice_standing=pl.when(~default).then("practice_standing"))


def organisations(codes: pl.DataFrame, reference: ReferenceData, window: Window) -> pl.DataFrame:
    """The standing of referring organisations on every day of the window, in `organisation_standing`."""
    tables = (reference.organisations, _renamed_sites(reference), _begun_before(reference.providers))
    rows = _first_known("org_code", (), *tables).with_columns(code="org_code")
    key, unlisted = "REFERRING_ORG_CODE", _missing_by_shape(pl.col("REFERRING_ORG_CODE"), reference)
    return _judged_alone(codes, key, _held(rows), "organisation_standing", unlisted, window)


def sites(codes: pl.DataFrame, reference: ReferenceData, window: Window) -> pl.DataFrame:
    """The standing of sites on every day of the window, in `site_standing`.

    Of a site known only as one of an organisation, by its first five or three characters, nothing is said.
    """
    key, code = "SITE_CODE_IMAGING", pl.col("SITE_CODE_IMAGING")
    tables = (_renamed_sites(reference), reference.organisations, reference.providers)
    rows = _first_known("org_code", (), *tables).with_columns(code="org_code")
    known = pl.concat([reference.organisations["org_code"], reference.providers["org_code"]]).unique().implode()
    of_known = pl.any_horizontal(code.str.head(length).is_in(known) for length in (5, 3))
    missing = pl.lit("sites" in reference.complete) | _missing_by_shape(code, reference)
    return _judged_alone(codes, key, _held(rows), "site_standing", missing & ~of_known, window)


def _begun_before(providers: pl.DataFrame) -> pl.DataFrame:
    """The providers, the earliest rows without a beginning: the publications begin then, not the providers."""
    earliest = pl.col("valid_from") == pl.col("valid_from").min()
    return providers.with_columns(valid_from=pl.when(~earliest).then("valid_from"))


def _renamed_sites(reference: ReferenceData) -> pl.DataFrame:
    return reference.sites.select(*VALIDITY, org_code="site_code")


def _missing_by_shape(code: pl.Expr, reference: ReferenceData) -> pl.Expr:
    """Whether a code that no table knows would be in one that was imported whole."""
    shapes = [shape for kind, shape in LISTED_IN.items() if kind in reference.complete]
    return pl.any_horizontal(pl.lit(value=False), *(code.str.contains(shape) for shape in shapes))


def _with_postcodes(found: pl.LazyFrame, items: pl.LazyFrame, reference: ReferenceData) -> pl.LazyFrame:
    """The records with `postcode_standing`: unlisted or null. A postcode that has ended is as good as another."""
    if "postcodes" not in reference.complete:
        return found.with_columns(postcode_standing=pl.lit(None, STANDING))
    unlisted = unlisted_postcodes(_distinct(items, ("POSTCODE",)), reference)
    return found.join(unlisted.lazy(), on="POSTCODE", how="left", maintain_order="left")


def unlisted_postcodes(codes: pl.DataFrame, reference: ReferenceData) -> pl.DataFrame:
    """Those postcodes (POSTCODE) that the table of all postcodes has not: POSTCODE, `postcode_standing`.

    ZZ99 postcodes and what has not the form of a postcode (rule DIDS017) are left out. The table has millions of
    rows: it is read in pieces.
    """
    in_the_uk = codes.filter(~pl.col("POSTCODE").str.starts_with(NO_UK_POSTCODE))
    given = in_the_uk.with_columns(postcode=postcode_in_normal_form(pl.col("POSTCODE"))).drop_nulls()
    wanted = given.lazy().select("postcode").unique()
    listed = reference.postcodes.select("postcode").join(wanted, on="postcode", how="semi").unique()
    missing = given.join(listed.collect(engine="streaming"), on="postcode", how="anti")
    return missing.select("POSTCODE", postcode_standing=pl.lit(UNLISTED, STANDING))


def _first_known(key: str, others: tuple[str, ...], *tables: pl.DataFrame) -> pl.DataFrame:
    """The rows of several tables (columns `key`, others, VALIDITY): a code's are those of the first that has it."""
    rows = tables[0].select(key, *others, *VALIDITY)
    for table in tables[1:]:
        more = table.select(key, *others, *VALIDITY).join(rows, on=key, how="anti")
        rows = pl.concat([rows, more])
    return rows.filter(pl.col(key).is_not_null())


def _held(rows: pl.DataFrame) -> pl.DataFrame:
    """When each code was valid (code, standing, valid_from, valid_to). Rows that meet or overlap are one."""
    spans = rows.select(
        "code", valid_from=pl.col("valid_from").fill_null(date.min), valid_to=pl.col("valid_to").fill_null(UNDATED)
    ).sort("code", "valid_from", "valid_to")
    reached = pl.col("valid_to").cum_max().shift(1).over("code")
    begins = (pl.col("valid_from") > reached + DAY).fill_null(value=True)
    numbered = spans.with_columns(span=begins.cum_sum().over("code"))
    together = numbered.group_by("code", "span", maintain_order=True).agg(
        pl.col("valid_from").min(), pl.col("valid_to").max()
    )
    return together.select("code", "valid_from", "valid_to", standing=pl.lit(VALID))


def _judged_alone(
    codes: pl.DataFrame, key: str, rows: pl.DataFrame, name: str, unlisted: pl.Expr, window: Window
) -> pl.DataFrame:
    """The standing of codes of one kind on every day of the window: `key`, VALIDITY and the column `name`."""
    given = codes.with_columns(valid_from=window.first, valid_to=window.last)
    return _judged(given, key, rows, name, unlisted, window)


def _judged(
    given: pl.DataFrame, key: str, rows: pl.DataFrame, name: str, unlisted: pl.Expr, window: Window
) -> pl.DataFrame:
    """The stretches `given` divided by those of the codes in column `key`, with their standing in column `name`.

    `rows` has `code`, `standing` and when it holds; of a code that it has not `unlisted` decides.
    """
    wanted = rows.filter(pl.col("code").is_in(given[key].unique().implode()))
    held = stretches(wanted.rename({"standing": name}), "code", window.first, window.last)
    known = pl.col(key).is_in(wanted["code"].unique().implode())
    of_others = pl.when(known).then(pl.lit(ENDED)).when(unlisted & pl.col(key).is_not_null()).then(pl.lit(UNLISTED))
    judged = pl.coalesce(name, of_others).cast(STANDING)
    return narrowed(given, held, key, "code").with_columns(judged.alias(name))
