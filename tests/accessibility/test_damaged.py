"""Damaged, foreign and harmful files: each is read or refused, never met with a traceback or a full memory."""

import random
import zipfile
from io import BytesIO

import pytest

from publish.accessibility.checking import check_workbook
from publish.errors import InputRefused
from tests.accessibility import made

TIMES = 60  # of each way to damage, of each form


@pytest.fixture(scope="module", params=["xlsx", "ods"])
def whole(request, tmp_path_factory):
    """The accessible workbook: its ending and its bytes."""
    folder = tmp_path_factory.mktemp("whole")
    file = made.save_xlsx(made.xlsx(), folder) if request.param == "xlsx" else made.save_ods(made.ods(), folder)
    return request.param, file.read_bytes()


def checked_or_refused(file):
    try:
        return check_workbook(file).verdicts
    except InputRefused as refusal:
        assert "What to do: " in str(refusal)
        return None


def flipped(content, draw, most=8):
    """The same bytes, some of them changed."""
    changed = bytearray(content)
    for _ in range(draw.randint(1, most) if content else 0):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def packed_again(content, change):
    """The same parts, one or more of them changed, in a zip that is in order."""
    made_again = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as parts,
        zipfile.ZipFile(made_again, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in parts.namelist():
            part = change(name, parts.read(name))
            if part is not None:
                packed.writestr(name, part)
    return made_again.getvalue()


def test_bytes_of_the_file_changed(tmp_path, whole):
    form, content = whole
    outcomes = []
    for number in range(TIMES):
        file = tmp_path / f"{number}.{form}"
        file.write_bytes(flipped(content, random.Random(number)))
        outcomes.append(checked_or_refused(file))
    assert None in outcomes


def test_bytes_of_a_part_changed(tmp_path, whole):
    form, content = whole
    outcomes = []
    names = [name for name in zipfile.ZipFile(BytesIO(content)).namelist() if name.endswith((".xml", ".rels"))]
    for number in range(TIMES):
        draw = random.Random(number)
        damaged = draw.choice(names)
        file = tmp_path / f"{number}.{form}"

        def change(name, part, draw=draw, damaged=damaged):
            return flipped(part, draw, 3) if name == damaged else part

        file.write_bytes(packed_again(content, change))
        outcomes.append(checked_or_refused(file))
    assert None in outcomes


def test_a_part_missing(tmp_path, whole):
    form, content = whole
    outcomes = []
    for number, missing in enumerate(zipfile.ZipFile(BytesIO(content)).namelist()):
        file = tmp_path / f"{number}.{form}"
        changed = packed_again(content, lambda name, part, missing=missing: None if name == missing else part)
        file.write_bytes(changed)
        outcomes.append(checked_or_refused(file))
    assert None in outcomes


def test_digits_of_a_part_changed(tmp_path, whole):
    """Numbers out of all proportion where places, sizes and repetitions are expected."""
    form, content = whole
    vast = [b"0", b"-1", b"999999999999999999999", b"1048576", b"x", b""]
    for number in range(TIMES):
        draw = random.Random(number)

        def change(_, part, draw=draw):
            at = [place for place, byte in enumerate(part) if 48 <= byte < 58]
            place = draw.choice(at) if at else 0
            return part[:place] + draw.choice(vast) + part[place + 1 :] if at and draw.random() < 0.3 else part

        file = tmp_path / f"{number}.{form}"
        file.write_bytes(packed_again(content, change))
        checked_or_refused(file)


def refused(file):
    with pytest.raises(InputRefused) as refusal:
        check_workbook(file)
    return str(refusal.value)


@pytest.mark.parametrize("kept", [0, 1, 100, 2000])
def test_the_beginning_of_a_file(tmp_path, whole, kept):
    form, content = whole
    (tmp_path / f"a.{form}").write_bytes(content[:kept])
    assert "is not a workbook" in refused(tmp_path / f"a.{form}")


def test_no_workbooks(tmp_path):
    (tmp_path / "a.xlsx").write_text("Region,Tests\nY56,10\n")
    assert "is not a workbook (XLSX or ODS)" in refused(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "b.ods", "w") as zipped:
        zipped.writestr("a.txt", "a")
    assert "is not a workbook (XLSX or ODS)" in refused(tmp_path / "b.ods")
    assert "cannot be read" in refused(tmp_path / "nowhere.ods")
    assert "cannot be read" in refused(tmp_path)


def test_locked_files(tmp_path, whole):
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert "is an old Excel file (.xls), or is locked with a password" in refused(tmp_path / "a.xlsx")
    form, content = whole
    if form == "ods":
        lock = b"<manifest:encryption-data/>"
        locked = packed_again(content, lambda name, part: part + lock if name.endswith("manifest.xml") else part)
        (tmp_path / "a.ods").write_bytes(locked)
        assert "is locked with a password" in refused(tmp_path / "a.ods")


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entities_that_expand(tmp_path, whole, code):
    form, content = whole
    bomb = f'<?xml version="1.0" encoding="{code}"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>'
    changed = {"content.xml", "xl/workbook.xml"}
    file = tmp_path / f"a.{form}"
    file.write_bytes(packed_again(content, lambda name, part: bomb.encode(code) if name in changed else part))
    assert "declares a document type" in refused(file)


def test_parts_that_unpack_to_too_much(tmp_path, whole, monkeypatch):
    form, content = whole
    monkeypatch.setattr("publish.accessibility.package.MOST_BYTES", 10_000)
    (tmp_path / f"a.{form}").write_bytes(content)
    assert "unpacks to more than a workbook can hold" in refused(tmp_path / f"a.{form}")


def test_areas_and_repetitions_beyond_measure(tmp_path):
    book = made.xlsx()
    content = made.save_xlsx(book, tmp_path).read_bytes()
    vast = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells><pageMargins'
    change = lambda name, part: part.replace(b"<pageMargins", vast) if "/worksheets/" in name else part  # noqa: E731
    (tmp_path / "a.xlsx").write_bytes(packed_again(content, change))
    assert "unpacks to more than a workbook can hold" in refused(tmp_path / "a.xlsx")
    content = made.save_ods(made.ods(), tmp_path).read_bytes()
    for what in ("table-row", "table-cell"):
        one = f"<table:{what} ".encode() if what == "table-cell" else b"<table:table-row>"
        kind = "rows" if what == "table-row" else "columns"
        many = one.rstrip(b"> ") + f' table:number-{kind}-repeated="99999999"'.encode() + one[-1:]
        changed = packed_again(content, lambda _, part, one=one, many=many: part.replace(one, many))
        (tmp_path / "a.ods").write_bytes(changed)
        assert "unpacks to more than a workbook can hold" in refused(tmp_path / "a.ods")
