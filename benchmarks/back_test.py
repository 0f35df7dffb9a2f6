"""Release records that are consistent with a published year, all modalities, and compare every cell with it."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNTS, MEDIANS, BODY_SITE_MEDIANS = ("1", "4", "12"), ("2", "3"), ("5", "6")


def main() -> None:
    """Reconstruct, release, compare: every count, every median but those that the tool could not meet."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("published", type=Path, help="the folder of the published workbooks of 2023-24")
    asked.add_argument("reconstruct", type=Path, help="the tool that makes the records")
    asked.add_argument("compare", type=Path, help="the tool that compares cells")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made, output = Path(folder) / "made", Path(folder) / "outputs"
        run(given.reconstruct, given.published, 2023, made, "--modalities", "all")
        begun = time.perf_counter()
        run(
            *("-m", "publish", "release", "2024-03", "--records", made / "records"),
            *("--reference-data", made / "reference", "--output", output),
        )
        print(f"released in {time.perf_counter() - begun:.0f} s")
        tables = output / "2024-03-provisional" / "draft" / "tables"
        different = sum(differences(given.compare, tables, given.published, table) for table in MEDIANS)
        unmet = json.loads((made / "made.json").read_text())["cells_with_unmet_median"]
        print(f"{different} medians of Tables 2 and 3 differ; the tool could not meet {unmet} provider-months")
        if different > unmet:
            raise SystemExit("more medians differ than could not be reconstructed")
        for table in BODY_SITE_MEDIANS:
            differences(given.compare, tables, given.published, table)
        if any(differences(given.compare, tables, given.published, table) for table in COUNTS):
            raise SystemExit("counts differ")


def differences(compare: Path, tables: Path, published: Path, table: str) -> int:
    """How many cells of a table are not as published; shows what the tool says."""
    command = [sys.executable, compare, tables, published, "all", table]
    said = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False).stdout
    print(said, end="")
    same, cells = map(int, re.findall(r"(\d+)/(\d+) cells the same$", said.strip())[-1])
    return cells - same


def run(*command: object) -> None:
    """Run a Python command, and stop where it fails."""
    done = subprocess.run([sys.executable, *map(str, command)], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
