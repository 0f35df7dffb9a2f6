"""Which workbooks a release has: the published ones in their order, then those beyond them."""

from typing import Final

from publish.tables.annual import TABLE_7A, TABLE_7B, TABLE_8, TABLE_9, TABLE_10, TABLE_11, TABLE_13
from publish.tables.catalogue import TABLE_1, TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6, TABLE_12
from publish.tables.further import (
    BY_AGE_AND_SEX,
    BY_DEPRIVATION,
    BY_ETHNIC_GROUP,
    BY_REGION_ANNUAL,
    BY_REGION_MONTHLY,
    USE_BY_BOARD,
)
from publish.tables.specification import TableSpec, WorkbookSpec

_BY_MONTH: Final = "By Provider by month"
_BY_COMMISSIONER: Final = "By Commissioner for {year}"
_OTHER: Final = "Other {year}"
_FURTHER: Final = "Further tables"


def _alone(spec: TableSpec, group: str, title: str = "") -> WorkbookSpec:
    return WorkbookSpec(spec.number, title or spec.title, spec.file_stem, (spec,), group)


_FIRST_SIX = tuple(_alone(spec, _BY_MONTH) for spec in (TABLE_1, TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6))


def _by_region(*tables: TableSpec) -> WorkbookSpec:
    return WorkbookSpec(
        "", "Tables by region and integrated care board", "Regions-and-ICBs", tables, _FURTHER
    )  # fmt: skip


MONTHLY: Final = (*_FIRST_SIX, _alone(TABLE_12, _BY_MONTH), _by_region(*BY_REGION_MONTHLY))
ANNUAL: Final = (
    *_FIRST_SIX,
    WorkbookSpec(
        "7",
        "Grouped number of days from Request to Test and Test to Report for selected Modality",
        "Modality-Commissioner-Request-to-Test-and-Test-to-Report",
        (TABLE_7A, TABLE_7B),
        _BY_COMMISSIONER,
    ),
    _alone(
        TABLE_8,
        _BY_COMMISSIONER,
        "Grouped number of days from Request to Test for selected Tests suitable for diagnosing cancer",
    ),
    _alone(
        TABLE_9,
        _OTHER,
        "Grouped number of days from 'Date of Test Request' to 'Date of Test' by Modality and Patient source "
        "setting",
    ),
    _alone(
        TABLE_10,
        _OTHER,
        "Provider proportion of test reports issued same day and by next day and count of tests by Modality and "
        "grouped Patient source setting",
    ),
    _alone(TABLE_11, _OTHER),
    _alone(TABLE_12, _OTHER),
    _alone(TABLE_13, _OTHER),
    WorkbookSpec(
        "",
        "Imaging activity by age, sex and other characteristics of patients",
        "Age-Sex-and-Other-Characteristics",
        (BY_AGE_AND_SEX, BY_ETHNIC_GROUP, BY_DEPRIVATION),
        _FURTHER,
    ),
    _by_region(*BY_REGION_ANNUAL, USE_BY_BOARD),
)


def workbooks_of(*, annual: bool) -> tuple[WorkbookSpec, ...]:
    """The workbooks of an annual, or of a monthly release."""
    return ANNUAL if annual else MONTHLY
