"""The review of a release: issues found, decisions carried over, checks run, the pack left beside the draft."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from publish.counts.reduction import Counts
from publish.earlier_releases import earlier_in_year, earlier_public
from publish.edition import Edition
from publish.errors import InputRefused, NotApproved
from publish.folders import DRAFT, INTERNAL, PUBLIC
from publish.json_files import write_json
from publish.progress import Tell
from publish.quality.coverage import coverage, covered, ledger_in_words, modalities_by_month
from publish.quality.issues import issues_of
from publish.quality.provider_issue import PUBLISHED, ProviderIssue, Status
from publish.quality.reported import Reported
from publish.reference.tables import ReferenceData
from publish.review.check import Check, Verdict
from publish.review.checklist import Entry, checklist, entries_as_json
from publish.review.decisions import CarriedOver, carried_over, decided
from publish.review.issues_file import FILE_NAME as ISSUES_FILE
from publish.review.issues_file import read_state, state_as_json, version_of, write_state
from publish.review.pack import PACK, write_pack
from publish.review.pack_content import FILE_NAME, about_release, audit_in_pack, checks_in_pack, issues_in_pack
from publish.review.state import Added, Decision, ReviewState
from publish.writing.content import ReleaseTables
from publish.writing.manifest import edition_of, manifest_of

if TYPE_CHECKING:
    from publish.disclosure.audit.attack import Audited

ISSUES: Final = "issues.json"
DECISIONS: Final = "decisions.json"


@dataclass(frozen=True)
class Findings:
    """The provider issues of a release as they were found, with what was decided of them before.

    `reported` is what they were found in; `version` is that of the `issues.toml` that was read.
    """

    issues: tuple[ProviderIssue, ...]
    before: CarriedOver
    reported: Reported
    version: str

    @property
    def in_draft(self) -> tuple[ProviderIssue, ...]:
        """What the draft tells: what is accepted already, and what is not decided yet."""
        told = (*PUBLISHED, Status.UNDECIDED)
        return tuple(
            issue for issue in decided(self.issues, self.before.state, self.reported.names) if issue.status in told
        )


@dataclass(frozen=True)
class MadeDraft:
    """A draft that was just made, in the folder `making`; `release` is where it will stand."""

    making: Path
    release: Path
    tables: ReleaseTables
    ledger: pl.DataFrame
    edition: Edition
    reference: ReferenceData
    remarks: tuple[str, ...]
    hashes: Mapping[str, str]


@dataclass(frozen=True)
class Review:
    """The review of a draft as it stands: what its pack shows, and what reviewers have decided."""

    content: dict[str, Any]
    state: ReviewState
    edition: Edition

    @property
    def issues(self) -> tuple[ProviderIssue, ...]:
        """The findings and what was written by hand, with what was decided of each."""
        found = [ProviderIssue.from_json(each) for each in self.content["issues"]]
        names = {row["org_code"]: row["provider_name"] for row in self.content["coverage"]["providers"]}
        return decided(found, self.state, names)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The checklist."""
        checks = [_check(found) for found in self.content["checks"]]
        return checklist(self.issues, checks, self.content["audit"], self.state, self.edition)


def find(counts: Counts, release: Path, edition: Edition, reference: ReferenceData) -> Findings:
    """The provider issues of a release, with the decisions of its last draft or, at first, of the release before it
    in the financial year.
    """
    reported = Reported(counts, edition.period, reference)
    issues = issues_of(reported)
    version = version_of(release)
    own = (release / INTERNAL / FILE_NAME).is_file()
    before = release if own else earlier_in_year(release, edition)
    content = _content_of(before) if before else None
    if before is None or content is None:
        return Findings(issues, CarriedOver(ReviewState(), {}), reported, version)
    last = read_state(before, content)
    carried = carried_over(issues, last, content, _fitting(reported, issues))
    if own:  # comments and who has access belong to the release, waivers to other figures
        carried = replace(carried, state=replace(carried.state, comments=last.comments, access=last.access))
    return Findings(issues, carried, reported, version)


def _fitting(reported: Reported, issues: Sequence[ProviderIssue]) -> Callable[[Added], bool]:
    """Whether an issue that was written by hand is about months and a provider of this release."""
    months = {str(month) for month in reported.period.months}
    codes = set(covered(reported)) | {each.org_code for each in issues}
    return lambda added: set(added.months) <= months and (not added.org_code or added.org_code in codes)


def refuse_edited(folder: Path, version: str) -> None:
    """Refuse to put a release in the place of one whose `issues.toml` was saved since it was read.

    Raises NotApproved: what reviewers write is never lost.
    """
    if version_of(folder) != version:
        raise NotApproved(
            f"{ISSUES_FILE} was saved by somebody while the command ran",
            where=str(folder),
            do="run it again: it takes over what was saved",
        )


def leave_review(
    made: MadeDraft, findings: Findings, submitted: date | None, tell: Tell, *, unchecked: bool
) -> None:
    """Check a draft, and leave its review pack, its findings and `issues.toml` beside it.

    With `unchecked` what reads the finished files is left to approval.
    """
    reported = findings.reported
    checks, figures = _checked(made, reported, tell, unchecked=unchecked)
    content: dict[str, Any] = {
        "release": about_release(made.edition, made.tables),
        "draft": dict(made.hashes),
        "issues": issues_in_pack(findings.issues, findings.before.earlier),
        "coverage": coverage(reported, submitted.isoformat() if submitted else None),
        "modalities": modalities_by_month(reported),
        "ledger": ledger_in_words(made.ledger, reported),
        "checks": checks_in_pack(checks),
        "of_figures": figures,
        "audit": audit_in_pack(None),
        "revisions": None,
        "remarks": [*made.remarks, *findings.before.lost],
    }
    content["digest"] = digest_of(content)
    if not unchecked:
        content |= _attacked_and_compared(made, content["remarks"], tell)
    write_json(made.making / INTERNAL / FILE_NAME, content)
    write_state(findings.before.state, made.making, content)
    record_review(made.making)


def load_review(folder: Path) -> Review:
    """The review of the draft in a release folder. Raises NotApproved where it has none, or is of another draft."""
    manifest = manifest_of(folder)
    content = _content_of(folder)
    if content is None or content["draft"] != manifest["outputs"] or not _is_as_made(content):
        raise NotApproved(
            "the draft has no review of its own, or it was changed",
            where=str(folder),
            do="make the release again with `publish release`, review it, and approve that",
        )
    return Review(content, read_state(folder, content), edition_of(manifest, draft=True))


def _is_as_made(content: Mapping[str, Any]) -> bool:
    """Whether findings and checks of figures are those of the release; never in drafts of older versions."""
    return "of_figures" in content and content.get("digest") == digest_of(content)


def digest_of(content: Mapping[str, Any]) -> str:
    """What tells whether the findings or the checks of figures of a draft were changed since it was made."""
    figures = [check for check in content["checks"] if check["name"] in content["of_figures"]]
    made = json.dumps([content["draft"], content["issues"], content["of_figures"], figures], sort_keys=True)
    return hashlib.sha256(made.encode()).hexdigest()


def check_public(review: Review, making: Path, tables: ReleaseTables, edition: Edition, tell: Tell) -> Review:
    """The review with the checks of the files to publish: words that were edited stand in them alone."""
    from publish.review.checks import checks_of_files  # loads what reads workbooks, which takes long

    found = checks_in_pack(checks_of_files(making / PUBLIC, tables, edition, tell))
    done = {check["name"]: check for check in found}
    return _with(review, making, {"checks": [done.get(each["name"], each) for each in review.content["checks"]]})


def show_checks(review: Review, folder: Path) -> None:
    """Show in the pack of a draft what the files that are about to be public came to, whether approved or not."""
    _with(review, folder, {})
    record_review(folder)


def record_audit(review: Review, audited: "Audited", folder: Path) -> Review:
    """The review with the verdict of the audit of what is published, written into a release folder."""
    return _with(review, folder, {"audit": audit_in_pack(audited)})


def _with(review: Review, folder: Path, found: dict[str, Any]) -> Review:
    content = review.content | found
    write_json(folder / INTERNAL / FILE_NAME, content)
    return replace(review, content=content)


def accept_findings(folder: Path, by: str) -> None:
    """Accept every finding of a draft as it was drafted: for a demonstration."""
    review = load_review(folder)
    decisions = tuple(Decision(found["id"], str(Status.ACCEPTED), by) for found in review.content["issues"])
    save_review(folder, replace(review.state, decisions=decisions))


def save_review(folder: Path, state: ReviewState) -> None:
    """Save what reviewers decided and said of the draft in a release folder."""
    write_state(state, folder, load_review(folder).content)
    record_review(folder)


def record_review(folder: Path) -> None:
    """Write what stands now into the release folder: `issues.json`, `decisions.json` and the pack."""
    review = load_review(folder)
    write_json(folder / INTERNAL / ISSUES, [issue.as_json() for issue in review.issues])
    write_json(folder / INTERNAL / DECISIONS, state_as_json(review.state))
    write_pack(review.content, state_as_json(review.state), entries_as_json(review.entries), folder / PACK)


def _content_of(folder: Path) -> dict[str, Any] | None:
    """What the pack of a release shows; None where it has none. Raises InputRefused where it cannot be read."""
    file = folder / INTERNAL / FILE_NAME
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    except ValueError:
        raise InputRefused(
            "is damaged: it cannot be read as JSON",
            where=str(file),
            do="move it and issues.toml aside, and make the release again with `publish release`",
        ) from None


def _checked(
    made: MadeDraft, reported: Reported, tell: Tell, *, unchecked: bool
) -> tuple[tuple[Check, ...], list[str]]:
    """Every check of a draft, and the names of those of its figures."""
    from publish.review.checks import FINISHED, CheckedDraft, run_checks  # loads what reads workbooks: takes long

    draft = CheckedDraft(
        folder=made.making,
        tables=made.tables,
        reported=reported,
        edition=made.edition,
        reference=made.reference,
        policy=made.tables.policy,
        previous=made.tables.earlier,
    )
    checks, of_files = run_checks(draft, tell, finished=not unchecked), {listed.name for listed in FINISHED}
    return checks, [check.name for check in checks if check.name not in of_files]


def _attacked_and_compared(made: MadeDraft, remarks: Sequence[str], tell: Tell) -> dict[str, Any]:
    """The verdict of the audit on the draft, and what changed since the release before it."""
    # Loading what reads finished files takes long: it waits until it is needed.
    from publish.gate import attacked
    from publish.revisions.compare import compare_folders
    from publish.revisions.plain import for_pack

    before = earlier_public(made.release, made.edition)
    audited = attacked(made.making / DRAFT, before, made.tables.policy, tell)
    found: dict[str, Any] = {"audit": audit_in_pack(audited)}
    try:
        if before:
            found["revisions"] = for_pack(compare_folders(before[0].parent, made.making / DRAFT, tell))
    except InputRefused as refused:
        found["remarks"] = [*remarks, f"Not compared with what is public: {refused.where} {refused.what}."]
    return found


def _check(found: Mapping[str, Any]) -> Check:
    """A check as the pack has it."""
    return Check(
        name=found["name"],
        title=found["title"],
        verdict=Verdict(found["verdict"]),
        said=found["said"],
        places=tuple(found["places"]),
        found=found["found"],
    )
