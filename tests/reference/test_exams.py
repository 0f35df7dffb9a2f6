"""The exam codes in use: official NICIP codes and exam look-up before the contract's rows, day by day."""

from datetime import date

import polars as pl
import pytest

from publish.fields.imaging import classes_of_exams
from publish.reference.columns import CLASSIFIED, COLUMNS
from publish.reference.dated import stretches
from publish.reference.store import import_reference
from publish.reference.tables import load_reference
from tests.reference.official import written

CT, MRI, US = "77477000", "113091000", "16310003"
NICIP = (
    "NICIP_KEY,SCT_ID,SCT_FSN,SHORT_CODE,SHORT_CODE_START_DATE,SHORT_CODE_END_DATE,INTERVENTIONAL (Y/N),PREFERRED,"
    "BUSINESS_START_DATE,BUSINESS_END_DATE\n"
)
TERMS = "short_code,preferred_term,snomed_ct_id,first_letter,laterality\n"
LOOK_UP = "DSS_KEY,SCT_ID,MODALITY_ID,MODALITY,SUB_SYSTEM,FETAL,EARLY_DIAGNOSIS_OF_CANCER,"
LOOK_UP += "RECORD_START_DATE,RECORD_END_DATE\n"
IDS_ONLY = "dss_key,sct_id,modality_id,record_start_date,record_end_date,lookup_is_current\n"


@pytest.fixture
def exams(tmp_path):
    """The reference data after importing NICIP and look-up rows, over the user's own exam codes where given."""

    def made(nicip="", look_up="", own=()):
        store = tmp_path / "reference-data"
        if own:
            store.mkdir()
            values = (dict.fromkeys(COLUMNS["exam_codes"], "") | row for row in own)
            lines = [",".join(COLUMNS["exam_codes"]), *(",".join(row.values()) for row in values)]
            (store / "exam_codes.csv").write_text("\n".join(lines) + "\n")
        for kind, text in (("nicip", nicip), ("exam-lookup", look_up)):
            if text:
                import_reference(kind, written(tmp_path, f"{kind}.csv", text), store)
        return load_reference(store)

    return made


def rows_of(table, *columns):
    return table.select(pl.col(columns).cast(pl.String).fill_null("-")).rows()


def of(reference, code, *columns):
    found = reference.exam_codes.filter(pl.col("nicip_code") == code)
    return rows_of(found, *columns, "valid_from", "valid_to")


def test_the_bundled_exam_codes_stand_as_they_are():
    bundled = load_reference()
    assert bundled.exam_codes.columns == [*COLUMNS["exam_codes"], *CLASSIFIED]
    assert bundled.exam_codes.select(pl.col(CLASSIFIED).null_count()).row(0) == (173,) * len(CLASSIFIED)
    assert set(bundled.nicip_codes["nicip_code"]) == set(bundled.exam_codes["nicip_code"])
    assert set(bundled.snomed_codes["snomed_code"]) == set(bundled.exam_codes["snomed_code"].drop_nulls())


def test_a_code_is_classified_on_the_days_of_its_mapping_and_of_the_look_up(exams):
    nicip = NICIP + "1,111,A term,CXX,2012-04-01,,Y,CT Of something,2012-04-01,2015-03-31\n"
    nicip += "2,222,Another,CXX,2012-04-01,,N,CT Of something,2015-04-01,9999-12-31\n"
    look_up = LOOK_UP + f"1,111,{CT},Computerized axial tomography (procedure),,,,2013-04-01,\n"
    look_up += f"2,222,{MRI},Magnetic resonance imaging (procedure),,,,2013-04-01,\n"
    reference = exams(nicip, look_up)
    assert of(reference, "CXX", "snomed_code", "modality_id", "interventional") == [
        ("111", CT, "Y", "2013-04-01", "2015-03-31"),
        ("222", MRI, "N", "2015-04-01", "-"),
    ]
    codes = reference.nicip_codes.filter(pl.col("nicip_code") == "CXX")
    assert rows_of(codes, "nicip_description", "snomed_code", "snomed_description", "valid_from", "valid_to") == [
        ("CT Of something", "111", "A term", "2012-04-01", "2015-03-31"),
        ("CT Of something", "222", "Another", "2015-04-01", "-"),
    ]
    assert reference.complete == {"nicip", "exam-lookup"}


def test_a_snomed_code_alone_is_looked_up_on_all_its_days(exams):
    """Also on those on which no NICIP code leads to it."""
    nicip = NICIP + "1,111,A term,CXX,2012-04-01,,N,CT,2012-04-01,2015-03-31\n"
    look_up = LOOK_UP + f"1,111,{CT},,,,,2013-04-01,2020-03-31\n"
    found = exams(nicip, look_up).exam_codes.filter(pl.col("snomed_code") == "111")
    assert rows_of(found, "nicip_code", "modality", "valid_from", "valid_to") == [
        ("-", "Computerized axial tomography (procedure)", "2013-04-01", "2020-03-31"),
        ("CXX", "Computerized axial tomography (procedure)", "2013-04-01", "2015-03-31"),
    ]


def test_the_contract_classifies_what_the_look_up_does_not(exams):
    """XCHES and its SNOMED code are bundled: a NICIP table alone leaves their class as it is."""
    bundled = load_reference().exam_codes.row(by_predicate=pl.col("nicip_code") == "XCHES", named=True)
    snomed = bundled["snomed_code"]
    reference = exams(TERMS + f"XNEWX,A new name for it,{snomed},X,\nXCHES,Chest,{snomed},X,\nXNONE,None,,X,\n")
    columns = ("snomed_code", "modality", "published_test_group", "interventional")
    expected = tuple(bundled[name] for name in columns)
    assert [row[:4] for row in of(reference, "XNEWX", *columns)] == [expected]
    assert [row[:4] for row in of(reference, "XCHES", *columns)] == [expected]
    assert of(reference, "XNONE") == []
    assert "XNONE" in reference.nicip_codes["nicip_code"]
    assert of(reference, "CABDO", "modality_id") == [(CT, "2012-04-01", "-")]  # not in that table: the contract's


def test_the_published_group_follows_from_the_early_diagnosis(exams):
    early = "Suspected Brain Cancer"
    reference = exams(
        TERMS + "MNEW,MRI Head,333,M,\nMOLD,MRI Other,444,M,\n",
        LOOK_UP + f"1,333,{MRI},,,,{early},2013-04-01,\n2,444,{MRI},,,,Suspected Bowel Cancer,2013-04-01,\n",
    )
    assert of(reference, "MNEW", "early_diagnosis_of_cancer", "published_test_group")[0][:2] == (
        early,
        "Brain (MRI)",
    )
    assert of(reference, "MOLD", "published_test_group")[0][0] == "-"


def test_a_copy_with_identifiers_only_leaves_the_groups_to_the_contract(exams):
    own = [
        {"nicip_code": "MHEAD", "snomed_code": "333", "modality": "Magnetic resonance imaging (procedure)"}
        | {"published_test_group": "Brain (MRI)", "interventional": "N"}
    ]
    reference = exams(look_up=IDS_ONLY + f"1,333,{MRI},2013-04-01,2014-03-31,0\n", own=own)
    assert of(reference, "MHEAD", "modality", "published_test_group") == [
        ("Magnetic resonance imaging (procedure)", "Brain (MRI)", "2013-04-01", "2014-03-31")
    ]


def test_further_classes_of_the_look_up_are_kept(exams):
    look_up = LOOK_UP + f"1,555,{US},Diagnostic ultrasonography (procedure),Urinary,Fetal structure,,2013-04-01,\n"
    reference = exams(look_up=look_up)
    found = reference.exam_codes.filter(pl.col("snomed_code") == "555")
    assert rows_of(found, "nicip_code", "sub_system", "fetal", "morphology", "interventional") == [
        ("-", "Urinary", "Fetal structure", "-", "N")
    ]


def test_snomed_codes_are_those_of_the_look_up_then_nicip_then_the_contract(exams):
    reference = exams(TERMS + "MNEW,MRI,444,M,\n", LOOK_UP + f"1,333,{MRI},,,,,2013-04-01,2014-03-31\n")
    codes = reference.snomed_codes.filter(pl.col("snomed_code").is_in(["333", "444", "169070004"]))
    assert rows_of(codes, "snomed_code", "valid_from", "valid_to") == [
        ("169070004", "2012-04-01", "-"),
        ("333", "2013-04-01", "2014-03-31"),
        ("444", "-", "-"),
    ]


def test_rows_of_a_code_never_overlap(exams):
    """Official rows that overlap: the later one takes over on its first day."""
    look_up = LOOK_UP + f"1,333,{MRI},,,,,2013-04-01,\n2,333,{CT},,,,,2016-04-01,\n3,333,{CT},,,,,2016-04-01,\n"
    reference = exams(TERMS + "MNEW,MRI,333,M,\nMNEW,MRI twice,333,M,\n", look_up)
    first, last = date(2012, 1, 1), date(2024, 1, 1)
    assert stretches(reference.nicip_codes, "nicip_code", first, last).height > 0
    assert stretches(reference.snomed_codes, "snomed_code", first, last).height > 0
    found = classes_of_exams(
        pl.DataFrame({"IMAGING_CODE_NICIP": ["MNEW", None], "IMAGING_CODE_SNOMED": [None, "333"]}),
        reference,
        date(2015, 1, 1),
        date(2017, 1, 1),
    )
    assert (
        rows_of(found.sort("IMAGING_CODE_NICIP", "valid_from"), "modality", "valid_from")
        == [
            ("Magnetic Resonance Imaging", "2015-01-01"),
            ("Computerized Axial Tomography", "2016-04-01"),
        ]
        * 2
    )


#   code       term                        modality by its term
BY_TERM = [
    ("MHANX", "MRI Hand with contrast", MRI),
    ("MVEIX", "MRV Cranial", MRI),
    ("CSHRX", "CT Shoulder Both", CT),
    ("KCONX", "CT Cone beam temporal bone", None),  # cone beam codes begin with K
    ("FCTGX", "CT", None),  # a term of one word says nothing of an exam
    ("UPC1X", "Pc drainage US guided", None),
    ("NBONX", "NM Bone scan", None),  # nuclear medicine, PET or SPECT
]


def test_a_term_gives_the_modality_of_a_code_that_nothing_classifies(exams):
    lines = [f"{code},{term},99000{place}\n" for place, (code, term, _) in enumerate(BY_TERM)]
    reference = exams(TERMS.replace(",first_letter,laterality", "") + "".join(lines))
    found = {code: of(reference, code, "modality_id", "region_id", "interventional") for code, _, _ in BY_TERM}
    assert {code: rows[0][0] if rows else None for code, rows in found.items()} == {
        code: modality for code, _, modality in BY_TERM
    }
    assert found["MHANX"] == [(MRI, "-", "N", "-", "-")]
