"""The 18 items of a DIDS v1.0 record, in the order of the CSV form."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Item:
    """One item: its column name in every tabular input, and its name in the NHS Data Dictionary."""

    name: str
    data_dictionary: str
    is_date: bool = False


ITEMS: Final = (
    Item("NHS_NUMBER", "NHS NUMBER"),
    Item("NHS_NUMBER_STATUS_IND", "NHS NUMBER STATUS INDICATOR CODE"),
    Item("PERSON_BIRTH_DATE", "PERSON BIRTH DATE", is_date=True),
    Item("ETHNIC_CATEGORY", "ETHNIC CATEGORY"),
    Item("PERSON_GENDER_CODE", "PERSON GENDER CODE CURRENT"),
    Item("POSTCODE", "POSTCODE OF USUAL ADDRESS"),
    Item("PRACTICE_CODE", "GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION)"),
    Item("PATIENT_SOURCE_SETTING", "PATIENT SOURCE SETTING TYPE (DIAGNOSTIC IMAGING)"),
    Item("REFERRER", "REFERRER CODE"),
    Item("REFERRING_ORG_CODE", "REFERRING ORGANISATION CODE"),
    Item("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAGNOSTIC TEST REQUEST DATE", is_date=True),
    Item("DIAG_TEST_REQUEST_REC_DATE", "DIAGNOSTIC TEST REQUEST RECEIVED DATE", is_date=True),
    Item("DIAGNOSTIC_TEST_DATE", "DIAGNOSTIC TEST DATE", is_date=True),
    Item("IMAGING_CODE_NICIP", "IMAGING CODE (NICIP)"),
    Item("IMAGING_CODE_SNOMED", "IMAGING CODE (SNOMED CT)"),
    Item("SERVICE_REPORT_DATE", "SERVICE REPORT ISSUE DATE", is_date=True),
    Item("SITE_CODE_IMAGING", "SITE CODE (OF IMAGING)"),
    Item("RADIOLOGICAL_ACCESSION_NUM", "RADIOLOGICAL ACCESSION NUMBER"),
)
NAMES: Final = tuple(item.name for item in ITEMS)
DATES: Final = tuple(item.name for item in ITEMS if item.is_date)
# The codes that decide where a record is counted.
CODES: Final = ("PATIENT_SOURCE_SETTING", "IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED", "SITE_CODE_IMAGING")
