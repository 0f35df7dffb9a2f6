"""Back test: records made to be consistent with a published year must give that year's tables back, cell by cell.

The development tools and the published workbooks stand beside the project; without them there is nothing to test.
The four small modalities are tested here; all of them, and Table 4, which has none of these, in `benchmarks/`.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import publish

SHARED = Path(__file__).resolve().parents[3] / "shared"
RECONSTRUCT, COMPARE = SHARED / "tools" / "reconstruct.py", SHARED / "tools" / "compare_cells.py"
PUBLISHED = SHARED / "published" / "2023-24"
SMALL = (
    *("Medical Photography", "Nuclear Medicine Procedure", "Positron Emission Tomography"),
    "Single Photon Emission Computerized Tomography",
)

pytestmark = pytest.mark.skipif(
    not RECONSTRUCT.is_file(), reason="the published workbooks are not beside the project"
)


def run(*words: object) -> str:
    done = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("back-test")
    run(RECONSTRUCT, PUBLISHED, 2023, folder / "made")
    return folder


def release(folder, period):
    """The folder of the tables of a release of the records that were made."""
    done = publish(
        *("release", period, "--records", folder / "made" / "records"),
        *("--reference-data", folder / "made" / "reference"),
        cwd=folder,
    )
    assert done.exit_code == 0, done.err
    (tables,) = (folder / "outputs").glob(f"{period}-*/draft/tables")
    return tables


@pytest.fixture(scope="module")
def annual(made):
    return release(made, "2023-24")


@pytest.fixture(scope="module")
def monthly(made):
    return release(made, "2024-03")


def read(folder, number):
    """The cells of a published table, as the script beside the published workbooks reads them."""
    script = importlib.util.spec_from_file_location("published", SHARED / "tools" / "published.py")
    published = importlib.util.module_from_spec(script)
    script.loader.exec_module(published)
    cells = published.table(published.find(str(folder), number))
    return {key: values for key, values in cells.items() if key[2] in SMALL}


@pytest.mark.parametrize(("table", "cells"), [("1", 4329), ("2", 3948), ("3", 3948), ("12", 832)])
@pytest.mark.parametrize("period", ["monthly", "annual"])
def test_every_cell_is_as_published(request, period, table, cells):
    """England and provider rows, months and the year; for medians the months of providers."""
    tables = request.getfixturevalue(period)
    said = run(COMPARE, tables, PUBLISHED, ",".join(SMALL), table)
    assert said.splitlines()[-1] == f"{cells}/{cells} cells the same"


def test_every_cell_by_source_setting_is_as_published_zeros_included(annual):
    ours, theirs = read(annual, "11"), read(PUBLISHED, "11")
    assert sum(len(cells) for cells in theirs.values()) == 2664
    assert 0 in {cell for cells in theirs.values() for cell in cells.values()}
    assert ours == theirs
