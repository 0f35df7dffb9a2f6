"""What is written beside the rest of a release, in a process of its own: charts, and the document they stand in."""

from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from publish.edition import Edition
from publish.spawned import processes
from publish.writing.content import ReleaseTables


@contextmanager
def beside_the_rest() -> Generator[ProcessPoolExecutor]:
    """A process that makes itself ready to draw at once, while the block makes what is drawn.

    To leave the block waits for what is being written.
    """
    with processes(1) as beside:
        beside.submit(_make_ready)
        yield beside


def _make_ready() -> None:
    for name in ("charts", "document"):  # to load what draws and sets takes long
        import_module(f"publish.writing.{name}")


def write_charts_and_document(tables: ReleaseTables, edition: Edition, folder: Path) -> None:
    """Write the charts into `charts` in a folder, and beside that the document."""
    # no other process has to load them
    from publish.writing.charts import write_charts
    from publish.writing.document import write_document

    charts = write_charts(tables, edition, folder / "charts")
    write_document(tables, charts, edition, tables.policy, folder)
