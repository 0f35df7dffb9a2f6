"""XML files of records: what is read, and what is refused with which line and without any value."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from publish.errors import InputRefused
from publish.records import xml_files
from publish.records.files import find_record_files
from publish.records.items import DATES, NAMES
from publish.records.readers import is_made_up, read_records
from publish.records.values import clock_date
from tests.made_records import record
from tests.records.made_xml import FOOT, HEAD, dids_record, part, write_in_pieces, xml

SHARED = Path(__file__).resolve().parents[3] / "shared"
PATIENT = {"NHS_NUMBER": "9990000018", "PERSON_BIRTH_DATE": "1950-02-03", "POSTCODE": "ZZ99 3VZ"}
FULL = record(
    **PATIENT, ETHNIC_CATEGORY="A", PERSON_GENDER_CODE="1", PRACTICE_CODE="V81999", REFERRER="G9999998",
    REFERRING_ORG_CODE="RF4", DIAG_TEST_REQUEST_REC_DATE="2023-04-02", IMAGING_CODE_SNOMED="399208008",
    RADIOLOGICAL_ACCESSION_NUM="A1",
)  # fmt: skip
TEXT = {name: None if value is None else str(value) for name, value in FULL.items()}


def file_of(tmp_path, text, encoding="utf-8"):
    file = tmp_path / "a.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return file


def read(file):
    return read_records(file).collect()


def test_every_item_is_read(tmp_path):
    rows = read(file_of(tmp_path, xml(FULL)))
    assert rows.columns == list(NAMES)
    assert rows.to_dicts() == [TEXT]


def test_an_imaging_activity_is_a_record_with_the_patient_and_referral_of_its_dids_record(tmp_path):
    other = FULL | {"RADIOLOGICAL_ACCESSION_NUM": "A2", "IMAGING_CODE_NICIP": None}
    next_patient = FULL | {"NHS_NUMBER": None, "RADIOLOGICAL_ACCESSION_NUM": "A3"}
    rows = read(file_of(tmp_path, HEAD + dids_record(FULL, other) + dids_record(next_patient) + FOOT))
    assert rows["RADIOLOGICAL_ACCESSION_NUM"].to_list() == ["A1", "A2", "A3"]
    assert rows["NHS_NUMBER"].to_list() == ["9990000018", "9990000018", None]
    assert rows["REFERRER"].to_list() == ["G9999998"] * 3
    assert rows["IMAGING_CODE_NICIP"].to_list() == ["XCHES", None, "XCHES"]


def test_items_may_be_absent_empty_and_in_any_order(tmp_path):
    text = xml(FULL).replace('<NHSNumber extension="9990000018"/>\n', "")
    text = text.replace("<PersonBirthDate>1950-02-03</PersonBirthDate>", "<PersonBirthDate/>")
    text = text.replace("<Referrals>\n", '<Referrals>\n<ReferrerCode extension="G9999998"/>\n')
    text = text.replace('<ReferrerCode extension="G9999998"/>\n<ReferringOrg', "<ReferringOrg")
    expected = TEXT | {"NHS_NUMBER": None, "PERSON_BIRTH_DATE": None}
    assert read(file_of(tmp_path, text)).to_dicts() == [expected]


def test_a_record_without_any_item_is_a_record(tmp_path):
    assert read(file_of(tmp_path, xml({}, FULL))).to_dicts() == [dict.fromkeys(NAMES), TEXT]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<DIDS ", '<DIDS xmlns:x="x" '),
        ("<Referrals>", "<!-- a note --><?and an instruction?><Referrals>"),
        ("</ImagingActivity>", "<!-- a note --></ImagingActivity><!-- a note -->"),
        ("</DIDSRecord>", "</DIDSRecord><!-- a note --><?and so?>"),
        ("1950-02-03", "1950-<!-- a note -->02-<![CDATA[03]]>"),
        ('extension="A1"', 'extension="A1" root="2.16"'),
        ("A1", "&#65;&#x31;"),
    ],
)  # fmt: skip
def test_what_xml_allows_makes_no_difference(tmp_path, old, new):
    text = xml(FULL).replace(old, new)
    assert text != xml(FULL)
    assert read(file_of(tmp_path, text)).to_dicts() == [TEXT]


def test_prefixes_and_other_encodings(tmp_path):
    prefixed = xml(FULL).replace("</", "</d:").replace("<", "<d:").replace("<d:/d:", "</d:").replace("<d:?", "<?")
    assert read(file_of(tmp_path, prefixed.replace("xmlns=", "xmlns:d="))).to_dicts() == [TEXT]
    utf_16 = xml(FULL).replace("utf-8", "utf-16")
    assert read(file_of(tmp_path, utf_16, "utf-16")).to_dicts() == [TEXT]


def test_values_keep_their_characters_but_for_tabs_and_line_ends(tmp_path):
    odd = FULL | {"REFERRER": 'a"b,c\t\nd', "POSTCODE": " x\ty\r\n<&>é ", "RADIOLOGICAL_ACCESSION_NUM": "'1,2'"}
    row = read(file_of(tmp_path, xml(odd))).row(0, named=True)
    assert row["REFERRER"].split() == ['a"b,c', "d"]
    assert row["POSTCODE"].split() == ["x", "y", "<&>é"]
    assert row["RADIOLOGICAL_ACCESSION_NUM"] == "'1,2'"


def test_timestamps_of_v2_pass_through_as_text(tmp_path):
    rows = read_records(file_of(tmp_path, xml(FULL | {"DIAGNOSTIC_TEST_DATE": "2026-05-31T23:30:00+01:00"})))
    day = rows.select(clock_date("DIAGNOSTIC_TEST_DATE", pl.String())).collect().item()
    assert str(day) == "2026-05-31"


def changed(old, new, count=-1):
    def change(text):
        assert old in text
        return text.replace(old, new, count)

    return change


MISFITS = [
    (lambda text: text.replace("<DIDS ", "<DIDZ ").replace("</DIDS>", "</DIDZ>"), 2, "root is not DIDS"),
    (changed("DIDS-v1-0", "DIDS-v2-0"), 2, "root is not DIDS"),
    (changed(f' xmlns="{xml_files.NAMESPACE}"', ""), 2, "root is not DIDS"),
    (changed("<Referrals>", "<Referrals><Note/>"), 13, "an element is unknown"),
    (changed("<Referrals>", '<Referrals><Note xmlns="x"/>'), 13, "an element is unknown"),
    (changed('<NHSNumber extension="9990000018"/>', '<NHSNumber extension="9990000018"/>' * 2), 5, "there twice"),
    (changed(part("Referrals", FULL), part("Referrals", FULL) * 2), 19, "there twice"),
    (changed(part("Referrals", FULL) + "\n", ""), 13, "out of its place"),
    (changed(part("ImagingActivity", FULL) + "\n", ""), 20, "an element is missing"),
    (changed(dids_record(FULL), ""), 3, "an element is missing"),
    (changed(' extension="9990000018"', ""), 5, "an attribute is missing"),
    (changed("<Referrals>", '<Referrals kind="1950-02-03">'), 13, "an attribute is unknown"),
    (changed("<Referrals>", "<Referrals>9990000018<X/>"), 13, "text stands where none belongs"),
    (changed('"9990000018"/>', '"x">9990000018</NHSNumber>'), 5, "text stands where none belongs"),
    (changed("1950-02-03<", "1950-02-03<b/><"), 7, "an element is unknown"),
    (changed("<ImagingActivity>", '<ImagingActivity open="">'), 20, "an attribute is unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "line", "says"), MISFITS)
def test_a_file_that_does_not_fit_is_refused_with_its_line(tmp_path, change, line, says):
    refused(file_of(tmp_path, change(xml(FULL))), f"line {line} ", says, "(rule DIDS076)")


@pytest.mark.parametrize(("change", "line", "says"), MISFITS[3:9])
def test_the_line_is_counted_from_the_top_in_a_long_file(tmp_path, change, line, says):
    before = dids_record(FULL | {"RADIOLOGICAL_ACCESSION_NUM": "B"}) * 3000  # above a megabyte: several pieces
    file = file_of(tmp_path, HEAD + before + change(xml(FULL)).removeprefix(HEAD))
    refused(file, f"line {line + before.count(chr(10))} ", says)


def refused(file, *says):
    with pytest.raises(InputRefused) as refusal:
        read(file)
    said = str(refusal.value)
    assert all(words in said for words in says), said
    assert said.startswith(f"{file}: ")
    assert "What to do: " in said
    assert not any(value in said for value in PATIENT.values())


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE DIDS>",
        '<!DOCTYPE DIDS SYSTEM "http://127.0.0.1:9/dids.dtd">',
        '<!DOCTYPE DIDS PUBLIC "x" "file:///etc/passwd">',
        f'<!DOCTYPE DIDS [<!ENTITY e0 "9990000018">{BOMB}]>',
        '<!DOCTYPE DIDS [<!ENTITY e11 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE DIDS [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    ],
)
def test_a_doctype_is_refused_with_all_that_it_may_bring(tmp_path, declared):
    text = xml(FULL).replace("<DIDS ", f"{declared}\n<DIDS ").replace("A1", "&e11;")
    refused(file_of(tmp_path, text), "has a DOCTYPE", "(rule DIDS076)")


SOUND = xml(FULL)
BROKEN = {
    "empty": "",
    "blanks": " \n ",
    "not XML": "9990000018,04,1950-02-03",
    "CSV named XML": ",".join(NAMES) + "\n",
    "binary": bytes(range(256)) * 100,
    "half": SOUND[: len(SOUND) // 2],
    "without its end": SOUND.removesuffix(FOOT),
    "two roots": SOUND + "<DIDS/>",
    "an entity that nobody declared": SOUND.replace("1950-02-03", "&patient;"),
    "another encoding than it says": SOUND.replace("ZZ99", "é").encode("latin-1"),
    "an encoding that nobody knows": SOUND.replace("utf-8", "klingon"),
    "a huge attribute": SOUND.replace("9990000018", "9" * 11_000_000),
    "a huge text": SOUND.replace("1950-02-03", "9" * 11_000_000),
    "a huge comment": SOUND.replace("<Referrals>", f"<!--{'9' * 11_000_000}--><Referrals>"),
    "depth": HEAD + "<DIDSRecord>" * 100_000,
    "a NUL": SOUND.replace("A1", "A\0"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_xml_or_not_whole_is_refused(tmp_path, text):
    refused(file_of(tmp_path, text), "(rule DIDS076)")


def test_a_file_that_changes_after_it_was_checked_is_refused(tmp_path):
    file = file_of(tmp_path, SOUND)
    records = read_records(file)
    file.write_text(SOUND[:700])
    for engine in ("in-memory", "streaming"):
        with pytest.raises(InputRefused, match="is not well-formed XML"):
            records.collect(engine=engine)
    file.unlink()
    with pytest.raises(InputRefused, match="cannot be read as XML"):
        records.collect()


def test_columns_rows_and_conditions_are_those_asked_for(tmp_path):
    many = [FULL | {"RADIOLOGICAL_ACCESSION_NUM": f"A{number}"} for number in range(50)]
    records = read_records(file_of(tmp_path, xml(*many)), ("SITE_CODE_IMAGING", "RADIOLOGICAL_ACCESSION_NUM"))
    assert records.collect().columns == ["SITE_CODE_IMAGING", "RADIOLOGICAL_ACCESSION_NUM"]
    assert records.head(7).collect()["RADIOLOGICAL_ACCESSION_NUM"].to_list() == [f"A{n}" for n in range(7)]
    assert records.head(0).collect().height == 0
    one = records.filter(pl.col("RADIOLOGICAL_ACCESSION_NUM") == "A17")
    assert one.select("SITE_CODE_IMAGING").collect().rows() == [("RF401",)]
    assert records.select(pl.len()).collect().item() == 50


@pytest.mark.parametrize("size", [1, 7, 100, 1000, 5000])
def test_where_a_piece_ends_makes_no_difference(tmp_path, monkeypatch, size):
    activities = [FULL | {"RADIOLOGICAL_ACCESSION_NUM": f"B{number}"} for number in range(4)]
    text = HEAD + dids_record(FULL, *activities) + dids_record(FULL) + "<!-- a note -->" + dids_record({}) + FOOT
    file = file_of(tmp_path, text)
    whole = read(file)
    monkeypatch.setattr(xml_files, "_AT_A_TIME", size)
    assert read(file).equals(whole)
    assert whole["RADIOLOGICAL_ACCESSION_NUM"].to_list() == ["A1", "B0", "B1", "B2", "B3", "A1", None]


MEASURED = """
import resource, sys
from pathlib import Path
import polars as pl
from publish.records.readers import read_records

def counted(file):
    rows = read_records(Path(file)).select(pl.col("RADIOLOGICAL_ACCESSION_NUM").count())
    return rows.collect(engine="streaming").item(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

_, before = counted(sys.argv[1])
rows, peak = counted(sys.argv[2])
print(rows, (peak - before) // 1024)
"""


@pytest.mark.parametrize("in_one_record", [False, True], ids=["many records", "one record"])
def test_memory_does_not_grow_with_the_file(tmp_path, in_one_record):
    """60 MB more than the small file take no more than half of that, in a process of its own."""

    def pieces(megabytes):
        one = part("ImagingActivity", FULL) if in_one_record else dids_record(FULL)
        many = [one] * (megabytes * 1_000_000 // len(one))
        return (
            [dids_record(FULL).removesuffix("</DIDSRecord>\n"), *many, "</DIDSRecord>"] if in_one_record else many
        )

    small = write_in_pieces(tmp_path / "small.xml", pieces(15))
    large = write_in_pieces(tmp_path / "large.xml", pieces(75))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, small, large], capture_output=True, text=True, timeout=120
    )
    rows, grown = map(int, done.stdout.split())
    assert rows == len(pieces(75)) - in_one_record
    assert grown < 30, done.stderr


def test_an_xml_file_is_a_submission(tmp_path):
    (found,) = find_record_files([str(file_of(tmp_path, SOUND))])
    assert (found.kind, found.is_submission) == ("xml", True)
    assert not is_made_up(found)
    assert read_records(found, ("REFERRER",), optional=("POSTCODE",), extras=True).collect().rows() == [
        ("G9999998", "ZZ99 3VZ")
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the example submissions are not beside the project")
def test_the_example_of_nhs_england():
    fixture = SHARED / "fixtures" / "simple_xml"
    row = read(fixture / "input.xml").row(0, named=True)
    expected = pl.read_csv(fixture / "expected.csv", infer_schema=False).row(0, named=True)
    assert row["NHS_NUMBER"] == expected["NHS_NUMBER"]
    assert row["SITE_CODE_IMAGING"] == expected["PROVIDER_SITE_CODE"]
    assert all(row[name] for name in DATES)
