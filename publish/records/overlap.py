"""Extracts that hold the same month: what was accepted is trusted, so a record in two of them is there twice."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from publish.period import Month, spans
from publish.records.files import RecordFile
from publish.records.intake import Terms

PART: Final = "part-"  # so begin the names of the files of an extract in several


def is_part(file: RecordFile) -> bool:
    """Whether the file is one of several of an extract, by its name."""
    return file.path.name.startswith(PART)


def overlap(months: Mapping[RecordFile, Iterable[str]], terms: Terms) -> tuple[str, ...]:
    """A remark where several extracts hold the same months (ISO), unless their records are compared by key."""
    if any(terms.judges(file) for file in months):
        return ()
    held = Counter(month for found in _by_extract(months).values() for month in found)
    twice = [month for month, extracts in sorted(held.items()) if extracts > 1]
    if not twice:
        return ()
    named = spans([Month(*map(int, month.split("-"))) for month in twice])
    return (
        f"Several files hold records of {named}: a record in two of them counts twice. With --validate a later "
        "file replaces the records of an earlier one by their key.",
    )


def _by_extract(months: Mapping[RecordFile, Iterable[str]]) -> dict[Path, set[str]]:
    """The months of each extract. The `part-…` files of one folder are one: what wrote them divided it."""
    held: dict[Path, set[str]] = {}
    for file, found in months.items():
        extract = file.path.parent if is_part(file) else file.path
        held.setdefault(extract, set()).update(found)
    return held
