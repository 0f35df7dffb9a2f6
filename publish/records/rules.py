"""The 57 validation rules of DIDS v1.0: each a code, how severe it is, and when a record breaks it.

Source: the records specification, Validation. A rule is a condition on the normalised record (`values.py`), on
what the reference data say of its codes (`standing.py`) and on the day of submission. It is never null: where what
it looks at is missing it does not apply, unless it is about what is missing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

import polars as pl

from publish.records.referrers import referrer_pattern
from publish.records.standing import ENDED, GRACE, UNLISTED
from publish.records.values import NO_UK_POSTCODE, POSTCODE_FORM, unreadable_name
from publish.reference.vocabulary import bundled_rows, source_settings


class Severity(Enum):
    """What becomes of a record, or a file, that breaks a rule."""

    REJECT = "reject record"
    WARN = "warning"
    REFUSE_FILE = "reject file"


@dataclass(frozen=True)
class Rule:
    """A validation rule.

    `item` is the item it is about (its column name) or, where it is about several, what they are. `applies` says
    of a record whether it breaks the rule; None where that is seen elsewhere: by the reader in a whole file
    (DIDS075, 076), or over a whole submission (DIDS071).
    """

    code: str
    severity: Severity
    item: str
    meaning: str
    applies: pl.Expr | None


NHS_NUMBER: Final = "NHS_NUMBER"
STATUS: Final = "NHS_NUMBER_STATUS_IND"
BIRTH: Final = "PERSON_BIRTH_DATE"
ETHNICITY: Final = "ETHNIC_CATEGORY"
GENDER: Final = "PERSON_GENDER_CODE"
POSTCODE: Final = "POSTCODE"
PRACTICE: Final = "PRACTICE_CODE"
SETTING: Final = "PATIENT_SOURCE_SETTING"
REFERRER: Final = "REFERRER"
REFERRING: Final = "REFERRING_ORG_CODE"
REQUEST: Final = "DIAGNOSTIC_TEST_REQUEST_DATE"
RECEIVED: Final = "DIAG_TEST_REQUEST_REC_DATE"
TEST: Final = "DIAGNOSTIC_TEST_DATE"
NICIP: Final = "IMAGING_CODE_NICIP"
SNOMED: Final = "IMAGING_CODE_SNOMED"
REPORT: Final = "SERVICE_REPORT_DATE"
SITE: Final = "SITE_CODE_IMAGING"
ACCESSION: Final = "RADIOLOGICAL_ACCESSION_NUM"
EXAM_CODES: Final = "NICIP and SNOMED codes"
DEMOGRAPHICS: Final = "demographics"
DEMOGRAPHIC_ITEMS: Final = (NHS_NUMBER, BIRTH, ETHNICITY, GENDER, POSTCODE, PRACTICE)

BORN_AFTER: Final = date(1900, 1, 1)
REQUESTS_BEGIN: Final = date(1970, 1, 1)
YEAR: Final = timedelta(days=365)
MOST_MONTHS_BEFORE_BIRTH: Final = 6
LONGEST_ACCESSION: Final = 20
ODS_CODE: Final = "^[0-9A-Z]{3,6}$"
SITE_CODE: Final = "^[0-9A-Z]{5,12}$"


def missing(item: str) -> pl.Expr:
    """Whether nothing is given. A date that cannot be read is given."""
    blank = pl.col(item).is_null()
    return blank & ~unreadable(item) if item in (BIRTH, TEST) else blank


def unreadable(item: str) -> pl.Expr:
    """Whether a date item holds something that is not a date."""
    return pl.col(unreadable_name(item))


def after(later: str, earlier: str) -> pl.Expr:
    """Whether the one date is after the other."""
    return pl.col(later) > pl.col(earlier)


def before(item: str, day: date) -> pl.Expr:
    """Whether a date is before that day."""
    return pl.col(item) < day


def over_a_year_before_test(item: str) -> pl.Expr:
    """Whether the test came more than 365 days after that date."""
    return pl.col(TEST) - pl.col(item) > YEAR


def months(item: str) -> pl.Expr:
    """The calendar months since the year 0."""
    return pl.col(item).dt.year() * 12 + pl.col(item).dt.month().cast(pl.Int32)


def long_before_birth(item: str) -> pl.Expr:
    """Whether that date is more than six calendar months before the birth: days of the month do not count."""
    return months(BIRTH) - months(item) > MOST_MONTHS_BEFORE_BIRTH


def months_before_submission(item: str, how_many: int) -> pl.Expr:
    """Whether that date is before the first of the month that many months before the month of submission."""
    return pl.col(item) < pl.col("submitted").dt.month_start().dt.offset_by(f"-{how_many}mo")


def none_of(item: str, codes: list[str]) -> pl.Expr:
    """Whether a code is given that is none of these."""
    return ~pl.col(item).is_in(codes)


def not_in_form(item: str, form: str) -> pl.Expr:
    """Whether a text is given that is not in the form of that regular expression."""
    return ~pl.col(item).str.contains(form)


def stands(code: str, *which: str) -> pl.Expr:
    """Whether the reference data say that of the code on the day."""
    return pl.any_horizontal(pl.col(f"{code}_standing") == one for one in which)


def not_ten_long() -> pl.Expr:
    """Whether the NHS number has not ten characters."""
    return pl.col(NHS_NUMBER).str.len_chars() != 10


def check_digit_fails() -> pl.Expr:
    """Whether an NHS number of ten characters is not ten digits of which the tenth is the check digit.

    The digits times 10, 9, … 1 add up to a multiple of 11. With q the number without its last k digits, the sum is
    that of q times (1 - 9k), and 1 - 9k leaves the same remainder as 1 + 2k: whole divisions in place of slices.
    """
    number = pl.col(NHS_NUMBER).cast(pl.Int64, strict=False)
    total = pl.sum_horizontal((number // 10**k) * (1 + 2 * k) for k in range(10))
    digits = pl.col(NHS_NUMBER).str.contains("^[0-9]{10}$")
    return ~not_ten_long() & (~digits | (total % 11 != 0))


def outside_the_uk() -> pl.Expr:
    """Whether the postcode is one of those for other countries and no fixed abode (ZZ99)."""
    return pl.col(POSTCODE).str.starts_with(NO_UK_POSTCODE)


def report_over_a_month_after_test() -> pl.Expr:
    """Whether the report is after the same day of the month after the test, or after its last day."""
    return pl.col(REPORT) > pl.col(TEST).dt.offset_by("1mo")


def only_a_postcode_outside_the_uk() -> pl.Expr:
    """Whether a ZZ99 postcode is the only one of the six demographics that is given."""
    others = (item for item in DEMOGRAPHIC_ITEMS if item != POSTCODE)
    return outside_the_uk() & pl.all_horizontal(missing(item) for item in others)


def _codes(table: str) -> list[str]:
    return [row["code"] for row in bundled_rows(table)]


def _rejects(code: str, item: str, meaning: str, applies: pl.Expr | None) -> Rule:
    return Rule(code, Severity.REJECT, item, meaning, None if applies is None else applies.fill_null(value=False))


def _warns(code: str, item: str, meaning: str, applies: pl.Expr) -> Rule:
    return Rule(code, Severity.WARN, item, meaning, applies.fill_null(value=False))


def _patient_rules() -> tuple[Rule, ...]:
    long_before = "more than six months after the test was requested"
    return (
        _rejects("DIDS001", NHS_NUMBER, "its check digit is wrong", check_digit_fails()),
        _rejects("DIDS002", NHS_NUMBER, "not 10 characters long", not_ten_long()),
        _rejects("DIDS003", STATUS, "none of 01 to 08", none_of(STATUS, _codes("nhs_number_statuses"))),
        _rejects("DIDS005", BIRTH, "not a date", unreadable(BIRTH)),
        _rejects("DIDS006", BIRTH, "after the test", after(BIRTH, TEST)),
        _rejects("DIDS008", BIRTH, "after the report was issued", after(BIRTH, REPORT)),
        _rejects("DIDS009", BIRTH, "1 January 1900 or earlier", pl.col(BIRTH) <= BORN_AFTER),
        _rejects("DIDS010", BIRTH, long_before, long_before_birth(REQUEST)),
        _rejects("DIDS012", ETHNICITY, "not a code of the list", none_of(ETHNICITY, _codes("ethnic_categories"))),
        _rejects("DIDS014", GENDER, "none of 0, 1, 2 and 9", none_of(GENDER, _codes("person_genders"))),
        _rejects("DIDS016", POSTCODE, "no postcode of the reference data", stands("postcode", UNLISTED)),
        _rejects(
            *("DIDS017", POSTCODE, "not in the form of a postcode"),
            ~outside_the_uk() & not_in_form(POSTCODE, POSTCODE_FORM),
        ),
        _rejects("DIDS018", PRACTICE, "no GP practice of the reference data", stands("practice", UNLISTED)),
    )


def _referral_rules() -> tuple[Rule, ...]:
    unknown = stands("organisation", UNLISTED).fill_null(value=False) | (
        pl.col("organisation_standing").is_null() & not_in_form(REFERRING, ODS_CODE)
    )
    settings = [setting.code for setting in source_settings()]
    return (
        _rejects("DIDS020", SETTING, "missing", missing(SETTING)),
        _rejects("DIDS021", SETTING, "none of 01 to 07", none_of(SETTING, settings)),
        _warns("DIDS023", REFERRER, "in no known form; read as 99", not_in_form(REFERRER, referrer_pattern())),
        _rejects("DIDS024", REFERRING, "no organisation of the reference data", unknown),
    )


def _request_rules() -> tuple[Rule, ...]:
    return (
        _rejects("DIDS026", REQUEST, "not a date", unreadable(REQUEST)),
        _rejects("DIDS027", REQUEST, "after the request was received", after(REQUEST, RECEIVED)),
        _warns("DIDS028", REQUEST, "over 365 days before the test", over_a_year_before_test(REQUEST)),
        _rejects("DIDS031", REQUEST, "before 1970", before(REQUEST, REQUESTS_BEGIN)),
        _rejects("DIDS034", REQUEST, "after the test", after(REQUEST, TEST)),
        _rejects("DIDS035", REPORT, "before the request", after(REQUEST, REPORT)),
        _rejects("DIDS036", RECEIVED, "not a date", unreadable(RECEIVED)),
        _warns("DIDS038", RECEIVED, "over 365 days before the test", over_a_year_before_test(RECEIVED)),
        _rejects("DIDS040", RECEIVED, "more than six months before the birth", long_before_birth(RECEIVED)),
        _rejects("DIDS041", RECEIVED, "before 1970", before(RECEIVED, REQUESTS_BEGIN)),
        _rejects("DIDS043", RECEIVED, "after the test", after(RECEIVED, TEST)),
        _rejects("DIDS044", RECEIVED, "after the report was issued", after(RECEIVED, REPORT)),
    )


def _test_rules() -> tuple[Rule, ...]:
    three, six = months_before_submission(TEST, 3), months_before_submission(TEST, 6)
    long_after = report_over_a_month_after_test()
    return (
        _rejects("DIDS045", TEST, "not a date", unreadable(TEST)),
        _rejects("DIDS048", REPORT, "before the test", after(TEST, REPORT)),
        _warns("DIDS049", TEST, "over three months before the month of submission began", three),
        _rejects("DIDS050", TEST, "missing", missing(TEST)),
        _rejects("DIDS051", TEST, "after the submission", after(TEST, "submitted")),
        _rejects("DIDS055", TEST, "over six months before the month of submission began", six),
        _rejects("DIDS056", EXAM_CODES, "neither is given", missing(NICIP) & missing(SNOMED)),
        _rejects("DIDS057", NICIP, "not a code on the day of the test", stands("nicip", ENDED, UNLISTED)),
        _rejects("DIDS059", SNOMED, "not a code on the day of the test", stands("snomed", ENDED, UNLISTED)),
        _rejects("DIDS061", REPORT, "not a date", unreadable(REPORT)),
        _warns("DIDS062", REPORT, "more than a month after the test", long_after),
        _rejects("DIDS066", REPORT, "after the submission", after(REPORT, "submitted")),
    )


def _site_rules() -> tuple[Rule, ...]:
    too_long = pl.col(ACCESSION).str.len_chars() > LONGEST_ACCESSION
    return (
        _rejects("DIDS067", SITE, "missing", missing(SITE)),
        _rejects("DIDS068", SITE, "no site of the reference data", stands("site", UNLISTED)),
        _rejects("DIDS069", SITE, "not 5 to 12 letters and digits", not_in_form(SITE, SITE_CODE)),
        _rejects("DIDS070", ACCESSION, "missing", missing(ACCESSION)),
        _rejects("DIDS071", ACCESSION, "twice in the submission with the same site", None),
        _rejects("DIDS072", ACCESSION, "longer than 20 characters", too_long),
    )


def _other_rules() -> tuple[Rule, ...]:
    none_given = pl.all_horizontal(missing(item) for item in DEMOGRAPHIC_ITEMS)
    return (
        _rejects("DIDS073", DEMOGRAPHICS, "none of the six is given", none_given),
        _rejects("DIDS074", DEMOGRAPHICS, "only a ZZ99 postcode is given", only_a_postcode_outside_the_uk()),
        Rule("DIDS075", Severity.REFUSE_FILE, "CSV file", "a line has not 18 columns", None),
        Rule("DIDS076", Severity.REFUSE_FILE, "XML file", "not of the structure of DIDS v1.0", None),
        _warns("DIDS077", NICIP, "ended within the six months before the test", stands("nicip", GRACE)),
        _warns("DIDS078", SNOMED, "ended within the six months before the test", stands("snomed", GRACE)),
        _warns("DIDS079", REFERRING, "not open on the day of request, else of test", stands("organisation", ENDED)),
        _warns("DIDS080", PRACTICE, "not open on the day of the test", stands("practice", ENDED)),
        _warns("DIDS081", SITE, "not open on the day of the test", stands("site", ENDED)),
        _rejects("DIDS082", EXAM_CODES, "the first does not map to the second", ~pl.col("snomed_fits_nicip")),
    )


RULES: Final = (
    *(*_patient_rules(), *_referral_rules(), *_request_rules()),
    *(*_test_rules(), *_site_rules(), *_other_rules()),
)
