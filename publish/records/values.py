"""Items as they are compared: codes trimmed and in capitals, dates as clock dates."""

from datetime import date
from typing import Final

import polars as pl

from publish.records.items import DATES, NAMES
from publish.reference.tables import ReferenceData

CLOCKS: Final = "Europe/London"
# A postcode in capitals: the UK government's pattern, with one blank before the last three characters or none.
POSTCODE_FORM: Final = (
    r"^(?:GIR ?0AA"
    r"|(?:[A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9]?[A-Z]) ?[0-9][A-Z]{2})$"
)
NO_UK_POSTCODE: Final = "ZZ99"  # postcodes of countries and of no fixed abode begin so
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?"
_CLOCK_DATE = rf"^\s*(\d{{4}}-\d{{2}}-\d{{2}})(?:[Tt ]{_TIME})?\s*$"
_CASE_KEPT = ("RADIOLOGICAL_ACCESSION_NUM", "Person_ID")
_LOCAL_CODE = ("submitter_code", "local_code")


def normalised(records: pl.LazyFrame, reference: ReferenceData, submitter: str | None = None) -> pl.LazyFrame:
    """The items of records as rules and fields see them.

    `records` has the 18 items in the types of the file, and any of SUBMITTER_ORGANISATION, Person_ID,
    MPSConfidence and `record`. Columns of the result: the 18 items (texts trimmed and in capitals, null where
    blank; the NHS number without blanks and hyphens; the accession number in its own case; dates as Date, null
    where blank or not a date; local codes mapped to NICIP), SUBMITTER_ORGANISATION (`submitter` where given) and
    Person_ID, null where not known; MPSConfidence and `record` as they are, where they are.
    """
    return read_items(records, reference, submitter).drop(unreadable_names())


def read_items(records: pl.LazyFrame, reference: ReferenceData, submitter: str | None = None) -> pl.LazyFrame:
    """The normalised records and, for each date item, whether it holds something that is not a date.

    Columns as `normalised` says, and `unreadable_<ITEM>` (Boolean, never null) for the five dates.
    """
    kinds = records.collect_schema()
    items = records.select(
        *(_item(name, kinds[name]) for name in NAMES),
        _submitter(kinds, submitter).alias("SUBMITTER_ORGANISATION"),
        (trimmed("Person_ID") if "Person_ID" in kinds else pl.lit(None, pl.String)).alias("Person_ID"),
        *(name for name in ("MPSConfidence", "record") if name in kinds),
        *(unreadable(name, kinds[name]).alias(unreadable_name(name)) for name in DATES),
    )
    return with_local_codes_mapped(items, reference)


def unreadable_name(date_item: str) -> str:
    """The column that says whether the date item holds something that is not a date."""
    return f"unreadable_{date_item}"


def unreadable_names() -> list[str]:
    """The five columns of `unreadable_name`."""
    return [unreadable_name(name) for name in DATES]


def _item(name: str, kind: pl.DataType) -> pl.Expr:
    if name in DATES:
        return clock_date(name, kind).alias(name)
    if name in _CASE_KEPT:
        return trimmed(name)
    return nhs_number() if name == "NHS_NUMBER" else code(name)


def _submitter(kinds: pl.Schema, submitter: str | None) -> pl.Expr:
    if submitter and submitter.strip():
        return pl.lit(submitter.strip().upper())
    return code("SUBMITTER_ORGANISATION") if "SUBMITTER_ORGANISATION" in kinds else pl.lit(None, pl.String)


def with_local_codes_mapped(
    records: pl.LazyFrame, reference: ReferenceData, submitter: str | None = None
) -> pl.LazyFrame:
    """IMAGING_CODE_NICIP is what the submitter's local code maps to, where it maps to anything.

    `records` have that item, SITE_CODE_IMAGING and perhaps SUBMITTER_ORGANISATION. A record whose submitter is not
    known is looked up under the first three characters of its site.
    """
    if reference.local_codes.is_empty():
        return records
    once = reference.local_codes.sort(pl.all()).unique(_LOCAL_CODE, keep="first", maintain_order=True)
    by = pl.coalesce(_submitter(records.collect_schema(), submitter), code("SITE_CODE_IMAGING").str.head(3))
    joined = records.with_columns(submitter_code=by, local_code=code("IMAGING_CODE_NICIP")).join(
        once.lazy(), on=_LOCAL_CODE, how="left", maintain_order="left"
    )
    mapped = pl.coalesce("nicip_code", "local_code")
    return joined.with_columns(IMAGING_CODE_NICIP=mapped).drop(*_LOCAL_CODE, "nicip_code")


def trimmed(name: str) -> pl.Expr:
    """A text in its own case: stray blanks trimmed, null where nothing is left."""
    return _unless_blank(pl.col(name).cast(pl.String).str.strip_chars())


def code(name: str) -> pl.Expr:
    """A coded item: stray blanks trimmed, in capitals, null where nothing is left."""
    return _unless_blank(pl.col(name).cast(pl.String).str.strip_chars().str.to_uppercase())


def _unless_blank(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def nhs_number() -> pl.Expr:
    """The NHS number without blanks and hyphens, null where nothing is left."""
    written = pl.col("NHS_NUMBER").cast(pl.String).str.replace_all(r"[\s-]", "")
    return _unless_blank(written.str.to_uppercase())


def postcode_in_normal_form(column: pl.Expr) -> pl.Expr:
    """A postcode in capitals as reference tables write it (`WN5 8QX`); null where it has not the form of one."""
    plain = column.str.replace(" ", "", literal=True)
    normal = plain.str.head(-3) + " " + plain.str.tail(3)
    return pl.when(column.str.contains(POSTCODE_FORM)).then(normal)


def clock_date(name: str, kind: pl.DataType) -> pl.Expr:
    """A date item of that type as Date: CCYY-MM-DD, or the clock date of a timestamp (v2.0); null where neither.

    A timestamp with a time zone gives the date on the clocks of England. Years run from 1 to 9999.
    """
    day = _as_date(pl.col(name), kind)
    return pl.when(day.is_between(date.min, date.max)).then(day)


def _as_date(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        return (column.dt.convert_time_zone(CLOCKS) if kind.time_zone else column).dt.date()
    if isinstance(kind, pl.String):
        return column.str.extract(_CLOCK_DATE, 1).str.to_date("%Y-%m-%d", strict=False)
    return column.cast(pl.Date)


def unreadable(name: str, kind: pl.DataType) -> pl.Expr:
    """Whether a date item holds something that is not a date (rules DIDS005, 026, 036, 045, 061)."""
    column = pl.col(name)
    given = column.str.strip_chars() != "" if isinstance(kind, pl.String) else column.is_not_null()
    return (given & clock_date(name, kind).is_null()).fill_null(value=False)
