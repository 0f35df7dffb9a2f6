"""The patient: NHS number and its status, person, ethnic category, gender."""

from typing import Final

import polars as pl

from publish.records.rules import check_digit_fails, not_ten_long
from publish.reference.vocabulary import ethnic_categories, ethnic_groups, nhs_number_statuses, person_genders

NOT_KNOWN: Final = "Not known"
SEXES: Final = {"1": "Male", "2": "Female"}  # by the code of the person's gender; what any other means is not known
# How sure the Master Person Service is: percentages, and the step of its search that found the person
CONFIDENCE: Final = pl.Struct(
    {
        "MatchedAlgorithmIndicator": pl.String,
        "MatchedConfidencePercentage": pl.Float64,
        "FamilyNameScorePercentage": pl.Float64,
        "GivenNameScorePercentage": pl.Float64,
        "DateOfBirthScorePercentage": pl.Float64,
        "GenderScorePercentage": pl.Float64,
        "PostcodeScorePercentage": pl.Float64,
    }
)


def NHS_NUMBER() -> pl.Expr:
    """The NHS number as submitted, without blanks and hyphens."""
    return pl.col("NHS_NUMBER")


def NHS_NUMBER_STATUS() -> pl.Expr:
    """The NHS number status indicator code as submitted, 01 to 08."""
    return pl.col("NHS_NUMBER_STATUS_IND")


def NHS_NUMBER_STATUS_DESCRIPTION() -> pl.Expr:
    """What the NHS number status means, in the words of the NHS Data Dictionary; empty for an unknown code."""
    return meant(NHS_NUMBER_STATUS(), nhs_number_statuses())


def NHS_NUMBER_SUPPLIED() -> pl.Expr:
    """1 where an NHS number was submitted, else 0."""
    return pl.col("NHS_NUMBER").is_not_null()


def DATE_OF_BIRTH() -> pl.Expr:
    """The date of birth as submitted."""
    return pl.col("PERSON_BIRTH_DATE")


def ETHNIC_CATEGORY_CODE() -> pl.Expr:
    """The code of the ethnic category as submitted: A to S, Z (not stated) or 99 (not known)."""
    return pl.col("ETHNIC_CATEGORY")


def ETHNIC_CATEGORY_DESCRIPTION() -> pl.Expr:
    """What the ethnic category means, in the words of the NHS Data Dictionary; empty for an unknown code."""
    return meant(ETHNIC_CATEGORY_CODE(), ethnic_categories())


def ETHNIC_CATEGORY_GROUP() -> pl.Expr:
    """The group of the ethnic category.

    A to C White; D to G Mixed; H to L Asian or Asian British; M to P Black or Black British; R and S Other Ethnic
    Groups; Z Not stated; 99 Not known.
    """
    return meant(ETHNIC_CATEGORY_CODE(), ethnic_groups())


def GENDER_CODE() -> pl.Expr:
    """The code of the person's gender as submitted: 0, 1, 2 or 9."""
    return pl.col("PERSON_GENDER_CODE").cast(pl.Int8, strict=False)


def GENDER_DESCRIPTION() -> pl.Expr:
    """What the code of the person's gender means: 0 Not Known, 1 Male, 2 Female, 9 Not Specified."""
    return meant(pl.col("PERSON_GENDER_CODE"), person_genders())


def sexes_of_codes(genders: pl.DataFrame) -> pl.DataFrame:
    """What the codes of gender mean in the tables: PERSON_GENDER_CODE, `sex`: `Male`, `Female`, `Not known`."""
    sex = meant(pl.col("PERSON_GENDER_CODE"), SEXES).fill_null(NOT_KNOWN)
    return genders.with_columns(sex=sex)


def ethnic_groups_of_codes(categories: pl.DataFrame) -> pl.DataFrame:
    """The groups in the tables: ETHNIC_CATEGORY, `ethnic_group`, which is `Not known` too for an unknown code."""
    return categories.with_columns(ethnic_group=ETHNIC_CATEGORY_GROUP().fill_null(NOT_KNOWN))


def Person_ID() -> pl.Expr:
    """The person by the Master Person Service, by which the data product joins to other data sets.

    Passed through. Where none is given, the NHS number where it is valid (ten digits and its check digit): that is
    what the service gives for a person it has matched.
    """
    return pl.coalesce("Person_ID", pl.when(has_valid_nhs_number()).then("NHS_NUMBER"))


def MPSConfidence() -> pl.Expr:
    """How sure the Master Person Service is of the person. Passed through where the records have it, else empty."""
    return pl.col("MPSConfidence")


def confidence_in_form(kind: pl.DataType) -> pl.Expr:
    """`MPSConfidence` of that type with the fields of CONFIDENCE, by their names; those that it has not are empty.

    Files of one product must agree on its columns, whatever each of them was given.
    """
    column = pl.col("MPSConfidence")
    given = {field.name for field in kind.fields} if isinstance(kind, pl.Struct) else set[str]()
    fields = [
        (column.struct.field(name) if name in given else pl.lit(None)).cast(dtype, strict=False).alias(name)
        for name, dtype in CONFIDENCE.to_schema().items()
    ]
    return pl.when(column.is_not_null()).then(pl.struct(fields)).alias("MPSConfidence")


def has_valid_nhs_number() -> pl.Expr:
    """Whether the NHS number is ten digits, the last of them the check digit of the others (DIDS001, DIDS002)."""
    return (~not_ten_long() & ~check_digit_fails()).fill_null(value=False)


def meant(code: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """The words for a code; null for a code that has none."""
    return code.replace_strict(words, default=None, return_dtype=pl.String)
