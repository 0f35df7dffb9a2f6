"""The tables beyond the published ones, as data: by characteristics of patients, by region and board, and use."""

from dataclasses import replace
from typing import Final

from publish.counts.annual import AGE_AND_SEX, DEPRIVATION, ETHNIC_GROUP
from publish.fields.ages import FIVE_YEARS
from publish.fields.ages import NOT_KNOWN as AGE_NOT_KNOWN
from publish.fields.patient import NOT_KNOWN as NOT_KNOWN
from publish.reference.vocabulary import ethnic_groups
from publish.tables.annual import TABLE_10, TABLE_11, TABLE_13, TOTAL, TURNAROUND_REGION_NOTE
from publish.tables.catalogue import (
    BY_MODALITY,
    EVERY_MODALITY,
    KEY_WITHOUT_BLANKS,
    REGION_NOTE,
    TABLE_1,
    TABLE_2,
    TABLE_3,
    TABLE_4,
    TABLE_5,
    TABLE_6,
    TABLE_12,
    rounding_note,
)
from publish.tables.specification import REGION_COLUMN, Basis, Column, Label, Level, PlaceColumn, TableSpec

DECILES: Final = tuple(str(decile) for decile in range(1, 11))
_PATIENTS = Basis(
    "Region",
    "patients",
    (Level.ENGLAND, Level.REGION),
    (REGION_COLUMN, PlaceColumn("Area", "provider_name", "area_name", "Name of the region, or England.", 28.0)),
    ("region", "regions"),
)
_PATIENTS_NOTES = (
    "The region is that of the site of the test, not of the patient's home.",
    rounding_note("England and row totals", "regions or columns"),
    "A patient who has two tests is counted twice.",
)


def _columns(texts: tuple[str, ...], *, not_known: str) -> tuple[Column, ...]:
    """A column for each value of `band`, those not known, and all of them."""
    named = {text: text for text in texts} | {NOT_KNOWN: not_known}
    return (*(Column(heading, gathers=(("band", (band,)),)) for heading, band in named.items()), Column(TOTAL))


def _age_bands() -> tuple[str, ...]:
    *closed, oldest = FIVE_YEARS
    return (*(f"{start}-{start + 4}" for start in closed), f"{oldest} and over")


BY_AGE_AND_SEX: Final = replace(
    TABLE_1,
    number="",
    title="Imaging activity by modality, age and sex",
    summary="Number of imaging tests by modality (exam type), sex and age of the patient on the day of the "
    "test, NHS funded patients in England",
    file_stem="Age-and-Sex",
    labels=(*BY_MODALITY, EVERY_MODALITY),
    settings=(
        Label("All"),
        Label("Female", ("Female",)),
        Label("Male", ("Male",)),
        Label(NOT_KNOWN, (NOT_KNOWN,)),
    ),
    divided_by="sex",
    setting_heading="Sex",
    only=(("characteristic", AGE_AND_SEX),),
    interval=None,
    columns=_columns(_age_bands(), not_known=AGE_NOT_KNOWN),
    basis=_PATIENTS,
    sheet_name="Age and sex",
    level_label="England and regions",
    notes=(
        *_PATIENTS_NOTES,
        "Sex is the gender that the record of the patient states; 'Not known' includes 'Not specified'. Age is in "
        "whole years on the day of the test.",
    ),
    key=KEY_WITHOUT_BLANKS,
)
BY_ETHNIC_GROUP: Final = replace(
    BY_AGE_AND_SEX,
    title="Imaging activity by modality and ethnic group",
    summary="Number of imaging tests by modality (exam type) and ethnic group of the patient, NHS funded "
    "patients in England",
    file_stem="Ethnic-Group",
    settings=(),
    only=(("characteristic", ETHNIC_GROUP),),
    columns=_columns(
        tuple(group for group in dict.fromkeys(ethnic_groups().values()) if group != NOT_KNOWN), not_known=NOT_KNOWN
    ),
    sheet_name="Ethnic group",
    notes=(
        *_PATIENTS_NOTES,
        "'Not stated' is a patient who was asked and did not say; 'Not known' one whose ethnic group was not "
        "recorded.",
    ),
)
BY_DEPRIVATION: Final = replace(
    BY_ETHNIC_GROUP,
    title="Imaging activity by modality and deprivation decile",
    summary="Number of imaging tests by modality (exam type) and deprivation decile of the area in which the "
    "patient lives, NHS funded patients in England",
    file_stem="Deprivation-Decile",
    only=(("characteristic", DEPRIVATION),),
    columns=_columns(DECILES, not_known=NOT_KNOWN),
    sheet_name="Deprivation decile",
    notes=(
        *_PATIENTS_NOTES,
        "Decile 1 is the most deprived tenth of the small areas (LSOAs) of England, 10 the least, by the English "
        "Indices of Deprivation. 'Not known' includes patients who live outside England.",
    ),
)

REGIONS_AND_BOARDS: Final = Basis(
    "Region and integrated care board",
    "tests",
    (Level.ENGLAND, Level.REGION, Level.ICB),
    (
        REGION_COLUMN,
        PlaceColumn("ICB Code", "org_code", "icb_code", "Code of the integrated care board.", 8.7),
        PlaceColumn("Area", "provider_name", "area_name", "Name of the region or of the board, or England.", 80.0),
    ),
    ("region or board", "regions or boards"),
)
_BOARD_NOTE = (
    "An NHS trust counts in its own integrated care board, an independent sector provider in that of the site. "
    "Where the board of a site is not known, its tests stand under 'ICB not known'."
)
_OF_PROVIDERS = (REGION_NOTE, TURNAROUND_REGION_NOTE)  # where independent providers are listed


def by_region_and_board(spec: TableSpec) -> TableSpec:
    """A table by provider with rows for regions and boards in place of those for providers."""
    return replace(
        spec,
        title=f"{spec.title}, by region and integrated care board",
        file_stem=f"{spec.file_stem}-by-Region-and-ICB",
        basis=REGIONS_AND_BOARDS,
        sheet_name=f"Table {spec.number} {{quarter}}" if spec.by_quarter else f"Table {spec.number}",
        level_label="Region and ICB Level Data" if spec.level_label else "",  # Table 13 has its contact there
        notes=tuple(_BOARD_NOTE if note in _OF_PROVIDERS else note for note in spec.notes),
    )


BY_REGION_MONTHLY: Final = tuple(
    by_region_and_board(spec) for spec in (TABLE_1, TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6, TABLE_12)
)
BY_REGION_ANNUAL: Final = tuple(
    by_region_and_board(spec)
    for spec in (TABLE_1, TABLE_2, TABLE_3, TABLE_4, TABLE_5, TABLE_6, TABLE_10, TABLE_11, TABLE_12, TABLE_13)
)
USE_BY_BOARD: Final = replace(
    TABLE_1,
    number="",
    title="Imaging tests per 1,000 population by integrated care board",
    summary="Number of CT, MRI and PET tests on the patients of each integrated care board, and per 1,000 "
    "population",
    file_stem="Use-per-1000-Population",
    labels=tuple(
        label
        for label in BY_MODALITY
        if label.text
        in ("Computerized Axial Tomography", "Magnetic Resonance Imaging", "Positron Emission Tomography")
    ),
    columns=(Column("Tests"), Column("Tests per 1,000 population", per_1000=True)),
    basis=Basis(
        "Commissioner",
        "commissioners",
        (Level.ENGLAND, Level.ICB),
        (
            *REGIONS_AND_BOARDS.places,
            PlaceColumn("Population", "population", "population", "People of the board, as imported.", 12.0),
        ),
        ("board", "boards"),
    ),
    sheet_name="Use per 1,000",
    level_label="ICB Level Data",
    notes=(
        "The board is that of the patient's commissioner, whatever the site of the test. 'ICB not known' stands "
        "for patients without a commissioner in England; they are part of England's tests.",
        rounding_note("England", "boards"),
        "Rates are worked out from rounded counts, and suppressed where the count is. They are not adjusted for "
        "age.",
    ),
    key=(*KEY_WITHOUT_BLANKS, "Blank cells = the population is not known"),
)
