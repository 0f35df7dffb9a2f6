"""What a table is: one frozen specification each. The catalogue lists them, the builder and writers read them."""

from dataclasses import dataclass
from enum import Enum

ALL_SETTINGS = "All"
GP_DIRECT_ACCESS = "GP Direct Access"


class Measure(Enum):
    """What the cells of a table hold."""

    TESTS = "tests"  # a count of imaging tests
    REQUEST_TO_TEST = "median days, request to test"
    TEST_TO_REPORT = "median days, test to report"

    @property
    def is_median(self) -> bool:
        """Whether the cells are medians of days rather than counts."""
        return self is not Measure.TESTS


@dataclass(frozen=True)
class Label:
    """One value of a table's label column, and the values of the counts' column that it gathers."""

    text: str
    gathers: tuple[str, ...]


@dataclass(frozen=True)
class TableSpec:
    """One table of the publication.

    `labelled_by` is the column of the counts that `labels` gather (`modality` or `cancer_group`);
    `label_heading` is its published heading. `settings` are the published source settings of its rows, empty
    where the table does not divide by setting; a linked table (publish.linkage) has bands of days there. `notes`
    and `key` stand at the foot of the sheet, `remarks` above its header; they may name `{threshold}`, `{base}`
    and `{total}`.
    """

    number: str
    title: str
    summary: str
    file_stem: str
    measure: Measure
    labelled_by: str
    label_heading: str
    labels: tuple[Label, ...]
    settings: tuple[str, ...] = ()
    interventional_only: bool = False
    header_row: int = 13
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def sheet_title(self) -> str:
        """`Table 1 DID - Count of Imaging Activity by Modality`, the title in the sheet's title block."""
        return f"Table {self.number} DID - {self.title}"

    @property
    def name(self) -> str:
        """`Table 1: Count of Imaging Activity by Modality`."""
        return f"Table {self.number}: {self.title}"
