"""What an exam code means, on which day."""

from datetime import date

import polars as pl
import pytest

from publish.errors import InputRefused
from publish.fields import reasons
from publish.fields.imaging import classes_of_exams
from publish.reference.tables import ReferenceData
from tests.fields.test_organisation import table

FIRST, LAST = date(2023, 1, 1), date(2024, 3, 31)
CT, MRI, XRAY = (
    "Computerized axial tomography (procedure)",
    "Magnetic resonance imaging (procedure)",
    "Plain radiography (procedure)",
)
BRAIN = "Brain (MRI)"
EXAMS = table(
    "exam_codes",
    [
        {"nicip_code": "CABDO", "snomed_code": "169070004", "modality": CT, "interventional": "N"},
        {"nicip_code": "CBIOP", "snomed_code": "419940006", "modality": CT, "interventional": "Y"},
        {"nicip_code": "MSKUH", "snomed_code": "241601008", "modality": MRI, "published_test_group": BRAIN},
        {"nicip_code": "MHEAD", "snomed_code": "241601008", "modality": MRI, "published_test_group": BRAIN},
        {"nicip_code": "XOLD", "modality": XRAY, "valid_to": date(2023, 3, 31)},
        {"nicip_code": "XMOVE", "modality": XRAY, "valid_to": date(2023, 3, 31)},
        {"nicip_code": "XMOVE", "modality": CT, "valid_from": date(2023, 6, 1)},
        {"nicip_code": "ODD", "modality": "Thermography (procedure)"},
    ],
)
REFERENCE = ReferenceData(table("providers", []), table("sites", []), EXAMS, ())
_CT, _MRI, _XRAY = "Computerized Axial Tomography", "Magnetic Resonance Imaging", "Plain Radiography"

#  NICIP     SNOMED        day           modality  group  interventional  why kept out
CASES = [
    ("CABDO", None, "2023-04-01", _CT, None, False, None),
    ("cbiop ", "", "2023-04-01", _CT, None, True, None),
    (None, "241601008", "2023-04-01", _MRI, BRAIN, False, None),  # several terms of one code are one exam
    ("CABDO", "241601008", "2023-04-01", _MRI, BRAIN, False, None),  # SNOMED goes before NICIP
    ("CABDO", "999", "2023-04-01", _CT, None, False, None),  # ... unless it is not valid
    ("XOLD", None, "2023-03-31", _XRAY, None, False, None),  # its last day
    ("XOLD", None, "2023-09-30", _XRAY, None, False, None),  # six months of grace
    ("XOLD", None, "2023-10-01", None, None, False, reasons.EXAM_UNKNOWN),
    ("XMOVE", None, "2023-05-31", _XRAY, None, False, None),  # grace ends where the code's next row begins
    ("XMOVE", None, "2023-06-01", _CT, None, False, None),
    ("ODD", None, "2023-04-01", None, None, False, reasons.MODALITY_UNKNOWN),
    ("NONE", "999", "2023-04-01", None, None, False, reasons.EXAM_UNKNOWN),
    ("", None, "2023-04-01", None, None, False, reasons.EXAM_MISSING),
]


def test_classes_of_exams():
    pairs = pl.DataFrame(
        [case[:2] for case in CASES],
        schema={"IMAGING_CODE_NICIP": pl.String, "IMAGING_CODE_SNOMED": pl.String},
        orient="row",
    ).unique()
    found = classes_of_exams(pairs, REFERENCE, FIRST, LAST)
    for nicip, snomed, day, *expected in CASES:
        rows = found.filter(
            pl.col("IMAGING_CODE_NICIP").eq_missing(pl.lit(nicip)),
            pl.col("IMAGING_CODE_SNOMED").eq_missing(pl.lit(snomed)),
            pl.lit(date.fromisoformat(day)).is_between("valid_from", "valid_to"),
        )
        answer = rows.select("modality", "cancer_group", pl.col("interventional").fill_null(value=False), "reason")
        assert answer.rows() == [tuple(expected)], (nicip, snomed, day)


def test_a_code_with_two_meanings_on_one_day_is_refused():
    twice = pl.concat([EXAMS, EXAMS.filter(pl.col("nicip_code") == "CABDO").with_columns(modality=pl.lit(MRI))])
    reference = ReferenceData(table("providers", []), table("sites", []), twice, ())
    pairs = pl.DataFrame({"IMAGING_CODE_NICIP": ["CABDO"], "IMAGING_CODE_SNOMED": ["1"]})
    with pytest.raises(InputRefused, match="two rows"):
        classes_of_exams(pairs, reference, FIRST, LAST)
