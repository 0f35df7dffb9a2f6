"""The tables that only the annual release has, as data: 7 to 11 and 13. A further table is a further entry.

Titles, headings, labels and file stems are the published ones; sentences are ours. Rule: publication specification,
Annual release.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Final

from publish.tables.catalogue import (
    ALL_AND_GP,
    BY_MODALITY,
    KEY_WITHOUT_BLANKS,
    REGION_NOTE,
    ROWS_NOTE,
    TABLE_1,
    TABLE_4,
    rounding_note,
)
from publish.tables.specification import (
    PROVIDER,
    REGION_COLUMN,
    Basis,
    Column,
    Days,
    Label,
    Level,
    PlaceColumn,
)

TOTAL: Final = "Total"
PERCENTAGE_NOTES: Final = (
    "Percentages are worked out from rounded counts and shown to {percentages}, so that no exact count can be "
    "worked back from them.",
    "A percentage is suppressed where its count, or the total that it is a percentage of, is {above_zero}less "
    "than {threshold}.",
)
PERCENTAGE_KEY: Final = (
    "0 = zero activity submitted, or a percentage that rounds to zero",
    "* = suppression: values of less than {threshold}, and percentages of them, are suppressed{others}",
    "Blank cells = no data has been submitted, so there is nothing to take a percentage of",
)
_REQUEST_REMARK: Final = (
    "Where the 'date of test request' is missing, the 'date of test request received' is used. Tests with neither "
    "date {undated}."
)
_COMMISSIONER_NOTES: Final = (
    rounding_note("totals", "commissioners or bands"),
    "The commissioner is that of the patient's GP practice on the date of the test or, where no practice is known, "
    "that of the patient's postcode. 'No {commissioner}' stands for patients whose practice has none in England, "
    "and for those without a known practice whose postcode leads to none.",
    "Some of this activity was at sites outside England; tables by provider leave it out.",
)


def bands(*starts: int, last: str = "", group: str = "", of: Column | None = None) -> tuple[Column, ...]:
    """Columns of days: from each start to the day before the next, the last one open: `0-7 days`, `1 day`."""
    closed = [(first, following - 1) for first, following in pairwise(starts)]
    columns = [Column(_band(*ends), group, days=Days(*ends), of=of) for ends in closed]
    open_end = Column(last or f"{starts[-1]} days and over", group, days=Days(starts[-1]), of=of)
    return (*columns, open_end)


def _band(first: int, last: int) -> str:
    if first != last:
        return f"{first}-{last} days"
    return "1 day" if first == 1 else f"{first} days"


_UNKNOWN_AND_TOTAL = (Column("Time not known", undated=True), Column(TOTAL))
COMMISSIONER: Final = Basis(
    "Commissioner",
    "commissioners",
    (Level.ENGLAND, Level.COMMISSIONER, Level.NO_COMMISSIONER),
    (
        REGION_COLUMN,
        PlaceColumn("ONS Code", "ons_code", "ons_code", "Code of the commissioner (ONS).", 12.0),
        PlaceColumn(
            "{Commissioner} Code", "org_code", "commissioner_code", "Code of the commissioner (Organisation Data "
            "Service): a CCG to June 2022, a sub-ICB location since.", 17.0
        ),
        PlaceColumn("{Commissioner} Name", "provider_name", "commissioner_name", "Name of the commissioner.", 66.0),
    ),
)  # fmt: skip
NATIONAL: Final = Basis("Modality", "tests", (Level.ENGLAND,), ())
TURNAROUND: Final = Basis(
    "Provider",
    "tests",
    (Level.ENGLAND, Level.REGION, Level.PROVIDER),
    (
        REGION_COLUMN,
        PlaceColumn("ICB", "icb_code", "icb_code", "Code of the provider's integrated care board.", 8.7),
        PlaceColumn("Network", "imaging_network", "imaging_network", "The provider's imaging network.", 27.1),
        replace(PROVIDER.places[1], heading="Code"),
        PROVIDER.places[2],
    ),
)

TURNAROUND_REGION_NOTE: Final = REGION_NOTE.removesuffix(".") + ", without a board."

TABLE_7A: Final = replace(
    TABLE_1,
    number="7a",
    title="number of days from 'Date of Test Request' to 'Date of Test' for selected modalities",
    summary="Tests in bands of days from request (or, where missing, request received) to test, for CT, "
    "ultrasound, MRI and plain radiography, by {commissioner}",
    file_stem="Modality-Commissioner-Request-to-Test",
    labels=tuple(
        Label(name, (name,))
        for name in (
            "Computerized Axial Tomography",
            "Diagnostic Ultrasonography",
            "Magnetic Resonance Imaging",
            "Plain Radiography",
        )
    ),
    columns=(*bands(0, 8, 15, 32, 43, 63, 94, 187, 366), *_UNKNOWN_AND_TOTAL),
    basis=COMMISSIONER,
    sheet_name="Table 7a",
    level_label="Commissioner Level Data",
    header_row=14,
    remarks=(_REQUEST_REMARK.replace("{undated}", "are counted under 'Time not known'"),),
    notes=_COMMISSIONER_NOTES,
    key=KEY_WITHOUT_BLANKS,
)
TABLE_7B: Final = replace(
    TABLE_7A,
    number="7b",
    title="number of days from 'Date of Test' to 'Date of Test Report Issued' for selected modalities",
    summary="Tests in bands of days from test to report issued, for CT, ultrasound, MRI and plain radiography, by "
    "{commissioner}",
    file_stem="Modality-Commissioner-Test-to-Report",
    interval="test_to_report",
    columns=(*bands(0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 32, 43, 63), *_UNKNOWN_AND_TOTAL),
    sheet_name="Table 7b",
    header_row=13,
    remarks=(),
)
TABLE_8: Final = replace(
    TABLE_7A,
    number="8",
    title="number of days from 'Date of Test Request' to 'Date of Test' for Chest X-ray, Brain MRI and Abdomen "
    "Ultrasound",
    summary="Tests in bands of days from request (or, where missing, request received) to test, for chest "
    "X-ray, MRI on the brain and ultrasound on the abdomen or pelvis, by {commissioner}",
    file_stem="Bodysite-Commissioner-Request-to-Test",
    labelled_by=TABLE_4.labelled_by,
    label_heading=TABLE_4.label_heading,
    labels=(
        Label("Chest X-ray", ("Chest (X-ray)",)),
        Label("MRI on the brain", ("Brain (MRI)",)),
        Label("Ultrasound on abdomen or pelvis", ("Abdomen and/or pelvis (Ultrasound)",)),
    ),
    settings=ALL_AND_GP,
    sheet_name="Table 8",
)
_KNOWN = Column("Known", days=Days())
_TABLE_9_BANDS = (0, 8, 32, 63)
TABLE_9: Final = replace(
    TABLE_1,
    number="9",
    title="Number of days from 'Date of test request' to 'Date of test' by modality and patient source setting.",
    summary="Tests by patient source setting and by modality, in bands of days from request to test",
    file_stem="Request-to-Test-by-Modality-and-Patient-Source-Setting",
    labels=tuple(replace(m, text=m.text.removesuffix(" Procedure")) for m in BY_MODALITY),
    settings=(
        Label("Accident and Emergency Department", ("05",)),
        Label("Admitted Patient Care - Day case", ("02",)),
        Label("Admitted Patient Care - Inpatient", ("01",)),
        Label("GP Direct Access", ("04",)),
        Label("Outpatient", ("03",)),
        Label("Other", ("06", "07")),
    ),
    setting_heading="Patient Source Setting",
    columns=(
        *bands(*_TABLE_9_BANDS, last="More than 62 days", group="Count"),
        *bands(*_TABLE_9_BANDS, last="More than 62 days", group="Percentage", of=_KNOWN),
    ),
    basis=NATIONAL,
    sheet_name="Table 9",
    level_label="",
    header_row=14,
    remarks=(_REQUEST_REMARK.replace("{undated}", "are left out"),),
    notes=(
        rounding_note("totals of other tables", "these"),
        *PERCENTAGE_NOTES,
        "'Other' is Other Health Care Provider and Other together.",
    ),
    key=PERCENTAGE_KEY,
)  # fmt: skip


def _reported(group: str, codes: tuple[str, ...]) -> tuple[Column, ...]:
    """Table 10's columns for some source settings."""
    held = (("setting", codes),)
    known = Column("Total known", group, held, Days())
    return (
        Column("% Same day", group, held, Days(0, 0), of=known),
        Column("% by next day", group, held, Days(0, 1), of=known),
        known,
        Column("Not Known", group, held, undated=True),
        Column(TOTAL, group, held),
    )


TABLE_10: Final = replace(
    TABLE_1,
    number="10",
    title="Number of test reports issued and Proportion same day and next day for all modalities by grouped "
    "Patient source setting",
    summary="Tests with and without a report date, and the percentage of reports issued on the day of the test "
    "and by the end of the next day, by modality, grouped patient source setting and {row}",
    file_stem="Modality-Test-to-Report-Same-Day-Next-Day",
    interval="test_to_report",
    columns=(
        *_reported("A&E, Inpatients & Day Cases", ("05", "01", "02")),
        *_reported("Outpatients & GP Direct Access", ("03", "04")),
    ),
    basis=replace(
        PROVIDER,
        places=(PROVIDER.places[0], replace(PROVIDER.places[1], heading="Provider code"), PROVIDER.places[2]),
    ),
    sheet_name="Table 10",
    notes=(
        REGION_NOTE,
        rounding_note("England totals", "{rows}"),
        "A row is shown only where there was such activity in these source settings. Tests in the "
        "settings Other Health Care Provider and Other are not in this table.",
        "Percentages are of 'Total known'.",
        *PERCENTAGE_NOTES,
    ),
    key=PERCENTAGE_KEY,
)
TABLE_11: Final = replace(
    TABLE_1,
    number="11",
    title="Count of Imaging Activity by Modality and Patient source setting",
    summary="Number of imaging tests by modality (exam type), {row} and patient source setting, NHS funded "
    "patients in England",
    file_stem="Modality-Provider-Source-Setting",
    columns=(
        *(
            Column(name, gathers=(("setting", (code,)),))
            for name, code in (
                ("A&E", "05"),
                ("Day case", "02"),
                ("Inpatient", "01"),
                ("Outpatient", "03"),
                ("GP Direct Access", "04"),
                ("Other Health Care Provider", "06"),
                ("Other", "07"),
            )
        ),
        Column(TOTAL),
    ),
    notes=(
        REGION_NOTE,
        rounding_note("England and row totals", "{rows} or settings"),
        ROWS_NOTE,
    ),
    key=KEY_WITHOUT_BLANKS,
)


def _turnaround(group: str, codes: tuple[str, ...], bands_of_days: dict[str, Days]) -> tuple[Column, ...]:
    """Table 13's columns for some source settings."""
    held = (("setting", codes),)
    total = Column("Total cases", group, held)
    return (
        *(Column(heading, group, held, days, of=total) for heading, days in bands_of_days.items()),
        Column("Not known", group, held, undated=True, of=total),
        total,
    )


_LATE = {"> 28 days": Days(29)}
TABLE_13: Final = replace(
    TABLE_1,
    number="13",
    title="Report turnaround bands by modality and broad patient source setting",
    summary="Tests in each quarter by modality (exam type) and broad patient source setting, NHS funded "
    "patients in England, and the percentage of them reported within some days",
    file_stem="Modality-Provider-Report-Turnaround",
    interval="test_to_report",
    labels=tuple(
        Label(name.capitalize(), (name,))
        for name in (
            "Computerized Axial Tomography",
            "Diagnostic Ultrasonography",
            "Plain Radiography",
            "Magnetic Resonance Imaging",
            "Fluoroscopy",
            "Nuclear Medicine Procedure",
            "Positron Emission Tomography",
            "Single Photon Emission Computerized Tomography",
        )
    ),
    columns=(
        *_turnaround(
            "A&E / Admitted",
            ("01", "02", "05"),
            {"Same day": Days(0, 0), "By next day": Days(0, 1), **_LATE},
        ),
        *_turnaround(
            "OP / GP direct access",
            ("03", "04", "06", "07"),
            {"By next day": Days(0, 1), "By 7 days": Days(0, 7), "By 14 days": Days(0, 14), **_LATE},
        ),
    ),
    basis=TURNAROUND,
    by_quarter=True,
    sheet_name="{quarter}",
    level_label="",
    header_row=11,
    notes=(
        TURNAROUND_REGION_NOTE,
        rounding_note("England and region totals", "{rows}"),
        ROWS_NOTE.replace("period", "quarter"),
        "A&E / Admitted is Accident and Emergency Department, Admitted Patient Care - Day case and Admitted "
        "Patient Care - Inpatient, each of this health care provider.",
        "OP / GP direct access is Outpatient (of this health care provider), GP Direct Access, Other Health Care "
        "Provider and Other.",
        "Percentages are of 'Total cases'.",
        *PERCENTAGE_NOTES,
    ),
    key=PERCENTAGE_KEY,
)
