"""The tables of the monthly release, as data. A further table is a further entry.

Titles, headings, labels and file stems are the published ones; sentences are ours.
"""

from dataclasses import replace
from typing import Final

from publish.reference.vocabulary import cancer_groups, modalities
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS, Label, Measure, TableSpec

ALL_MODALITIES: Final = "All modalities"

BY_MODALITY: Final = tuple(Label(m.modality, (m.modality,)) for m in modalities() if m.in_provider_tables)
INTERVENTIONAL: Final = tuple(
    Label(m.interventional_name, (m.modality,)) for m in modalities() if m.interventional_name
)
BY_CANCER_GROUP: Final = tuple(Label(group.cancer_group, (group.cancer_group,)) for group in cancer_groups())
EVERY_MODALITY: Final = Label(ALL_MODALITIES, tuple(label.text for label in BY_MODALITY))


def rounding_note(totals: str, parts: str) -> str:
    """Why totals may differ from the sum of their parts."""
    return (
        "Counts are rounded to the nearest {base} after adding up, so "
        f"{totals} may differ from the sum of {parts}."
    )


ALL_AND_GP: Final = (Label(ALL_SETTINGS), Label(GP_DIRECT_ACCESS, ("04",)))

REGION_NOTE: Final = "Independent sector providers are listed once for each region in which they have sites."
ROWS_NOTE: Final = "A row is shown only where there was such activity in the period."
COUNT_NOTES: Final = (REGION_NOTE, rounding_note("England and {total} totals", "{rows} or months"), ROWS_NOTE)
BLANK_CELLS: Final = "Blank cells = no data has been submitted"
KEY_WITHOUT_BLANKS: Final = (
    "0 = zero activity submitted",
    "* = suppression: values of less than {threshold} are suppressed{others}",
)
COUNT_KEY: Final = (*KEY_WITHOUT_BLANKS, BLANK_CELLS)
_MEDIAN_NOTES = (
    REGION_NOTE,
    "England and {total} medians are worked out from the records, not from other medians.",
    ROWS_NOTE,
)
_MEDIAN_KEY = (
    "0 = median value is 0",
    "* = suppression: medians of less than {threshold} tests are suppressed{others}",
    "Blank cells = no data has been submitted (activity, or {dates})",
)
_REQUEST_DATES = "valid 'date of test request' or 'date of test request received'"
_REPORT_DATES = "valid 'date of test report issued'"
_REQUEST_REMARKS = (
    "A median of 0 means that at least half of the tests were done on the day on which they were requested.",
    "Where the 'date of test request' is missing, the 'date of test request received' is used. Tests with "
    "neither date are left out of the median.",
)
_REPORT_REMARKS = (
    "A median of 0 means that at least half of the reports were issued on the day of the test. Tests without a "
    "'date of test report issued' are left out of the median.",
)

TABLE_1: Final = TableSpec(
    number="1",
    title="Count of Imaging Activity by Modality",
    summary="Number of imaging tests in each month by modality (exam type), NHS funded patients in England",
    file_stem="Modality-Provider-Counts",
    measure=Measure.TESTS,
    labelled_by="modality",
    label_heading="Modality",
    labels=BY_MODALITY,
    notes=COUNT_NOTES,
    key=COUNT_KEY,
)
TABLE_2: Final = replace(
    TABLE_1,
    number="2",
    title="Median number of days from 'Date of Test Request' to 'Date of Test' by Modality",
    summary="Median days from request (or, where missing, request received) to test in each month by modality "
    "(exam type), NHS funded patients in England",
    file_stem="Modality-Provider-Median-Request-to-Test",
    measure=Measure.REQUEST_TO_TEST,
    header_row=14,
    remarks=_REQUEST_REMARKS,
    notes=_MEDIAN_NOTES,
    key=tuple(line.replace("{dates}", _REQUEST_DATES) for line in _MEDIAN_KEY),
)
TABLE_3: Final = replace(
    TABLE_2,
    number="3",
    title="Median number of days from 'Date of Test' to 'Date of Test Report Issued' by Modality",
    summary="Median days from test to report issued in each month by modality (exam type), NHS funded patients "
    "in England",
    file_stem="Modality-Provider-Median-Test-to-Report",
    measure=Measure.TEST_TO_REPORT,
    interval="test_to_report",
    remarks=_REPORT_REMARKS,
    key=tuple(line.replace("{dates}", _REPORT_DATES) for line in _MEDIAN_KEY),
)
TABLE_4: Final = replace(
    TABLE_1,
    number="4",
    title="Count of Imaging Activity, Using Groups of Tests Suitable for Diagnosing Cancer Labelled by Body site",
    summary="Number of imaging tests in each month that could help to diagnose or rule out cancer, by body site, "
    "for all patients and for those referred directly by a GP, NHS funded patients in England",
    file_stem="Bodysite-Provider-Counts",
    labelled_by="cancer_group",
    label_heading="Test",
    labels=BY_CANCER_GROUP,
    settings=ALL_AND_GP,
)
TABLE_5: Final = replace(
    TABLE_2,
    number="5",
    title="Median number of days from 'Date of Test Request' to 'Date of Test' for Groups of Tests Suitable for "
    "Diagnosing Cancer, by Body Site",
    summary="Median days from request (or, where missing, request received) to test in each month for tests that "
    "could help to diagnose or rule out cancer, by body site, for all patients and for those referred directly by "
    "a GP, NHS funded patients in England",
    file_stem="Bodysite-Provider-Median-Request-to-Test",
    labelled_by=TABLE_4.labelled_by,
    label_heading=TABLE_4.label_heading,
    labels=TABLE_4.labels,
    settings=TABLE_4.settings,
)
TABLE_6: Final = replace(
    TABLE_3,
    number="6",
    title="Median number of days from 'Date of Test' to 'Date of Test Report Issued' for Groups of Tests Suitable "
    "for Diagnosing Cancer, by Body Site",
    summary="Median days from test to report issued in each month for tests that could help to diagnose or rule "
    "out cancer, by body site, for all patients and for those referred directly by a GP, NHS funded patients in "
    "England",
    file_stem="Bodysite-Provider-Median-Test-to-Report",
    labelled_by=TABLE_4.labelled_by,
    label_heading=TABLE_4.label_heading,
    labels=TABLE_4.labels,
    settings=TABLE_4.settings,
)
TABLE_12: Final = replace(
    TABLE_1,
    number="12",
    title="Count of Interventional Radiology Activity by Modality",
    summary="Number of interventional radiology procedures in each month by modality (exam type), NHS funded "
    "patients in England",
    file_stem="Interventional-Provider-Counts",
    labels=INTERVENTIONAL,
    only=(("interventional", True),),
)

MONTHLY_TABLES: Final = (TABLE_1, TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6, TABLE_12)

# Table 1 with all modalities together as a last row: what the document says of England as a whole.
ACTIVITY: Final = replace(TABLE_1, labels=(*BY_MODALITY, EVERY_MODALITY))
