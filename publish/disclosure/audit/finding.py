"""What an attack found, and where."""

from dataclasses import dataclass
from enum import StrEnum


class Route(StrEnum):
    """By which route something can be learnt (disclosure specification, "Routes seen in real publications")."""

    PERCENTAGE = "percentage"
    UNROUNDED = "unrounded"
    DIFFERENCE = "difference"
    TIME = "time"
    MEDIAN = "median"
    METADATA = "metadata"
    TEXT = "text"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that the files give away.

    `file` is its path below the folder, with `/`; `sheet` its name (empty where the file has none); `row`
    counts from 1 (0: the whole sheet or file); `column` is a letter in workbooks, a name in CSV files (empty: the
    whole row). `low` and `high` bound what is learnt of a count, and are the same where it is known exactly; None
    where it is no count. `detail` says in words how it is learnt, and holds nothing that the files do not tell.
    """

    file: str
    sheet: str
    row: int
    column: str
    route: Route
    low: int | None
    high: int | None
    detail: str
