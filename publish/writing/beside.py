"""What is written beside the rest of a release, in a process of its own: charts, and the document they stand in."""

from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from publish.edition import Edition
from publish.spawned import processes
from publish.writing.content import ReleaseTables


@contextmanager
def document_beside(tables: ReleaseTables, edition: Edition, folder: Path) -> Generator[Future[None]]:
    """Write the charts and the document into a folder while the block does other things.

    The result is there when they are. However the block is left, nothing more is written.
    """
    with processes(1) as beside:
        yield beside.submit(write_charts_and_document, tables, edition, folder)


def write_charts_and_document(tables: ReleaseTables, edition: Edition, folder: Path) -> None:
    """Write the charts into `charts` in a folder, and beside that the document."""
    # Only that process has to load what draws and sets, which takes long.
    from publish.writing.charts import write_charts
    from publish.writing.document import write_document

    charts = write_charts(tables, edition, folder / "charts")
    write_document(tables, charts, edition, tables.policy, folder)
