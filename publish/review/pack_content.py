"""What the review pack shows: everything found, checked and counted of one draft, as plain values.

It holds true numbers, is kept in the internal folder of the release, and never published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from publish.edition import Edition
from publish.quality.provider_issue import Evidence, ProviderIssue
from publish.review.check import Check
from publish.writing.content import ReleaseTables

if TYPE_CHECKING:
    from publish.disclosure.audit.attack import Audited

FILE_NAME: Final = "review.json"  # in the internal folder of a release
NOT_RUN: Final = {
    "verdict": "not run",
    "said": "The audit has not been run on the draft yet. Approval runs it on what it is about to publish.",
    "findings": [],
    "left_by_rule": 0,
}


def about_release(edition: Edition, tables: ReleaseTables) -> dict[str, Any]:
    """What the pack says of the release."""
    return {
        "name": edition.name,
        "title": edition.house.title,
        "period": edition.period.words,
        "status": edition.status,
        "published": edition.published.isoformat(),
        "published_in_words": edition.published_in_words,
        "publication_time": edition.house.publication_time,
        "made_up": edition.made_up,
        "tables": [
            f"Table {book.spec.number}" if book.spec.number else book.spec.title for book in tables.workbooks
        ],
    }


def issues_in_pack(issues: Sequence[ProviderIssue], earlier: Mapping[str, str]) -> list[dict[str, Any]]:
    """The findings with their evidence, and what was decided of the same matter in an earlier release."""
    return [
        {
            **issue.as_json(),
            "evidence": _evidence(issue.evidence) if issue.evidence else None,
            "earlier": earlier.get(issue.identity),
        }
        for issue in issues
    ]


def checks_in_pack(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """The checks with their verdicts."""
    return [asdict(check) | {"verdict": str(check.verdict), "places": list(check.places)} for check in checks]


def audit_in_pack(audited: "Audited | None") -> dict[str, Any]:
    """The verdict of the audit of the draft."""
    if audited is None:
        return dict(NOT_RUN)
    left = len(audited.left_by_rule)
    if audited.findings:
        said = f"{len(audited.findings):,} findings: something can be learnt that the rule hides."
    elif left:
        said = f"No findings. {left:,} counts follow from sums of others, as the rule lets them."
    else:
        said = "No findings."
    return {
        "verdict": "findings" if audited.findings else "clean",
        "said": said,
        "findings": [
            {
                "file": finding.file,
                "sheet": finding.sheet,
                "cell": f"{finding.column}{finding.row}" if finding.row else "",
                "route": str(finding.route),
                "detail": finding.detail,
            }
            for finding in audited.findings
        ],
        "left_by_rule": left,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "title": evidence.title,
        "unit": evidence.unit,
        "along": list(evidence.along),
        "lines": [{"name": line.name, "values": list(line.values)} for line in evidence.lines],
        "marked": list(evidence.marked),
        "numbers": [list(pair) for pair in evidence.numbers],
    }
