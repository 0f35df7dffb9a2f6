"""How long the steps of a release take, as multiples of a bare scan of the same columns, and their memory."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# These say themselves how long they took: starting Python and loading libraries would hide it.
SCAN = """
import sys, time
import polars as pl
from publish.counts.reduction import EXAM, OTHER_DATES, SETTING, SITE, TEST_DATE
columns = [*SITE, *EXAM, *SETTING, TEST_DATE, *OTHER_DATES]
begun = time.perf_counter()
pl.scan_parquet(sys.argv[1]).select(pl.col(columns).null_count()).collect(engine="streaming")
print(time.perf_counter() - begun)
"""
REDUCTION = """
import sys, time
from pathlib import Path
from publish.counts.annual import FROM_PATIENT
from publish.counts.reduction import NEEDED, reduce_records
from publish.records.readers import items_there, read_records
from publish.reference.tables import load_reference
file, reference, annual = Path(sys.argv[1]), load_reference(Path(sys.argv[2])), sys.argv[3] == "annual"
begun = time.perf_counter()
optional = items_there(file, FROM_PATIENT) if annual else ()
reduce_records(read_records(file, NEEDED, optional=optional), reference, annual=annual)
print(time.perf_counter() - begun)
"""
AUDIT = """
import sys, time
from pathlib import Path
from publish.disclosure.policy import load_policy
from publish.gate import attacked
begun = time.perf_counter()
attacked(Path(sys.argv[1]), (), load_policy(), lambda step: None)
print(time.perf_counter() - begun)
"""
MONTH, NAME = "2024-03", "2024-03-provisional"
YEAR, YEAR_NAME = "2023-24", "2023-24-final"


@dataclass(frozen=True)
class Run:
    """One process: seconds and peak megabytes."""

    seconds: float
    megabytes: float


def measure(*command: object) -> Run:
    """Run a command once; what it prints, if anything, is how long it took."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *map(str, command)], stdout=subprocess.PIPE, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Run(float(said or time.perf_counter() - begun), usage.ru_maxrss / 1024)


def typical(runs: list[Run]) -> Run:
    """The median time and the most memory."""
    return Run(median(run.seconds for run in runs), max(run.megabytes for run in runs))


def steps(records: int, folder: Path) -> dict[str, Run]:
    """Every step once, in order."""
    file, sites = folder / "made-up.parquet", folder / "made-up-reference"
    release, given = ("-m", "publish", "release"), ("--records", file, "--reference-data", sites)
    output = ("--output", folder / "outputs", "--quiet")
    return {
        "synthesise": measure("-m", "publish", "synthesise", "--records", records, "--quiet", file),
        "bare scan": measure("-c", SCAN, file),
        "reduction to counts": measure("-c", REDUCTION, file, sites, "monthly"),
        "first release": measure(*release, MONTH, *given, *output),
        "second release (stored counts)": measure(*release, MONTH, *given, *output),
        "approval": measure("-m", "publish", "approve", NAME, "--by", "a benchmark", *output),
        "audit, monthly": measure("-c", AUDIT, folder / "outputs" / NAME / "public"),
        "reduction to counts, annual": measure("-c", REDUCTION, file, sites, "annual"),
        "annual release": measure(*release, YEAR, *given, *output),
        "audit, annual": measure("-c", AUDIT, folder / "outputs" / YEAR_NAME / "draft"),
        "demonstration": measure(
            *("-m", "publish", "demo", "--records", records, "--output", folder / "demo", "--quiet")
        ),
    }


def main() -> None:
    """Measure and print a table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--records", type=int, default=1_000_000)
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    runs = []
    for _ in range(given.runs):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(steps(given.records, Path(folder)))
    found = {name: typical([run[name] for run in runs]) for name in runs[0]}
    scan = found["bare scan"].seconds
    print(f"{given.records:,} made-up records, {os.cpu_count()} cores, medians of {given.runs}\n")
    print("| Step | Times the bare scan | Most memory (MB) |\n|---|---:|---:|")
    for name, run in found.items():
        print(f"| {name} | {run.seconds / scan:.1f} | {run.megabytes:.0f} |")
    print(f"\nThe bare scan took {scan:.2f} s, the demonstration {found['demonstration'].seconds:.1f} s.")


if __name__ == "__main__":
    main()
