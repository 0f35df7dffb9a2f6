"""Approval: from a reviewed draft to what is public, never without every finding decided and a clean audit."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from publish.disclosure.policy import Policy
from publish.earlier_releases import earlier_public
from publish.edition import Edition
from publish.embargo import under_embargo
from publish.errors import NotApproved
from publish.folders import APPROVED, DRAFT, INTERNAL, LISTED, PROTECTED, PUBLIC, carry_over, whole
from publish.period import date_in_words
from publish.progress import Tell
from publish.quality.provider_issue import PUBLISHED
from publish.release import write_edition
from publish.release_review import (
    Review,
    check_public,
    load_review,
    record_audit,
    record_review,
    refuse_edited,
    show_checks,
)
from publish.review.checklist import AUDIT_ENTRY, OF_FILES, blocking
from publish.review.issues_file import FILE_NAME as ISSUES_FILE
from publish.review.issues_file import state_as_json, version_of
from publish.review.pack import PACK
from publish.writing.beside import beside_the_rest
from publish.writing.content import ReleaseTables
from publish.writing.manifest import edition_of, file_hashes, manifest_of, read_approval, sha256_of, write_approval
from publish.writing.protected_files import load_tables

if TYPE_CHECKING:
    from publish.disclosure.audit.attack import Audited

KEPT: Final = (DRAFT, INTERNAL, ISSUES_FILE, PACK)


@dataclass(frozen=True)
class Approved:
    """What an approval made: the public folder, and how many counts its rule lets follow from others.

    `embargoed` says until when it may not be shared; nothing where it may.
    """

    public: Path
    left_by_rule: int
    embargoed: str = ""


def approve_release(
    folder: Path, by: str, tell: Tell, *, embargo: bool = False, now: datetime | None = None
) -> Approved:
    """Make `public/` from an approved draft: the same numbers, without the mark of a draft.

    With `embargo`, nothing is made before the time of publication; without it the landing page says until when the
    files may not be shared. `now` is the time of approval; by default that of the clock. Raises NotApproved where
    the draft is not what the release made, where something is not decided yet, or under embargo; Disclosed where
    something can be learnt of the files that the policy hides.
    """
    manifest = manifest_of(folder)
    _refuse_changes(folder, manifest["outputs"])
    at = now or datetime.now(UTC)
    edition = edition_of(manifest, draft=False)
    edition = replace(edition, embargoed=under_embargo(edition, at))
    if embargo and edition.embargoed:
        _refuse_before_time(folder, edition)
    version = version_of(folder)
    review = load_review(folder)
    _refuse_open_points(review, folder, looked=False)
    policy = Policy(**manifest["policy"])
    with whole(folder) as making:
        for part in KEPT:
            carry_over(folder / part, making / part)
        _refuse_changes(making, manifest["outputs"])
        with beside_the_rest() as beside:
            tables = _tables_of(making, review, policy, edition)
            write_edition(tables, edition, making / PUBLIC, beside, tell)
        review = check_public(review, making, tables, edition, tell)
        show_checks(review, folder)
        _refuse_open_points(review, folder, looked=True)
        audited = _pass_gate(making / PUBLIC, folder, edition, policy, tell)
        _keep_approved(making)
        review = record_audit(review, audited, making)
        reviewed = _reviewed(review, making) | {"approved_before": _approved_before(folder)}
        write_approval(by, at, reviewed, file_hashes(making, (PUBLIC,)), manifest, making / INTERNAL)
        record_review(making)
        refuse_edited(folder, version)
    return Approved(folder / PUBLIC, len(audited.left_by_rule), _until(edition) if edition.embargoed else "")


def _tables_of(making: Path, review: Review, policy: Policy, edition: Edition) -> ReleaseTables:
    """The tables of the draft, with the provider issues that were accepted."""
    issues = tuple(issue for issue in review.issues if issue.status in PUBLISHED)
    return replace(load_tables(making / PROTECTED, policy, annual=edition.period.annual), issues=issues)


def _refuse_before_time(folder: Path, edition: Edition) -> None:
    raise NotApproved(
        f"it is not {_until(edition)} yet",
        where=str(folder),
        do="approve it then, or leave --embargo out: the landing page then says until when to share nothing",
    )


def _refuse_open_points(review: Review, folder: Path, *, looked: bool) -> None:
    """Refuse a release with anything on its checklist that blocks it, but for the audit: the gate has that done.

    Before the files to publish were `looked` at, what only they can tell is left open.
    """
    left = {AUDIT_ENTRY} if looked else {AUDIT_ENTRY, *OF_FILES}
    open_points = [entry for entry in blocking(review.entries) if entry.name not in left]
    if open_points:
        raise NotApproved(
            f"cannot be approved yet: {' '.join(entry.said for entry in open_points)}",
            where=str(folder),
            do=f"open the pack with `publish review {folder.name}`, or edit {ISSUES_FILE} in that folder",
        )


def _until(edition: Edition) -> str:
    """`9.30am on 20th July 2023 (UK time)`."""
    return f"{edition.house.publication_time} on {date_in_words(edition.published)} (UK time)"


def _keep_approved(making: Path) -> None:
    """Keep the tables of what is public: a later draft is compared with them."""
    shutil.rmtree(making / APPROVED, ignore_errors=True)
    carry_over(making / PROTECTED, making / APPROVED)


def _reviewed(review: Review, folder: Path) -> dict[str, Any]:
    """What the approval says of the review: the draft's hashes, the decisions, waivers, who had access before."""
    return {
        "draft": review.content["draft"],
        "issues": [issue.as_json() for issue in review.issues],
        "checks": {check["name"]: check["verdict"] for check in review.content["checks"]},
        "review": state_as_json(review.state),
        "issues_file": sha256_of(folder / ISSUES_FILE),
    }


def _approved_before(folder: Path) -> list[dict[str, str]]:
    """Who approved the release before, and when, the first one first: as under embargo, before it was public."""
    last = read_approval(folder / INTERNAL)
    if last is None:
        return []
    return [*last.get("approved_before", []), {name: last[name] for name in ("approved_by", "approved_at")}]


def _pass_gate(public: Path, release: Path, edition: Edition, policy: Policy, tell: Tell) -> "Audited":
    """Attack what is about to be published, with what was published before; the audit is kept with the release."""
    # Loading what attacks takes longer than refusing a wrong path: it waits until it is needed.
    from publish.gate import attacked, refuse_findings, write_audit

    audited = attacked(public, earlier_public(release, edition), policy, tell)
    refuse_findings(audited, release)
    write_audit(audited, public.parent / INTERNAL)
    return audited


def _refuse_changes(folder: Path, made: Mapping[str, str]) -> None:
    found = file_hashes(folder, LISTED)
    changed = sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))
    if changed:
        raise NotApproved(
            f"the draft is not as the release made it: {', '.join(changed)}",
            where=str(folder),
            do="make the release again with `publish release`, review it, and approve that",
        )
