"""One excess as a provider issue.

Rule: publication specification, Provider issues, 3.
"""

from publish.period import Month
from publish.quality.provider_issue import Category, Confidence, Evidence, ProviderIssue
from publish.quality.reported import Reported


def excess_issue(
    code: str,
    months: tuple[Month, ...],
    modality: str | None,
    site: str | None,
    estimate: int,
    sure: bool,
    text: str,
    shown: Evidence,
    kind: str,
    reported: Reported,
) -> ProviderIssue:
    """An excess of `estimate` records, `sure` or not, with its drafted sentence and what it rests on."""
    return ProviderIssue(
        category=Category.EXCESS,
        org_code=code,
        provider_name=reported.names.get(code, code),
        months=months,
        modality=modality,
        site_code=site,
        interval=None,
        estimated_records=estimate,
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        text=text,
        evidence=shown,
        kind=kind,
    )
