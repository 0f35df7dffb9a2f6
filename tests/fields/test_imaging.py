"""What an exam code means, on which day."""

from datetime import date

import polars as pl
import pytest

from publish.errors import InputRefused
from publish.fields import reasons
from publish.fields.imaging import LOOKED_UP, classes_of_exams
from publish.reference.tables import ReferenceData
from tests.fields.derived import derived, reference_of
from tests.fields.test_organisation import table
from tests.made_records import record

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


# -- the data product -------------------------------------------------------------------------------------------

WHEN_ENDED = date(2023, 3, 31)
WHOLE_ROW = {name: f"a {name}" for name in LOOKED_UP} | {
    "nicip_code": "WHOLE",
    "nicip_description": "Exam with all there is",
    "snomed_code": "100",
    "snomed_description": "Exam with all there is (procedure)",
}
OFFICIAL = reference_of(
    exam_codes=[
        WHOLE_ROW,
        {"nicip_code": "MWRIRC", "snomed_code": "319", "modality": MRI, "sub_modality": "with contrast"},
        {"nicip_code": "MWRILC", "snomed_code": "319", "modality": MRI, "sub_modality": "without contrast"},
        {"snomed_code": "319", "modality": MRI, "sub_modality": "of the look-up"},
        {"snomed_code": "432", "modality": CT},
        {"nicip_code": "ENDED", "snomed_code": "555", "modality": XRAY, "valid_to": WHEN_ENDED},
        {"nicip_code": "MOVES", "snomed_code": "601", "modality": XRAY, "valid_to": WHEN_ENDED},
        {"nicip_code": "MOVES", "snomed_code": "602", "modality": CT, "valid_from": date(2023, 4, 1)},
    ],
    nicip_codes=[
        {"nicip_code": "MWRIRC", "nicip_description": "MRI Wrist with contrast Rt", "snomed_code": "319"},
        {"nicip_code": "MWRILC", "nicip_description": "MRI Wrist with contrast Lt", "snomed_code": "319"},
        {"nicip_code": "ENDED", "nicip_description": "XR Old", "snomed_code": "555", "valid_to": WHEN_ENDED},
        {"nicip_code": "MOVES", "nicip_description": "XR Foot", "snomed_code": "601", "valid_to": WHEN_ENDED},
        {
            "nicip_code": "MOVES",
            "nicip_description": "XR Foot Both",
            "snomed_code": "602",
            "valid_from": date(2023, 4, 1),
        },
        {"nicip_code": "UNCLAS", "nicip_description": "Of no class", "snomed_code": "700"},
    ],
    snomed_codes=[
        {"snomed_code": "319", "snomed_description": "MRI of wrist (procedure)"},
        {"snomed_code": "432", "snomed_description": "CT of hand (procedure)"},
        {"snomed_code": "555", "snomed_description": "Old (procedure)", "valid_to": WHEN_ENDED},
        {"snomed_code": "601", "snomed_description": "Foot (procedure)", "valid_to": WHEN_ENDED},
        {"snomed_code": "602", "snomed_description": "Both feet (procedure)"},
        {"snomed_code": "700", "snomed_description": "Of no class (procedure)"},
        {"snomed_code": "800", "snomed_description": "Alone (procedure)"},
    ],
    local_codes=[
        {"submitter_code": "RR8", "local_code": "WRIST", "nicip_code": "MWRIRC"},
        {"submitter_code": "RK5", "local_code": "WRIST", "nicip_code": "MOVES"},
        {"submitter_code": "RF4", "local_code": "WRIST", "nicip_code": "UNCLAS"},
    ],
)

#  NICIP     SNOMED   day           derived  its words                    modality
DERIVED = [
    ("MWRIRC", None, "2023-04-01", "319", "MRI of wrist (procedure)", MRI),
    ("mwrirc ", None, "2023-04-01", "319", "MRI of wrist (procedure)", MRI),
    (None, "432", "2023-04-01", "432", "CT of hand (procedure)", CT),
    ("MWRIRC", "432", "2023-04-01", "432", "CT of hand (procedure)", CT),  # SNOMED goes before NICIP
    ("MWRIRC", "999", "2023-04-01", "319", "MRI of wrist (procedure)", MRI),  # ... where it is a code at all
    ("MWRIRC", "555", "2023-10-01", "319", "MRI of wrist (procedure)", MRI),  # ... and valid on that day
    ("MWRIRC", "555", "2023-09-30", "555", "Old (procedure)", XRAY),
    ("ENDED", None, "2023-03-31", "555", "Old (procedure)", XRAY),  # its last day
    ("ENDED", None, "2023-04-01", "555", "Old (procedure)", XRAY),
    ("ENDED", None, "2023-09-30", "555", "Old (procedure)", XRAY),  # the last of six months of grace
    ("ENDED", None, "2023-10-01", None, None, None),  # the day after
    (None, "555", "2023-03-31", "555", "Old (procedure)", XRAY),
    (None, "555", "2023-09-30", "555", "Old (procedure)", XRAY),
    (None, "555", "2023-10-01", None, None, None),
    ("MOVES", None, "2023-03-31", "601", "Foot (procedure)", XRAY),  # the NICIP code leads elsewhere from 1 April
    ("MOVES", None, "2023-04-01", "602", "Both feet (procedure)", CT),
    ("MOVES", "601", "2023-04-01", "601", "Foot (procedure)", XRAY),  # the code given still has its grace
    ("UNCLAS", None, "2023-04-01", "700", "Of no class (procedure)", None),  # in no class: the code still stands
    (None, "800", "2023-04-01", "800", "Alone (procedure)", None),
    ("UNCLAS", "800", "2023-04-01", "800", "Alone (procedure)", None),
    ("MWRIRC", "800", "2023-04-01", "319", "MRI of wrist (procedure)", MRI),  # ... but not before one in a class
    ("NONE", "999", "2023-04-01", None, None, None),
    (None, None, "2023-04-01", None, None, None),
]

#  NICIP     SNOMED   NICIP's words                 SNOMED's words
WORDS = [
    ("MWRIRC", "432", "MRI Wrist with contrast Rt", "CT of hand (procedure)"),
    ("MOVES", "601", "XR Foot Both", "Foot (procedure)"),  # the latest that are known, whatever the day
    ("ENDED", "555", "XR Old", "Old (procedure)"),
    ("WHOLE", "100", "Exam with all there is", "Exam with all there is (procedure)"),  # of exam_codes.csv
    ("MWRIRC", None, "MRI Wrist with contrast Rt", None),
    (None, "319", None, "MRI of wrist (procedure)"),
    ("NONE", "999", None, None),
    (None, None, None, None),
]

#  column                        column of the exam look-up
CLASSIFICATIONS = [
    ("MODALITY_ID", "modality_id"),
    ("MODALITY", "modality"),
    ("SUB_MODALITY_ID", "sub_modality_id"),
    ("SUB_MODALITY", "sub_modality"),
    ("REGION_ID", "region_id"),
    ("REGION", "region"),
    ("SUB_REGION_ID", "sub_region_id"),
    ("SUB_REGION", "sub_region"),
    ("SYSTEM_ID", "system_id"),
    ("SYSTEM", "system"),
    ("SUB_SYSTEM_ID", "sub_system_id"),
    ("SUB_SYSTEM", "sub_system"),
    ("SUB_SYSTEM_COMPONENT_ID", "sub_system_component_id"),
    ("SUB_SYSTEM_COMPONENT", "sub_system_component"),
    ("MORPHOLOGY_ID", "morphology_id"),
    ("MORPHOLOGY", "morphology"),
    ("FETAL_ID", "fetal_id"),
    ("FETAL", "fetal"),
    ("EARLY_CANCER_DIAGNOSIS", "early_diagnosis_of_cancer"),
    ("SUB_EARLY_CANCER_DIAGNOSIS", "sub_early_diagnosis_of_cancer"),
]

#  submitter  site      local    NICIP
LOCAL = [
    ("RR8", "RR801", "WRIST", "MWRIRC"),
    ("RR8", "RR801", " wrist ", "MWRIRC"),
    ("RK5", "RR801", "WRIST", "MOVES"),  # each submitter has its own
    (None, "RF401", "WRIST", "UNCLAS"),  # not known who submitted: the trust of the site
    ("RX1", "RR801", "WRIST", "WRIST"),  # no code of that submitter: as it is
    ("RR8", "RR801", "ENDED", "ENDED"),
    ("RR8", "RR801", None, None),
]


def exam(nicip, snomed, day="2023-04-01"):
    codes = {"IMAGING_CODE_NICIP": nicip, "IMAGING_CODE_SNOMED": snomed}
    return record(**codes, DIAGNOSTIC_TEST_DATE=date.fromisoformat(day))


def test_the_code_that_decides():
    columns = ("DERIVED_IMAGING_CODE_SNOMED_CT", "DERIVED_IMAGING_CODE_SNOMED_CT_DESCRIPTION", "MODALITY")
    found = derived([exam(*case[:3]) for case in DERIVED], columns, OFFICIAL)
    assert [(*case[:3], *row) for case, row in zip(DERIVED, found, strict=True)] == DERIVED


@pytest.mark.parametrize("case", DERIVED)
def test_an_exam_does_not_depend_on_the_other_records_of_the_file(case):
    columns = ("DERIVED_IMAGING_CODE_SNOMED_CT", "DERIVED_IMAGING_CODE_SNOMED_CT_DESCRIPTION", "MODALITY")
    assert derived([exam(*case[:3])], columns, OFFICIAL) == [case[3:]]


def test_codes_given_and_their_words():
    columns = (
        *("IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED_CT"),
        *("IMAGING_CODE_NICIP_DESCRIPTION", "IMAGING_CODE_SNOMED_CT_DESCRIPTION"),
    )
    assert derived([exam(nicip, snomed) for nicip, snomed, *_ in WORDS], columns, OFFICIAL) == WORDS


@pytest.mark.parametrize("codes", [("WHOLE", None), (None, "100"), ("WHOLE", "100"), ("WHOLE", "999")])
def test_every_column_of_the_look_up(codes):
    columns = [column for column, _ in CLASSIFICATIONS]
    assert derived([exam(*codes)], columns, OFFICIAL) == [tuple(f"a {name}" for _, name in CLASSIFICATIONS)]
    assert sorted(name for _, name in CLASSIFICATIONS) == sorted(LOOKED_UP)


def test_terms_of_one_code_say_what_they_have_in_common():
    """319 stands for two exams that differ with and without contrast: by the NICIP code that is known."""
    found = derived([exam("MWRILC", None), exam(None, "319")], ("MODALITY", "SUB_MODALITY"), OFFICIAL)
    assert found == [(MRI, "without contrast"), (MRI, None)]


@pytest.mark.parametrize(("submitter", "site", "local", "nicip"), LOCAL)
def test_local_codes(submitter, site, local, nicip):
    given = record(IMAGING_CODE_NICIP=local, SITE_CODE_IMAGING=site)
    assert derived([given], ["IMAGING_CODE_NICIP"], OFFICIAL, submitter) == [(nicip,)]
