"""Find the provider issues of published years in records made to be like them, and compare with those listed.

Each folder is one that `reconstruct.py` made with `--modalities all`: its records stand for a whole financial year.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from publish.counts.files import count_files
from publish.counts.reduction import Counts, add
from publish.period import AnnualPeriod, FinancialYear, Month
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category, Confidence, ProviderIssue
from publish.records.files import find_record_files
from publish.records.intake import Terms
from publish.reference.tables import ReferenceData, load_reference

LISTED = Path(__file__).resolve().parents[1] / "tests" / "quality" / "listed_issues.csv"
NEAR = 0.35  # of the number of records listed


@dataclass(frozen=True)
class Listed:
    """An issue that NHS England listed on the title pages of a year: facts alone.

    `unseen` says why the published figures cannot show it; empty where they can.
    """

    category: Category
    org_code: str
    months: tuple[Month, ...]
    interval: str | None
    records: int | None
    per_cent: int | None
    unseen: str

    def best(self, issues: Sequence[ProviderIssue]) -> ProviderIssue | None:
        """The finding that is nearest to it: of the same provider and kind, with the most months in common."""
        found = [issue for issue in issues if self.is_about(issue)]
        return max(found, key=lambda issue: len({*issue.months} & {*self.months}), default=None)

    def is_about(self, issue: ProviderIssue) -> bool:
        """Whether a finding is of the same provider and kind, and of one of its months where it has any."""
        same = (issue.category, issue.org_code) == (self.category, self.org_code)
        in_time = not self.months or bool({*issue.months} & {*self.months})
        return same and in_time and (self.interval is None or issue.interval == self.interval)

    def is_dated(self, issue: ProviderIssue) -> bool:
        """Whether the finding names exactly its months; so it does where none are listed."""
        return not self.months or issue.months == self.months

    def is_near(self, issue: ProviderIssue) -> bool:
        """Whether the estimate is near the listed one; so it is where none is listed."""
        if self.records is None or issue.estimated_records is None:
            return self.records is None
        return abs(issue.estimated_records - self.records) <= NEAR * self.records


def listed(year: FinancialYear) -> list[Listed]:
    """The issues that NHS England listed for that year."""
    with LISTED.open(encoding="utf-8", newline="") as file:
        return [_listed(row) for row in csv.DictReader(file) if row["year"] == str(year)]


def _listed(row: dict[str, str]) -> Listed:
    return Listed(
        category=Category(row["category"]),
        org_code=row["org_code"],
        months=tuple(Month.parse(month) for month in row["months"].split()),
        interval=row["interval"] or None,
        records=int(row["records"]) if row["records"] else None,
        per_cent=int(row["per_cent"]) if row["per_cent"] else None,
        unseen=row["unseen"],
    )


def others(issues: Sequence[ProviderIssue], year: FinancialYear, confidence: Confidence) -> list[ProviderIssue]:
    """The findings of that confidence that are about none of the listed issues."""
    of_year = listed(year)
    return [
        issue
        for issue in issues
        if issue.confidence is confidence and not any(each.is_about(issue) for each in of_year)
    ]


def main() -> None:
    """Count, find, compare: print what was found of each listed issue, and every other finding."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("made", type=Path, nargs="+", help="a folder of records that were made for a published year")
    asked.add_argument("--counted", type=Path, help="a folder that keeps the counts for the next run")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for made in given.made:
            measure(made, given.counted or Path(folder))


def measure(made: Path, store: Path) -> None:
    """Print the comparison for the year of those records."""
    reference = load_reference(made / "reference")
    counts = counted(made, reference, store)
    year = Month.parse(counts.months[0]).financial_year
    begun = time.perf_counter()
    issues = find_issues(counts, AnnualPeriod.of(year), reference)
    print(f"\n{year}: {len(issues)} findings in {time.perf_counter() - begun:.1f} s\n")
    show(issues, year)


def counted(made: Path, reference: ReferenceData, store: Path) -> Counts:
    """The counts of the records in that folder."""
    files = find_record_files([str(made / "records")])
    return add(count_files(files, reference, Terms(), store, print).values())


def show(issues: Sequence[ProviderIssue], year: FinancialYear) -> None:
    """Print each listed issue with the finding that is nearest to it, then the others, surest first."""
    for each in listed(year):
        print(" | ".join(in_words(each, each.best(issues))))
    for confidence in Confidence:
        found = others(issues, year, confidence)
        print(f"\n{len(found)} others of {confidence} confidence")
        print("\n".join(f"  {issue.category}: {issue.text}" for issue in found))


def in_words(each: Listed, issue: ProviderIssue | None) -> tuple[str, ...]:
    """Listed: category, provider, records; found: how surely, months, estimate."""
    what = (str(each.category), each.org_code, each.interval or "", f"{each.records:,}" if each.records else "")
    if issue is None:
        return (*what, f"not found ({each.unseen or 'missed'})")
    estimate = f"{issue.estimated_records:,}" if issue.estimated_records else ""
    near = "near" if each.is_near(issue) else "off"
    months = "right months" if each.is_dated(issue) else "other months"
    found = f"found, {issue.confidence}"
    return (*what, found, *([months] if each.months else []), *([f"{estimate} {near}"] if each.records else []))


if __name__ == "__main__":
    main()
