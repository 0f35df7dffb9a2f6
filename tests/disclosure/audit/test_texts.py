"""Words of pages, documents, JSON files, pictures and printed sheets, paragraph by paragraph."""

import json
import warnings
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.datavalidation import DataValidation

from publish.disclosure.audit.reading.texts import texts_of

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Tests in England</title><style>.gone {display: none}
.unseen {clip-path: inset(50%)} @media print {.skip {display: none}}</style></head><body>
<p>There were <b>1,234</b> tests
in May.</p><ul><li>First.<li>Second<br>Third</ul><script>var x = "tests";</script>
<div>Before <p class="unseen">For screen readers</p> after</div><p class="gone">Hidden 2 tests</p>
<table><tr><td>1,235</td><td>CT scans</td></tr></table><img alt="A chart of 7 tests" src="a.png"></body></html>"""


def words(path):
    return [text.words for text in texts_of(path, path.name)]


def test_paragraphs_of_a_page(tmp_path):
    page = tmp_path / "a.html"
    page.write_text(PAGE, encoding="utf-8")
    assert words(page) == [
        *("Tests in England", "There were 1,234 tests in May.", "First.", "Second", "Third", "Before"),
        *("For screen readers", "after", "Hidden 2 tests", "CT scans", "A chart of 7 tests"),
    ]
    texts = texts_of(page, "sub/a.html")
    assert [text.row for text in texts] == list(range(1, 12))
    assert (texts[-1].file, texts[-1].column) == ("sub/a.html", "alt")


def test_lines_of_a_document_are_joined_and_those_of_tables_left_out(tmp_path):
    import typst

    source = tmp_path / "a.typ"
    source.write_text(
        "#set page(width: 8cm, height: 6cm)\nIn May there were altogether rather many, that is to say 1,234 tests"
        " of all kinds in England.\n\n- A point of 7 tests\n#pagebreak()\n"
        "#table(columns: 4, [CT],[1],[2],[3])\nLast."
    )
    typst.compile(str(source), output=str(tmp_path / "a.pdf"))
    texts = texts_of(tmp_path / "a.pdf", "a.pdf")
    joined = " ".join(text.words for text in texts if text.row == 1)
    assert "1,234 tests of all kinds in England." in joined
    assert [text.words for text in texts if text.row == 2][-1] == "Last."


def test_strings_of_json_with_their_keys(tmp_path):
    held = tmp_path / "a.csv-metadata.json"
    held.write_text(json.dumps({"dc:title": "Tests", "n": 3, "notes": ["One of 1,234 tests", {"x": "5"}]}))
    assert [(t.row, t.column, t.words) for t in texts_of(held, "a")] == [
        (1, "dc:title", "Tests"),
        (2, "notes", "One of 1,234 tests"),
    ]


def test_labels_of_an_svg(tmp_path):
    picture = tmp_path / "a.svg"
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><title>T</title><desc>7 tests</desc><g><text>CT 5</text>'
        "<text>12</text></g></svg>"
    )
    assert [(t.row, t.column, t.words) for t in texts_of(picture, "a")] == [
        (1, "title", "T"),
        (2, "desc", "7 tests"),
        (3, "", "CT 5"),
    ]


def test_paragraphs_of_a_word_document(tmp_path):
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    runs = "<w:p><w:r><w:t>There were </w:t></w:r><w:r><w:t>1,234 tests.</w:t></w:r></w:p>"
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as parts:
        parts.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{runs}</w:body></w:document>')
    assert words(tmp_path / "a.docx") == ["There were 1,234 tests."]


def test_page_headers_and_footers_and_messages_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.append([7])
    page.oddHeader.left.text = "A trust had 7 tests"
    page.oddHeader.left.font, page.oddHeader.left.size = "Arial,Bold", 10
    page.oddHeader.right.text = "Page &P of &N, R&&D"
    page.evenFooter.center.text, page.evenFooter.center.color = "Even", "FF0000"
    page.firstHeader.center.text = "&D"
    check = DataValidation(type="whole", promptTitle="Tests", prompt="Was 4 tests & more", error="Not\n5 tests")
    page.add_data_validation(check)
    check.add("A1")
    book.save(tmp_path / "a.xlsx")
    assert {(t.sheet, t.column, t.words) for t in texts_of(tmp_path / "a.xlsx", "a")} == {
        ("", "oddHeader", "A trust had 7 tests"),
        ("", "oddHeader", "Page of , R&D"),
        ("", "evenFooter", "Even"),
        ("", "promptTitle", "Tests"),
        ("", "prompt", "Was 4 tests & more"),
        ("", "error", "Not 5 tests"),
    }


@pytest.mark.parametrize("name", ["a.html", "a.pdf", "a.json", "a.svg", "a.docx", "a.xlsx", "a.png"])
def test_files_that_are_empty_absent_or_something_else_have_no_texts(tmp_path, name):
    assert texts_of(tmp_path / name, name) == []
    for content in (b"", b"\x00\xff" * 50, b"PK\x03\x04" + b"\x00" * 20):
        (tmp_path / name).write_bytes(content)
        assert isinstance(texts_of(tmp_path / name, name), list)


@settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_files_raise_nothing(tmp_path, data):
    name, content = data.draw(
        st.sampled_from(
            [
                ("a.html", PAGE.encode()),
                ("a.json", b'{"a": ["b", {"c": "d"}]}'),
                ("a.svg", b"<svg><text>a</text></svg>"),
            ]
        )
    )
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(texts_of(tmp_path / name, name), list)
