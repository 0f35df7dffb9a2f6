"""All files of an edition: what is written beside the rest, in a process of its own."""

from pathlib import Path

import pytest

from publish.writing.beside import beside_the_rest, write_charts_and_document
from publish.writing.outputs import write_outputs
from tests.samples import sample_edition, sample_tables

EDITION = sample_edition(draft=True)


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_charts_and_document_are_the_same_bytes_written_beside_the_rest_or_here(tmp_path):
    tables, here, beside = sample_tables(EDITION), tmp_path / "here", tmp_path / "beside"
    for folder in (here, beside):
        (folder / "charts").mkdir(parents=True)
    write_charts_and_document(tables, EDITION, here)
    with beside_the_rest() as process:
        assert process.submit(write_charts_and_document, tables, EDITION, beside).result() is None
    assert len(files(here)) > 20 and files(beside) == files(here)


def test_steps_are_told_in_a_fixed_order_and_the_landing_page_lists_what_was_written_beside(tmp_path):
    said: list[str] = []
    with beside_the_rest() as beside:
        write_outputs(sample_tables(EDITION), EDITION, tmp_path / "draft", beside, said.append)
    assert said[-4:] == [
        "Writing the accessible edition",
        "Writing the CSV files",
        "Drawing the charts, and writing the document",
        "Writing the landing page",
    ]
    page = (tmp_path / "draft" / "DRAFT-index.html").read_text(encoding="utf-8")
    written = files(tmp_path / "draft").keys() - {"DRAFT-index.html"}
    assert {name for name in written if f'href="{name}"' not in page} == set()


def test_an_error_beside_the_rest_is_raised_and_nothing_is_written_after_it(tmp_path):
    folder = tmp_path / "draft"
    (folder / "charts").mkdir(parents=True)
    stands_in_the_way = folder / "charts" / EDITION.file_name("activity-by-modality.svg")
    stands_in_the_way.mkdir()
    with pytest.raises(IsADirectoryError, match="activity-by-modality"), beside_the_rest() as beside:
        beside.submit(write_charts_and_document, sample_tables(EDITION), EDITION, folder).result()
    assert files(folder) == {}
