"""Approval in tests that are about something else: every finding is accepted first, and the time is long after."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from publish.approval import Approved, approve_release
from publish.release_review import accept_findings, load_review, save_review
from publish.review.state import Waiver

LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


def approve(release: Path, by: str = "A Statistician", waived: Sequence[str] = ()) -> Approved:
    """Approve a draft with every finding as it was drafted, and with checks waived."""
    accept_findings(release, by)
    waivers = tuple(Waiver(check, "It is not what this test is about.", by) for check in waived)
    save_review(release, replace(load_review(release).state, waivers=waivers))
    return approve_release(release, by, lambda _: None, now=LONG_AFTER)
