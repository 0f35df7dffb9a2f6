"""A provider issue: what is wrong with the data of one provider, how sure that is, and what shall be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from publish.period import Month


class Category(StrEnum):
    """The kinds of provider issue, in published order. Rule: publication specification, Provider issues."""

    CHANGE = "change"
    SHORTFALL = "shortfall"
    EXCESS = "excess"
    OTHER = "other"
    MISSING_DATES = "missing-dates"
    SETTING = "setting"


class Confidence(StrEnum):
    """How sure a finding is: `high` is what a statistician would nearly always publish."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """What was decided of a finding. An edited one is accepted with other words."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"


PUBLISHED: Final = (Status.ACCEPTED, Status.EDITED)


@dataclass(frozen=True)
class Line:
    """One line of a small chart: a value for each place along it, None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Evidence:
    """A small chart and numbers that a finding rests on. For reviewers alone: the numbers are true ones.

    `title` and `unit` name what is drawn, `along` the places of the horizontal axis (months as `2023-04`, or days
    as `2023-04-17`), `lines` what is drawn (the first is what was found, others what was expected), `marked` the
    places that the finding is about. `numbers` are names and values in words.
    """

    title: str
    unit: str
    along: tuple[str, ...]
    lines: tuple[Line, ...]
    marked: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ProviderIssue:
    """One finding. `modality`, `site_code`, `interval` and `estimated_records` are None where it has none.

    `interval` is that of missing dates: `request_to_test` or `test_to_report`. `estimated_records` are records
    missing (shortfall, missing-dates), too many (excess) or mislabelled (setting), rounded as the publication does.
    `kind` tells findings of one category apart: whole months, part of a month.
    """

    category: Category
    org_code: str
    provider_name: str
    months: tuple[Month, ...]
    modality: str | None
    site_code: str | None
    interval: str | None
    estimated_records: int | None
    confidence: Confidence
    text: str
    evidence: Evidence | None = None
    status: Status = Status.UNDECIDED
    kind: str = ""

    @property
    def subject(self) -> str:
        """What it is about, whatever its months: by this a decision is found again in the next release.

        `shortfall whole RXQ`, `excess spike RWD Computerized Axial Tomography`.
        """
        parts = (self.category, self.kind, self.org_code, self.site_code, self.modality, self.interval)
        return " ".join(part for part in parts if part)

    @property
    def identity(self) -> str:
        """Its subject and its months: `shortfall whole RXQ 2023-04 2023-05`."""
        return " ".join((self.subject, *map(str, self.months)))

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "ProviderIssue":
        """The finding that `as_json` wrote, without its evidence."""
        return cls(
            category=Category(found["category"]),
            org_code=found["org_code"],
            provider_name=found["provider_name"],
            months=tuple(Month.parse(month) for month in found["months"]),
            modality=found["modality"],
            site_code=found["site_code"],
            interval=found["interval"],
            estimated_records=found["estimated_records"],
            confidence=Confidence(found["confidence"]),
            text=found["text"],
            status=Status(found["status"]),
            kind=found["kind"],
        )

    def as_json(self) -> dict[str, object]:
        """The finding as `issues.json` has it."""
        return {
            "id": self.identity,
            "category": str(self.category),
            "kind": self.kind,
            "org_code": self.org_code,
            "provider_name": self.provider_name,
            "months": [str(month) for month in self.months],
            "modality": self.modality,
            "site_code": self.site_code,
            "interval": self.interval,
            "estimated_records": self.estimated_records,
            "confidence": str(self.confidence),
            "text": self.text,
            "status": str(self.status),
        }
