"""What decisions make of the findings, and what the next release takes over."""

from dataclasses import replace

import pytest

from publish.period import Month
from publish.quality.provider_issue import Category, Confidence, ProviderIssue, Status
from publish.review.decisions import carried_over, decided
from publish.review.state import Access, Added, Comment, Decision, ReviewState, Waiver

MAY, JUNE = Month(2023, 5), Month(2023, 6)
MISSING = ProviderIssue(
    category=Category.SHORTFALL,
    org_code="RXQ",
    provider_name="Buckinghamshire Healthcare NHS Trust",
    months=(MAY,),
    modality=None,
    site_code=None,
    interval=None,
    estimated_records=1_800,
    confidence=Confidence.HIGH,
    text="No data for May 2023.",
    kind="whole",
)
DATES = replace(
    MISSING, category=Category.MISSING_DATES, kind="", interval="request_to_test", text="Dates missing."
)
LONGER = replace(MISSING, months=(MAY, JUNE), text="No data for May and June 2023.")
NAMES = {"RJ1": "Guy's and St Thomas' NHS Foundation Trust"}
BY_HAND = Added(category="other", org_code="RJ1", months=("2023-06",), text="It moved.", by="A")


def content(*issues: ProviderIssue) -> dict[str, object]:
    return {"release": {"name": "2023-05-provisional"}, "issues": [issue.as_json() for issue in issues]}


def fits(added: Added) -> bool:
    return added.org_code != "R0X"


def decision(issue: ProviderIssue, status: Status, **said: str) -> Decision:
    return Decision(issue.identity, str(status), **said)


def test_findings_have_what_was_decided_and_issues_by_hand_follow() -> None:
    state = ReviewState(decisions=(decision(DATES, Status.EDITED, text=" Other words. "),), added=(BY_HAND,))
    found = decided((MISSING, DATES), state, NAMES)
    assert [(issue.status, issue.text) for issue in found] == [
        (Status.UNDECIDED, "No data for May 2023."),
        (Status.EDITED, "Other words."),
        (Status.ACCEPTED, "It moved."),
    ]
    assert (found[2].provider_name, found[2].months) == (NAMES["RJ1"], (JUNE,))


def test_without_a_decision_nothing_is_decided() -> None:
    (found,) = decided((replace(MISSING, status=Status.ACCEPTED),), ReviewState(), {})
    assert found.status is Status.UNDECIDED


def test_a_decision_on_the_same_finding_is_taken_over() -> None:
    last = ReviewState(
        decisions=(decision(MISSING, Status.ACCEPTED), decision(DATES, Status.EDITED, text="Words."))
    )
    carried = carried_over((MISSING, DATES), last, content(MISSING, DATES), fits)
    assert carried.state.decisions == last.decisions
    assert (carried.earlier, carried.lost) == ({}, ())


EARLIER = "Accepted in 2023-05-provisional for May 2023: 'No data for May 2023.'"
#  the estimate now (1,800 when it was accepted)      what is taken over
NUMBERS = [
    (1_900, [("edited", "No data for May 2023.")]),
    (2_160, [("edited", "No data for May 2023.")]),
    (2_200, []),
    (900, []),
    (None, []),
]


@pytest.mark.parametrize(("estimate", "taken"), NUMBERS)
def test_a_number_that_changed_little_is_told_as_it_was_decided_and_one_that_changed_much_is_decided_anew(
    estimate, taken
) -> None:
    last = ReviewState(decisions=(decision(MISSING, Status.ACCEPTED),))
    now = replace(MISSING, text="No data for May 2023, in other words.", estimated_records=estimate)
    carried = carried_over((now,), last, content(MISSING), fits)
    assert [(each.status, each.text) for each in carried.state.decisions] == taken
    assert carried.earlier == {now.identity: EARLIER}


def test_words_of_ones_own_and_a_rejection_are_taken_over_with_them() -> None:
    edited = decision(MISSING, Status.EDITED, text="Other words.")
    rejected = decision(DATES, Status.REJECTED, reason="Known.")
    now = (replace(MISSING, text="x", estimated_records=1_700), replace(DATES, text="y", estimated_records=9_000))
    carried = carried_over(now, ReviewState(decisions=(edited, rejected)), content(MISSING, DATES), fits)
    assert carried.state.decisions == (edited, rejected)


def test_other_months_are_decided_anew_and_what_was_decided_is_told() -> None:
    last = ReviewState(decisions=(decision(MISSING, Status.REJECTED, reason="It closed."),))
    carried = carried_over((LONGER,), last, content(MISSING), fits)
    assert carried.state.decisions == ()
    assert carried.earlier == {
        LONGER.identity: "Rejected in 2023-05-provisional for May 2023 (It closed): 'No data for May 2023.'"
    }
    assert carried.lost == ()


def test_decisions_on_what_is_found_no_more_are_not_lost_silently() -> None:
    last = ReviewState(decisions=(decision(MISSING, Status.EDITED, text="Nothing came."),))
    carried = carried_over((DATES,), last, content(MISSING), fits)
    assert carried.state.decisions == ()
    assert carried.lost == (
        "Accepted with other words in 2023-05-provisional for May 2023: 'Nothing came.' It is found no more.",
    )


def test_issues_by_hand_are_kept_and_what_belongs_to_one_draft_is_not() -> None:
    gone = replace(BY_HAND, org_code="R0X", text="It closed.")
    last = ReviewState(
        added=(BY_HAND, gone),
        comments=(Comment(1, "Table 1", "Why?", "A"),),
        waivers=(Waiver("links", "It is known.", "A"),),
        access=(Access("C", "Minister", "2023-09-20T09:30"),),
    )
    carried = carried_over((), last, content(), fits)
    assert carried.state == ReviewState(added=(BY_HAND,))
    assert carried.lost == (
        "Written by hand in 2023-05-provisional, of months or a provider that are not here: 'It closed.'",
        "Waived in 2023-05-provisional, for other figures: links (It is known). Where it fails, waive it anew.",
    )
