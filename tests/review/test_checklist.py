"""The release checklist: what blocks, what is to be weighed, and what undoes either."""

from dataclasses import replace

import pytest

from publish.period import Month
from publish.quality.provider_issue import Category, Confidence, ProviderIssue, Status
from publish.review.check import Check, Verdict
from publish.review.checklist import Entry, blocking, checklist, entries_as_json
from publish.review.checks.listing import CHECKS
from publish.review.state import Access, Comment, ReviewState, Waiver
from tests.samples import sample_edition

CLEAN = {"verdict": "clean", "said": "Nothing can be learnt.", "findings": [], "left_by_rule": 3}
NOTHING_SAID = ReviewState()
PASSED = tuple(Check(listed.name, listed.title, Verdict.PASSED, f"{listed.name} is well.") for listed in CHECKS)
NAMES = (
    *("findings-decided", "checks-passed", "audit-clean", "tables-have-notes", "data-guidance", "release-note"),
    *("next-release-date", "contact", "comments-resolved", "footnotes-used", "checks-looked-at", "checks-run"),
    "pre-release-access",
)


def issue(code, status):
    return ProviderIssue(
        Category.SHORTFALL, code, f"Trust {code}", (Month(2023, 5),), None, None, None, 100, Confidence.HIGH,
        "A sentence.", status=status,
    )  # fmt: skip


def with_verdict(name, verdict, said="Something."):
    return tuple(replace(check, verdict=verdict, said=said) if check.name == name else check for check in PASSED)


def entry(name, issues=(), checks=PASSED, audit=CLEAN, state=NOTHING_SAID, edition=None):
    entries = checklist(issues, checks, audit, state, edition or sample_edition())
    return {each.name: each for each in entries}[name]


def test_every_entry_is_there_and_all_is_well():
    entries = checklist([issue("RF4", Status.ACCEPTED)], PASSED, CLEAN, ReviewState(), sample_edition())
    assert tuple(each.name for each in entries) == NAMES
    assert [each.name for each in entries if not each.done] == []
    assert [each.blocks for each in entries] == [True] * 6 + [False] * 7
    assert blocking(entries) == ()


def test_findings_undecided_block_and_are_named():
    issues = [issue(code, Status.UNDECIDED) for code in ("RA1", "RA2", "RA3", "RA4", "RA5", "RA6", "RA7")]
    issues += [issue(code, status) for code, status in (("RB1", Status.EDITED), ("RB2", Status.REJECTED))]
    found = entry("findings-decided", issues)
    assert not found.done
    assert found.said.startswith("7 of 9 findings are undecided: Trust RA1 (RA1), shortfall; Trust RA2 (RA2), ")
    assert found.said.endswith("Trust RA5 (RA5), shortfall; and 2 more.")
    assert entry("findings-decided", issues[7:]).said == "All 2 findings are decided."
    assert entry("findings-decided").done


@pytest.mark.parametrize(
    ("waivers", "done", "said"),
    [
        ((), False, "1 check failed, and is not waived with a reason: links."),
        ((Waiver("links", "  ", "Ann"),), False, "1 check failed, and is not waived with a reason: links."),
        ((Waiver("notes", "Known.", "Ann"),), False, "1 check failed, and is not waived with a reason: links."),
        (
            (Waiver("links", "The page moves on Thursday.", "Ann"),),
            True,
            "Every check that failed is waived. links is waived by Ann: The page moves on Thursday.",
        ),
    ],
)
def test_a_failed_check_blocks_until_it_is_waived_with_a_reason(waivers, done, said):
    found = entry("checks-passed", checks=with_verdict("links", Verdict.FAILED), state=ReviewState(waivers=waivers))
    assert (found.done, found.said, found.blocks) == (done, said, True)


def test_checks_that_were_never_made_block():
    assert not entry("checks-passed", checks=()).done
    assert not entry("release-note", checks=()).done


@pytest.mark.parametrize(
    ("audit", "done", "said"),
    [
        ({"verdict": "clean"}, True, "Nothing can be learnt that the rule hides."),
        ({"verdict": "findings", "findings": [{}, {}]}, False, "The audit is not clean: 2 findings."),
        ({"verdict": "clean", "findings": [{}]}, False, "The audit is not clean: 1 finding."),
        ({"verdict": "not run"}, False, "The audit was not run."),
        ({}, False, "The audit was not run."),
    ],
)
def test_the_audit_must_be_clean(audit, done, said):
    found = entry("audit-clean", audit=audit)
    assert (found.done, found.said, found.blocks) == (done, said, True)


@pytest.mark.parametrize(
    ("check", "name"),
    [("notes", "tables-have-notes"), ("data-guidance", "data-guidance"), ("release-note", "release-note")],
)
def test_what_must_go_with_the_figures_blocks_by_itself(check, name):
    failed = with_verdict(check, Verdict.FAILED, "It is missing.")
    assert entry(name, checks=failed) == Entry(name, "It is missing.", blocks=True, done=False)
    assert entry("checks-passed", checks=failed).done  # it is told once
    assert not entry(name, checks=with_verdict(check, Verdict.NOT_RUN)).done
    waived = ReviewState(waivers=(Waiver(check, "It comes later", "Ann"),))
    assert entry(name, checks=failed, state=waived).done
    assert not entry(name, checks=with_verdict(check, Verdict.NOT_RUN), state=waived).done


def test_warnings_do_not_block():
    edition = sample_edition()
    house = replace(edition.house, press=" ")
    state = ReviewState(
        comments=(
            Comment(1, "Table 1", "Is this so?", "Ann", cell="F14"),
            Comment(2, "Table 2", "Fine.", "Ben", resolved=True),
        )
    )
    checks = tuple(
        replace(check, verdict={"movements": Verdict.LOOK, "medians-and-last-year": Verdict.NOT_RUN}.get(
            check.name, Verdict.LOOK if check.name == "footnotes-unused" else check.verdict))
        for check in PASSED
    )  # fmt: skip
    entries = checklist((), checks, CLEAN, state, replace(edition, house=house, next_published=edition.published))
    undone = {each.name: each.said for each in entries if not each.done}
    assert undone == {
        "next-release-date": "The date of the next release is not after this one.",
        "contact": "No contact is given for the press.",
        "comments-resolved": "1 comment is unresolved: Table 1 F14.",
        "footnotes-used": "footnotes-unused is well.",
        "checks-looked-at": "1 check asks for a look: movements.",
        "checks-run": "1 check was not run: medians-and-last-year.",
    }
    assert blocking(entries) == ()


def test_pre_release_access_is_for_information():
    assert entry("pre-release-access").done
    state = ReviewState(access=(Access("Ann Example", "Minister", "2023-07-19T09:30"),))
    assert entry("pre-release-access", state=state).said == (
        "Given the release before publication: Ann Example (Minister)."
    )


def test_entries_as_json():
    entries = (Entry("links", "Said.", blocks=True, done=False),)
    assert entries_as_json(entries) == [{"name": "links", "said": "Said.", "blocks": True, "done": False}]
