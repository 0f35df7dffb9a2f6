"""What counts the records: this machine, or a cluster. The counts are the same, row for row."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publish.counts.files import count_files
from publish.counts.reduction import Counts
from publish.counts.store import CountStore
from publish.progress import Tell
from publish.records.files import RecordFile, find_record_files
from publish.records.intake import Terms
from publish.records.readers import is_made_up
from publish.reference.tables import ReferenceData

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Engine:
    """Who finds the records and reduces them to counts: this machine, with polars."""

    def find(self, given: Sequence[str]) -> tuple[RecordFile, ...]:
        """What the given names lead to. Raises InputRefused where it cannot be read."""
        return find_record_files(given)

    def is_made_up(self, file: RecordFile) -> bool:
        """Whether the records say of themselves that they are made up."""
        return is_made_up(file.path)

    def count(
        self,
        files: Sequence[RecordFile],
        reference: ReferenceData,
        terms: Terms,
        store: Path,
        tell: Tell,
        *,
        annual: bool,
    ) -> dict[RecordFile, Counts]:
        """The counts of what was found, in its order, kept in the folder `store`; see `count_files`."""
        return count_files(files, reference, terms, store, tell, annual=annual)


@dataclass(frozen=True)
class SparkEngine(Engine):
    """A cluster, or as much of this machine as Spark is given; for extracts of accepted records alone."""

    session: "SparkSession"

    def find(self, given: Sequence[str]) -> tuple[RecordFile, ...]:
        """As `find_spark_sources`."""
        from publish.records.spark_sources import find_spark_sources

        return find_spark_sources(given, self.session)

    def is_made_up(self, file: RecordFile) -> bool:
        """Whether the first file of the source says so."""
        from publish.records.spark_sources import SparkSource

        return isinstance(file, SparkSource) and file.made_up

    def count(
        self,
        files: Sequence[RecordFile],
        reference: ReferenceData,
        terms: Terms,
        store: Path,
        tell: Tell,
        *,
        annual: bool,
    ) -> dict[RecordFile, Counts]:
        """As `count_sources`; `files` are what `find` found."""
        from publish.counts.spark import count_sources
        from publish.records.spark_sources import SparkSource

        sources = [file for file in files if isinstance(file, SparkSource)]
        kept = CountStore(store, reference, annual)
        counted = count_sources(sources, reference, terms.submitter, kept, tell, self.session)
        return dict(zip(sources, counted, strict=True))


@contextmanager
def spark_engine() -> Generator[Engine]:
    """The cluster of the active session, or the one that Spark's settings describe, while the block runs.

    Raises UsageError where Spark is not installed or does not start.
    """
    from publish.records.spark_session import spark_session

    with spark_session() as session:
        yield SparkEngine(session)
