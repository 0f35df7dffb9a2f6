"""The columns of the data product: what they are called, what they hold, and how records become them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from publish.fields import (
    ages,
    commissioner,
    dates,
    geography,
    imaging,
    intervals,
    organisation,
    patient,
    referrer,
    setting,
    submission,
)
from publish.fields.look_ups import look_ups_of, with_look_ups
from publish.reference.tables import ReferenceData

TEXT: Final = pl.String()
TIMESTAMP: Final = pl.Datetime("us")
META: Final = pl.Struct({"FILE": pl.String, "RECORD": pl.UInt32, "WARNINGS": pl.String})
# Columns that the records may have beyond the 18 items, and what they are taken to be where they have them not
OPTIONAL: Final = {
    "file": TEXT,
    "record": pl.UInt32(),
    "warnings": TEXT,
    "submitted": pl.Date(),
    "Person_ID": TEXT,
    "MPSConfidence": patient.CONFIDENCE,
    "SUBMITTER_ORGANISATION": TEXT,
}


@dataclass(frozen=True)
class AssetColumn:
    """A column of the data product: the function that derives it and is named as the column, and its type."""

    function: Callable[[], pl.Expr]
    kind: pl.DataType

    @property
    def name(self) -> str:
        """What the column is called."""
        return self.function.__name__

    @property
    def meaning(self) -> str:
        """What it means: what its function says of itself, as one paragraph."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    @property
    def extract_name(self) -> str | None:
        """Its plain name in the analysts' extract; None where it is not in it."""
        return next((plain for plain, name in EXTRACT.items() if name == self.name), None)

    @property
    def derived(self) -> pl.Expr:
        """The expression that gives the column."""
        return self.function().cast(self.kind).alias(self.name)


# The columns of the national data asset, in its order.
ASSET: Final = (
    AssetColumn(submission.META, META),
    AssetColumn(submission.RADIOLOGICAL_ACCESSION_NUMBER, TEXT),
    AssetColumn(patient.NHS_NUMBER, TEXT),
    AssetColumn(patient.NHS_NUMBER_STATUS, TEXT),
    AssetColumn(patient.NHS_NUMBER_STATUS_DESCRIPTION, TEXT),
    AssetColumn(patient.NHS_NUMBER_SUPPLIED, pl.Int32()),
    AssetColumn(patient.DATE_OF_BIRTH, pl.Date()),
    AssetColumn(ages.AGE_BAND_5_YEARS, TEXT),
    AssetColumn(ages.AGE_BAND_10_YEARS, TEXT),
    AssetColumn(ages.AGE_BAND_CHILDREN_INC_0_YEARS, TEXT),
    AssetColumn(ages.AGE_BAND_INC_50_TO_74, TEXT),
    AssetColumn(ages.AGE_BAND_INC_WORKING_AGE_16_TO_60, TEXT),
    AssetColumn(ages.AGE_BAND_INC_WORKING_AGE_16_TO_64, TEXT),
    AssetColumn(patient.ETHNIC_CATEGORY_CODE, TEXT),
    AssetColumn(patient.ETHNIC_CATEGORY_DESCRIPTION, TEXT),
    AssetColumn(patient.ETHNIC_CATEGORY_GROUP, TEXT),
    AssetColumn(patient.GENDER_CODE, pl.Int8()),
    AssetColumn(patient.GENDER_DESCRIPTION, TEXT),
    AssetColumn(geography.POSTCODE, TEXT),
    AssetColumn(geography.LOCATION_LSOA, TEXT),
    AssetColumn(geography.LOCATION_MSOA, TEXT),
    AssetColumn(commissioner.GP_CODE, TEXT),
    AssetColumn(commissioner.GP_DESCRIPTION, TEXT),
    AssetColumn(commissioner.CCG_CODE, TEXT),
    AssetColumn(commissioner.CCG_NAME, TEXT),
    AssetColumn(setting.PATIENT_SOURCE_SETTING, TEXT),
    AssetColumn(setting.PATIENT_SOURCE_SETTING_DESCRIPTION, TEXT),
    AssetColumn(referrer.REFERRER_CODE, TEXT),
    AssetColumn(referrer.DERIVED_REFERRER_TYPE, TEXT),
    AssetColumn(referrer.REFERRER_ORGANISATION_CODE, TEXT),
    AssetColumn(referrer.REFERRER_ORGANISATION_DESCRIPTION, TEXT),
    AssetColumn(dates.DIAGNOSTIC_TEST_REQUEST_DATE, pl.Date()),
    AssetColumn(dates.DIAGNOSTIC_TEST_REQUEST_RECEIVED_DATE, pl.Date()),
    AssetColumn(dates.DIAGNOSTIC_TEST_DATE, pl.Date()),
    AssetColumn(dates.MONTH_OF_TEST, pl.Int32()),
    AssetColumn(dates.YEAR_OF_TEST, pl.Int32()),
    AssetColumn(dates.SERVICE_REPORT_ISSUE_DATE, pl.Date()),
    AssetColumn(intervals.TEST_REQUEST_TO_TEST_REQUEST_RECEIVED, pl.Int32()),
    AssetColumn(intervals.TEST_REQUEST_TO_TEST, pl.Int32()),
    AssetColumn(intervals.TEST_REQUEST_TO_SERVICE_REPORT_ISSUED, pl.Int32()),
    AssetColumn(intervals.TEST_REQUEST_RECEIVED_TO_TEST, pl.Int32()),
    AssetColumn(intervals.TEST_REQUEST_RECEIVED_TO_SERVICE_REPORT_ISSUED, pl.Int32()),
    AssetColumn(intervals.TEST_TO_SERVICE_REPORT_ISSUED, pl.Int32()),
    AssetColumn(imaging.IMAGING_CODE_NICIP, TEXT),
    AssetColumn(imaging.IMAGING_CODE_NICIP_DESCRIPTION, TEXT),
    AssetColumn(imaging.IMAGING_CODE_SNOMED_CT, TEXT),
    AssetColumn(imaging.IMAGING_CODE_SNOMED_CT_DESCRIPTION, TEXT),
    AssetColumn(imaging.MORPHOLOGY_ID, TEXT),
    AssetColumn(imaging.MORPHOLOGY, TEXT),
    AssetColumn(imaging.MODALITY_ID, TEXT),
    AssetColumn(imaging.MODALITY, TEXT),
    AssetColumn(imaging.SUB_MODALITY_ID, TEXT),
    AssetColumn(imaging.SUB_MODALITY, TEXT),
    AssetColumn(imaging.REGION_ID, TEXT),
    AssetColumn(imaging.REGION, TEXT),
    AssetColumn(imaging.SUB_REGION_ID, TEXT),
    AssetColumn(imaging.SUB_REGION, TEXT),
    AssetColumn(imaging.SYSTEM_ID, TEXT),
    AssetColumn(imaging.SYSTEM, TEXT),
    AssetColumn(imaging.SUB_SYSTEM_ID, TEXT),
    AssetColumn(imaging.SUB_SYSTEM, TEXT),
    AssetColumn(imaging.SUB_SYSTEM_COMPONENT_ID, TEXT),
    AssetColumn(imaging.SUB_SYSTEM_COMPONENT, TEXT),
    AssetColumn(imaging.FETAL_ID, TEXT),
    AssetColumn(imaging.FETAL, TEXT),
    AssetColumn(imaging.EARLY_CANCER_DIAGNOSIS, TEXT),
    AssetColumn(imaging.SUB_EARLY_CANCER_DIAGNOSIS, TEXT),
    AssetColumn(organisation.PROVIDER_SITE_CODE, TEXT),
    AssetColumn(organisation.PROVIDER_SITE_CODE_DESCRIPTION, TEXT),
    AssetColumn(organisation.PROVIDER_CODE, TEXT),
    AssetColumn(organisation.PROVIDER_NAME, TEXT),
    AssetColumn(commissioner.COMMISSIONING_ORGANISATION_CODE, TEXT),
    AssetColumn(commissioner.COMMISSIONING_ORGANISATION_NAME, TEXT),
    AssetColumn(submission.SUBMITTER_ORGANISATION, TEXT),
    AssetColumn(organisation.PROVIDER_SHA_CODE, TEXT),
    AssetColumn(organisation.PROVIDER_SHA_NAME, TEXT),
    AssetColumn(imaging.DERIVED_IMAGING_CODE_SNOMED_CT, TEXT),
    AssetColumn(imaging.DERIVED_IMAGING_CODE_SNOMED_CT_DESCRIPTION, TEXT),
    AssetColumn(referrer.DERIVED_REFERRER_CODE, TEXT),
    AssetColumn(submission.SUBMITTER_ORGANISATION_NAME, TEXT),
    AssetColumn(submission.MIGRATION_DATE, TIMESTAMP),
    AssetColumn(patient.Person_ID, TEXT),
    AssetColumn(patient.MPSConfidence, patient.CONFIDENCE),
    AssetColumn(submission.SUBMISSION_DATA_ID, pl.Int64()),
    AssetColumn(submission.EFFECTIVE_FROM, TIMESTAMP),
    AssetColumn(submission.EFFECTIVE_TO, TIMESTAMP),
)
# The analysts' extract, in its order: its plain names, and the columns of the asset. `Organisation` is the
# submitter (the provider has columns of its own), `Comm Org` who paid, `Prov SHA` the abolished authority.
EXTRACT: Final = {
    "SubmissionDataID": "SUBMISSION_DATA_ID",
    "NHSNumber Supplied": "NHS_NUMBER_SUPPLIED",
    "NHSNumber Status": "NHS_NUMBER_STATUS",
    "NHSNumber Status Description": "NHS_NUMBER_STATUS_DESCRIPTION",
    "Age band (5 years)": "AGE_BAND_5_YEARS",
    "Age band (10 years)": "AGE_BAND_10_YEARS",
    "Age band (Children Inc. 0 Years)": "AGE_BAND_CHILDREN_INC_0_YEARS",
    "Age band (Inc. 50 to 74)": "AGE_BAND_INC_50_TO_74",
    "Age band (Inc. Working Age 16 to 60)": "AGE_BAND_INC_WORKING_AGE_16_TO_60",
    "Age band (Inc. Working Age 16 to 64)": "AGE_BAND_INC_WORKING_AGE_16_TO_64",
    "Ethnic Category Code": "ETHNIC_CATEGORY_CODE",
    "Ethnic Category Description": "ETHNIC_CATEGORY_DESCRIPTION",
    "Ethnic Category Group": "ETHNIC_CATEGORY_GROUP",
    "Gender Code": "GENDER_CODE",
    "Gender Description": "GENDER_DESCRIPTION",
    "Lower Layer Super Output Area (LSOA)": "LOCATION_LSOA",
    "Middle Layer Super Output Area (MSOA)": "LOCATION_MSOA",
    "GP Code": "GP_CODE",
    "GP Description": "GP_DESCRIPTION",
    "Patient Source Setting": "PATIENT_SOURCE_SETTING",
    "Patient Source Setting Description": "PATIENT_SOURCE_SETTING_DESCRIPTION",
    "Referrer Code": "REFERRER_CODE",
    "Referring Org Code": "REFERRER_ORGANISATION_CODE",
    "Referring Org Description": "REFERRER_ORGANISATION_DESCRIPTION",
    "Diagnostic Test DateRequest": "DIAGNOSTIC_TEST_REQUEST_DATE",
    "Diagnostic Test ReqRecDate": "DIAGNOSTIC_TEST_REQUEST_RECEIVED_DATE",
    "Diagnostic Test Date": "DIAGNOSTIC_TEST_DATE",
    "YearOfTest": "YEAR_OF_TEST",
    "MonthOfTest": "MONTH_OF_TEST",
    "ServiceReport Issue Date": "SERVICE_REPORT_ISSUE_DATE",
    "ImagingCode(NICIP)": "IMAGING_CODE_NICIP",
    "ImagingCode(NICIP) Description": "IMAGING_CODE_NICIP_DESCRIPTION",
    "ImagingCode SNOMEDCT": "IMAGING_CODE_SNOMED_CT",
    "ImagingCode(SNOMEDCT) Description": "IMAGING_CODE_SNOMED_CT_DESCRIPTION",
    "Modality ID": "MODALITY_ID",
    "Modality": "MODALITY",
    "Sub Modality ID": "SUB_MODALITY_ID",
    "Sub Modality": "SUB_MODALITY",
    "Region ID": "REGION_ID",
    "Region": "REGION",
    "Sub Region ID": "SUB_REGION_ID",
    "Sub Region": "SUB_REGION",
    "System ID": "SYSTEM_ID",
    "System": "SYSTEM",
    "Sub System ID": "SUB_SYSTEM_ID",
    "Sub System": "SUB_SYSTEM",
    "Sub System Component ID": "SUB_SYSTEM_COMPONENT_ID",
    "Sub System Component": "SUB_SYSTEM_COMPONENT",
    "Morphology ID": "MORPHOLOGY_ID",
    "Morphology": "MORPHOLOGY",
    "Fetal ID": "FETAL_ID",
    "Fetal": "FETAL",
    "Early Diagnosis of Cancer": "EARLY_CANCER_DIAGNOSIS",
    "Sub Early Diagnosis of Cancer": "SUB_EARLY_CANCER_DIAGNOSIS",
    "Provider Site Code": "PROVIDER_SITE_CODE",
    "Provider Site Code Description": "PROVIDER_SITE_CODE_DESCRIPTION",
    "Radiological Accession Number": "RADIOLOGICAL_ACCESSION_NUMBER",
    "Organisation Code": "SUBMITTER_ORGANISATION",
    "Organisation Name": "SUBMITTER_ORGANISATION_NAME",
    "Prov SHA Code": "PROVIDER_SHA_CODE",
    "Prov SHA Name": "PROVIDER_SHA_NAME",
    "Comm Org Code": "COMMISSIONING_ORGANISATION_CODE",
    "Comm Org Name": "COMMISSIONING_ORGANISATION_NAME",
    "CCG Code": "CCG_CODE",
    "CCG Name": "CCG_NAME",
    "Test Request to Test Request Received": "TEST_REQUEST_TO_TEST_REQUEST_RECEIVED",
    "Test Request to Test": "TEST_REQUEST_TO_TEST",
    "Test Request to Service Report Issued": "TEST_REQUEST_TO_SERVICE_REPORT_ISSUED",
    "Test Request Received to Test": "TEST_REQUEST_RECEIVED_TO_TEST",
    "Test Request Received to Service Report Issued": "TEST_REQUEST_RECEIVED_TO_SERVICE_REPORT_ISSUED",
    "Test to Service Report Issued": "TEST_TO_SERVICE_REPORT_ISSUED",
    "ProviderCode": "PROVIDER_CODE",
    "ProviderName": "PROVIDER_NAME",
    "ReferrerType": "DERIVED_REFERRER_TYPE",
}


def derive(records: pl.LazyFrame, reference: ReferenceData, submitter: str | None = None) -> pl.LazyFrame:
    """The data product of records in normal form: the columns of ASSET, a row for each record, in their order.

    `records` has the 18 items: text in capitals, null where blank, and dates as Date. It may have the columns of
    OPTIONAL. `submitter` is the code of the organisation that submitted records which do not say so themselves. The
    distinct codes of the records are looked up now; the result is lazy.
    """
    return deriver(records, reference, submitter)(records)


def deriver(
    records: pl.LazyFrame, reference: ReferenceData, submitter: str | None = None
) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    """What makes the data product of these records, or of some of them: see `derive`.

    Their codes are looked up now, once, however many pieces the product is then made in.
    """
    look_ups = look_ups_of(_complete(records, submitter), reference)
    return lambda piece: with_look_ups(_complete(piece, submitter), look_ups).select(c.derived for c in ASSET)


def extract_columns() -> tuple[pl.Expr, ...]:
    """The analysts' extract of the data product: its columns in their order, by their plain names."""
    return tuple(pl.col(name).alias(plain) for plain, name in EXTRACT.items())


def _complete(records: pl.LazyFrame, submitter: str | None) -> pl.LazyFrame:
    """The records with every column of OPTIONAL, who submitted them, and the age on the day of the test."""
    given = records.collect_schema()
    return records.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in OPTIONAL.items() if name not in given
    ).with_columns(
        patient.confidence_in_form(given.get("MPSConfidence", patient.CONFIDENCE)),
        submitter=pl.coalesce("SUBMITTER_ORGANISATION", pl.lit(submitter, pl.String)),
        age_on_test_date=ages.age_on_test_date(),
    )
