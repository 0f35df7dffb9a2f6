"""What fills the blanks in the words of a table: its period, its rule, what a commissioner is called that year."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.period import Month, quarters
from publish.quality.provider_issue import ProviderIssue
from publish.tables.places import commissioner_word
from publish.tables.specification import YEAR, Column
from publish.writing.provider_issues import notes_on

ZERO_TOO: Final = ", zero among them"
OTHERS_TOO: Final = ", and so are further values, so that these cannot be worked out"
ZERO_SHOWN: Final = "0 = zero activity submitted"


@dataclass(frozen=True)
class Fillings:
    """Fills the blanks in the words of one table of one release: `{threshold}`, `{base}`, `{commissioner}`, …

    `issues` are the provider issues of the release.
    """

    table: ProtectedTable
    edition: Edition
    policy: Policy
    issues: tuple[ProviderIssue, ...] = ()

    def __call__(self, text: str) -> str:
        """The text with its blanks filled."""
        return text.format(**self._blanks)

    @cached_property
    def _blanks(self) -> dict[str, object]:
        """What stands in the blanks: worked out once, as texts are filled for every row."""
        commissioner = commissioner_word(self.edition.period.latest.last_day)
        return {
            "threshold": self.policy.threshold,
            "others": others_too(self.policy),
            "above_zero": "" if self.policy.hides_zero else "above zero but ",
            "base": self.policy.rounding_base,
            "percentages": _decimals(self.policy.percentage_decimals),
            "total": self.year_heading,
            "commissioner": commissioner,
            "Commissioner": " ".join(word[0].upper() + word[1:] for word in commissioner.split()),
            "quarter": self.quarter,
            "row": self.table.spec.basis.rows[0],
            "rows": self.table.spec.basis.rows[1],
        }

    def lines(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The texts that say something under this policy, with their blanks filled."""
        return tuple(self(text) for text in texts if self._says_something(text))

    @property
    def issues_of_table(self) -> list[str]:
        """What its notes say of the provider issues that touch the table, a sentence each."""
        return notes_on(self.table, self.issues)

    def heading(self, column: Column) -> str:
        """The heading of a column of figures: `Apr`, `Year to date`, `0-7 days`."""
        if not column.is_period:
            return column.heading
        return self.year_heading if column.period == YEAR else Month.parse(column.period).short

    def group(self, column: Column) -> str:
        """The heading over a column and its neighbours: their own, or the financial year."""
        return column.group or self.edition.period.year.label

    @property
    def year_heading(self) -> str:
        """The heading of the column of all months."""
        return "Year" if self.edition.period.annual else "Year to date"

    @property
    def period(self) -> str:
        """`2022/23`, or `2022/23 Apr-Jun` of a table for a quarter."""
        year, months = self.edition.period.year.label, self.table.months
        return f"{year} {months[0].short}-{months[-1].short}" if self.table.spec.by_quarter else year

    @property
    def quarter(self) -> str:
        """`2022-23 Q1` of a table for a quarter, else nothing."""
        if not self.table.spec.by_quarter:
            return ""
        return f"{self.edition.period.year} Q{quarters(self.edition.period.year).index(self.table.months) + 1}"

    @property
    def stem(self) -> str:
        """The file stem of the table, with its quarter: `Modality-Provider-Report-Turnaround-Q1`."""
        ending = f"-{self.quarter[-2:]}" if self.quarter else ""
        return self.table.spec.file_stem + ending

    def _says_something(self, text: str) -> bool:
        """Whether a line speaks of what the policy does: it may hide nothing, or not round."""
        hides_nothing, does_not_round = self.policy.threshold == 1, self.policy.rounding_base == 1
        shows_no_zero = self.policy.hides_zero and text == ZERO_SHOWN
        return not (
            (hides_nothing and "{threshold}" in text) or (does_not_round and "{base}" in text) or shows_no_zero
        )


def others_too(policy: Policy) -> str:
    """What is suppressed besides small counts, as the end of a sentence on these: nothing by the bundled policy."""
    return (ZERO_TOO if policy.hides_zero else "") + (OTHERS_TOO if policy.hides_more else "")


def _decimals(places: int) -> str:
    return "whole per cent" if places == 0 else f"{places} decimal place{'s' if places > 1 else ''}"
