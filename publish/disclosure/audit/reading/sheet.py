"""Published files as sheets of cells: what readers make, and attacks read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = str | int | float | None  # texts without blanks around them; an empty cell is None


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, one CSV file, or one table of a page.

    `file` is its path below the folder, with `/`; `name` is empty where the file has no sheets. `rows` are its
    cells from the first row and column on; rows may differ in length. `formats` has the number format of numbers
    that have one other than General, `formulas` the formulas (`rows` have their cached values), by row and column
    from 1.
    """

    file: str
    name: str
    rows: Sequence[Sequence[Value]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])

    @property
    def has_letters(self) -> bool:
        """Whether its columns are called by letters, as in workbooks, or by their names."""
        return self.file.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods"))


@dataclass(frozen=True)
class Text:
    """A paragraph, a cell of words, a title or a description: `sheet` and `row` as in `Finding`."""

    file: str
    sheet: str
    row: int
    column: str
    words: str
