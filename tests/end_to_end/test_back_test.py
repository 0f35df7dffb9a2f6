"""Back test: records made to be consistent with a published year must give that year's tables back, cell by cell.

The development tools and the published workbooks stand beside the project; without them there is nothing to test.
The four small modalities are tested here; all of them in `benchmarks/`.
"""

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
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("back-test")
    run(RECONSTRUCT, PUBLISHED, 2023, folder / "made")
    done = publish(
        *("release", "2024-03", "--records", folder / "made" / "records"),
        *("--reference-data", folder / "made" / "reference"),
        cwd=folder,
    )
    assert done.exit_code == 0, done.err
    return folder / "outputs" / "2024-03-provisional" / "draft" / "tables"


@pytest.mark.parametrize(("table", "cells"), [("1", 4329), ("2", 3948), ("3", 3948), ("12", 832)])
def test_every_cell_is_as_published(released, table, cells):
    """England and provider rows, months and the year; for medians the months of providers."""
    said = run(COMPARE, released, PUBLISHED, ",".join(SMALL), table)
    assert said.splitlines()[-1] == f"{cells}/{cells} cells the same"
