"""A year counted by Apache Spark on this machine and without it: whether the counts are the same, and the time.

    python benchmarks/spark.py RECORDS_FOLDER REFERENCE_FOLDER

Every set of an annual release is compared, row for row. It ends with an error where any differs.
"""

import sys
import tempfile
import time
from pathlib import Path

from publish.counts.engines import Engine, spark_engine
from publish.counts.reduction import KEYS, Counts
from publish.records.intake import Terms
from publish.reference.tables import load_reference


def counted(engine: Engine, records: str, reference_folder: Path) -> tuple[list[Counts], float]:
    """The counts of every file, and the seconds that they took."""
    reference = load_reference(reference_folder)
    with tempfile.TemporaryDirectory() as store:
        files = engine.find([records])
        begun = time.perf_counter()
        by_file = engine.count(files, reference, Terms(), Path(store), lambda _: None, annual=True)
        return list(by_file.values()), time.perf_counter() - begun


def main(records: str, reference_folder: Path) -> None:
    """Count twice, and compare."""
    with spark_engine() as spark:
        theirs, on_spark = counted(spark, records, reference_folder)
    ours, alone = counted(Engine(), records, reference_folder)
    rows = 0
    for one, other in zip(ours, theirs, strict=True):
        for name in KEYS:
            if not getattr(one, name).equals(getattr(other, name)):
                raise SystemExit(f"other counts: {name} of {one.months}")
            rows += len(getattr(one, name))
    print(f"{sum(each.records for each in ours):,} records, {rows:,} rows of counts, the same; ", end="")
    print(f"Spark took {on_spark / alone:.1f} times as long")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
