"""The 18 items of a DIDS v1.0 record, in the order of the CSV form, and the names they have elsewhere."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Item:
    """One item: its column name in every submission, and what it is called elsewhere.

    `data_dictionary` is its name in the NHS Data Dictionary, `asset` its column in the data product, `extract` its
    column in the analysts' extract (None where the extract leaves the item out). `xml` is its place in the XML
    form: group/element, then `@` and the attribute that holds the value where it is not the text of the element.
    """

    name: str
    data_dictionary: str
    asset: str
    extract: str | None
    xml: str
    is_date: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every column name that the item may have in an extract, the first that is there being taken."""
        return tuple(name for name in (self.name, self.asset, self.extract) if name)


ITEMS: Final = (
    Item(
        "NHS_NUMBER",
        "NHS NUMBER",
        asset="NHS_NUMBER",
        extract=None,
        xml="PersonalAndDemographics/NHSNumber@extension",
    ),
    Item(
        "NHS_NUMBER_STATUS_IND",
        "NHS NUMBER STATUS INDICATOR CODE",
        asset="NHS_NUMBER_STATUS",
        extract="NHSNumber Status",
        xml="PersonalAndDemographics/NHSNumberStatus@code",
    ),
    Item(
        "PERSON_BIRTH_DATE",
        "PERSON BIRTH DATE",
        asset="DATE_OF_BIRTH",
        extract=None,
        xml="PersonalAndDemographics/PersonBirthDate",
        is_date=True,
    ),
    Item(
        "ETHNIC_CATEGORY",
        "ETHNIC CATEGORY",
        asset="ETHNIC_CATEGORY_CODE",
        extract="Ethnic Category Code",
        xml="PersonalAndDemographics/EthnicCategory@code",
    ),
    Item(
        "PERSON_GENDER_CODE",
        "PERSON GENDER CODE CURRENT",
        asset="GENDER_CODE",
        extract="Gender Code",
        xml="PersonalAndDemographics/PersonGenderCode@code",
    ),
    Item(
        "POSTCODE",
        "POSTCODE OF USUAL ADDRESS",
        asset="POSTCODE",
        extract=None,
        xml="PersonalAndDemographics/Address/postalCode",
    ),
    Item(
        "PRACTICE_CODE",
        "GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION)",
        asset="GP_CODE",
        extract="GP Code",
        xml="PersonalAndDemographics/GPCodeRegistration@extension",
    ),
    Item(
        "PATIENT_SOURCE_SETTING",
        "PATIENT SOURCE SETTING TYPE (DIAGNOSTIC IMAGING)",
        asset="PATIENT_SOURCE_SETTING",
        extract="Patient Source Setting",
        xml="Referrals/PatientSourceSetting@code",
    ),
    Item(
        "REFERRER",
        "REFERRER CODE",
        asset="REFERRER_CODE",
        extract="Referrer Code",
        xml="Referrals/ReferrerCode@extension",
    ),
    Item(
        "REFERRING_ORG_CODE",
        "REFERRING ORGANISATION CODE",
        asset="REFERRER_ORGANISATION_CODE",
        extract="Referring Org Code",
        xml="Referrals/ReferringOrgCode@extension",
    ),
    Item(
        "DIAGNOSTIC_TEST_REQUEST_DATE",
        "DIAGNOSTIC TEST REQUEST DATE",
        asset="DIAGNOSTIC_TEST_REQUEST_DATE",
        extract="Diagnostic Test DateRequest",
        xml="Referrals/DiagnosticTestReqDate",
        is_date=True,
    ),
    Item(
        "DIAG_TEST_REQUEST_REC_DATE",
        "DIAGNOSTIC TEST REQUEST RECEIVED DATE",
        asset="DIAGNOSTIC_TEST_REQUEST_RECEIVED_DATE",
        extract="Diagnostic Test ReqRecDate",
        xml="Referrals/DiagnosticTestReqRecDate",
        is_date=True,
    ),
    Item(
        "DIAGNOSTIC_TEST_DATE",
        "DIAGNOSTIC TEST DATE",
        asset="DIAGNOSTIC_TEST_DATE",
        extract="Diagnostic Test Date",
        xml="ImagingActivity/DiagnosticTestDate",
        is_date=True,
    ),
    Item(
        "IMAGING_CODE_NICIP",
        "IMAGING CODE (NICIP)",
        asset="IMAGING_CODE_NICIP",
        extract="ImagingCode(NICIP)",
        xml="ImagingActivity/ImagingCodeNICIP@code",
    ),
    Item(
        "IMAGING_CODE_SNOMED",
        "IMAGING CODE (SNOMED CT)",
        asset="IMAGING_CODE_SNOMED_CT",
        extract="ImagingCode SNOMEDCT",
        xml="ImagingActivity/ImagingCodeSNOMEDCT@code",
    ),
    Item(
        "SERVICE_REPORT_DATE",
        "SERVICE REPORT ISSUE DATE",
        asset="SERVICE_REPORT_ISSUE_DATE",
        extract="ServiceReport Issue Date",
        xml="ImagingActivity/ServiceReportIssueDate",
        is_date=True,
    ),
    Item(
        "SITE_CODE_IMAGING",
        "SITE CODE (OF IMAGING)",
        asset="PROVIDER_SITE_CODE",
        extract="Provider Site Code",
        xml="ImagingActivity/ImagingSiteCode@extension",
    ),
    Item(
        "RADIOLOGICAL_ACCESSION_NUM",
        "RADIOLOGICAL ACCESSION NUMBER",
        asset="RADIOLOGICAL_ACCESSION_NUMBER",
        extract="Radiological Accession Number",
        xml="ImagingActivity/RadiologicalAccessionNumber@extension",
    ),
)
NAMES: Final = tuple(item.name for item in ITEMS)
DATES: Final = tuple(item.name for item in ITEMS if item.is_date)
# The codes that decide where a record is counted.
CODES: Final = ("PATIENT_SOURCE_SETTING", "IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED", "SITE_CODE_IMAGING")
# Columns that an extract may carry besides the items; they pass through.
EXTRAS: Final = ("Person_ID", "MPSConfidence", "SUBMITTER_ORGANISATION")
