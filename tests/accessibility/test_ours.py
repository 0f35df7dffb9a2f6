"""The workbooks of a release meet every point that their layout allows; the accessible edition meets them all."""

import pytest

from publish.accessibility.checking import check_workbook
from publish.accessibility.exceptions import EXCEPTIONS
from publish.accessibility.point import Outcome
from publish.writing.accessible_edition import write_accessible_edition
from publish.writing.workbook import write_workbook
from tests.samples import sample_edition, sample_tables


@pytest.fixture(scope="module", params=["2023-03", "2023-24"])
def checked(request, tmp_path_factory):
    """Every workbook of a monthly and of an annual release, checked where it stands among the others."""
    edition, folder = sample_edition(request.param), tmp_path_factory.mktemp(request.param)
    tables = sample_tables(edition)
    write_accessible_edition(tables, edition, folder / f"{edition.accessible_stem}.ods")
    for workbook in tables.workbooks:
        write_workbook(workbook, tables, edition, folder / f"{workbook.spec.file_stem}.xlsx")
    return [check_workbook(file) for file in sorted(folder.iterdir())]


def test_no_point_fails(checked):
    failed = {
        (book.file.name, verdict.point.number, verdict.findings[:1])
        for book in checked
        for verdict in book.verdicts
        if verdict.outcome is Outcome.FAILED
    }
    assert failed == set()


def test_exceptions_are_those_of_the_published_layout_alone(checked):
    exempt = {each.point for each in EXCEPTIONS}
    for book in checked:
        excepted = {each.point.number for each in book.verdicts if each.outcome is Outcome.EXCEPTED}
        assert excepted <= exempt
        assert bool(excepted) == book.published_layout == (book.file.suffix == ".xlsx")
