"""Whether what reviewers say can be understood, and fits the draft: from plain values to a `ReviewState`.

The file `issues.toml` and the page of the pack are both read here, so both are refused for the same reasons.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from publish.errors import UsageError, did_you_mean
from publish.quality.provider_issue import Category, Status
from publish.review.state import Access, Added, Comment, Decision, ReviewState, Waiver

Entry = TypeVar("Entry", Access, Added, Comment, Decision, Waiver)

Result = TypeVar("Result")

LONGEST: Final = 4_000  # characters: a sentence of a cell, a comment
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_KINDS: Final = {str: "text in quotes", bool: "true or false", int: "a whole number"}


def state_from_json(given: Mapping[str, Any], content: Mapping[str, Any]) -> ReviewState:
    """The state that plain values describe: lists of entries, by the fields of `ReviewState`.

    `content` is `internal/review.json` of the draft: decisions name its findings, waivers its checks, issues
    written by hand its months and providers. Decisions that are not made yet are left out. Raises UsageError, with
    the entry as `where`.
    """
    _refuse_unknown(given, [field.name for field in fields(ReviewState)])
    state = ReviewState(
        decisions=_listed(given, "decisions", Decision),
        added=_listed(given, "added", Added),
        comments=_listed(given, "comments", Comment),
        waivers=_listed(given, "waivers", Waiver),
        access=_listed(given, "access", Access),
    )
    _each(state.added, "added", lambda issue: _check_added(issue, content))
    _each(state.comments, "comments", _check_comment)
    _each(state.waivers, "waivers", lambda waiver: _check_waiver(waiver, content))
    _each(state.access, "access", _check_access)
    _refuse_twice([str(comment.number) for comment in state.comments], "comments")
    _refuse_twice([waiver.check for waiver in state.waivers], "waivers")
    return replace(state, decisions=_decisions(state.decisions, content))


def _decisions(decisions: Sequence[Decision], content: Mapping[str, Any]) -> tuple[Decision, ...]:
    """The decisions that were made; only those of edited findings have words of their own."""
    drafted = {issue["id"]: issue["text"] for issue in content["issues"]}
    _each(decisions, "decisions", lambda decision: _check_decision(decision, drafted))
    _refuse_twice([decision.of for decision in decisions], "decisions")
    made = (decision for decision in decisions if decision.status != Status.UNDECIDED)
    return tuple(each if each.status == Status.EDITED else replace(each, text="") for each in made)


def _check_decision(decision: Decision, drafted: Mapping[str, str]) -> None:
    if decision.of not in drafted:
        raise UsageError(
            f"no finding of this draft is {decision.of!r}.{did_you_mean(decision.of, drafted)}",
            do="take the decision out, or name the finding as the file had it",
        )
    _check_word(decision.status, Status, "status")
    text = decision.text.strip()
    if decision.status == Status.EDITED and not text:
        raise UsageError("it is edited, and has no words to publish", do="write them as its text")
    if decision.status != Status.EDITED and text not in ("", drafted[decision.of].strip()):
        raise UsageError(
            f"its words are not those that were drafted, and its status is {decision.status}",
            do="give it the status edited, so that these words are published",
        )
    if decision.status == Status.REJECTED and not decision.reason.strip():
        raise UsageError("it is rejected without a reason", do="write a reason")


def _check_added(issue: Added, content: Mapping[str, Any]) -> None:
    _check_word(issue.category, Category, "category")
    providers = content["coverage"]["providers"]
    codes = {row["org_code"] for row in providers} | {found["org_code"] for found in content["issues"]}
    if issue.org_code and issue.org_code not in codes:
        raise UsageError(
            f"no provider of this release has the code {issue.org_code!r}.{did_you_mean(issue.org_code, codes)}",
            do="name one that has, or leave the code empty",
        )
    months = content["coverage"]["months"]
    for month in issue.months:
        _check_word(month, months, "month")
    if not issue.months or not issue.text.strip():
        raise UsageError("it has no months or no words", do="give the months it is about, and what to publish")


def _check_comment(comment: Comment) -> None:
    if not comment.table.strip() or not comment.text.strip():
        raise UsageError("it names no table, or says nothing", do="give the table, and what there is to say")
    if comment.resolved and not comment.resolution.strip():
        raise UsageError("it is resolved, and nothing says how", do="write its resolution")


def _check_waiver(waiver: Waiver, content: Mapping[str, Any]) -> None:
    _check_word(waiver.check, [check["name"] for check in content["checks"]], "check")
    if not waiver.reason.strip():
        raise UsageError("it waives a check without a reason", do="write a reason")


def _check_access(access: Access) -> None:
    if not access.name.strip():
        raise UsageError("it names nobody", do="write who is given access")
    try:
        datetime.fromisoformat(access.since)
    except ValueError:
        raise UsageError(
            f"{access.since!r} is no date and time", do="write since as 2024-11-20T09:30, in UK time"
        ) from None


def _check_word(given: str, known: Iterable[str], what: str) -> None:
    words = [str(word) for word in known]
    if given not in words:
        raise UsageError(
            f"{given!r} is no {what} here.{did_you_mean(given, words)}", do=f"use one of {', '.join(words)}"
        )


def _listed(given: Mapping[str, Any], part: str, kind: type[Entry]) -> tuple[Entry, ...]:
    entries = given.get(part, [])
    if not isinstance(entries, list):
        raise UsageError("it is no list of entries", where=part, do=f"write each as [[{part}]]")
    return tuple(_each(entries, part, lambda entry: _entry(entry, kind)))


def _each(entries: Sequence[Any], part: str, done: Callable[[Any], Result]) -> list[Result]:
    """What is done with each entry; what it raises says which one it is."""
    found: list[Result] = []
    for number, entry in enumerate(entries, start=1):
        try:
            found.append(done(entry))
        except UsageError as error:
            raise UsageError(error.what, where=f"{part}, number {number}", do=error.do) from None
    return found


def _entry(given: Any, kind: type[Entry]) -> Entry:  # noqa: ANN401 - whatever a file or a page holds
    """One entry, each field of its type."""
    if not isinstance(given, dict):
        raise UsageError("it is no entry with fields", do="write each field on a line")
    known = {field.name: field for field in fields(kind)}
    _refuse_unknown(given, list(known))
    lacking = [name for name, field in known.items() if field.default is MISSING and name not in given]
    if lacking:
        raise UsageError(f"it has no {lacking[0]}", do=f"give its {' and '.join(lacking)}")
    return kind(**{name: _value(name, value, known[name].type) for name, value in given.items()})


def _value(name: str, value: Any, kind: Any) -> Any:  # noqa: ANN401 - whatever a file or a page holds
    if isinstance(value, str) and (len(value) > LONGEST or _UNWRITABLE.search(value)):
        raise UsageError(
            f"its {name} is too long, or has characters that cannot be written",
            do=f"write at most {LONGEST:,} characters, and no control characters",
        )
    if kind == tuple[str, ...] and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if type(value) is not kind:
        words = _KINDS.get(kind, "a list of texts")
        raise UsageError(f"its {name} is not {words}", do=f"write {words}")
    return value


def _refuse_unknown(given: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in sorted(given.keys() - set(known)):
        raise UsageError(f"{name!r} is not understood.{did_you_mean(name, known)}", do=f"use {', '.join(known)}")


def _refuse_twice(names: Sequence[str], part: str) -> None:
    for number, name in enumerate(names, start=1):
        if name in names[: number - 1]:
            raise UsageError(f"{name!r} stands twice", where=f"{part}, number {number}", do="leave one of the two")
