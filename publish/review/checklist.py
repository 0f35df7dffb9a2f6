"""The release checklist: what stops a release, and what to weigh before it.

Rule: good publication services block on errors, and leave warnings to those who put their name to the release.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from publish.edition import Edition
from publish.quality.provider_issue import ProviderIssue, Status
from publish.review.check import Check, Verdict
from publish.review.state import ReviewState, Waiver

CLEAN: Final = "clean"
AUDIT_ENTRY: Final = "audit-clean"
MOST_NAMED: Final = 5
# Checks that have an entry of their own, by its name.
OWN_ENTRIES: Final = {
    "notes": "tables-have-notes",
    "data-guidance": "data-guidance",
    "release-note": "release-note",
}
OF_FILES: Final = frozenset(OWN_ENTRIES.values())  # known only once the files to publish were looked at


@dataclass(frozen=True)
class Entry:
    """One line of the checklist. `said` is a sentence; `blocks`: it stops the release while it is not done."""

    name: str
    said: str
    blocks: bool
    done: bool


def checklist(
    issues: Sequence[ProviderIssue],
    checks: Sequence[Check],
    audit: Mapping[str, Any],
    state: ReviewState,
    edition: Edition,
) -> tuple[Entry, ...]:
    """Every entry, those that block first; what is done stays in the list.

    `issues` have the statuses that were decided. `audit` has `verdict` (`clean`, `findings`, `not run`), `said`,
    `findings` and `left_by_rule`. A failed check is done where a waiver gives a reason.
    """
    waived = {waiver.check: waiver for waiver in state.waivers if waiver.reason.strip()}
    return (
        _findings(issues),
        _checks(checks, waived),
        _audit(audit),
        *(_of_check(name, entry, checks, waived) for name, entry in OWN_ENTRIES.items()),
        _next_release(edition),
        _contact(edition),
        _comments(state),
        _footnotes(checks),
        _to_look_at(checks),
        _not_run(checks),
        _access(state),
    )


def blocking(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that stop the release as it stands."""
    return tuple(entry for entry in entries if entry.blocks and not entry.done)


def entries_as_json(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The entries as the review pack and its server have them."""
    return [asdict(entry) for entry in entries]


def _findings(issues: Sequence[ProviderIssue]) -> Entry:
    undecided = [issue for issue in issues if issue.status is Status.UNDECIDED]
    if not issues:
        return Entry("findings-decided", "No provider issue was found.", blocks=True, done=True)
    if not undecided:
        return Entry("findings-decided", f"All {len(issues)} findings are decided.", blocks=True, done=True)
    named = _listed([f"{issue.provider_name} ({issue.org_code}), {issue.category}" for issue in undecided])
    said = f"{len(undecided)} of {_count(len(issues), 'finding')} {_are(undecided)} undecided: {named}."
    return Entry("findings-decided", said, blocks=True, done=False)


def _checks(checks: Sequence[Check], waived: Mapping[str, Waiver]) -> Entry:
    failed = [check for check in checks if check.verdict is Verdict.FAILED and check.name not in OWN_ENTRIES]
    standing = [check.name for check in failed if check.name not in waived]
    excused = " ".join(_waived(waived[check.name]) for check in failed if check.name in waived)
    if standing:
        count = _count(len(standing), "check")
        said = f"{count} failed, and {_are(standing)} not waived with a reason: {_listed(standing)}."
    elif not checks:
        said = "No check was made."
    else:
        said = "No check failed." if not failed else "Every check that failed is waived."
    return Entry("checks-passed", f"{said} {excused}".strip(), blocks=True, done=bool(checks) and not standing)


def _waived(waiver: Waiver) -> str:
    by = f" by {waiver.by}" if waiver.by.strip() else ""
    return f"{waiver.check} is waived{by}: {waiver.reason.strip().rstrip('.')}."


def _audit(audit: Mapping[str, Any]) -> Entry:
    verdict, said = audit.get("verdict", Verdict.NOT_RUN), str(audit.get("said", ""))
    found = len(audit.get("findings", ()))
    if verdict == CLEAN and not found:
        otherwise = "Nothing can be learnt that the rule hides."
    elif found:
        otherwise = f"The audit is not clean: {_count(found, 'finding')}."
    else:
        otherwise = "The audit was not run."
    return Entry(AUDIT_ENTRY, said or otherwise, blocks=True, done=verdict == CLEAN and not found)


def _of_check(name: str, entry: str, checks: Sequence[Check], waived: Mapping[str, Waiver]) -> Entry:
    """What must be there: done where its check passed, or failed and is waived; not where nobody has looked."""
    check = _named(name, checks)
    if check is None or check.verdict is Verdict.NOT_RUN:
        return Entry(entry, _unknown(name, check), blocks=True, done=False)
    failed = check.verdict is Verdict.FAILED
    excused = f" {_waived(waived[name])}" if failed and name in waived else ""
    return Entry(entry, check.said + excused, blocks=True, done=not failed or name in waived)


def _next_release(edition: Edition) -> Entry:
    known = edition.next_published > edition.published
    said = (
        "The date of the next release is given." if known else "The date of the next release is not after this one."
    )
    return Entry("next-release-date", said, blocks=False, done=known)


def _contact(edition: Edition) -> Entry:
    house = edition.house
    lacking = [who for who, given in (("statistics", house.email), ("the press", house.press)) if not given.strip()]
    said = f"No contact is given for {' and '.join(lacking)}." if lacking else "Contacts are given."
    return Entry("contact", said, blocks=False, done=not lacking)


def _comments(state: ReviewState) -> Entry:
    open_ones = [comment for comment in state.comments if not comment.resolved]
    if not open_ones:
        return Entry("comments-resolved", "No comment is unresolved.", blocks=False, done=True)
    where = _listed([" ".join(filter(None, (comment.table, comment.cell))) for comment in open_ones])
    said = f"{_count(len(open_ones), 'comment')} {_are(open_ones)} unresolved: {where}."
    return Entry("comments-resolved", said, blocks=False, done=False)


def _footnotes(checks: Sequence[Check]) -> Entry:
    check = _named("footnotes-unused", checks)
    known = check is not None and check.verdict is not Verdict.NOT_RUN
    said = check.said if check and known else _unknown("footnotes-unused", check)
    return Entry("footnotes-used", said, blocks=False, done=bool(check and check.verdict is Verdict.PASSED))


def _to_look_at(checks: Sequence[Check]) -> Entry:
    names = [check.name for check in checks if check.verdict is Verdict.LOOK and check.name != "footnotes-unused"]
    said = (
        f"{_count(len(names), 'check')} {_ask(names)} for a look: {', '.join(names)}."
        if names
        else ("No check asks for a look.")
    )
    return Entry("checks-looked-at", said, blocks=False, done=not names)


def _not_run(checks: Sequence[Check]) -> Entry:
    names = [check.name for check in checks if check.verdict is Verdict.NOT_RUN]
    said = (
        f"{_count(len(names), 'check')} {_was(names)} not run: {', '.join(names)}."
        if names
        else "Every check was run."
    )
    return Entry("checks-run", said, blocks=False, done=not names)


def _access(state: ReviewState) -> Entry:
    """For information: nobody need be given the release before its publication."""
    people = [f"{person.name} ({person.role})" if person.role else person.name for person in state.access]
    listed = (
        f"Given the release before publication: {_listed(people)}."
        if people
        else ("Nobody is listed as given the release before publication.")
    )
    return Entry("pre-release-access", listed, blocks=False, done=True)


def _unknown(name: str, check: Check | None) -> str:
    """What is said where nobody has looked."""
    return f"Not known yet: {check.title} {check.said}" if check else f"The check {name} was not run."


def _named(name: str, checks: Sequence[Check]) -> Check | None:
    return next((check for check in checks if check.name == name), None)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return "; ".join((*names[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _are(listed: Sequence[object]) -> str:
    return "is" if len(listed) == 1 else "are"


def _was(listed: Sequence[object]) -> str:
    return "was" if len(listed) == 1 else "were"


def _ask(listed: Sequence[object]) -> str:
    return "asks" if len(listed) == 1 else "ask"
