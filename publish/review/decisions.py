"""Decisions on provider issues: what they make of the findings, and which of them a later release takes over."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from publish.period import Month, spans
from publish.quality.provider_issue import Category, Confidence, ProviderIssue, Status
from publish.review.state import Added, Decision, ReviewState

NEAR: Final = 0.2  # of an estimate: a number that differs by no more is told as it was decided

_IN_WORDS: Final = {
    Status.ACCEPTED: "Accepted",
    Status.EDITED: "Accepted with other words",
    Status.REJECTED: "Rejected",
}


@dataclass(frozen=True)
class CarriedOver:
    """What a release takes over from the last one.

    `earlier` says, by the identity of a finding, what was decided of it before where that was of other months or
    words; `lost` are decisions on findings that are found no more, in words.
    """

    state: ReviewState
    earlier: Mapping[str, str]
    lost: tuple[str, ...] = ()


def decided(
    issues: Sequence[ProviderIssue], state: ReviewState, names: Mapping[str, str]
) -> tuple[ProviderIssue, ...]:
    """The findings with what was decided of each, then the issues written by hand, which are accepted.

    `names` are those of providers, by code.
    """
    decisions = {decision.of: decision for decision in state.decisions}
    found = (_as_decided(issue, decisions.get(issue.identity)) for issue in issues)
    return (*found, *(_by_hand(added, names) for added in state.added))


def carried_over(
    issues: Sequence[ProviderIssue],
    last: ReviewState,
    content: Mapping[str, Any],
    fits: Callable[[Added], bool],
) -> CarriedOver:
    """What of the last review holds for these findings. `content` is the `internal/review.json` of that review.

    A decision is taken over where the finding is the same: provider, kind and months. Where only the months differ,
    or the number has changed much, it is not, and is told. Issues written by hand are kept where they fit the
    release; waivers were given to other figures.
    """
    release = content["release"]["name"]
    before = {found["id"]: ProviderIssue.from_json(found) for found in content["issues"]}
    now = {issue.identity: issue for issue in issues}
    taken = (
        _taken_over(decision, before[decision.of], now[decision.of])
        for decision in last.decisions
        if decision.of in now
    )
    earlier = {
        issue.identity: said
        for issue in issues
        if (said := " ".join(_said_before(issue, last.decisions, before, release)))
    }
    state = ReviewState(
        decisions=tuple(decision for decision in taken if decision), added=tuple(filter(fits, last.added))
    )
    return CarriedOver(state, earlier, tuple(_lost(issues, last, before, release, fits)))


def _taken_over(decision: Decision, then: ProviderIssue, now: ProviderIssue) -> Decision | None:
    """The decision as it holds for the same finding of a later draft: its words are those that were decided on."""
    if now.text == then.text or decision.status == Status.REJECTED:
        return decision
    if _near(then.estimated_records, now.estimated_records):
        return replace(decision, status=str(Status.EDITED), text=decision.text or then.text)
    return None


def _near(then: int | None, now: int | None) -> bool:
    return then is not None and now is not None and abs(now - then) <= NEAR * then


def _lost(
    issues: Sequence[ProviderIssue],
    last: ReviewState,
    before: Mapping[str, ProviderIssue],
    release: str,
    fits: Callable[[Added], bool],
) -> Iterator[str]:
    """What was decided and is not taken over, in words."""
    subjects = {issue.subject for issue in issues}
    for decision in last.decisions:
        if before[decision.of].subject not in subjects:
            yield f"{_told(decision, before[decision.of], release)} It is found no more."
    for added in last.added:
        if not fits(added):
            yield f"Written by hand in {release}, of months or a provider that are not here: '{added.text.strip()}'"
    for waiver in last.waivers:
        reason = waiver.reason.strip().rstrip(".")
        yield f"Waived in {release}, for other figures: {waiver.check} ({reason}). Where it fails, waive it anew."


def _said_before(
    issue: ProviderIssue, decisions: Sequence[Decision], before: Mapping[str, ProviderIssue], release: str
) -> Iterator[str]:
    """What was decided of the same subject, unless of these months and in the same words."""
    for decision in decisions:
        then = before[decision.of]
        if then.subject == issue.subject and (then.months, then.text) != (issue.months, issue.text):
            yield _told(decision, then, release)


def _told(decision: Decision, issue: ProviderIssue, release: str) -> str:
    """`Accepted in 2024-02-provisional for May 2023: 'No data for May 2023.'`"""
    reason = f" ({decision.reason.strip().rstrip('.')})" if decision.reason.strip() else ""
    words = decision.text.strip() or issue.text
    months = f" for {spans(list(issue.months))}" if issue.months else ""
    return f"{_IN_WORDS[Status(decision.status)]} in {release}{months}{reason}: '{words}'"


def _as_decided(issue: ProviderIssue, decision: Decision | None) -> ProviderIssue:
    if decision is None:
        return replace(issue, status=Status.UNDECIDED)
    status = Status(decision.status)
    return replace(issue, status=status, text=decision.text.strip() if status is Status.EDITED else issue.text)


def _by_hand(added: Added, names: Mapping[str, str]) -> ProviderIssue:
    return ProviderIssue(
        category=Category(added.category),
        org_code=added.org_code,
        provider_name=names.get(added.org_code, added.org_code),
        months=tuple(Month.parse(month) for month in added.months),
        modality=None,
        site_code=None,
        interval=None,
        estimated_records=None,
        confidence=Confidence.HIGH,
        text=added.text.strip(),
        status=Status.ACCEPTED,
        kind="by hand",
    )
