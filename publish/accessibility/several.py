"""Several workbooks at once: each in a process of its own."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from publish.spawned import processes

Result = TypeVar("Result")


def of_each(work: Callable[[Path], Result], files: Sequence[Path]) -> list[Result]:
    """What `work` makes of each file, in the order of the files, whichever is ready first.

    As many files at once as there are processors, the largest first. What `work` raises is raised, that of the
    first of the files. `work` is a function of a module, or a part of one: it goes to other processes.
    """
    workers = min(len(files), os.cpu_count() or 1)
    if workers < 2:
        return [work(file) for file in files]
    with processes(workers) as beside:
        in_turn = sorted(range(len(files)), key=lambda place: -_size(files[place]))
        begun = {place: beside.submit(work, files[place]) for place in in_turn}
        return [begun[place].result() for place in range(len(files))]


def _size(file: Path) -> int:
    """The size of a file; nothing of one that is not there, which `work` will say."""
    return file.stat().st_size if file.is_file() else 0
